/*
 * first_configuration.h - a first configuration from the objects that exist now.
 */
#ifndef LOGIC_FIRST_CONFIGURATION_H
#define LOGIC_FIRST_CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"

/* An object somebody has made. */
struct starter_object {
    const char *name; /* bare, UTF-8 */
    enum shmb_kind kind;
    bool in_session; /* without Global\, in the session that was looked at */
    bool held;       /* by the broker */
    bool seen;       /* what follows is known: it could be asked */
    uint64_t bytes;  /* section */
    bool exact;      /* section: `bytes` is not rounded up to pages */
    bool backed;     /* section: by a file or a program, not by memory alone */
    bool manual_reset;
    int32_t count, maximum; /* semaphore */
};

/* Does `text` fit a pattern where * stands for any text and ? for any character? ASCII case is one.
 */
bool starter_fits(const char *pattern, const char *text);

/*
 * Is a mutex of this name what programs usually call the lock of this section: X.lock, sync_X,
 * XMutex and the like, in any case?
 */
bool starter_locks(const char *section, const char *mutex);

/*
 * Writes the configuration, piece by piece, in the order of the objects. What cannot
 * stand in one, or is held already, is a comment that says why. The result passes
 * `shmbroker check`. False: memory is short, and the text is not whole.
 */
bool starter_write(const struct starter_object *objects, size_t count,
                   void (*put)(void *context, const char *text), void *context);

#endif
