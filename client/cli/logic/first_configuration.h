/*
 * first_configuration.h - writes a first configuration for objects that exist now.
 */
#ifndef LOGIC_FIRST_CONFIGURATION_H
#define LOGIC_FIRST_CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"

/* An object that exists. */
struct starter_object {
    const char *name; /* bare, UTF-8 */
    enum shmb_kind kind;
    bool in_session;        /* without Global\, in the scanned session */
    bool held;              /* by the broker */
    bool seen;              /* the members below are known: the object could be queried */
    uint64_t bytes;         /* section, queue */
    bool exact;             /* the same: `bytes` is not rounded up to pages */
    bool backed;            /* section: maps a file or a program */
    bool manual_reset, set; /* event; `set`: it is signalled */
    int32_t count, maximum; /* semaphore */
};

static inline bool starter_has_bytes(const struct starter_object *object)
{
    return object->kind == SHMB_SECTION || object->kind == SHMB_QUEUE;
}

/* Does `text` match the pattern? * is any text, ? any character; ASCII case is ignored. */
bool starter_fits(const char *pattern, const char *text);

/*
 * Is this a usual name for the lock of this section: X.lock, sync_X, XMutex and so on? Ignores
 * case.
 */
bool starter_locks(const char *section, const char *mutex);

/*
 * Writes the configuration with `put`, piece by piece, in the order of the objects. Leaves
 * out objects that the broker holds. An object that cannot be configured becomes a comment
 * with the reason. The result passes `shmbroker check`. False: out of memory; the text is
 * incomplete.
 */
bool starter_write(const struct starter_object *objects, size_t count,
                   void (*put)(void *context, const char *text), void *context);

#endif
