/*
 * rule_advice.h - warnings about rules of `requests`: what an administrator would come to regret.
 */
#ifndef CORE_RULE_ADVICE_H
#define CORE_RULE_ADVICE_H

#include "messages.h"
#include "model.h"
#include "trustees.h"

/*
 * Adds a warning for each of these: everybody in `who`; one account may use up the quota of many;
 * a life without an end for what many may ask for; many may write what another one has requested;
 * nobody may write; slots of a fast lock for each account; a pattern that an earlier one covers;
 * a pattern that matches names of the configuration; quotas whose sum exceeds `limits` or the most
 * objects there can be. Accounts that are not in `known`, or not found, are skipped.
 */
void rule_advice_add(const struct cfg *config, struct trustees *known,
                     struct cfg_messages *messages);

#endif
