/*
 * open_segment.h - opening segments the way every verb does.
 */
#ifndef CLI_OPEN_SEGMENT_H
#define CLI_OPEN_SEGMENT_H

#include <stdint.h>

#include "shmb.h"

/*
 * Opens a part of a segment: a 32-bit shmb could not map the whole of a large
 * one. Results as shmb_open_with; `*info` (may be NULL) is what is known of all
 * of it. Ended with shmb_close.
 */
int32_t segment_open(const char *name, uint32_t rights, uint64_t offset, uint64_t length,
                     shmb_segment **segment, shmb_info *info);

#endif
