/* The verb reload: has the service reload, and prints the report of it. */
#include "verb.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "console.h"
#include "names.h"
#include "orders.h"
#include "reload_request.h"
#include "reload_result.h"
#include "report_json.h"
#include "scm.h"

static enum shmb_exit not_running(void)
{
    console_error("shmbroker: the service is not running; it reads its configuration when it "
                  "starts: shmbroker start");
    return SHMB_EXIT_NO_BROKER;
}

/* Accepts names with Global\, as status and check show them. */
static const char *bare_name(const char *name)
{
    const size_t prefix = sizeof(SHMB_GLOBAL_PREFIX) - 1;

    return _strnicmp(name, SHMB_GLOBAL_PREFIX, prefix) == 0 ? name + prefix : name;
}

static DWORD leave_names(const char *const *names, size_t count)
{
    const char **bare = malloc(count * sizeof(*bare));
    DWORD code;
    size_t i;

    if (bare == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    for (i = 0; i < count; i++)
        bare[i] = bare_name(names[i]);
    code = recreate_ask(bare, count);
    free(bare);
    return code;
}

/* True if the report has a line on recreating this object, or had to leave lines out. */
static bool is_recreated(const char *text, size_t size, const char *name)
{
    const size_t prefix = sizeof(SHMB_GLOBAL_PREFIX) - 1;
    struct shmb_report_line line;
    size_t at = 0;

    while (shmb_report_next(text, size, &at, &line)) {
        if (reload_result_is(&line, 0, "cut"))
            return true;
        if (reload_result_is(&line, 0, "reload") && line.length[1] > prefix &&
            shmb_name_same(line.field[1] + prefix, line.length[1] - prefix, name, strlen(name)) &&
            (reload_result_is(&line, 2, "recreate") || reload_result_is(&line, 2, "create")))
            return true;
    }
    return false;
}

/* Prints the names that the service did not try to recreate. False: there are some. */
static bool print_missed_names(const char *text, size_t size, const char *const *names,
                               size_t count)
{
    bool all = true;
    size_t i;

    for (i = 0; i < count; i++)
        if (!is_recreated(text, size, bare_name(names[i]))) {
            console_error("shmbroker: %s is not recreated: the configuration has no object of this "
                          "name (see shmbroker status), or another reload came in between",
                          names[i]);
            all = false;
        }
    return all;
}

/* `result` 0: all was applied, and nothing lacks. */
static void put_answer(const char *text, const struct shmb_report *report, const char *const *names,
                       size_t count, enum shmb_exit result)
{
    struct json *json = answer_open();
    size_t i;

    if (json == NULL)
        return;
    report_json_reload(json, shmb_reload_word(report->reload_result), text, report->text_size);
    json_array(json, "not_recreated");
    for (i = 0; i < count; i++)
        if (!is_recreated(text, report->text_size, bare_name(names[i])))
            json_name(json, NULL, names[i]);
    json_array_end(json);
    json_bool(json, "degraded", result != SHMB_EXIT_DONE);
    answer_done();
}

static enum shmb_exit reload(SC_HANDLE service, const char *const *names, size_t count)
{
    enum shmb_exit result;
    struct reload_request request = {.wait_ms = RELOAD_WAIT_MS};
    struct shmb_report report;
    DWORD code = reload_request_send(service, &request);
    char *text;

    if (code == ERROR_SERVICE_NOT_ACTIVE)
        return not_running();
    if (code != ERROR_SUCCESS)
        return scm_failed("cannot reach the service", code);
    text = reload_request_wait(service, &request, &report, &result);
    if (text == NULL)
        return result;
    result = reload_result_print(text, &report, true);
    put_answer(text, &report, names, count, result);
    if (result == SHMB_EXIT_DONE && !print_missed_names(text, report.text_size, names, count))
        result = SHMB_EXIT_NOT_SO;
    free(text);
    return result;
}

enum shmb_exit verb_reload(const char *const *names, size_t count)
{
    SC_HANDLE service;
    /* PAUSE_CONTINUE: the right to send PARAMCHANGE. */
    enum shmb_exit result = scm_open(SERVICE_PAUSE_CONTINUE | SERVICE_QUERY_STATUS,
                                     "Ctrl+Break there reloads its configuration", &service);
    DWORD code = ERROR_SUCCESS;

    if (result != SHMB_EXIT_DONE)
        return result;
    if (count > 0)
        code = leave_names(names, count);
    if (code != ERROR_SUCCESS)
        result = scm_failed("cannot tell the service which objects to recreate", code);
    else
        result = reload(service, names, count);
    /* Even after a failure: a later reload must not recreate them. */
    if (count > 0)
        recreate_forget();
    scm_close(service);
    return result;
}
