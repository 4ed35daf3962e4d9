#include "verbs.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "control.h"
#include "error.h"
#include "event_source.h"
#include "first_files.h"
#include "paths.h"
#include "recreate.h"
#include "scm.h"
#include "wide.h"

#define ACCOUNT L"NT SERVICE\\" SCM_SERVICE_NAME

static void warn(const char *what, DWORD code)
{
    char text[256];

    error_text(code, text, sizeof(text));
    console_error("shmbroker: warning: %s: %s (error %lu)", what, text, (unsigned long)code);
}

/* "exe" [--config "file"] [--allow-unsafe-config]; to be freed with free(), NULL: GetLastError().
 */
static wchar_t *service_command(const char *executable, const char *config, bool unsafe)
{
    static const char option[] = "\" --config \"", allow[] = " --allow-unsafe-config";
    size_t size = strlen(executable) + (config == NULL ? 0 : strlen(config)) + sizeof(option) +
                  sizeof(allow) + 2;
    char *command = malloc(size);
    wchar_t *wide;

    if (command == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    snprintf(command, size, "\"%s%s%s\"%s", executable, config == NULL ? "" : option,
             config == NULL ? "" : config, unsafe ? allow : "");
    wide = wide_from_utf8(command);
    free(command);
    return wide;
}

/* A new service, or the present one set to the same; `*mended` tells. */
static SC_HANDLE create_or_mend(SC_HANDLE manager, const wchar_t *command, bool *mended)
{
    const DWORD access = SERVICE_CHANGE_CONFIG | SERVICE_QUERY_STATUS | SERVICE_START;
    SC_HANDLE service;

    *mended = false;
    service = CreateServiceW(manager, SCM_SERVICE_NAME, SCM_SERVICE_NAME, access,
                             SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL,
                             command, NULL, NULL, NULL, ACCOUNT, NULL);
    if (service != NULL || GetLastError() != ERROR_SERVICE_EXISTS)
        return service;
    *mended = true;
    service = OpenServiceW(manager, SCM_SERVICE_NAME, access);
    if (service != NULL &&
        !ChangeServiceConfigW(service, SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START,
                              SERVICE_ERROR_NORMAL, command, NULL, NULL, NULL, ACCOUNT, NULL,
                              SCM_SERVICE_NAME)) {
        DWORD code = GetLastError();

        CloseServiceHandle(service);
        SetLastError(code);
        return NULL;
    }
    return service;
}

static void configure(SC_HANDLE service, DWORD level, void *value, const char *what)
{
    if (!ChangeServiceConfig2W(service, level, value))
        warn(what, GetLastError());
}

/* The service can run without each of these, less well: a refusal is a warning. */
static void configure_details(SC_HANDLE service)
{
    wchar_t text[] = L"Creates the named shared memory, mutexes, events and semaphores of its "
                     L"configuration, protects them and holds them.";
    wchar_t privileges[] = L"SeChangeNotifyPrivilege\0SeCreateGlobalPrivilege\0";
    SC_ACTION restarts[] = {
        {SC_ACTION_RESTART, 1000}, {SC_ACTION_RESTART, 5000}, {SC_ACTION_RESTART, 30000}};
    SERVICE_DESCRIPTIONW description = {text};
    SERVICE_SID_INFO sid = {SERVICE_SID_TYPE_UNRESTRICTED};
    SERVICE_REQUIRED_PRIVILEGES_INFOW required = {privileges};
    SERVICE_FAILURE_ACTIONSW failure = {24 * 60 * 60, NULL, NULL, 3, restarts};
    SERVICE_FAILURE_ACTIONS_FLAG crashes_only = {FALSE};

    configure(service, SERVICE_CONFIG_DESCRIPTION, &description, "the description is not set");
    configure(service, SERVICE_CONFIG_SERVICE_SID_INFO, &sid,
              "the service has no SID of its own (sc sidtype ShmBroker unrestricted)");
    configure(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &required,
              "the service keeps privileges that it does not need");
    configure(service, SERVICE_CONFIG_FAILURE_ACTIONS, &failure,
              "the service is not restarted after a crash");
    configure(service, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &crashes_only,
              "the service manager's restarts may not be for crashes only");
}

static enum shmb_exit install_as(const char *executable, const wchar_t *command)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE);
    SC_HANDLE service;
    bool mended;
    DWORD code;

    if (manager == NULL)
        return scm_failed("cannot install the service", GetLastError());
    service = create_or_mend(manager, command, &mended);
    code = GetLastError();
    CloseServiceHandle(manager);
    if (service == NULL)
        return scm_failed("cannot install the service", code);
    configure_details(service);
    CloseServiceHandle(service);
    code = event_source_register(executable);
    if (code != ERROR_SUCCESS)
        warn("the event source is not registered, events show without their texts", code);
    console_line(mended ? "ShmBroker was installed already, its registration is renewed; a change "
                          "takes effect at its next start"
                        : "ShmBroker is installed; start it with: shmbroker start");
    return SHMB_EXIT_DONE;
}

static void warn_if_missing(const char *path)
{
    wchar_t *wide = wide_from_utf8(path);

    if (wide != NULL && GetFileAttributesW(wide) == INVALID_FILE_ATTRIBUTES)
        console_error("shmbroker: warning: the configuration %s cannot be seen yet; the service "
                      "does not start without it",
                      path);
    free(wide);
}

/* What the service needs besides its registration; it says itself what it lacks. */
static void prepare(const char *config, bool is_default)
{
    struct sys_failure why;
    bool put = false;
    DWORD code;
    enum sys_status status =
        is_default ? first_files_put(config, &put, &why) : first_files_folders(&why);

    if (status != SYS_OK)
        console_error("shmbroker: warning: the folder of the service is not complete: %s: %s "
                      "(error %lu)",
                      why.call, why.text, (unsigned long)why.code);
    if (put)
        console_line("a first configuration, to be changed, is at %s", config);
    code = recreate_prepare();
    if (code != ERROR_SUCCESS)
        warn("shmbroker reload --recreate will not reach the service", code);
    warn_if_missing(config);
}

enum shmb_exit verb_install(const char *config, bool unsafe)
{
    char *executable = paths_executable();
    char *path = config == NULL ? paths_default_config() : paths_absolute(config);
    wchar_t *command = NULL;
    enum shmb_exit result;

    if (executable != NULL && path != NULL)
        command = service_command(executable, config == NULL ? NULL : path, unsafe);
    if (command == NULL) {
        result = scm_failed("cannot find the paths of program and configuration", GetLastError());
    } else {
        result = install_as(executable, command);
        if (result == SHMB_EXIT_DONE)
            prepare(path, config == NULL);
    }
    free(command);
    free(path);
    free(executable);
    return result;
}

static enum shmb_exit stop_and_delete(SC_HANDLE service)
{
    enum shmb_exit result = control_stop(service, NULL);
    DWORD code;

    if (result != SHMB_EXIT_DONE)
        return result;
    if (DeleteService(service))
        return SHMB_EXIT_DONE;
    code = GetLastError();
    if (code == ERROR_SERVICE_MARKED_FOR_DELETE) {
        console_error("shmbroker: the service is deleted already and goes when the last program "
                      "closes it (services.msc, Task Manager)");
        return SHMB_EXIT_DONE;
    }
    return scm_failed("cannot remove the service", code);
}

enum shmb_exit verb_uninstall(void)
{
    SC_HANDLE service;
    enum shmb_exit result = scm_open(SERVICE_STOP | SERVICE_QUERY_STATUS | DELETE, &service);
    DWORD code;

    if (result == SHMB_EXIT_DONE) {
        result = stop_and_delete(service);
        scm_close(service);
    }
    if (result != SHMB_EXIT_DONE && result != SHMB_EXIT_NO_BROKER)
        return result;
    code = event_source_remove();
    if (code != ERROR_SUCCESS)
        warn("the event source is not removed", code);
    if (result == SHMB_EXIT_DONE)
        console_line("ShmBroker is removed; its configuration stays");
    return result;
}
