/* What list and info know of an object. */
#include "json_object.h"

#include "access.h"
#include "object_access.h"
#include "requester.h"
#include "show.h"

/* A flag of the directory. */
static void put_flag(struct json *json, const char *key, const shmb_info *info, bool has,
                     uint32_t flag)
{
    if (has && info->state != SHOW_STATE_UNKNOWN)
        json_bool(json, key, (info->flags & flag) != 0);
    else
        json_null(json, key);
}

static void put_number(struct json *json, const char *key, bool known, int64_t number)
{
    if (known)
        json_signed(json, key, number);
    else
        json_null(json, key);
}

/* NULL: the segment has no lock. */
static const char *lock_kind(const shmb_info *info)
{
    if ((info->flags & SHMB_FLAG_HAS_LOCK) == 0)
        return NULL;
    return (info->flags & SHMB_FLAG_FAST) != 0 ? "fast" : "mutex";
}

static void put_segment(struct json *json, const shmb_info *info)
{
    const bool segment = info->kind == SHMB_KIND_SEGMENT;
    const bool sized = (segment || info->kind == SHMB_KIND_QUEUE) && info->bytes != 0;

    if (sized)
        json_number(json, "bytes", info->bytes);
    else
        json_null(json, "bytes");
    if (segment && sized)
        json_bool(json, "rounded", (info->flags & SHMB_FLAG_ROUNDED) != 0);
    else
        json_null(json, "rounded");
    json_name(json, "lock", segment && (info->flags & SHMB_FLAG_HAS_LOCK) != 0 ? info->lock : NULL);
    json_string(json, "lock_kind", segment ? lock_kind(info) : NULL);
    put_flag(json, "readers_may_wait", info, segment, SHMB_FLAG_READERS_MAY_WAIT);
    put_flag(json, "initial_content", info, segment, SHMB_FLAG_INITIAL);
    if (!segment || info->state == SHOW_STATE_UNKNOWN || (info->flags & SHMB_FLAG_COMPANION) != 0)
        json_null(json, "snapshots");
    else
        json_string(json, "snapshots",
                    (info->flags & SHMB_FLAG_DOUBLE) != 0 ? "double" : "sequence");
}

static void put_queue(struct json *json, const shmb_info *info)
{
    if (info->kind != SHMB_KIND_QUEUE) {
        json_null(json, "queue");
        return;
    }
    json_object(json, "queue");
    json_number(json, "slots", info->slots);
    json_number(json, "slot_size", info->slot_size);
    json_string(json, "producers", (info->flags & SHMB_FLAG_ONE_PRODUCER) != 0 ? "one" : "many");
    json_string(json, "consumers", (info->flags & SHMB_FLAG_ONE_CONSUMER) != 0 ? "one" : "many");
    json_string(json, "overflow", show_overflow(info->flags));
    json_object_end(json);
}

void json_put_object(struct json *json, const shmb_info *info)
{
    const bool counts = info->kind == SHMB_KIND_SEMAPHORE && info->state != SHOW_STATE_UNKNOWN;

    json_names(json, info->name, false);
    json_string(json, "kind", shmb_kind_word((enum shmb_kind)info->kind));
    json_string(json, "state", show_state(info->state));
    if (info->generation != 0)
        json_decimal(json, "generation", info->generation);
    else
        json_null(json, "generation");
    put_flag(json, "companion", info, true, SHMB_FLAG_COMPANION);
    requester_json(json, info);
    put_segment(json, info);
    put_flag(json, "manual_reset", info, info->kind == SHMB_KIND_EVENT, SHMB_FLAG_MANUAL_RESET);
    put_number(json, "initial", counts, info->initial);
    put_number(json, "maximum", counts, info->maximum);
    put_queue(json, info);
}

void json_put_rights(struct json *json, const shmb_info *info, const struct json_rights *rights)
{
    put_number(json, "count", info->kind == SHMB_KIND_SEMAPHORE && rights->counted, rights->count);
    json_array(json, "rights");
    if (rights->read)
        json_string(json, NULL, "read");
    if (rights->write)
        json_string(json, NULL, "write");
    json_array_end(json);
    json_string(json, "may", rights->may);
    if (!rights->readable_access || !info_access((enum shmb_kind)info->kind, info->name, json))
        json_null(json, "access");
}
