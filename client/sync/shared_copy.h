/*
 * shared_copy.h - copies bytes that other programs may write meanwhile. What was copied counts
 * only if a version or sequence then says so.
 *
 * Short lengths, which are the usual ones, are copied here: a call of the C library's memcpy takes
 * longer than the copy. The pieces at the end overlap, so that there is no loop.
 */
#ifndef SYNC_SHARED_COPY_H
#define SYNC_SHARED_COPY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "compiler.h"

#define SHARED_COPY_SHORT 128u

/* 32 to 64 bytes; those in the middle perhaps twice. */
static SHMB_ALWAYS_INLINE void shared_copy_64(uint8_t *to, const uint8_t *from, size_t length)
{
    const shmb_piece a = shmb_load_piece(from), b = shmb_load_piece(from + 16);
    const shmb_piece c = shmb_load_piece(from + length - 32);
    const shmb_piece d = shmb_load_piece(from + length - 16);

    shmb_store_piece(to, a);
    shmb_store_piece(to + 16, b);
    shmb_store_piece(to + length - 32, c);
    shmb_store_piece(to + length - 16, d);
}

/* Less than 32 bytes. */
static SHMB_ALWAYS_INLINE void shared_copy_32(uint8_t *to, const uint8_t *from, size_t length)
{
    if (length >= 16) {
        const shmb_piece first = shmb_load_piece(from), last = shmb_load_piece(from + length - 16);

        shmb_store_piece(to, first);
        shmb_store_piece(to + length - 16, last);
    } else if (length >= 8) {
        uint64_t first, last;

        memcpy(&first, from, 8);
        memcpy(&last, from + length - 8, 8);
        memcpy(to, &first, 8);
        memcpy(to + length - 8, &last, 8);
    } else if (length >= 4) {
        uint32_t first, last;

        memcpy(&first, from, 4);
        memcpy(&last, from + length - 4, 4);
        memcpy(to, &first, 4);
        memcpy(to + length - 4, &last, 4);
    } else if (length > 0) {
        const uint8_t first = from[0], middle = from[length / 2], last = from[length - 1];

        to[0] = first;
        to[length / 2] = middle;
        to[length - 1] = last;
    }
}

static SHMB_ALWAYS_INLINE void shared_copy_short(uint8_t *to, const uint8_t *from, size_t length)
{
    if (length > 64) {
        shared_copy_64(to, from, 64);
        shared_copy_64(to + length - 64, from + length - 64, 64);
    } else if (length >= 32) {
        shared_copy_64(to, from, length);
    } else {
        shared_copy_32(to, from, length);
    }
}

static SHMB_ALWAYS_INLINE void shared_copy(void *to, const void *from, size_t length)
{
#ifdef SHMB_COPY_ATOMIC
    shmb_copy_atomic(to, from, length);
#else
    if (length <= SHARED_COPY_SHORT)
        shared_copy_short((uint8_t *)to, (const uint8_t *)from, length);
    else
        memcpy(to, from, length);
#endif
}

#endif
