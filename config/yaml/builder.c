/*
 * One step for each event of libyaml. `frames` is the stack of open collections; what ends
 * goes into the innermost one. Limits on depth, entries, anchors and weight keep a small
 * hostile file from becoming a huge tree.
 */
#include "builder.h"

#include <string.h>

#include "escapes.h"
#include "hash.h"
#include "nameset.h"
#include "utf.h"

#define FEW_KEYS 12u /* up to here, comparing each with each is cheaper than a table */

/*
 * Entries of a group that go to the taker together. Parser and reader take turns in the
 * processor's caches for code, which are too small for both: one by one costs far more time.
 */
#define OFFERED_AT_ONCE 64u

void builder_error(struct builder *b, uint32_t line, uint32_t column, const char *format, ...)
{
    struct cfg_place place = {b->file, line, column};
    va_list values;

    va_start(values, format);
    cfg_message_addv(b->messages, CFG_ERROR, &place, NULL, format, values);
    va_end(values);
}

/* Adds an error at the start of the event. Always CFG_INVALID. */
static enum cfg_result refuse(struct builder *b, const yaml_event_t *event, const char *text)
{
    builder_error(b, (uint32_t)event->start_mark.line + 1, (uint32_t)event->start_mark.column + 1,
                  "%s", text);
    return CFG_INVALID;
}

static enum cfg_result refuse_tag(struct builder *b, const yaml_event_t *event)
{
    return refuse(b, event,
                  "tags are not supported; remove what starts with !, or put the text in quotes");
}

/* Adds to the weight of the file and of the open collection, and refuses too much. */
static enum cfg_result charge(struct builder *b, const yaml_event_t *event, uint32_t weight)
{
    /*
     * An alias costs as much as its value, although it shares the nodes: readers walk them
     * each time.
     */
    if (weight > TREE_WEIGHT_MAX - b->weight)
        return refuse(b, event, "the file is too large with all aliases expanded");
    b->weight += weight;
    if (b->depth > 0)
        /* on_end adds it to the collections further out. */
        b->frames[b->depth - 1].collection->weight += weight;
    return CFG_OK;
}

/* A node with the place of the event, and `extra` bytes behind it. NULL: no memory. */
static struct node *new_node(struct builder *b, const yaml_event_t *event, enum node_kind kind,
                             size_t extra)
{
    struct node *node = arena_raw(b->arena, sizeof *node + extra);

    if (node != NULL)
        *node = (struct node){
            .kind = kind,
            .line = (uint32_t)event->start_mark.line + 1,
            .column = (uint32_t)event->start_mark.column + 1,
        };
    return node;
}

/* Offers the complete entries of a group to the taker, and drops those that it takes. */
static enum cfg_result offer(struct builder *b, struct node *group)
{
    enum tree_take take;

    if (b->waiting == 0)
        return CFG_OK;
    b->waiting = 0;
    take = b->taker->take(b->taker->context, b->frames[0].collection, b->frames[0].last->key,
                          group->first);
    if (take == TREE_STOP)
        return CFG_INVALID;
    b->offering = take == TREE_TAKE;
    if (take == TREE_KEEP)
        return CFG_OK;
    group->first = b->frames[1].last = NULL;
    /* An alias may refer to a part of them. */
    if (!b->anchored)
        arena_rewind(b->arena, b->mark);
    b->anchored = false;
    b->mark = arena_mark(b->arena);
    return CFG_OK;
}

/* Counts an entry that is now complete, if it is one of a group. */
static enum cfg_result entry_done(struct builder *b)
{
    if (b->depth != 2 || !b->offering || ++b->waiting < OFFERED_AT_ONCE)
        return CFG_OK;
    return offer(b, b->frames[1].collection);
}

/* Adds a node to the open collection as key, value or entry. */
static enum cfg_result attach(struct builder *b, const yaml_event_t *event, struct node *node)
{
    struct builder_frame *frame;
    struct node_item *item;

    if (b->depth == 0) {
        b->root = node;
        return CFG_OK;
    }
    frame = &b->frames[b->depth - 1];
    /* In a mapping, nodes are key and value in turn. */
    if (frame->collection->kind == NODE_MAPPING && frame->key == NULL) {
        if (node->kind != NODE_SCALAR)
            return refuse(b, event,
                          "a key must be a text, not a list or mapping; put a name that starts "
                          "with { or [ in quotes");
        frame->key = node;
        return CFG_OK;
    }
    if (frame->collection->count >= TREE_ENTRIES_MAX)
        return refuse(b, event, "too many entries in one list or mapping");
    item = arena_raw(b->arena, sizeof *item);
    if (item == NULL)
        return CFG_NO_MEMORY;
    *item = (struct node_item){.key = frame->key, .value = node};
    frame->key = NULL;
    if (frame->last == NULL)
        frame->collection->first = item;
    else
        frame->last->next = item;
    frame->last = item;
    frame->collection->count++;
    return node->open ? CFG_OK : entry_done(b);
}

static struct builder_anchor *find_anchor(struct builder *b, const char *name)
{
    size_t i;

    for (i = 0; i < b->anchor_count; i++)
        if (strcmp(b->anchors[i].name, name) == 0)
            return &b->anchors[i];
    return NULL;
}

/* Remembers the node of an anchor; a later anchor of the same name replaces it. */
static enum cfg_result set_anchor(struct builder *b, const yaml_event_t *event,
                                  const yaml_char_t *name, struct node *node)
{
    struct builder_anchor *anchor;

    anchor = find_anchor(b, (const char *)name);
    if (anchor == NULL) {
        if (b->anchor_count == TREE_ANCHORS_MAX)
            return refuse(b, event, "too many anchors; a file may have 256 different ones");
        anchor = &b->anchors[b->anchor_count];
        anchor->name = arena_text(b->arena, (const char *)name, strlen((const char *)name));
        if (anchor->name == NULL)
            return CFG_NO_MEMORY;
        b->anchor_count++;
    }
    anchor->node = node;
    b->anchored = true;
    return CFG_OK;
}

/* An alias is the node of its anchor, and weighs as much. */
static enum cfg_result on_alias(struct builder *b, const yaml_event_t *event)
{
    struct builder_anchor *anchor = find_anchor(b, (const char *)event->data.alias.anchor);
    struct node *node;
    enum cfg_result result;

    if (anchor == NULL)
        return refuse(
            b, event,
            "this alias has no anchor before it; write &name at the value it refers to, or "
            "put a text that starts with * in quotes");
    node = anchor->node;
    /* The tree must have no circle: readers would never end. */
    if (node->open)
        return refuse(b, event, "this alias refers to the value that contains it");
    result = charge(b, event, node->weight);
    if (result != CFG_OK)
        return result;
    if (node->kind == NODE_SCALAR) { /* a copy, so that it has the place of the alias */
        struct node *copy = new_node(b, event, NODE_SCALAR, 0);

        if (copy == NULL)
            return CFG_NO_MEMORY;
        copy->plain = node->plain;
        copy->weight = node->weight;
        copy->text = node->text;
        copy->length = node->length;
        copy->source = node->source;
        node = copy;
    }
    return attach(b, event, node);
}

/* The byte of a mark. Marks only grow, so each character is passed once. */
static size_t offset_of(struct builder *b, const yaml_mark_t *mark)
{
    const char *at = b->text + b->offset, *end = b->text + b->length;

    for (; b->index < mark->index && at < end; b->index++)
        if (shmb_utf8_next(&at, end) == UINT32_MAX) /* cannot happen: the file is well-formed */
            break;
    b->offset = (size_t)(at - b->text);
    return b->offset;
}

/* Keeps what is written between double quotes if it has escapes that matter. False: no memory. */
static bool keep_source(struct builder *b, const yaml_event_t *event, struct node *node)
{
    size_t start = offset_of(b, &event->start_mark) + 1, end = offset_of(b, &event->end_mark);

    /* An anchor precedes the quote. */
    while (start < end && b->text[start - 1] != '"')
        start++;
    if (start >= end || !escape_matters(b->text + start, end - 1 - start))
        return true;
    node->source = arena_text(b->arena, b->text + start, end - 1 - start);
    return node->source != NULL;
}

static enum cfg_result on_scalar(struct builder *b, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    struct node *node;
    char *copy;
    enum cfg_result result;

    if (event->data.scalar.tag != NULL)
        return refuse_tag(b, event);
    node = new_node(b, event, NODE_SCALAR,
                    length + 1); /* a text of libyaml is shorter than SIZE_MAX */
    if (node == NULL)
        return CFG_NO_MEMORY;
    copy = (char *)(node + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->weight = 1 + (uint32_t)(length / 64);
    node->text = copy;
    node->length = length;
    if (event->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE && !keep_source(b, event, node))
        return CFG_NO_MEMORY;
    result = charge(b, event, node->weight);
    if (result == CFG_OK && event->data.scalar.anchor != NULL)
        result = set_anchor(b, event, event->data.scalar.anchor, node);
    return result == CFG_OK ? attach(b, event, node) : result;
}

/* Begins a list or a mapping: the following nodes belong to it until on_end. */
static enum cfg_result on_start(struct builder *b, const yaml_event_t *event, enum node_kind kind,
                                const yaml_char_t *anchor, const yaml_char_t *tag)
{
    struct node *node;
    enum cfg_result result;

    if (tag != NULL)
        return refuse_tag(b, event);
    if (b->depth == TREE_DEPTH_MAX)
        return refuse(b, event, "lists and mappings are nested too deep");
    node = new_node(b, event, kind, 0);
    if (node == NULL)
        return CFG_NO_MEMORY;
    /* Attached before its entries are known: on_alias refuses it until its end. */
    node->open = true;
    result = attach(b, event, node);
    if (result == CFG_OK && anchor != NULL)
        result = set_anchor(b, event, anchor, node);
    if (result != CFG_OK)
        return result;
    memset(&b->frames[b->depth], 0, sizeof b->frames[0]);
    b->frames[b->depth++].collection = node;
    if (b->depth == 2) {
        b->offering = b->taker != NULL && kind == NODE_MAPPING && anchor == NULL &&
                      b->frames[0].collection->kind == NODE_MAPPING;
        b->anchored = false;
        b->mark = arena_mark(b->arena);
    }
    return charge(b, event, 1);
}

static bool same_key(const void *a, const void *b)
{
    const struct node *x = ((const struct node_item *)a)->key;
    const struct node *y = ((const struct node_item *)b)->key;

    return x->length == y->length && memcmp(x->text, y->text, x->length) == 0;
}

static uint32_t key_hash(const struct node *key)
{
    return shmb_hash_bytes(SHMB_HASH_START, key->text, key->length);
}

/* The item before `item` that has the same key, or NULL. */
static const struct node_item *find_key(const struct node *mapping, const struct node_item *item)
{
    const struct node_item *at;

    for (at = mapping->first; at != item; at = at->next)
        if (same_key(at, item))
            return at;
    return NULL;
}

static void report_twice(struct builder *b, const struct node *key, const struct node *first)
{
    builder_error(b, key->line, key->column,
                  "the key '%.64s' is written twice, first at %s:%lu:%lu; remove one", key->text,
                  b->file, (unsigned long)first->line, (unsigned long)first->column);
}

/* Removes items whose key is already in the mapping; each is an error. */
static enum cfg_result drop_doubles(struct builder *b, struct node *mapping)
{
    struct nameset set = {0};
    struct node_item **link = &mapping->first;
    bool many = mapping->count > FEW_KEYS;

    if (mapping->first == NULL) /* empty, or all taken */
        return CFG_OK;
    if (many && !nameset_init(&set, mapping->count))
        return CFG_NO_MEMORY;
    while (*link != NULL) {
        struct node_item *item = *link;
        const struct node_item *first =
            many ? nameset_add(&set, key_hash(item->key), item, same_key) : find_key(mapping, item);

        if (first == NULL) {
            link = &item->next;
            continue;
        }
        report_twice(b, item->key, first->key);
        *link = item->next;
        mapping->count--;
    }
    nameset_free(&set);
    return CFG_OK;
}

/* Closes the innermost collection. A mapping is checked for keys written twice. */
static enum cfg_result on_end(struct builder *b)
{
    struct node *node = b->frames[--b->depth].collection;
    enum cfg_result result;

    node->open = false;
    if (b->depth > 0)
        b->frames[b->depth - 1].collection->weight += node->weight;
    result = b->depth == 1 ? offer(b, node) : CFG_OK;
    if (result == CFG_OK && node->kind == NODE_MAPPING)
        result = drop_doubles(b, node);
    return result == CFG_OK ? entry_done(b) : result;
}

enum cfg_result builder_event(struct builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->documents++ > 0)
            return refuse(b, event, "a second document starts here; a file may have only one");
        return CFG_OK;
    case YAML_ALIAS_EVENT:
        return on_alias(b, event);
    case YAML_SCALAR_EVENT:
        return on_scalar(b, event);
    case YAML_SEQUENCE_START_EVENT:
        return on_start(b, event, NODE_SEQUENCE, event->data.sequence_start.anchor,
                        event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return on_start(b, event, NODE_MAPPING, event->data.mapping_start.anchor,
                        event->data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_end(b);
    default:
        return CFG_OK;
    }
}
