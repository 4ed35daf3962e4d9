#include "pending.h"

#include "report.h"

#define FIRST_MS 1000u
#define MOST_MS  30000u

void pending_settle(struct life *life, const struct setup *former)
{
    const struct system *system = life->system;
    struct trustee_answer answer;
    size_t at = 0;

    while (trustees_next(life->setup->known, &at, &answer)) {
        char text[REPORT_FAILURE];
        const char *inserts[] = {answer.name, text};

        if (!answer.pending) {
            if (answer.sid != NULL)
                state_put_sid(broker_state(life->broker), answer.name, answer.sid);
            continue;
        }
        report_failure_text(answer.why, text);
        notes_add(&life->lasting, "degraded", answer.name, "pending", text);
        if (former == NULL || !trustees_is_pending(former->known, answer.name))
            system->report(system->self, EVENT_TRUSTEE_PENDING, inserts, 2);
    }
    broker_remember(life->broker);
    life->delay = FIRST_MS;
}

uint32_t pending_delay(const struct life *life)
{
    return life->expand_due || setup_pending(life->setup) > 0 ? life->delay : UINT32_MAX;
}

static void report_resolved(void *context, const char *name)
{
    const struct life *life = context;

    life->system->report(life->system->self, EVENT_TRUSTEE_RESOLVED, &name, 1);
}

void pending_retry(struct life *life)
{
    struct setup *setup = life->setup;
    struct inventory *inventory;
    struct apply_result result;
    struct sys_failure why;

    if (!life->expand_due && setup_pending(setup) == 0)
        return;
    if (trustees_retry(setup->known, report_resolved, life) > 0)
        life->expand_due = true;
    life->delay = life->delay < MOST_MS / 2 ? life->delay * 2 : MOST_MS;
    if (!life->expand_due || setup_expand_again(setup, &inventory) != SYS_OK)
        return;
    if (broker_reload(life->broker, inventory, NULL, 0, &result, &why) != SYS_OK) {
        notes_free(&result.notes);
        inventory_free(inventory);
        return;
    }
    notes_free(&result.notes);
    inventory_free(setup->inventory);
    setup->inventory = inventory;
    life->expand_due = false;
    notes_free(&life->lasting);
    pending_settle(life, setup);
    broker_tell_lasting(life->broker, &life->lasting);
}
