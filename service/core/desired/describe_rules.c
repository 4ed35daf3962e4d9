#include "describe_rules.h"

#include <inttypes.h>

#include "kind_words.h"
#include "rules.h"
#include "text.h"

static bool has_kind(const struct cfg_rule *rule, int kind)
{
    return (rule->kinds & 1u << kind) != 0;
}

static const char *lock_word(const struct cfg_rule *rule)
{
    return !rule->locked ? NULL : rule->lock.kind == CFG_LOCK_FAST ? "fast" : "mutex";
}

static void add_segments(struct text *line, const struct cfg_rule *rule)
{
    text_add(line, " (at most %" PRIu64 " byte%s", rule->size, rule->size == 1 ? "" : "s");
    if (rule->locked && rule->lock.kind == CFG_LOCK_FAST)
        text_add(line, ", fast lock for %" PRIu32 " thread%s", rule->lock.max_lockers,
                 rule->lock.max_lockers == 1 ? "" : "s");
    else
        text_add(line, rule->locked ? ", lock" : ", no lock");
    if (rule->lock.readers_may_wait)
        text_add(line, ", readers may wait");
    if (rule->notify)
        text_add(line, ", change events");
    if (rule->pair)
        text_add(line, ", double snapshots");
    text_add(line, ")");
}

/* The accounts of a list that are denied, or the others. False: there are none. */
static bool add_accounts(struct text *line, const struct cfg_access *list, bool denied,
                         const char *lead)
{
    bool any = false;
    size_t i;

    for (i = 0; i < list->count; i++)
        if ((list->trustees[i].level == SHMB_LEVEL_DENY) == denied) {
            text_add(line, "%s%s", any ? ", " : lead, list->trustees[i].name);
            any = true;
        }
    return any;
}

static void add_who(struct text *line, const struct cfg_rule *rule)
{
    const char *lead = " may request ";
    int kind;
    size_t i;

    text_add(line, "rule %s: ", rule->name);
    (void)add_accounts(line, rule->who, false, "");
    if (add_accounts(line, rule->who, true, " (not "))
        text_add(line, ")");
    for (kind = 0; kind < SHMB_KINDS_REQUESTED; kind++) {
        if (!has_kind(rule, kind))
            continue;
        text_add(line, "%s%s", lead, shmb_kind_many[kind]);
        if (kind == SHMB_SECTION)
            add_segments(line, rule);
        lead = ", ";
    }
    text_add(line, "; names: ");
    for (i = 0; i < rule->pattern_count; i++)
        text_add(line, "%s%s", i > 0 ? ", " : "", rule->patterns[i]);
}

static void add_quotas(struct text *line, const struct cfg_rule *rule)
{
    text_add(line,
             "rule %s: held %s; each account %" PRIu64 " object%s, %" PRIu64 " bytes, %" PRIu32
             " request%s a second; in total %" PRIu64 " object%s, %" PRIu64 " bytes",
             rule->name, cfg_life_words[rule->life], rule->each.objects,
             rule->each.objects == 1 ? "" : "s", rule->each.memory, rule->rate,
             rule->rate == 1 ? "" : "s", rule->total.objects, rule->total.objects == 1 ? "" : "s",
             rule->total.memory);
}

static void add_access(struct text *line, const struct cfg_rule *rule)
{
    const struct cfg_trustee *trustees = rule->access->trustees;
    const char *lead = " ";
    size_t i;

    text_add(line, "rule %s: access:", rule->name);
    if (add_accounts(line, rule->access, true, " deny "))
        lead = "; ";
    for (i = 0; i < rule->access->count; i++)
        if (trustees[i].level != SHMB_LEVEL_DENY) {
            text_add(line, "%s%s %s", lead, trustees[i].name, shmb_level_word(trustees[i].level));
            lead = "; ";
        }
    if (rule->integrity != NULL && rule->integrity->low)
        text_add(line, "; integrity low");
    if (rule->audit != NULL && rule->audit->on)
        text_add(line, "; audited");
}

bool describe_rules(const struct cfg *config, describe_line line, void *context)
{
    static void (*const parts[])(struct text * line,
                                 const struct cfg_rule *rule) = {add_who, add_quotas, add_access};
    struct text text = {0};
    bool done = true;
    size_t i, part;

    for (i = 0; i < config->rule_count && done; i++)
        for (part = 0; part < sizeof(parts) / sizeof(parts[0]) && done; part++) {
            text_reset(&text);
            parts[part](&text, &config->rules[i]);
            done = !text.failed;
            if (done)
                line(context, text.at);
        }
    text_free(&text);
    return done;
}

static void put_accounts(struct json *json, const char *key, const struct cfg_access *list,
                         bool denied)
{
    size_t i;

    json_array(json, key);
    for (i = 0; i < list->count; i++)
        if ((list->trustees[i].level == SHMB_LEVEL_DENY) == denied)
            json_string(json, NULL, list->trustees[i].name);
    json_array_end(json);
}

static void put_quota(struct json *json, const char *key, const struct cfg_quota *quota)
{
    json_object(json, key);
    json_number(json, "objects", quota->objects);
    json_number(json, "bytes", quota->memory);
    json_object_end(json);
}

static void put_segments(struct json *json, const struct cfg_rule *rule)
{
    if (!has_kind(rule, SHMB_SECTION)) {
        json_null(json, "bytes");
        json_null(json, "lock");
        json_null(json, "readers_may_wait");
        json_null(json, "max_lockers");
        json_null(json, "notify");
        json_null(json, "snapshots");
        return;
    }
    json_number(json, "bytes", rule->size);
    json_string(json, "lock", lock_word(rule));
    if (rule->locked && rule->lock.kind == CFG_LOCK_MUTEX)
        json_bool(json, "readers_may_wait", rule->lock.readers_may_wait);
    else
        json_null(json, "readers_may_wait");
    if (rule->locked && rule->lock.kind == CFG_LOCK_FAST)
        json_number(json, "max_lockers", rule->lock.max_lockers);
    else
        json_null(json, "max_lockers");
    json_bool(json, "notify", rule->notify);
    json_string(json, "snapshots", rule->pair ? "double" : "sequence");
}

static void put_access(struct json *json, const struct cfg_rule *rule)
{
    size_t i;

    json_array(json, "access");
    for (i = 0; i < rule->access->count; i++) {
        json_object(json, NULL);
        json_string(json, "account", rule->access->trustees[i].name);
        json_string(json, "level", shmb_level_word(rule->access->trustees[i].level));
        json_object_end(json);
    }
    json_array_end(json);
    json_string(json, "integrity", rule->integrity != NULL && rule->integrity->low ? "low" : NULL);
    json_bool(json, "audit", rule->audit != NULL && rule->audit->on);
}

void describe_rules_json(const struct cfg *config, struct json *json)
{
    size_t i, k;
    int kind;

    for (i = 0; i < config->rule_count; i++) {
        const struct cfg_rule *rule = &config->rules[i];

        json_object(json, NULL);
        json_string(json, "rule", rule->name);
        json_array(json, "names");
        for (k = 0; k < rule->pattern_count; k++)
            json_string(json, NULL, rule->patterns[k]);
        json_array_end(json);
        put_accounts(json, "allow", rule->who, false);
        put_accounts(json, "deny", rule->who, true);
        json_array(json, "kinds");
        for (kind = 0; kind < SHMB_KINDS_REQUESTED; kind++)
            if (has_kind(rule, kind))
                json_string(json, NULL, shmb_kind_word((enum shmb_kind)kind));
        json_array_end(json);
        put_segments(json, rule);
        put_quota(json, "each", &rule->each);
        put_quota(json, "total", &rule->total);
        json_number(json, "rate", rule->rate);
        json_string(json, "lives", cfg_life_words[rule->life]);
        put_access(json, rule);
        json_object_end(json);
    }
}
