/*
 * event_log.h - writes to the event log, also where Windows' service for it is not up yet or is
 * started anew.
 *
 * An event that cannot be written waits in memory, and is written before the next one, or at the
 * end. The log gets it with the time at which it was written.
 */
#ifndef EVENT_LOG_H
#define EVENT_LOG_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

#include "message_table.h"

#define EVENT_LOG_WAITING 64u /* events that wait at most; later ones are lost */

/* The calls of Windows; a test has its own. */
struct event_log_port {
    HANDLE (*open)(void); /* NULL: there is no log now */
    /* False: the log cannot be written now. */
    bool (*write)(HANDLE log, const struct message_kind *kind, WORD count, const wchar_t **values);
    void (*close)(HANDLE log);
};

struct event_log_waiting; /* an event that waits */

struct event_log {
    const struct event_log_port *port;
    HANDLE handle; /* NULL: not open */
    struct event_log_waiting *first, *last;
    size_t waiting;
};

/* `port` NULL: that of Windows. */
void event_log_open(struct event_log *log, const struct event_log_port *port);

/* Writes what waits, as far as that is possible now. */
void event_log_close(struct event_log *log);

/* `count` is at most MESSAGE_INSERTS_MAX. */
void event_log_write(struct event_log *log, const struct message_kind *kind, size_t count,
                     const wchar_t **values);

#endif
