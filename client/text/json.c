/*
 * lead() writes what separates a value from the one before; open() and shut() go one level down and
 * up. After a lack of memory text_add does nothing, so no function here returns an error.
 */
#include "json.h"

#include <inttypes.h>
#include <string.h>

#include "names.h"
#include "utf.h"
#include "visible.h"

#define INDENT 2

static void put_escaped(struct text *text, uint32_t point)
{
    switch (point) {
    case '"':
        text_add(text, "\\\"");
        break;
    case '\\':
        text_add(text, "\\\\");
        break;
    case '\n':
        text_add(text, "\\n");
        break;
    case '\t':
        text_add(text, "\\t");
        break;
    default:
        /* A point above U+FFFF is written as the two surrogates of UTF-16. */
        if (point > 0xFFFF) {
            text_add(text, "\\u%04X", 0xD7C0u + (unsigned)(point >> 10));
            point = 0xDC00 + (point & 0x3FF);
        }
        text_add(text, "\\u%04X", (unsigned)point);
        break;
    }
}

/* What JSON demands, and what a screen would obey. */
static bool must_escape(uint32_t point)
{
    return point == '"' || point == '\\' || !shmb_is_visible(point);
}

static void put_string(struct text *text, const char *value)
{
    /* Adds runs of plain characters as a whole; `plain` is where the run starts. */
    const char *at = value, *end = value + strlen(value), *plain = value;

    text_add(text, "\"");
    while (at < end) {
        const char *start = at;
        uint32_t point = shmb_utf8_next(&at, end);

        if (point != UINT32_MAX && !must_escape(point))
            continue;
        text_add(text, "%.*s", (int)(start - plain), plain);
        if (point == UINT32_MAX) {
            /* Replaces one ill-formed byte by U+FFFD, and goes on with the next. */
            at = start + 1;
            text_add(text, "\xEF\xBF\xBD");
        } else {
            put_escaped(text, point);
        }
        plain = at;
    }
    text_add(text, "%s\"", plain);
}

static void new_line(struct json *json)
{
    if (!json->one_line)
        text_add(&json->text, "\n%*s", (int)(json->depth * INDENT), "");
}

/* Writes the comma, the line end and the key before a value. */
static void lead(struct json *json, const char *key)
{
    if (json->follows)
        text_add(&json->text, ",");
    if (json->depth > 0)
        new_line(json);
    if (key != NULL) {
        put_string(&json->text, key);
        text_add(&json->text, ": ");
    }
    json->follows = true;
}

static void open(struct json *json, const char *key, const char *bracket)
{
    lead(json, key);
    text_add(&json->text, "%s", bracket);
    json->depth++;
    json->follows = false;
}

static void shut(struct json *json, const char *bracket)
{
    json->depth--;
    /* An empty object or array stays on one line. */
    if (json->follows)
        new_line(json);
    text_add(&json->text, "%s", bracket);
    json->follows = true;
}

void json_object(struct json *json, const char *key)
{
    open(json, key, "{");
}

void json_object_end(struct json *json)
{
    shut(json, "}");
}

void json_array(struct json *json, const char *key)
{
    open(json, key, "[");
}

void json_array_end(struct json *json)
{
    shut(json, "]");
}

void json_null(struct json *json, const char *key)
{
    lead(json, key);
    text_add(&json->text, "null");
}

void json_string(struct json *json, const char *key, const char *value)
{
    if (value == NULL) {
        json_null(json, key);
        return;
    }
    lead(json, key);
    put_string(&json->text, value);
}

void json_number(struct json *json, const char *key, uint64_t value)
{
    if (value > (uint64_t)JSON_NUMBER_MAX) {
        json_null(json, key);
        return;
    }
    lead(json, key);
    text_add(&json->text, "%" PRIu64, value);
}

void json_signed(struct json *json, const char *key, int64_t value)
{
    if (value > JSON_NUMBER_MAX || value < -JSON_NUMBER_MAX) {
        json_null(json, key);
        return;
    }
    lead(json, key);
    text_add(&json->text, "%" PRId64, value);
}

void json_decimal(struct json *json, const char *key, uint64_t value)
{
    lead(json, key);
    text_add(&json->text, "\"%" PRIu64 "\"", value);
}

void json_bool(struct json *json, const char *key, bool value)
{
    lead(json, key);
    text_add(&json->text, "%s", value ? "true" : "false");
}

static bool has_prefix(const char *name)
{
    const size_t prefix = sizeof(SHMB_GLOBAL_PREFIX) - 1;

    return strlen(name) >= prefix && shmb_name_same(name, prefix, SHMB_GLOBAL_PREFIX, prefix);
}

static const char *bare(const char *name)
{
    return has_prefix(name) ? name + sizeof(SHMB_GLOBAL_PREFIX) - 1 : name;
}

void json_name(struct json *json, const char *key, const char *name)
{
    json_string(json, key, name != NULL ? bare(name) : NULL);
}

void json_names(struct json *json, const char *name, bool in_session)
{
    struct text full = {0};

    json_name(json, "name", name);
    text_add(&full, "%s%s", in_session ? "Local\\" : SHMB_GLOBAL_PREFIX, bare(name));
    json->text.failed = json->text.failed || full.failed;
    json_string(json, "full_name", full.at);
    text_free(&full);
}

void json_free(struct json *json)
{
    text_free(&json->text);
    *json = (struct json){0};
}
