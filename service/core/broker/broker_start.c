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
#include "broker_state.h"
#include "carried_locks.h"
#include "claim.h"
#include "copy_restore.h"
#include "event_text.h"
#include "lost.h"
#include "patience.h"
#include "queue_renewal.h"
#include "state_damage.h"

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
    /* Their handles prove which objects are ours (adoption.h). */
    (void)state_find_keepers(broker->state, NULL);
    state_damage_tell(system, broker->state);
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

static enum sys_status find_carried_locks(struct broker *broker, struct sys_failure *why)
{
    const struct maker maker = broker_maker(broker);

    return carried_locks_find(&maker, broker->inventory, NULL) ? SYS_OK : failure_no_memory(why);
}

static void create_all(struct broker *broker)
{
    const struct maker maker = broker_maker(broker);
    size_t i;

    for (i = 0; i < broker->inventory->count && !broker_stopping(broker); i++) {
        (void)maker_obtain(&maker, &broker->inventory->items[i]);
        broker->system->progress(broker->system->self);
    }
    (void)lost_report(broker->system, broker->inventory, &broker->report.lost);
}

/* Serves another inventory; nothing is made yet. False: no memory. */
static bool serve(struct broker *broker, struct inventory *inventory)
{
    if (inventory == NULL)
        return false;
    if (inventory == broker->inventory)
        return true;
    broker->inventory = inventory;
    descriptor_cache_free(broker->cache);
    publication_free(broker->publication);
    broker->cache = descriptor_cache_new(broker->system, broker->identity.owner, inventory);
    broker->publication = publication_new(broker->system, &broker->identity, inventory,
                                          broker->state, &broker->stamp);
    return broker->cache != NULL && broker->publication != NULL;
}

static enum sys_status expand_more(struct broker *broker, broker_expand *expand, void *context,
                                   struct sys_failure *why)
{
    if (expand == NULL || serve(broker, expand(context, broker->state)))
        return SYS_OK;
    event_log_no_memory(broker->system);
    return failure_no_memory(why);
}

enum sys_status broker_start(const struct system *system, struct inventory *inventory,
                             struct broker **out, struct sys_failure *why)
{
    return broker_start_with(system, inventory, NULL, NULL, out, why);
}

enum sys_status broker_start_with(const struct system *system, struct inventory *inventory,
                                  broker_expand *expand, void *context, struct broker **out,
                                  struct sys_failure *why)
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
    if (status == SYS_OK)
        status = expand_more(broker, expand, context, why);
    if (status == SYS_OK && !publication_begin(broker->publication))
        status = refuse_newer(broker, why);
    if (status == SYS_OK)
        status = find_carried_locks(broker, why);
    if (status != SYS_OK) {
        broker_release(broker);
        return status;
    }
    create_all(broker);
    inventory = broker->inventory;
    (void)auditing_tell(system, inventory, &broker->audit_told);
    if (!broker_stopping(broker)) {
        const struct maker maker = broker_maker(broker);

        retired_mark(&broker->retired, inventory);
        publication_restore(broker->publication);
        (void)queues_renew(&maker, inventory, broker->publication, true);
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
