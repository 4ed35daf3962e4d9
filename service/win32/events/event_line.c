#include "event_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "visible.h"

#define TIME_ROOM 40

static void time_of(uint64_t time, char out[TIME_ROOM])
{
    FILETIME file = {(DWORD)time, (DWORD)(time >> 32)};
    SYSTEMTIME parts = {0};

    (void)FileTimeToSystemTime(&file, &parts);
    (void)snprintf(out, TIME_ROOM, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", parts.wYear, parts.wMonth,
                   parts.wDay, parts.wHour, parts.wMinute, parts.wSecond, parts.wMilliseconds);
}

/* A value must not begin a line of its own. */
static void on_one_line(char *text)
{
    for (; (text = strpbrk(text, "\t\r\n")) != NULL; text++)
        *text = ' ';
}

static void put_json(const char *time, const struct message_kind *kind, const char *text,
                     const char *const *inserts, size_t count, struct text *out)
{
    struct json json = {.text = *out, .one_line = true};
    size_t i;

    json_object(&json, NULL);
    json_string(&json, "time", time);
    json_string(&json, "severity", kind->word);
    json_number(&json, "number", kind->id & 0xFFFFu);
    json_string(&json, "text", text);
    json_array(&json, "values");
    for (i = 0; i < count; i++)
        json_string(&json, NULL, inserts[i]);
    json_array_end(&json);
    json_object_end(&json);
    text_add(&json.text, "\n");
    *out = json.text;
}

bool event_line(uint64_t time, enum event_id event, const char *const *inserts, size_t count,
                bool json, struct text *out)
{
    struct message_kind kind = message_kind_of(event);
    char when[TIME_ROOM];
    char *text;

    text_reset(out);
    if (count > MESSAGE_INSERTS_MAX)
        count = MESSAGE_INSERTS_MAX;
    text = message_text(kind.id, inserts, count);
    if (text == NULL)
        return false;
    time_of(time, when);
    if (json) {
        put_json(when, &kind, text, inserts, count, out);
    } else {
        on_one_line(text);
        shmb_make_visible(text, false);
        text_add(out, "%s %s %lu %s\n", when, kind.word, (unsigned long)(kind.id & 0xFFFFu), text);
    }
    free(text);
    return !out->failed;
}
