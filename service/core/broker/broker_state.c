#include "broker_state.h"

#include "broker_context.h"
#include "broker_report.h"
#include "state_damage.h"

/* What broker_start does after it has read the file, where that comes late. */
void broker_read_held(struct broker *broker)
{
    struct sys_failure why = {0};

    if (state_is_loaded(broker->state) || state_load_held(broker->state, &why) != SYS_OK ||
        !state_is_loaded(broker->state))
        return;
    if (broker->stamp < state_stamp(broker->state))
        broker->stamp = state_stamp(broker->state);
    state_damage_tell(broker->system, broker->state);
    retired_mark(&broker->retired, broker->inventory);
}

void broker_commit(struct broker *broker)
{
    struct sys_failure why = {0};
    enum sys_status status;

    broker_read_held(broker);
    state_put_stamp(broker->state, broker->stamp);
    status = state_commit(broker->state, &why);
    state_tell(broker->state, status, &why);
    broker_report_faults(broker);
}

/* Remembers beyond a boot which segments have copies: that none is left must not pass unseen. */
void broker_remember_copies(struct broker *broker)
{
    bool any = false;
    size_t i;

    for (i = 0; i < broker->inventory->count; i++) {
        const struct item *item = &broker->inventory->items[i];

        if (item->copies == NULL || item->copies->saved == 0 ||
            state_copy(broker->state, item->spec.name) != 0)
            continue;
        state_put_copy(broker->state, item->spec.name, item->copies->saved);
        any = true;
    }
    if (any)
        broker_commit(broker);
}

void broker_announce_copies(struct broker *broker)
{
    broker_remember_copies(broker);
    broker->system->saves(broker->system->self, broker_report_copies(broker));
}
