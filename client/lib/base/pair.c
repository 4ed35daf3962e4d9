#include "pair.h"

#include <stdio.h>

#include "open_object.h"
#include "shared_copy.h"
#include "snapshot_pair.h"

#define GET_TRIES 100

/* A writer publishes the whole segment, also through a handle to a part of it. */
static int32_t map_all(struct shmb_segment *segment, DWORD view_access, struct fault *fault)
{
    if (segment->rights != SHMB_WRITE || segment->size == segment->info.bytes)
        return SHMB_OK;
    return open_object_map(segment->section, view_access, 0, segment->info.bytes,
                           &segment->pair_part.all, fault);
}

int32_t pair_open(struct shmb_segment *segment, DWORD section_access, DWORD view_access,
                  uint64_t offset, struct fault *fault)
{
    struct pair_part *part = &segment->pair_part;
    char name[SHMB_NAME_BYTES + sizeof(SHMB_PAIR_SUFFIX)];
    int32_t result;

    if (segment->info.bytes > SHMB_PAIR_MOST)
        return fault_plain(fault, SHMB_CORRUPT);
    (void)snprintf(name, sizeof(name), "%s" SHMB_PAIR_SUFFIX, segment->info.name);
    result = open_object(SHMB_SECTION, name, section_access, segment->owner, &part->section, fault);
    /* The broker creates a section of this name, so another kind is another program's. */
    if (result == SHMB_WRONG_KIND)
        return SHMB_NOT_OURS;
    if (result == SHMB_OK)
        result = open_object_map(part->section, view_access, 0, shmb_pair_size(segment->info.bytes),
                                 &part->view, fault);
    if (result == SHMB_OK)
        result = map_all(segment, view_access, fault);
    if (result != SHMB_OK)
        return result;
    segment->pair_half = (size_t)shmb_pair_half(segment->info.bytes);
    segment->pair_offset = (size_t)offset;
    segment->pair = (struct shmb_pair *)(void *)part->view.data;
    return SHMB_OK;
}

void pair_close(struct pair_part *part)
{
    section_unmap(&part->all);
    section_unmap(&part->view);
    if (part->section != NULL)
        CloseHandle(part->section);
}

static uint8_t *all_bytes(const struct shmb_segment *segment)
{
    return segment->pair_part.all.data != NULL ? segment->pair_part.all.data : segment->view.data;
}

void pair_publish_segment(const struct shmb_segment *segment)
{
    if (segment->pair != NULL)
        pair_publish(segment->pair, segment->pair_half, all_bytes(segment),
                     (size_t)segment->info.bytes);
}

int32_t pair_get(const struct shmb_segment *segment, void *out)
{
    int tries;

    for (tries = 0; tries < GET_TRIES; tries++) {
        uint64_t version;
        const uint8_t *from = pair_published(segment->pair, segment->pair_half, &version);

        if (from == NULL)
            return SHMB_INCONSISTENT;
        shared_copy(out, from, (size_t)segment->info.bytes);
        if (pair_is_current(segment->pair, version))
            return SHMB_OK;
    }
    return SHMB_BUSY;
}

void pair_put_back(const struct shmb_segment *segment, const void *bytes)
{
    shared_copy(all_bytes(segment), bytes, (size_t)segment->info.bytes);
}
