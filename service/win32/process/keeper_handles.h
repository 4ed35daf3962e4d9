/*
 * keeper_handles.h - which of the broker's handles its keeper has, and the value of each
 * handle there. Only a table: nothing here opens or closes handles.
 */
#ifndef KEEPER_HANDLES_H
#define KEEPER_HANDLES_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

/* All zero: empty. */
struct keeper_handles {
    struct keeper_handle *at; /* indexed by the broker's handle */
    size_t room;
    size_t count; /* handles that the keeper is to have */
    size_t there; /* of these, those it has */
};

/* Adds a handle that the keeper is to have. False: no memory. */
bool keeper_handles_add(struct keeper_handles *kept, HANDLE handle);

/* Removes a handle. Returns the keeper's handle for it; NULL: the keeper has none. */
HANDLE keeper_handles_remove(struct keeper_handles *kept, HANDLE handle);

/* The keeper's handle for this one; NULL: it has none. */
HANDLE keeper_handles_find(const struct keeper_handles *kept, HANDLE handle);

/*
 * The next handle that the keeper does not have yet; NULL: no more. `*at` is 0 at first.
 * keeper_handles_set records the keeper's handle for it.
 */
HANDLE keeper_handles_next(const struct keeper_handles *kept, size_t *at);
void keeper_handles_set(struct keeper_handles *kept, HANDLE handle, HANDLE in_keeper);

/* The keeper has ended or was replaced: records that it has no handle. */
void keeper_handles_forget(struct keeper_handles *kept);

void keeper_handles_free(struct keeper_handles *kept);

#endif
