/*
 * The top of the reading: version, settings, defaults, then the objects. The order is fixed
 * here, not by the file: objects need the defaults, and a file of another version is not
 * judged at all.
 */
#include "read_configuration.h"

#include "read_access.h"
#include "read_object.h"
#include "read_requests.h"
#include "read_rights.h"
#include "read_settings.h"

enum {
    KEY_VERSION,
    KEY_INCLUDE,
    KEY_DIRECTORY,
    KEY_LIMITS,
    KEY_WATCH,
    KEY_HOLD,
    KEY_METRICS,
    KEY_LOG,
    KEY_DEFAULTS,
    KEY_GROUPS,
    KEY_REQUESTS = KEY_GROUPS + SHMB_KIND_COUNT,
    KEY_COUNT
};

_Static_assert(KEY_DEFAULTS - KEY_INCLUDE == SETTINGS_COUNT, "the keys that read_settings reads");

static const char *const keys[KEY_COUNT] = {
    "version",  "include",  "directory", "limits", "watch",      "hold_for", "metrics", "log",
    "defaults", "segments", "mutexes",   "events", "semaphores", "queues",   "requests"};

static const struct path requests_path = {NULL, "requests", 0};

/* Reads all objects of one kind. A group without objects is allowed. */
static void read_group(struct reader *reader, enum shmb_kind kind, const struct node *group)
{
    struct path path = {NULL, keys[KEY_GROUPS + kind], 0};
    const struct node_item *item;
    struct shown shown;

    if (group->kind != NODE_MAPPING) {
        if (!node_is_null(group))
            reader_error(reader, group, &path, "expected a mapping from names to objects, found %s",
                         reader_show(group, &shown));
        return;
    }
    for (item = group->first; item != NULL && !reader->no_memory; item = item->next)
        read_object(reader, kind, item, &path);
}

/* The kind of the objects below a key of the file; SHMB_KIND_COUNT: it is no group. */
static int group_kind(const struct node *key)
{
    int kind = 0;

    while (kind < SHMB_KIND_COUNT && !node_is(key, keys[KEY_GROUPS + kind]))
        kind++;
    return kind;
}

/* Reads the groups in the order they are written; objects stay in that order. */
static void read_groups(struct reader *reader, const struct node *root)
{
    const struct node_item *item;

    for (item = root->first; item != NULL; item = item->next)
        if (group_kind(item->key) < SHMB_KIND_COUNT)
            read_group(reader, (enum shmb_kind)group_kind(item->key), item->value);
}

/* The value of `version`, wherever it is in the file. NULL: not written. */
static const struct node *find_version(const struct node *root)
{
    const struct node_item *item;

    for (item = root->kind == NODE_MAPPING ? root->first : NULL; item != NULL; item = item->next)
        if (node_is(item->key, keys[KEY_VERSION]))
            return item->value;
    return NULL;
}

/* False: the file has another version, so the rest of it cannot be judged. */
static bool read_version(struct reader *reader, const struct node *node)
{
    struct path path = {NULL, keys[KEY_VERSION], 0};
    uint64_t version;

    if (node == NULL || !read_number(reader, node, &path, 1, 999, &version) ||
        version == CFG_VERSION)
        return true;
    reader_error(reader, node, &path,
                 "version %llu is not known to this broker; it reads version %d",
                 (unsigned long long)version, CFG_VERSION);
    return false;
}

static void read_defaults(struct reader *reader, const struct node *node)
{
    static const char *const words[] = {"access", "integrity", "audit"};
    struct path path = {NULL, keys[KEY_DEFAULTS], 0}, below = {&path, words[0], 0};
    const struct node *values[3] = {NULL, NULL, NULL};
    unsigned meant = 0;

    if (node == NULL)
        return;
    if (!read_keys(reader, node, &path, words, 3, values, &meant))
        /*
         * Of the wrong type: as if access were misspelt, so that not every object reports it
         * missing.
         */
        meant = 1;
    reader->defaults_written = values[0] != NULL || (meant & 1u) != 0;
    if (values[0] != NULL)
        reader->defaults = read_access(reader, values[0], &below);
    if (values[1] != NULL)
        read_integrity(reader, values[1], &path, &reader->integrity);
    if (values[2] != NULL)
        read_audit(reader, values[2], &path, &reader->audit);
}

/* True if `requests` has rules, or cannot be read, which is an error of its own. */
static bool may_have_rules(const struct node *requests)
{
    return requests != NULL && !node_is_null(requests) &&
           (requests->kind != NODE_MAPPING || requests->count > 0);
}

/* Makes room for all objects of a file; `clean`: no error so far. False: too many, or no memory. */
static bool make_room(struct reader *reader, const struct node *root,
                      const struct node *const *groups, bool clean)
{
    size_t count = 0, i;

    for (i = 0; i < SHMB_KIND_COUNT; i++) {
        if (groups[i] == NULL)
            continue;
        if (groups[i]->kind == NODE_MAPPING)
            count += groups[i]->count;
        else if (!node_is_null(groups[i]))
            clean = false;
    }
    if (count > CFG_OBJECTS_MAX) {
        reader_error(reader, root, NULL, "%zu objects are more than the %u of one file", count,
                     CFG_OBJECTS_MAX);
        return false;
    }
    if (count == 0) {
        if (clean) /* else the objects may be in a part that could not be read */
            reader_error(reader, root, NULL,
                         "the file names no object, so there is nothing to hold; add segments, "
                         "mutexes, events, semaphores, queues or requests");
        return true;
    }
    reader->cfg->objects = reader_alloc(reader, count, sizeof *reader->cfg->objects);
    return reader->cfg->objects != NULL;
}

/* Reads all but the objects. False: the file cannot be judged; an error was added. */
static bool read_top(struct reader *reader, const struct node *root,
                     const struct node *values[KEY_COUNT])
{
    const struct node *version = find_version(root);
    unsigned meant;

    reader->cfg->hold_ms = CFG_HOLD_MS;
    if (!read_version(reader, version) ||
        !read_keys(reader, root, NULL, keys, KEY_COUNT, values, &meant))
        return false;
    if (version == NULL && (meant & 1u << KEY_VERSION) == 0)
        reader_error(reader, root, NULL,
                     "the file does not say which version it is; add version: 1");
    read_settings(reader, &values[KEY_INCLUDE]);
    read_defaults(reader, values[KEY_DEFAULTS]);
    return true;
}

void read_configuration(struct reader *reader, const struct node *root)
{
    const struct node *values[KEY_COUNT];
    size_t before = reader->messages->errors;

    if (!read_top(reader, root, values))
        return;
    if (values[KEY_REQUESTS] != NULL)
        read_requests(reader, values[KEY_REQUESTS], &requests_path);
    /* With include or requests, a file needs no objects of its own. */
    if (make_room(reader, root, &values[KEY_GROUPS],
                  reader->messages->errors == before && values[KEY_INCLUDE] == NULL &&
                      !may_have_rules(values[KEY_REQUESTS])))
        read_groups(reader, root);
}

/* True if nothing was wrong so far. */
static bool is_clean(const struct reader *reader)
{
    return reader->messages->errors == 0 && reader->messages->warnings == 0 && !reader->no_memory;
}

/* Makes room for one more object. False: no memory. */
static bool grow(struct read_flow *flow)
{
    struct cfg *cfg = flow->reader->cfg;
    size_t room = flow->room * 2;
    void *objects;

    if (cfg->count < flow->room)
        return true;
    /* Memory that is not used is given back at the end; that which moves costs more. */
    if (room == 0)
        room = flow->lines < CFG_OBJECTS_MAX ? flow->lines + 1 : CFG_OBJECTS_MAX;
    objects = arena_resize(cfg->arena, cfg->objects, room, sizeof *cfg->objects);
    if (objects == NULL) {
        flow->reader->no_memory = true;
        return false;
    }
    cfg->objects = objects;
    flow->room = room;
    return true;
}

enum tree_take read_flow_take(void *context, const struct node *root, const struct node *group,
                              const struct node_item *entries)
{
    struct read_flow *flow = context;
    int kind = group_kind(group);
    struct path path = {NULL, group->text, 0};
    const struct node *values[KEY_COUNT];
    const struct node_item *item;

    if (kind == SHMB_KIND_COUNT)
        return TREE_KEEP;
    if (flow->top == 0) {
        flow->top = root->count;
        if (!read_top(flow->reader, root, values))
            return TREE_STOP;
    }
    for (item = entries; item != NULL && is_clean(flow->reader) && grow(flow); item = item->next)
        read_object(flow->reader, (enum shmb_kind)kind, item, &path);
    return is_clean(flow->reader) ? TREE_TAKE : TREE_STOP;
}

bool read_flow_end(struct read_flow *flow, const struct node *root)
{
    struct cfg *cfg = flow->reader->cfg;
    const struct node_item *item;
    size_t i = 0, entries = 0;
    void *objects;

    if (flow->top == 0) { /* the tree is whole */
        read_configuration(flow->reader, root);
        return is_clean(flow->reader);
    }
    for (item = root->first; item != NULL; item = item->next, i++) {
        bool is_group = group_kind(item->key) < SHMB_KIND_COUNT;

        if (node_is(item->key, keys[KEY_REQUESTS])) { /* no object needs it */
            read_requests(flow->reader, item->value, &requests_path);
            continue;
        }
        /* A setting behind the objects may have a meaning for them. */
        if (!is_group && i >= flow->top)
            return false;
        if (is_group && item->value->kind != NODE_MAPPING && !node_is_null(item->value))
            return false;
        if (is_group && item->value->kind == NODE_MAPPING)
            entries += item->value->count;
    }
    /* An alias is a group, too, and its entries were not offered. */
    if (entries != cfg->count || entries > CFG_OBJECTS_MAX || !is_clean(flow->reader))
        return false;
    objects = arena_resize(cfg->arena, cfg->objects, cfg->count, sizeof *cfg->objects);
    if (objects != NULL)
        cfg->objects = objects;
    return true;
}
