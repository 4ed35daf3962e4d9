/*
 * arena.h - memory that is freed all at once.
 */
#ifndef CFG_ARENA_H
#define CFG_ARENA_H

#include <stddef.h>

struct cfg_arena;

struct cfg_arena *arena_new(void);        /* NULL: no memory */
void arena_free(struct cfg_arena *arena); /* NULL is allowed */

/* Zeroed memory, aligned for any of our types, until arena_free. NULL: no memory. */
void *arena_alloc(struct cfg_arena *arena, size_t size);

/* The same, but not zeroed. */
void *arena_raw(struct cfg_arena *arena, size_t size);

/* The same for an array, zeroed. NULL also where the product is beyond size_t. */
void *arena_array(struct cfg_arena *arena, size_t count, size_t size);

/*
 * Grows or shrinks a block that only this function makes (`memory` NULL: a new one). What is
 * in it stays, what is new is not zeroed. NULL: no memory, and the block is as before.
 */
void *arena_resize(struct cfg_arena *arena, void *memory, size_t count, size_t size);

/* How far an arena is filled. */
struct arena_mark {
    const void *chunk;
    size_t used;
};

struct arena_mark arena_mark(const struct cfg_arena *arena);

/* Gives back what was allocated since the mark (nearly all of it); it must not be used again. */
void arena_rewind(struct cfg_arena *arena, struct arena_mark mark);

/* A terminated copy of a text. NULL: no memory. */
char *arena_text(struct cfg_arena *arena, const char *text, size_t length);

#endif
