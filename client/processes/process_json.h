/*
 * process_json.h - who a process is as JSON: "Process" of client/json.md.
 */
#ifndef PROCESS_JSON_H
#define PROCESS_JSON_H

#include "json.h"
#include "process_facts.h"

/* The members, into the object that is open; null where they are not known. */
void process_json_put(struct json *json, const struct process_facts *facts);

/* A FILETIME as ISO 8601; null if it is 0 or no time. */
void process_json_time(struct json *json, const char *key, uint64_t time);

#endif
