/*
 * A duty of the main loop. Accounts that were resolved get their rights at the end of a round, by a
 * reload of the same configuration, without reading the files again.
 */
#include "pending_accounts.h"

#include "backoff.h"
#include "event_text.h"
#include "text.h"

static const struct backoff rounds = {1000, 30000};

/*
 * A look-up blocks the main loop, and may wait for a domain controller that does not answer. So
 * accounts are looked up one at a time, and a round that took so long ends.
 */
#define ROUND_MS 1000u

static void log_pending(const struct system *system, const struct trustee_answer *answer)
{
    char reason[REPORT_FAILURE];
    struct text meanwhile = {0};
    const char *inserts[] = {answer->name, reason, ""};

    event_failure_text(answer->why, reason);
    if (answer->sid != NULL)
        text_add(&meanwhile, "Until then its last known SID has its rights: %s.", answer->sid);
    else
        text_add(&meanwhile,
                 "Objects are served without it; objects that deny it a right are held back.");
    if (!meanwhile.failed)
        inserts[2] = meanwhile.at;
    system->log(system->self, EVENT_TRUSTEE_PENDING, inserts, 3);
    text_free(&meanwhile);
}

/* Adds a line for the report. */
static void note_pending(struct report_lines *notes, const struct trustee_answer *answer)
{
    char reason[REPORT_FAILURE];
    struct text text = {0};

    event_failure_text(answer->why, reason);
    text_add(&text, "%s%s%s", reason,
             answer->sid != NULL ? "; until then its last known SID has its rights: " : "",
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
    life->accounts.delay = rounds.first;
    life->accounts.left = 0;
    life->accounts.due = false;
}

static bool is_needed(const struct lifecycle *life)
{
    return life->accounts.due || trustees_pending(life->desired->known) > 0;
}

uint32_t pending_accounts_delay(const struct lifecycle *life)
{
    if (!is_needed(life))
        return UINT32_MAX;
    return life->accounts.left > 0 ? 0 : life->accounts.delay;
}

/* The account exists, but may not be denied what the configuration denies it: it stays pending. */
static void log_refused(struct lifecycle *life, const struct trustee_answer *answer)
{
    log_pending(life->system, answer);
    note_all(life);
    lifecycle_report_lasting(life);
}

/* Looks up one more account. False: the round has ended. */
static bool look_up_next(struct lifecycle *life)
{
    const struct system *system = life->system;
    struct account_round *round = &life->accounts;
    struct trustee_answer answer;

    if (round->left == 0) {
        round->left = trustees_pending(life->desired->known);
        round->began = system->clock.ticks(system->self);
    }
    if (trustees_retry(life->desired->known, &round->at, &answer)) {
        if (answer.pending)
            log_refused(life, &answer);
        else
            system->log(system->self, EVENT_TRUSTEE_RESOLVED, &answer.name, 1);
        round->due |= !answer.pending;
    }
    if (round->left > 0)
        round->left--;
    if (system->clock.ticks(system->self) - round->began >= ROUND_MS)
        round->left = 0;
    return round->left > 0;
}

/* Applies the rights of resolved accounts. On failure the next round tries it again. */
static void come_into_force(struct lifecycle *life)
{
    struct desired *desired = life->desired;
    struct inventory *inventory;
    struct apply_result result;
    enum sys_status status;

    if (desired_expand_again(desired, &inventory) != SYS_OK)
        return;
    status = broker_reload(life->broker, inventory, NULL, 0, &result, NULL);
    report_lines_free(&result.notes);
    if (status != SYS_OK) {
        inventory_free(inventory);
        return;
    }
    inventory_free(desired->inventory);
    desired->inventory = inventory;
    requests_reloaded(life->requests, desired);
    /* The same accounts before and after: what is still pending is not logged again. */
    pending_accounts_settle(life, desired);
    lifecycle_report_lasting(life);
}

void pending_accounts_retry(struct lifecycle *life)
{
    struct account_round *round = &life->accounts;

    if (!is_needed(life) || look_up_next(life))
        return;
    round->delay = backoff_next(&rounds, round->delay);
    if (round->due)
        come_into_force(life);
}
