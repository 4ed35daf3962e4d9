/*
 * Until the publication succeeds, everything can be undone. After it nothing ends the reload any
 * more: what fails becomes the state of its object. broker.c calls this.
 */
#include "apply_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "carried_locks.h"
#include "queue_headers.h"
#include "queue_renewal.h"

/*
 * NULL while a change of the access is due, or where the object is of another kind than
 * configured: it does not have this text.
 */
static const char *access_now(void *context, const struct item *former)
{
    const struct apply_request *request = context;

    return former->access_due || former->other_kind
               ? NULL
               : descriptor_cache_text(request->former->cache, former);
}

static const char *access_wanted(void *context, const struct item *item)
{
    const struct apply_request *request = context;

    return descriptor_cache_text(request->wanted->cache, item);
}

static enum sys_status prepare(struct apply *apply, struct sys_failure *why)
{
    const struct apply_request *request = apply->request;
    const struct plan_question question = {.holdings = &apply->holdings,
                                           .wanted = request->to,
                                           .anew = request->anew,
                                           .anew_count = request->anew_count,
                                           .access_now = access_now,
                                           .access_wanted = access_wanted,
                                           .context = (void *)(uintptr_t)request};

    /* The carried locks come before the plan: they add items, which need steps of their own. */
    name_index_init(&apply->holdings, request->from->items, request->from->count);
    if (!carried_locks_find(request->wanted, request->to, &apply->holdings) ||
        !plan_make(&question, &apply->plan))
        return failure_no_memory(why);
    apply->changed = calloc(apply->plan.count + 1, sizeof(bool));
    apply->before = calloc(apply->plan.count + 1, sizeof(char *));
    if (apply->changed == NULL || apply->before == NULL || !apply_carry(apply))
        return failure_no_memory(why);
    return SYS_OK;
}

static enum sys_status check_stop(const struct apply *apply, struct sys_failure *why)
{
    const struct system *system = apply->request->wanted->system;

    system->progress(system->self);
    if (!system->stopping(system->self))
        return SYS_OK;
    return failure_reason(why, SYS_LATER, "asked to stop");
}

static enum sys_status create_all(struct apply *apply, struct sys_failure *why)
{
    size_t i;
    enum sys_status status = SYS_OK;

    for (i = 0; i < apply->plan.count && status == SYS_OK; i++) {
        if (apply->plan.steps[i].action != PLAN_CREATE)
            continue;
        (void)maker_obtain(apply->request->wanted, apply_item(apply, &apply->plan.steps[i]));
        status = check_stop(apply, why);
    }
    return status;
}

/*
 * For an undo: asks the object for its access if a change of it was due before this reload,
 * because the former configuration does not say it then.
 */
static void remember_access(const struct apply *apply, size_t step)
{
    const struct system *system = apply->request->wanted->system;
    const struct item *former = apply_former(apply, &apply->plan.steps[step]);

    if (former->access_due &&
        system->objects.examine(system->self, former->object, &apply->before[step], NULL) != SYS_OK)
        apply->before[step] = NULL;
}

static void restore_access(const struct apply *apply, size_t step)
{
    const struct maker *former = apply->request->former;
    const struct system *system = former->system;
    struct item *item = apply_former(apply, &apply->plan.steps[step]);
    struct sys_descriptor *descriptor;

    if (apply->before[step] == NULL) {
        (void)maker_protect(former, item);
    } else if (system->objects.descriptor_make(system->self, apply->before[step], &descriptor,
                                               NULL) == SYS_OK) {
        (void)system->objects.protect(system->self, item->object, descriptor, NULL);
        system->objects.descriptor_free(system->self, descriptor);
    }
}

static enum sys_status change_access(struct apply *apply, struct sys_failure *why)
{
    size_t i;
    enum sys_status status = SYS_OK;

    for (i = 0; i < apply->plan.count && status == SYS_OK; i++) {
        const struct plan_step *step = &apply->plan.steps[i];

        if (!step->access)
            continue;
        /* Noted before the attempt: an undo restores the access after a failure, too. */
        apply->changed[i] = true;
        remember_access(apply, i);
        (void)maker_protect(apply->request->wanted, apply_item(apply, step));
        status = check_stop(apply, why);
    }
    return status;
}

/* Records retired objects, which clients may still have open, and commits the state. */
static enum sys_status record(struct apply *apply, struct sys_failure *why)
{
    struct state *state = apply->request->wanted->state;
    enum sys_status status;
    size_t i;

    for (i = 0; i < apply->plan.count; i++) {
        const struct plan_step *step = &apply->plan.steps[i];
        const struct state_record *known;

        if (step->action != PLAN_RETIRE || !item_is_held(apply_former(apply, step)))
            continue;
        known = state_find(state, apply_former(apply, step)->spec.name);
        if (known != NULL) {
            struct state_record retired = *known;

            retired.retired = true;
            state_put(state, &retired);
        }
    }
    /* A write takes a while: another program may hold the file. */
    if (!state_is_due(state))
        return SYS_OK;
    state_put_stamp(state, *apply->request->wanted->stamp);
    status = state_commit(state, why);
    /* A failure is that of the reload, which says so. */
    if (status == SYS_OK)
        state_tell(state, SYS_OK, NULL);
    return status;
}

/*
 * Undoes the record of a new object. An adopted one was retired before, and is so again; but not
 * one that the former configuration names, too, and that was missing.
 */
static void undo_record(struct apply *apply, const struct item *item)
{
    struct state *state = apply->request->former->state;
    const struct state_record *known = state_find(state, item->spec.name);
    struct state_record retired;

    if (!item->adopted || known == NULL) {
        state_drop(state, item->spec.name);
        return;
    }
    if (name_index_find(&apply->holdings, item->spec.name, item->hash) != NAME_INDEX_NONE)
        return;
    retired = *known;
    retired.retired = true;
    state_put(state, &retired);
}

/* A retired queue that this reload has adopted is retired again. */
static void undo_queue(struct apply *apply, const struct item *item)
{
    if (item->spec.kind == SHMB_QUEUE && item->adopted &&
        name_index_find(&apply->holdings, item->spec.name, item->hash) == NAME_INDEX_NONE)
        queue_header_retire(apply->request->former->system, item->object);
}

/* Undoes the steps, last step first. */
static void undo(struct apply *apply)
{
    const struct maker *former = apply->request->former;
    const struct system *system = former->system;
    struct inventory *to = apply->request->to;
    size_t i;

    for (i = apply->plan.count; i-- > 0;) {
        const struct plan_step *step = &apply->plan.steps[i];

        if (apply->changed != NULL && apply->changed[i])
            restore_access(apply, i);
        if (step->action == PLAN_RETIRE && item_is_held(apply_former(apply, step)))
            maker_record(former, apply_former(apply, step));
        if (step->action != PLAN_CREATE || !item_is_held(apply_item(apply, step)))
            continue;
        undo_queue(apply, apply_item(apply, step));
        system->objects.close(system->self, apply_item(apply, step)->object);
        undo_record(apply, apply_item(apply, step));
    }
    /* The handles belong to the former inventory again. */
    for (i = 0; i < to->count; i++) {
        to->items[i].object = NULL;
        to->items[i].generation = 0;
        to->items[i].state = ITEM_WANTED;
    }
}

/* Signals an event of the former inventory, if it is held. */
static void signal_event(struct apply *apply, size_t index)
{
    const struct system *system = apply->request->wanted->system;
    const struct item *event = &apply->request->from->items[index];

    if (item_is_held(event) && event->spec.kind == SHMB_EVENT)
        system->objects.signal(system->self, event->object, true);
}

/* Marks a retired queue, and wakes a program that waits for a message or for room. */
static void retire_queue(struct apply *apply, const struct item *queue)
{
    size_t i, event;

    queue_header_retire(apply->request->wanted->system, queue->object);
    for (i = 0; i < CFG_QUEUE_EVENTS; i++) {
        event = carried_event_held(&apply->holdings, queue, i);
        if (event != NAME_INDEX_NONE)
            signal_event(apply, event);
    }
}

/*
 * Wakes the programs that wait for a change of a retired segment: its block says by now that it
 * is. The events stay set, because a program may be about to wait.
 */
static void wake_waiters(struct apply *apply, const struct item *segment)
{
    const struct cfg_segment *of = item_segment(segment);
    const struct cfg_notify *notify = of != NULL ? of->notify : NULL;
    size_t i, event;

    if (segment->spec.kind == SHMB_QUEUE && item_is_held(segment))
        retire_queue(apply, segment);
    for (i = 0; notify != NULL && i < SHMB_CHANGE_EVENTS; i++) {
        event = name_index_find(&apply->holdings, notify->events[i], 0);
        if (event != NAME_INDEX_NONE)
            signal_event(apply, event);
    }
}

/* Nothing can fail any more: closes the objects that are no longer wanted. */
static void retire_all(struct apply *apply)
{
    const struct system *system = apply->request->wanted->system;
    size_t i;

    apply_carry_copies(apply);
    for (i = apply->plan.retired; i < apply->plan.count; i++)
        if (apply->plan.steps[i].action == PLAN_RETIRE)
            wake_waiters(apply, apply_former(apply, &apply->plan.steps[i]));
    for (i = apply->plan.retired; i < apply->plan.count; i++) {
        const struct plan_step *step = &apply->plan.steps[i];

        if (step->action == PLAN_RETIRE)
            system->objects.close(system->self, apply_former(apply, step)->object);
    }
}

/* Right after the publication, which has given them their slots and generations. */
static void renew_queues(const struct apply *apply)
{
    const struct apply_request *request = apply->request;
    struct sys_failure why;

    if (!queues_renew(request->wanted, request->to, request->publication, false))
        return;
    /* Without a root, the generations are not yet in the state. */
    state_put_stamp(request->wanted->state, *request->wanted->stamp);
    state_tell(request->wanted->state, state_commit(request->wanted->state, &why), &why);
}

static void end(struct apply *apply)
{
    size_t i;

    for (i = 0; apply->before != NULL && i < apply->plan.count; i++)
        free(apply->before[i]);
    free(apply->before);
    free(apply->changed);
    plan_free(&apply->plan);
    name_index_free(&apply->holdings);
}

enum sys_status apply_reload(const struct apply_request *request, struct apply_result *out,
                             struct sys_failure *why)
{
    struct apply apply = {.request = request, .result = out};
    enum sys_status status;

    *out = (struct apply_result){0};
    failure_clear(why);
    status = prepare(&apply, why);
    if (status == SYS_OK)
        status = create_all(&apply, why);
    if (status == SYS_OK)
        status = change_access(&apply, why);
    if (status == SYS_OK)
        status = record(&apply, why);
    if (status == SYS_OK)
        status = publication_change(request->publication, request->to, apply.plan.holding, why);
    if (status == SYS_OK) {
        renew_queues(&apply);
        apply_report_deferred(&apply);
        apply_recreate(&apply);
        retire_all(&apply);
        apply_note(&apply);
        apply_audit(&apply);
    } else {
        undo(&apply);
    }
    end(&apply);
    return status;
}
