/*
 * What an attempt to make or adopt an object comes to: the state of the item, its record
 * in the state, and what the operator reads in the event log.
 */
#include "maker_internal.h"

#include <stdio.h>
#include <string.h>

#include "event_text.h"
#include "full_name.h"
#include "stamp.h"
#include "text.h"

/* Characters of an access list in an event: a client can write a very long one. */
#define SHOWN_MAX 2000

void maker_report(const struct maker *maker, const struct item *item, enum event_id event,
                  const char *detail)
{
    char name[FULL_NAME_BYTES];
    const char *inserts[] = {shmb_kind_word(item->spec.kind), name, detail};

    full_name(item->spec.name, name);
    maker->system->log(maker->system->self, event, inserts, detail != NULL ? 3 : 2);
}

static void add_access(struct text *out, const char *sddl)
{
    if (sddl == NULL)
        text_add(out, "not known");
    else
        text_add(out, "%.*s%s", SHOWN_MAX, sddl, strlen(sddl) > SHOWN_MAX ? "..." : "");
}

void maker_report_access(const struct maker *maker, const struct item *item, enum event_id event,
                         const char *found)
{
    struct text detail = {0};

    add_access(&detail, found);
    text_add(&detail, " -> ");
    add_access(&detail, descriptor_cache_text(maker->cache, item));
    maker_report(maker, item, event, detail.failed ? "" : detail.at);
    text_free(&detail);
}

void maker_missing(const struct maker *maker, struct item *item, enum sys_status status,
                   const struct sys_failure *why)
{
    uint32_t cause = event_cause(status, why);
    char text[REPORT_FAILURE];

    item->state = status == SYS_TAKEN ? ITEM_CONFLICT : ITEM_FAILED;
    /* A stop has ended the filling: no failure. */
    if (item->cause == cause ||
        (status == SYS_LATER && maker->system->stopping(maker->system->self)))
        return;
    event_reason(status, why, text);
    item->cause = cause;
    item_set_reason(item, text);
    if (item->rare != NULL)
        item->rare->code = why->code;
    /* Programs could fill the log with these: requests/request_events.h tells them. */
    if (item->fresh)
        return;
    maker_report(maker, item, status == SYS_TAKEN ? EVENT_OBJECT_CONFLICT : EVENT_OBJECT_FAILED,
                 text);
}

void maker_record(const struct maker *maker, const struct item *item)
{
    struct state_record record = {.name = item->spec.name,
                                  .kind = item->spec.kind,
                                  .size = item->spec.size,
                                  .generation = item->generation,
                                  .queue = item->spec.queue};
    const struct state_record *known = state_find(maker->state, item->spec.name);

    /* "": no lock. NULL would mean that the lock is not known. */
    if (item->spec.kind == SHMB_SECTION && !item->pair)
        record.lock = item->lock != NULL ? item->lock : "";
    record.fast = item_has_lockers(item);
    /* The same object: its control section, block and slots stay as recorded. */
    if (known != NULL && known->generation == item->generation) {
        record.slots = known->slots;
        record.control = known->control;
        record.block = known->block;
    }
    state_put(maker->state, &record);
}

void maker_note_lost(const struct maker *maker, struct item *item)
{
    const struct state_record *known = state_find(maker->state, item->spec.name);
    bool restored = item->copies != NULL && item->copies->restored;

    /* A retired object was released on purpose. Snapshots are made again from their segment. */
    item->lost |= known != NULL && !known->retired && !restored && !item->pair;
}

void maker_hold(const struct maker *maker, struct item *item, struct sys_object *object,
                uint64_t generation)
{
    bool missed = item->cause != 0;

    item->object = object;
    item->generation = generation != 0 ? generation : stamp_next(maker->system, maker->stamp);
    if (item->generation > *maker->stamp)
        *maker->stamp = item->generation;
    item->state = ITEM_HELD;
    item->filled = false;
    item->auditing = AUDITING_OFF;
    item->cause = 0;
    item_set_reason(item, NULL);
    maker_record(maker, item);
    if (missed)
        maker_report(maker, item, EVENT_OBJECT_RECOVERED, NULL);
}

void maker_defer(const struct maker *maker, struct item *item, const char *reason)
{
    item->state = ITEM_DEFERRED;
    item_set_reason(item, reason);
    maker_report(maker, item, EVENT_OBJECT_DEFERRED, reason);
}

enum sys_status maker_refuse_held_back(struct sys_failure *why)
{
    return failure_reason(why, SYS_LATER,
                          "it denies access to an account that cannot be looked up yet");
}
