#include "queue_spec.h"

#include "directory.h"
#include "queue_layout.h"

void queue_spec(const struct cfg_queue *queue, struct sys_spec *out)
{
    static const uint32_t overflows[] = {[CFG_OVERFLOW_BLOCK] = 0,
                                         [CFG_OVERFLOW_REFUSE] = SHMB_ENTRY_REFUSE,
                                         [CFG_OVERFLOW_DROP_OLDEST] = SHMB_ENTRY_DROP_OLDEST};

    out->kind = SHMB_QUEUE;
    out->size = shmb_queue_size(queue->slots, queue->slot_size);
    out->queue.slots = queue->slots;
    out->queue.slot_size = queue->slot_size;
    out->queue.flags = overflows[queue->overflow] |
                       (queue->one_producer ? SHMB_ENTRY_ONE_PRODUCER : 0) |
                       (queue->one_consumer ? SHMB_ENTRY_ONE_CONSUMER : 0);
}
