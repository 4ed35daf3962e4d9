#include "broker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adoption.h"
#include "aliases.h"
#include "apply.h"
#include "auditing.h"
#include "descriptor.h"
#include "guard.h"
#include "lost.h"
#include "maker.h"
#include "names.h"
#include "publication.h"
#include "report.h"
#include "restoring.h"
#include "retired.h"
#include "saving.h"
#include "state.h"

#define RETRY_FIRST_MS 1000u
#define RETRY_MOST_MS  30000u

struct broker {
    const struct system *system;
    struct inventory *inventory;
    struct sys_identity identity;
    struct descriptor_cache *cache; /* of the inventory */
    struct state *state;
    struct publication *publication;
    struct aliases *aliases;
    uint32_t aliases_told; /* their version in the report */
    struct retired retired;
    struct bulletin_reload reload;
    struct notes copies; /* for the report */
    uint64_t stamp;      /* the greatest generation or revision so far */
    uint32_t delay;      /* milliseconds to the next try */
    uint32_t patience;   /* milliseconds to wait for copies that others keep to themselves */
    bool state_due;      /* the state could not be written */
    bool audit_told;     /* that objects are not audited that are to be */
    bool unclaimed;      /* a stranger holds the name that keeps two brokers apart */
    bool finished;       /* what outlives a reboot has been saved for the last time */
};

static struct maker maker_of(struct broker *broker)
{
    const struct maker maker = {.system = broker->system,
                                .identity = &broker->identity,
                                .inventory = broker->inventory,
                                .cache = broker->cache,
                                .state = broker->state,
                                .stamp = &broker->stamp,
                                .patience = &broker->patience};

    return maker;
}

static struct saving saving_of(struct broker *broker)
{
    const struct saving saving = {.system = broker->system,
                                  .boot = broker->identity.boot,
                                  .stamp = &broker->stamp,
                                  .publication = broker->publication,
                                  .inventory = broker->inventory};

    return saving;
}

static bool stopping(const struct broker *broker)
{
    return broker->system->stopping(broker->system->self);
}

/* A former broker held it, and nobody has told the keeper to let go of it. */
static bool is_expected(const struct broker *broker, const struct item *item)
{
    const struct state_record *known = state_find(broker->state, item->spec.name);

    return known != NULL && !known->retired;
}

/* Held by somebody, or restored from its copy. */
static bool is_back(const struct item *item)
{
    return item->adopted || (item->kept != NULL && item->kept->restored);
}

static void create_all(struct broker *broker)
{
    const struct maker maker = maker_of(broker);
    struct lost lost = {0};
    size_t i;

    for (i = 0; i < broker->inventory->count && !stopping(broker); i++) {
        struct item *item = &broker->inventory->items[i];
        bool expected = is_expected(broker, item);

        if (maker_obtain(&maker, item) == SYS_OK && expected && !is_back(item))
            lost_add(&lost, item->spec.name, &broker->reload.lost);
        broker->system->progress(broker->system->self);
    }
    lost_report(&lost, broker->system);
}

/* Objects are served also where this fails: it costs proof at the next start. */
static void commit_state(struct broker *broker)
{
    struct sys_failure why = {0};
    bool failed;

    state_put_stamp(broker->state, broker->stamp);
    failed = state_commit(broker->state, &why) != SYS_OK;
    if (failed && !broker->state_due)
        report_state(broker->system, &why);
    broker->state_due = failed;
}

static enum sys_status identify(struct broker *broker, struct sys_failure *why)
{
    const struct system *system = broker->system;
    enum sys_status status = system->identify(system->self, &broker->identity, why);

    if (status == SYS_DENIED)
        system->report(system->self, EVENT_NO_OWNER, NULL, 0);
    else if (status != SYS_OK)
        report_start_failed(system, why);
    return status;
}

static enum sys_status ask_claim(const struct broker *broker, struct sys_failure *why)
{
    const struct system *system = broker->system;
    const struct descriptor_use use = {.kind = SHMB_MUTEX};
    struct sys_descriptor *own = NULL;
    enum sys_status status =
        descriptor_build(system, broker->identity.owner, &use, NULL, 0, &own, why);

    if (status == SYS_OK)
        status = system->claim(system->self, own, why);
    system->descriptor_free(system->self, own);
    return status;
}

/* A stranger at the name that decides must not keep the broker from serving. */
static enum sys_status claim(struct broker *broker, struct sys_failure *why)
{
    const struct system *system = broker->system;
    const char *inserts[] = {why->text};
    enum sys_status status = ask_claim(broker, why);

    if (status == SYS_TAKEN) {
        system->report(system->self, EVENT_SECOND_BROKER, NULL, 0);
    } else if (status == SYS_DENIED) {
        system->report(system->self, EVENT_INSTANCE_SQUATTED, inserts, 1);
        broker->unclaimed = true;
        status = SYS_OK;
    } else if (status != SYS_OK) {
        report_start_failed(system, why);
    }
    return status;
}

/* True: it could be had now. */
static bool claim_again(struct broker *broker)
{
    struct sys_failure unused;

    if (!broker->unclaimed || ask_claim(broker, &unused) != SYS_OK)
        return false;
    broker->unclaimed = false;
    broker->system->report(broker->system->self, EVENT_INSTANCE_RECOVERED, NULL, 0);
    return true;
}

static enum sys_status load_state(struct broker *broker, struct sys_failure *why)
{
    const struct system *system = broker->system;
    enum sys_status status = state_load(broker->state, why);

    broker->stamp = state_stamp(broker->state);
    if (status == SYS_TAKEN) {
        system->report(system->self, EVENT_STATE_NEWER, NULL, 0);
        return SYS_FAILED;
    }
    if (status != SYS_OK)
        report_state(system, why);
    return SYS_OK;
}

/* Clients keep what a newer broker made in an order that this one does not know. */
static enum sys_status refuse_newer(const struct broker *broker, struct sys_failure *why)
{
    const struct system *system = broker->system;

    system->report(system->self, EVENT_DIRECTORY_NEWER, NULL, 0);
    (void)snprintf(why->text, sizeof(why->text), "the directory is a newer broker's");
    return SYS_FAILED;
}

static void release(struct broker *broker)
{
    descriptor_cache_free(broker->cache);
    publication_free(broker->publication);
    aliases_free(broker->aliases);
    retired_free(&broker->retired);
    state_free(broker->state);
    notes_free(&broker->reload.notes);
    notes_free(&broker->reload.lasting);
    notes_free(&broker->reload.sessions);
    notes_free(&broker->copies);
    notes_free(&broker->reload.keeping);
    notes_free(&broker->reload.lost);
    free(broker);
}

static struct broker *new_broker(const struct system *system, struct inventory *inventory)
{
    struct broker *broker = calloc(1, sizeof(*broker));

    if (broker == NULL)
        return NULL;
    broker->system = system;
    broker->inventory = inventory;
    broker->delay = RETRY_FIRST_MS;
    broker->patience = RESTORING_PATIENCE_MS;
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
    release(broker);
    return NULL;
}

/* What can be said of copies, where there are some to be made, or were until now. */
static bool note_copies(struct broker *broker)
{
    bool any = saving_any(broker->inventory);

    if (any || broker->copies.count > 0) {
        notes_free(&broker->copies);
        saving_notes(broker->inventory, &broker->copies);
        publication_tell_copies(broker->publication, &broker->copies);
    }
    return any;
}

static void tell_copies(struct broker *broker)
{
    broker->system->saves(broker->system->self, note_copies(broker));
}

enum sys_status broker_start(const struct system *system, struct inventory *inventory,
                             struct broker **out, struct sys_failure *why)
{
    struct broker *broker = new_broker(system, inventory);
    enum sys_status status;

    *out = NULL;
    *why = (struct sys_failure){0};
    if (broker == NULL) {
        report_no_memory(system);
        return report_short_of_memory(why);
    }
    status = identify(broker, why);
    if (status == SYS_OK)
        status = claim(broker, why);
    if (status == SYS_OK)
        status = load_state(broker, why);
    if (status == SYS_OK && !publication_begin(broker->publication))
        status = refuse_newer(broker, why);
    if (status != SYS_OK) {
        release(broker);
        return status;
    }
    create_all(broker);
    (void)auditing_tell(system, inventory, &broker->audit_told);
    if (!stopping(broker)) {
        /* Without memory for it, they are only not listed. */
        (void)retired_mark(&broker->retired, inventory);
        publication_restore(broker->publication);
        commit_state(broker);
    }
    if (!stopping(broker))
        (void)publication_update(broker->publication, true);
    if (!stopping(broker)) {
        broker_link_sessions(broker);
        tell_copies(broker);
    }
    *out = broker;
    return SYS_OK;
}

struct broker_counts broker_counts(const struct broker *broker)
{
    const bool wants_record = adoption_wants_record(broker->identity.owner);
    struct broker_counts counts = {0};
    size_t i;

    for (i = 0; i < broker->inventory->count; i++) {
        const struct item *item = &broker->inventory->items[i];

        counts.held += item_is_held(item);
        counts.missing += !item_is_held(item);
        counts.deferred += item->state == ITEM_DEFERRED;
        counts.failed += item->state == ITEM_FAILED;
        counts.unaudited += auditing_lacks(item);
        counts.unproved += item->state == ITEM_CONFLICT && wants_record;
    }
    return counts;
}

static bool is_access_due(const struct item *item)
{
    return item->access_due && item->state == ITEM_HELD;
}

/* A privilege that is not there does not come while the process lives. */
static bool needs_retry(const struct item *item)
{
    return !item_is_held(item) || is_access_due(item) ||
           (auditing_lacks(item) && item->auditing != AUDITING_REFUSED);
}

/* True: it is better now; `*changed`: others have to be told. */
static bool retry_item(const struct maker *maker, struct item *item, bool *changed)
{
    enum item_state before = item->state;
    bool better = false;

    if (item_is_held(item)) {
        bool lacks = auditing_lacks(item);

        if (is_access_due(item))
            better = maker_protect(maker, item);
        auditing_settle(maker->system, item);
        *changed |= auditing_lacks(item) != lacks;
        return better || auditing_lacks(item) != lacks;
    }
    better = maker_obtain(maker, item) == SYS_OK;
    *changed |= item->state != before;
    return better;
}

void broker_retry(struct broker *broker)
{
    const struct maker maker = maker_of(broker);
    bool recovered = claim_again(broker), changed = false;
    size_t i;

    for (i = 0; i < broker->inventory->count && !stopping(broker); i++)
        if (needs_retry(&broker->inventory->items[i]))
            recovered |= retry_item(&maker, &broker->inventory->items[i], &changed);
    (void)auditing_tell(broker->system, broker->inventory, &broker->audit_told);
    if (!stopping(broker) && (changed || broker->state_due))
        commit_state(broker);
    if (!stopping(broker))
        recovered |= publication_update(broker->publication, changed);
    if (recovered)
        broker->delay = RETRY_FIRST_MS;
    else if (broker->delay < RETRY_MOST_MS)
        broker->delay = broker->delay * 2 < RETRY_MOST_MS ? broker->delay * 2 : RETRY_MOST_MS;
}

uint32_t broker_retry_delay(const struct broker *broker)
{
    bool complete =
        publication_complete(broker->publication) && !broker->state_due && !broker->unclaimed;
    size_t i;

    for (i = 0; i < broker->inventory->count && complete; i++)
        complete = !needs_retry(&broker->inventory->items[i]);
    return complete ? UINT32_MAX : broker->delay;
}

enum sys_status broker_reload(struct broker *broker, struct inventory *wanted, char *const *anew,
                              size_t anew_count, struct apply_result *out, struct sys_failure *why)
{
    struct descriptor_cache *cache =
        descriptor_cache_new(broker->system, broker->identity.owner, wanted);
    const struct maker former = maker_of(broker);
    struct maker next = former;
    const struct apply_request request = {.former = &former,
                                          .wanted = &next,
                                          .from = broker->inventory,
                                          .to = wanted,
                                          .publication = broker->publication,
                                          .anew = anew,
                                          .anew_count = anew_count};
    const struct saving saving = saving_of(broker);
    enum sys_status status;

    *out = (struct apply_result){0};
    if (cache == NULL)
        return report_short_of_memory(why);
    broker->patience = RESTORING_PATIENCE_MS;
    saving_leave(&saving, wanted);
    next.inventory = wanted;
    next.cache = cache;
    status = apply_reload(&request, out, why);
    if (status == SYS_OK) {
        descriptor_cache_free(broker->cache);
        broker->cache = cache;
        broker->inventory = wanted;
        broker->delay = RETRY_FIRST_MS;
        retired_reloaded(&broker->retired, out->counts[PLAN_RETIRE]);
        (void)auditing_tell(broker->system, wanted, &broker->audit_told);
        broker_link_sessions(broker);
        tell_copies(broker);
    } else {
        descriptor_cache_free(cache);
    }
    return status;
}

void broker_look_at_retired(struct broker *broker)
{
    bool changed = retired_round(&broker->retired);

    commit_state(broker);
    if (changed) {
        broker->reload.retired = &broker->retired.list;
        publication_tell(broker->publication, &broker->reload);
    }
}

uint32_t broker_retired_delay(const struct broker *broker)
{
    return broker->retired.delay;
}

void broker_link_sessions(struct broker *broker)
{
    uint32_t version;

    aliases_update(broker->aliases, broker->inventory);
    version = aliases_version(broker->aliases);
    if (version == broker->aliases_told)
        return;
    broker->aliases_told = version;
    notes_free(&broker->reload.sessions);
    aliases_notes(broker->aliases, &broker->reload.sessions);
    publication_tell(broker->publication, &broker->reload);
}

uint32_t broker_link_delay(const struct broker *broker)
{
    return aliases_delay(broker->aliases, broker->inventory);
}

void broker_save(struct broker *broker)
{
    const struct saving saving = saving_of(broker);

    if (saving_run(&saving))
        tell_copies(broker);
}

uint32_t broker_save_delay(struct broker *broker)
{
    const struct saving saving = saving_of(broker);

    return saving_delay(&saving);
}

void broker_guard(struct broker *broker)
{
    const struct maker maker = maker_of(broker);

    if (guard_look(&maker) > 0)
        publication_tell(broker->publication, &broker->reload);
}

uint32_t broker_guard_delay(struct broker *broker)
{
    const struct maker maker = maker_of(broker);

    return guard_needed(&maker) ? GUARD_EVERY_MS : UINT32_MAX;
}

void broker_tell_begin(struct broker *broker)
{
    broker->reload.count++;
    publication_tell(broker->publication, &broker->reload);
}

void broker_tell(struct broker *broker, enum shmb_reload_result result, struct notes *notes)
{
    broker->reload.count++;
    broker->reload.result = result;
    notes_free(&broker->reload.notes);
    broker->reload.notes = *notes;
    *notes = (struct notes){0};
    publication_tell(broker->publication, &broker->reload);
}

void broker_tell_lasting(struct broker *broker, struct notes *notes)
{
    notes_free(&broker->reload.lasting);
    broker->reload.lasting = *notes;
    *notes = (struct notes){0};
    publication_tell(broker->publication, &broker->reload);
}

void broker_tell_keeping(struct broker *broker, struct notes *notes)
{
    notes_free(&broker->reload.keeping);
    broker->reload.keeping = *notes;
    *notes = (struct notes){0};
    publication_tell(broker->publication, &broker->reload);
}

struct state *broker_state(struct broker *broker)
{
    return broker->state;
}

void broker_remember(struct broker *broker)
{
    commit_state(broker);
}

void broker_finish(struct broker *broker)
{
    const struct saving saving = saving_of(broker);

    if (broker->finished)
        return;
    saving_finish(&saving);
    broker->finished = true;
    (void)note_copies(broker); /* the report lives on in the keeper */
}

size_t broker_stop(struct broker *broker)
{
    const struct system *system = broker->system;
    size_t i, held = broker_counts(broker).held;

    broker_finish(broker);
    /* First of all, so that no client is told of what is gone. */
    publication_free(broker->publication);
    broker->publication = NULL;
    aliases_free(broker->aliases);
    broker->aliases = NULL;
    for (i = broker->inventory->count; i-- > 0;) {
        struct item *item = &broker->inventory->items[i];

        system->close(system->self, item->object);
        item->object = NULL;
        item->generation = 0;
        item_set_reason(item, NULL);
        item->cause = 0;
        item->access_due = item->adopted = false;
        item->auditing = AUDITING_OFF;
        item->state = ITEM_WANTED;
        system->progress(system->self);
    }
    release(broker);
    return held;
}
