/*
 * flat_table.h - segments, queues and lists by number, for languages without pointers.
 *
 * A number is reused only after about a million others.
 */
#ifndef LIB_FLAT_TABLE_H
#define LIB_FLAT_TABLE_H

#include <stdbool.h>

#include "object_name.h"
#include "shmb.h"

/* The flat interface has signed numbers: any negative time means no limit. */
static inline uint32_t flat_time(int32_t ms)
{
    return ms < 0 ? SHMB_INFINITE : (uint32_t)ms;
}

/*
 * Converts a name from the ANSI code page, for the W twin of a call, which refuses NULL and names
 * that are too long.
 */
const shmb_wchar *flat_widen(const char *name, shmb_wchar out[OBJECT_NAME_WIDE_MAX + 1]);

/* An open list, and the object that it is at. */
struct flat_list {
    shmb_list *list;
    shmb_info info; /* `state` is 0: at none */
};

/* An open segment of the flat interface, a queue, or a list: the others are NULL. */
struct flat {
    shmb_segment *segment;
    shmb_queue *queue;
    struct flat_list *list;
    uint64_t seen;                   /* change number that shmbf_wait_changed reported last */
    shmb_subscription *subscription; /* NULL: none */
    int32_t event;                   /* of the subscription */
    bool abandoned;                  /* the last call that took the lock returned SHMB_ABANDONED */
    bool made; /* private memory, created by this call and not yet declared initialised */
    bool is_private;
};

/*
 * Takes over a segment and returns its number, which is above 0. SHMB_NO_MEMORY:
 * too many segments are open; the segment was closed.
 */
int32_t flat_add(shmb_segment *segment, bool is_private, bool made);

/* The same for a queue, and for a list. */
int32_t flat_add_queue(shmb_queue *queue);
int32_t flat_add_list(shmb_list *list);

/* The segment of a number, valid until flat_remove. NULL: no such number. */
struct flat *flat_find(int32_t number);

/* The queue, or the list, of a number, likewise. */
shmb_queue *flat_find_queue(int32_t number);
struct flat_list *flat_find_list(int32_t number);

/*
 * Closes the segment, queue or list and frees its number. SHMB_BAD_ARGUMENT: no such number.
 * SHMB_NOT_OWNER: as shmb_close; the number stays.
 */
int32_t flat_remove(int32_t number);

#endif
