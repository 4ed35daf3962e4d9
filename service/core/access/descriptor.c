/*
 * descriptor_sddl writes a text from levels, descriptor_exact from an administrator's SDDL. Both
 * write SIDs and masks as the port reads them back (sys_facts), so that descriptor_same can compare
 * texts.
 */
#include "descriptor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "text.h"

static uint32_t mask_of(const struct descriptor_use *use, enum shmb_level level)
{
    if (level == SHMB_LEVEL_READ && use->read_mask != 0)
        return use->read_mask;
    return shmb_access_mask(use->kind, level);
}

static bool is_deny(const struct access_rule *rule)
{
    return rule->level == SHMB_LEVEL_DENY;
}

static bool same_entry(const struct access_rule *a, const struct access_rule *b)
{
    return is_deny(a) == is_deny(b) && strcmp(a->sid, b->sid) == 0;
}

/*
 * Adds one entry for all rules of a SID, in the place of the first one: two names can
 * resolve to the same SID.
 */
static void add_rule(struct text *out, const struct descriptor_use *use,
                     const struct access_rule *rules, size_t count, size_t which)
{
    const struct access_rule *rule = &rules[which];
    uint32_t mask = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        if (!same_entry(&rules[i], rule))
            continue;
        if (i < which)
            return;
        mask |= mask_of(use, rules[i].level);
    }
    text_add(out, "(%c;;0x%" PRIx32 ";;;%s)", is_deny(rule) ? 'D' : 'A', mask, rule->sid);
}

static void add_full(struct text *out, const struct descriptor_use *use, const char *sid)
{
    text_add(out, "(A;;0x%" PRIx32 ";;;%s)", mask_of(use, SHMB_LEVEL_FULL), sid);
}

static bool is_one_of_three(const char *sid)
{
    return strcmp(sid, SHMB_SERVICE_SID) == 0 || strcmp(sid, SID_SYSTEM) == 0 ||
           strcmp(sid, SID_ADMINISTRATORS) == 0;
}

bool descriptor_is_everybody(const char *sid)
{
    static const char *const all[] = {
        "S-1-1-0",      /* Everyone */
        "S-1-5-7",      /* Anonymous Logon */
        "S-1-5-32-546", /* Guests */
    };
    size_t i;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (strcmp(sid, all[i]) == 0)
            return true;
    return false;
}

bool descriptor_has_full(const char *sid, const char *owner)
{
    return is_one_of_three(sid) || strcmp(sid, owner) == 0;
}

/* The finished text. NULL: no memory. */
static char *finish(struct text *out)
{
    if (!out->failed)
        return out->at;
    text_free(out);
    return NULL;
}

char *descriptor_sddl(const char *owner, const struct descriptor_use *use,
                      const struct access_rule *rules, size_t count)
{
    struct text out = {0};
    size_t i;

    /*
     * The group is SYSTEM. Win32 does not use it, but without one the kernel would set
     * the primary group of the service account.
     */
    text_add(&out, "O:%sG:%sD:P", owner, SID_SYSTEM);
    for (i = 0; i < count; i++)
        if (is_deny(&rules[i]))
            add_rule(&out, use, rules, count, i);
    if (!is_one_of_three(owner))
        add_full(&out, use, owner);
    add_full(&out, use, SHMB_SERVICE_SID);
    add_full(&out, use, SID_SYSTEM);
    add_full(&out, use, SID_ADMINISTRATORS);
    for (i = 0; i < count; i++)
        if (!is_deny(&rules[i]) && !descriptor_has_full(rules[i].sid, owner))
            add_rule(&out, use, rules, count, i);
    if (use->label != NULL)
        text_add(&out, "%s", use->label);
    return finish(&out);
}

static bool grants_all(const struct sddl *wanted, const char *sid, uint32_t all)
{
    size_t i;

    for (i = 0; i < wanted->count; i++)
        if (!wanted->entries[i].deny && strcmp(wanted->entries[i].sid, sid) == 0 &&
            (wanted->entries[i].mask & all) == all)
            return true;
    return false;
}

char *descriptor_exact(const char *owner, enum shmb_kind kind, const struct sddl *wanted)
{
    const struct descriptor_use use = {.kind = kind};
    const uint32_t all = mask_of(&use, SHMB_LEVEL_FULL);
    bool due = true;
    struct text out = {0};
    size_t i;

    text_add(&out, "O:%sG:%sD:P", wanted->owner[0] != '\0' ? wanted->owner : owner, SID_SYSTEM);
    for (i = 0; i < wanted->count; i++) {
        const struct sddl_entry *entry = &wanted->entries[i];

        /*
         * The broker's own entries go before the first one that allows. There is one: sddl_read
         * refuses a list without it, and a denial after it.
         */
        if (!entry->deny && due) {
            if (strcmp(owner, SHMB_SERVICE_SID) != 0 && !grants_all(wanted, owner, all))
                add_full(&out, &use, owner);
            if (!grants_all(wanted, SHMB_SERVICE_SID, all))
                add_full(&out, &use, SHMB_SERVICE_SID);
            due = false;
        }
        text_add(&out, "(%c;;0x%" PRIx32 ";;;%s)", entry->deny ? 'D' : 'A', entry->mask,
                 entry->sid);
    }
    text_add(&out, "%s", wanted->label);
    return finish(&out);
}

bool descriptor_same(const char *wanted, const char *found)
{
    const char *group = strstr(wanted, "G:"), *list = strstr(wanted, "D:");
    size_t owner = group != NULL ? (size_t)(group - wanted) : 0;

    /*
     * `wanted` is O:...G:...D:..., `found` is O:...D:...: compares what is before and after the
     * group.
     */
    if (group == NULL || list == NULL)
        return strcmp(wanted, found) == 0;
    return strncmp(wanted, found, owner) == 0 && strcmp(list, found + owner) == 0;
}

enum sys_status descriptor_build(const struct system *system, const char *owner,
                                 const struct descriptor_use *use, const struct access_rule *rules,
                                 size_t count, struct sys_descriptor **out, struct sys_failure *why)
{
    char *sddl = descriptor_sddl(owner, use, rules, count);
    enum sys_status status;

    *out = NULL;
    if (sddl == NULL)
        return failure_no_memory(why);
    status = system->objects.descriptor_make(system->self, sddl, out, why);
    free(sddl);
    return status == SYS_DENIED ? SYS_FAILED : status;
}
