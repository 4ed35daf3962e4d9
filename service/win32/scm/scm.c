/*
 * Shared by the verbs. Each opens the service with only the rights that it needs, so that
 * `status` works for ordinary users.
 */
#include "scm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "command_line.h"
#include "console.h"
#include "elevation.h"
#include "error.h"
#include "instance.h"
#include "start_error.h"

#define POLL_MS  100u
#define STILL_MS 60000u /* longest time without progress */

#define ADVICE_MAX (SCM_TEXT_MAX - 300)
#define CHECK_MAX  (SCM_TEXT_MAX - 200) /* bytes of a command; a longer one is not shown */

static enum shmb_exit exit_for(DWORD code)
{
    if (code == ERROR_ACCESS_DENIED)
        return SHMB_EXIT_DENIED;
    return code == ERROR_SERVICE_REQUEST_TIMEOUT ? SHMB_EXIT_TIMEOUT : SHMB_EXIT_SYSTEM;
}

enum shmb_exit scm_failed(const char *what, DWORD code)
{
    char text[256];

    answer_fault(NULL, code);
    if (code == ERROR_SERVICE_DOES_NOT_EXIST) {
        answer_fault("NOT_INSTALLED", code);
        console_error(
            "shmbroker: the service is not installed; install it with: shmbroker install");
        return SHMB_EXIT_NO_BROKER;
    }
    error_text(code, text, sizeof(text));
    console_error("shmbroker: %s: %s (error %lu)%s", what, text, (unsigned long)code,
                  code == ERROR_ACCESS_DENIED && !elevation_present()
                      ? "; run it from an elevated prompt (Run as administrator)"
                      : "");
    return exit_for(code);
}

DWORD scm_find(DWORD access, SC_HANDLE *service)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    DWORD code;

    *service = NULL;
    if (manager == NULL)
        return GetLastError();
    *service = OpenServiceW(manager, SCM_SERVICE_NAME, access);
    code = GetLastError();
    CloseServiceHandle(manager);
    return *service != NULL ? ERROR_SUCCESS : code;
}

enum shmb_exit scm_open(DWORD access, const char *console, SC_HANDLE *service)
{
    DWORD code = scm_find(access, service);

    if (code == ERROR_SUCCESS)
        return SHMB_EXIT_DONE;
    if (code != ERROR_SERVICE_DOES_NOT_EXIST || !instance_exists())
        return scm_failed("cannot open the service", code);
    answer_fault("NOT_INSTALLED", code);
    console_error("shmbroker: no service is installed, but a broker runs in a console "
                  "(shmbroker run): %s",
                  console);
    return SHMB_EXIT_NO_BROKER;
}

enum shmb_exit scm_not_ours(const char *program)
{
    answer_fault(NULL, 0);
    console_error("shmbroker: the service ShmBroker runs another program, %s; if it is not "
                  "needed, remove it: sc delete ShmBroker",
                  program);
    return SHMB_EXIT_CONFLICT;
}

void scm_close(SC_HANDLE handle)
{
    if (handle != NULL)
        CloseServiceHandle(handle);
}

bool scm_query(SC_HANDLE service, SERVICE_STATUS_PROCESS *out)
{
    DWORD size;

    return QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)out, sizeof(*out), &size);
}

QUERY_SERVICE_CONFIGW *scm_query_config(SC_HANDLE service)
{
    QUERY_SERVICE_CONFIGW *config;
    DWORD size = 0;

    QueryServiceConfigW(service, NULL, 0, &size);
    if (GetLastError() != ERROR_INSUFFICIENT_BUFFER)
        return NULL;
    config = malloc(size);
    if (config == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (!QueryServiceConfigW(service, config, size, &size)) {
        DWORD code = GetLastError();

        free(config);
        SetLastError(code);
        return NULL;
    }
    return config;
}

enum shmb_exit scm_wait(SC_HANDLE service, DWORD state, SERVICE_STATUS_PROCESS *out)
{
    DWORD seen_state = 0, seen_point = 0;
    ULONGLONG moved = GetTickCount64();

    for (;;) {
        if (!scm_query(service, out))
            return scm_failed("cannot query the state of the service", GetLastError());
        if (out->dwCurrentState == state || out->dwCurrentState == SERVICE_STOPPED)
            return SHMB_EXIT_DONE;
        /* Progress is another state or another check point (verb_service.c). */
        if (out->dwCurrentState != seen_state || out->dwCheckPoint != seen_point)
            moved = GetTickCount64();
        else if (GetTickCount64() - moved >= STILL_MS)
            break;
        seen_state = out->dwCurrentState;
        seen_point = out->dwCheckPoint;
        Sleep(POLL_MS);
    }
    answer_fault(NULL, 0);
    console_error("shmbroker: the service is %s and has made no progress for %u seconds",
                  scm_state_word(out->dwCurrentState), STILL_MS / 1000);
    return SHMB_EXIT_TIMEOUT;
}

const char *scm_state_word(DWORD state)
{
    switch (state) {
    case SERVICE_STOPPED:
        return "stopped";
    case SERVICE_START_PENDING:
        return "starting";
    case SERVICE_STOP_PENDING:
        return "stopping";
    case SERVICE_RUNNING:
        return "running";
    default:
        return "in another state";
    }
}

/* Windows starts another program, as of a path without quotes. False: it does not. */
static bool other_advice(const QUERY_SERVICE_CONFIGW *config, char *out, size_t size)
{
    struct command_line line;
    bool other = command_line_read(config->lpBinaryPathName, &line) && line.other != NULL;

    if (other)
        (void)snprintf(out, size,
                       "the registered path has spaces and no quotes, and Windows starts %s "
                       "instead; run: shmbroker install",
                       line.other);
    command_line_free(&line);
    return other;
}

/* "; " and what helps against a failed start; empty: no advice. */
static void advice_for(DWORD code, char out[ADVICE_MAX])
{
    QUERY_SERVICE_CONFIGW *config = NULL;
    SC_HANDLE service;

    if (scm_find(SERVICE_QUERY_CONFIG, &service) == ERROR_SUCCESS)
        config = scm_query_config(service);
    strcpy(out, "; ");
    if (!(config != NULL && other_advice(config, out + 2, ADVICE_MAX - 2)) &&
        !start_error_advice(code, config != NULL ? config->lpServiceStartName : NULL, out + 2,
                            ADVICE_MAX - 2))
        out[0] = '\0';
    free(config);
    scm_close(service);
}

enum shmb_exit scm_start_failed(DWORD code)
{
    char text[256], advice[ADVICE_MAX];

    answer_fault(NULL, code);
    error_text(code, text, sizeof(text));
    advice_for(code, advice);
    console_error("shmbroker: cannot start the service: %s (error %lu)%s", text,
                  (unsigned long)code, advice);
    return exit_for(code);
}

/* The service reports its exit code as its service-specific code (verb_service.c). */
static const char *exit_words(DWORD code)
{
    switch (code) {
    case SHMB_EXIT_NOT_SO:
        return "its configuration cannot be used: see the application event log";
    case SHMB_EXIT_DENIED:
        return "its account lacks a right, see the application event log; often this helps: sc "
               "sidtype ShmBroker unrestricted";
    case SHMB_EXIT_CONFLICT:
        return "another ShmBroker runs on this machine";
    default:
        return "a call of the system failed: see the application event log";
    }
}

/* The command that checks the service's configuration. False: not known, or too long. */
static bool check_command(char *out, size_t size)
{
    SC_HANDLE service;
    QUERY_SERVICE_CONFIGW *config = NULL;
    struct command_line line = {0};
    char *path = NULL;
    int length = -1;

    if (scm_find(SERVICE_QUERY_CONFIG, &service) == ERROR_SUCCESS)
        config = scm_query_config(service);
    if (config != NULL && command_line_read(config->lpBinaryPathName, &line))
        path = command_line_config(&line);
    if (path != NULL)
        length = snprintf(out, size, "shmbroker check %s\"%s\"",
                          line.unsafe ? "--allow-unsafe-config " : "", path);
    free(path);
    command_line_free(&line);
    free(config);
    scm_close(service);
    return length > 0 && (size_t)length < size;
}

/* The reason, and for a bad configuration the command that shows its errors. */
static void end_code_text(DWORD code, char out[SCM_TEXT_MAX])
{
    char command[CHECK_MAX];

    snprintf(out, SCM_TEXT_MAX, "%s (service-specific code %lu)", exit_words(code),
             (unsigned long)code);
    if (code == SHMB_EXIT_NOT_SO && check_command(command, sizeof(command)))
        snprintf(out + strlen(out), SCM_TEXT_MAX - strlen(out), "; or run: %s", command);
}

void scm_end_text(const SERVICE_STATUS_PROCESS *status, char out[SCM_TEXT_MAX])
{
    char text[256], advice[ADVICE_MAX];

    switch (status->dwWin32ExitCode) {
    case ERROR_SUCCESS:
        snprintf(out, SCM_TEXT_MAX, "it was stopped as asked");
        break;
    case ERROR_SERVICE_NEVER_STARTED:
        snprintf(out, SCM_TEXT_MAX, "it has not been started since the system started");
        break;
    case ERROR_SERVICE_SPECIFIC_ERROR:
        end_code_text(status->dwServiceSpecificExitCode, out);
        break;
    case ERROR_PROCESS_ABORTED:
        snprintf(out, SCM_TEXT_MAX, "its process ended without a word (error %u)",
                 (unsigned)ERROR_PROCESS_ABORTED);
        break;
    default:
        error_text(status->dwWin32ExitCode, text, sizeof(text));
        advice_for(status->dwWin32ExitCode, advice);
        snprintf(out, SCM_TEXT_MAX, "%s (error %lu)%s", text,
                 (unsigned long)status->dwWin32ExitCode, advice);
    }
}

enum shmb_exit scm_end_exit(const SERVICE_STATUS_PROCESS *status)
{
    DWORD code = status->dwServiceSpecificExitCode;

    if (status->dwWin32ExitCode == ERROR_SERVICE_SPECIFIC_ERROR && code >= SHMB_EXIT_NOT_SO &&
        code <= SHMB_EXIT_SYSTEM)
        return (enum shmb_exit)code;
    return SHMB_EXIT_SYSTEM;
}
