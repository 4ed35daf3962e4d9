/*
 * The members of an object, for list and info. Without the directory (SHOW_STATE_UNKNOWN),
 * what the object does not show is null, not false.
 */
#include "show.h"

#include <inttypes.h>
#include <stdbool.h>

#include "out.h"

const char *show_kind(uint32_t kind)
{
    static const char *const words[] = {"segment", "mutex", "event", "semaphore"};

    return kind < sizeof(words) / sizeof(words[0]) ? words[kind] : "other";
}

const char *show_state(uint32_t state)
{
    static const char *const words[] = {"unknown", "held", "conflict", "failed"};

    return state < sizeof(words) / sizeof(words[0]) ? words[state] : "other";
}

static void member_bool(const char *name, bool known, bool value)
{
    out_text(",\"%s\":%s", name, !known ? "null" : value ? "true" : "false");
}

static void segment_members(const shmb_info *info)
{
    if (info->bytes != 0)
        out_text(",\"bytes\":%" PRIu64, info->bytes);
    else
        out_text(",\"bytes\":null");
    member_bool("rounded", true, (info->flags & SHMB_FLAG_ROUNDED) != 0);
    out_text(",\"lock\":");
    if ((info->flags & SHMB_FLAG_HAS_LOCK) != 0)
        out_json_string(info->lock);
    else
        out_text("null");
    member_bool("readers_may_wait", info->state != SHOW_STATE_UNKNOWN,
                (info->flags & SHMB_FLAG_READERS_MAY_WAIT) != 0);
    member_bool("initial_content", info->state != SHOW_STATE_UNKNOWN,
                (info->flags & SHMB_FLAG_INITIAL) != 0);
}

static void semaphore_members(const shmb_info *info)
{
    if (info->state == SHOW_STATE_UNKNOWN)
        out_text(",\"initial\":null,\"maximum\":null");
    else
        out_text(",\"initial\":%" PRId32 ",\"maximum\":%" PRId32, info->initial, info->maximum);
}

void show_json(const shmb_info *info)
{
    out_text("\"name\":");
    out_json_string(info->name);
    out_text(",\"kind\":\"%s\",\"state\":\"%s\"", show_kind(info->kind), show_state(info->state));
    out_text(",\"generation\":\"%" PRIu64 "\"", info->generation);
    member_bool("companion", info->state != SHOW_STATE_UNKNOWN,
                (info->flags & SHMB_FLAG_COMPANION) != 0);
    if (info->kind == SHMB_KIND_SEGMENT)
        segment_members(info);
    else if (info->kind == SHMB_KIND_EVENT)
        member_bool("manual_reset", info->state != SHOW_STATE_UNKNOWN,
                    (info->flags & SHMB_FLAG_MANUAL_RESET) != 0);
    else if (info->kind == SHMB_KIND_SEMAPHORE)
        semaphore_members(info);
}
