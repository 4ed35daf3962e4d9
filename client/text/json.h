/*
 * json.h - writes a JSON document into a text: indented, or on one line.
 *
 * Keys and values are UTF-8. Characters that JSON does not allow in a string are escaped, and
 * those that a screen would obey (visible.h); ill-formed bytes become U+FFFD. So the document is
 * always valid. Inside an object every call needs a key. Inside an array, and for the document
 * itself, the key is NULL.
 *
 * A key has the same type in every document: see client/json.md.
 */
#ifndef SHMB_JSON_H
#define SHMB_JSON_H

#include <stdint.h>

#include "text.h"

/* The largest number that every reader of JSON gets unchanged: 2^53 - 1. */
#define JSON_NUMBER_MAX INT64_C(9007199254740991)

/* A document while it is written. All zero: empty. */
struct json {
    struct text text; /* the result; `failed`: no memory, the document is incomplete */
    unsigned depth;
    bool follows;  /* the next value follows another one in its object or array */
    bool one_line; /* for JSON Lines: no line ends, no indentation */
};

void json_object(struct json *json, const char *key); /* until json_object_end */
void json_object_end(struct json *json);
void json_array(struct json *json, const char *key); /* until json_array_end */
void json_array_end(struct json *json);

void json_null(struct json *json, const char *key);
void json_string(struct json *json, const char *key, const char *value); /* NULL: null */
void json_bool(struct json *json, const char *key, bool value);

/* A number, such as a size, a count or a process; null above JSON_NUMBER_MAX. */
void json_number(struct json *json, const char *key, uint64_t value);
void json_signed(struct json *json, const char *key, int64_t value);

/* A number that may need 64 bits, such as a generation or a change number: decimal, as text. */
void json_decimal(struct json *json, const char *key, uint64_t value);

/* The name of an object, without Global\. NULL: null. */
void json_name(struct json *json, const char *key, const char *name);

/*
 * The members name, as json_name, and full_name, with Global\ or, for an object of the session,
 * with Local\.
 */
void json_names(struct json *json, const char *name, bool in_session);

void json_free(struct json *json);

#endif
