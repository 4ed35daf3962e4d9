/*
 * verb_status.h - what the running mirror tells, out of its status file.
 */
#ifndef MIRROR_VERB_STATUS_H
#define MIRROR_VERB_STATUS_H

#include "exit_codes.h"

/*
 * SHMB_EXIT_DONE: it runs and is connected, and all segments agree or are on their way. _NOT_SO:
 * something is missing. _NO_BROKER: it does not run.
 */
enum shmb_exit verb_status(const char *config);

#endif
