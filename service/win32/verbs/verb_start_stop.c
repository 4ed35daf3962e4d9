/* The verbs start and stop. */
#include "verb_start_stop.h"

#include <stdio.h>
#include <stdlib.h>

#include "answer.h"
#include "client_files.h"
#include "console.h"
#include "elevation.h"
#include "event_text.h"
#include "keeper_policy.h"
#include "lacks.h"
#include "orders.h"
#include "port.h"
#include "program_file.h"
#include "scm.h"
#include "start_type.h"
#include "verb.h"

#define RETRY_MS    200u
#define RETRY_TIMES 300u /* a minute */
#define START_TRIES 5u   /* others may start and stop it meanwhile */

static void answer_started(uint32_t process, bool was_running, bool degraded)
{
    struct json *json = answer_open();

    if (json == NULL)
        return;
    json_string(json, "state", "running");
    json_number(json, "process", process);
    json_bool(json, "was_running", was_running);
    json_bool(json, "degraded", degraded);
    answer_done();
}

static void answer_stopped(bool was_running, bool released)
{
    struct json *json = answer_open();

    if (json == NULL)
        return;
    json_string(json, "state", "stopped");
    json_bool(json, "was_running", was_running);
    json_bool(json, "released", released);
    answer_done();
}

static enum shmb_exit wait_running(SC_HANDLE service, bool was_running, enum shmb_exit *lacks)
{
    SERVICE_STATUS_PROCESS status;
    char text[SCM_TEXT_MAX], first[160];
    enum shmb_exit result = scm_wait(service, SERVICE_RUNNING, &status);

    if (result != SHMB_EXIT_DONE)
        return result;
    if (status.dwCurrentState == SERVICE_RUNNING) {
        (void)snprintf(first, sizeof(first),
                       "ShmBroker %s, process %lu, but not with everything that is configured:",
                       was_running ? "runs already" : "runs", (unsigned long)status.dwProcessId);
        *lacks = lacks_print(first, elevation_present());
        if (*lacks == SHMB_EXIT_DONE)
            console_line("ShmBroker %s, process %lu", was_running ? "runs already" : "runs",
                         (unsigned long)status.dwProcessId);
        return SHMB_EXIT_DONE;
    }
    scm_end_text(&status, text);
    answer_fault(NULL, status.dwWin32ExitCode);
    console_error("shmbroker: the service did not start: %s", text);
    return scm_end_exit(&status);
}

/*
 * Starts the service. While it is still stopping, Windows says that it runs already: waits for its
 * end, and tries again. `*runs`: it runs, or somebody else has started it.
 */
static enum shmb_exit start_when_stopped(SC_HANDLE service, bool *runs)
{
    unsigned tries;

    *runs = false;
    for (tries = 0; !StartServiceW(service, 0, NULL); tries++) {
        SERVICE_STATUS_PROCESS status;
        DWORD code = GetLastError();
        enum shmb_exit result;

        if (code != ERROR_SERVICE_ALREADY_RUNNING || tries == START_TRIES)
            return scm_start_failed(code);
        if (!scm_query(service, &status))
            return scm_failed("cannot query the state of the service", GetLastError());
        *runs = status.dwCurrentState != SERVICE_STOP_PENDING &&
                status.dwCurrentState != SERVICE_STOPPED;
        if (*runs)
            break;
        result = scm_wait(service, SERVICE_STOPPED, &status);
        if (result != SHMB_EXIT_DONE)
            return result;
    }
    return SHMB_EXIT_DONE;
}

enum shmb_exit verb_start_service(SC_HANDLE service, enum shmb_exit *lacks)
{
    bool was_running;
    enum shmb_exit result = start_when_stopped(service, &was_running);

    *lacks = SHMB_EXIT_DONE;
    return result == SHMB_EXIT_DONE ? wait_running(service, was_running, lacks) : result;
}

/* The start type of a service that Windows does not start by itself; else NULL. */
static const char *other_start(SC_HANDLE service)
{
    QUERY_SERVICE_CONFIGW *config = scm_query_config(service);
    enum start_type type = config != NULL ? start_type_now(service, config) : START_TYPE_AUTO;

    free(config);
    return type == START_TYPE_DEMAND || type == START_TYPE_DISABLED ? start_type_word(type) : NULL;
}

static enum shmb_exit not_started(const char *type)
{
    struct json *json = answer_open();

    if (json != NULL) {
        json_string(json, "state", "stopped");
        json_string(json, "process", NULL);
        json_bool(json, "was_running", false);
        json_bool(json, "degraded", false);
        answer_done();
    }
    console_line("ShmBroker is not started: its start type is %s", type);
    return SHMB_EXIT_DONE;
}

static enum shmb_exit start(SC_HANDLE service, bool if_auto)
{
    SERVICE_STATUS_PROCESS before = {0}, after = {0};
    enum shmb_exit lacks = SHMB_EXIT_DONE, result;
    const char *type;

    (void)scm_query(service, &before);
    type = if_auto && before.dwCurrentState == SERVICE_STOPPED ? other_start(service) : NULL;
    if (type != NULL)
        return not_started(type);
    result = verb_start_service(service, &lacks);
    if (result == SHMB_EXIT_DONE && !scm_query(service, &after))
        result = scm_failed("cannot query the state of the service", GetLastError());
    else if (result == SHMB_EXIT_DONE)
        answer_started(after.dwProcessId, before.dwCurrentState == SERVICE_RUNNING,
                       lacks != SHMB_EXIT_DONE);
    if (result == SHMB_EXIT_DONE) {
        /* The service account may not delete these files. */
        program_file_try_remove_former();
        client_files_try_remove_former();
    }
    return result == SHMB_EXIT_DONE ? lacks : result;
}

enum shmb_exit verb_start(bool if_auto)
{
    SC_HANDLE service;
    enum shmb_exit result =
        scm_open(SERVICE_START | SERVICE_QUERY_STATUS | (if_auto ? (DWORD)SERVICE_QUERY_CONFIG : 0),
                 "it ends with Ctrl+C; install the service with: shmbroker install", &service);

    if (result != SHMB_EXIT_DONE)
        return result;
    result = start(service, if_auto);
    scm_close(service);
    return result;
}

/*
 * Retries while the service takes no control, between two states. Windows gives it no stop while it
 * starts: waits for its start, as long as that goes on. `*waited`: what came of that.
 */
static DWORD ask_to_stop(SC_HANDLE service, enum shmb_exit *waited)
{
    bool told = false;
    unsigned tries;

    *waited = SHMB_EXIT_DONE;
    for (tries = 0;; tries++) {
        SERVICE_STATUS status;
        SERVICE_STATUS_PROCESS now;
        DWORD code;

        if (ControlService(service, SERVICE_CONTROL_STOP, &status))
            return ERROR_SUCCESS;
        code = GetLastError();
        if (code != ERROR_SERVICE_CANNOT_ACCEPT_CTRL || tries == RETRY_TIMES)
            return code;
        if (!scm_query(service, &now))
            now.dwCurrentState = 0;
        if (now.dwCurrentState == SERVICE_STOP_PENDING || now.dwCurrentState == SERVICE_STOPPED)
            return ERROR_SUCCESS;
        if (now.dwCurrentState == SERVICE_START_PENDING) {
            if (!told)
                console_line("ShmBroker is still starting; the stop waits for it");
            told = true;
            *waited = scm_wait(service, SERVICE_RUNNING, &now);
            if (*waited != SHMB_EXIT_DONE)
                return code;
        }
        Sleep(RETRY_MS);
    }
}

enum shmb_exit verb_stop_service(SC_HANDLE service, bool *was_running)
{
    SERVICE_STATUS_PROCESS status;
    enum shmb_exit waited;
    DWORD code = ask_to_stop(service, &waited);

    if (was_running != NULL)
        *was_running = code != ERROR_SERVICE_NOT_ACTIVE;
    if (code == ERROR_SERVICE_NOT_ACTIVE)
        return SHMB_EXIT_DONE;
    if (waited != SHMB_EXIT_DONE)
        return waited;
    if (code == ERROR_DEPENDENT_SERVICES_RUNNING) {
        answer_fault(NULL, code);
        console_error("shmbroker: other running services depend on this one; stop them first");
        return SHMB_EXIT_SYSTEM;
    }
    if (code != ERROR_SUCCESS)
        return scm_failed("cannot stop the service", code);
    return scm_wait(service, SERVICE_STOPPED, &status);
}

enum shmb_exit verb_stop_keepers(size_t *ended)
{
    const struct port_host host = {0};
    char text[REPORT_FAILURE];
    struct sys_failure why = {0};
    struct system system;
    struct port port;
    enum sys_status status;

    port_open(&port, &host, NULL, &system);
    status = keeper_release(&system, ended, &why);
    port_close(&port);
    if (status == SYS_OK)
        return SHMB_EXIT_DONE;
    if (status == SYS_SECOND_BROKER) {
        console_error("shmbroker: a broker that is not the service is running; stop it first");
        return SHMB_EXIT_CONFLICT;
    }
    event_failure_text(&why, text);
    console_error("shmbroker: cannot end the keeper: %s", text);
    return status == SYS_DENIED ? SHMB_EXIT_DENIED : SHMB_EXIT_SYSTEM;
}

/* The request comes before the stop, which is when the service reads it. */
static enum shmb_exit release_all(SC_HANDLE service, bool *was_running, size_t *ended)
{
    DWORD code = release_ask();
    enum shmb_exit result;

    *ended = 0;
    if (code != ERROR_SUCCESS)
        return scm_failed("cannot ask the service to release its objects", code);
    result = verb_stop_service(service, was_running);
    /* Else a service that did not take it would release at its next stop. */
    (void)release_forget();
    /* Keepers are left if the service had crashed or stopped before. */
    return result == SHMB_EXIT_DONE ? verb_stop_keepers(ended) : result;
}

static enum shmb_exit stop(SC_HANDLE service, bool release)
{
    bool was_running;
    size_t ended = 0;
    enum shmb_exit result = release ? release_all(service, &was_running, &ended)
                                    : verb_stop_service(service, &was_running);

    if (result != SHMB_EXIT_DONE)
        return result;
    answer_stopped(was_running, release);
    if (!release)
        console_line("ShmBroker %s", was_running ? "is stopped" : "is not running");
    else if (was_running)
        console_line("ShmBroker is stopped and has released all objects");
    else
        console_line("ShmBroker is not running%s",
                     ended > 0 ? "; the objects of its keeper are released" : "");
    return SHMB_EXIT_DONE;
}

enum shmb_exit verb_stop(bool release)
{
    SC_HANDLE service;
    enum shmb_exit result = scm_open(SERVICE_STOP | SERVICE_QUERY_STATUS,
                                     "it ends with Ctrl+C, and releases its objects if it was "
                                     "started with --release",
                                     &service);

    if (result != SHMB_EXIT_DONE)
        return result;
    result = stop(service, release);
    scm_close(service);
    return result;
}
