/* The report has texts for people; a document has their parts. */
#include "report_json.h"

#include <stdlib.h>
#include <string.h>

#include "message_json.h"

/* Copies the digits at `*at`, at least one. False: there are none, or too many. */
static bool read_number(const char **at, uint64_t *number)
{
    char *end;

    if (**at < '0' || **at > '9')
        return false;
    *number = strtoull(*at, &end, 10);
    *at = end;
    return *number <= (uint64_t)JSON_NUMBER_MAX;
}

void report_json_time(struct json *json, const char *key, const char *text)
{
    static const char shape[] = "0000-00-00 00:00:00 UTC";
    char iso[sizeof("0000-00-00T00:00:00Z")];
    size_t i;

    for (i = 0; text != NULL && shape[i] != '\0'; i++) {
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            text = NULL;
    }
    if (text == NULL) {
        json_null(json, key);
        return;
    }
    memcpy(iso, text, sizeof(iso) - 2);
    iso[10] = 'T';
    iso[sizeof(iso) - 2] = 'Z';
    iso[sizeof(iso) - 1] = '\0';
    json_string(json, key, iso);
}

static void put_number(struct json *json, const char *key, bool known, uint64_t number)
{
    if (known)
        json_number(json, key, number);
    else
        json_null(json, key);
}

/* Cuts the number after the last colon. 0: there is none. */
static uint64_t cut_number(char *place)
{
    char *colon = strrchr(place, ':');
    const char *at = colon != NULL ? colon + 1 : place;
    uint64_t number = 0;

    if (colon == NULL || !read_number(&at, &number) || *at != '\0')
        return 0;
    *colon = '\0';
    return number;
}

void report_json_placed(struct json *json, char *place, const char *severity, const char *text)
{
    struct message_json message = {.severity = severity, .text = text};

    message.column = cut_number(place);
    if (message.column != 0) {
        message.line = cut_number(place);
        if (message.line == 0) { /* a line alone */
            message.line = message.column;
            message.column = 0;
        }
    }
    message.file = place;
    message_json_put(json, &message);
}

void report_json_step(struct json *json, const char *name, const char *step, const char *outcome)
{
    const char *at = name;
    uint64_t count = 0;
    bool counted = read_number(&at, &count) && *at == '\0';

    json_object(json, NULL);
    json_string(json, "action", step);
    json_name(json, "name", counted ? NULL : name);
    put_number(json, "count", true, counted ? count : 1);
    json_string(json, "outcome", outcome);
    json_object_end(json);
}

void report_json_copy(struct json *json, const char *name, const char *state, const char *reason)
{
    static const char last[] = "; last saved: ";
    const bool saved = strcmp(state, "saved") == 0;
    const char *before = strstr(reason, last);
    struct text why = {0};

    if (before != NULL)
        text_add(&why, "%.*s", (int)(before - reason), reason);
    json->text.failed = json->text.failed || why.failed;
    json_object(json, NULL);
    json_name(json, "name", name);
    json_string(json, "state", state);
    report_json_time(json, "saved_at",
                     saved            ? reason
                     : before != NULL ? before + sizeof(last) - 1
                                      : NULL);
    json_string(json, "reason", saved ? NULL : before != NULL ? why.at : reason);
    json_object_end(json);
    text_free(&why);
}

void report_json_keeper(struct json *json, const char *key, const char *process, const char *state,
                        const char *text)
{
    const char *at = process, *since = strstr(text, "since ");
    uint64_t number = 0;
    bool known = read_number(&at, &number);

    json_object(json, key);
    put_number(json, "process", known, number);
    json_string(json, "state", state);
    at = text;
    known = read_number(&at, &number);
    put_number(json, "objects", known, number);
    report_json_time(json, "since", since != NULL ? since + strlen("since ") : NULL);
    json_object_end(json);
}

/* Moves behind the next number of a text and copies it. False: there is none. */
static bool next_number(const char **at, uint64_t *number)
{
    *at += strcspn(*at, "0123456789");
    return read_number(at, number);
}

void report_json_grant(struct json *json, const char *rule, const char *text)
{
    static const char *const keys[] = {"objects", "objects_most", "bytes", "bytes_most",
                                       "accounts"};
    const char *at = text;
    bool known = true;
    size_t i;

    json_object(json, NULL);
    json_string(json, "rule", rule);
    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        uint64_t number = 0;

        known = known && next_number(&at, &number);
        put_number(json, keys[i], known, number);
    }
    json_object_end(json);
}

/* ---- a whole text ----------------------------------------------------------- */

/* The fields of a line, terminated. False: no memory. Free with text_free. */
static bool copy_fields(const struct shmb_report_line *line, struct text *copy,
                        char *field[SHMB_REPORT_FIELDS])
{
    size_t i;

    text_reset(copy);
    for (i = 0; i < SHMB_REPORT_FIELDS; i++)
        text_add(copy, "%.*s\n", (int)line->length[i], line->field[i]);
    if (copy->failed)
        return false;
    field[0] = copy->at;
    for (i = 0; i < SHMB_REPORT_FIELDS; i++) {
        char *end = strchr(field[i], '\n');

        *end = '\0';
        if (i + 1 < SHMB_REPORT_FIELDS)
            field[i + 1] = end + 1;
    }
    return true;
}

static void put_lines(struct json *json, const char *kind, const char *text, size_t size)
{
    struct shmb_report_line line;
    char *field[SHMB_REPORT_FIELDS];
    struct text copy = {0};
    size_t at = 0;

    while (shmb_report_next(text, size, &at, &line)) {
        if (line.length[0] != strlen(kind) || memcmp(line.field[0], kind, line.length[0]) != 0)
            continue;
        if (!copy_fields(&line, &copy, field)) {
            json->text.failed = true;
            break;
        }
        if (strcmp(kind, "reload") == 0)
            report_json_step(json, field[1], field[2], field[3]);
        else
            report_json_placed(json, field[1], field[2], field[3]);
    }
    text_free(&copy);
}

/* How many lines the report had no room for. */
static uint64_t lines_cut(const char *text, size_t size)
{
    struct shmb_report_line line;
    size_t at = 0;

    while (shmb_report_next(text, size, &at, &line))
        if (line.length[0] == 3 && memcmp(line.field[0], "cut", 3) == 0)
            return strtoull(line.field[1], NULL, 10);
    return 0;
}

void report_json_reload(struct json *json, const char *result, const char *text, size_t size)
{
    json_string(json, "result", result);
    json_array(json, "steps");
    put_lines(json, "reload", text, size);
    json_array_end(json);
    json_array(json, "messages");
    put_lines(json, "message", text, size);
    json_array_end(json);
    json_number(json, "lines_cut", lines_cut(text, size));
}
