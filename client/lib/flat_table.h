/*
 * flat_table.h - segments by number, for languages without pointers.
 *
 * A number is used again only after about a million others.
 */
#ifndef LIB_FLAT_TABLE_H
#define LIB_FLAT_TABLE_H

#include <stdbool.h>

#include "shmb.h"

/* What stands behind a number. */
struct flat {
    shmb_segment *segment;
    uint64_t seen;  /* the change that was told last */
    bool abandoned; /* what the last taking of the lock said */
    bool made;      /* private memory that this call made, not yet declared initialised */
    bool is_private;
};

/*
 * Takes a segment and gives it a number above 0; SHMB_NO_MEMORY, and the segment
 * is closed.
 */
int32_t flat_add(shmb_segment *segment, bool is_private, bool made);

/* NULL: no such number. Valid until flat_remove. */
struct flat *flat_find(int32_t number);

/* Closes the segment. False: no such number. */
bool flat_remove(int32_t number);

#endif
