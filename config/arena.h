/*
 * arena.h - memory that is given back all at once.
 */
#ifndef CFG_ARENA_H
#define CFG_ARENA_H

#include <stddef.h>

struct cfg_arena;

struct cfg_arena *arena_new(void);        /* NULL: no memory */
void arena_free(struct cfg_arena *arena); /* NULL is allowed */

/* Zeroed memory for any of our types, alive until arena_free. NULL: no memory. */
void *arena_alloc(struct cfg_arena *arena, size_t size);

/* The same for an array; a product beyond size_t is no memory. */
void *arena_array(struct cfg_arena *arena, size_t count, size_t size);

/* A terminated copy of a text. NULL: no memory. */
char *arena_text(struct cfg_arena *arena, const char *text, size_t length);

#endif
