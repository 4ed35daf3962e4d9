/*
 * flat_table.h - segments by number, for languages without pointers.
 *
 * A number is reused only after about a million others.
 */
#ifndef LIB_FLAT_TABLE_H
#define LIB_FLAT_TABLE_H

#include <stdbool.h>

#include "shmb.h"

/* An open segment of the flat interface. */
struct flat {
    shmb_segment *segment;
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

/* The segment of a number, valid until flat_remove. NULL: no such number. */
struct flat *flat_find(int32_t number);

/*
 * Closes the segment and frees its number. SHMB_BAD_ARGUMENT: no such number.
 * SHMB_NOT_OWNER: as shmb_close; the number stays.
 */
int32_t flat_remove(int32_t number);

#endif
