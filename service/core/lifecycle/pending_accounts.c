#include "pending_accounts.h"

#include "backoff.h"
#include "event_text.h"
#include "text.h"

static const struct backoff rounds = {1000, 30000};

/*
 * While an account is looked up nothing else is done. So it is one at a time, and after
 * a while none for longer: each may wait for a domain controller that does not answer.
 */
#define ROUND_MS 1000u

static void log_pending(const struct system *system, const struct trustee_answer *answer)
{
    char reason[REPORT_FAILURE];
    struct text use = {0};
    const char *inserts[] = {answer->name, reason, ""};

    event_failure_text(answer->why, reason);
    if (answer->sid != NULL)
        text_add(&use, "Meanwhile the SID it had has its rights: %s.", answer->sid);
    else
        text_add(&use, "Objects are served without it; what denies it something is held back.");
    if (!use.failed)
        inserts[2] = use.at;
    system->log(system->self, EVENT_TRUSTEE_PENDING, inserts, 3);
    text_free(&use);
}

static void note_pending(struct report_lines *notes, const struct trustee_answer *answer)
{
    char reason[REPORT_FAILURE];
    struct text text = {0};

    event_failure_text(answer->why, reason);
    text_add(&text, "%s%s%s", reason,
             answer->sid != NULL ? "; meanwhile the SID it had has its rights: " : "",
             answer->sid != NULL ? answer->sid : "");
    report_lines_add(notes, "degraded", answer->name, "pending", text.failed ? reason : text.at);
    text_free(&text);
}

static void note_all(struct lifecycle *life)
{
    struct trustee_answer answer;
    size_t at = 0;

    report_lines_free(&life->pending);
    while (trustees_next(life->desired->known, &at, &answer))
        if (answer.pending)
            note_pending(&life->pending, &answer);
}

void pending_accounts_settle(struct lifecycle *life, const struct desired *former)
{
    struct trustee_answer answer;
    size_t at = 0;

    note_all(life);
    while (trustees_next(life->desired->known, &at, &answer)) {
        if (!answer.pending && answer.sid != NULL)
            state_put_sid(broker_state(life->broker), answer.name, answer.sid);
        else if (answer.pending &&
                 (former == NULL || !trustees_is_pending(former->known, answer.name)))
            log_pending(life->system, &answer);
    }
    broker_remember(life->broker);
    life->asking.delay = rounds.first;
    life->asking.left = 0;
    life->asking.due = false;
}

static bool is_needed(const struct lifecycle *life)
{
    return life->asking.due || trustees_pending(life->desired->known) > 0;
}

uint32_t pending_accounts_delay(const struct lifecycle *life)
{
    if (!is_needed(life))
        return UINT32_MAX;
    return life->asking.left > 0 ? 0 : life->asking.delay;
}

/* It is found, and may not have what the configuration wants: the others go on without it. */
static void log_refused(struct lifecycle *life, const struct trustee_answer *answer)
{
    log_pending(life->system, answer);
    note_all(life);
    lifecycle_report_lasting(life);
}

/* One more account. False: the round is over. */
static bool ask(struct lifecycle *life)
{
    const struct system *system = life->system;
    struct asking *asking = &life->asking;
    struct trustee_answer news;

    if (asking->left == 0) {
        asking->left = trustees_pending(life->desired->known);
        asking->began = system->clock.ticks(system->self);
    }
    if (trustees_retry(life->desired->known, &asking->at, &news)) {
        if (news.pending)
            log_refused(life, &news);
        else
            system->log(system->self, EVENT_TRUSTEE_RESOLVED, &news.name, 1);
        asking->due |= !news.pending;
    }
    if (asking->left > 0)
        asking->left--;
    if (system->clock.ticks(system->self) - asking->began >= ROUND_MS)
        asking->left = 0;
    return asking->left > 0;
}

static void come_into_force(struct lifecycle *life)
{
    struct desired *desired = life->desired;
    struct inventory *inventory;
    struct apply_result result;
    struct sys_failure why;
    enum sys_status status;

    if (desired_expand_again(desired, &inventory) != SYS_OK)
        return;
    status = broker_reload(life->broker, inventory, NULL, 0, &result, &why);
    report_lines_free(&result.notes);
    if (status != SYS_OK) {
        inventory_free(inventory);
        return;
    }
    inventory_free(desired->inventory);
    desired->inventory = inventory;
    pending_accounts_settle(life, desired);
    lifecycle_report_lasting(life);
}

void pending_accounts_retry(struct lifecycle *life)
{
    struct asking *asking = &life->asking;

    if (!is_needed(life) || ask(life))
        return;
    asking->delay = backoff_next(&rounds, asking->delay);
    if (asking->due)
        come_into_force(life);
}
