/*
 * show.h - the words for an object, the same for all verbs.
 */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include <stdbool.h>

#include "shmb.h"

#define SHOW_STATE_UNKNOWN 0u /* found by its plain name, without the directory */

/* The words for kind and state, such as "segment" and "held". */
const char *show_kind(uint32_t kind);
const char *show_state(uint32_t state);

/* What a put into a full queue does, as the configuration has it: "block" and so on. */
const char *show_overflow(uint32_t flags);

/* With --json: the answer of a wait that has ended well. Without it, nothing. */
void show_waited(const char *name, uint32_t kind, bool abandoned);

#endif
