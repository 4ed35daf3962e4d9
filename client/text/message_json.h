/*
 * message_json.h - a message about a configuration as JSON: the same for all programs and verbs.
 */
#ifndef SHMB_MESSAGE_JSON_H
#define SHMB_MESSAGE_JSON_H

#include "json.h"

struct message_json {
    const char *file;      /* NULL: none, as of `object` */
    uint64_t line, column; /* 0: none */
    const char *severity;  /* "error" or "warning" */
    const char *object;    /* as "segments.Prices" */
    const char *text;
};

/* An object of an array. */
void message_json_put(struct json *json, const struct message_json *message);

#endif
