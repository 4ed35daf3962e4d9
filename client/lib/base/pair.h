/*
 * pair.h - a segment's section for double snapshots: opening it, and publishing.
 */
#ifndef LIB_PAIR_H
#define LIB_PAIR_H

#include "handle.h"

/*
 * Opens and maps the section of a segment that is open and has a block. `offset`: of its view in
 * the segment. Results as open_object and open_object_map.
 */
int32_t pair_open(struct shmb_segment *segment, DWORD section_access, DWORD view_access,
                  uint64_t offset, struct fault *fault);
void pair_close(struct pair_part *part);

/*
 * Publishes the whole segment as it is now; does nothing for one without double snapshots. The
 * caller may write, and holds the lock if there is one.
 */
void pair_publish_segment(const struct shmb_segment *segment);

/*
 * Copies what was published last, the whole segment, to `out`; the segment has double snapshots.
 * SHMB_BUSY: a program publishes all the time. SHMB_INCONSISTENT: nothing is published.
 */
int32_t pair_get(const struct shmb_segment *segment, void *out);

/* Copies the bytes of the whole segment into it, within a write. */
void pair_put_back(const struct shmb_segment *segment, const void *bytes);

#endif
