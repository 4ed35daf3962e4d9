/*
 * tree.h - YAML text as a tree of nodes, each with its place.
 *
 * The part of YAML that a configuration needs: one document, no tags, keys
 * that are plain texts and differ, aliases as long as their expansion stays within
 * TREE_WEIGHT_MAX. An aliased collection is one node with several parents.
 */
#ifndef CFG_TREE_H
#define CFG_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "messages.h"

#define TREE_DEPTH_MAX   16u
#define TREE_ENTRIES_MAX 100000u  /* of one mapping or list */
#define TREE_ANCHORS_MAX 256u     /* different ones */
#define TREE_WEIGHT_MAX  2000000u /* nodes, aliases expanded; 64 bytes of text weigh as one */

enum node_kind { NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };

struct node {
    enum node_kind kind;
    bool plain; /* scalar without quotes: may be a number, true, null */
    bool open;  /* collection whose end has not been read yet */
    uint32_t line, column;
    uint32_t weight; /* of itself and all below */
    union {
        struct {
            const char *text; /* scalar; terminated, and well-formed UTF-8 */
            size_t length;
            const char *source; /* in double quotes with escapes that matter (escapes.h): what
                                   is between the quotes in the file; else NULL */
        };
        struct {
            struct node_item *first; /* collection: its entries in order */
            size_t count;
        };
    };
};

struct node_item {
    struct node_item *next;
    const struct node *key; /* NULL in a list */
    const struct node *value;
};

/* True for a null value: empty, ~ or null without quotes. */
bool node_is_null(const struct node *node);

/* True for a scalar that has exactly this text. */
bool node_is(const struct node *node, const char *text);

/* What a taker does with entries. */
enum tree_take {
    TREE_KEEP, /* they stay in the tree */
    TREE_TAKE, /* they leave the tree, and their nodes are gone after the call */
    TREE_STOP  /* the parse ends with CFG_INVALID, without a message */
};

/*
 * Gets the entries of the mappings one level below the root soon after they are complete, so
 * that a large file never stands in memory as a whole: some at a time, in their order, linked
 * from `entries` on. `root` has the keys read so far; `group` is the key of the mapping. Of a
 * group with an anchor no entry is offered, because an alias may refer to all of it; nor of a
 * group that is an alias. `count` of a mapping counts the entries that were taken, too; keys
 * written twice are not found among them.
 */
struct tree_taker {
    enum tree_take (*take)(void *context, const struct node *root, const struct node *group,
                           const struct node_item *entries);
    void *context;
};

/*
 * Parses a text into nodes in `arena`. `taker` may be NULL. `*root` is NULL unless CFG_OK.
 *
 * CFG_OK       there is a tree; keys written twice are errors in `messages`,
 *              and the tree has the first of each
 * CFG_INVALID  no tree; the last error says why
 */
enum cfg_result tree_parse(const char *file, const char *text, size_t length,
                           struct cfg_messages *messages, struct cfg_arena *arena,
                           const struct tree_taker *taker, struct node **root);

#endif
