/*
 * builder.h - builds the tree of nodes from the events of the YAML parser.
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

/* All zero at the start, except file, text, messages, arena and taker, which are borrowed. */
struct builder {
    const char *file;
    const char *text; /* what libyaml reads */
    size_t length;
    size_t offset, index; /* the same place in it, in bytes and in characters */
    struct cfg_messages *messages;
    struct cfg_arena *arena;
    struct builder_frame frames[TREE_DEPTH_MAX]; /* the open collections, outermost first */
    size_t depth;
    struct builder_anchor anchors[TREE_ANCHORS_MAX];
    size_t anchor_count;
    uint32_t weight;
    unsigned documents;
    const struct tree_taker *taker; /* NULL: none */
    bool offering;                  /* the open group's entries go to the taker */
    bool anchored;                  /* there was an anchor since `mark` */
    unsigned waiting;               /* complete entries of the group that were not offered yet */
    struct arena_mark mark;         /* before the first of them */
    struct node *root;              /* NULL until the document has content */
};

/*
 * Adds one event to the tree; the caller still frees the event. CFG_INVALID: an error
 * was added, and no further event may follow. A builder needs no cleanup: all it
 * allocates is in the arena.
 */
enum cfg_result builder_event(struct builder *builder, const yaml_event_t *event);

/* Adds an error; line 0 means the file as a whole. */
void builder_error(struct builder *builder, uint32_t line, uint32_t column, const char *format, ...)
    SHMB_PRINTF(4, 5);

#endif
