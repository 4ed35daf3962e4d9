#include "verb.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "names.h"
#include "published.h"
#include "requests.h"
#include "scm.h"

#define POLL_MS     50u
#define PATIENCE_MS 60000u
#define AGAIN_MS    200u

/* What a reload is recognised by. */
struct request {
    DWORD process;    /* of the service */
    uint32_t reloads; /* when it was asked; see status_report.h */
};

static bool same(const char *field, size_t length, const char *text)
{
    return length == strlen(text) && memcmp(field, text, length) == 0;
}

/* True when a reload that began after the request has come to its end. */
static bool is_over(const struct request *request, uint32_t reloads)
{
    uint32_t begun =
        request->reloads + (request->reloads & 1); /* what went on then does not count */

    return (reloads & 1) == 0 && reloads - begun >= 2 && reloads - begun < UINT32_MAX / 2;
}

/* ---- asking ----------------------------------------------------------------- */

/* The service takes no such control while it is starting. */
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
        if (now.dwCurrentState != SERVICE_START_PENDING || GetTickCount64() - start >= PATIENCE_MS)
            return code;
        Sleep(AGAIN_MS);
    }
}

static enum shmb_exit not_running(void)
{
    console_error("shmbroker: the service does not run; it reads its configuration when it is "
                  "started: shmbroker start");
    return SHMB_EXIT_NO_BROKER;
}

/* Names may be written with their prefix, as status and check show them. */
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
        return scm_failed("cannot ask for the state of the service", GetLastError());
    request->process = status.dwProcessId;
    text = published_report(&report);
    request->reloads = text != NULL ? report.reloads : 0;
    free(text);
    code = send(service);
    if (code == ERROR_SERVICE_NOT_ACTIVE)
        return not_running();
    return code == ERROR_SUCCESS ? SHMB_EXIT_DONE : scm_failed("cannot reach the service", code);
}

/* ---- waiting ---------------------------------------------------------------- */

/* The report with the end of the reload; NULL: `*result` says why there is none. */
static char *wait_for_end(SC_HANDLE service, const struct request *request,
                          struct shmb_report *report, enum shmb_exit *result)
{
    ULONGLONG start = GetTickCount64();
    SERVICE_STATUS_PROCESS status;
    bool seen = false;

    for (;;) {
        char *text = published_report(report);

        seen |= text != NULL;
        if (text != NULL && is_over(request, report->reloads))
            return text;
        free(text);
        if (scm_query(service, &status) &&
            (status.dwProcessId != request->process || status.dwCurrentState == SERVICE_STOPPED)) {
            console_error("shmbroker: the service has ended meanwhile; see shmbroker status");
            *result = SHMB_EXIT_NO_BROKER;
            return NULL;
        }
        if (GetTickCount64() - start >= PATIENCE_MS)
            break;
        Sleep(POLL_MS);
    }
    console_error(seen ? "shmbroker: the service has not come to an end with it for %u seconds"
                       : "shmbroker: the service was asked, but its report could not be read for "
                         "%u seconds; see the application event log",
                  PATIENCE_MS / 1000);
    *result = SHMB_EXIT_TIMEOUT;
    return NULL;
}

/* ---- telling ---------------------------------------------------------------- */

static void print_step(const struct shmb_report_line *line)
{
    console_line("%-8.*s %.*s: %.*s", (int)line->length[2], line->field[2], (int)line->length[1],
                 line->field[1], (int)line->length[3], line->field[3]);
}

static void print_message(const struct shmb_report_line *line)
{
    console_error("%.*s: %.*s: %.*s", (int)line->length[1], line->field[1], (int)line->length[2],
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

static enum shmb_exit tell(const char *text, const struct shmb_report *report)
{
    print_lines(text, report->text_size);
    switch (report->reload_result) {
    case SHMB_RELOAD_APPLIED:
        console_line("ShmBroker has applied its configuration");
        return SHMB_EXIT_DONE;
    case SHMB_RELOAD_INCOMPLETE:
        console_line("ShmBroker has applied its configuration, but not all of it could be had");
        return SHMB_EXIT_NOT_SO;
    default:
        console_error("shmbroker: the configuration is refused, nothing has changed");
        return SHMB_EXIT_NOT_SO;
    }
}

/* Is there a line with what became of this object, or are lines missing? */
static bool is_made_anew(const char *text, size_t size, const char *name)
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

/* What was asked for and has not even been tried. */
static bool tell_names(const char *text, size_t size, const char *const *names, size_t count)
{
    bool all = true;
    size_t i;

    for (i = 0; i < count; i++)
        if (!is_made_anew(text, size, bare_name(names[i]))) {
            console_error("shmbroker: %s is not made anew: the configuration has no object of this "
                          "name (see shmbroker status), or another reload came in between",
                          names[i]);
            all = false;
        }
    return all;
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
    result = tell(text, &report);
    if (result == SHMB_EXIT_DONE && !tell_names(text, report.text_size, names, count))
        result = SHMB_EXIT_NOT_SO;
    free(text);
    return result;
}

enum shmb_exit verb_reload(const char *const *names, size_t count)
{
    SC_HANDLE service;
    enum shmb_exit result =
        scm_open(SERVICE_PAUSE_CONTINUE | SERVICE_QUERY_STATUS,
                 "Ctrl+Break there makes it read its configuration again", &service);
    DWORD code = ERROR_SUCCESS;

    if (result != SHMB_EXIT_DONE)
        return result;
    if (count > 0)
        code = leave_names(names, count);
    if (code != ERROR_SUCCESS)
        result = scm_failed("cannot tell the service which objects to make anew", code);
    else
        result = reload(service, names, count);
    /* Not for a later reload, whatever has become of this one. */
    if (count > 0)
        recreate_forget();
    scm_close(service);
    return result;
}
