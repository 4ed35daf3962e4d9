/*
 * Describes what the configuration asks for; no object is opened. Lines and JSON use the same
 * grants (grant_at), so they name the same rights.
 */
#include "describe.h"

#include <inttypes.h>

#include "access_sets.h"
#include "access_words.h"
#include "descriptor.h"
#include "full_name.h"
#include "directory.h"
#include "names.h"
#include "queue_words.h"
#include "text.h"

/* True for the lock of a segment: a mutex, or the event of a fast lock. */
static bool is_lock(const struct item *item)
{
    return item->from->kind == SHMB_SECTION &&
           (item->spec.kind == SHMB_MUTEX || (item->spec.kind == SHMB_EVENT && item->fast));
}

/* The rights of a level in words. NULL: nothing worth mentioning. */
static const char *level_words(const struct item *item, enum shmb_level level,
                               char out[SHMB_ACCESS_WORDS])
{
    uint32_t mask = shmb_access_mask(item->spec.kind, level);

    /* Readers cannot use the lock of a segment, unless they may wait on it. */
    if (level == SHMB_LEVEL_READ && item->readers_may_wait)
        mask = SHMB_LOCK_READER_WAITS;
    else if (level == SHMB_LEVEL_READ && is_lock(item))
        return NULL;
    /* Nor the events of a queue, or one with automatic reset. */
    else if (level == SHMB_LEVEL_READ && item_wait_takes(item))
        return NULL;
    return shmb_access_words(item->spec.kind, mask, out);
}

/* One trustee of an item. */
struct grant {
    const char *name;
    enum shmb_level level;
    uint32_t mask;                 /* of an SDDL entry; else 0 */
    char words[SHMB_ACCESS_WORDS]; /* the rights; empty: none, or a denial by level */
};

/* The grant at `index`, in the order of the configuration. False: no more. */
static bool grant_at(const struct inventory *inventory, const struct item *item, size_t index,
                     struct grant *out)
{
    const struct cfg_access *access = item->from->access;
    const struct sddl *exact = item_exact(inventory, item);
    const struct access_rule *rules;
    size_t count;

    *out = (struct grant){0};
    /*
     * The account as it is written; or the entry of the SDDL; or, for a companion of a segment with
     * SDDL, the closest level.
     */
    if (access->sddl == NULL) {
        if (index >= access->count)
            return false;
        out->name = access->trustees[index].name;
        out->level = item_level(item, access->trustees[index].level);
    } else if (exact != NULL) {
        if (index >= exact->count)
            return false;
        out->name = trustee_sid_word(exact->entries[index].sid);
        out->mask = exact->entries[index].mask;
        out->level = exact->entries[index].deny ? SHMB_LEVEL_DENY : SHMB_LEVEL_COUNT;
    } else {
        rules = access_sets_rules(inventory->sets, item->access, &count);
        if (index >= count)
            return false;
        out->name = trustee_sid_word(rules[index].sid);
        out->level = item_level(item, rules[index].level);
    }
    if (out->mask != 0)
        (void)shmb_access_words(item->spec.kind, out->mask, out->words);
    else if (out->level != SHMB_LEVEL_DENY)
        (void)level_words(item, out->level, out->words);
    return true;
}

static void add_copied(struct text *line, const struct item *item)
{
    uint32_t every = item->from->u.segment.save_every;

    if (item->copies == NULL)
        return;
    text_add(line, ", restored after a reboot");
    if (every % 1000 != 0)
        text_add(line, ", saved every %" PRIu32 " ms", every);
    else if (every != 0)
        text_add(line, ", saved every %" PRIu32 " s", every / 1000);
}

static void add_queue(struct text *line, const struct item *item)
{
    const struct sys_queue *queue = &item->spec.queue;

    text_add(line, ", %" PRIu32 " slot%s of %" PRIu32 " byte%s", queue->slots,
             queue->slots == 1 ? "" : "s", queue->slot_size, queue->slot_size == 1 ? "" : "s");
    if ((queue->flags & SHMB_ENTRY_ONE_PRODUCER) != 0)
        text_add(line, ", one producer");
    if ((queue->flags & SHMB_ENTRY_ONE_CONSUMER) != 0)
        text_add(line, ", one consumer");
    if ((queue->flags & (SHMB_ENTRY_REFUSE | SHMB_ENTRY_DROP_OLDEST)) != 0)
        text_add(line, ", overflow: %s", queue_overflow_word(queue->flags));
}

static void add_state(struct text *line, const struct item *item)
{
    const struct sys_spec *spec = &item->spec;

    switch (spec->kind) {
    case SHMB_SECTION:
        text_add(line, ", %" PRIu64 " byte%s", spec->size, spec->size == 1 ? "" : "s");
        if (item_lockers(item) != 0)
            text_add(line, ", fast lock for %" PRIu32 " thread%s", item_lockers(item),
                     item_lockers(item) == 1 ? "" : "s");
        if (item->pair)
            text_add(line, ", snapshots of %s", item->from->name);
        if (item_initial(item) != NULL)
            text_add(line, ", with initial content");
        add_copied(line, item);
        break;
    case SHMB_MUTEX:
        if (item->from->kind == SHMB_SECTION)
            text_add(line, ", lock of %s", item->from->name);
        if (item->readers_may_wait)
            text_add(line, ", readers may wait");
        break;
    case SHMB_EVENT:
        if (is_lock(item))
            text_add(line, ", fast lock of %s", item->from->name);
        else if (item->from->kind == SHMB_SECTION)
            text_add(line, ", signals changes of %s", item->from->name);
        else if (item->from->kind == SHMB_QUEUE)
            text_add(line, ", of queue %s", item->from->name);
        else
            text_add(line, ", %s reset%s", spec->manual_reset ? "manual" : "automatic",
                     spec->set ? ", signalled when it is created" : "");
        break;
    case SHMB_SEMAPHORE:
        text_add(line, ", %" PRId32 " of %" PRId32, spec->initial, spec->maximum);
        break;
    case SHMB_QUEUE:
        add_queue(line, item);
        break;
    default:
        break;
    }
}

static void add_sessions(struct text *line, const struct item *item)
{
    if (item->from->alias && !item->pair)
        text_add(line, ", by its plain name in every session (needs LocalSystem)");
}

static void add_audit(struct text *line, const struct item *item)
{
    if (item->audit)
        text_add(line, ", audited");
}

static const char *integrity_word(const struct inventory *inventory, const struct item *item)
{
    return access_words_label(access_sets_label(inventory->sets, item->access));
}

static void add_integrity(struct text *line, const struct inventory *inventory,
                          const struct item *item)
{
    const char *word = integrity_word(inventory, item);

    if (word != NULL)
        text_add(line, ", integrity %s", word);
}

static void add_denials(struct text *line, const struct inventory *inventory,
                        const struct item *item, const char **lead)
{
    struct grant grant;
    size_t i;

    for (i = 0; grant_at(inventory, item, i, &grant); i++) {
        if (grant.level != SHMB_LEVEL_DENY)
            continue;
        text_add(line, "%sdeny %s", *lead, grant.name);
        if (grant.mask != 0)
            text_add(line, " (%s)", grant.words);
        *lead = "; ";
    }
}

static void add_access(struct text *line, const struct inventory *inventory,
                       const struct item *item)
{
    const char *lead = ": ";
    struct grant grant;
    size_t i;

    add_denials(line, inventory, item, &lead);
    for (i = 0; grant_at(inventory, item, i, &grant); i++) {
        if (grant.level == SHMB_LEVEL_DENY || grant.words[0] == '\0')
            continue;
        text_add(line, "%s%s %s", lead, grant.name, grant.words);
        lead = "; ";
    }
    if (lead[0] == ':')
        text_add(line, ": nobody but administrators");
}

bool describe_inventory(const struct inventory *inventory, describe_line line, void *context)
{
    struct text text = {0};
    bool done = true;
    size_t i;

    for (i = 0; i < inventory->count && done; i++) {
        const struct item *item = &inventory->items[i];

        text_reset(&text);
        text_add(&text, "%s " SHMB_GLOBAL_PREFIX "%s", shmb_kind_word(item->spec.kind),
                 item->spec.name);
        add_state(&text, item);
        add_sessions(&text, item);
        add_audit(&text, item);
        add_integrity(&text, inventory, item);
        add_access(&text, inventory, item);
        done = !text.failed;
        if (done)
            line(context, text.at);
    }
    text_free(&text);
    return done;
}

static void put_segment(struct json *json, const struct item *item)
{
    if (item->spec.kind == SHMB_SECTION || item->spec.kind == SHMB_QUEUE)
        json_number(json, "bytes", item->spec.size);
    else
        json_null(json, "bytes");
    if (item->spec.kind != SHMB_SECTION) {
        json_null(json, "initial_content");
        json_null(json, "keep");
        json_null(json, "save_every_ms");
        json_null(json, "snapshots");
        return;
    }
    json_bool(json, "initial_content", item_initial(item) != NULL);
    json_bool(json, "keep", item->copies != NULL);
    if (item->copies != NULL)
        json_number(json, "save_every_ms", item->from->u.segment.save_every);
    else
        json_null(json, "save_every_ms");
    if (item->pair)
        json_null(json, "snapshots");
    else
        json_string(json, "snapshots",
                    item->from->u.segment.snapshots != NULL ? "double" : "sequence");
}

/* The segment or queue that a lock, an event or a section for snapshots belongs to. */
static void put_companion(struct json *json, const struct item *item)
{
    const bool companion =
        item->pair || (item->spec.kind != SHMB_SECTION && item->from->kind == SHMB_SECTION);
    const bool lock = companion && is_lock(item);

    json_string(json, "lock_of", lock ? item->from->name : NULL);
    if (lock)
        json_bool(json, "readers_may_wait", item->readers_may_wait);
    else
        json_null(json, "readers_may_wait");
    json_string(json, "changes_of", companion && !lock && !item->pair ? item->from->name : NULL);
    json_string(json, "snapshots_of", item->pair ? item->from->name : NULL);
    json_string(json, "queue_of",
                item->spec.kind == SHMB_EVENT && item->from->kind == SHMB_QUEUE ? item->from->name
                                                                                : NULL);
}

static void put_queue(struct json *json, const struct item *item)
{
    const struct sys_queue *queue = &item->spec.queue;

    if (item->spec.kind == SHMB_QUEUE)
        queue_words_json(json, queue->slots, queue->slot_size, queue->flags);
    else
        json_null(json, "queue");
}

static void put_state(struct json *json, const struct item *item)
{
    const struct sys_spec *spec = &item->spec;

    put_segment(json, item);
    if (item_lockers(item) != 0)
        json_number(json, "max_lockers", item_lockers(item));
    else
        json_null(json, "max_lockers");
    put_companion(json, item);
    put_queue(json, item);
    if (spec->kind == SHMB_EVENT) {
        json_bool(json, "manual_reset", spec->manual_reset);
        json_bool(json, "set", spec->set);
    } else {
        json_null(json, "manual_reset");
        json_null(json, "set");
    }
    if (spec->kind == SHMB_SEMAPHORE) {
        json_signed(json, "initial", spec->initial);
        json_signed(json, "maximum", spec->maximum);
    } else {
        json_null(json, "initial");
        json_null(json, "maximum");
    }
    json_string(json, "sessions", item->from->alias && !item->pair ? "alias" : NULL);
    json_bool(json, "audit", item->audit);
}

static void put_access(struct json *json, const struct inventory *inventory,
                       const struct item *item)
{
    struct grant grant;
    size_t i;

    json_array(json, "access");
    for (i = 0; grant_at(inventory, item, i, &grant); i++) {
        json_object(json, NULL);
        json_string(json, "account", grant.name);
        json_string(json, "level",
                    grant.level < SHMB_LEVEL_COUNT ? shmb_level_word(grant.level) : NULL);
        json_string(json, "may",
                    grant.level == SHMB_LEVEL_DENY || grant.words[0] == '\0' ? NULL : grant.words);
        json_object_end(json);
    }
    json_array_end(json);
    json_string(json, "integrity", integrity_word(inventory, item));
}

void describe_json(const struct inventory *inventory, struct json *json)
{
    size_t i;

    for (i = 0; i < inventory->count; i++) {
        const struct item *item = &inventory->items[i];

        json_object(json, NULL);
        json_names(json, item->spec.name, false);
        json_string(json, "kind", shmb_kind_word(item->spec.kind));
        put_state(json, item);
        put_access(json, inventory, item);
        json_object_end(json);
    }
}
