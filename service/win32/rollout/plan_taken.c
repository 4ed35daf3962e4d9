/*
 * The judgement is that of adoption.h. What the caller may not read of the object counts as
 * fitting; what only the state proves is left open where the state cannot be read.
 */
#include "plan_taken.h"

#include <stdio.h>
#include <stdlib.h>

#include "adoption.h"
#include "carried_locks.h"

/* As adopt() in core/objects/maker.c: the lock of a segment cannot change either. */
static bool lock_misfit(const struct item *item, const struct state_record *record,
                        const struct adoption *judged, char *reason, size_t size)
{
    return judged->generation != 0 && judged->live.kind == SHMB_SECTION &&
           carried_lock_differs(record, item, reason, size);
}

/* True: with a record of this very object, the broker would take it for its own. */
static bool depends_on_state(const struct plan_taken *by, const struct item *item,
                             const struct sys_facts *facts)
{
    const struct state_record made = {
        .name = item->spec.name, .kind = facts->kind, .size = facts->size, .generation = 1};
    struct adoption judged;

    if (by->state != NULL)
        return false;
    adoption_judge(&item->spec, facts, &made, by->owner, &judged);
    return judged.verdict != ADOPTION_CONFLICT;
}

/* The broker may open what the caller may not: what could not be read counts as fitting. */
static void take_as_fitting(const struct item *item, const struct state_record *record,
                            struct sys_facts *facts)
{
    if (facts->kind == SHMB_SECTION && facts->size == 0)
        facts->size = adoption_pages(
            record != NULL && shmb_kernel_kind(record->kind) == SHMB_SECTION ? record->size
                                                                             : item->spec.size);
    if (facts->kind != shmb_kernel_kind(item->spec.kind))
        return;
    facts->manual_reset = item->spec.manual_reset;
    facts->maximum = item->spec.maximum;
}

static void inspect(const struct plan_taken *by, const struct item *item,
                    const struct state_record *record, struct sys_facts *facts)
{
    struct sys_object *object = NULL;
    struct sys_failure why;
    enum sys_status status = by->system->objects.inspect(by->system->self, item->spec.name,
                                                         item->spec.kind, facts, &object, &why);

    by->system->objects.close(by->system->self, object);
    free(facts->sddl);
    facts->sddl = NULL;
    if (status != SYS_OK)
        take_as_fitting(item, record, facts);
}

enum plan_word plan_taken_judge(const struct plan_taken *by, const struct item *item,
                                const struct name_holder *holder, char text[PLAN_TAKEN_TEXT])
{
    const struct state_record *record =
        by->state != NULL ? state_find(by->state, item->spec.name) : NULL;
    char who[NAME_HOLDER_TEXT_MAX], reason[MISFIT_REASON];
    struct sys_facts facts;
    struct adoption judged;

    name_holder_text(holder, who);
    inspect(by, item, record, &facts);
    adoption_judge(&item->spec, &facts, record, by->owner, &judged);
    if (judged.verdict == ADOPTION_CONFLICT) {
        (void)snprintf(text, PLAN_TAKEN_TEXT, "the name is taken by %s%s", who,
                       depends_on_state(by, item, &facts)
                           ? "; whether the broker made it is in its state, which cannot be read "
                             "here"
                           : "");
        return PLAN_VIEW_CONFLICT;
    }
    if (judged.verdict == ADOPTION_MISFIT) {
        (void)snprintf(text, PLAN_TAKEN_TEXT, "it exists, and %s", judged.reason);
        return PLAN_VIEW_DEFER;
    }
    if (lock_misfit(item, record, &judged, reason, sizeof(reason))) {
        (void)snprintf(text, PLAN_TAKEN_TEXT, "it exists, and %s", reason);
        return PLAN_VIEW_DEFER;
    }
    (void)snprintf(text, PLAN_TAKEN_TEXT, "it exists: %s", who);
    return PLAN_VIEW_ADOPT;
}
