/*
 * sized.h - structures of the caller that begin with their size, see SIZES in shmb.h.
 *
 * A program and a library of different versions have different sizes of one structure. All
 * calls go through this file, so that all treat the difference alike.
 */
#ifndef LIB_SIZED_H
#define LIB_SIZED_H

#include <stdbool.h>
#include <stddef.h>

/* False: NULL, or a size that no version of the structure has. `minimum`: of the first version. */
bool sized_valid(const void *structure, size_t minimum);

/*
 * Copies an input structure to one of ours; members that the caller does not have are zero.
 * False: not valid, or the caller sets a member that this library does not have.
 */
bool sized_take(const void *from, size_t minimum, void *to, size_t size);

/*
 * Copies one of ours to the caller's valid structure, as far as it reaches. Members that this
 * library does not have become zero; the caller's size stays. `from` NULL: all become zero.
 */
void sized_give(const void *from, size_t size, void *to);

/* Clears a text of the caller's structure, `size` bytes at `offset`, of which it has only a part.
 */
void sized_clear_part(void *to, size_t offset, size_t size);

#endif
