/*
 * Runs when the reload is published and is not undone any more: the old object has to be closed
 * before the new one can have its name, and each may fail on its own (objects/maker_recreate.c).
 */
#include "apply_internal.h"

#include <string.h>

#include "names.h"
#include "queue_spec.h"
#include "snapshot_pair.h"

static bool same_name(const char *a, const char *b)
{
    return shmb_name_same(a, strlen(a), b, strlen(b));
}

static bool is_lock_of(const struct cfg_segment *segment, const char *name)
{
    return segment->lock.name != NULL && same_name(segment->lock.name, name);
}

static bool is_change_event_of(const struct cfg_segment *segment, const char *name)
{
    size_t i;

    for (i = 0; segment->notify != NULL && i < SHMB_CHANGE_EVENTS; i++)
        if (same_name(segment->notify->events[i], name))
            return true;
    return false;
}

static bool is_pair_of(const struct cfg_segment *segment, const char *name)
{
    return segment->snapshots != NULL && same_name(segment->snapshots->name, name);
}

/*
 * The object that the configuration wants; the item says what it is now. `fast`: as in an item
 * that is made by it.
 */
static void wanted_spec(const struct item *item, struct sys_spec *spec, const char **lock,
                        bool *fast)
{
    const struct cfg_object *from = item->from;

    *spec = (struct sys_spec){.kind = from->kind, .name = item->spec.name};
    *lock = NULL;
    *fast = from->kind == SHMB_SECTION && from->u.segment.lock.kind == CFG_LOCK_FAST;
    if (from->kind == SHMB_QUEUE && same_name(item->spec.name, from->name)) {
        queue_spec(&from->u.queue, spec);
    } else if (from->kind == SHMB_QUEUE) {
        spec->kind = SHMB_EVENT; /* an event of it, which resets alone */
        *fast = true;
    } else if (from->kind == SHMB_SECTION && is_lock_of(&from->u.segment, item->spec.name)) {
        spec->kind = *fast ? SHMB_EVENT : SHMB_MUTEX;
    } else if (from->kind == SHMB_SECTION &&
               is_change_event_of(&from->u.segment, item->spec.name)) {
        spec->kind = SHMB_EVENT;
        spec->manual_reset = true;
        *fast = false;
    } else if (from->kind == SHMB_SECTION && is_pair_of(&from->u.segment, item->spec.name)) {
        spec->size = shmb_pair_size(from->u.segment.size);
        *fast = false;
    } else if (!same_name(item->spec.name, from->name)) {
        *spec = item->spec; /* a carried lock: no entry names it */
        *fast = item->fast;
    } else if (from->kind == SHMB_SECTION) {
        spec->size = from->u.segment.size;
        *lock = from->u.segment.lock.name;
    } else if (from->kind == SHMB_EVENT) {
        spec->manual_reset = from->u.event.manual_reset;
        spec->set = from->u.event.set;
    } else if (from->kind == SHMB_SEMAPHORE) {
        spec->initial = from->u.semaphore.initial;
        spec->maximum = from->u.semaphore.maximum;
    }
}

static void recreate_one(struct apply *apply, const struct plan_step *step)
{
    const struct apply_request *request = apply->request;
    struct item *item = apply_item(apply, step);
    struct sys_spec wanted;
    const char *lock;
    bool fast, pair;

    item->state = ITEM_DEFERRED;
    wanted_spec(item, &wanted, &lock, &fast);
    pair = item->from->kind == SHMB_SECTION && is_pair_of(&item->from->u.segment, item->spec.name);
    if (!maker_recreate(request->wanted, item, &wanted, lock, fast, pair))
        apply_carry_lock(apply, step);
}

/* True: the segment of a companion, which comes after it, was made anew. */
static bool segment_is_new(const struct apply *apply, const struct plan_step *lock)
{
    const struct inventory *to = apply->request->to;
    const struct cfg_object *from = to->items[lock->item].from;
    size_t i;

    for (i = lock->item + 1; i < to->count && to->items[i].from == from; i++)
        if (same_name(to->items[i].spec.name, from->name))
            return to->items[i].state == ITEM_HELD;
    return false;
}

static void keep_companion(struct item *item)
{
    item->state = ITEM_DEFERRED;
    item_set_reason(item, "its segment is not made anew");
}

/*
 * A companion that follows its segment comes after it: programs that keep the segment from being
 * made anew exclude each other by the old lock, and publish in the old section for snapshots.
 */
static void recreate_all(struct apply *apply, bool followers)
{
    size_t i;

    for (i = 0; i < apply->plan.count; i++) {
        const struct plan_step *step = &apply->plan.steps[i];

        if (step->action != PLAN_RECREATE || step->follows != followers)
            continue;
        if (!followers || segment_is_new(apply, step))
            recreate_one(apply, step);
        else
            keep_companion(apply_item(apply, step));
    }
}

/*
 * Publishes a directory that does not list these objects as held, makes them anew, and
 * publishes again. So a directory never lists an object that is not the one held.
 */
void apply_recreate(struct apply *apply)
{
    const struct apply_request *request = apply->request;
    struct sys_failure why;
    size_t i;

    if (apply->plan.counts[PLAN_RECREATE] == 0)
        return;
    for (i = 0; i < apply->plan.count; i++)
        if (apply->plan.steps[i].action == PLAN_RECREATE)
            apply_item(apply, &apply->plan.steps[i])->state = ITEM_WANTED;
    (void)publication_update(request->publication, true);
    recreate_all(apply, false);
    recreate_all(apply, true);
    state_put_stamp(request->wanted->state, *request->wanted->stamp);
    state_tell(request->wanted->state, state_commit(request->wanted->state, &why), &why);
    (void)publication_update(request->publication, true);
}
