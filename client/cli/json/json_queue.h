/*
 * json_queue.h - what a queue holds now, and its messages.
 */
#ifndef CLI_JSON_QUEUE_H
#define CLI_JSON_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "shmb.h"

struct queue_facts {
    bool known; /* it is a queue, and the caller may look */
    shmb_queue_info level;
};

/* Looks at the object if it is a queue. */
void queue_facts_find(const shmb_info *info, struct queue_facts *out);

/* An object under `key`; null if nothing is known. */
void json_put_queue(struct json *json, const char *key, const struct queue_facts *facts);

/* The members of a message. False: out of memory. */
bool json_put_message(struct json *json, const char *name, const uint8_t *bytes, size_t length);

/* The bytes in hex, with a terminator, to be freed. NULL: out of memory. */
char *queue_hex(const uint8_t *bytes, size_t length);

#endif
