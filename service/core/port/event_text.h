/*
 * event_text.h - how the core tells the operator: failures and lists of messages
 * as inserts of events.
 */
#ifndef CORE_EVENT_TEXT_H
#define CORE_EVENT_TEXT_H

#include "messages.h"
#include "system.h"

#define REPORT_LINES_MAX 16000 /* bytes of one insert; an event holds 31,839 characters */
#define REPORT_FAILURE   (SYS_TEXT_MAX + 128) /* enough for any failure as text */

/* "CreateFileMappingW: The paging file is too small (error 1455)", as far as it is known. */
void event_failure_text(const struct sys_failure *why, char out[REPORT_FAILURE]);

/* Why a name could not be had, for people: what is known of its holder, or what failed. */
void event_reason(enum sys_status status, const struct sys_failure *why, char out[REPORT_FAILURE]);

/* What such a failure is about, never 0: the same number for the same failure again. */
uint32_t event_cause(enum sys_status status, const struct sys_failure *why);

#define REPORT_TIME 80 /* enough for any time as text */

/* A FILETIME as "2026-11-21 05:09:35 UTC". */
void event_time(uint64_t time, char out[REPORT_TIME]);

/* EVENT_START_FAILED. */
void event_log_start_failed(const struct system *system, const struct sys_failure *why);
void event_log_no_memory(const struct system *system);

/* EVENT_STATE_FAILED. */
void event_log_state(const struct system *system, const struct sys_failure *why);

/*
 * EVENT_CONFIG_WARNING with the warnings of the list; EVENT_CONFIG_INVALID, or
 * another event that has file and lines, with its errors; the text is bounded, and says how many it
 * leaves out.
 */
void event_log_messages(const struct system *system, enum event_id event, const char *file,
                        const struct cfg_messages *list);

#endif
