/*
 * A part of `check`, as advice.c: nothing here is an error, for each of these may be meant. What is
 * said of accounts counts groups that hold nearly every user of a machine; it does not ask who is
 * in a group of the domain.
 */
#include "rule_advice.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clash.h"
#include "descriptor.h"
#include "pattern.h"
#include "totals.h"

#define PATH_SIZE    800 /* a path of a rule with a key behind it */
#define MANY_LOCKERS 64u /* more slots for each account are worth a word */
#define MOST_COMPARISONS                                                                           \
    UINT64_C(50000000) /* of patterns with names or patterns: about a second                       \
                        */

struct advice {
    const struct cfg *config;
    struct trustees *known;
    struct cfg_messages *messages;
};

/* Writes the path of a key of a rule. Returns `out`. */
static const char *key_path(const struct cfg_rule *rule, const char *key, char out[PATH_SIZE])
{
    (void)snprintf(out, PATH_SIZE, "%s.%s", rule->path, key);
    return out;
}

static const char *sid_of(const struct advice *advice, const struct cfg_trustee *trustee)
{
    const char *sid;

    if (strcmp(trustee->name, CFG_REQUESTER) == 0 ||
        trustees_resolve(advice->known, trustee->name, &sid, NULL) != SYS_OK)
        return "";
    return sid;
}

/* True for what holds nearly every user of the machine, or more. */
static bool is_many(const char *sid)
{
    static const char *const all[] = {
        "S-1-5-11",     /* Authenticated Users */
        "S-1-5-32-545", /* Users */
        "S-1-5-4",      /* Interactive */
        "S-1-5-14",     /* Remote Interactive Logon */
        "S-1-2-0",      /* Local */
    };
    size_t i;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (strcmp(sid, all[i]) == 0)
            return true;
    return descriptor_is_everybody(sid);
}

/* The first trustee with one of two levels that holds many. NULL: none. */
static const struct cfg_trustee *find_many(const struct advice *advice,
                                           const struct cfg_access *list, enum shmb_level level,
                                           enum shmb_level or_level)
{
    size_t i;

    for (i = 0; i < list->count; i++) {
        const struct cfg_trustee *trustee = &list->trustees[i];

        if ((trustee->level == level || trustee->level == or_level) &&
            is_many(sid_of(advice, trustee)))
            return trustee;
    }
    return NULL;
}

static void look_at_who(const struct advice *advice, const struct cfg_rule *rule)
{
    size_t i;

    for (i = 0; i < rule->who->count; i++) {
        const struct cfg_trustee *trustee = &rule->who->trustees[i];

        if (trustee->level == SHMB_LEVEL_READ && descriptor_is_everybody(sid_of(advice, trustee)))
            cfg_message_add(advice->messages, CFG_WARNING, &trustee->place, rule->who->path,
                            "'%s' may ask for objects, which includes every account and guests; "
                            "name only those who need to ask",
                            trustee->name);
    }
}

/* What one of many can do to the others. */
static void look_at_share(const struct advice *advice, const struct cfg_rule *rule)
{
    const struct cfg_trustee *many = find_many(advice, rule->who, SHMB_LEVEL_READ, SHMB_LEVEL_READ);
    const bool memory = (rule->kinds & 1u << SHMB_SECTION) != 0;
    char path[PATH_SIZE];

    if (many == NULL)
        return;
    if (rule->each.objects == rule->total.objects ||
        (memory && rule->each.memory == rule->total.memory))
        cfg_message_add(
            advice->messages, CFG_WARNING, &rule->each.place, key_path(rule, "each", path),
            "one account of '%s' may use up the %s of total alone, and nobody else "
            "gets any then; write less for each, or more for total",
            many->name, rule->each.objects == rule->total.objects ? "objects" : "memory");
    if (rule->life == CFG_LIFE_BROKER)
        cfg_message_add(advice->messages, CFG_WARNING, &rule->place, key_path(rule, "lives", path),
                        "nobody can give back what is requested, so '%s' can use up the quota, "
                        "and it stays used up until the broker stops; write lives: while open or "
                        "until released",
                        many->name);
}

static bool names_requester(const struct cfg_access *access)
{
    size_t i;

    for (i = 0; i < access->count; i++)
        if (strcmp(access->trustees[i].name, CFG_REQUESTER) == 0)
            return true;
    return false;
}

static bool anybody_writes(const struct cfg_access *access)
{
    size_t i;

    for (i = 0; i < access->count; i++)
        if (access->trustees[i].level == SHMB_LEVEL_WRITE ||
            access->trustees[i].level == SHMB_LEVEL_FULL)
            return true;
    return false;
}

static void look_at_writers(const struct advice *advice, const struct cfg_rule *rule)
{
    const struct cfg_trustee *writers =
        find_many(advice, rule->access, SHMB_LEVEL_WRITE, SHMB_LEVEL_FULL);
    char path[PATH_SIZE];

    if (!anybody_writes(rule->access))
        cfg_message_add(advice->messages, CFG_WARNING, &rule->place, key_path(rule, "access", path),
                        "nobody but administrators may write what is requested, not even who has "
                        "asked for it; add write: [" CFG_REQUESTER "]");
    else if (writers != NULL &&
             find_many(advice, rule->who, SHMB_LEVEL_READ, SHMB_LEVEL_READ) != NULL)
        cfg_message_add(advice->messages, CFG_WARNING, &rule->place, key_path(rule, "access", path),
                        "'%s' may write what any other account has requested; unless the accounts "
                        "trust each other, write access: { read: [%s], write: [" CFG_REQUESTER
                        "] }",
                        writers->name, writers->name);
}

/* With a list of its own each account has slots of its own, too. */
static void look_at_lockers(const struct advice *advice, const struct cfg_rule *rule)
{
    char path[PATH_SIZE];

    if (!rule->locked || rule->lock.kind != CFG_LOCK_FAST ||
        rule->lock.max_lockers <= MANY_LOCKERS || !names_requester(rule->access))
        return;
    cfg_message_add(advice->messages, CFG_WARNING, &rule->lock.place, key_path(rule, "lock", path),
                    "for each account that asks the broker makes %" PRIu32 " slots of its own, up "
                    "to a millisecond for each, and they count for limits.objects; write a smaller "
                    "max_lockers",
                    rule->lock.max_lockers);
}

/* Warns if an earlier pattern matches all that this one does. False: there is none. */
static bool look_at_earlier(const struct advice *advice, const struct cfg_rule *rule,
                            size_t pattern, const struct cfg_rule *earlier, size_t count)
{
    char path[PATH_SIZE];
    size_t i;

    for (i = 0; i < count; i++) {
        const struct cfg_place *place = &earlier->places[i];

        if (!pattern_covers(earlier->patterns[i], rule->patterns[pattern]))
            continue;
        cfg_message_add(advice->messages, CFG_WARNING, &rule->places[pattern],
                        key_path(rule, "names", path),
                        "'%s' decides nothing: '%s' of %s at %s:%lu:%lu matches all that it "
                        "matches, and the first one counts; %s",
                        rule->patterns[pattern], earlier->patterns[i],
                        earlier == rule ? "this rule" : earlier->path, place->file,
                        (unsigned long)place->line, (unsigned long)place->column,
                        earlier == rule ? "remove it" : "write the closer rule first");
        return true;
    }
    return false;
}

static void look_at_order(const struct advice *advice)
{
    const struct cfg *config = advice->config;
    size_t i, k, earlier;

    for (i = 0; i < config->rule_count; i++) {
        const struct cfg_rule *rule = &config->rules[i];

        for (k = 0; k < rule->pattern_count; k++) {
            for (earlier = 0; earlier < i; earlier++)
                if (look_at_earlier(advice, rule, k, &config->rules[earlier],
                                    config->rules[earlier].pattern_count))
                    break;
            if (earlier == i)
                (void)look_at_earlier(advice, rule, k, rule, k);
        }
    }
}

/* Warns once of a pattern that matches names of the configuration, companions included. */
static void look_at_names(const struct advice *advice, const struct cfg_rule *rule, size_t pattern)
{
    const struct cfg *config = advice->config;
    struct clash_holder first = {NULL, NULL, 0, CLASH_OBJECT};
    const struct cfg_place *place;
    char path[PATH_SIZE], more[48] = "";
    size_t i, k, found = 0;

    for (i = 0; i < config->count; i++) {
        struct clash_holder names[CLASH_NAMES];
        size_t count = clash_names(&config->objects[i], names);

        for (k = 0; k < count; k++) {
            if (!pattern_match(rule->patterns[pattern], names[k].name))
                continue;
            if (found++ == 0)
                first = names[k];
        }
    }
    if (found == 0)
        return;
    place = clash_place(&first);
    if (found > 1)
        (void)snprintf(more, sizeof(more), " and %zu more", found - 1);
    cfg_message_add(advice->messages, CFG_WARNING, &rule->places[pattern],
                    key_path(rule, "names", path),
                    "'%s' matches the name '%s' of %s at %s:%lu:%lu%s, too; what the configuration "
                    "names it also holds, so nobody can request that",
                    rule->patterns[pattern], first.name, first.object->path, place->file,
                    (unsigned long)place->line, (unsigned long)place->column, more);
}

/* Kernel objects that a rule may add: an upper limit, slots not counted. */
static uint64_t most_objects(const struct cfg_rule *rule)
{
    const bool segments = (rule->kinds & 1u << SHMB_SECTION) != 0;

    return rule->total.objects * (1 + (segments ? rule->locked + (uint64_t)rule->pair +
                                                      (rule->notify ? SHMB_CHANGE_EVENTS : 0)
                                                : 0));
}

static void warn_of_sum(const struct advice *advice, const struct cfg_limit *limit,
                        const char *path, uint64_t configured, uint64_t requested, const char *what)
{
    if (limit->place.line == 0 || requested <= limit->most - configured)
        return;
    cfg_message_add(
        advice->messages, CFG_WARNING, &limit->place, path,
        "the objects of the files take %" PRIu64 " %s, and what may be requested up to "
        "%" PRIu64 ", together more than the limit of %" PRIu64 ": requests are refused "
        "before the quotas (total) are used up; write less for them, or raise the limit",
        configured, what, requested, limit->most);
}

static void look_at_sums(const struct advice *advice)
{
    const struct cfg *config = advice->config;
    const struct totals totals = totals_add((struct totals){0}, config);
    const struct cfg_place file = {config->file, 0, 0};
    uint64_t objects = 0, memory = 0, entries = 0;
    size_t i;

    for (i = 0; i < config->rule_count; i++) {
        const struct cfg_rule *rule = &config->rules[i];

        entries += rule->total.objects;
        objects += most_objects(rule);
        if ((rule->kinds & 1u << SHMB_SECTION) != 0)
            memory += rule->total.memory;
    }
    warn_of_sum(advice, &config->limits.objects, "limits.objects", totals.objects, objects,
                "objects (with locks, slots and events)");
    warn_of_sum(advice, &config->limits.memory, "limits.memory", totals.memory, memory, "bytes");
    if (totals.entries + entries > CFG_OBJECTS_MAX)
        cfg_message_add(advice->messages, CFG_WARNING, &file, "requests",
                        "the files name %" PRIu64 " objects, and up to %" PRIu64 " may be "
                        "requested, together more than the %u that a broker holds: requests are "
                        "refused before the quotas (total) are used up; write less for them",
                        totals.entries, entries, CFG_OBJECTS_MAX);
}

void rule_advice_add(const struct cfg *config, struct trustees *known,
                     struct cfg_messages *messages)
{
    const struct advice advice = {config, known, messages};
    uint64_t patterns = 0, names;
    size_t i, k;

    if (config->rule_count == 0)
        return;
    for (i = 0; i < config->rule_count; i++) {
        look_at_who(&advice, &config->rules[i]);
        look_at_share(&advice, &config->rules[i]);
        look_at_writers(&advice, &config->rules[i]);
        look_at_lockers(&advice, &config->rules[i]);
        patterns += config->rules[i].pattern_count;
    }
    if (patterns * patterns <= MOST_COMPARISONS)
        look_at_order(&advice);
    names = totals_add((struct totals){0}, config).objects;
    for (i = 0; i < config->rule_count && patterns * names <= MOST_COMPARISONS; i++)
        for (k = 0; k < config->rules[i].pattern_count; k++)
            look_at_names(&advice, &config->rules[i], k);
    look_at_sums(&advice);
}
