/*
 * An access list is a list of account names, which trustees.c looks up, or SDDL, which sddl_text.c
 * parses. access_sets.c is the only caller: it resolves a list that many objects share once.
 */
#include "access_resolve.h"

#include <stdlib.h>
#include <string.h>

#include "sid.h"
#include <string.h>

/* What all functions here need. */
struct resolving {
    struct trustees *known;
    struct cfg_messages *messages;
};

void access_resolve_free(struct access_set *set)
{
    if (set->exact != NULL)
        sddl_free(set->exact);
    free(set->exact);
    free(set->rules);
    *set = (struct access_set){0};
}

static void report_unresolved(const struct resolving *r, const char *path,
                              const struct cfg_trustee *trustee, enum sys_status status,
                              const struct sys_failure *why)
{
    const char *hint = "could not be looked up";

    if (status == SYS_NOT_FOUND && why->text[0] == '\0')
        hint = "is no account or group of this machine or its domains; check the spelling, write "
               "DOMAIN\\name, or use the SID";
    else if (status == SYS_NOT_FOUND)
        hint = "does not exist; check the spelling, write DOMAIN\\name, or use the SID";
    else if (status == SYS_LATER)
        hint = "cannot be looked up now, the domain controller did not answer; try again, or use "
               "the SID";
    cfg_message_add(r->messages, CFG_ERROR, &trustee->place, path, "'%s' %s%s%s%s", trustee->name,
                    hint, why->text[0] != '\0' ? " (" : "", why->text,
                    why->text[0] != '\0' ? ")" : "");
}

/*
 * True for a SID as Windows writes it. It needs no answer of trustees.h, which would stay: each
 * account that asks for an object has its SID in a list of its own.
 */
static bool is_canonical(const char *name)
{
    char sid[SYS_SID_MAX];

    return sid_looks_like(name) && sid_canonical(name, sid) && strcmp(name, sid) == 0;
}

/*
 * Sets the SID and the level of a rule. SYS_OK without a SID: the account is pending.
 * SYS_NOT_FOUND: an error was added. SYS_NO_MEMORY.
 */
static enum sys_status resolve_rule(const struct resolving *r, const char *path,
                                    const struct cfg_trustee *trustee, struct access_rule *rule)
{
    struct sys_failure why;
    enum sys_status status = SYS_OK;

    rule->level = trustee->level;
    if (is_canonical(trustee->name))
        rule->sid = trustee->name;
    else
        status = trustees_resolve(r->known, trustee->name, &rule->sid, &why);
    if (status == SYS_NO_MEMORY)
        return status;
    if (rule->level == SHMB_LEVEL_DENY)
        trustees_deny(r->known, trustee->name);
    if (status == SYS_LATER && trustees_pending_allowed(r->known))
        return SYS_OK; /* without a SID */
    if (status != SYS_OK) {
        report_unresolved(r, path, trustee, status, &why);
        return SYS_NOT_FOUND;
    }
    if (rule->level != SHMB_LEVEL_DENY || !trustee_is_brokers(rule->sid))
        return SYS_OK;
    cfg_message_add(r->messages, CFG_ERROR, &trustee->place, path,
                    "deny '%s' would lock the broker itself out; deny a smaller group, or grant "
                    "rights only to those who need them",
                    trustee->name);
    return SYS_NOT_FOUND;
}

/* Continues after an error, so that all errors are reported at once. */
static enum sys_status resolve_list(const struct resolving *r, const struct cfg_access *list,
                                    struct access_set *set)
{
    enum sys_status result = SYS_OK;
    size_t i;

    set->rules = calloc(list->count + 1, sizeof(struct access_rule));
    if (set->rules == NULL)
        return SYS_NO_MEMORY;
    for (i = 0; i < list->count && result != SYS_NO_MEMORY; i++) {
        enum sys_status status = resolve_rule(r, list->path, &list->trustees[i], &set->rules[i]);

        if (status != SYS_OK)
            result = status;
    }
    /*
     * Leaves out the pending accounts. A grant that is missing does no harm. A denial that is
     * missing would let the account in, so it holds the object back.
     */
    for (i = 0; i < list->count && result == SYS_OK; i++) {
        if (set->rules[i].sid != NULL)
            set->rules[set->count++] = set->rules[i];
        else if (set->rules[i].level == SHMB_LEVEL_DENY)
            set->held_back = true;
    }
    return result;
}

/*
 * The level that is closest to the rights of an entry: for the lock and the control section
 * of a segment with SDDL. False: there is none.
 */
static bool level_of(const struct sddl_entry *entry, enum shmb_level *level)
{
    if (entry->deny)
        *level = SHMB_LEVEL_DENY;
    else if ((entry->mask & SDDL_CHANGES_ACCESS) != 0)
        *level = SHMB_LEVEL_FULL;
    else if ((entry->mask & 0x2) != 0) /* SECTION_MAP_WRITE */
        *level = SHMB_LEVEL_WRITE;
    else if ((entry->mask & 0x4) != 0) /* SECTION_MAP_READ */
        *level = SHMB_LEVEL_READ;
    else
        return false;
    return true;
}

/* Refuses denials that would lock the broker out. SYS_NOT_FOUND: an error was added. */
static enum sys_status check_exact(const struct resolving *r, const struct cfg_access *list,
                                   const struct sddl *exact)
{
    size_t i;

    for (i = 0; i < exact->count; i++) {
        if (!exact->entries[i].deny || !trustee_is_brokers(exact->entries[i].sid))
            continue;
        cfg_message_add(r->messages, CFG_ERROR, &list->place, list->path,
                        "a denial for %s would lock the broker itself out; deny a smaller "
                        "group, or allow only those who need it",
                        exact->entries[i].sid);
        return SYS_NOT_FOUND;
    }
    return SYS_OK;
}

/* Sets the rules of a set to the closest levels of its SDDL. False: no memory. */
static bool set_levels(struct access_set *set)
{
    size_t i;

    set->rules = calloc(set->exact->count + 1, sizeof(struct access_rule));
    if (set->rules == NULL)
        return false;
    for (i = 0; i < set->exact->count; i++) {
        struct access_rule *rule = &set->rules[set->count];

        rule->sid = set->exact->entries[i].sid;
        set->count += level_of(&set->exact->entries[i], &rule->level);
    }
    set->label = set->exact->label[0] != '\0' ? set->exact->label : NULL;
    return true;
}

/* Reads a list that is written as SDDL. Its rules are the closest levels. */
static enum sys_status read_exact(const struct resolving *r, const struct cfg_access *list,
                                  enum shmb_kind kind, struct access_set *set)
{
    struct sys_failure why;
    enum sys_status status;

    set->kind = kind;
    set->exact = calloc(1, sizeof(*set->exact));
    if (set->exact == NULL)
        return SYS_NO_MEMORY;
    status = sddl_read(list->sddl, kind, set->exact, &why);
    if (status == SYS_NO_MEMORY)
        return status;
    if (status != SYS_OK) {
        cfg_message_add(r->messages, CFG_ERROR, &list->place, list->path, "%s", why.text);
        return SYS_NOT_FOUND;
    }
    if (!set_levels(set))
        return SYS_NO_MEMORY;
    return check_exact(r, list, set->exact);
}

enum sys_status access_resolve(const struct cfg_access *list, enum shmb_kind kind, bool low,
                               struct trustees *known, struct cfg_messages *messages,
                               struct access_set *out)
{
    const struct resolving r = {known, messages};
    enum sys_status status;

    *out = (struct access_set){0};
    status = list->sddl != NULL ? read_exact(&r, list, kind, out) : resolve_list(&r, list, out);
    if (status != SYS_OK)
        access_resolve_free(out);
    else if (low)
        out->label = SDDL_LOW_INTEGRITY;
    return status;
}

enum sys_status access_resolve_live(const char *sddl, enum shmb_kind kind, struct access_set *out)
{
    struct sys_failure why;
    enum sys_status status = SYS_NO_MEMORY;
    size_t i, count = 0;

    *out = (struct access_set){.kind = kind, .exact = calloc(1, sizeof(*out->exact))};
    if (out->exact != NULL)
        status = sddl_read_live(sddl, kind, out->exact, &why);
    for (i = 0; status == SYS_OK && i < out->exact->count; i++)
        if (out->exact->entries[i].deny ||
            !descriptor_has_full(out->exact->entries[i].sid, out->exact->owner))
            out->exact->entries[count++] = out->exact->entries[i];
    if (status == SYS_OK) {
        out->exact->count = count;
        if (set_levels(out))
            return SYS_OK;
        status = SYS_NO_MEMORY;
    }
    access_resolve_free(out);
    return status;
}
