/*
 * A list of chunks, each twice the size of the one before, up to CHUNK_LAST. Memory is handed
 * out from the first chunk only; what is left of an older one is not used again.
 */
#include "arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"

#define CHUNK_FIRST 4096u
#define CHUNK_LAST  (256u * 1024) /* what is left of the last one stays unused */

/* Aligned for everything that a configuration contains. */
union unit {
    uint64_t number;
    void *pointer;
};

struct chunk {
    struct chunk *next;
    size_t used, size; /* in units */
    union unit units[];
};

struct cfg_arena {
    struct chunk *chunks; /* the one in use first */
    size_t chunk_bytes;   /* of the next ordinary chunk */
};

struct cfg_arena *arena_new(void)
{
    struct cfg_arena *arena = calloc(1, sizeof *arena);

    if (arena != NULL)
        arena->chunk_bytes = CHUNK_FIRST;
    return arena;
}

void arena_free(struct cfg_arena *arena)
{
    struct chunk *chunk, *next;

    if (arena == NULL)
        return;
    for (chunk = arena->chunks; chunk != NULL; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(arena);
}

static struct chunk *new_chunk(size_t units)
{
    struct chunk *chunk;

    if (units > (SIZE_MAX - sizeof *chunk) / sizeof(union unit))
        return NULL;
    chunk = malloc(sizeof *chunk + units * sizeof(union unit));
    if (chunk != NULL)
        *chunk = (struct chunk){.size = units};
    return chunk;
}

/* Gives a large block a chunk of its own, behind the one in use. */
static void *alloc_big(struct cfg_arena *arena, size_t units)
{
    struct chunk *chunk = new_chunk(units);

    if (chunk == NULL)
        return NULL;
    chunk->used = units;
    if (arena->chunks == NULL) {
        arena->chunks = chunk;
    } else {
        chunk->next = arena->chunks->next;
        arena->chunks->next = chunk;
    }
    return chunk->units;
}

/* As arena_raw, where the chunk in use has not enough. */
static SHMB_NEVER_INLINE void *raw_in_new_chunk(struct cfg_arena *arena, size_t units)
{
    struct chunk *chunk;

    /* A chunk for itself: a new ordinary chunk would leave much of the old one unused. */
    if (units > arena->chunk_bytes / sizeof(union unit) / 4)
        return alloc_big(arena, units);
    chunk = new_chunk(arena->chunk_bytes / sizeof(union unit));
    if (chunk == NULL)
        return NULL;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    if (arena->chunk_bytes < CHUNK_LAST)
        arena->chunk_bytes *= 2;
    chunk->used = units;
    return chunk->units;
}

void *arena_raw(struct cfg_arena *arena, size_t size)
{
    size_t units = size / sizeof(union unit) + (size % sizeof(union unit) != 0);
    struct chunk *chunk = arena->chunks;
    void *memory;

    if (units == 0)
        units = 1;
    if (chunk == NULL || chunk->size - chunk->used < units)
        return raw_in_new_chunk(arena, units);
    memory = &chunk->units[chunk->used];
    chunk->used += units;
    return memory;
}

/* Zeroed here and not chunk by chunk: memory is touched once, shortly before its use. */
void *arena_alloc(struct cfg_arena *arena, size_t size)
{
    void *memory = arena_raw(arena, size);

    return memory != NULL ? memset(memory, 0, size) : NULL;
}

void *arena_array(struct cfg_arena *arena, size_t count, size_t size)
{
    /* A product that wraps would give too little memory. */
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return arena_alloc(arena, count * size);
}

void *arena_resize(struct cfg_arena *arena, void *memory, size_t count, size_t size)
{
    struct chunk **link = &arena->chunks, *chunk;
    size_t units;

    if (size == 0 || count > (SIZE_MAX - sizeof *chunk) / size - sizeof(union unit))
        return NULL;
    units = count * size / sizeof(union unit) + 1;
    if (memory == NULL)
        return alloc_big(arena, units);
    while ((*link)->units != memory)
        link = &(*link)->next;
    chunk = realloc(*link, sizeof *chunk + units * sizeof(union unit));
    if (chunk == NULL)
        return NULL;
    chunk->used = chunk->size = units;
    *link = chunk;
    return chunk->units;
}

struct arena_mark arena_mark(const struct cfg_arena *arena)
{
    struct arena_mark mark = {arena->chunks, arena->chunks != NULL ? arena->chunks->used : 0};

    return mark;
}

void arena_rewind(struct cfg_arena *arena, struct arena_mark mark)
{
    /* Another chunk in front was taken since the mark, so all of it is free. */
    if (arena->chunks != NULL)
        arena->chunks->used = arena->chunks == mark.chunk ? mark.used : 0;
}

char *arena_text(struct cfg_arena *arena, const char *text, size_t length)
{
    char *copy = length < SIZE_MAX ? arena_raw(arena, length + 1) : NULL;

    if (copy == NULL)
        return NULL;
    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}
