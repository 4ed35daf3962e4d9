#include "event_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_text.h"
#include "names.h"

#define REFUSALS_MAX   3u /* of one event, while the log takes others */
#define RETRY_FIRST_MS 1000u
#define RETRY_LAST_MS  60000u
#define LATE_UNITS     48u /* of "100 at 2026-11-30 08:00:00 UTC; " */

struct event_log_waiting {
    struct event_log_waiting *next;
    struct message_kind kind;
    FILETIME time;     /* when it happened */
    bool refused;      /* the last time it was tried */
    unsigned refusals; /* how often it was refused while the log took others */
    size_t count;
    wchar_t *values[MESSAGE_INSERTS_MAX];
};

/* ---- Windows ------------------------------------------------------------------ */

/* Succeeds without the registry's entry, too: then the events show without their texts. */
static HANDLE win32_open(void)
{
    return RegisterEventSourceW(NULL, L"" SHMB_SERVICE_NAME);
}

static bool win32_write(HANDLE log, const struct message_kind *kind, WORD count,
                        const wchar_t **values)
{
    return ReportEventW(log, kind->type, 0, kind->id, NULL, count, 0, values, NULL) != FALSE;
}

static void win32_close(HANDLE log)
{
    DeregisterEventSource(log);
}

static const struct event_log_port win32 = {win32_open, win32_write, win32_close};

/* ---- events that wait --------------------------------------------------------- */

static void free_waiting(struct event_log_waiting *event)
{
    size_t i;

    for (i = 0; i < event->count; i++)
        free(event->values[i]);
    free(event);
}

static struct event_log_waiting *make_waiting(const struct message_kind *kind, size_t count,
                                              const wchar_t **values)
{
    struct event_log_waiting *event = calloc(1, sizeof(*event));

    if (event == NULL)
        return NULL;
    event->kind = *kind;
    GetSystemTimeAsFileTime(&event->time);
    for (; event->count < count; event->count++) {
        event->values[event->count] = _wcsdup(values[event->count]);
        if (event->values[event->count] == NULL) {
            free_waiting(event);
            return NULL;
        }
    }
    return event;
}

/* Drops and counts the event if too many wait, or without memory. */
static void add_waiting(struct event_log *log, const struct message_kind *kind, size_t count,
                        const wchar_t **values)
{
    struct event_log_waiting **end = &log->first;
    struct event_log_waiting *event =
        log->waiting < EVENT_LOG_WAITING ? make_waiting(kind, count, values) : NULL;

    if (event == NULL) {
        log->lost++;
        return;
    }
    while (*end != NULL)
        end = &(*end)->next;
    *end = event;
    if (log->waiting++ == 0) {
        log->tried = GetTickCount64();
        log->pause = RETRY_FIRST_MS;
    }
}

static void remove_waiting(struct event_log *log, struct event_log_waiting **link)
{
    struct event_log_waiting *event = *link;

    *link = event->next;
    log->waiting--;
    free_waiting(event);
}

static void close_handle(struct event_log *log)
{
    if (log->handle != NULL)
        log->port->close(log->handle);
    log->handle = NULL;
}

enum outcome {
    WRITTEN,
    REFUSED, /* the log is up, but did not take the event */
    NO_LOG
};

/* A handle from before the log's service was started anew is no good: tries with another one. */
static enum outcome try_write(struct event_log *log, const struct message_kind *kind, size_t count,
                              const wchar_t **values)
{
    int tries;

    for (tries = 0; tries < 2; tries++) {
        if (log->handle == NULL)
            log->handle = log->port->open();
        if (log->handle == NULL)
            return NO_LOG;
        if (log->port->write(log->handle, kind, (WORD)count, values))
            return WRITTEN;
        close_handle(log);
    }
    return REFUSED;
}

static enum outcome try_waiting(struct event_log *log, const struct event_log_waiting *event)
{
    const wchar_t *values[MESSAGE_INSERTS_MAX];
    size_t i;

    for (i = 0; i < event->count; i++)
        values[i] = event->values[i];
    return try_write(log, &event->kind, event->count, values);
}

/* Notes the number and the time of an event, since the log gets it with a later one. */
static void note_late(const struct event_log_waiting *event, wchar_t *late, size_t size)
{
    uint64_t time = (uint64_t)event->time.dwHighDateTime << 32 | event->time.dwLowDateTime;
    size_t used = wcslen(late);
    char text[REPORT_TIME];

    event_time(time, text);
    (void)swprintf(late + used, size - used, L"%ls%lu at %hs", used > 0 ? L"; " : L"",
                   (unsigned long)(event->kind.id & 0xFFFFu), text);
}

/*
 * The log has taken an event. One that it refused just before is itself at fault; after some such
 * refusals it is dropped. While the log takes none, as a full one, all stay.
 */
static void count_refusals(struct event_log *log)
{
    struct event_log_waiting **link = &log->first;

    while (*link != NULL) {
        struct event_log_waiting *event = *link;

        event->refusals += event->refused ? 1u : 0u;
        event->refused = false;
        if (event->refusals < REFUSALS_MAX) {
            link = &event->next;
            continue;
        }
        remove_waiting(log, link);
        log->lost++;
    }
}

static void log_late(struct event_log *log, const wchar_t *late)
{
    const struct message_kind kind = message_kind_of(EVENT_LOG_LATE);

    if (try_write(log, &kind, 1, &late) != WRITTEN)
        add_waiting(log, &kind, 1, &late);
}

static void log_lost(struct event_log *log)
{
    const struct message_kind kind = message_kind_of(EVENT_LOG_LOST);
    wchar_t number[24];
    const wchar_t *values[] = {number};

    (void)swprintf(number, sizeof(number) / sizeof(number[0]), L"%lu", (unsigned long)log->lost);
    if (try_write(log, &kind, 1, values) == WRITTEN)
        log->lost = 0;
}

/* Writes what waits, as far as the log takes it, and one event that names the times. */
static void write_waiting(struct event_log *log)
{
    wchar_t late[EVENT_LOG_WAITING * LATE_UNITS] = L"";
    struct event_log_waiting **link = &log->first;
    enum outcome outcome = WRITTEN;

    while (*link != NULL && outcome != NO_LOG) {
        outcome = try_waiting(log, *link);
        (*link)->refused = outcome == REFUSED;
        if (outcome == WRITTEN) {
            note_late(*link, late, sizeof(late) / sizeof(late[0]));
            remove_waiting(log, link);
        } else {
            link = &(*link)->next;
        }
    }
    if (late[0] != L'\0') {
        count_refusals(log);
        log_late(log, late);
    }
}

/* ---- the log ------------------------------------------------------------------ */

void event_log_open(struct event_log *log, const struct event_log_port *port)
{
    memset(log, 0, sizeof(*log));
    log->port = port != NULL ? port : &win32;
    log->handle = log->port->open();
}

void event_log_close(struct event_log *log)
{
    write_waiting(log);
    log->lost += log->waiting;
    while (log->first != NULL)
        remove_waiting(log, &log->first);
    if (log->lost > 0)
        log_lost(log);
    close_handle(log);
}

void event_log_write(struct event_log *log, const struct message_kind *kind, size_t count,
                     const wchar_t **values)
{
    write_waiting(log);
    if (try_write(log, kind, count, values) != WRITTEN) {
        add_waiting(log, kind, count, values);
        return;
    }
    count_refusals(log);
    if (log->lost > 0)
        log_lost(log);
}

uint32_t event_log_delay(const struct event_log *log)
{
    ULONGLONG passed = GetTickCount64() - log->tried;

    if (log->waiting == 0)
        return UINT32_MAX;
    return passed < log->pause ? log->pause - (uint32_t)passed : 0;
}

void event_log_retry(struct event_log *log)
{
    if (event_log_delay(log) != 0)
        return;
    write_waiting(log);
    if (log->lost > 0 && log->waiting == 0)
        log_lost(log);
    log->tried = GetTickCount64();
    log->pause = log->pause < RETRY_LAST_MS / 2 ? log->pause * 2 : RETRY_LAST_MS;
}
