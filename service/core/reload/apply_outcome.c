/*
 * The events and report lines of a reload. All of it runs after the publication, when the reload
 * cannot be undone any more.
 */
#include "apply_internal.h"

#include <stdio.h>
#include <string.h>

#include "auditing.h"
#include "full_name.h"

void apply_report_deferred(const struct apply *apply)
{
    size_t i;

    for (i = 0; i < apply->plan.count; i++)
        if (apply->plan.steps[i].action == PLAN_DEFER)
            maker_report(apply->request->wanted, apply_item(apply, &apply->plan.steps[i]),
                         EVENT_OBJECT_DEFERRED, apply->plan.steps[i].reason);
}

static void note(struct apply *apply, const struct item *item, const char *step,
                 const char *outcome)
{
    char name[FULL_NAME_BYTES];

    full_name(item->spec.name, name);
    report_lines_add(&apply->result->notes, "reload", name, step, outcome);
}

static void note_item(struct apply *apply, const struct plan_step *step)
{
    const struct item *item = apply_item(apply, step);
    const char *word = plan_action_word(step->action);
    bool done = item->state == ITEM_HELD && !item->access_due;
    const char *outcome = "done";

    if (step->action == PLAN_CREATE && item->adopted && item_is_held(item))
        word = "adopt";
    if (step->action == PLAN_KEEP && done)
        return;
    if (!done && step->action != PLAN_DEFER)
        apply->result->failed++;
    /* An open handle keeps the rights it was opened with. */
    if (step->action == PLAN_ACCESS)
        outcome = "done; programs that have it open keep what they have";
    note(apply, item, word,
         done || item_rare(item)->reason == NULL ? outcome : item_rare(item)->reason);
}

void apply_note(struct apply *apply)
{
    char number[24];
    size_t i;

    for (i = 0; i < apply->plan.count; i++) {
        const struct plan_step *step = &apply->plan.steps[i];

        if (step->action == PLAN_RETIRE)
            note(apply, apply_former(apply, step), "retire", "done");
        else
            note_item(apply, step);
    }
    (void)snprintf(number, sizeof(number), "%zu", apply->plan.counts[PLAN_KEEP]);
    if (apply->plan.counts[PLAN_KEEP] > 0)
        report_lines_add(&apply->result->notes, "reload", number, "keep", "done");
    memcpy(apply->result->counts, apply->plan.counts, sizeof(apply->plan.counts));
}

void apply_audit(struct apply *apply)
{
    struct inventory *to = apply->request->to;
    size_t i;

    for (i = 0; i < to->count; i++) {
        struct item *item = &to->items[i];
        const enum item_auditing before = item->auditing;

        /* An object that an earlier reload could not audit is listed again. */
        auditing_settle(apply->request->wanted->system, item);
        if (auditing_lacks(item)) {
            apply->result->failed++;
            note(apply, item, "audit", auditing_reason(item));
        } else if (item->auditing != before && item_is_held(item)) {
            note(apply, item, "audit", item->audit ? "on" : "off");
        }
    }
}
