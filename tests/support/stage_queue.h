/*
 * stage_queue.h - a queue on the stage, as the broker makes it: section with header, events, slots.
 */
#ifndef TEST_STAGE_QUEUE_H
#define TEST_STAGE_QUEUE_H

#include "queue_layout.h"
#include "stage.h"

/* How it is made. */
#define STAGE_QUEUE_READ_ONLY 0x1u /* everybody may only read it */
#define STAGE_QUEUE_NO_SLOTS  0x2u /* the broker could not make slots for its lock */

/*
 * A held queue with a row, which may be changed before stage_publish. `flags`: of the directory.
 * It uses the slots of STAGE_DOMAIN, which the first queue makes with a segment of its own.
 */
struct directory_row *stage_queue(const char *name, uint32_t slots, uint32_t slot_size,
                                  uint32_t flags, unsigned how);

/* Its header as mapped, the slots behind it; until stage_queues_end. */
struct shmb_queue_header *stage_queue_header(const char *name);

/* Call this before stage_end. */
void stage_queues_end(void);
int stage_queues_teardown(void **state);

#endif
