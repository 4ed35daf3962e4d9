/*
 * control_pairs.h - which segments have double snapshots (snapshot_pair.h) now.
 *
 * All programs that write a segment must publish, or none, and what a program does is decided when
 * it opens the segment. So the decision belongs to the segment's block: if it changes, the segment
 * gets another block, and programs that use the old one open the segment again. In the state, the
 * record of the section for snapshots names the block that it was used with.
 */
#ifndef CORE_CONTROL_PAIRS_H
#define CORE_CONTROL_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

struct control_sets;

/* True if programs that use the block of this item, a segment, publish double snapshots. */
bool control_pair_in_use(const struct control_sets *sets, size_t item);

#endif
