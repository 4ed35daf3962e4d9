/*
 * builder.h - the events of the YAML parser, one after the other, as nodes.
 */
#ifndef CFG_BUILDER_H
#define CFG_BUILDER_H

#include <yaml.h>

#include "tree.h"

struct builder_frame {
    struct node *collection;
    struct node_item *last;
    const struct node *key; /* waits for its value */
};

struct builder_anchor {
    const char *name;
    struct node *node;
};

/* Zeroed at first, but for the three borrowed pointers. */
struct builder {
    const char *file;
    struct cfg_messages *messages;
    struct cfg_arena *arena;
    struct builder_frame frames[TREE_DEPTH_MAX]; /* the collections that are open */
    size_t depth;
    struct builder_anchor anchors[TREE_ANCHORS_MAX];
    size_t anchor_count;
    uint32_t weight;
    unsigned documents;
    struct node *root; /* NULL until the document has content */
};

/*
 * Takes one event; it stays the caller's. CFG_INVALID: an error was added that
 * ends the reading. Nothing is to be ended in a builder: all is in the arena.
 */
enum cfg_result builder_event(struct builder *builder, const yaml_event_t *event);

/* Adds an error; line 0 means the file as a whole. */
void builder_error(struct builder *builder, uint32_t line, uint32_t column, const char *format, ...)
    SHMB_PRINTF(4, 5);

#endif
