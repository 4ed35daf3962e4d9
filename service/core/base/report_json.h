/*
 * report_json.h - lines of the report as JSON, the same for all verbs.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "json.h"
#include "status_report.h"

/*
 * A time such as "2026-11-21 05:09:35 UTC" (event_time) as ISO 8601; null if the text does not
 * begin with one, or is NULL.
 */
void report_json_time(struct json *json, const char *key, const char *text);

/* A message (message_json.h) from the fields of a line `message`. Cuts `place`, such as
 * "C:\\a.yaml:7:5". */
void report_json_placed(struct json *json, char *place, const char *severity, const char *text);

/* An object from the fields of a line `reload`; `name` is an object, or a number of them. */
void report_json_step(struct json *json, const char *name, const char *step, const char *outcome);

/* An object from the fields of a line `copy`. */
void report_json_copy(struct json *json, const char *name, const char *state, const char *reason);

/* The value of `key` from the fields of a line `keeper`. */
void report_json_keeper(struct json *json, const char *key, const char *process, const char *state,
                        const char *text);

/* An object from the fields of a line `grants` (request_lines.h). */
void report_json_grant(struct json *json, const char *rule, const char *text);

/* The members result, steps, messages and lines_cut from the text of a report. */
void report_json_reload(struct json *json, const char *result, const char *text, size_t size);

#endif
