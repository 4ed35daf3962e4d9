/*
 * Settings of the main file only; merge.c refuses them in included files, by what is stored
 * here.
 */
#include "read_settings.h"

#include <string.h>

#include "pattern.h"
#include "read_access.h"
#include "read_outputs.h"
#include "read_text.h"

/* Adds one include path to the configuration. */
static void add_pattern(struct reader *reader, const struct node *node, const struct path *path)
{
    struct cfg_include *include = &reader->cfg->includes[reader->cfg->include_count];
    const char *fault;
    struct shown shown;

    if (node->kind != NODE_SCALAR || node_is_null(node)) {
        reader_error(reader, node, path, "expected the path of a file, found %s",
                     reader_show(node, &shown));
        return;
    }
    if (!read_text_check(reader, node, path, "the path"))
        return;
    fault = pattern_fault(node->text, node->length, true);
    if (fault != NULL) {
        reader_error(reader, node, path, "%s", fault);
        return;
    }
    include->pattern = reader_text(reader, node->text, node->length);
    include->path = reader_path_text(reader, path);
    include->place = reader_place(reader, node);
    if (!reader->no_memory)
        reader->cfg->include_count++;
}

/* A path or a list of paths. Files are found and loaded by the service. */
static void read_include(struct reader *reader, const struct node *node, const struct path *path)
{
    const struct node_item *item;
    struct path entry = {path, NULL, 0};
    size_t count = node->kind == NODE_SEQUENCE ? node->count : 1;

    if (count == 0 || count > CFG_INCLUDES_MAX) {
        reader_error(reader, node, path, "expected a path or a list of 1 to %u paths",
                     CFG_INCLUDES_MAX);
        return;
    }
    reader->cfg->includes = reader_alloc(reader, count, sizeof *reader->cfg->includes);
    if (reader->cfg->includes == NULL)
        return;
    if (node->kind != NODE_SEQUENCE) {
        add_pattern(reader, node, path);
        return;
    }
    for (item = node->first; item != NULL && !reader->no_memory; item = item->next) {
        add_pattern(reader, item->value, &entry);
        entry.index++;
    }
}

/* Reads directory.access; levels other than read are errors. */
static void read_directory(struct reader *reader, const struct node *node, const struct path *path)
{
    static const char *const keys[] = {"access"};
    struct path below = {path, keys[0], 0};
    const struct cfg_access *access;
    const struct node *value;
    unsigned meant;
    size_t i;

    if (!read_keys(reader, node, path, keys, 1, &value, &meant))
        return;
    if (value == NULL) {
        if (meant == 0)
            reader_error(reader, node, path,
                         "directory needs access, such as access: { read: [AuthenticatedUsers] }");
        return;
    }
    access = read_access(reader, value, &below);
    for (i = 0; access != NULL && i < access->count; i++) {
        const struct cfg_trustee *trustee = &access->trustees[i];

        if (trustee->level == SHMB_LEVEL_READ)
            continue;
        cfg_message_add(reader->messages, CFG_ERROR, &trustee->place, access->path,
                        "the directory can only be read; give '%s' read, or remove it",
                        trustee->name);
    }
    reader->cfg->directory = access;
}

static void read_most_objects(struct reader *reader, const struct node *node,
                              const struct path *path, struct cfg_limit *limit)
{
    limit->place = reader_place(reader, node);
    if (!read_number(reader, node, path, 1, 2 * CFG_OBJECTS_MAX, &limit->most))
        limit->most = UINT64_MAX; /* after an error nothing exceeds the limit */
}

static void read_most_memory(struct reader *reader, const struct node *node,
                             const struct path *path, struct cfg_limit *limit)
{
    limit->place = reader_place(reader, node);
    limit->most = read_size(reader, node, path, CFG_MEMORY_MAX, "the limit is 1 byte to 1 PiB");
    if (limit->most == 0)
        limit->most = UINT64_MAX;
}

static void read_limits(struct reader *reader, const struct node *node, const struct path *path)
{
    static const char *const keys[] = {"objects", "memory"};
    struct path objects = {path, keys[0], 0}, memory = {path, keys[1], 0};
    struct cfg_limits *limits = &reader->cfg->limits;
    const struct node *values[2];
    unsigned meant;

    if (!read_keys(reader, node, path, keys, 2, values, &meant))
        return;
    limits->place = reader_place(reader, node);
    if (values[0] == NULL && values[1] == NULL && meant == 0)
        reader_error(reader, node, path, "limits needs objects, memory or both");
    if (values[0] != NULL)
        read_most_objects(reader, values[0], &objects, &limits->objects);
    if (values[1] != NULL)
        read_most_memory(reader, values[1], &memory, &limits->memory);
}

static void read_watch(struct reader *reader, const struct node *node, const struct path *path)
{
    reader->cfg->watch_place = reader_place(reader, node);
    read_bool(reader, node, path, &reader->cfg->watch);
}

static void read_hold(struct reader *reader, const struct node *node, const struct path *path)
{
    uint64_t ms;

    reader->cfg->hold_place = reader_place(reader, node);
    if (read_time(reader, node, path, 0, CFG_HOLD_MS_MAX, "the time is 0 to 24 h", &ms))
        reader->cfg->hold_ms = (uint32_t)ms;
}

void read_settings(struct reader *reader, const struct node *const *values)
{
    static const struct {
        const char *key;
        void (*read)(struct reader *reader, const struct node *node, const struct path *path);
    } settings[SETTINGS_COUNT] = {{"include", read_include}, {"directory", read_directory},
                                  {"limits", read_limits},   {"watch", read_watch},
                                  {"hold_for", read_hold},   {"metrics", read_metrics},
                                  {"log", read_log}};
    size_t i;

    for (i = 0; i < SETTINGS_COUNT; i++) {
        struct path path = {NULL, settings[i].key, 0};

        if (values[i] != NULL)
            settings[i].read(reader, values[i], &path);
    }
}
