#include "rules.h"

#include <string.h>

#include "names.h"
#include "pattern.h"
#include "snapshot_pair.h"

#define PAGE UINT64_C(4096) /* of every Windows that the broker runs on */

const char *const cfg_life_words[CFG_LIVES] = {
    [CFG_LIFE_OPEN] = "while open",
    [CFG_LIFE_RELEASED] = "until released",
    [CFG_LIFE_BROKER] = "as long as the broker",
};

bool cfg_rule_matches(const struct cfg_rule *rule, const char *name)
{
    size_t i;

    for (i = 0; i < rule->pattern_count; i++)
        if (pattern_match(rule->patterns[i], name))
            return true;
    return false;
}

const struct cfg_rule *cfg_rule_find(const struct cfg *config, const char *name)
{
    size_t i;

    for (i = 0; i < config->rule_count; i++)
        if (cfg_rule_matches(&config->rules[i], name))
            return &config->rules[i];
    return NULL;
}

static uint64_t whole_pages(uint64_t bytes)
{
    return (bytes + PAGE - 1) & ~(PAGE - 1);
}

uint64_t cfg_rule_memory(const struct cfg_rule *rule, uint64_t size)
{
    if (size > CFG_SIZE_MAX)
        return UINT64_MAX;
    return whole_pages(size) + (rule->pair ? whole_pages(shmb_pair_size(size)) : 0);
}

bool rules_clash(const struct cfg_rule *rule, const struct cfg_rule *others, size_t count,
                 struct cfg_messages *messages)
{
    size_t i;

    for (i = 0; i < count; i++) {
        const struct cfg_rule *other = &others[i];

        if (other->hash != rule->hash ||
            !shmb_name_same(other->name, strlen(other->name), rule->name, strlen(rule->name)))
            continue;
        cfg_message_add(messages, CFG_ERROR, &rule->place, rule->path,
                        "a rule '%s' is at %s:%lu:%lu, too; each rule needs a name of its own, and "
                        "names are compared without case",
                        other->name, other->place.file, (unsigned long)other->place.line,
                        (unsigned long)other->place.column);
        return true;
    }
    return false;
}
