/*
 * A running broker: its duties, its reload and its stop; broker_start.c has the start. Where
 * objects change, the state is written before the publication: a client must not find an object
 * that a later broker could not recognise.
 */
#include "broker.h"

#include <string.h>

#include "access_guard.h"
#include "apply.h"
#include "auditing.h"
#include "broker_context.h"
#include "broker_report.h"
#include "broker_state.h"
#include "claim.h"
#include "copy_restore.h"
#include "lost.h"
#include "name_index.h"
#include "queue_headers.h"
#include "queue_renewal.h"

static bool is_access_due(const struct item *item)
{
    return item->access_due && item_has_access(item);
}

struct broker_counts broker_counts(const struct broker *broker)
{
    struct broker_counts counts = {0};
    size_t i;

    for (i = 0; i < broker->inventory->count; i++) {
        const struct item *item = &broker->inventory->items[i];

        counts.held += item_is_held(item);
        counts.missing += !item_is_held(item);
        counts.deferred += item->state == ITEM_DEFERRED;
        counts.failed += item->state == ITEM_FAILED;
        counts.unaudited += auditing_lacks(item);
        counts.undecided += !item_is_held(item) && item->undecided;
        counts.access_due += is_access_due(item);
    }
    for (i = 0; i < broker->copies.count; i++)
        counts.unsaved += strcmp(broker->copies.items[i].state, "failed") == 0;
    counts.unpublished = !publication_complete(broker->publication);
    return counts;
}

/* A missing audit privilege cannot be gained while the process runs: no retry for that. */
static bool needs_retry(const struct item *item)
{
    return !item_is_held(item) || is_access_due(item) ||
           (auditing_lacks(item) && item->auditing != AUDITING_REFUSED);
}

/* True: something was gained. `*changed`: what clients and the report see has changed. */
static bool retry_item(const struct maker *maker, struct item *item, bool *changed)
{
    enum item_state before = item->state;
    bool gained = false;

    /* A held item only lacks its access or its auditing. */
    if (item_is_held(item)) {
        bool lacks = auditing_lacks(item);

        if (is_access_due(item))
            gained = maker_protect(maker, item);
        auditing_settle(maker->system, item);
        *changed |= auditing_lacks(item) != lacks;
        return gained || auditing_lacks(item) != lacks;
    }
    gained = maker_obtain(maker, item) == SYS_OK;
    *changed |= item->state != before;
    return gained;
}

/* True: the broker now has the instance mutex, which a foreign process held. */
static bool claim_again(struct broker *broker)
{
    const struct system *system = broker->system;

    if (!broker->unclaimed || claim_instance(system, broker->identity.owner, NULL) != SYS_OK)
        return false;
    broker->unclaimed = false;
    broker_report_faults(broker);
    system->log(system->self, EVENT_INSTANCE_RECOVERED, NULL, 0);
    return true;
}

void broker_retry(struct broker *broker)
{
    const struct maker maker = broker_maker(broker);
    bool recovered = claim_again(broker), changed = false, lost;
    size_t i;

    for (i = 0; i < broker->inventory->count; i++) {
        if (!needs_retry(&broker->inventory->items[i]))
            continue;
        if (broker_stopping(broker))
            break;
        recovered |= retry_item(&maker, &broker->inventory->items[i], &changed);
    }
    (void)auditing_tell(broker->system, broker->inventory, &broker->audit_told);
    lost = lost_report(broker->system, broker->inventory, &broker->report.lost);
    if (!broker_stopping(broker) && (changed || state_trouble(broker->state) != NULL))
        broker_commit(broker);
    /* One that was adopted only now. */
    publication_restore_slots(broker->publication);
    if (!broker_stopping(broker) &&
        queues_renew(&maker, broker->inventory, broker->publication, true)) {
        broker_commit(broker);
        changed = true;
    }
    if (!broker_stopping(broker))
        recovered |= publication_update(broker->publication, changed);
    if (!broker_stopping(broker) && lost)
        publication_report_broker(broker->publication, &broker->report);
    broker_report_faults(broker); /* the publication writes the state, too */
    /*
     * What failed for the same reason may work now, too: after any success the next retry is soon.
     */
    broker->delay = recovered ? broker_backoff.first : backoff_next(&broker_backoff, broker->delay);
}

uint32_t broker_retry_delay(const struct broker *broker)
{
    bool complete = publication_complete(broker->publication) &&
                    state_trouble(broker->state) == NULL && !broker->unclaimed;
    size_t i;

    for (i = 0; i < broker->inventory->count && complete; i++)
        complete = !needs_retry(&broker->inventory->items[i]);
    return complete ? UINT32_MAX : broker->delay;
}

/* The items of two inventories, by name. */
struct saved_names {
    const struct inventory *inventory;
    struct name_index index, former;
};

/* What neither has is of another configuration. */
static bool stays_saved(void *context, const char *name)
{
    struct saved_names *names = context;
    size_t at = name_index_find(&names->index, name, 0);

    if (at == NAME_INDEX_NONE)
        return name_index_find(&names->former, name, 0) == NAME_INDEX_NONE;
    return names->inventory->items[at].copies != NULL;
}

/* Segments that are saved no longer: whoever removes their files takes nothing away. */
void broker_forget_copies(struct broker *broker, const struct inventory *former)
{
    struct saved_names names = {.inventory = broker->inventory};

    name_index_init(&names.index, broker->inventory->items, broker->inventory->count);
    name_index_init(&names.former, former->items, former->count);
    state_forget_copies(broker->state, stays_saved, &names);
    name_index_free(&names.index);
    name_index_free(&names.former);
}

static enum sys_status change_over(struct broker *broker, struct inventory *wanted,
                                   char *const *anew, size_t anew_count, struct apply_result *out,
                                   struct sys_failure *why)
{
    struct descriptor_cache *cache =
        descriptor_cache_new(broker->system, broker->identity.owner, wanted);
    const struct maker former = broker_maker(broker);
    struct maker next = former;
    const struct apply_request request = {.former = &former,
                                          .wanted = &next,
                                          .from = broker->inventory,
                                          .to = wanted,
                                          .publication = broker->publication,
                                          .anew = anew,
                                          .anew_count = anew_count};
    const struct copy_save saving = broker_saving(broker);
    enum sys_status status;

    *out = (struct apply_result){0};
    if (cache == NULL)
        return failure_no_memory(why);
    broker_read_held(broker); /* the reload's own commits do not read it */
    /* Before anything changes: saves the segments that have no copies in the new configuration. */
    copy_save_leave(&saving, wanted);
    next.inventory = wanted;
    next.cache = cache;
    status = apply_reload(&request, out, why);
    /* Also where it was undone. The caller rewrites the report. */
    (void)lost_report(broker->system, wanted, &broker->report.lost);
    if (status == SYS_OK) {
        descriptor_cache_free(broker->cache);
        broker->cache = cache;
        broker->inventory = wanted;
        retired_reloaded(&broker->retired, out->counts[PLAN_RETIRE]);
        (void)auditing_tell(broker->system, wanted, &broker->audit_told);
        broker_report_faults(broker);
        broker_link_sessions(broker);
        broker_announce_copies(broker);
    } else {
        descriptor_cache_free(cache);
        broker_commit(broker); /* the undo changed records, too */
    }
    return status;
}

enum sys_status broker_reload(struct broker *broker, struct inventory *wanted, char *const *anew,
                              size_t anew_count, struct apply_result *out, struct sys_failure *why)
{
    enum sys_status status;

    /* Each reload may wait for copies anew. */
    broker->patience = COPY_RESTORE_PATIENCE_MS;
    status = change_over(broker, wanted, anew, anew_count, out, why);
    if (status == SYS_OK)
        broker->delay = broker_backoff.first;
    return status;
}

enum sys_status broker_change(struct broker *broker, struct inventory *wanted,
                              struct apply_result *out, struct sys_failure *why)
{
    return change_over(broker, wanted, NULL, 0, out, why);
}

void broker_look_at_retired(struct broker *broker)
{
    bool changed = retired_round(&broker->retired);

    broker_commit(broker);
    if (changed) {
        broker->report.retired = &broker->retired.list;
        publication_report_broker(broker->publication, &broker->report);
    }
}

uint32_t broker_retired_delay(const struct broker *broker)
{
    return broker->retired.delay;
}

uint32_t broker_link_delay(const struct broker *broker)
{
    return aliases_delay(broker->aliases, broker->inventory);
}

void broker_save(struct broker *broker)
{
    const struct copy_save saving = broker_saving(broker);

    if (copy_save_run(&saving))
        broker_announce_copies(broker);
}

void broker_save_now(struct broker *broker)
{
    const struct copy_save saving = broker_saving(broker);

    if (copy_save_now(&saving))
        broker_announce_copies(broker);
}

uint32_t broker_save_delay(struct broker *broker)
{
    const struct copy_save saving = broker_saving(broker);

    return copy_save_delay(&saving);
}

static uint32_t slots_of(void *self, size_t item)
{
    return publication_slots(self, item);
}

static void guard(struct broker *broker, bool last)
{
    const struct maker maker = broker_maker(broker);
    const struct queue_slots slots = {slots_of, broker->publication};

    bool repaired = queue_headers_repair(broker->system, broker->inventory, &slots,
                                         broker->identity.owner, last);

    if (access_guard_look(&maker, last) > 0 || repaired)
        publication_report_broker(broker->publication, &broker->report);
    publication_repair(broker->publication, last);
}

void broker_guard(struct broker *broker)
{
    guard(broker, false);
}

void broker_guard_last(struct broker *broker)
{
    guard(broker, true);
}

uint32_t broker_guard_delay(struct broker *broker)
{
    const struct maker maker = broker_maker(broker);

    return access_guard_needed(&maker) ||
                   queue_headers_need_repair(broker->inventory, broker->identity.owner) ||
                   publication_needs_repair(broker->publication)
               ? GUARD_EVERY_MS
               : UINT32_MAX;
}

struct state *broker_state(struct broker *broker)
{
    return broker->state;
}

const char *broker_owner(const struct broker *broker)
{
    return broker->identity.owner;
}

bool broker_is_gone(struct broker *broker, const char *name)
{
    return retired_is_gone(&broker->retired, name);
}

void broker_remember(struct broker *broker)
{
    broker_commit(broker);
}

/* The record of a held item; NULL: none, or it is retired. */
static const struct state_record *held_record(const struct broker *broker, const struct item *item)
{
    const struct state_record *record =
        item_is_held(item) ? state_find(broker->state, item->spec.name) : NULL;

    return record != NULL && !record->retired ? record : NULL;
}

void broker_retire_held(struct broker *broker, bool adopted)
{
    size_t i;

    broker_read_held(broker);
    for (i = 0; i < broker->inventory->count; i++) {
        const struct item *item = &broker->inventory->items[i];
        const struct state_record *record = held_record(broker, item);
        struct state_record released;

        if (record == NULL || (item->adopted && !adopted))
            continue;
        released = *record;
        released.retired = true;
        state_put(broker->state, &released);
    }
    broker_commit(broker);
}

void broker_retire_all(struct broker *broker)
{
    broker_read_held(broker);
    state_retire_all(broker->state);
    broker_commit(broker);
}

size_t broker_count_left(const struct broker *broker)
{
    size_t i, count = retired_rest(&broker->retired);

    for (i = 0; i < broker->inventory->count; i++) {
        const struct item *item = &broker->inventory->items[i];

        count -= !item->adopted && held_record(broker, item) != NULL;
    }
    return count;
}

void broker_finish(struct broker *broker)
{
    const struct copy_save saving = broker_saving(broker);

    if (broker->finished)
        return;
    copy_save_finish(&saving);
    broker->finished = true;
    broker_remember_copies(broker);
    (void)broker_report_copies(
        broker); /* the keeper holds the report section: it can be read after the stop */
}

size_t broker_stop(struct broker *broker)
{
    const struct system *system = broker->system;
    size_t i, held = broker_counts(broker).held;

    broker_finish(broker);
    /* Close the directory first: it never names an object that is gone. */
    publication_free(broker->publication);
    broker->publication = NULL;
    aliases_free(broker->aliases);
    broker->aliases = NULL;
    /*
     * Backwards: the companions of a segment come before it in the inventory, and end after it. The
     * caller owns the items, so nothing in them may refer to the broker afterwards.
     */
    for (i = broker->inventory->count; i-- > 0;) {
        struct item *item = &broker->inventory->items[i];

        system->objects.close(system->self, item->object);
        item->object = NULL;
        item->generation = 0;
        item_set_reason(item, NULL);
        item->cause = 0;
        item->access_due = item->other_kind = item->adopted = false;
        item->auditing = AUDITING_OFF;
        item->state = ITEM_WANTED;
        system->progress(system->self);
    }
    broker_release(broker);
    return held;
}
