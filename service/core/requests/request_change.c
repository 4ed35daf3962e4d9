/*
 * A change is a reload of the same configuration, without reading a file: so it is undone as a
 * whole or made as a whole, and a crash in the middle is one that the next start knows.
 */
#include "requests_internal.h"

#include <stdlib.h>

void request_forget_index(struct requests *requests)
{
    if (requests->indexed != NULL)
        name_index_free(&requests->index);
    requests->indexed = NULL;
}

const struct item *request_find_item(struct requests *requests, const struct desired *desired,
                                     const char *name)
{
    const struct inventory *inventory = desired->inventory;
    size_t at;

    if (requests->indexed != inventory) {
        request_forget_index(requests);
        name_index_init(&requests->index, inventory->items, inventory->count);
        requests->indexed = inventory;
    }
    at = name_index_find(&requests->index, name, 0);
    return at != NAME_INDEX_NONE ? &inventory->items[at] : NULL;
}

bool request_is_held(const struct grant *grant, const struct inventory *inventory)
{
    size_t i;

    for (i = 0; i < grant->name_count; i++)
        if (!item_is_held(&inventory->items[grant->item - i]))
            return false;
    return true;
}

/* Puts the grants as they are to be into the state, which the change commits with its objects. */
static void record(struct requests *requests)
{
    struct state *state = broker_state(requests->broker);
    size_t i;

    for (i = 0; i < requests->now->count; i++) {
        const struct grant *grant = requests->now->all[i];
        const struct state_grant record = grant_record(grant);

        if (grant->state == GRANT_NEW)
            state_put_grant(state, &record);
        else if (grant->state == GRANT_LEAVING)
            state_drop_grant(state, record.name);
    }
}

/* The change has failed: what was held is held, and what was new is gone. */
static void undo(struct requests *requests)
{
    struct state *state = broker_state(requests->broker);
    struct grants *grants = requests->now;
    size_t i;

    for (i = grants->count; i-- > 0;) {
        struct grant *grant = grants->all[i];
        const struct state_grant record = grant_record(grant);

        if (grant->state == GRANT_NEW) {
            state_drop_grant(state, record.name);
            grants_remove(grants, grant);
        } else if (grant->state == GRANT_LEAVING) {
            grant->state = GRANT_HELD;
            state_put_grant(state, &record);
        }
    }
    broker_remember(requests->broker);
}

/* Those that could not be made, with all their companions, are to leave again. */
static void settle_new(struct requests *requests, const struct inventory *inventory)
{
    struct grants *grants = requests->now;
    size_t i;

    for (i = 0; i < grants->count; i++)
        if (grants->all[i]->state == GRANT_NEW)
            grants->all[i]->state =
                request_is_held(grants->all[i], inventory) ? GRANT_HELD : GRANT_LEAVING;
}

enum sys_status request_change(struct requests *requests, struct desired *desired,
                               struct sys_failure *why)
{
    struct inventory *inventory;
    struct apply_result result;
    enum sys_status status;

    record(requests);
    status = desired_expand_again(desired, &inventory);
    if (status == SYS_OK) {
        status = broker_change(requests->broker, inventory, &result, why);
        report_lines_free(&result.notes);
        if (status != SYS_OK)
            inventory_free(inventory);
    } else {
        (void)failure_no_memory(why);
    }
    if (status != SYS_OK) {
        undo(requests);
        return status;
    }
    inventory_free(desired->inventory);
    desired->inventory = inventory;
    request_forget_index(requests);
    request_report_soon(requests);
    grants_locate(requests->now, inventory);
    request_change_settle(requests);
    settle_new(requests, inventory);
    return SYS_OK;
}

void request_change_settle(struct requests *requests)
{
    struct grants *grants = requests->now;
    size_t i, j;

    for (i = grants->count; i-- > 0;) {
        struct grant *grant = grants->all[i];
        bool open = false;

        if (grant->state != GRANT_LEAVING && grant->state != GRANT_ENDED)
            continue;
        for (j = 0; j < grant->name_count; j++)
            open |= !broker_is_gone(requests->broker, grant->names[j].name);
        if (open)
            grant->state = GRANT_ENDED;
        else
            grants_remove(grants, grant);
    }
    if (state_is_due(broker_state(requests->broker)))
        broker_remember(requests->broker);
}
