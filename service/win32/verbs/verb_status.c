/* The verb status: collects what is known, then prints it. */
#include "verb.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "command_line.h"
#include "console.h"
#include "elevation.h"
#include "instance.h"
#include "metrics_text.h"
#include "out_of_memory.h"
#include "scm.h"
#include "status.h"
#include "status_metrics.h"
#include "wide.h"

/* Adds what the service's command line and its processes tell. */
static void ask_program(struct status *out, const wchar_t *command)
{
    struct command_line line;

    if (command_line_read(command, &line)) {
        out->config = command_line_config(&line);
        status_find_service(out, line.program);
    }
    command_line_free(&line);
}

static const char *start_word(DWORD type)
{
    switch (type) {
    case SERVICE_AUTO_START:
        return "automatic";
    case SERVICE_DEMAND_START:
        return "manual";
    case SERVICE_DISABLED:
        return "disabled";
    default:
        return "other";
    }
}

/* Adds what the service manager knows. False: no memory. */
static bool ask_manager(struct status *out, const SERVICE_STATUS_PROCESS *service,
                        const QUERY_SERVICE_CONFIGW *config)
{
    char text[SCM_TEXT_MAX];
    const wchar_t *account = config->lpServiceStartName;

    out->state_word = scm_state_word(service->dwCurrentState);
    out->runs = service->dwCurrentState == SERVICE_RUNNING;
    out->process = service->dwProcessId;
    if (service->dwCurrentState == SERVICE_STOPPED) {
        scm_end_text(service, text);
        out->end = _strdup(text);
        if (out->end == NULL)
            return false;
    }
    out->account =
        account != NULL && account[0] != L'\0' ? wide_to_utf8(account) : _strdup("LocalSystem");
    out->start_word = start_word(config->dwStartType);
    ask_program(out, config->lpBinaryPathName);
    return out->account != NULL;
}

/* Adds what the objects themselves show. False: no memory. */
static bool ask_rest(struct status *out, const struct status_options *options)
{
    if (options->metrics)
        return true;
    if (!out->directory && !status_ask_names(out))
        return false;
    status_find_access(out);
    return status_find_holders(out);
}

/* On a screen, names must not control it; redirected, they stay exact. */
static void print_figures(const struct text *text)
{
    if (console_width() > 0)
        console_line("%.*s", (int)(text->length - 1), text->at);
    else
        (void)console_bytes(text->at, text->length);
}

/* As show, with the figures. */
static enum shmb_exit show_figures(struct status *status, bool enough)
{
    enum shmb_exit result = SHMB_EXIT_DONE;
    struct metrics metrics = {0};
    struct text text = {0};

    if (enough) {
        status_metrics(status, &metrics);
        enough = metrics_text(&metrics, &text);
    }
    if (!metrics.up)
        result = SHMB_EXIT_NO_BROKER;
    else if (!metrics.reported || !metrics.listed)
        result = SHMB_EXIT_NOT_SO;
    if (enough)
        print_figures(&text);
    else
        result = out_of_memory();
    if (result == SHMB_EXIT_NOT_SO)
        console_error("shmbroker: %s", status->administrator
                                           ? "not all figures can be read; see shmbroker status"
                                           : "not all figures can be read without an elevated "
                                             "prompt");
    metrics_free(&metrics);
    text_free(&text);
    status_free(status);
    return result;
}

/* Prints it; frees it. `enough`: there was memory so far. */
static enum shmb_exit show(struct status *status, bool enough, const struct status_options *options)
{
    enum shmb_exit result = SHMB_EXIT_DONE;
    struct json *json;
    bool held = true;

    if (options->metrics)
        return show_figures(status, enough);
    status->all = options->all;
    status->width = console_width();
    status_find_reasons(status);
    if (enough && options->count > 0)
        enough = status_select(status, options->names, options->count, &held);
    if (enough) {
        json = answer_open();
        if (json != NULL)
            status_put_json(status, json);
        else
            enough = status_print(status);
    }
    if (options->count > 0 ? !held : status->incomplete)
        result = SHMB_EXIT_NOT_SO;
    if (!status->runs)
        result = SHMB_EXIT_NO_BROKER;
    status_free(status);
    if (!enough)
        return out_of_memory();
    answer_done();
    return result;
}

static enum shmb_exit show_service(SC_HANDLE service, const struct status_options *options)
{
    SERVICE_STATUS_PROCESS state;
    QUERY_SERVICE_CONFIGW *config;
    struct status status = {.administrator = elevation_present()};
    bool enough;

    if (!scm_query(service, &state))
        return scm_failed("cannot query the state of the service", GetLastError());
    /* In this order: the service gives up the instance before it reports that it has stopped. */
    status.claimed = instance_exists();
    config = scm_query_config(service);
    if (config == NULL)
        return scm_failed("cannot query the configuration of the service", GetLastError());
    enough = ask_manager(&status, &state, config) && status_ask_broker(&status) &&
             ask_rest(&status, options);
    free(config);
    /* The directory of a stopped broker may still be there: its keeper holds it. */
    status.incomplete |= !status_broker_runs(&status);
    return show(&status, enough, options);
}

/* Takes the path of the configuration from the report. False: no memory. */
static bool take_config(struct status *status)
{
    size_t i;

    for (i = 0; i < status->line_count && status->config == NULL; i++)
        if (strcmp(status->lines[i].field[0], "file") == 0) {
            status->config = _strdup(status->lines[i].field[1]);
            return status->config != NULL;
        }
    return true;
}

/*
 * No service is installed; a broker runs in a console, or some program still has the mutex of one
 * open that has ended.
 */
static enum shmb_exit show_console(const struct status_options *options)
{
    struct status status = {.state_word = "running in a console",
                            .runs = true,
                            .console = true,
                            .administrator = elevation_present()};
    bool enough = status_ask_broker(&status);

    status.process = status.publisher;
    if (status.ended) {
        status.state_word = "stopped";
        status.runs = false;
        status.incomplete = true;
        status.process = 0;
        status.end = _strdup("the broker that ran in a console has ended");
        enough = enough && status.end != NULL;
    }
    status_find_service(&status, NULL);
    enough = enough && take_config(&status) && ask_rest(&status, options);
    return show(&status, enough, options);
}

enum shmb_exit verb_status(const struct status_options *options)
{
    SC_HANDLE service;
    DWORD code = scm_find(SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG, &service);
    enum shmb_exit result;

    if (code == ERROR_SUCCESS)
        result = show_service(service, options);
    else if (code == ERROR_SERVICE_DOES_NOT_EXIST && instance_exists())
        result = show_console(options);
    else
        result = scm_failed("cannot open the service", code);
    scm_close(service);
    return result;
}

enum shmb_exit verb_metrics(void)
{
    static const struct status_options options = {.metrics = true};

    return verb_status(&options);
}
