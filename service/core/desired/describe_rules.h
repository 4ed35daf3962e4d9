/*
 * describe_rules.h - the rules of `requests` in words, as `check` prints them.
 */
#ifndef CORE_DESCRIBE_RULES_H
#define CORE_DESCRIBE_RULES_H

#include "describe.h"
#include "json.h"
#include "model.h"

/*
 * Passes three lines for each rule to `line`: who may ask for what, the quotas, and the access to
 * what is requested. False: no memory.
 */
bool describe_rules(const struct cfg *config, describe_line line, void *context);

/* Adds the same to the open JSON array, one object for each rule; client/json.md has the keys. */
void describe_rules_json(const struct cfg *config, struct json *json);

#endif
