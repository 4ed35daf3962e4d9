/* The verb apply: finds the place of the configuration, rolls it out (rollout.h), and answers. */
#include "verb.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "config_reader.h"
#include "console.h"
#include "elevation.h"
#include "names.h"
#include "paths.h"
#include "reload_request.h"
#include "report_json.h"
#include "rollout.h"
#include "scm.h"

#define TIMEOUT_MAX 86400000u /* a day */

static const char *word_of(enum rollout_result result)
{
    static const char *const words[] = {
        [ROLLOUT_UNCHANGED] = "unchanged",   [ROLLOUT_PLANNED] = "planned",
        [ROLLOUT_PLACED] = "placed",         [ROLLOUT_APPLIED] = "applied",
        [ROLLOUT_INCOMPLETE] = "incomplete", [ROLLOUT_REFUSED] = "refused",
        [ROLLOUT_INVALID] = "invalid",       [ROLLOUT_UNKNOWN] = "unknown"};

    return words[result];
}

static void put_reload(struct json *json, const struct rollout *rollout)
{
    if (rollout->text == NULL) {
        json_string(json, "reload", NULL);
        return;
    }
    json_object(json, "reload");
    report_json_reload(json, shmb_reload_word(rollout->report.reload_result), rollout->text,
                       rollout->report.text_size);
    json_object_end(json);
}

static void put_plan(struct json *json, const struct rollout *rollout)
{
    if (!rollout->planned) {
        json_string(json, "plan", NULL);
        return;
    }
    json_object(json, "plan");
    plan_view_put(&rollout->outlook.view, json);
    json_object_end(json);
}

static void put_answer(const struct rollout *rollout)
{
    const bool former = rollout->put && !rollout->restored && rollout->place.content != NULL;
    struct json *json = rollout->result != ROLLOUT_NONE ? answer_open() : NULL;

    if (json == NULL)
        return;
    json_string(json, "result", word_of(rollout->result));
    json_bool(json, "changed", rollout->changed);
    json_bool(json, "restored", rollout->restored);
    json_string(json, "file", rollout->target);
    json_string(json, "configuration",
                rollout->candidate.included ? rollout->main : rollout->target);
    json_string(json, "former", former ? rollout->place.former_path : NULL);
    json_bool(json, "running", rollout->running);
    json_string(json, "digest",
                rollout->candidate.digest[0] != '\0' ? rollout->candidate.digest : NULL);
    config_check_put_messages(&rollout->candidate.check, json);
    put_plan(json, rollout);
    put_reload(json, rollout);
    json_bool(json, "degraded", rollout->degraded);
    answer_done();
}

/* The place of the configuration, freed with free(). NULL: no memory, or no such folder. */
static char *find_target(const char *config, const struct config_reader *reader)
{
    if (config == NULL)
        config = reader->file;
    return config != NULL ? paths_absolute(config) : paths_default_config();
}

/*
 * The main file that the service, or a broker in a console, reads; without one, that which
 * `install` would use. Freed with free(). NULL: not known.
 */
static char *find_main(const struct config_reader *reader)
{
    if (reader->file != NULL)
        return paths_absolute(reader->file);
    return reader->installed || reader->console ? NULL : paths_default_config();
}

/* False: it is no number of milliseconds, and that has been printed. */
static bool read_timeout(const char *text, uint32_t *ms)
{
    uint64_t number = 0;
    size_t i;

    *ms = RELOAD_WAIT_MS;
    if (text == NULL)
        return true;
    for (i = 0; text[i] >= '0' && text[i] <= '9' && number <= TIMEOUT_MAX; i++)
        number = number * 10 + (uint64_t)(text[i] - '0');
    if (i == 0 || text[i] != '\0' || number > TIMEOUT_MAX) {
        console_error("shmbroker: --timeout \"%s\": write a whole number of milliseconds, at most "
                      "%u",
                      text, TIMEOUT_MAX);
        return false;
    }
    *ms = (uint32_t)number;
    return true;
}

static enum shmb_exit apply(const struct apply_options *options, const struct config_reader *reader,
                            const char *target, const char *main, uint32_t timeout_ms)
{
    const bool whole = main == NULL || shmb_name_same(main, strlen(main), target, strlen(target));
    const bool read = reader->installed && main != NULL;
    struct rollout rollout = {.file = options->file,
                              .target = target,
                              .main = whole ? NULL : main,
                              .strict = read && !whole,
                              .reader = reader,
                              .unsafe = options->unsafe || (read && reader->unsafe),
                              .dry_run = options->dry_run,
                              .timeout_ms = timeout_ms};
    enum shmb_exit result;
    DWORD code =
        read ? scm_find(SERVICE_PAUSE_CONTINUE | SERVICE_QUERY_STATUS, &rollout.service) : 0;

    if (code != ERROR_SUCCESS)
        return scm_failed("cannot open the service", code);
    result = rollout_run(&rollout);
    put_answer(&rollout);
    rollout_free(&rollout);
    scm_close(rollout.service);
    return result;
}

enum shmb_exit verb_apply(const struct apply_options *options)
{
    struct config_reader reader;
    enum shmb_exit result;
    char *target, *main;
    uint32_t timeout_ms;

    if (!read_timeout(options->timeout, &timeout_ms))
        return SHMB_EXIT_USAGE;
    if (!elevation_require("apply"))
        return SHMB_EXIT_DENIED;
    config_reader_ask(&reader);
    target = find_target(options->config, &reader);
    main = find_main(&reader);
    if (reader.other != NULL && options->config == NULL)
        result = scm_not_ours(reader.other);
    else if (target == NULL)
        result = scm_failed("cannot find the place of the configuration", GetLastError());
    else
        result = apply(options, &reader, target, main, timeout_ms);
    free(main);
    free(target);
    config_reader_free(&reader);
    return result;
}
