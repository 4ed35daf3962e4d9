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

static inline void shared_copy_short(uint8_t *to, const uint8_t *from, size_t length)
{
    struct piece {
        uint8_t bytes[16];
    } a, b, c, d;

    if (length >= 64) {
        memcpy(&a, from, 16);
        memcpy(&b, from + 16, 16);
        memcpy(&c, from + 32, 16);
        memcpy(&d, from + 48, 16);
        memcpy(to, &a, 16);
        memcpy(to + 16, &b, 16);
        memcpy(to + 32, &c, 16);
        memcpy(to + 48, &d, 16);
        if (length == 64)
            return;
        to += length - 64;
        from += length - 64;
        length = 64;
    }
    if (length > 32) {
        memcpy(&a, from, 16);
        memcpy(&b, from + 16, 16);
        memcpy(&c, from + length - 32, 16);
        memcpy(&d, from + length - 16, 16);
        memcpy(to, &a, 16);
        memcpy(to + 16, &b, 16);
        memcpy(to + length - 32, &c, 16);
        memcpy(to + length - 16, &d, 16);
    } else if (length >= 16) {
        memcpy(&a, from, 16);
        memcpy(&b, from + length - 16, 16);
        memcpy(to, &a, 16);
        memcpy(to + length - 16, &b, 16);
    } else if (length >= 8) {
        memcpy(&a, from, 8);
        memcpy(&b, from + length - 8, 8);
        memcpy(to, &a, 8);
        memcpy(to + length - 8, &b, 8);
    } else if (length >= 4) {
        memcpy(&a, from, 4);
        memcpy(&b, from + length - 4, 4);
        memcpy(to, &a, 4);
        memcpy(to + length - 4, &b, 4);
    } else {
        while (length > 0) {
            length--;
            to[length] = from[length];
        }
    }
}

static inline void shared_copy(void *to, const void *from, size_t length)
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
