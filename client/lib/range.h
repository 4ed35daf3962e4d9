/*
 * range.h - the bytes a call may touch.
 */
#ifndef LIB_RANGE_H
#define LIB_RANGE_H

#include <stddef.h>

#include "handle.h"

/*
 * Cuts `count` bytes from `offset` on to what is mapped. SHMB_RANGE: the start
 * lies beyond the end. SHMB_BAD_ARGUMENT: no segment, or no buffer for what is
 * left. `*length` is 0 then.
 */
int32_t range_cut(const struct shmb_segment *segment, uint64_t offset, const void *buffer,
                  uint64_t count, size_t *length);

#endif
