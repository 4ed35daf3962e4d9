/*
 * Trustees stay as written: the service looks accounts up later (service/core/access). The
 * entries are counted before they are read, because an array in the arena cannot grow.
 */
#include "read_access.h"

#include <string.h>

#include "read_text.h"

#define TRUSTEE_BYTES_MAX 1024u /* more than any account name has */

static const char *const levels[SHMB_LEVEL_COUNT] = {"read", "write", "full", "deny"};

/* An access list that is being read. */
struct listing {
    struct reader *reader;
    struct cfg_access *access;
    size_t level_start; /* first trustee of the current level */
    bool good;
};

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* Ignores ASCII case. Accounts are not looked up here: this code runs on any system. */
static bool same_trustee(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

/* True: the node is no trustee; an error was added. */
static bool refuse_trustee(struct reader *reader, const struct node *node, const struct path *path)
{
    struct shown shown;

    if (node_is_null(node) || (node->kind == NODE_SCALAR && node->length == 0))
        reader_error(reader, node, path,
                     "no account is named here; write an account, group or SID");
    else if (node->kind != NODE_SCALAR)
        reader_error(reader, node, path, "expected an account, group or SID, found %s",
                     reader_show(node, &shown));
    else if (node->length > TRUSTEE_BYTES_MAX)
        reader_error(reader, node, path, "%s is too long for an account",
                     reader_show(node, &shown));
    else if (read_text_check(reader, node, path, "the account")) {
        if (strstr(node->text, "\\\\") != NULL)
            reader_warn(reader, node, path,
                        "%s has two backslashes in a row; only in double quotes is a backslash "
                        "written twice",
                        reader_show(node, &shown));
        if (memchr(node->text, ',', node->length) != NULL)
            reader_warn(reader, node, path, "%s is one account; several are a list: [A, B]",
                        reader_show(node, &shown));
        return false;
    }
    return true;
}

/* True: the level already has this trustee; an error was added. */
static bool refuse_double(const struct listing *list, const struct node *node,
                          const struct path *path)
{
    struct shown shown;
    size_t i;

    /* Only within the level: an account may be in several. */
    for (i = list->level_start; i < list->access->count; i++) {
        const struct cfg_trustee *first = &list->access->trustees[i];

        if (!same_trustee(first->name, node->text))
            continue;
        reader_error(list->reader, node, path,
                     "%s is in this list twice, first at %s:%lu:%lu; remove one",
                     reader_show(node, &shown), first->place.file, (unsigned long)first->place.line,
                     (unsigned long)first->place.column);
        return true;
    }
    return false;
}

static void add_trustee(struct listing *list, enum shmb_level level, const struct node *node,
                        const struct path *path)
{
    struct cfg_trustee *trustee = &list->access->trustees[list->access->count];

    if (refuse_trustee(list->reader, node, path) || refuse_double(list, node, path)) {
        list->good = false;
        return;
    }
    trustee->name = reader_text(list->reader, node->text, node->length);
    trustee->level = level;
    trustee->place = reader_place(list->reader, node);
    if (trustee->name != NULL)
        list->access->count++;
}

static void read_level(struct listing *list, enum shmb_level level, const struct node *node,
                       const struct path *path)
{
    const struct node_item *item;
    struct path entry = {path, NULL, 0};

    list->level_start = list->access->count;
    if (node->kind == NODE_SCALAR) {
        add_trustee(list, level, node, path);
        return;
    }
    if (node->kind != NODE_SEQUENCE || node->count == 0) {
        struct shown shown;

        reader_error(list->reader, node, path, "expected a trustee or a list of trustees, found %s",
                     node->count == 0 ? "an empty list or mapping" : reader_show(node, &shown));
        list->good = false;
        return;
    }
    for (item = node->first; item != NULL && !list->reader->no_memory; item = item->next) {
        add_trustee(list, level, item->value, &entry);
        entry.index++;
    }
}

/* Reads the levels in the order they are written; trustees stay in that order. */
static void read_levels(struct listing *list, const struct node *node, const struct path *path)
{
    const struct node_item *item;
    size_t i;

    for (item = node->first; item != NULL && !list->reader->no_memory; item = item->next) {
        for (i = 0; i < SHMB_LEVEL_COUNT && !node_is(item->key, levels[i]); i++)
            ;
        if (i < SHMB_LEVEL_COUNT) {
            struct path below = {path, levels[i], 0};

            read_level(list, (enum shmb_level)i, item->value, &below);
        }
    }
}

/* An upper limit of the trustees: a key is in the tree only once. */
static size_t count_entries(const struct node *const values[SHMB_LEVEL_COUNT])
{
    size_t i, count = 0;

    for (i = 0; i < SHMB_LEVEL_COUNT; i++) {
        if (values[i] == NULL)
            continue;
        /* An empty list counts as one: read_level refuses it. */
        count += values[i]->kind == NODE_SEQUENCE && values[i]->count > 1 ? values[i]->count : 1;
    }
    return count;
}

/* False: the list as a whole makes no sense; an error was added. */
static bool check_levels(struct reader *reader, const struct node *node, const struct path *path,
                         const struct node *const values[SHMB_LEVEL_COUNT], size_t count)
{
    if (node_is_null(node) || node->count == 0)
        reader_error(reader, node, path,
                     "access names nobody; write { read: [...], write: [...] } or remove it");
    else if (count > CFG_TRUSTEES_MAX)
        reader_error(reader, node, path,
                     "%zu trustees are more than the %u of one access list; use a group", count,
                     CFG_TRUSTEES_MAX);
    else if (count > 0 && values[SHMB_LEVEL_READ] == NULL && values[SHMB_LEVEL_WRITE] == NULL &&
             values[SHMB_LEVEL_FULL] == NULL)
        reader_error(reader, node, path,
                     "deny alone leaves nobody who may use the object; add read, write or full");
    else
        return count > 0; /* 0: only unknown keys, which are errors already */
    return false;
}

const struct cfg_access *read_access(struct reader *reader, const struct node *node,
                                     const struct path *path)
{
    const struct node *values[SHMB_LEVEL_COUNT];
    struct listing list = {reader, NULL, 0, true};
    size_t count;

    if (!read_keys(reader, node, path, levels, SHMB_LEVEL_COUNT, values, NULL))
        return NULL;
    count = count_entries(values);
    if (!check_levels(reader, node, path, values, count))
        return NULL;
    list.access = reader_alloc(reader, 1, sizeof *list.access);
    if (list.access == NULL)
        return NULL;
    list.access->place = reader_place(reader, node);
    list.access->path = reader_path_text(reader, path);
    list.access->trustees = reader_alloc(reader, count, sizeof *list.access->trustees);
    if (list.access->trustees == NULL)
        return NULL;
    read_levels(&list, node, path);
    return list.good && !reader->no_memory ? list.access : NULL;
}
