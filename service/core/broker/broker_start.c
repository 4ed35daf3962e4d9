/*
 * The start of a broker: identity, instance mutex, state file, root of the directory, objects,
 * table and report, in this order. broker.h says what can end it.
 */
#include "broker.h"

#include <stdio.h>
#include <stdlib.h>

#include "auditing.h"
#include "broker_context.h"
#include "broker_report.h"
#include "carried_locks.h"
#include "claim.h"
#include "copy_restore.h"
#include "event_text.h"
#include "full_name.h"
#include "patience.h"
#include "text.h"

#define NOTES_MOST 100u
#define NAMES_MOST 8000u /* bytes of names in the event */

#define CLAIM_PATIENCE_MS 5000u

static enum sys_status identify(struct broker *broker, struct sys_failure *why)
{
    const struct system *system = broker->system;
    enum sys_status status = system->identify(system->self, &broker->identity, why);

    if (status == SYS_DENIED)
        system->log(system->self, EVENT_NO_OWNER, NULL, 0);
    else if (status != SYS_OK)
        event_log_start_failed(system, why);
    return status;
}

/* Waits a moment for a broker that is ending: it has the mutex until it has closed everything. */
static enum sys_status claim_patiently(const struct broker *broker, struct sys_failure *why)
{
    const struct system *system = broker->system;
    uint32_t patience = CLAIM_PATIENCE_MS;
    enum sys_status status;
    uint64_t begun;

    do {
        begun = system->clock.ticks(system->self);
        status = claim_instance(system, broker->identity.owner, why);
    } while (status == SYS_SECOND_BROKER && patience_again(system, begun, &patience));
    return status;
}

/* Serves even if a foreign process holds the instance mutex. */
static enum sys_status claim(struct broker *broker, struct sys_failure *why)
{
    const struct system *system = broker->system;
    const char *inserts[] = {why->text};
    enum sys_status status = claim_patiently(broker, why);

    if (status == SYS_SECOND_BROKER) {
        system->log(system->self, EVENT_SECOND_BROKER, NULL, 0);
    } else if (status == SYS_DENIED) {
        system->log(system->self, EVENT_INSTANCE_SQUATTED, inserts, 1);
        broker->unclaimed = true;
        (void)snprintf(broker->holder, sizeof(broker->holder), "%s", why->text);
        status = SYS_OK;
    } else if (status != SYS_OK) {
        event_log_start_failed(system, why);
    }
    return status;
}

/* A newer state ends the start. After any other failure the broker recognises fewer objects. */
static enum sys_status load_state(struct broker *broker, struct sys_failure *why)
{
    const struct system *system = broker->system;
    enum sys_status status = state_load(broker->state, why);

    broker->stamp = state_stamp(broker->state);
    if (status == SYS_NEWER) {
        system->log(system->self, EVENT_STATE_NEWER, NULL, 0);
        return status;
    }
    state_tell(broker->state, status, why);
    return SYS_OK;
}

/* Clients or a keeper hold the directory of a newer broker, whose layout is not known here. */
static enum sys_status refuse_newer(const struct broker *broker, struct sys_failure *why)
{
    const struct system *system = broker->system;

    system->log(system->self, EVENT_DIRECTORY_NEWER, NULL, 0);
    return failure_reason(why, SYS_NEWER, "the directory is a newer broker's");
}

static struct broker *new_broker(const struct system *system, struct inventory *inventory)
{
    struct broker *broker = calloc(1, sizeof(*broker));

    if (broker == NULL)
        return NULL;
    broker->system = system;
    broker->inventory = inventory;
    broker->delay = broker_backoff.first;
    broker->patience = COPY_RESTORE_PATIENCE_MS;
    broker->cache = descriptor_cache_new(system, broker->identity.owner, inventory);
    broker->state = state_new(system, broker->identity.boot);
    if (broker->state != NULL)
        broker->publication =
            publication_new(system, &broker->identity, inventory, broker->state, &broker->stamp);
    retired_init(&broker->retired, system, broker->state, broker->identity.owner);
    broker->aliases = aliases_new(system, broker->identity.owner);
    if (broker->cache != NULL && broker->state != NULL && broker->publication != NULL &&
        broker->aliases != NULL)
        return broker;
    broker_release(broker);
    return NULL;
}

/* A former broker held the object until it ended, so the keeper or a client should have it. */
static bool is_expected(const struct broker *broker, const struct item *item)
{
    const struct state_record *known = state_find(broker->state, item->spec.name);

    return known != NULL && !known->retired;
}

/* Nothing was lost: the object still existed, or its content came from a copy. */
static bool is_back(const struct item *item)
{
    return item->adopted || (item->copies != NULL && item->copies->restored);
}

static enum sys_status find_carried_locks(struct broker *broker, struct sys_failure *why)
{
    const struct maker maker = broker_maker(broker);

    return carried_locks_find(&maker, broker->inventory, NULL) ? SYS_OK : failure_no_memory(why);
}

/*
 * Objects that a former broker held and that were gone at this start: broker and keeper had
 * ended, and no program had them open. All zero: none.
 */
struct lost {
    size_t count;
    struct text names; /* of the first of them */
    bool cut;          /* there are more names */
};

/* Adds an object by its bare name; the first NOTES_MOST also get a line in the report. */
static void lost_add(struct lost *lost, const char *name, struct report_lines *notes)
{
    char full[FULL_NAME_BYTES];

    full_name(name, full);
    if (!lost->cut && lost->names.length < NAMES_MOST) {
        text_add(&lost->names, "%s%s", lost->count > 0 ? ", " : "", full);
    } else if (!lost->cut) {
        text_add(&lost->names, ", and others");
        lost->cut = true;
    }
    if (lost->count < NOTES_MOST)
        report_lines_add(notes, "lost", full, "anew", "it was gone when the broker started");
    lost->count++;
}

/* Logs one event for all of them; frees their names. */
static void lost_log(struct lost *lost, const struct system *system)
{
    char number[24];
    const char *inserts[] = {number, lost->names.failed ? "not known" : lost->names.at};

    (void)snprintf(number, sizeof(number), "%zu", lost->count);
    if (lost->count > 0)
        system->log(system->self, EVENT_OBJECTS_LOST, inserts, 2);
    text_free(&lost->names);
}

static void create_all(struct broker *broker)
{
    const struct maker maker = broker_maker(broker);
    struct lost lost = {0};
    size_t i;

    for (i = 0; i < broker->inventory->count && !broker_stopping(broker); i++) {
        struct item *item = &broker->inventory->items[i];
        bool expected = is_expected(broker, item);

        if (maker_obtain(&maker, item) == SYS_OK && expected && !is_back(item))
            lost_add(&lost, item->spec.name, &broker->report.lost);
        broker->system->progress(broker->system->self);
    }
    lost_log(&lost, broker->system);
}

enum sys_status broker_start(const struct system *system, struct inventory *inventory,
                             struct broker **out, struct sys_failure *why)
{
    struct broker *broker = new_broker(system, inventory);
    struct sys_failure own; /* the events need one */
    enum sys_status status;

    *out = NULL;
    why = why != NULL ? why : &own;
    failure_clear(why);
    if (broker == NULL) {
        event_log_no_memory(system);
        return failure_no_memory(why);
    }
    status = identify(broker, why);
    if (status == SYS_OK)
        status = claim(broker, why);
    if (status == SYS_OK)
        status = load_state(broker, why);
    if (status == SYS_OK && !publication_begin(broker->publication))
        status = refuse_newer(broker, why);
    if (status == SYS_OK)
        status = find_carried_locks(broker, why);
    if (status != SYS_OK) {
        broker_release(broker);
        return status;
    }
    create_all(broker);
    (void)auditing_tell(system, inventory, &broker->audit_told);
    if (!broker_stopping(broker)) {
        /* On a lack of memory retired objects are only missing from the report. */
        (void)retired_mark(&broker->retired, inventory);
        publication_restore(broker->publication);
        broker_commit(broker);
    }
    if (!broker_stopping(broker))
        (void)publication_update(broker->publication, true);
    if (!broker_stopping(broker)) {
        broker_report_faults(broker);
        broker_link_sessions(broker);
        broker_announce_copies(broker);
    }
    *out = broker;
    return SYS_OK;
}
