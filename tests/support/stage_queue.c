#include "stage_queue.h"

#include <stdio.h>
#include <string.h>

#include "names.h"

#define QUEUES_MAX 8

static struct {
    char name[SHMB_NAME_BYTES];
    struct shmb_queue_header *header;
} queues[QUEUES_MAX];
static size_t queue_count;

/* Makes the domain, too: it comes with the first segment that has a fast lock. */
static void need_slots(void)
{
    if (queue_count == 0)
        stage_segment("ShmbTest.Domain", 64, STAGE_LOCK | STAGE_FAST);
}

static void add_event(const char *queue, const char *suffix, uint32_t everyone)
{
    char name[SHMB_NAME_BYTES + 8];

    snprintf(name, sizeof(name), "%s%s", queue, suffix);
    stage_object(SHMB_EVENT, name, 1, STAGE_OURS, everyone);
}

struct directory_row *stage_queue(const char *name, uint32_t slots, uint32_t slot_size,
                                  uint32_t flags, unsigned how)
{
    const bool read_only = (how & STAGE_QUEUE_READ_ONLY) != 0;
    const uint32_t events = read_only ? READ_CONTROL : STAGE_EVENT_SET;
    struct directory_row *row;
    HANDLE section;

    need_slots();
    row = stage_row(name, SHMB_QUEUE);
    row->flags = flags;
    row->size = shmb_queue_size(slots, slot_size);
    row->queue_slots = slots;
    row->queue_slot_size = slot_size;
    if ((how & STAGE_QUEUE_NO_SLOTS) == 0) {
        row->slots = STAGE_DOMAIN;
        row->slot_count = STAGE_SLOTS;
    }
    section = stage_object(SHMB_SECTION, name, row->size, STAGE_OURS,
                           read_only ? STAGE_SECTION_READ : STAGE_SECTION_WRITE);
    add_event(name, SHMB_QUEUE_ITEMS_SUFFIX, events);
    add_event(name, SHMB_QUEUE_ROOM_SUFFIX, events);
    add_event(name, SHMB_LOCK_SUFFIX, events);
    assert_true(queue_count < QUEUES_MAX);
    snprintf(queues[queue_count].name, SHMB_NAME_BYTES, "%s", name);
    queues[queue_count].header = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    assert_non_null(queues[queue_count].header);
    shmb_queue_fill_header(slots, slot_size, flags, row->generation, queues[queue_count].header);
    queue_count++;
    return row;
}

struct shmb_queue_header *stage_queue_header(const char *name)
{
    size_t i;

    for (i = 0; i < queue_count; i++)
        if (strcmp(queues[i].name, name) == 0)
            return queues[i].header;
    fail_msg("no queue %s is on the stage", name);
    return NULL;
}

void stage_queues_end(void)
{
    while (queue_count > 0)
        UnmapViewOfFile(queues[--queue_count].header);
}

int stage_queues_teardown(void **state)
{
    stage_queues_end();
    return stage_teardown(state);
}
