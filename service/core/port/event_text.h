/*
 * event_text.h - failures, times and lists of messages as inserts of events.
 */
#ifndef CORE_EVENT_TEXT_H
#define CORE_EVENT_TEXT_H

#include "messages.h"
#include "system.h"

#define REPORT_LINES_MAX 16000 /* bytes of one insert; an event holds 31,839 characters */
#define REPORT_FAILURE   (SYS_TEXT_MAX + 128) /* enough for any failure as text */

/* As "CreateFileMappingW: The paging file is too small (error 1455)", with what is known. */
void event_failure_text(const struct sys_failure *why, char out[REPORT_FAILURE]);

/* Why an object is missing: what is known of the holder of its name, or what failed. */
void event_reason(enum sys_status status, const struct sys_failure *why, char out[REPORT_FAILURE]);

/*
 * A number for such a failure, never 0: the same failure has the same number. For
 * reporting a failure once.
 */
uint32_t event_cause(enum sys_status status, const struct sys_failure *why);

#define REPORT_TIME 80 /* enough for any time as text */

/* A FILETIME as "2026-11-21 05:09:35 UTC". */
void event_time(uint64_t time, char out[REPORT_TIME]);

/* Logs EVENT_START_FAILED. */
void event_log_start_failed(const struct system *system, const struct sys_failure *why);

/* The same because of a lack of memory. */
void event_log_no_memory(const struct system *system);

/* Logs EVENT_STATE_FAILED; and EVENT_STATE_RECOVERED, `what` is written again. */
void event_log_state(const struct system *system, const struct sys_failure *why);
void event_log_state_recovered(const struct system *system, const char *what);

/*
 * Logs the messages of a list: the warnings for EVENT_CONFIG_WARNING; the errors for
 * EVENT_CONFIG_INVALID and for any other event whose inserts are file and lines. A text
 * that is too long is cut, and says how many messages are missing.
 */
void event_log_messages(const struct system *system, enum event_id event, const char *file,
                        const struct cfg_messages *list);

#endif
