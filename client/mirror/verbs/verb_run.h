/*
 * verb_run.h - the mirror itself, in a console or as the service.
 */
#ifndef MIRROR_VERB_RUN_H
#define MIRROR_VERB_RUN_H

#include <stdbool.h>

#include "exit_codes.h"

/* Runs until `stop`, an event, is set. `service`: nobody sees a console. */
enum shmb_exit verb_run_until(const char *config, bool service, void *stop);

/* Runs until Ctrl+C. */
enum shmb_exit verb_run(const char *config);

#endif
