/*
 * A rule is like an object that is not there yet: what an object says of itself is read by the same
 * readers. What each request says (size, counts, reset) has no key here.
 */
#include "read_requests.h"

#include <string.h>

#include "directory.h"
#include "kind_words.h"
#include "names.h"
#include "read_access.h"
#include "read_companions.h"
#include "read_patterns.h"
#include "read_rights.h"
#include "read_text.h"
#include "rules.h"

enum {
    KEY_NAMES,
    KEY_WHO,
    KEY_KINDS,
    KEY_SIZE,
    KEY_EACH,
    KEY_TOTAL,
    KEY_RATE,
    KEY_ACCESS,
    KEY_INTEGRITY,
    KEY_AUDIT,
    KEY_LOCK,
    KEY_NOTIFY,
    KEY_SNAPSHOTS,
    KEY_LIVES,
    KEY_COUNT
};

static const char *const keys[KEY_COUNT] = {"names", "who",    "kinds",     "size",      "each",
                                            "total", "rate",   "access",    "integrity", "audit",
                                            "lock",  "notify", "snapshots", "lives"};

static const struct refused_key refused[] = {
    {"sddl", "a rule has no sddl, because the account that asks could not stand in it; use access"},
    {"initial", "memory that is requested begins with zeros, and whoever requests a semaphore says "
                "its counts; remove initial"},
    {"keep", "what is requested is not restored after a reboot; remove keep"},
    {"save_every", "what is requested is not saved; remove save_every"},
    {"sessions", "what is requested has no alias; remove sessions"},
    {"reset", "whoever requests an event says how it is reset; remove reset"},
    {"set", "whoever requests an event says whether it is set; remove set"},
    {"maximum", "whoever requests a semaphore says its counts; remove maximum"},
    {NULL, NULL}};

#define SEGMENTS (1u << SHMB_SECTION)

static void read_kind(struct reader *reader, const struct node *node, const struct path *path,
                      struct cfg_rule *rule)
{
    size_t word;

    if (node_is(node, "queue") || node_is(node, "queues"))
        reader_error(reader, node, path, "queues cannot be requested; remove it");
    else if (!read_word(reader, node, path, shmb_kind_one, SHMB_KINDS_REQUESTED, &word))
        return;
    else if ((rule->kinds & 1u << word) != 0)
        reader_error(reader, node, path, "'%s' is in this list twice; remove one",
                     shmb_kind_one[word]);
    else
        rule->kinds |= 1u << word;
}

/* A kind or a list of kinds. */
static void read_kinds(struct reader *reader, const struct node *node, const struct path *path,
                       struct cfg_rule *rule)
{
    struct path entry = {path, NULL, 0};
    const struct node_item *item;

    if (node->kind != NODE_SEQUENCE)
        read_kind(reader, node, path, rule);
    else if (node->count == 0)
        reader_error(reader, node, path,
                     "the list is empty; name segment, mutex, event or semaphore");
    else
        for (item = node->first; item != NULL; item = item->next, entry.index++)
            read_kind(reader, item->value, &entry, rule);
}

/* A quota as it is written: 0 where it is not, or is wrong. */
struct quota {
    const struct node *objects_at, *memory_at; /* NULL: not written */
    uint64_t objects, memory;
};

static void read_quota(struct reader *reader, const struct node *node, const struct path *path,
                       struct quota *quota)
{
    static const char *const words[] = {"objects", "memory"};
    const struct path objects = {path, words[0], 0}, memory = {path, words[1], 0};
    const struct node *values[2];
    unsigned meant;

    if (!read_keys(reader, node, path, words, 2, values, &meant))
        return;
    if (values[0] == NULL && values[1] == NULL && meant == 0)
        reader_error(reader, node, path, "%s needs objects, memory or both", path->key);
    quota->objects_at = values[0];
    quota->memory_at = values[1];
    if (values[0] != NULL)
        (void)read_number(reader, values[0], &objects, 1, CFG_OBJECTS_MAX, &quota->objects);
    if (values[1] != NULL)
        quota->memory =
            read_size(reader, values[1], &memory, CFG_MEMORY_MAX, "a quota is 1 byte to 1 PiB");
}

/* What one account may have, and all; 0: not written, or wrong. */
struct pair {
    const struct node *each_at;
    uint64_t each, total;
    bool known; /* both are written right, or not written */
};

/*
 * Fills in what is not written. One account never has more than all: by default it has less where
 * the total is less, but who writes more for one must write the total, too.
 */
static void settle(struct reader *reader, struct pair *pair, uint64_t each, uint64_t total,
                   const struct path *path, const char *what)
{
    const bool total_written = pair->total != 0;

    if (!total_written)
        pair->total = total;
    if (pair->each == 0)
        pair->each = each < pair->total ? each : pair->total;
    if (pair->known && pair->each > pair->total)
        reader_error(reader, pair->each_at, path,
                     "%llu %s for one account are more than the %llu for all (total.%s%s)",
                     (unsigned long long)pair->each, what, (unsigned long long)pair->total,
                     path->key, total_written ? "" : ", which is not written");
}

/* Returns true if each.memory is written. */
static bool read_quotas(struct reader *reader, const struct node *each_node,
                        const struct node *total_node, const struct path *path,
                        const struct cfg_place *place, struct cfg_rule *rule)
{
    const struct path each_path = {path, keys[KEY_EACH], 0},
                      total_path = {path, keys[KEY_TOTAL], 0};
    const struct path objects_path = {&each_path, "objects", 0},
                      memory_path = {&each_path, "memory", 0};
    struct quota each = {NULL, NULL, 0, 0}, total = {NULL, NULL, 0, 0};
    struct pair objects, memory;

    if (each_node != NULL)
        read_quota(reader, each_node, &each_path, &each);
    if (total_node != NULL)
        read_quota(reader, total_node, &total_path, &total);
    objects = (struct pair){each.objects_at, each.objects, total.objects,
                            (each.objects_at != NULL) == (each.objects != 0) &&
                                (total.objects_at != NULL) == (total.objects != 0)};
    memory = (struct pair){each.memory_at, each.memory, total.memory,
                           (each.memory_at != NULL) == (each.memory != 0) &&
                               (total.memory_at != NULL) == (total.memory != 0)};
    settle(reader, &objects, CFG_EACH_OBJECTS, CFG_TOTAL_OBJECTS, &objects_path, "objects");
    settle(reader, &memory, CFG_EACH_MEMORY, CFG_TOTAL_MEMORY, &memory_path, "bytes");
    rule->each = (struct cfg_quota){objects.each, memory.each,
                                    each_node != NULL ? reader_place(reader, each_node) : *place};
    rule->total =
        (struct cfg_quota){objects.total, memory.total,
                           total_node != NULL ? reader_place(reader, total_node) : *place};
    /* After an error in one of them nothing is too large for it. */
    if (!memory.known)
        rule->each.memory = rule->total.memory = UINT64_MAX;
    return each.memory_at != NULL;
}

/* No request of the greatest size could succeed. */
static void check_size(struct reader *reader, const struct node *node, const struct path *path,
                       bool each_written, const struct cfg_rule *rule)
{
    const uint64_t taken = cfg_rule_memory(rule, rule->size);

    if (taken <= rule->each.memory)
        return;
    reader_error(reader, node, path,
                 "a segment of this size takes %llu bytes (whole pages%s), more than the %llu that "
                 "one account may have (%s); write a smaller size, or each: { memory: ... }",
                 (unsigned long long)taken, rule->pair ? ", and its section for snapshots" : "",
                 (unsigned long long)rule->each.memory,
                 each_written                          ? "each.memory"
                 : rule->each.memory < CFG_EACH_MEMORY ? "total.memory"
                                                       : "each.memory, by default");
}

/* What only segments have. `kinds` without them: each key is an error. */
static void read_segments(struct reader *reader, const struct node *key,
                          const struct node *const *values, unsigned meant, const struct path *path,
                          struct cfg_rule *rule)
{
    static const unsigned of_segments[] = {KEY_SIZE, KEY_LOCK, KEY_NOTIFY, KEY_SNAPSHOTS};
    const struct path size = {path, keys[KEY_SIZE], 0}, lock = {path, keys[KEY_LOCK], 0};
    const struct path notify = {path, keys[KEY_NOTIFY], 0},
                      snapshots = {path, keys[KEY_SNAPSHOTS], 0};
    size_t i;

    if ((rule->kinds & SEGMENTS) == 0) {
        /* No kind at all: `kinds` is wrong, which is an error already. */
        for (i = 0; rule->kinds != 0 && i < sizeof of_segments / sizeof of_segments[0]; i++) {
            const struct path below = {path, keys[of_segments[i]], 0};

            if (values[of_segments[i]] != NULL)
                reader_error(reader, values[of_segments[i]], &below,
                             "only segments have %s; add segment to kinds, or remove %s", below.key,
                             below.key);
        }
        return;
    }
    if (values[KEY_SIZE] != NULL)
        rule->size = read_size(reader, values[KEY_SIZE], &size, CFG_SIZE_MAX,
                               "a segment has 1 byte to 1024 GiB");
    else if ((meant & 1u << KEY_SIZE) == 0)
        reader_error(reader, key, path,
                     "a rule for segments needs the size of the largest, such as size: 1 MiB");
    rule->lock.place = reader_place(reader, values[KEY_LOCK] != NULL ? values[KEY_LOCK] : key);
    rule->locked = read_lock(reader, values[KEY_LOCK], &lock, &rule->lock, NULL);
    if (values[KEY_NOTIFY] != NULL)
        read_bool(reader, values[KEY_NOTIFY], &notify, &rule->notify);
    if (values[KEY_SNAPSHOTS] != NULL)
        rule->pair = read_snapshots_double(reader, values[KEY_SNAPSHOTS], &snapshots, rule->size);
}

/* The keys of a rule whose name is already set. */
static void read_rule(struct reader *reader, const struct node *key, const struct node *node,
                      const struct path *path, struct cfg_rule *rule)
{
    const struct path names = {path, keys[KEY_NAMES], 0}, who = {path, keys[KEY_WHO], 0};
    const struct path kinds = {path, keys[KEY_KINDS], 0}, size = {path, keys[KEY_SIZE], 0};
    const struct path rate = {path, keys[KEY_RATE], 0}, life = {path, keys[KEY_LIVES], 0};
    const struct node *values[KEY_COUNT];
    uint64_t number = CFG_RATE;
    unsigned meant;
    size_t word = CFG_LIFE_OPEN;
    bool each_written;

    if (!read_keys_refusing(reader, node, path, keys, KEY_COUNT, refused, values, &meant))
        return;
    if (values[KEY_NAMES] != NULL)
        read_patterns(reader, values[KEY_NAMES], &names, rule);
    else if ((meant & 1u << KEY_NAMES) == 0)
        reader_error(reader, key, path, "a rule needs names, such as names: 'MyApp.*'");
    if (values[KEY_WHO] != NULL)
        rule->who = read_who(reader, values[KEY_WHO], &who);
    else if ((meant & 1u << KEY_WHO) == 0)
        reader_error(reader, key, path, "a rule needs who may ask, such as who: [Users]");
    if (values[KEY_KINDS] != NULL)
        read_kinds(reader, values[KEY_KINDS], &kinds, rule);
    else if ((meant & 1u << KEY_KINDS) == 0)
        rule->kinds = SEGMENTS;
    read_segments(reader, key, values, meant, path, rule);
    each_written =
        read_quotas(reader, values[KEY_EACH], values[KEY_TOTAL], path, &rule->place, rule);
    if (rule->size != 0)
        check_size(reader, values[KEY_SIZE], &size, each_written, rule);
    if (values[KEY_RATE] != NULL &&
        !read_number(reader, values[KEY_RATE], &rate, 1, CFG_RATE_MAX, &number))
        number = CFG_RATE;
    rule->rate = (uint32_t)number;
    read_rule_rights(reader, key, &values[KEY_ACCESS], meant >> KEY_ACCESS, path, rule);
    if (values[KEY_LIVES] != NULL)
        (void)read_word(reader, values[KEY_LIVES], &life, cfg_life_words, CFG_LIVES, &word);
    rule->life = (enum cfg_life)word;
}

/* False: this is no name for a rule; an error was added. */
static bool check_name(struct reader *reader, const struct node *key, const struct path *path,
                       const struct path *group)
{
    enum shmb_name_fault fault;
    const char *bare;
    size_t length;

    if (key->length > SHMB_RULE_NAME_MAX) {
        reader_error(reader, key, path, "the name of a rule has at most %u bytes; this one has %zu",
                     SHMB_RULE_NAME_MAX, key->length);
        return false;
    }
    fault = shmb_name_check(key->text, key->length, &bare, &length);
    if ((fault == SHMB_NAME_OK || fault == SHMB_NAME_CONTROL) &&
        !read_text_check(reader, key, path, "the name"))
        return false;
    if (fault != SHMB_NAME_OK)
        reader_error(reader, key, key->length > 0 ? path : group, "%s",
                     shmb_name_fault_text(fault));
    else if (bare != key->text || strpbrk(key->text, "*?") != NULL)
        reader_error(
            reader, key, path,
            "this is the name of the rule; patterns of what may be requested are below it: "
            "names: '%s'",
            bare);
    else
        return true;
    return false;
}

static void read_entry(struct reader *reader, const struct node_item *item,
                       const struct path *group)
{
    struct cfg_rule *rule = &reader->cfg->rules[reader->cfg->rule_count];
    const struct path path = {group, item->key->text, 0};
    bool good;

    if (read_merge_key(reader, item->key, group))
        return;
    good = check_name(reader, item->key, &path, group);
    memset(rule, 0, sizeof *rule);
    rule->place = reader_place(reader, item->key);
    rule->name = reader_text(reader, item->key->text, item->key->length);
    rule->hash = shmb_name_hash(item->key->text, item->key->length);
    rule->path = reader_path_text(reader, &path);
    read_rule(reader, item->key, item->value, &path, rule);
    /* Not counted, the slot is used again by the next rule. */
    if (good && !reader->no_memory)
        reader->cfg->rule_count++;
}

void read_requests(struct reader *reader, const struct node *node, const struct path *path)
{
    const struct node_item *item;
    struct shown shown;

    if (node->kind != NODE_MAPPING) {
        if (!node_is_null(node))
            reader_error(reader, node, path, "expected a mapping from names to rules, found %s",
                         reader_show(node, &shown));
        return;
    }
    if (node->count > CFG_RULES_MAX) {
        reader_error(reader, node, path, "%zu rules are more than the %u of one file", node->count,
                     CFG_RULES_MAX);
        return;
    }
    if (node->count == 0)
        return;
    reader->cfg->rules = reader_alloc(reader, node->count, sizeof *reader->cfg->rules);
    for (item = node->first; item != NULL && !reader->no_memory; item = item->next)
        read_entry(reader, item, path);
}
