/*
 * Reads and corrects the access through the broker's own handles, which no change of an access list
 * can take away. A duty of the main loop, also run after each reload.
 */
#include "access_guard.h"

#include <stdlib.h>
#include <string.h>

#include "access_sets.h"
#include "descriptor.h"

static bool sddl_is_changeable(const struct sddl *sddl, const char *owner)
{
    size_t i;

    if (sddl->owner[0] != '\0' && !descriptor_has_full(sddl->owner, owner))
        return true;
    for (i = 0; i < sddl->count; i++)
        if (!sddl->entries[i].deny && (sddl->entries[i].mask & SDDL_CHANGES_ACCESS) != 0 &&
            !descriptor_has_full(sddl->entries[i].sid, owner))
            return true;
    return false;
}

static bool is_changeable(const struct maker *maker, const struct item *item)
{
    const char *owner = maker->identity->owner;
    const struct sddl *exact = item_exact(maker->inventory, item);
    const struct access_rule *rules;
    size_t i, count;

    if (exact != NULL)
        return sddl_is_changeable(exact, owner);
    rules = access_sets_rules(maker->inventory->sets, item->access, &count);
    for (i = 0; i < count; i++)
        if (item_level(item, rules[i].level) == SHMB_LEVEL_FULL &&
            !descriptor_has_full(rules[i].sid, owner))
            return true;
    return false;
}

/* An access that could not be set yet (access_due) is retried elsewhere. */
static bool is_guarded(const struct maker *maker, const struct item *item)
{
    return item_has_access(item) && !item->access_due && is_changeable(maker, item);
}

bool access_guard_needed(const struct maker *maker)
{
    size_t i;

    for (i = 0; i < maker->inventory->count; i++)
        if (is_guarded(maker, &maker->inventory->items[i]))
            return true;
    return false;
}

/* Compares and corrects the access of one object. True: it differed; access_due: and still does. */
static bool correct(const struct maker *maker, struct item *item)
{
    const struct system *system = maker->system;
    const char *wanted = descriptor_cache_text(maker->cache, item);
    char *found;
    bool differs;

    /* On a failure, the next round examines the object again. */
    if (wanted == NULL ||
        system->objects.examine(system->self, item->object, &found, NULL) != SYS_OK)
        return false;
    differs = !descriptor_same(wanted, found);
    if (differs && maker_protect(maker, item)) {
        item_count_correction(item);
        maker_report_access(maker, item, EVENT_ACCESS_CORRECTED, found);
    }
    free(found);
    return differs;
}

size_t access_guard_look(const struct maker *maker, bool last)
{
    const struct system *system = maker->system;
    size_t i, count = 0;

    for (i = 0; i < maker->inventory->count; i++) {
        struct item *item = &maker->inventory->items[i];

        if (!is_guarded(maker, item))
            continue;
        if (!last && system->stopping(system->self))
            break;
        count += correct(maker, item);
        if (last)
            system->progress(system->self);
    }
    return count;
}
