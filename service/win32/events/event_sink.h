/*
 * event_sink.h - where events go: the event log, and the console of `run`.
 */
#ifndef EVENT_SINK_H
#define EVENT_SINK_H

#include <windows.h>

#include <stdbool.h>

#include "system.h"

struct event_sink {
    HANDLE log;   /* from RegisterEventSourceW; NULL: there is none */
    bool console; /* also a line on the standard output */
};

/* Registers with the event log. No log is no failure: events then go nowhere. */
void event_sink_open(struct event_sink *sink, bool console);
void event_sink_close(struct event_sink *sink);

/* As system.h's `report`. Long values are cut visibly to what the log takes. */
void event_sink_write(struct event_sink *sink, enum event_id event, const char *const *inserts,
                      size_t count);

#endif
