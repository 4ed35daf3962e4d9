/*
 * open_segment.h - opens a part of a segment, for all verbs.
 */
#ifndef CLI_OPEN_SEGMENT_H
#define CLI_OPEN_SEGMENT_H

#include <stdint.h>

#include "shmb.h"

/*
 * Opens `length` bytes at `offset`: a 32-bit shmb cannot map all of a large segment.
 * `*info` (may be NULL) describes the whole segment. Results as shmb_open_with. Close it
 * with shmb_close.
 */
int32_t segment_open(const char *name, uint32_t rights, uint64_t offset, uint64_t length,
                     shmb_segment **segment, shmb_info *info);

#endif
