/*
 * event_sink.h - writes events to the event log, and to the console of `run`.
 */
#ifndef EVENT_SINK_H
#define EVENT_SINK_H

#include <windows.h>

#include <stdbool.h>

#include "event_log.h"
#include "system.h"

struct event_sink {
    struct event_log log;
    bool console; /* also a line on the standard output */
};

/* Opens the event log. If that fails, events wait for it (event_log.h). */
void event_sink_open(struct event_sink *sink, bool console);
void event_sink_close(struct event_sink *sink);

/* As system.h's `log`. Values that are too long for the log are cut, with a mark. */
void event_sink_write(struct event_sink *sink, enum event_id event, const char *const *inserts,
                      size_t count);

/* As event_log.h's, for events that wait for the event log. */
uint32_t event_sink_delay(const struct event_sink *sink);
void event_sink_retry(struct event_sink *sink);

#endif
