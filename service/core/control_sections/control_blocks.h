/*
 * control_blocks.h - the size of a control section (control.h has the layout), and where the
 * block of a segment is.
 */
#ifndef CORE_CONTROL_BLOCKS_H
#define CORE_CONTROL_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control.h"

struct control_sets;

/* Bytes of a control section with `blocks` blocks. */
uint32_t control_size(uint32_t blocks);

/*
 * The number of the control section of a segment, by the index of its item in the
 * inventory; `*block` is its block there. 0: the segment has no block for its generation.
 */
uint32_t control_blocks_find(const struct control_sets *sets, size_t item, uint32_t *block);

/* Does the configuration want change events for this segment? False for what is none. */
bool control_notifies(const struct control_sets *sets, size_t item);

/* The same, and a waiters section is beside the control section that its block is in. */
bool control_waiters_find(const struct control_sets *sets, size_t item);

#endif
