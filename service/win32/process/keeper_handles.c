/*
 * An array indexed by the handle itself: to add, find and remove one takes the same time
 * however many objects the broker holds.
 */
#include "keeper_handles.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct keeper_handle {
    bool used;
    HANDLE in_keeper; /* NULL: the keeper does not have it */
};

#define FIRST_ROOM 256u
#define MOST_ROOM  (1u << 26) /* more than a process can have handles */

/* Handles are small multiples of four: a process numbers them in sequence. */
static size_t index_of(HANDLE handle)
{
    return (size_t)((uintptr_t)handle / 4);
}

static HANDLE handle_of(size_t index)
{
    return (HANDLE)(uintptr_t)(index * 4);
}

bool keeper_handles_add(struct keeper_handles *kept, HANDLE handle)
{
    size_t index = index_of(handle), room = kept->room == 0 ? FIRST_ROOM : kept->room;
    struct keeper_handle *grown;

    if (index >= MOST_ROOM)
        return false;
    while (room <= index)
        room *= 2;
    if (room > kept->room) {
        grown = realloc(kept->at, room * sizeof(*grown));
        if (grown == NULL)
            return false;
        memset(grown + kept->room, 0, (room - kept->room) * sizeof(*grown));
        kept->at = grown;
        kept->room = room;
    }
    kept->at[index].used = true;
    kept->at[index].in_keeper = NULL;
    kept->count++;
    return true;
}

HANDLE keeper_handles_find(const struct keeper_handles *kept, HANDLE handle)
{
    size_t index = index_of(handle);

    return index < kept->room && kept->at[index].used ? kept->at[index].in_keeper : NULL;
}

HANDLE keeper_handles_remove(struct keeper_handles *kept, HANDLE handle)
{
    size_t index = index_of(handle);
    HANDLE in_keeper;

    if (index >= kept->room || !kept->at[index].used)
        return NULL;
    in_keeper = kept->at[index].in_keeper;
    kept->at[index].used = false;
    kept->at[index].in_keeper = NULL;
    kept->count--;
    kept->there -= in_keeper != NULL;
    return in_keeper;
}

HANDLE keeper_handles_next(const struct keeper_handles *kept, size_t *at)
{
    /* Mostly the keeper has everything; then nothing is searched. */
    if (kept->there == kept->count)
        return NULL;
    for (; *at < kept->room; ++*at)
        if (kept->at[*at].used && kept->at[*at].in_keeper == NULL)
            return handle_of((*at)++);
    return NULL;
}

void keeper_handles_set(struct keeper_handles *kept, HANDLE handle, HANDLE in_keeper)
{
    struct keeper_handle *one = &kept->at[index_of(handle)];

    kept->there += in_keeper != NULL && one->in_keeper == NULL;
    one->in_keeper = in_keeper;
}

void keeper_handles_forget(struct keeper_handles *kept)
{
    size_t i;

    for (i = 0; i < kept->room; i++)
        kept->at[i].in_keeper = NULL;
    kept->there = 0;
}

void keeper_handles_free(struct keeper_handles *kept)
{
    free(kept->at);
    *kept = (struct keeper_handles){0};
}
