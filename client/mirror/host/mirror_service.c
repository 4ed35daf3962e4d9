#include "mirror_service.h"

#include <windows.h>

#include <sddl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include "answer.h"
#include "console.h"
#include "error.h"

#define ACCOUNT    L"NT AUTHORITY\\LocalService"
#define TITLE      L"ShmBroker mirror"
#define SOURCE_KEY L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\" MIRROR_SERVICE
#define TEXTS      L"%SystemRoot%\\System32\\EventCreate.exe"

/* Administrators and SYSTEM all, the service read and write, users read. */
#define FOLDER_SDDL                                                                                \
    L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;"                                       \
    L";" MIRROR_SERVICE_SID L")(A;OICI;0x1200a9;;;BU)"

#define POLL_MS    100u
#define STOP_TIMES 300u

static enum shmb_exit failed(const char *what, DWORD code)
{
    char text[160];

    error_text(code, text, sizeof(text));
    answer_fault(code == ERROR_SERVICE_DOES_NOT_EXIST ? "NOT_INSTALLED" : NULL, code);
    console_error("shmbmirror: %s: %s (error %lu)%s", what, text, (unsigned long)code,
                  code == ERROR_ACCESS_DENIED
                      ? "; run it from an elevated prompt (Run as administrator)"
                      : "");
    return code == ERROR_ACCESS_DENIED            ? SHMB_EXIT_DENIED
           : code == ERROR_SERVICE_DOES_NOT_EXIST ? SHMB_EXIT_NO_BROKER
                                                  : SHMB_EXIT_SYSTEM;
}

static void warn(const char *what, DWORD code)
{
    char text[160];

    if (code == ERROR_SUCCESS)
        return;
    error_text(code, text, sizeof(text));
    console_warning("shmbmirror: warning: %s: %s (error %lu)", what, text, (unsigned long)code);
}

/* "program" service --config "config"; freed with free(). */
static wchar_t *command_line(const wchar_t *config)
{
    wchar_t program[1024];
    DWORD units = GetModuleFileNameW(NULL, program, 1024);
    size_t size = wcslen(config) + 1100;
    wchar_t *line = malloc(size * sizeof(*line));

    if (line != NULL && units > 0 && units < 1024)
        _snwprintf(line, size, L"\"%ls\" service --config \"%ls\"", program, config);
    else if (line != NULL)
        line[0] = L'\0';
    return line;
}

/* ---- details: the service also runs without them ---------------------------- */

static void configure(SC_HANDLE service, DWORD level, void *value, const char *what)
{
    if (!ChangeServiceConfig2W(service, level, value))
        warn(what, GetLastError());
}

static void set_details(SC_HANDLE service)
{
    wchar_t text[] = L"Keeps shared memory of this machine in step with that of other machines, by "
                     L"way of a Redis or Valkey server.";
    wchar_t privileges[] = L"SeChangeNotifyPrivilege\0";
    SC_ACTION actions[] = {
        {SC_ACTION_RESTART, 1000}, {SC_ACTION_RESTART, 10000}, {SC_ACTION_RESTART, 60000}};
    SERVICE_DESCRIPTIONW description = {text};
    SERVICE_SID_INFO sid = {SERVICE_SID_TYPE_UNRESTRICTED};
    SERVICE_REQUIRED_PRIVILEGES_INFOW required = {privileges};
    SERVICE_FAILURE_ACTIONSW failure = {24 * 60 * 60, NULL, NULL, 3, actions};

    configure(service, SERVICE_CONFIG_DESCRIPTION, &description, "the description is not set");
    configure(service, SERVICE_CONFIG_SERVICE_SID_INFO, &sid,
              "the service has no SID of its own; give access to LocalService instead");
    configure(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &required,
              "the service keeps the privileges of its account");
    configure(service, SERVICE_CONFIG_FAILURE_ACTIONS, &failure,
              "the service is not restarted after a crash");
}

static void make_folder(const wchar_t *folder)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, FALSE};
    wchar_t *parent = _wcsdup(folder), *last = parent != NULL ? wcsrchr(parent, L'\\') : NULL;

    if (last != NULL) {
        *last = L'\0';
        CreateDirectoryW(parent, NULL);
    }
    free(parent);
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            FOLDER_SDDL, SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL)) {
        warn("the folder of the status is not made", GetLastError());
        return;
    }
    if (!CreateDirectoryW(folder, &attributes) &&
        (GetLastError() != ERROR_ALREADY_EXISTS ||
         !SetFileSecurityW(folder, DACL_SECURITY_INFORMATION, attributes.lpSecurityDescriptor)))
        warn("the service may not be able to write its status", GetLastError());
    LocalFree(attributes.lpSecurityDescriptor);
}

static void register_source(void)
{
    const DWORD types = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;
    LSTATUS code = RegSetKeyValueW(HKEY_LOCAL_MACHINE, SOURCE_KEY, L"EventMessageFile",
                                   REG_EXPAND_SZ, TEXTS, sizeof(TEXTS));

    if (code == ERROR_SUCCESS)
        code = RegSetKeyValueW(HKEY_LOCAL_MACHINE, SOURCE_KEY, L"TypesSupported", REG_DWORD, &types,
                               sizeof(types));
    warn("the event log shows the texts with a remark", (DWORD)code);
}

/* ---- install and uninstall -------------------------------------------------- */

static enum shmb_exit make(SC_HANDLE manager, const wchar_t *line, SC_HANDLE *out)
{
    *out = CreateServiceW(manager, MIRROR_SERVICE, TITLE, SERVICE_ALL_ACCESS,
                          SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, line,
                          NULL, NULL, NULL, ACCOUNT, L"");
    if (*out != NULL)
        return SHMB_EXIT_DONE;
    if (GetLastError() != ERROR_SERVICE_EXISTS)
        return failed("cannot install the service", GetLastError());
    *out = OpenServiceW(manager, MIRROR_SERVICE, SERVICE_ALL_ACCESS);
    if (*out == NULL)
        return failed("cannot open the service", GetLastError());
    if (ChangeServiceConfigW(*out, SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START,
                             SERVICE_ERROR_NORMAL, line, NULL, NULL, NULL, ACCOUNT, L"", TITLE))
        return SHMB_EXIT_DONE;
    return failed("cannot change the service", GetLastError());
}

enum shmb_exit mirror_service_install(const wchar_t *config, const wchar_t *folder)
{
    SC_HANDLE manager, service = NULL;
    enum shmb_exit result = SHMB_EXIT_SYSTEM;
    wchar_t *line = command_line(config);

    if (line == NULL || line[0] == L'\0') {
        console_error("shmbmirror: the path of this program cannot be read");
        free(line);
        return result;
    }
    manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE);
    if (manager != NULL)
        result = make(manager, line, &service);
    else
        result = failed("cannot install the service", GetLastError());
    if (result == SHMB_EXIT_DONE) {
        set_details(service);
        if (folder != NULL)
            make_folder(folder);
        register_source();
    }
    if (service != NULL)
        CloseServiceHandle(service);
    if (manager != NULL)
        CloseServiceHandle(manager);
    free(line);
    return result;
}

/* False: it still runs. */
static bool stop(SC_HANDLE service)
{
    SERVICE_STATUS status;
    unsigned i;

    if (!ControlService(service, SERVICE_CONTROL_STOP, &status))
        return GetLastError() == ERROR_SERVICE_NOT_ACTIVE;
    for (i = 0; i < STOP_TIMES; i++) {
        if (!QueryServiceStatus(service, &status) || status.dwCurrentState == SERVICE_STOPPED)
            return true;
        Sleep(POLL_MS);
    }
    return false;
}

enum shmb_exit mirror_service_uninstall(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT), service = NULL;
    enum shmb_exit result = SHMB_EXIT_DONE;

    if (manager != NULL)
        service = OpenServiceW(manager, MIRROR_SERVICE, SERVICE_ALL_ACCESS);
    if (service == NULL) {
        result = failed("cannot open the service", GetLastError());
    } else if (!stop(service)) {
        console_error("shmbmirror: the service does not stop");
        result = SHMB_EXIT_TIMEOUT;
    } else if (!DeleteService(service) && GetLastError() != ERROR_SERVICE_MARKED_FOR_DELETE) {
        result = failed("cannot remove the service", GetLastError());
    } else {
        (void)RegDeleteTreeW(HKEY_LOCAL_MACHINE, SOURCE_KEY);
    }
    if (service != NULL)
        CloseServiceHandle(service);
    if (manager != NULL)
        CloseServiceHandle(manager);
    return result;
}
