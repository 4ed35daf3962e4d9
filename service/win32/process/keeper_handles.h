/*
 * keeper_handles.h - which of the broker's handles its keeper has, and under which number
 * of its own. Pure bookkeeping: nothing here opens or closes anything.
 */
#ifndef KEEPER_HANDLES_H
#define KEEPER_HANDLES_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

/* All zero: none. */
struct keeper_handles {
    struct keeper_handle *at; /* by the handle's value */
    size_t room;
    size_t count; /* handles that are to be kept */
    size_t there; /* of these, those that the keeper has */
};

/* A handle that is to be kept from now on. False: no memory. */
bool keeper_handles_add(struct keeper_handles *kept, HANDLE handle);

/* It is closed now. The keeper's handle of it; NULL: it has none. */
HANDLE keeper_handles_remove(struct keeper_handles *kept, HANDLE handle);

/*
 * The next handle that the keeper does not have; `*at`, 0 at first, moves on.
 * NULL: there is no more. keeper_handles_set says under which number the keeper has it.
 */
HANDLE keeper_handles_next(const struct keeper_handles *kept, size_t *at);
void keeper_handles_set(struct keeper_handles *kept, HANDLE handle, HANDLE in_keeper);

/* There is another keeper, or none: it has nothing. */
void keeper_handles_forget(struct keeper_handles *kept);

void keeper_handles_free(struct keeper_handles *kept);

#endif
