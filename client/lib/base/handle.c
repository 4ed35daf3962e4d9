#include "handle.h"

#include <stdlib.h>
#include <string.h>

#include "pair.h"

struct shmb_segment *handle_new(uint32_t rights, const char *owner)
{
    struct shmb_segment *segment = calloc(1, sizeof(*segment));

    if (segment == NULL)
        return NULL;
    segment->info.size = sizeof(segment->info);
    segment->rights = rights;
    strcpy(segment->owner, owner);
    return segment;
}

struct shmb_segment *handle_to_watch(const struct shmb_segment *segment)
{
    struct shmb_segment *twin = handle_new(segment->rights, segment->owner);

    if (twin == NULL)
        return NULL;
    twin->info = segment->info;
    twin->generation = segment->generation;
    twin->control = shared_section_join(segment->control);
    twin->control_number = segment->control_number;
    twin->control_block = segment->control_block;
    twin->block = segment->block;
    twin->damaged = segment->damaged;
    twin->has_waiters = segment->has_waiters;
    return twin;
}

int32_t handle_join(struct shmb_segment *segment)
{
    const struct ownership_key key = {
        .name = segment->info.name,
        .lock = segment->info.lock,
        .generation = segment->info.generation,
        .control = segment->control_number,
        .block = segment->control_block,
        .is_private = (segment->info.flags & SHMB_FLAG_PRIVATE) != 0,
    };

    segment->ownership = ownership_join(&key);
    return segment->ownership != NULL ? SHMB_OK : SHMB_NO_MEMORY;
}

int32_t handle_early(struct shmb_segment *segment, bool denied)
{
    segment->early = calloc(1, sizeof(*segment->early));
    if (segment->early == NULL)
        return SHMB_NO_MEMORY;
    segment->early->denied = denied;
    return SHMB_OK;
}

bool handle_has_lock(const struct shmb_segment *segment)
{
    return (segment->info.flags & SHMB_FLAG_HAS_LOCK) != 0;
}

bool handle_has_fast_lock(const struct shmb_segment *segment)
{
    return (segment->info.flags & SHMB_FLAG_FAST) != 0;
}

static void close_events(struct shmb_segment *segment)
{
    unsigned i;

    for (i = 0; i < SHMB_CHANGE_EVENTS; i++)
        if (segment->changed[i] != NULL)
            CloseHandle(segment->changed[i]);
}

void handle_free(struct shmb_segment *segment)
{
    if (segment == NULL)
        return;
    ownership_leave(segment->ownership);
    close_events(segment);
    pair_close(&segment->pair_part);
    shared_section_close(segment->waiters);
    shared_section_close(segment->control);
    section_unmap(&segment->view);
    if (segment->section != NULL)
        CloseHandle(segment->section);
    free(segment->early);
    free(segment);
}

int32_t handle_range(const struct shmb_segment *segment, uint64_t offset, const void *buffer,
                     uint64_t count, size_t *length)
{
    *length = 0;
    if (segment == NULL)
        return SHMB_BAD_ARGUMENT;
    if (offset > segment->size)
        return SHMB_RANGE;
    /* Not `offset + count > size`: the sum can wrap. */
    if (count > segment->size - offset)
        count = segment->size - offset;
    if (buffer == NULL && count > 0)
        return SHMB_BAD_ARGUMENT;
    *length = (size_t)count; /* no more than is mapped */
    return SHMB_OK;
}
