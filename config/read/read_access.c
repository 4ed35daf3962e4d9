/*
 * Trustees stay as written: the service looks accounts up later (service/core/access). The
 * entries are counted before they are read, because an array in the arena cannot grow.
 */
#include "read_access.h"

#include <string.h>

#include "read_text.h"
#include "suggest.h"

#define TRUSTEE_BYTES_MAX 1024u /* more than any account name has */

/* The keys of a list, and what messages say of it. */
struct form {
    const char *const *keys;
    const enum shmb_level *levels; /* of each key; the last one is that of deny */
    size_t count;
    bool requester; /* CFG_REQUESTER may be in it */
    const char *nobody, *deny_alone;
};

static const char *const level_keys[] = {"read", "write", "full", "deny"};
static const enum shmb_level levels[] = {SHMB_LEVEL_READ, SHMB_LEVEL_WRITE, SHMB_LEVEL_FULL,
                                         SHMB_LEVEL_DENY};

static const char *const who_keys[] = {"allow", "deny"};
static const enum shmb_level who_levels[] = {SHMB_LEVEL_READ, SHMB_LEVEL_DENY};

#define ACCESS_NOBODY     "access names nobody; write { read: [...], write: [...] } or remove it"
#define ACCESS_DENY_ALONE "deny alone leaves nobody who may use the object; add read, write or full"

static const struct form access_form = {level_keys, levels,        SHMB_LEVEL_COUNT,
                                        false,      ACCESS_NOBODY, ACCESS_DENY_ALONE};
static const struct form rule_access_form = {level_keys, levels,        SHMB_LEVEL_COUNT,
                                             true,       ACCESS_NOBODY, ACCESS_DENY_ALONE};
static const struct form who_form = {who_keys,
                                     who_levels,
                                     2,
                                     false,
                                     "who names nobody; write [Users] or { allow: [...], deny: "
                                     "[...] }",
                                     "deny alone leaves nobody who may ask; add allow"};

/* An access list that is being read. */
struct listing {
    struct reader *reader;
    const struct form *form;
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

/* True: the word for the account that asks makes no sense here; an error was added. */
static bool refuse_requester(const struct listing *list, enum shmb_level level,
                             const struct node *node, const struct path *path)
{
    struct shown shown;

    if (!list->form->requester)
        reader_error(list->reader, node, path,
                     "%s is the account that has asked for an object, so it is for access below "
                     "requests; for an account of this name write its computer or domain first, as "
                     "in 'CORP\\%s'",
                     reader_show(node, &shown), node->text);
    else if (level == SHMB_LEVEL_DENY)
        reader_error(list->reader, node, path,
                     "%s is the account that has asked for the object; remove it, or exclude "
                     "accounts by deny in who",
                     reader_show(node, &shown));
    else
        return false;
    return true;
}

/* Warns of a word that is probably CFG_REQUESTER. */
static void warn_of_requester(struct reader *reader, const struct node *node,
                              const struct path *path)
{
    static const char *const word[] = {CFG_REQUESTER};
    struct shown shown;

    if (suggest_word(node->text, node->length, word, 1) != NULL)
        reader_warn(reader, node, path,
                    "%s is an account or group; did you mean %s, the account that asks?",
                    reader_show(node, &shown), CFG_REQUESTER);
}

static void add_trustee(struct listing *list, enum shmb_level level, const struct node *node,
                        const struct path *path)
{
    struct cfg_trustee *trustee = &list->access->trustees[list->access->count];
    bool requester;

    if (refuse_trustee(list->reader, node, path) || refuse_double(list, node, path)) {
        list->good = false;
        return;
    }
    requester = same_trustee(node->text, CFG_REQUESTER);
    if (requester && refuse_requester(list, level, node, path)) {
        list->good = false;
        return;
    }
    if (!requester && list->form->requester)
        warn_of_requester(list->reader, node, path);
    trustee->name = requester ? CFG_REQUESTER : reader_text(list->reader, node->text, node->length);
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
        for (i = 0; i < list->form->count && !node_is(item->key, list->form->keys[i]); i++)
            ;
        if (i < list->form->count) {
            struct path below = {path, list->form->keys[i], 0};

            read_level(list, list->form->levels[i], item->value, &below);
        }
    }
}

/* An upper limit of the trustees of a level: an empty list counts as one, which is refused. */
static size_t count_entries(const struct node *level)
{
    return level->kind == NODE_SEQUENCE && level->count > 1 ? level->count : 1;
}

/* False: the list as a whole makes no sense; an error was added. */
static bool check_count(struct reader *reader, const struct node *node, const struct path *path,
                        size_t count)
{
    if (count > CFG_TRUSTEES_MAX)
        reader_error(reader, node, path,
                     "%zu trustees are more than the %u of one access list; use a group", count,
                     CFG_TRUSTEES_MAX);
    return count <= CFG_TRUSTEES_MAX;
}

/* The same for a mapping from levels to trustees. */
static bool check_levels(struct reader *reader, const struct form *form, const struct node *node,
                         const struct path *path, const struct node *const *values, size_t *count)
{
    bool allows = false;
    size_t i;

    *count = 0;
    for (i = 0; i < form->count; i++) {
        if (values[i] == NULL)
            continue;
        *count += count_entries(values[i]);
        allows = allows || form->levels[i] != SHMB_LEVEL_DENY;
    }
    if (node_is_null(node) || node->count == 0)
        reader_error(reader, node, path, "%s", form->nobody);
    else if (!check_count(reader, node, path, *count))
        return false;
    else if (*count > 0 && !allows)
        reader_error(reader, node, path, "%s", form->deny_alone);
    else
        return *count > 0; /* 0: only unknown keys, which are errors already */
    return false;
}

/* Makes an empty list with room for `count` trustees. False: no memory. */
static bool begin_list(struct listing *list, const struct node *node, const struct path *path,
                       size_t count)
{
    struct cfg_access *access = reader_alloc(list->reader, 1, sizeof *access);

    if (access == NULL)
        return false;
    access->place = reader_place(list->reader, node);
    access->path = reader_path_text(list->reader, path);
    access->trustees = reader_alloc(list->reader, count, sizeof *access->trustees);
    list->access = access;
    return access->trustees != NULL;
}

static const struct cfg_access *end_list(const struct listing *list)
{
    return list->good && !list->reader->no_memory ? list->access : NULL;
}

/* Reads a mapping from levels to trustees. */
static const struct cfg_access *read_form(struct reader *reader, const struct form *form,
                                          const struct node *node, const struct path *path)
{
    const struct node *values[SHMB_LEVEL_COUNT];
    struct listing list = {reader, form, NULL, 0, true};
    size_t count;

    if (!read_keys(reader, node, path, form->keys, form->count, values, NULL) ||
        !check_levels(reader, form, node, path, values, &count) ||
        !begin_list(&list, node, path, count))
        return NULL;
    read_levels(&list, node, path);
    return end_list(&list);
}

const struct cfg_access *read_access(struct reader *reader, const struct node *node,
                                     const struct path *path)
{
    return read_form(reader, &access_form, node, path);
}

const struct cfg_access *read_rule_access(struct reader *reader, const struct node *node,
                                          const struct path *path)
{
    return read_form(reader, &rule_access_form, node, path);
}

const struct cfg_access *read_who(struct reader *reader, const struct node *node,
                                  const struct path *path)
{
    struct listing list = {reader, &who_form, NULL, 0, true};

    if (node->kind == NODE_MAPPING || node_is_null(node))
        return read_form(reader, &who_form, node, path);
    if (!check_count(reader, node, path, count_entries(node)) ||
        !begin_list(&list, node, path, count_entries(node)))
        return NULL;
    read_level(&list, SHMB_LEVEL_READ, node, path);
    return end_list(&list);
}
