/*
 * sessions.h - links from the names of a session to Global\.
 *
 * A program of session N finds the plain name X as \Sessions\N\BaseNamedObjects\X
 * in the object manager, and Global\X as \BaseNamedObjects\X. Session 0 has no
 * names of its own. A link is temporary: it disappears with its last handle.
 */
#ifndef SESSIONS_H
#define SESSIONS_H

#include "system.h"

/* As system_objects.h's `sessions`. */
enum sys_status sessions_list(uint32_t **sessions, size_t *count, struct sys_failure *why);

/* As system_objects.h's `link`. */
enum sys_status sessions_link(uint32_t session, const char *name,
                              const struct sys_descriptor *descriptor, struct sys_object **out,
                              struct sys_failure *why);

#endif
