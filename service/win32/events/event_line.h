/*
 * event_line.h - an event as a line of a file.
 */
#ifndef EVENT_LINE_H
#define EVENT_LINE_H

#include "events.h"
#include "message_table.h"
#include "text.h"

/*
 * Replaces `out` by one line, with its end; `time` is a FILETIME. As text:
 *
 *     2026-11-21T05:09:35.123Z warning 300 The section Global\Prices is in conflict: ...
 *
 * As JSON, an object with time, severity, number, text and values. False: no memory.
 */
bool event_line(uint64_t time, enum event_id event, const char *const *inserts, size_t count,
                bool json, struct text *out);

#endif
