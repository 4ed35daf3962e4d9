/*
 * verb_check.h - the verb check: what is wrong with a configuration, and what is done with each
 * segment.
 */
#ifndef MIRROR_VERB_CHECK_H
#define MIRROR_VERB_CHECK_H

#include "exit_codes.h"

/* SHMB_EXIT_NOT_SO: not usable. SHMB_EXIT_DENIED: the file may not be read. */
enum shmb_exit verb_check(const char *path);

#endif
