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

/* What became of a section that may be the broker's. */
enum look {
    LOOK_FREE,    /* there is none of this name */
    LOOK_DONE,    /* its blocks are closed, or it is another program's */
    LOOK_UNCLOSED /* it cannot be mapped now, or no memory */
};

/* Closes the locks of all blocks in a mapped section, and marks the blocks as moved. */
static enum look close_blocks(struct control_sets *sets, void *view, size_t size)
{
    struct control_lock *locks = calloc(size / sizeof(struct shmb_block) + 1, sizeof(*locks));
    struct shmb_block *block;
    size_t i, count = 0;
    uint32_t index;

    if (locks == NULL)
        return LOOK_UNCLOSED;
    for (index = 0; (block = shmb_control_block(view, size, index)) != NULL; index++)
        if (shmb_load64(&block->generation) != 0)
            locks[count++] = (struct control_lock){.block = block};
    control_locks_close(sets, locks, count);
    for (i = 0; i < count; i++)
        shmb_store64(&locks[i].block->generation, SHMB_BLOCK_MOVED);
    free(locks);
    return LOOK_DONE;
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

static enum look look_at(struct control_sets *sets, const char *name)
{
    const struct system *system = sets->system;
    const struct sys_spec wanted = {.kind = SHMB_SECTION, .name = name, .size = control_size(1)};
    struct own_section shared = {0};
    struct adoption judged;
    struct sys_facts facts;
    enum sys_status status = adoption_open(system, sets->state, sets->owner, &wanted, &facts,
                                           &judged, &shared.section, NULL);
    enum look look = LOOK_DONE;
    size_t size = 0;

    if (status == SYS_NOT_FOUND)
        look = LOOK_FREE;
    else if (status == SYS_NO_MEMORY)
        look = LOOK_UNCLOSED;
    if (judged.verdict != ADOPTION_CONFLICT && judged.live.kind == SHMB_SECTION &&
        facts.size <= SHMB_TABLE_MAX)
        size = size_of(sets, shared.section, facts.size);
    if (size != 0)
        look = own_section_map(system, &shared, size, NULL) == SYS_OK
                   ? close_blocks(sets, shared.view, size)
                   : LOOK_UNCLOSED;
    free(facts.sddl);
    own_section_end(system, &shared);
    return look;
}

bool control_forgotten_close(struct control_sets *sets, uint32_t number)
{
    char name[SHMB_CONTROL_NAME_BYTES];

    shmb_control_name(number, name);
    return look_at(sets, name) != LOOK_UNCLOSED;
}

/* As look_at, for a section that the state does not know. */
static enum look look_at_number(struct control_sets *sets, uint32_t number)
{
    char name[SHMB_CONTROL_NAME_BYTES];

    shmb_control_name(number, name);
    return state_find(sets->state, name) == NULL ? look_at(sets, name) : LOOK_DONE;
}

bool control_forgotten_find(struct control_sets *sets)
{
    bool closed = true;
    uint32_t number, unused = 0;
    size_t i;

    for (number = 1; number <= NUMBER_MOST && unused < FREE_MOST; number++) {
        enum look look = look_at_number(sets, number);

        closed &= look != LOOK_UNCLOSED;
        unused = look == LOOK_FREE ? unused + 1 : 0;
    }
    for (i = 0; i < sets->former_count; i++)
        closed &= look_at_number(sets, sets->former[i]) != LOOK_UNCLOSED;
    return closed;
}
