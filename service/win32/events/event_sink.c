/*
 * The event log gets number and values; its viewer adds the text, by the entry that
 * event_source.h writes. The console gets the finished line.
 */
#include "event_sink.h"

#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "message_table.h"
#include "visible.h"
#include "wide.h"

/* For all values of an event; the log allows 31,839 units for one. */
#define INSERTS_UNITS  31000u
#define CUT_MARK       L"..."
#define CUT_MARK_UNITS 3u

void event_sink_open(struct event_sink *sink, bool console)
{
    event_log_open(&sink->log, NULL);
    sink->console = console;
}

void event_sink_close(struct event_sink *sink)
{
    event_log_close(&sink->log);
}

/* Shortens `text` in place to `room` units where it is longer; returns its length. */
static size_t fit(wchar_t *text, size_t room)
{
    size_t length = wcslen(text);

    if (length <= room)
        return length;
    length = room > CUT_MARK_UNITS ? room - CUT_MARK_UNITS : 0;
    if (length > 0 && IS_HIGH_SURROGATE(text[length - 1]))
        length--;
    wcscpy(text + length, CUT_MARK);
    return length + CUT_MARK_UNITS;
}

/* The same list as for a console; values may have lines. */
static void make_visible(wchar_t *text)
{
    for (; *text != L'\0'; text++)
        if (!shmb_is_visible(*text) && wcschr(L"\t\r\n", *text) == NULL)
            *text = L'?';
}

/*
 * The event viewer treats "%1" inside a value as an insert (a documented limit of
 * ReportEvent). A full-width percent sign looks the same.
 */
static void disarm(wchar_t *text)
{
    for (; *text != L'\0'; text++)
        if (text[0] == L'%' && text[1] >= L'0' && text[1] <= L'9')
            text[0] = 0xFF05;
}

static void to_log(struct event_log *log, const struct message_kind *kind,
                   const char *const *inserts, size_t count)
{
    wchar_t *wide[MESSAGE_INSERTS_MAX] = {NULL};
    const wchar_t *values[MESSAGE_INSERTS_MAX];
    size_t room = INSERTS_UNITS, i;

    for (i = 0; i < count; i++) {
        /* A value that is missing or not UTF-8 shows as "?"; the event is written all the same. */
        values[i] = L"?";
        if (inserts[i] != NULL)
            wide[i] = wide_from_utf8(inserts[i]);
        if (wide[i] == NULL) {
            room--;
            continue;
        }
        make_visible(wide[i]);
        disarm(wide[i]);
        /* Leaves room for at least the mark of every later value. */
        room -= fit(wide[i], room - (count - i - 1) * CUT_MARK_UNITS);
        values[i] = wide[i];
    }
    event_log_write(log, kind, count, values);
    for (i = 0; i < count; i++)
        free(wide[i]);
}

/* One line, such as "warning 300: ...". */
static void to_console(const struct message_kind *kind, const char *const *inserts, size_t count)
{
    char *text = message_text(kind->id, inserts, count);

    console_coloured(strcmp(kind->word, "error") == 0     ? COLOUR_ERROR
                     : strcmp(kind->word, "warning") == 0 ? COLOUR_WARNING
                                                          : COLOUR_NONE,
                     "%s %lu: %s", kind->word, (unsigned long)(kind->id & 0xFFFFu),
                     text == NULL ? "(the text of this event is not available)" : text);
    free(text);
}

void event_sink_write(struct event_sink *sink, enum event_id event, const char *const *inserts,
                      size_t count)
{
    struct message_kind kind = message_kind_of(event);

    if (count > MESSAGE_INSERTS_MAX)
        count = MESSAGE_INSERTS_MAX;
    if (sink->console)
        to_console(&kind, inserts, count);
    to_log(&sink->log, &kind, inserts, count);
}

uint32_t event_sink_delay(const struct event_sink *sink)
{
    return event_log_delay(&sink->log);
}

void event_sink_retry(struct event_sink *sink)
{
    event_log_retry(&sink->log);
}
