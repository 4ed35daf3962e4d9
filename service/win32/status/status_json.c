/* The status as JSON; client/json.md describes the keys. */
#include "status.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "process_json.h"
#include "queue_words.h"
#include "report_json.h"

static void put_number(struct json *json, const char *key, uint64_t number)
{
    if (number != 0)
        json_number(json, key, number);
    else
        json_null(json, key);
}

static void put_decimal(struct json *json, const char *key, uint64_t number)
{
    if (number != 0)
        json_decimal(json, key, number);
    else
        json_null(json, key);
}

static const char *known(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static const char *state_of(const struct status *status)
{
    if (status->console && status->runs)
        return "running";
    return strchr(status->state_word, ' ') == NULL ? status->state_word : "other";
}

/* When the running broker read its configuration. */
static void put_read(struct json *json, const struct status *status)
{
    static const char before[] = "read ";
    const char *read = status->runs ? status_field(status, "file", 3) : NULL;

    if (read != NULL && strncmp(read, before, strlen(before)) == 0)
        read += strlen(before);
    report_json_time(json, "configuration_read", read);
}

static void put_service(struct json *json, const struct status *status)
{
    json_object(json, "service");
    json_string(json, "state", state_of(status));
    json_bool(json, "console", status->console);
    put_number(json, "process", status->process);
    put_number(json, "console_process", status_broker_beside(status) ? status->publisher : 0);
    json_bool(json, "left_by_ended_process", status->ended);
    json_string(json, "end", status->end);
    json_string(json, "account", status->account);
    json_string(json, "start", status->start_word);
    json_string(json, "configuration", status->config);
    json_string(json, "installed_version", known(status->installed));
    json_string(json, "version", status_version(status));
    json_string(json, "configuration_digest",
                status->runs ? status_field(status, "digest", 3) : NULL);
    put_read(json, status);
    process_json_time(json, "since", status->since);
    put_number(json, "keeper_process", status->keeper);
    process_json_time(json, "keeper_until", status->keeper_until);
    json_object_end(json);
}

/* Writes one line of the report as an object. */
typedef void put_line(struct json *json, const char *const field[SHMB_REPORT_FIELDS]);

/* The lines of this kind as an array. `kind` NULL: faults. */
static void put_lines(struct json *json, const struct status *status, const char *kind,
                      const char *key, put_line *put)
{
    size_t i;

    json_array(json, key);
    for (i = 0; i < status->line_count; i++) {
        const struct status_line *line = &status->lines[i];

        if (kind != NULL ? strcmp(line->field[0], kind) == 0 : status_is_trouble(line))
            put(json, line->field);
    }
    json_array_end(json);
}

static void put_step(struct json *json, const char *const field[SHMB_REPORT_FIELDS])
{
    report_json_step(json, field[1], field[2], field[3]);
}

static void put_message(struct json *json, const char *const field[SHMB_REPORT_FIELDS])
{
    struct text place = {0};

    text_add(&place, "%s", field[1]);
    if (place.failed)
        json->text.failed = true;
    else
        report_json_placed(json, place.at, field[2], field[3]);
    text_free(&place);
}

static void put_copy(struct json *json, const char *const field[SHMB_REPORT_FIELDS])
{
    report_json_copy(json, field[1], field[2], field[3]);
}

static void put_trouble(struct json *json, const char *const field[SHMB_REPORT_FIELDS])
{
    json_object(json, NULL);
    json_string(json, "topic", field[0]);
    json_name(json, "name", field[1]);
    json_string(json, "state", field[2]);
    json_string(json, "reason", field[3]);
    json_object_end(json);
}

static void put_retired(struct json *json, const char *const field[SHMB_REPORT_FIELDS])
{
    json_object(json, NULL);
    json_names(json, field[1], false);
    json_string(json, "kind", field[2]);
    json_string(json, "reason", field[3]);
    json_object_end(json);
}

static void put_lost(struct json *json, const char *const field[SHMB_REPORT_FIELDS])
{
    json_object(json, NULL);
    json_names(json, field[1], false);
    json_object_end(json);
}

static void put_reload(struct json *json, const struct status *status)
{
    if (!status->reported) {
        json_null(json, "reload");
        return;
    }
    json_object(json, "reload");
    json_string(json, "result", shmb_reload_word(status->report.reload_result));
    put_lines(json, status, "reload", "steps", put_step);
    put_lines(json, status, "message", "messages", put_message);
    json_object_end(json);
}

/* The line of this kind; NULL: there is none. */
static const struct status_line *find_line(const struct status *status, const char *kind)
{
    size_t i;

    for (i = 0; i < status->line_count; i++)
        if (strcmp(status->lines[i].field[0], kind) == 0)
            return &status->lines[i];
    return NULL;
}

static void put_keeper(struct json *json, const struct status *status)
{
    const struct status_line *line = find_line(status, "keeper");

    if (line != NULL)
        report_json_keeper(json, "keeper", line->field[1], line->field[2], line->field[3]);
    else
        json_null(json, "keeper");
}

static void put_grant(struct json *json, const char *const field[SHMB_REPORT_FIELDS])
{
    report_json_grant(json, field[1], field[3]);
}

/* null: the configuration has no `requests`, or the report cannot be read. */
static void put_requests(struct json *json, const struct status *status)
{
    const struct status_line *line = find_line(status, "requests");

    if (line == NULL) {
        json_null(json, "requests");
        return;
    }
    json_object(json, "requests");
    json_string(json, "pipe", line->field[2]);
    json_string(json, "reason", known(line->field[3]));
    put_lines(json, status, "grants", "rules", put_grant);
    json_object_end(json);
}

static void put_cut(struct json *json, const struct status *status)
{
    const struct status_line *line = find_line(status, "cut");

    json_number(json, "lines_cut", line != NULL ? strtoull(line->field[1], NULL, 10) : 0);
}

static void put_degraded(struct json *json, const struct status *status)
{
    const struct status_reasons *reasons = &status->reasons;
    size_t i;

    json_bool(json, "degraded", reasons->count > 0);
    json_array(json, "reasons");
    for (i = 0; i < reasons->count; i++)
        json_string(json, NULL, reasons->text[i]);
    json_array_end(json);
}

static void put_queue(struct json *json, const struct status_object *object)
{
    if (object->queue_slots != 0)
        queue_words_json(json, object->queue_slots, object->queue_slot_size, object->flags);
    else
        json_null(json, "queue");
}

static void put_object(struct json *json, const struct status_object *object)
{
    const bool published = object->generation != 0;

    json_object(json, NULL);
    json_names(json, object->name, false);
    json_string(json, "kind", shmb_kind_word(object->kind));
    json_string(json, "state",
                object->state == STATUS_HIDDEN ? "hidden" : status_word(object->state));
    json_string(json, "reason", object->reason);
    json_bool(json, "companion", object->companion);
    status_request_json(object, json);
    put_decimal(json, "generation", object->generation);
    put_number(json, "bytes", shmb_kernel_kind(object->kind) == SHMB_SECTION ? object->size : 0);
    json_name(json, "lock", object->lock);
    json_string(json, "lock_kind", object->lock == NULL ? NULL : object->fast ? "fast" : "mutex");
    put_number(json, "maximum",
               object->kind == SHMB_SEMAPHORE && object->maximum > 0 ? (uint64_t)object->maximum
                                                                     : 0);
    /* Without a generation it is not from the directory: how it resets is not known. */
    if (object->kind == SHMB_EVENT && published)
        json_bool(json, "manual_reset", object->manual_reset);
    else
        json_null(json, "manual_reset");
    put_queue(json, object);
    status_access_json(object, json);
    json_object_end(json);
}

static void put_strangers(struct json *json, const struct status *status)
{
    size_t i;

    json_array(json, "strangers");
    for (i = 0; i < status->stranger_count; i++) {
        json_object(json, NULL);
        json_names(json, status->strangers[i].name, false);
        json_string(json, "what", status->strangers[i].text);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_holders(struct json *json, const struct status *status)
{
    size_t i, j;

    json_array(json, "holders");
    for (i = 0; i < status->holder_count; i++) {
        const struct holders *of = &status->holders[i];

        json_object(json, NULL);
        json_names(json, of->name, false);
        json_bool(json, "complete", of->complete && of->count == of->listed);
        json_array(json, "processes");
        for (j = 0; j < of->listed; j++) {
            json_object(json, NULL);
            process_json_put(json, &of->found[j].facts);
            json_object_end(json);
        }
        json_array_end(json);
        json_object_end(json);
    }
    json_array_end(json);
}

/* What is added up from the directory. */
static void put_figure(struct json *json, const struct status *status, const char *key,
                       uint64_t figure)
{
    if (status->directory)
        json_number(json, key, figure);
    else
        json_null(json, key);
}

void status_put_json(const struct status *status, struct json *json)
{
    size_t i;

    put_service(json, status);
    json_bool(json, "complete", status->runs && !status->incomplete);
    put_degraded(json, status);
    json_bool(json, "directory", status->directory);
    put_decimal(json, "revision", status->revision);
    put_figure(json, status, "bytes", status->bytes);
    put_figure(json, status, "slots", status->slots);
    put_figure(json, status, "slot_bytes", status->slot_bytes);
    json_bool(json, "report", status->reported);
    put_reload(json, status);
    put_keeper(json, status);
    put_requests(json, status);
    put_lines(json, status, "lost", "lost", put_lost);
    put_strangers(json, status);
    put_lines(json, status, NULL, "troubles", put_trouble);
    put_lines(json, status, "retired", "retired", put_retired);
    put_holders(json, status);
    put_lines(json, status, "copy", "copies", put_copy);
    put_cut(json, status);
    json_string(json, "objects_unknown", status->unknown);
    json_array(json, "objects");
    for (i = 0; i < status->object_count; i++)
        put_object(json, &status->objects[i]);
    json_array_end(json);
}
