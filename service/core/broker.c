#include "broker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "names.h"
#include "publication.h"
#include "report.h"
#include "stamp.h"

#define RETRY_FIRST_MS 1000u
#define RETRY_MOST_MS  30000u

/* Descriptors of one access set: one for each kind, and one for locks whose readers may wait. */
#define FORMS          (SHMB_KIND_COUNT + 1)
#define FORM_OPEN_LOCK SHMB_KIND_COUNT
#define NAME_TEXT      (SHMB_NAME_BYTES + sizeof(SHMB_GLOBAL_PREFIX))

struct broker {
    const struct system *system;
    struct inventory *inventory;
    struct sys_identity identity;
    struct sys_descriptor **descriptors; /* set * FORMS + form; made when first needed */
    struct sys_descriptor *own_section;  /* for a section that is not filled yet; the same */
    uint32_t *causes;                    /* of each item: what was reported last */
    struct publication *publication;
    uint64_t stamp; /* the greatest generation or revision so far */
    size_t held;
    uint32_t delay; /* milliseconds to the next try */
};

static void report_item(const struct broker *broker, const struct item *item, enum event_id event,
                        const char *detail)
{
    char name[NAME_TEXT];
    const char *inserts[] = {shmb_kind_word(item->spec.kind), name, detail};

    (void)snprintf(name, sizeof(name), "%s%s", SHMB_GLOBAL_PREFIX, item->spec.name);
    broker->system->report(broker->system->self, event, inserts, detail != NULL ? 3 : 2);
}

/* Words for those who ask later. */
static void keep_reason(struct item *item, const char *text)
{
    size_t size = strlen(text) + 1;

    free(item->reason);
    item->reason = malloc(size);
    if (item->reason != NULL)
        memcpy(item->reason, text, size);
}

/* Reports a missing object unless the same was reported before. */
static void report_missing(const struct broker *broker, size_t index, enum sys_status status,
                           const struct sys_failure *why)
{
    struct item *item = &broker->inventory->items[index];
    uint32_t cause = report_cause(status, why);
    char text[REPORT_FAILURE];

    if (broker->causes[index] == cause)
        return;
    broker->causes[index] = cause;
    report_reason(status, why, text);
    keep_reason(item, text);
    report_item(broker, item, status == SYS_TAKEN ? EVENT_OBJECT_CONFLICT : EVENT_OBJECT_FAILED,
                text);
}

/* The descriptor an object is to have; the broker keeps it. */
static enum sys_status wanted_descriptor(struct broker *broker, const struct item *item,
                                         struct sys_descriptor **out, struct sys_failure *why)
{
    size_t form = item->readers_may_wait ? FORM_OPEN_LOCK : (size_t)item->spec.kind;
    struct sys_descriptor **slot = &broker->descriptors[item->access * FORMS + form];
    struct descriptor_use use = {.kind = item->spec.kind};
    enum sys_status status = SYS_OK;
    size_t count;

    if (*slot == NULL) {
        const struct access_rule *rules = inventory_rules(broker->inventory, item->access, &count);

        use.read_mask = item->readers_may_wait ? SHMB_LOCK_READER_WAITS : 0;
        status =
            descriptor_build(broker->system, broker->identity.owner, &use, rules, count, slot, why);
    }
    *out = *slot;
    return status;
}

/*
 * A section with content is at first the broker's alone, and gets its real
 * descriptor when it is filled: no client ever sees it half made.
 */
static enum sys_status create_filled(struct broker *broker, const struct item *item,
                                     const struct sys_descriptor *wanted, struct sys_object **out,
                                     struct sys_failure *why)
{
    const struct system *system = broker->system;
    const struct descriptor_use use = {.kind = SHMB_SECTION};
    const struct sys_content content = {.bytes = item->initial->bytes,
                                        .length = item->initial->length,
                                        .fill = item->initial->fill,
                                        .size = item->spec.size};
    struct sys_object *section = NULL;
    enum sys_status status = SYS_OK;

    if (broker->own_section == NULL)
        status = descriptor_build(system, broker->identity.owner, &use, NULL, 0,
                                  &broker->own_section, why);
    if (status == SYS_OK)
        status = system->create(system->self, &item->spec, broker->own_section, &section, why);
    if (status != SYS_OK)
        return status;
    status = system->fill(system->self, section, &content, why);
    if (status == SYS_OK)
        status = system->protect(system->self, section, wanted, why);
    if (status == SYS_OK) {
        *out = section;
        return SYS_OK;
    }
    system->close(system->self, section);
    return status == SYS_TAKEN ? SYS_FAILED : status;
}

static enum sys_status create(struct broker *broker, struct item *item, struct sys_failure *why)
{
    const struct system *system = broker->system;
    struct sys_descriptor *wanted;
    enum sys_status status = wanted_descriptor(broker, item, &wanted, why);

    if (status != SYS_OK)
        return status;
    if (item->initial != NULL)
        return create_filled(broker, item, wanted, &item->object, why);
    return system->create(system->self, &item->spec, wanted, &item->object, why);
}

/* True when the object is held now. */
static bool try_item(struct broker *broker, size_t index)
{
    struct item *item = &broker->inventory->items[index];
    struct sys_failure why = {0};
    enum sys_status status = create(broker, item, &why);

    if (status != SYS_OK) {
        item->state = status == SYS_TAKEN ? ITEM_CONFLICT : ITEM_FAILED;
        report_missing(broker, index, status, &why);
        return false;
    }
    item->state = ITEM_HELD;
    item->generation = stamp_next(broker->system, &broker->stamp);
    free(item->reason);
    item->reason = NULL;
    broker->held++;
    if (broker->causes[index] != 0)
        report_item(broker, item, EVENT_OBJECT_RECOVERED, NULL);
    return true;
}

static bool stopping(const struct broker *broker)
{
    return broker->system->stopping(broker->system->self);
}

static void create_all(struct broker *broker)
{
    size_t i;

    for (i = 0; i < broker->inventory->count && !stopping(broker); i++) {
        (void)try_item(broker, i);
        broker->system->progress(broker->system->self);
    }
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

/* A stranger at the name that decides must not keep the broker from serving. */
static enum sys_status claim(struct broker *broker, struct sys_failure *why)
{
    const struct system *system = broker->system;
    const struct descriptor_use use = {.kind = SHMB_MUTEX};
    const char *inserts[] = {why->text};
    struct sys_descriptor *own = NULL;
    enum sys_status status =
        descriptor_build(system, broker->identity.owner, &use, NULL, 0, &own, why);

    if (status == SYS_OK)
        status = system->claim(system->self, own, why);
    system->descriptor_free(system->self, own);
    if (status == SYS_TAKEN) {
        system->report(system->self, EVENT_SECOND_BROKER, NULL, 0);
    } else if (status == SYS_DENIED) {
        system->report(system->self, EVENT_INSTANCE_SQUATTED, inserts, 1);
        status = SYS_OK;
    } else if (status != SYS_OK) {
        report_start_failed(system, why);
    }
    return status;
}

static void release(struct broker *broker)
{
    const struct system *system = broker->system;
    size_t i;

    for (i = 0; broker->descriptors != NULL && i < broker->inventory->set_count * FORMS; i++)
        system->descriptor_free(system->self, broker->descriptors[i]);
    system->descriptor_free(system->self, broker->own_section);
    free(broker->descriptors);
    publication_free(broker->publication);
    free(broker->causes);
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
    broker->descriptors = calloc(inventory->set_count * FORMS + 1, sizeof(struct sys_descriptor *));
    broker->causes = calloc(inventory->count + 1, sizeof(uint32_t));
    broker->publication = publication_new(system, &broker->identity, inventory, &broker->stamp);
    if (broker->descriptors != NULL && broker->causes != NULL && broker->publication != NULL)
        return broker;
    release(broker);
    return NULL;
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
    if (status != SYS_OK) {
        release(broker);
        return status;
    }
    publication_begin(broker->publication);
    create_all(broker);
    if (!stopping(broker))
        (void)publication_update(broker->publication, true);
    *out = broker;
    return SYS_OK;
}

struct broker_counts broker_counts(const struct broker *broker)
{
    struct broker_counts counts = {.held = broker->held,
                                   .missing = broker->inventory->count - broker->held};

    return counts;
}

void broker_retry(struct broker *broker)
{
    bool recovered = false, changed = false;
    size_t i;

    for (i = 0; i < broker->inventory->count && !stopping(broker); i++) {
        enum item_state before = broker->inventory->items[i].state;

        if (before == ITEM_HELD)
            continue;
        recovered |= try_item(broker, i);
        changed |= broker->inventory->items[i].state != before;
    }
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
        broker->held == broker->inventory->count && publication_complete(broker->publication);

    return complete ? UINT32_MAX : broker->delay;
}

size_t broker_stop(struct broker *broker)
{
    const struct system *system = broker->system;
    size_t i, held = broker->held;

    /* First of all, so that no client is told of what is gone. */
    publication_free(broker->publication);
    broker->publication = NULL;
    for (i = broker->inventory->count; i-- > 0;) {
        struct item *item = &broker->inventory->items[i];

        system->close(system->self, item->object);
        item->object = NULL;
        item->generation = 0;
        free(item->reason);
        item->reason = NULL;
        item->state = ITEM_WANTED;
        system->progress(system->self);
    }
    release(broker);
    return held;
}
