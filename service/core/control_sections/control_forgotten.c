/*
 * Control sections that cannot be adopted, mostly because the state does not know them: it was
 * lost, or is damaged. The segments are the broker's by their owner, but they get new blocks.
 * Programs that have a former block open must learn of it: with a fast lock of their own they would
 * not exclude those that come later.
 */
#include "control_internal.h"

#include <stdlib.h>

#include "adoption.h"
#include "compiler.h"

/* Numbers count up, and names are free where a section was closed. */
#define FREE_MOST   16u
#define NUMBER_MOST 4096u

/* Closes the locks of all blocks in a mapped section, and marks the blocks as moved. */
static void close_blocks(struct control_sets *sets, void *view, size_t size)
{
    struct control_lock *locks = calloc(size / sizeof(struct shmb_block) + 1, sizeof(*locks));
    struct shmb_block *block;
    size_t i, count = 0;
    uint32_t index;

    for (index = 0; (block = shmb_control_block(view, size, index)) != NULL; index++)
        if (locks != NULL && shmb_load64(&block->generation) != 0)
            locks[count++] = (struct control_lock){.block = block};
    control_locks_close(sets, locks, count);
    for (i = 0; i < count; i++)
        shmb_store64(&locks[i].block->generation, SHMB_BLOCK_MOVED);
    free(locks);
}

/* Bytes to map: what the header says if that can be true, else all pages. */
static size_t size_of(const struct control_sets *sets, struct sys_object *section, uint64_t pages)
{
    const struct system *system = sets->system;
    struct shmb_control header;

    if (system->objects.peek(system->self, section, 0, &header, sizeof(header), NULL) == SYS_OK &&
        adoption_pages(header.total_size) == pages)
        return header.total_size;
    return (size_t)pages;
}

/* False: the name is free. */
static bool look_at(struct control_sets *sets, const char *name)
{
    const struct system *system = sets->system;
    const struct sys_spec wanted = {.kind = SHMB_SECTION, .name = name, .size = control_size(1)};
    struct own_section shared = {0};
    struct adoption judged;
    struct sys_facts facts;
    enum sys_status status = adoption_open(system, sets->state, sets->owner, &wanted, &facts,
                                           &judged, &shared.section, NULL);
    size_t size = 0;

    if (judged.verdict != ADOPTION_CONFLICT && judged.live.kind == SHMB_SECTION &&
        facts.size <= SHMB_TABLE_MAX)
        size = size_of(sets, shared.section, facts.size);
    if (size != 0 && own_section_map(system, &shared, size, NULL) == SYS_OK)
        close_blocks(sets, shared.view, size);
    free(facts.sddl);
    own_section_end(system, &shared);
    return status != SYS_NOT_FOUND;
}

void control_forgotten_close(struct control_sets *sets, uint32_t number)
{
    char name[SHMB_CONTROL_NAME_BYTES];

    shmb_control_name(number, name);
    (void)look_at(sets, name);
}

void control_forgotten_find(struct control_sets *sets)
{
    char name[SHMB_CONTROL_NAME_BYTES];
    uint32_t number, unused = 0;

    for (number = 1; number <= NUMBER_MOST && unused < FREE_MOST; number++) {
        shmb_control_name(number, name);
        if (state_find(sets->state, name) != NULL || look_at(sets, name))
            unused = 0;
        else
            unused++;
    }
}
