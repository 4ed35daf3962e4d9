/* Each document is written at once: the next one may be hours away. */
#include "json_lines.h"

#include <windows.h>

#include <stdio.h>

#include "answer.h"
#include "json_queue.h"
#include "out.h"
#include "ranges.h"
#include "requester.h"
#include "show.h"

#define RANGES_SHOWN 16u
#define BYTES_SHOWN  16u

/* ISO 8601, in UTC, with milliseconds. */
static void put_now(struct json *json)
{
    char text[40];
    SYSTEMTIME now;

    GetSystemTime(&now);
    snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", now.wYear, now.wMonth,
             now.wDay, now.wHour, now.wMinute, now.wSecond, now.wMilliseconds);
    json_string(json, "time", text);
}

/* False: out of memory. Of a write that failed, out_end tells. */
static bool end(void)
{
    uint32_t code = SHMB_EXIT_DONE;

    answer_done();
    (void)out_answer(&code);
    return code == SHMB_EXIT_DONE;
}

static void put_range(struct json *json, uint64_t offset, const uint8_t *bytes, size_t length)
{
    char hex[2 * BYTES_SHOWN + 1] = "";
    size_t i;

    for (i = 0; i < length && i < BYTES_SHOWN; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    json_object(json, NULL);
    json_number(json, "offset", offset);
    json_number(json, "bytes", length);
    json_string(json, "hex", hex);
    json_object_end(json);
}

static void put_ranges(struct json *json, const struct watcher *watcher, uint64_t offset,
                       bool changed)
{
    struct range range;
    size_t at = 0, count = 0;

    json_array(json, "ranges");
    while (changed && ranges_next(watcher->before, watcher->now, watcher->size, &at, &range))
        if (count++ < RANGES_SHOWN)
            put_range(json, offset + range.offset, watcher->now + range.offset, range.length);
    json_array_end(json);
    json_number(json, "range_count", count);
}

bool json_watch(const char *name, const struct watcher *watcher, uint64_t offset, bool changed)
{
    struct json *json = answer_open();

    json_string(json, "event", changed ? "change" : "begin");
    put_now(json);
    json_names(json, name, false);
    json_number(json, "offset", offset);
    json_number(json, "bytes", watcher->size);
    if (watcher->numbered)
        json_decimal(json, "change", watcher->number);
    else
        json_null(json, "change");
    put_ranges(json, watcher, offset, changed);
    return end();
}

struct json *json_top(uint64_t interval_ms)
{
    struct json *json = answer_open();

    put_now(json);
    if (interval_ms != 0)
        json_number(json, "interval_ms", interval_ms);
    else
        json_null(json, "interval_ms");
    json_array(json, "segments");
    return json;
}

void json_top_row(struct json *json, const struct json_top_row *row)
{
    json_object(json, NULL);
    json_name(json, "name", row->info->name);
    json_string(json, "state", show_state(row->info->state));
    json_number(json, "bytes", row->info->bytes);
    requester_json(json, row->info);
    if (row->numbered)
        json_decimal(json, "change", row->number);
    else
        json_null(json, "change");
    if (row->counted)
        json_number(json, "changes", row->changes);
    else
        json_null(json, "changes");
    json_object_end(json);
}

bool json_top_end(struct json *json)
{
    json_array_end(json);
    return end();
}

bool json_message(const char *name, const uint8_t *bytes, size_t length)
{
    return json_put_message(answer_open(), name, bytes, length) && end();
}
