/*
 * The whole borrows: it copies the objects of the parts, not what they point to. A part is
 * asked about first and then taken, so that it can be left out as a whole.
 */
#include "merge.h"

#include <string.h>

#include "arena.h"
#include "clash.h"
#include "rules.h"
#include "totals.h"

static bool refuse(struct cfg_messages *messages, const struct cfg_place *place, const char *key)
{
    cfg_message_add(messages, CFG_ERROR, place, NULL,
                    "%s is not allowed in an included file; write it in the main file", key);
    return false;
}

bool cfg_may_include(const struct cfg *part, struct cfg_messages *messages)
{
    bool may = true;
    size_t i;

    for (i = 0; i < part->include_count; i++)
        may = refuse(messages, &part->includes[i].place, "include");
    if (part->directory != NULL)
        may = refuse(messages, &part->directory->place, "directory");
    if (part->limits.place.line != 0)
        may = refuse(messages, &part->limits.place, "limits");
    if (part->watch_place.line != 0)
        may = refuse(messages, &part->watch_place, "watch");
    if (part->hold_place.line != 0)
        may = refuse(messages, &part->hold_place, "hold_for");
    if (part->metrics.place.line != 0)
        may = refuse(messages, &part->metrics.place, "metrics");
    if (part->log.place.line != 0)
        may = refuse(messages, &part->log.place, "log");
    return may;
}

/* The merge so far. */
struct merge {
    struct cfg *whole;
    struct cfg_messages *messages;
    struct clash clash;
    struct totals totals;
    bool sound; /* no error, except in parts that are left out */
};

/* What all parts contain, for merge_init. */
static struct totals count_all(struct cfg *const *parts, size_t count)
{
    struct totals all = {0};
    size_t i;

    for (i = 0; i < count; i++)
        if (parts[i] != NULL)
            all = totals_add(all, parts[i]);
    return all;
}

/* The whole, with the settings of the first part and no objects. False: no memory. */
static bool merge_init(struct merge *m, const struct cfg *first)
{
    struct cfg_arena *arena = arena_new();

    if (arena != NULL)
        m->whole = arena_alloc(arena, sizeof *m->whole);
    if (m->whole == NULL) {
        arena_free(arena);
        return false;
    }
    *m->whole = *first;
    /* Its own arena: that of the first part belongs to the part. */
    m->whole->arena = arena;
    m->whole->count = 0;
    m->whole->objects = NULL;
    m->whole->rule_count = 0;
    m->whole->rules = NULL;
    m->sound = true;
    return true;
}

/* Makes room for the objects, names and rules of all parts. False: no memory. */
static bool make_room(struct merge *m, struct totals all)
{
    m->whole->objects =
        arena_array(m->whole->arena, (size_t)all.entries, sizeof *m->whole->objects);
    m->whole->rules = arena_array(m->whole->arena, (size_t)all.rules, sizeof *m->whole->rules);
    return m->whole->objects != NULL && m->whole->rules != NULL &&
           clash_init(&m->clash, (size_t)all.objects);
}

/* One part alone is the whole: cfg_load has compared its names, and its objects may be shared. */
static void take_only(struct merge *m, const struct cfg *part)
{
    m->totals = totals_add(m->totals, part);
    m->whole->objects = part->objects;
    m->whole->count = part->count;
    m->whole->rules = part->rules;
    m->whole->rule_count = part->rule_count;
}

static bool is_alone(struct cfg *const *parts, size_t count)
{
    size_t i;

    for (i = 1; i < count; i++)
        if (parts[i] != NULL)
            return false;
    return true;
}

/* Adds an error for each rule of a part whose name the whole has. False: there is one. */
static bool rules_fit(const struct merge *m, const struct cfg *part)
{
    bool fit = true;
    size_t i;

    /* More than there may be are an error of their own. */
    for (i = 0; m->whole->rule_count <= CFG_RULES_MAX && i < part->rule_count; i++)
        if (rules_clash(&part->rules[i], m->whole->rules, m->whole->rule_count, m->messages))
            fit = false;
    return fit;
}

/* Copies the objects and rules of a part to the whole, and adds its names and totals. */
static void take(struct merge *m, const struct cfg *part)
{
    m->sound = clash_add(&m->clash, part, m->messages) == 0 && m->sound;
    m->sound = rules_fit(m, part) && m->sound;
    m->totals = totals_add(m->totals, part);
    if (part->count > 0)
        memcpy(m->whole->objects + m->whole->count, part->objects,
               part->count * sizeof *part->objects);
    m->whole->count += part->count;
    if (part->rule_count > 0)
        memcpy(m->whole->rules + m->whole->rule_count, part->rules,
               part->rule_count * sizeof *part->rules);
    m->whole->rule_count += part->rule_count;
}

/* False: the part clashes with those before it, or exceeds a limit; an error was added. */
static bool fits(const struct merge *m, const struct cfg *part)
{
    struct cfg_place place = {part->file, 0, 0};
    size_t clashes = clash_ask(&m->clash, part, m->messages);
    bool rules = rules_fit(m, part);

    return totals_check(totals_add(m->totals, part), m->whole, &place, m->messages) &&
           clashes == 0 && rules;
}

static void take_all(struct merge *m, struct cfg *const *parts, size_t count, bool *left_out)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (parts[i] == NULL)
            continue;
        /*
         * The first part has the limits and is always taken; its clashes with itself were
         * found by cfg_load.
         */
        if (left_out != NULL && i > 0 && !fits(m, parts[i]))
            left_out[i] = true;
        else
            take(m, parts[i]);
    }
}

static void check_whole(struct merge *m)
{
    struct cfg_place place = {m->whole->file, 0, 0};

    if (!totals_check(m->totals, m->whole, NULL, m->messages))
        m->sound = false;
    if (m->whole->count > 0 || m->whole->rule_count > 0)
        return;
    cfg_message_add(m->messages, CFG_ERROR, &place, NULL,
                    "neither this file nor the files it includes name an object or have "
                    "requests, so there is nothing to hold");
    m->sound = false;
}

enum cfg_result cfg_merge(struct cfg *const *parts, size_t count, bool *left_out,
                          struct cfg_messages *messages, struct cfg **out)
{
    struct merge m = {.messages = messages};
    enum cfg_result result = CFG_NO_MEMORY;
    bool alone = is_alone(parts, count);

    *out = NULL;
    if (merge_init(&m, parts[0]) && (alone || make_room(&m, count_all(parts, count)))) {
        if (alone)
            take_only(&m, parts[0]);
        else
            take_all(&m, parts, count, left_out);
        check_whole(&m);
        cfg_messages_sort(messages);
        result = m.sound ? CFG_OK : CFG_INVALID;
    }
    clash_free(&m.clash);
    if (result == CFG_OK)
        *out = m.whole;
    else
        cfg_free(m.whole);
    return result;
}
