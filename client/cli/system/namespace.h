/*
 * namespace.h - the named objects that exist now.
 */
#ifndef CLI_NAMESPACE_H
#define CLI_NAMESPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "first_configuration.h"

/* Objects of our kinds; all zero: none. */
struct namespace_list {
    struct starter_object *objects; /* names belong to the list */
    size_t count, room;
};

/*
 * Adds the sections, mutexes, events and semaphores of \BaseNamedObjects, which is what
 * Global\ stands for, or of the session's own folder, with what can be asked of
 * each; the broker's own (ShmBroker.) are left out, and names that do not fit
 * `pattern` (NULL: all do). Returns 0, or the Win32 code of what failed.
 */
uint32_t namespace_add(struct namespace_list *list, bool in_session, uint32_t session,
                       const char *pattern);

/*
 * Is the name, without Global\, a link in the folder of a session? The broker puts such links
 * there for programs that cannot be changed.
 */
bool namespace_links(uint32_t session, const char *name);

void namespace_free(struct namespace_list *list);

#endif
