/*
 * The access of a rule is that of no object: Requester stands for an account that is known only
 * when somebody has asked (requests/requested_object.c).
 */
#include "rule_access.h"

#include <stdlib.h>
#include <string.h>

static bool is_low(const struct cfg_rule *rule)
{
    return rule->integrity != NULL && rule->integrity->low;
}

/* Resolves all of a list but Requester. */
static enum sys_status check_access(struct access_sets *sets, const struct cfg_rule *rule)
{
    struct cfg_access *others = access_sets_list(sets, rule->access);
    size_t i, count = 0, set;

    if (others == NULL)
        return SYS_NO_MEMORY;
    for (i = 0; i < others->count; i++)
        if (strcmp(others->trustees[i].name, CFG_REQUESTER) != 0)
            others->trustees[count++] = others->trustees[i];
    others->count = count;
    return access_sets_add(sets, others, SHMB_SECTION, is_low(rule), &set);
}

enum sys_status rule_access_add(struct access_sets *sets, const struct cfg_rule *rule, size_t *who)
{
    /* The low label is that of the objects: a program that may write them may ask for them. */
    enum sys_status asking = access_sets_add(sets, rule->who, SHMB_SECTION, is_low(rule), who);
    enum sys_status having =
        asking != SYS_NO_MEMORY && rule->access != NULL ? check_access(sets, rule) : SYS_OK;

    return having != SYS_OK ? having : asking;
}
