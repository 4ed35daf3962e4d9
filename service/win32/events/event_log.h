/*
 * event_log.h - writes to the event log, also where Windows' service for it is not up yet or is
 * started anew.
 *
 * An event that cannot be written waits in memory, and is written by a retry, before the next
 * event, or at the end. The log gets it with the time at which it was written; EVENT_LOG_LATE then
 * says when it happened, and EVENT_LOG_LOST how many were lost.
 */
#ifndef EVENT_LOG_H
#define EVENT_LOG_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message_table.h"

#define EVENT_LOG_WAITING 64u /* events that wait at most; later ones are lost */

/* The calls of Windows; a test has its own. */
struct event_log_port {
    HANDLE (*open)(void); /* NULL: there is no log now */
    /* False: the log does not take the event, or cannot be written now. */
    bool (*write)(HANDLE log, const struct message_kind *kind, WORD count, const wchar_t **values);
    void (*close)(HANDLE log);
};

struct event_log_waiting; /* an event that waits */

struct event_log {
    const struct event_log_port *port;
    HANDLE handle; /* NULL: not open */
    struct event_log_waiting *first;
    size_t waiting;  /* in the list */
    size_t lost;     /* events that were dropped and that EVENT_LOG_LOST has not reported */
    ULONGLONG tried; /* ticks of the last retry, or of the first event that waits */
    uint32_t pause;  /* milliseconds until the next retry; grows */
};

/* `port` NULL: that of Windows. */
void event_log_open(struct event_log *log, const struct event_log_port *port);

/* Writes what waits, as far as that is possible now. */
void event_log_close(struct event_log *log);

/* `count` is at most MESSAGE_INSERTS_MAX. */
void event_log_write(struct event_log *log, const struct message_kind *kind, size_t count,
                     const wchar_t **values);

/* Milliseconds until event_log_retry is due; UINT32_MAX: no event waits. */
uint32_t event_log_delay(const struct event_log *log);

/* Tries again to write what waits, if that is due. */
void event_log_retry(struct event_log *log);

#endif
