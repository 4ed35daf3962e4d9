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

/* The same for an array. NULL also where the product is beyond size_t. */
void *arena_array(struct cfg_arena *arena, size_t count, size_t size);

/* A terminated copy of a text. NULL: no memory. */
char *arena_text(struct cfg_arena *arena, const char *text, size_t length);

#endif
