/*
 * json.h - writes one JSON document, indented, into a text.
 *
 * Keys and values are UTF-8. Characters that JSON does not allow in a string are escaped,
 * and ill-formed bytes become U+FFFD, so the document is always valid. Inside an object
 * every call needs a key. Inside an array, and for the document itself, the key is NULL.
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include <stdint.h>

#include "text.h"

/* A document while it is written. All zero: empty. */
struct json {
    struct text text; /* the result; `failed`: no memory, the document is incomplete */
    unsigned depth;
    bool follows; /* the next value follows another one in its object or array */
};

void json_object(struct json *json, const char *key); /* until json_object_end */
void json_object_end(struct json *json);
void json_array(struct json *json, const char *key); /* until json_array_end */
void json_array_end(struct json *json);

void json_string(struct json *json, const char *key, const char *value); /* NULL: null */
void json_number(struct json *json, const char *key, uint64_t value);
void json_signed(struct json *json, const char *key, int64_t value);
void json_bool(struct json *json, const char *key, bool value);

void json_free(struct json *json);

#endif
