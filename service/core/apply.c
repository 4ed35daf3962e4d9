#include "apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auditing.h"
#include "names.h"
#include "report.h"

#define NAME_TEXT (SHMB_NAME_BYTES + sizeof(SHMB_GLOBAL_PREFIX))

struct apply {
    const struct apply_request *request;
    struct apply_result *result;
    struct holdings holdings;
    struct plan plan;
    size_t *origin;      /* of each wanted item: its former index, or HOLDINGS_NONE */
    bool *changed;       /* of each step: the access was changed */
    size_t origin_count; /* room */
};

static const char *access_text(void *context, const struct item *item)
{
    return descriptor_cache_text((struct descriptor_cache *)context, item);
}

/* False: no memory. */
static bool gather_holdings(struct apply *apply)
{
    const struct inventory *from = apply->request->from;
    size_t i;

    if (!holdings_init(&apply->holdings, from->count))
        return false;
    for (i = 0; i < from->count; i++) {
        const struct item *item = &from->items[i];
        struct holding holding = {.spec = item->spec,
                                  .lock = item->lock,
                                  .held = item_is_held(item),
                                  .hash = item->hash,
                                  .index = i};

        if (holding.held && !item->access_due)
            holding.sddl = descriptor_cache_text(apply->request->former->cache, item);
        holdings_add(&apply->holdings, &holding);
    }
    return true;
}

static struct item *former_of(const struct apply *apply, const struct plan_step *step)
{
    return &apply->request->from->items[apply->holdings.items[step->holding].index];
}

static struct item *item_of(const struct apply *apply, const struct plan_step *step)
{
    return &apply->request->to->items[step->item];
}

static bool same_name(const char *a, const char *b)
{
    return shmb_name_same(a, strlen(a), b, strlen(b));
}

/* The text of the former configuration, for as long as the item lives. */
static bool own_lock(struct item *item, const char *lock)
{
    size_t size;

    item->lock = NULL;
    if (lock == NULL)
        return true;
    size = strlen(lock) + 1;
    item->own_text = malloc(size);
    if (item->own_text == NULL)
        return false;
    memcpy(item->own_text, lock, size);
    item->lock = item->own_text;
    return true;
}

/*
 * A segment whose lock cannot change keeps the one it has, although nothing in
 * the configuration names it any more.
 */
static bool keep_lock(struct apply *apply, const struct plan_step *segment)
{
    const char *lock = item_of(apply, segment)->lock;
    struct inventory *to = apply->request->to;
    size_t i;

    for (i = 0; lock != NULL && i < apply->plan.count; i++) {
        struct plan_step *step = &apply->plan.steps[i];

        if (step->action != PLAN_RETIRE || !item_is_held(former_of(apply, step)) ||
            !same_name(former_of(apply, step)->spec.name, lock))
            continue;
        if (!inventory_keep(to, former_of(apply, step), to->items[segment->item].access,
                            to->items[segment->item].from))
            return false;
        step->action = PLAN_KEEP;
        step->item = to->count - 1;
        step->access = true;
        apply->plan.counts[PLAN_RETIRE]--;
        apply->plan.counts[PLAN_KEEP]++;
        break;
    }
    return true;
}

/* The item takes over what the former one has; `former` is not touched. False: no memory. */
static bool carry(struct apply *apply, const struct plan_step *step)
{
    const struct item *former = former_of(apply, step);
    struct item *item = item_of(apply, step);
    const char *name = item->spec.name;

    item->cause = former->cause;
    item->access_due = former->access_due;
    item->corrections = former->corrections;
    item->hash = former->hash;
    if (!item_is_held(former)) {
        item_set_reason(item, former->reason);
        return true;
    }
    item->object = former->object;
    item->generation = former->generation;
    item->adopted = former->adopted;
    item->auditing = former->auditing;
    item->initialised |= former->initialised;
    item->state = ITEM_HELD;
    if (step->action != PLAN_DEFER && step->action != PLAN_RECREATE)
        return true;
    item->access_due |= item->spec.kind != former->spec.kind;
    item->spec = former->spec;
    item->spec.name = name;
    item->state = ITEM_DEFERRED;
    item_set_reason(item, step->reason);
    return own_lock(item, former->lock);
}

static bool carry_all(struct apply *apply)
{
    size_t i;

    for (i = 0; i < apply->plan.count; i++) {
        const struct plan_step *step = &apply->plan.steps[i];

        if (step->item == HOLDINGS_NONE || step->holding == HOLDINGS_NONE)
            continue;
        apply->origin[step->item] = apply->holdings.items[step->holding].index;
        if (!carry(apply, step))
            return false;
        if (step->action == PLAN_DEFER && !keep_lock(apply, step))
            return false;
    }
    return true;
}

static enum sys_status prepare(struct apply *apply, struct sys_failure *why)
{
    const struct apply_request *request = apply->request;
    size_t i;

    if (!gather_holdings(apply) ||
        !plan_make(&apply->holdings, request->to, request->anew, request->anew_count, access_text,
                   request->wanted->cache, &apply->plan))
        return report_short_of_memory(why);
    apply->origin_count = request->to->count + request->from->count + 1;
    apply->origin = calloc(apply->origin_count, sizeof(size_t));
    apply->changed = calloc(apply->plan.count + 1, sizeof(bool));
    if (apply->origin == NULL || apply->changed == NULL)
        return report_short_of_memory(why);
    for (i = 0; i < apply->origin_count; i++)
        apply->origin[i] = HOLDINGS_NONE;
    return carry_all(apply) ? SYS_OK : report_short_of_memory(why);
}

static enum sys_status check_stop(const struct apply *apply, struct sys_failure *why)
{
    const struct system *system = apply->request->wanted->system;

    system->progress(system->self);
    if (!system->stopping(system->self))
        return SYS_OK;
    *why = (struct sys_failure){0};
    (void)snprintf(why->text, sizeof(why->text), "asked to stop");
    return SYS_LATER;
}

static enum sys_status create_all(struct apply *apply, struct sys_failure *why)
{
    size_t i;
    enum sys_status status = SYS_OK;

    for (i = 0; i < apply->plan.count && status == SYS_OK; i++) {
        if (apply->plan.steps[i].action != PLAN_CREATE)
            continue;
        (void)maker_obtain(apply->request->wanted, item_of(apply, &apply->plan.steps[i]));
        status = check_stop(apply, why);
    }
    return status;
}

static enum sys_status change_access(struct apply *apply, struct sys_failure *why)
{
    size_t i;
    enum sys_status status = SYS_OK;

    for (i = 0; i < apply->plan.count && status == SYS_OK; i++) {
        const struct plan_step *step = &apply->plan.steps[i];

        if (!step->access)
            continue;
        apply->changed[i] = true;
        (void)maker_protect(apply->request->wanted, item_of(apply, step));
        status = check_stop(apply, why);
    }
    return status;
}

/* What will not be held any more is remembered: clients may still have it. */
static enum sys_status record(struct apply *apply, struct sys_failure *why)
{
    struct state *state = apply->request->wanted->state;
    size_t i;

    for (i = 0; i < apply->plan.count; i++) {
        const struct plan_step *step = &apply->plan.steps[i];
        const struct state_record *known;

        if (step->action != PLAN_RETIRE || !item_is_held(former_of(apply, step)))
            continue;
        known = state_find(state, former_of(apply, step)->spec.name);
        if (known != NULL) {
            struct state_record retired = *known;

            retired.retired = true;
            state_put(state, &retired);
        }
    }
    state_put_stamp(state, *apply->request->wanted->stamp);
    return state_commit(state, why);
}

/* What was taken over was retired before, and is again. */
static void forget(struct state *state, const struct item *item)
{
    const struct state_record *known = state_find(state, item->spec.name);
    struct state_record retired;

    if (!item->adopted || known == NULL) {
        state_drop(state, item->spec.name);
        return;
    }
    retired = *known;
    retired.retired = true;
    state_put(state, &retired);
}

/* In the reverse order of what was done. */
static void undo(struct apply *apply)
{
    const struct maker *former = apply->request->former;
    const struct system *system = former->system;
    struct inventory *to = apply->request->to;
    struct sys_failure unused;
    size_t i;

    for (i = apply->plan.count; i-- > 0;) {
        const struct plan_step *step = &apply->plan.steps[i];

        if (apply->changed != NULL && apply->changed[i])
            (void)maker_protect(former, former_of(apply, step));
        if (step->action == PLAN_RETIRE && item_is_held(former_of(apply, step)))
            maker_record(former, former_of(apply, step));
        if (step->action != PLAN_CREATE || !item_is_held(item_of(apply, step)))
            continue;
        system->close(system->self, item_of(apply, step)->object);
        forget(former->state, item_of(apply, step));
    }
    for (i = 0; i < to->count; i++) {
        to->items[i].object = NULL;
        to->items[i].generation = 0;
        to->items[i].state = ITEM_WANTED;
    }
    (void)state_commit(former->state, &unused);
}

static void note(struct apply *apply, const struct item *item, const char *step,
                 const char *outcome)
{
    char name[NAME_TEXT];

    (void)snprintf(name, sizeof(name), "%s%s", SHMB_GLOBAL_PREFIX, item->spec.name);
    notes_add(&apply->result->notes, "reload", name, step, outcome);
}

static void note_item(struct apply *apply, const struct plan_step *step)
{
    const struct item *item = item_of(apply, step);
    const char *word = plan_action_word(step->action);
    bool well = item->state == ITEM_HELD && !item->access_due;
    const char *outcome = "done";

    if (step->action == PLAN_CREATE && item->adopted && item_is_held(item))
        word = "adopt";
    if (step->action == PLAN_KEEP && well)
        return;
    if (!well && step->action != PLAN_DEFER)
        apply->result->failed++;
    /* A handle has the rights it was opened with; nobody can take them away. */
    if (step->action == PLAN_ACCESS)
        outcome = "done; programs that have it open keep what they have";
    note(apply, item, word, well || item->reason == NULL ? outcome : item->reason);
}

/* What is held keeps its audit entries over a reload until here. */
static void audit_all(struct apply *apply)
{
    struct inventory *to = apply->request->to;
    size_t i;

    for (i = 0; i < to->count; i++) {
        struct item *item = &to->items[i];
        const enum item_auditing before = item->auditing;

        /* Those that a former reload could not have audited are told again, as such. */
        auditing_settle(apply->request->wanted->system, item);
        if (auditing_lacks(item)) {
            apply->result->failed++;
            note(apply, item, "audit", auditing_reason(item));
        } else if (item->auditing != before && item_is_held(item)) {
            note(apply, item, "audit", item->audit ? "on" : "off");
        }
    }
}

static void note_all(struct apply *apply)
{
    char number[24];
    size_t i;

    for (i = 0; i < apply->plan.count; i++) {
        const struct plan_step *step = &apply->plan.steps[i];

        if (step->action == PLAN_RETIRE)
            note(apply, former_of(apply, step), "retire", "done");
        else
            note_item(apply, step);
    }
    (void)snprintf(number, sizeof(number), "%zu", apply->plan.counts[PLAN_KEEP]);
    if (apply->plan.counts[PLAN_KEEP] > 0)
        notes_add(&apply->result->notes, "reload", number, "keep", "done");
    memcpy(apply->result->counts, apply->plan.counts, sizeof(apply->plan.counts));
}

static void report_deferred(const struct apply *apply)
{
    size_t i;

    for (i = 0; i < apply->plan.count; i++)
        if (apply->plan.steps[i].action == PLAN_DEFER)
            maker_report(apply->request->wanted, item_of(apply, &apply->plan.steps[i]),
                         EVENT_OBJECT_DEFERRED, apply->plan.steps[i].reason);
}

static bool is_lock_of(const struct cfg_segment *segment, const char *name)
{
    return segment->lock.name != NULL && same_name(segment->lock.name, name);
}

static bool is_change_event_of(const struct cfg_segment *segment, const char *name)
{
    size_t i;

    for (i = 0; i < SHMB_CHANGE_EVENTS && segment->notify.events[i] != NULL; i++)
        if (same_name(segment->notify.events[i], name))
            return true;
    return false;
}

/* As its entry in the configuration wants it, whatever it is now. */
static void wanted_spec(const struct item *item, struct sys_spec *spec, const char **lock)
{
    const struct cfg_object *from = item->from;

    *spec = (struct sys_spec){.kind = from->kind, .name = item->spec.name};
    *lock = NULL;
    if (from->kind == SHMB_SECTION && is_lock_of(&from->u.segment, item->spec.name)) {
        spec->kind = SHMB_MUTEX;
    } else if (from->kind == SHMB_SECTION &&
               is_change_event_of(&from->u.segment, item->spec.name)) {
        spec->kind = SHMB_EVENT;
        spec->manual_reset = true;
    } else if (from->kind == SHMB_SECTION) {
        spec->size = from->u.segment.size;
        *lock = from->u.segment.lock.name;
    } else if (from->kind == SHMB_EVENT) {
        spec->manual_reset = from->u.event.manual_reset;
    } else if (from->kind == SHMB_SEMAPHORE) {
        spec->initial = from->u.semaphore.initial;
        spec->maximum = from->u.semaphore.maximum;
    }
}

/* The segment stays as it was, and so does its lock, which was to be let go. */
static void keep_lock_held(struct apply *apply, const struct plan_step *segment)
{
    size_t i, count = apply->request->to->count;

    if (!keep_lock(apply, segment) || apply->request->to->count == count)
        return;
    for (i = 0; i < apply->plan.count; i++)
        if (apply->plan.steps[i].item == count)
            (void)carry(apply, &apply->plan.steps[i]);
    (void)maker_protect(apply->request->wanted, &apply->request->to->items[count]);
}

/*
 * An object is made anew only after a table that does not list it as held, and
 * another table lists it again: what is held is at no time another object than
 * the one that is listed.
 */
static void recreate_all(struct apply *apply)
{
    const struct apply_request *request = apply->request;
    struct sys_failure unused;
    size_t i;

    if (apply->plan.counts[PLAN_RECREATE] == 0)
        return;
    for (i = 0; i < apply->plan.count; i++)
        if (apply->plan.steps[i].action == PLAN_RECREATE)
            item_of(apply, &apply->plan.steps[i])->state = ITEM_WANTED;
    (void)publication_update(request->publication, true);
    for (i = 0; i < apply->plan.count; i++) {
        struct item *item;
        struct sys_spec wanted;
        const char *lock;

        if (apply->plan.steps[i].action != PLAN_RECREATE)
            continue;
        item = item_of(apply, &apply->plan.steps[i]);
        item->state = ITEM_DEFERRED;
        wanted_spec(item, &wanted, &lock);
        if (!maker_recreate(request->wanted, item, &wanted, lock))
            keep_lock_held(apply, &apply->plan.steps[i]);
    }
    state_put_stamp(request->wanted->state, *request->wanted->stamp);
    if (state_commit(request->wanted->state, &unused) != SYS_OK)
        report_state(request->wanted->system, &unused);
    (void)publication_update(request->publication, true);
}

/* What is known of the copies goes with the segment. */
static void carry_copies(struct apply *apply, const struct plan_step *step)
{
    struct kept *known;

    if (step->item == HOLDINGS_NONE || step->holding == HOLDINGS_NONE ||
        item_of(apply, step)->kept == NULL || former_of(apply, step)->kept == NULL)
        return;
    known = former_of(apply, step)->kept;
    former_of(apply, step)->kept = item_of(apply, step)->kept;
    item_of(apply, step)->kept = known;
}

/* Nothing can fail any more: what is not carried over is let go. */
static void retire_all(struct apply *apply)
{
    const struct system *system = apply->request->wanted->system;
    struct inventory *from = apply->request->from;
    size_t i;

    for (i = 0; i < apply->plan.count; i++) {
        const struct plan_step *step = &apply->plan.steps[i];

        carry_copies(apply, step);
        if (step->action != PLAN_RETIRE)
            continue;
        system->close(system->self, former_of(apply, step)->object);
        former_of(apply, step)->object = NULL;
    }
    for (i = 0; i < from->count; i++)
        from->items[i].object = NULL;
}

static void end(struct apply *apply)
{
    plan_free(&apply->plan);
    holdings_free(&apply->holdings);
    free(apply->origin);
    free(apply->changed);
}

enum sys_status apply_reload(const struct apply_request *request, struct apply_result *out,
                             struct sys_failure *why)
{
    struct apply apply = {.request = request, .result = out};
    enum sys_status status;

    *out = (struct apply_result){0};
    *why = (struct sys_failure){0};
    status = prepare(&apply, why);
    if (status == SYS_OK)
        status = create_all(&apply, why);
    if (status == SYS_OK)
        status = change_access(&apply, why);
    if (status == SYS_OK)
        status = record(&apply, why);
    if (status == SYS_OK)
        status = publication_change(request->publication, request->to, apply.origin, why);
    if (status == SYS_OK) {
        report_deferred(&apply);
        recreate_all(&apply);
        retire_all(&apply);
        note_all(&apply);
        audit_all(&apply);
    } else {
        undo(&apply);
    }
    end(&apply);
    return status;
}
