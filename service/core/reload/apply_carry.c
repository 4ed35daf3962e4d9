/*
 * Carries what stays from the former items to the new ones before anything changes. Until the
 * reload ends, both inventories have the handles; the result decides which one owns them.
 */
#include "apply_internal.h"
#include "carried_locks.h"

#include <stdlib.h>

struct item *apply_former(const struct apply *apply, const struct plan_step *step)
{
    return &apply->request->from->items[step->holding];
}

struct item *apply_item(const struct apply *apply, const struct plan_step *step)
{
    return &apply->request->to->items[step->item];
}

/* What is counted. Without memory it begins anew. */
static void carry_rare(const struct item *former, struct item *item)
{
    struct item_rare *rare = former->rare != NULL ? item_make_rare(item) : NULL;

    if (rare == NULL)
        return;
    rare->corrections = former->rare->corrections;
    rare->repairs = former->rare->repairs;
    rare->repair_told = former->rare->repair_told;
}

/* Carries the object and its state to the new item, whether or not it fits that. */
static void carry(const struct item *former, struct item *item)
{
    carry_rare(former, item);
    item->cause = former->cause;
    item->access_due = former->access_due;
    item->hash = former->hash;
    if (!item_is_held(former)) {
        item_set_reason(item, item_rare(former)->reason);
        return;
    }
    item->object = former->object;
    item->generation = former->generation;
    item->adopted = former->adopted;
    item->renewal_due = former->renewal_due;
    item->auditing = former->auditing;
    item->initialised |= former->initialised;
    item->filled = former->filled;
    item->state = ITEM_HELD;
}

/*
 * The configured access is that of another kind. What programs share keeps the access that the
 * object has. False: it cannot be asked for it, or no memory.
 */
static bool find_live_access(const struct apply *apply, struct item *item,
                             struct sys_object *object)
{
    const struct system *system = apply->request->wanted->system;
    char *sddl = NULL;
    bool found = system->objects.examine(system->self, object, &sddl, NULL) == SYS_OK &&
                 item_set_live_access(apply->request->to, item, item->spec.kind, sddl) == SYS_OK;

    free(sddl);
    return found;
}

/* The object stays as it is until it can be made anew. False: no memory. */
static bool defer(struct apply *apply, const struct plan_step *step)
{
    const struct item *former = apply_former(apply, step);
    struct item *item = apply_item(apply, step);
    const char *name = item->spec.name;

    item->other_kind = !item_is_kind(item, &former->spec, former->pair);
    item->access_due |= item->other_kind;
    item->spec = former->spec;
    item->spec.name = name;
    item->pair = former->pair;
    item->state = ITEM_DEFERRED;
    item_set_reason(item, step->reason);
    if (item->other_kind && !find_live_access(apply, item, former->object))
        return false;
    return carried_lock_set(item, former->lock, former->fast);
}

/*
 * Adds an item for the lock that a deferred segment carries, and carries the object to it.
 * Returns the step of the lock; NULL: no lock, or the lock has an item already.
 */
static struct plan_step *carry_lock(struct apply *apply, const struct plan_step *segment)
{
    struct inventory *to = apply->request->to;
    const struct item *item = apply_item(apply, segment);
    struct plan_step *step = plan_carry_lock(&apply->plan, &apply->holdings, item);

    if (step == NULL || step->item != NAME_INDEX_NONE)
        return NULL;
    step->item = carried_lock_add(to, apply_former(apply, step), item);
    step->access = true;
    apply->plan.holding[step->item] = step->holding;
    carry(apply_former(apply, step), apply_item(apply, step));
    return step;
}

/* The same for the events of a deferred queue. `anew`: they were recorded as retired. */
static bool carry_events(struct apply *apply, const struct plan_step *queue, bool anew)
{
    struct inventory *to = apply->request->to;
    struct item *item = apply_item(apply, queue);
    bool named = false;
    size_t i;

    for (i = 0; i < CFG_QUEUE_EVENTS; i++) {
        struct plan_step *step = plan_carry_event(&apply->plan, &apply->holdings, item, i);

        if (step == NULL || step->item != NAME_INDEX_NONE)
            continue;
        if (!named && !carried_events_set(item))
            return false;
        named = true;
        step->item = carried_event_add(to, item, i);
        apply->plan.holding[step->item] = step->holding;
        carry(apply_former(apply, step), apply_item(apply, step));
        apply_item(apply, step)->access_due |= apply_item(apply, step)->other_kind;
        if (anew)
            maker_record(apply->request->wanted, apply_item(apply, step));
    }
    return true;
}

/* Is this holding the lock of the object of a step, or an event of it? */
static bool is_companion(struct apply *apply, const struct plan_step *of, size_t holding)
{
    const struct item *former = apply_former(apply, of);
    bool found = carried_lock_held(&apply->holdings, former) == holding;
    size_t i;

    for (i = 0; i < CFG_QUEUE_EVENTS; i++)
        found |= carried_event_held(&apply->holdings, former, i) == holding;
    return found;
}

/*
 * What the object of a step uses, and the configuration names anyway, keeps the access of that
 * object. `anew`: it has the configured access by now.
 */
static void keep_access(struct apply *apply, const struct plan_step *of, bool anew)
{
    struct item *items = apply->request->to->items;
    size_t i;

    for (i = of->item; i-- > 0 && items[i].from == items[of->item].from;)
        if (apply->plan.holding[i] != NAME_INDEX_NONE &&
            is_companion(apply, of, apply->plan.holding[i]) &&
            carried_access_keep(apply->request->to, &items[i], &items[of->item]) && anew &&
            item_has_access(&items[i]))
            (void)maker_protect(apply->request->wanted, &items[i]);
}

bool apply_carry(struct apply *apply)
{
    const struct item *from = apply->request->from->items;
    size_t i;

    /* Also room for the locks of segments that turn out to be in use (PLAN_RECREATE). */
    if (!inventory_reserve(apply->request->to,
                           CFG_QUEUE_EVENTS * (apply->plan.counts[PLAN_DEFER] +
                                               apply->plan.counts[PLAN_RECREATE])))
        return false;
    for (i = 0; i < apply->request->to->count; i++)
        if (apply->plan.holding[i] != NAME_INDEX_NONE)
            carry(&from[apply->plan.holding[i]], &apply->request->to->items[i]);
    for (i = 0; i < apply->plan.retired; i++) {
        const struct plan_step *step = &apply->plan.steps[i];

        if (step->action != PLAN_DEFER && step->action != PLAN_RECREATE)
            continue;
        if (!defer(apply, step))
            return false;
        if (step->action == PLAN_DEFER)
            keep_access(apply, step, false);
        if (step->action == PLAN_DEFER)
            (void)carry_lock(apply, step);
        if (step->action == PLAN_DEFER && !carry_events(apply, step, false))
            return false;
    }
    return true;
}

void apply_carry_lock(struct apply *apply, const struct plan_step *segment)
{
    const struct plan_step *lock = carry_lock(apply, segment);

    keep_access(apply, segment, true);
    /* Without memory they are retired. */
    (void)carry_events(apply, segment, true);
    if (lock == NULL)
        return;
    (void)maker_protect(apply->request->wanted, apply_item(apply, lock));
    /* It was recorded as retired. */
    maker_record(apply->request->wanted, apply_item(apply, lock));
}

/* False for a segment that this reload has made or adopted: what was known is out of date. */
static bool is_still_known(const struct item *former, const struct item *item)
{
    return former->copies != NULL && item->copies != NULL && item_is_held(former) &&
           !item->copies->looked;
}

void apply_carry_copies(struct apply *apply)
{
    struct inventory *from = apply->request->from, *to = apply->request->to;
    size_t i;

    for (i = 0; i < to->count && from->copies && to->copies; i++) {
        struct item_copies *known = to->items[i].copies;
        size_t former = apply->plan.holding[i];

        if (former == NAME_INDEX_NONE || !is_still_known(&from->items[former], &to->items[i]))
            continue;
        to->items[i].copies = from->items[former].copies;
        from->items[former].copies = known;
    }
}
