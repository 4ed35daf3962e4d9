/* The status as JSON; verb.h lists the keys. */
#include "status.h"

#include <string.h>

#include "console.h"
#include "json.h"

static void put_service(struct json *json, const struct status *status)
{
    json_object(json, "service");
    json_string(json, "state", status->state_word);
    json_number(json, "process", status->process);
    json_bool(json, "left_by_ended_process", status->ended);
    json_string(json, "end", status->end);
    json_string(json, "account", status->account);
    json_string(json, "start", status->start_word);
    json_string(json, "configuration", status->config);
    json_object_end(json);
}

/* Lines of the report as objects with these keys. `kind` NULL: faults; a key NULL: no member. */
static void put_lines(struct json *json, const struct status *status, const char *kind,
                      const char *list, const char *const keys[SHMB_REPORT_FIELDS])
{
    size_t i, field;

    json_array(json, list);
    for (i = 0; i < status->line_count; i++) {
        const struct status_line *line = &status->lines[i];

        if (kind != NULL ? strcmp(line->field[0], kind) != 0 : !status_is_trouble(line))
            continue;
        json_object(json, NULL);
        for (field = 0; field < SHMB_REPORT_FIELDS; field++)
            if (keys[field] != NULL)
                json_string(json, keys[field], line->field[field]);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_reload(struct json *json, const struct status *status)
{
    static const char *const step[] = {NULL, "name", "step", "outcome"};
    static const char *const message[] = {NULL, "place", "severity", "text"};

    json_object(json, "reload");
    json_string(json, "result", status_reload_word(status));
    put_lines(json, status, "reload", "steps", step);
    put_lines(json, status, "message", "messages", message);
    json_object_end(json);
}

static void put_degraded(struct json *json, const struct status *status)
{
    struct status_reasons reasons;
    size_t i;

    status_find_reasons(status, &reasons);
    json_bool(json, "degraded", reasons.count > 0);
    json_array(json, "reasons");
    for (i = 0; i < reasons.count; i++)
        json_string(json, NULL, reasons.text[i]);
    json_array_end(json);
}

static void put_object(struct json *json, const struct status_object *object)
{
    json_object(json, NULL);
    json_string(json, "kind", shmb_kind_word(object->kind));
    json_string(json, "name", object->name);
    json_string(json, "state", status_word(object->state));
    json_string(json, "reason", object->reason);
    if (object->generation != 0)
        json_number(json, "generation", object->generation);
    if (object->kind == SHMB_SECTION && object->size != 0)
        json_number(json, "size", object->size);
    if (object->lock != NULL)
        json_string(json, "lock", object->lock);
    if (object->kind == SHMB_SEMAPHORE && object->maximum != 0)
        json_signed(json, "maximum", object->maximum);
    /* Without a generation it is not from the directory: how it resets is not known. */
    if (object->kind == SHMB_EVENT && object->generation != 0)
        json_bool(json, "manual_reset", object->manual_reset);
    status_access_json(object, json);
    json_object_end(json);
}

static void put_strangers(struct json *json, const struct status *status)
{
    size_t i;

    json_array(json, "strangers");
    for (i = 0; i < status->stranger_count; i++) {
        json_object(json, NULL);
        json_string(json, "name", status->strangers[i].name);
        json_string(json, "what", status->strangers[i].text);
        json_object_end(json);
    }
    json_array_end(json);
}

static const char *known(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static void put_holder(struct json *json, const struct process_facts *process)
{
    json_object(json, NULL);
    json_number(json, "process", process->process);
    json_string(json, "program", known(process_facts_program(process)));
    json_string(json, "path", known(process->path));
    if (process->session != PROCESS_NO_SESSION)
        json_number(json, "session", process->session);
    json_string(json, "account", known(process->account));
    json_object_end(json);
}

static void put_holders(struct json *json, const struct status *status)
{
    size_t i, j;

    json_array(json, "holders");
    for (i = 0; i < status->holder_count; i++) {
        const struct holders *of = &status->holders[i];

        json_object(json, NULL);
        json_string(json, "name", of->name);
        json_bool(json, "complete", of->complete && of->count == of->listed);
        json_array(json, "processes");
        for (j = 0; j < of->listed; j++)
            put_holder(json, &of->found[j].facts);
        json_array_end(json);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_all(struct json *json, const struct status *status)
{
    /* Keys for the fields of a line, by its kind. */
    static const char *const copy[] = {NULL, "name", "state", "reason"};
    static const char *const trouble[] = {"kind", "name", "state", "reason"};
    static const char *const retired[] = {NULL, "name", "kind", "why"};
    static const char *const keeper[] = {NULL, "process", "state", "text"};
    static const char *const lost[] = {NULL, "name", NULL, NULL};
    size_t i;

    json_object(json, NULL);
    put_service(json, status);
    json_bool(json, "complete", !status->incomplete);
    put_degraded(json, status);
    json_bool(json, "directory", status->directory);
    json_number(json, "revision", status->revision);
    json_number(json, "bytes", status->bytes);
    json_bool(json, "report", status->reported);
    if (status->reported)
        put_reload(json, status);
    put_lines(json, status, "keeper", "keeper", keeper);
    put_lines(json, status, "lost", "lost", lost);
    put_strangers(json, status);
    put_lines(json, status, NULL, "troubles", trouble);
    put_lines(json, status, "retired", "retired", retired);
    put_holders(json, status);
    put_lines(json, status, "copy", "copies", copy);
    json_string(json, "objects_unknown", status->unknown);
    json_array(json, "objects");
    for (i = 0; i < status->object_count; i++)
        put_object(json, &status->objects[i]);
    json_array_end(json);
    json_object_end(json);
}

bool status_print_json(const struct status *status)
{
    struct json json = {0};
    bool enough;

    put_all(&json, status);
    enough = !json.text.failed;
    if (enough)
        console_line("%s", json.text.at);
    json_free(&json);
    return enough;
}
