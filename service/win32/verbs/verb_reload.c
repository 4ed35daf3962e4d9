/* The verb reload: sends the control, waits for the report that follows it and prints it. */
#include "verb.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "console.h"
#include "elevation.h"
#include "lacks.h"
#include "names.h"
#include "published.h"
#include "report_json.h"
#include "requests.h"
#include "scm.h"

#define POLL_MS  50u
#define WAIT_MS  60000u
#define RETRY_MS 200u

/* Identifies a reload that was requested. */
struct request {
    DWORD process;    /* of the service */
    uint32_t reloads; /* the counter at the request; see status_report.h */
};

static bool same(const char *field, size_t length, const char *text)
{
    return length == strlen(text) && memcmp(field, text, length) == 0;
}

/* True if a reload that began after the request has ended. The counter is odd during a reload. */
static bool is_over(const struct request *request, uint32_t reloads)
{
    uint32_t begun = request->reloads + (request->reloads & 1); /* skips one in progress */

    return (reloads & 1) == 0 && reloads - begun >= 2 && reloads - begun < UINT32_MAX / 2;
}

/* ---- asking ----------------------------------------------------------------- */

/* Retries while the service is starting, when it takes no such control. */
static DWORD send(SC_HANDLE service)
{
    ULONGLONG start = GetTickCount64();

    for (;;) {
        SERVICE_STATUS_PROCESS now;
        SERVICE_STATUS status;
        DWORD code;

        if (ControlService(service, SERVICE_CONTROL_PARAMCHANGE, &status))
            return ERROR_SUCCESS;
        code = GetLastError();
        if (code != ERROR_SERVICE_CANNOT_ACCEPT_CTRL && code != ERROR_INVALID_SERVICE_CONTROL)
            return code;
        if (!scm_query(service, &now) || now.dwCurrentState == SERVICE_STOP_PENDING ||
            now.dwCurrentState == SERVICE_STOPPED)
            return ERROR_SERVICE_NOT_ACTIVE;
        if (now.dwCurrentState != SERVICE_START_PENDING || GetTickCount64() - start >= WAIT_MS)
            return code;
        Sleep(RETRY_MS);
    }
}

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

static enum shmb_exit ask(SC_HANDLE service, struct request *request)
{
    SERVICE_STATUS_PROCESS status;
    struct shmb_report report;
    char *text;
    DWORD code;

    if (!scm_query(service, &status))
        return scm_failed("cannot query the state of the service", GetLastError());
    request->process = status.dwProcessId;
    /* Before the control: the counter tells this reload from earlier ones. */
    text = published_report(&report);
    request->reloads = text != NULL ? report.reloads : 0;
    free(text);
    code = send(service);
    if (code == ERROR_SERVICE_NOT_ACTIVE)
        return not_running();
    return code == ERROR_SUCCESS ? SHMB_EXIT_DONE : scm_failed("cannot reach the service", code);
}

/* ---- waiting ---------------------------------------------------------------- */

/* The text of the report after the reload, freed with free(). NULL: `*result` says why. */
static char *wait_for_end(SC_HANDLE service, const struct request *request,
                          struct shmb_report *report, enum shmb_exit *result)
{
    ULONGLONG start = GetTickCount64();
    SERVICE_STATUS_PROCESS status;
    bool seen = false;

    for (;;) {
        char *text = published_report(report);

        /* The report before the state: a service that has ended may have done the reload. */
        seen |= text != NULL;
        if (text != NULL && is_over(request, report->reloads))
            return text;
        free(text);
        if (scm_query(service, &status) &&
            (status.dwProcessId != request->process || status.dwCurrentState == SERVICE_STOPPED)) {
            console_error("shmbroker: the service has ended in the meantime; see shmbroker status");
            *result = SHMB_EXIT_NO_BROKER;
            return NULL;
        }
        if (GetTickCount64() - start >= WAIT_MS)
            break;
        Sleep(POLL_MS);
    }
    console_error(seen ? "shmbroker: the reload timed out after %u seconds"
                       : "shmbroker: a reload was requested, but the report could not be read for "
                         "%u seconds; see the application event log",
                  WAIT_MS / 1000);
    *result = SHMB_EXIT_TIMEOUT;
    return NULL;
}

/* ---- printing --------------------------------------------------------------- */

static void print_step(const struct shmb_report_line *line)
{
    console_line("%-8.*s %.*s: %.*s", (int)line->length[2], line->field[2], (int)line->length[1],
                 line->field[1], (int)line->length[3], line->field[3]);
}

static void print_message(const struct shmb_report_line *line)
{
    const bool warning = same(line->field[2], line->length[2], "warning");

    (warning ? console_warning : console_error)(
        "%.*s: %.*s: %.*s", (int)line->length[1], line->field[1], (int)line->length[2],
        line->field[2], (int)line->length[3], line->field[3]);
}

static void print_lines(const char *text, size_t size)
{
    struct shmb_report_line line;
    size_t at = 0;

    while (shmb_report_next(text, size, &at, &line)) {
        if (same(line.field[0], line.length[0], "message"))
            print_message(&line);
        else if (same(line.field[0], line.length[0], "reload"))
            print_step(&line);
        else if (same(line.field[0], line.length[0], "cut"))
            console_line("(%.*s more lines are not shown)", (int)line.length[1], line.field[1]);
    }
}

/* Whether all was applied, and what the service lacks for another reason. */
static enum shmb_exit print_applied(bool all)
{
    enum shmb_exit lacks =
        lacks_print(all ? "ShmBroker has applied its configuration, but runs degraded:"
                        : "ShmBroker has applied its configuration, but not all of it:",
                    elevation_present());

    if (lacks != SHMB_EXIT_DONE)
        return lacks;
    if (all) {
        console_line("ShmBroker has applied its configuration");
        return SHMB_EXIT_DONE;
    }
    /* What lacked has been put right meanwhile, or a step had an outcome that was printed. */
    console_line("ShmBroker has applied its configuration, but not all of it");
    return SHMB_EXIT_NOT_SO;
}

static enum shmb_exit print_result(const char *text, const struct shmb_report *report)
{
    print_lines(text, report->text_size);
    switch (report->reload_result) {
    case SHMB_RELOAD_APPLIED:
    case SHMB_RELOAD_INCOMPLETE:
        return print_applied(report->reload_result == SHMB_RELOAD_APPLIED);
    case SHMB_RELOAD_HELD:
        console_error("shmbroker: another program holds a file of the configuration; nothing has "
                      "changed, and the service reloads when the file is free");
        return SHMB_EXIT_TIMEOUT;
    default:
        console_error("shmbroker: the configuration is refused, nothing has changed");
        return SHMB_EXIT_NOT_SO;
    }
}

/* True if the report has a line on recreating this object, or had to leave lines out. */
static bool is_recreated(const char *text, size_t size, const char *name)
{
    const size_t prefix = sizeof(SHMB_GLOBAL_PREFIX) - 1;
    struct shmb_report_line line;
    size_t at = 0;

    while (shmb_report_next(text, size, &at, &line)) {
        if (same(line.field[0], line.length[0], "cut"))
            return true;
        if (same(line.field[0], line.length[0], "reload") && line.length[1] > prefix &&
            shmb_name_same(line.field[1] + prefix, line.length[1] - prefix, name, strlen(name)) &&
            (same(line.field[2], line.length[2], "recreate") ||
             same(line.field[2], line.length[2], "create")))
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
    struct request request = {0, 0};
    struct shmb_report report;
    char *text;

    result = ask(service, &request);
    if (result != SHMB_EXIT_DONE)
        return result;
    text = wait_for_end(service, &request, &report, &result);
    if (text == NULL)
        return result;
    result = print_result(text, &report);
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
