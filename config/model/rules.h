/*
 * rules.h - which rule of `requests` counts for a name, and what a request takes of its quotas.
 */
#ifndef CFG_RULES_H
#define CFG_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "model.h"

/* The values of `lives`, in the order of enum cfg_life. */
#define CFG_LIVES 3
extern const char *const cfg_life_words[CFG_LIVES];

/*
 * The first rule with a pattern that matches a bare name, in the order of the files; patterns and
 * names are compared without case. Only this rule counts: if it refuses a request, no later one is
 * asked. NULL: none matches. Any thread.
 */
const struct cfg_rule *cfg_rule_find(const struct cfg *config, const char *name);

/* True if a pattern of the rule matches a bare name. */
bool cfg_rule_matches(const struct cfg_rule *rule, const char *name);

/*
 * Bytes that a segment of `size` bytes takes of `each.memory` and `total.memory` of its rule: whole
 * pages, with the section for snapshots. UINT64_MAX: more than CFG_SIZE_MAX.
 */
uint64_t cfg_rule_memory(const struct cfg_rule *rule, uint64_t size);

/*
 * True if one of `count` other rules has the name of `rule`, compared without case; an error was
 * added at the place of `rule`.
 */
bool rules_clash(const struct cfg_rule *rule, const struct cfg_rule *others, size_t count,
                 struct cfg_messages *messages);

#endif
