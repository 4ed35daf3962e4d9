/*
 * Obtains the object of an item: makes it (maker_create.c), or adopts the existing one. The
 * item then holds the object, is deferred, or has none (maker_outcome.c).
 */
#include "maker_internal.h"

#include <stdlib.h>
#include <string.h>

#include "adoption.h"
#include "auditing.h"
#include "carried_locks.h"
#include "descriptor.h"
#include "event_text.h"
#include "misfit.h"
#include "names.h"
#include "queue_headers.h"

/* Sets the configured access on an adopted object; reports it if it differed. */
static void correct_access(const struct maker *maker, struct item *item, const char *found,
                           enum event_id event)
{
    const char *wanted = descriptor_cache_text(maker->cache, item);

    if (!item->held_back && wanted != NULL && found != NULL && descriptor_same(wanted, found))
        return;
    if (!maker_protect(maker, item))
        return;
    if (event == EVENT_OBJECT_TAKEN_BACK)
        item_count_correction(item);
    maker_report_access(maker, item, event, found);
}

/*
 * Is it a section for snapshots? The record of such a one has no lock, and the block of its
 * segment where it was in use (control_pairs.h). A segment's record has "" for no lock; one that
 * has lost its line about the lock and has this suffix is taken for a section for snapshots, which
 * defers it.
 */
static bool was_pair(const struct maker *maker, const struct item *item, uint64_t generation)
{
    const struct state_record *record = state_find(maker->state, item->spec.name);
    const size_t length = strlen(item->spec.name), suffix = sizeof(SHMB_PAIR_SUFFIX) - 1;

    if (record == NULL || record->kind != SHMB_SECTION || record->generation != generation)
        return item->pair;
    if (record->lock != NULL)
        return false;
    return item->pair || (record->control != 0 && length > suffix &&
                          strcmp(item->spec.name + length - suffix, SHMB_PAIR_SUFFIX) == 0);
}

/* Holds an object that is ours; defers it if it does not fit. */
static void hold_adopted(const struct maker *maker, struct item *item, struct adoption *judged,
                         struct sys_object *object, const char *access)
{
    char reason[MISFIT_REASON];
    bool other_lock = carried_lock_adopt(item, judged, reason, sizeof(reason));
    bool pair = judged->live.kind == SHMB_SECTION && was_pair(maker, item, judged->generation);
    bool same_kind = item_is_kind(item, &judged->live, pair);
    char other_pair[MISFIT_REASON];

    judged->live.name = item->spec.name;
    item->spec = judged->live;
    (void)misfit_of_pair(pair, item->pair, other_pair, sizeof(other_pair));
    item->pair = pair;
    maker_hold(maker, item, object, judged->generation);
    item->adopted = true;
    item->other_kind = !same_kind;
    if (!same_kind)
        (void)item_set_live_access(maker->inventory, item, item->spec.kind, access);
    /* Where the configuration wants the event of a fast lock, but a mutex exists. */
    item->fast &= item->spec.kind == SHMB_SECTION || item->spec.kind == SHMB_EVENT;
    item->auditing = AUDITING_UNKNOWN;
    /* The configured access is that of the configured kind. */
    if (same_kind)
        correct_access(maker, item, access,
                       judged->taken ? EVENT_OBJECT_TAKEN_BACK : EVENT_OBJECT_ADOPTED);
    if (judged->verdict == ADOPTION_MISFIT)
        maker_defer(maker, item, judged->reason);
    else if (other_pair[0] != '\0')
        maker_defer(maker, item, other_pair);
    else if (other_lock)
        maker_defer(maker, item, reason);
}

/* A change event that comes back is still set, to wake those who waited as it was retired. */
static void quieten(const struct maker *maker, const struct item *item)
{
    if (item->from->kind == SHMB_SECTION && item->spec.kind == SHMB_EVENT && !item->fast)
        maker->system->objects.signal(maker->system->self, item->object, false);
}

/*
 * Without a record, a section of the size of a queue may be a segment of a former configuration:
 * the header tells. With a record that has lost its line about a queue (and a segment's would have
 * one about the lock), header and generation together tell that it is one.
 */
static void judge_queue(const struct system *system, const struct sys_spec *wanted,
                        const struct state_record *record, struct sys_object *object,
                        struct adoption *judged)
{
    const bool incomplete = wanted->kind == SHMB_QUEUE && judged->live.kind == SHMB_SECTION &&
                            judged->generation != 0 && record != NULL && record->lock == NULL &&
                            judged->live.size == wanted->size;
    uint64_t generation;

    if (incomplete && queue_header_is(system, object, &wanted->queue, &generation) &&
        generation == judged->generation) {
        judged->live.kind = SHMB_QUEUE;
        judged->live.queue = wanted->queue;
        judged->verdict = ADOPTION_OURS;
        judged->reason[0] = '\0';
        return;
    }
    if (judged->live.kind != SHMB_QUEUE || judged->generation != 0 ||
        queue_header_is(system, object, &judged->live.queue, &generation))
        return;
    judged->live.kind = SHMB_SECTION;
    judged->live.queue = (struct sys_queue){0};
    judged->verdict = ADOPTION_MISFIT;
    (void)misfit_of_object(&judged->live, wanted, judged->reason, sizeof(judged->reason));
}

/*
 * The messages of an adopted queue stay; its header is made right. `known`: it was, when a broker
 * held it last, so that a program has damaged it. If it cannot be mapped, the next repair does it.
 */
static void restore_header(const struct maker *maker, struct item *item, bool known)
{
    unsigned wrong = 0;

    if (!known)
        queue_header_return(maker->system, item->object);
    (void)queue_header_write(maker->system, item->object, &item->spec.queue, item->generation,
                             &wrong, NULL);
    if (known)
        queue_header_tell(maker->system, item, wrong);
    /* A broker that was killed may have recorded the queue with other slots, and no more. */
    if (known && (wrong & QUEUE_GENERATION_WRONG) != 0)
        queue_header_renew(maker->system, item);
}

/*
 * Adopts the existing object. SYS_OK also if it does not fit: the item is deferred then.
 * SYS_TAKEN: it is not ours; `why`, which may say who has the name, stays as it is. SYS_NOT_FOUND:
 * there is none now.
 */
static enum sys_status adopt(const struct maker *maker, struct item *item, struct sys_failure *why)
{
    const struct system *system = maker->system;
    const struct state_record *record = state_find(maker->state, item->spec.name);
    const bool retired = record != NULL && record->retired;
    const char *owner = maker->identity->owner;
    struct sys_failure failure;
    struct sys_facts facts;
    struct adoption judged;
    struct sys_object *object = NULL;
    enum sys_status status =
        adoption_open(system, maker->state, owner, &item->spec, &facts, &judged, &object, &failure);

    if (judged.verdict != ADOPTION_CONFLICT) {
        judge_queue(system, &item->spec, record, object, &judged);
        hold_adopted(maker, item, &judged, object, facts.sddl);
        if (item->spec.kind == SHMB_QUEUE)
            restore_header(maker, item, !retired && judged.generation != 0);
        if (retired)
            quieten(maker, item);
    } else if (status == SYS_NO_MEMORY) {
        failure_copy(why, &failure);
    } else {
        system->objects.close(system->self, object);
        item->undecided = judged.unasked;
        if (status != SYS_NOT_FOUND)
            status = SYS_TAKEN;
    }
    free(facts.sddl);
    return status;
}

/*
 * An item that is held back is not made, so that nobody has the denied access. An existing
 * object is adopted with the access that it has.
 */
static enum sys_status obtain_held_back(const struct maker *maker, struct item *item,
                                        struct sys_failure *why)
{
    enum sys_status status = adopt(maker, item, why);

    return status == SYS_TAKEN || status == SYS_NOT_FOUND ? maker_refuse_held_back(why) : status;
}

/* True: a broker held the object in this boot, and its descriptor can be made. */
static bool is_expected(const struct maker *maker, const struct item *item)
{
    struct sys_descriptor *wanted;

    return state_find(maker->state, item->spec.name) != NULL &&
           descriptor_cache_get(maker->cache, item, &wanted, NULL) == SYS_OK;
}

static enum sys_status obtain(const struct maker *maker, struct item *item, struct sys_failure *why)
{
    struct sys_object *object = NULL;
    uint64_t generation;
    enum sys_status status;

    /* Where an object is expected, a creation would only find out that it exists. */
    if (!item->fresh && is_expected(maker, item)) {
        status = adopt(maker, item, why);
        if (status != SYS_TAKEN && status != SYS_NOT_FOUND)
            return status;
    }
    status = maker_create(maker, item, &object, &generation, why);
    if (status == SYS_OK) {
        maker_note_lost(maker, item);
        maker_hold(maker, item, object, generation);
    }
    /* Who asks for an object gets nothing of what another one has written. */
    if (status != SYS_TAKEN || item->fresh)
        return status;
    status = adopt(maker, item, why);
    return status == SYS_NOT_FOUND ? SYS_TAKEN : status; /* gone by now: the next try makes it */
}

static enum sys_status obtain_any(const struct maker *maker, struct item *item,
                                  struct sys_failure *why)
{
    return item->held_back ? obtain_held_back(maker, item, why) : obtain(maker, item, why);
}

/*
 * The lock of an object that uses an event where a mutex is configured, or the other way round:
 * obtains what is used, and defers it.
 */
static enum sys_status obtain_used(const struct maker *maker, struct item *item,
                                   struct sys_failure *why)
{
    const struct sys_spec wanted = item->spec;
    const bool fast = item->fast;
    char reason[MISFIT_REASON];
    enum sys_status status;

    item->spec.kind = wanted.kind == SHMB_EVENT ? SHMB_MUTEX : SHMB_EVENT;
    item->fast = item->spec.kind == SHMB_EVENT;
    status = obtain_any(maker, item, why);
    if (status != SYS_OK) {
        item->spec = wanted;
        item->fast = fast;
    } else if (item->state == ITEM_HELD &&
               misfit_of_object(&item->spec, &wanted, reason, sizeof(reason))) {
        item->other_kind = true;
        maker_defer(maker, item, reason);
    }
    return status;
}

enum sys_status maker_obtain(const struct maker *maker, struct item *item)
{
    struct sys_failure why = {0};
    enum sys_status status;

    item->undecided = false;
    status = item->other_lock ? obtain_used(maker, item, &why) : obtain_any(maker, item, &why);

    item_set_hash(item);
    if (status != SYS_OK)
        maker_missing(maker, item, status, &why);
    auditing_settle(maker->system, item);
    return status;
}

bool maker_protect(const struct maker *maker, struct item *item)
{
    const struct system *system = maker->system;
    struct sys_descriptor *wanted;
    struct sys_failure why = {0};
    enum sys_status status = item->held_back
                                 ? maker_refuse_held_back(&why)
                                 : descriptor_cache_get(maker->cache, item, &wanted, &why);
    bool reported = item->access_due;
    char text[REPORT_FAILURE];

    if (status == SYS_OK)
        status = system->objects.protect(system->self, item->object, wanted, &why);
    item->access_due = status != SYS_OK;
    /* The reason of a deferred item says why it is deferred, and stays. */
    if (item->state == ITEM_HELD)
        item_set_reason(item, NULL);
    if (status == SYS_OK)
        return true;
    event_reason(status, &why, text);
    if (item->state == ITEM_HELD)
        item_set_reason(item, text);
    if (!reported)
        maker_report(maker, item, EVENT_ACCESS_FAILED, text);
    return false;
}
