#include "event_log.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"

struct event_log_waiting {
    struct event_log_waiting *next;
    struct message_kind kind;
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
    if (ReportEventW(log, kind->type, 0, kind->id, NULL, count, 0, values, NULL))
        return true;
    /* An event that is refused for what is in it must not wait: no later one would be written. */
    switch (GetLastError()) {
    case ERROR_INVALID_PARAMETER:
    case RPC_S_INVALID_BOUND:
    case RPC_X_BAD_STUB_DATA:
        return true;
    default:
        return false;
    }
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

/* Drops the event if too many wait, or without memory. */
static void add_waiting(struct event_log *log, const struct message_kind *kind, size_t count,
                        const wchar_t **values)
{
    struct event_log_waiting *event =
        log->waiting < EVENT_LOG_WAITING ? calloc(1, sizeof(*event)) : NULL;

    if (event == NULL)
        return;
    event->kind = *kind;
    for (; event->count < count; event->count++) {
        event->values[event->count] = _wcsdup(values[event->count]);
        if (event->values[event->count] == NULL) {
            free_waiting(event);
            return;
        }
    }
    if (log->last != NULL)
        log->last->next = event;
    else
        log->first = event;
    log->last = event;
    log->waiting++;
}

static void close_handle(struct event_log *log)
{
    if (log->handle != NULL)
        log->port->close(log->handle);
    log->handle = NULL;
}

/* A handle from before the log's service was started anew is no good: tries with another one. */
static bool try_write(struct event_log *log, const struct message_kind *kind, size_t count,
                      const wchar_t **values)
{
    int tries;

    for (tries = 0; tries < 2; tries++) {
        if (log->handle == NULL)
            log->handle = log->port->open();
        if (log->handle == NULL)
            return false;
        if (log->port->write(log->handle, kind, (WORD)count, values))
            return true;
        close_handle(log);
    }
    return false;
}

/* True: no event waits any more. */
static bool write_waiting(struct event_log *log)
{
    while (log->first != NULL) {
        struct event_log_waiting *event = log->first;
        const wchar_t *values[MESSAGE_INSERTS_MAX];
        size_t i;

        for (i = 0; i < event->count; i++)
            values[i] = event->values[i];
        if (!try_write(log, &event->kind, event->count, values))
            return false;
        log->first = event->next;
        if (log->first == NULL)
            log->last = NULL;
        log->waiting--;
        free_waiting(event);
    }
    return true;
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
    (void)write_waiting(log);
    while (log->first != NULL) {
        struct event_log_waiting *event = log->first;

        log->first = event->next;
        free_waiting(event);
    }
    close_handle(log);
    log->last = NULL;
    log->waiting = 0;
}

void event_log_write(struct event_log *log, const struct message_kind *kind, size_t count,
                     const wchar_t **values)
{
    if (!write_waiting(log) || !try_write(log, kind, count, values))
        add_waiting(log, kind, count, values);
}
