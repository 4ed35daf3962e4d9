/*
 * Asks the points of two tables, verify_service.c and verify_place.c, and prints each answer;
 * changes nothing. A point that cannot be read does not change the exit code: an ordinary user
 * may not read all of them.
 */
#include "verify.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "console.h"
#include "scm.h"
#include "verify_point.h"

/* ---- output ----------------------------------------------------------------- */

/* The output so far. `json` NULL: text. */
struct showing {
    struct json *json;
    size_t differs, unknown;
};

static const char *verdict_word(enum verify_verdict verdict)
{
    return verdict == VERIFY_OK ? "ok" : verdict == VERIFY_DIFFERS ? "differs" : "unknown";
}

static void show_text(const struct verify_point *point, const struct verify_answer *answer)
{
    switch (answer->verdict) {
    case VERIFY_OK:
        console_line("ok       %s: %s", point->what, answer->text);
        break;
    case VERIFY_DIFFERS:
        console_coloured(COLOUR_ERROR, "differs  %s: %s%s%s", point->what, answer->text,
                         answer->remedy != NULL ? "; run: " : "",
                         answer->remedy != NULL ? answer->remedy : "");
        break;
    default:
        console_coloured(COLOUR_WARNING, "unknown  %s: %s", point->what, answer->text);
    }
}

static void show_json(struct json *json, const struct verify_point *point,
                      const struct verify_answer *answer)
{
    json_object(json, NULL);
    json_string(json, "point", point->what);
    json_string(json, "verdict", verdict_word(answer->verdict));
    json_string(json, "found", answer->text);
    json_string(json, "remedy", answer->verdict == VERIFY_DIFFERS ? answer->remedy : NULL);
    json_object_end(json);
}

static void ask_all(const struct verify_point *points, const struct verify_subject *subject,
                    struct showing *showing)
{
    for (; points->what != NULL; points++) {
        struct verify_answer answer = {VERIFY_OK, "", points->remedy};

        points->ask(subject, &answer);
        showing->differs += answer.verdict == VERIFY_DIFFERS;
        showing->unknown += answer.verdict == VERIFY_UNKNOWN;
        if (showing->json != NULL)
            show_json(showing->json, points, &answer);
        else
            show_text(points, &answer);
    }
}

static void ask_everything(const struct verify_subject *subject, struct showing *showing)
{
    if (showing->json != NULL)
        json_array(showing->json, "points");
    ask_all(verify_service_points, subject, showing);
    ask_all(verify_place_points, subject, showing);
    if (showing->json != NULL) {
        json_array_end(showing->json);
        json_number(showing->json, "differs", showing->differs);
        json_number(showing->json, "unknown", showing->unknown);
        answer_done();
    } else if (showing->differs + showing->unknown > 0) {
        console_line("%zu points differ, %zu are not known", showing->differs, showing->unknown);
    }
}

static enum shmb_exit show(SC_HANDLE service, const QUERY_SERVICE_CONFIGW *config,
                           verify_read_facts *read)
{
    struct showing showing = {.json = answer_open()};
    struct command_line line;
    static struct verify_facts facts; /* large */
    const struct verify_subject subject = {service, config, &line, &facts};
    enum shmb_exit result = SHMB_EXIT_SYSTEM;

    if (!command_line_read(config->lpBinaryPathName, &line)) {
        result = scm_failed("cannot read the command line of the service", GetLastError());
    } else if (!line.ours) {
        result = scm_not_ours(line.program);
    } else {
        read(&line, &facts);
        ask_everything(&subject, &showing);
        result = showing.differs > 0 ? SHMB_EXIT_NOT_SO : SHMB_EXIT_DONE;
    }
    command_line_free(&line);
    return result;
}

enum shmb_exit verify_show(verify_read_facts *read)
{
    SC_HANDLE service;
    enum shmb_exit result = scm_open(SERVICE_QUERY_CONFIG | READ_CONTROL,
                                     "there is nothing to verify; to see what it holds, run: "
                                     "shmbroker status",
                                     &service);
    QUERY_SERVICE_CONFIGW *config;

    if (result != SHMB_EXIT_DONE)
        return result;
    config = scm_query_config(service);
    if (config != NULL)
        result = show(service, config, read);
    else
        result = scm_failed("cannot query the configuration of the service", GetLastError());
    free(config);
    scm_close(service);
    return result;
}
