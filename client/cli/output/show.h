/*
 * show.h - an object as text and as JSON, the same for all verbs.
 */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "shmb.h"

#define SHOW_STATE_UNKNOWN 0u /* found by its plain name, without the directory */

/* The words for kind and state, such as "segment" and "held". */
const char *show_kind(uint32_t kind);
const char *show_state(uint32_t state);

/* Writes the members of the object's JSON object, without the braces. */
void show_json(const shmb_info *info);

#endif
