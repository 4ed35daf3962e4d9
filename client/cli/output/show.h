/*
 * show.h - one object in words and in JSON; the same for all verbs.
 */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "shmb.h"

#define SHOW_STATE_UNKNOWN 0u /* an object found by its name alone, without the directory */

/* "segment", "held": words of kind and state. */
const char *show_kind(uint32_t kind);
const char *show_state(uint32_t state);

/* The members of the object's JSON object, without the braces. */
void show_json(const shmb_info *info);

#endif
