/*
 * The lives of grants: what no program has open any more ends at the second look that finds it so.
 */
#include "requests_internal.h"

#include <string.h>

#define LOOK_MS 4000u

bool grant_life_unused(const struct requests *requests, const struct grant *grant,
                       const struct inventory *inventory)
{
    const struct system *system = requests->system;
    size_t i;

    for (i = 0; i < grant->name_count; i++) {
        const struct item *item = &inventory->items[grant->item - i];
        uint32_t count;

        if (!item_is_held(item))
            continue;
        /* What cannot be asked counts as open. */
        if (system->objects.opened(system->self, item->object, &count, NULL) != SYS_OK || count > 0)
            return false;
    }
    return true;
}

static bool needs_look(const struct grant *grant)
{
    return grant->state == GRANT_ENDED ||
           (grant->state == GRANT_HELD && grant->grantee->rule->life == CFG_LIFE_OPEN);
}

static void look_soon(struct requests *requests)
{
    requests->look_at = requests->system->clock.ticks(requests->system->self) + LOOK_MS;
}

void grant_life_soon(struct requests *requests)
{
    requests->in_part = true;
    look_soon(requests);
}

void grant_life_begin(struct requests *requests)
{
    const struct grants *grants = requests->now;
    bool needed = requests->in_part;
    size_t i;

    for (i = 0; i < grants->count && !needed; i++)
        needed = needs_look(grants->all[i]);
    if (!needed)
        requests->look_at = UINT64_MAX;
    else if (requests->look_at == UINT64_MAX)
        look_soon(requests);
}

/* True: a grant is to leave. */
static bool look_at_all(struct requests *requests, const struct inventory *inventory)
{
    struct grants *grants = requests->now;
    bool any = false;
    size_t i;

    for (i = 0; i < grants->count; i++) {
        struct grant *grant = grants->all[i];
        bool unused;

        if (grant->state != GRANT_HELD)
            continue;
        /* A change that was to end it has failed. */
        if (!request_is_held(grant, inventory)) {
            grant->state = GRANT_LEAVING;
            any = true;
            continue;
        }
        if (grant->grantee->rule->life != CFG_LIFE_OPEN)
            continue;
        unused = grant_life_unused(requests, grant, inventory);
        if (unused && grant->idle) {
            grant->state = GRANT_LEAVING;
            any = true;
        }
        grant->idle = unused;
    }
    return any;
}

void grant_life_look(struct requests *requests, struct desired *desired)
{
    struct sys_failure why;

    requests->look_at = UINT64_MAX;
    requests->in_part = false;
    if (!look_at_all(requests, desired->inventory))
        request_change_settle(requests);
    else if (request_change(requests, desired, &why) != SYS_OK)
        grant_life_soon(requests); /* tries it again */
    grant_life_begin(requests);
}
