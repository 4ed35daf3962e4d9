/*
 * rule_access.h - the accounts that a rule of `requests` names: who may ask, and who gets access to
 * what is requested.
 */
#ifndef CORE_RULE_ACCESS_H
#define CORE_RULE_ACCESS_H

#include "access_sets.h"
#include "model.h"

/*
 * Adds the list `who` of a rule, and returns the index of its set. Also looks up the accounts of
 * its `access`, though no object may have it yet: an account that does not exist is an error of the
 * file. Results as access_sets_add.
 */
enum sys_status rule_access_add(struct access_sets *sets, const struct cfg_rule *rule, size_t *who);

#endif
