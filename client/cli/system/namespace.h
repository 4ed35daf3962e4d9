/*
 * namespace.h - the named objects that exist now.
 */
#ifndef CLI_NAMESPACE_H
#define CLI_NAMESPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "first_configuration.h"

/* A list of objects; all zero: empty. Free it with namespace_free. */
struct namespace_list {
    struct starter_object *objects; /* names belong to the list */
    size_t count, room;
    bool all;          /* set by the caller: with the objects of Windows */
    size_t left_out;   /* objects of Windows that are not in the list (see system_names.h) */
    size_t ill_formed; /* objects that are not in the list: their name is no valid UTF-16 */
};

/*
 * Adds the sections, mutexes, events and semaphores of \BaseNamedObjects, which is Global\, or
 * of the session's own directory, and queries each object. Leaves out the broker's own names
 * (ShmBroker.) and names that do not match `pattern` (NULL: all match); without `list->all` also
 * the objects of Windows, unless the broker holds them, and counts these. A name that is no valid
 * UTF-16 fits no pattern and cannot be configured: it is only counted. Returns 0, or the Win32 code
 * of the failure.
 */
uint32_t namespace_add(struct namespace_list *list, bool in_session, uint32_t session,
                       const char *pattern);

/*
 * Is the name, without Global\, a link in the session's directory? The broker creates such links
 * with `sessions: alias`.
 */
bool namespace_links(uint32_t session, const char *name);

void namespace_free(struct namespace_list *list);

#endif
