#include "service_manager.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME L"ShmBroker"

static SC_HANDLE manager(void)
{
    SC_HANDLE handle = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE);

    if (handle == NULL)
        print_error("the service manager refuses: error %lu; run as administrator\n",
                    GetLastError());
    assert_non_null(handle);
    return handle;
}

/* NULL where there is none. */
static SC_HANDLE open_service(void)
{
    SC_HANDLE scm = manager();
    SC_HANDLE service = OpenServiceW(scm, NAME, SERVICE_ALL_ACCESS);

    CloseServiceHandle(scm);
    return service;
}

bool scm_installed(void)
{
    SC_HANDLE service = open_service();

    if (service == NULL)
        return false;
    CloseServiceHandle(service);
    return true;
}

int scm_setup(void **state)
{
    (void)state;
    if (!scm_installed())
        return 0;
    print_error("a service ShmBroker is installed here; these tests would take it down\n");
    return -1;
}

static bool query(SC_HANDLE service, SERVICE_STATUS_PROCESS *status)
{
    DWORD size;

    return QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)status, sizeof(*status),
                                &size);
}

/* False at the deadline. */
static bool wait_for(SC_HANDLE service, DWORD state, SERVICE_STATUS_PROCESS *status)
{
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;

    while (query(service, status) && status->dwCurrentState != state) {
        if (GetTickCount64() > until)
            return false;
        Sleep(5); /* between two questions; how long does not matter */
    }
    return status->dwCurrentState == state;
}

SERVICE_STATUS_PROCESS scm_wait(DWORD state)
{
    SERVICE_STATUS_PROCESS status;
    SC_HANDLE service = open_service();
    bool reached;

    assert_non_null(service);
    memset(&status, 0, sizeof(status));
    reached = wait_for(service, state, &status);
    CloseServiceHandle(service);
    if (!reached)
        print_error("the service is in state %lu, not %lu\n", status.dwCurrentState, state);
    assert_true(reached);
    return status;
}

/* A deleted service is there until its last handle is closed, elsewhere too. */
static void wait_until_gone(void)
{
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;

    while (scm_installed() && GetTickCount64() < until)
        Sleep(5);
    assert_false(scm_installed());
}

const wchar_t *scm_program(const wchar_t *tail)
{
    static wchar_t paths[4][MAX_PATH * 2];
    static unsigned turn;
    wchar_t *path = paths[turn++ % 4];

    assert_true(ExpandEnvironmentStringsW(L"%ProgramW6432%\\ShmBroker", path, MAX_PATH) > 0);
    wcscat(path, tail);
    return path;
}

/* A process that has told its end takes a moment more to be gone. */
static void remove_program(void)
{
    static const wchar_t *const names[] = {
        L"\\shmb.exe",           L"\\shmbclient.dll",     L"\\shmb.exe.old",
        L"\\shmbclient.dll.old", L"\\shmbroker.exe",      L"\\shmbroker.exe.old",
        L"\\shmbroker.exe.old2", L"\\shmbroker.exe.old3", L"\\shmbroker.exe.new"};
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        while (!DeleteFileW(scm_program(names[i])) && GetLastError() != ERROR_FILE_NOT_FOUND &&
               GetLastError() != ERROR_PATH_NOT_FOUND && GetTickCount64() < until)
            Sleep(5);
    RemoveDirectoryW(scm_program(L""));
}

int scm_teardown(void **state)
{
    SC_HANDLE service = open_service();
    SERVICE_STATUS_PROCESS status;
    SERVICE_STATUS before;

    if (service != NULL) {
        ControlService(service, SERVICE_CONTROL_STOP, &before);
        wait_for(service, SERVICE_STOPPED, &status);
        DeleteService(service);
        CloseServiceHandle(service);
        wait_until_gone();
    }
    support_end_keepers();
    remove_program();
    return support_teardown(state);
}

void scm_create(const char *arguments)
{
    static const struct launch as_the_test = {0};

    scm_create_as(&as_the_test, arguments);
}

void scm_create_as(const struct launch *who, const char *arguments)
{
    struct launch how = *who;
    char command[4096], prefix[2048];
    SC_HANDLE scm = manager(), service;

    if (support_wine())
        how.session = "0";
    launch_prefix(&how, prefix, sizeof(prefix));
    snprintf(command, sizeof(command), "%s\"%s\" %s --allow-unsafe-config", prefix,
             support_sibling("shmbroker.exe"), arguments);
    service = CreateServiceW(scm, NAME, NAME, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                             SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, support_wide(command),
                             NULL, NULL, NULL, NULL, NULL);
    CloseServiceHandle(scm);
    assert_non_null(service);
    CloseServiceHandle(service);
}

void scm_start(void)
{
    SC_HANDLE service = open_service();
    BOOL ok;

    assert_non_null(service);
    ok = StartServiceW(service, 0, NULL);
    /* It may have ended again already; what it has to say is in its status. */
    if (!ok)
        print_message("    StartService: error %lu\n", GetLastError());
    CloseServiceHandle(service);
}

/* A service takes no control before its process has called back. */
void scm_stop(void)
{
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;
    SC_HANDLE service = open_service();
    SERVICE_STATUS status;
    BOOL ok;

    assert_non_null(service);
    for (;;) {
        ok = ControlService(service, SERVICE_CONTROL_STOP, &status);
        if (ok || GetLastError() != ERROR_SERVICE_CANNOT_ACCEPT_CTRL || GetTickCount64() > until)
            break;
        Sleep(1);
    }
    if (!ok)
        print_error("the service does not take a stop: error %lu\n", GetLastError());
    CloseServiceHandle(service);
    assert_true(ok);
}

static wchar_t config_folder[MAX_PATH], config_file[MAX_PATH];

static void remove_config(void)
{
    DeleteFileW(config_file);
    RemoveDirectoryW(config_folder);
}

const char *scm_file(const char *text)
{
    static char path[MAX_PATH * 3];
    HANDLE file;
    DWORD done = 0;

    if (config_folder[0] == 0) {
        assert_true(GetEnvironmentVariableW(L"ProgramData", config_folder, MAX_PATH - 40) != 0);
        wcscat(config_folder, L"\\ShmBroker test");
        wcscpy(config_file, config_folder);
        wcscat(config_file, L"\\my config.yaml");
        atexit(remove_config);
    }
    CreateDirectoryW(config_folder, NULL);
    /* A broker that watches it may be reading it. */
    file = CreateFileW(config_file, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, text, (DWORD)strlen(text), &done, NULL));
    CloseHandle(file);
    assert_true(WideCharToMultiByte(CP_UTF8, 0, config_file, -1, path, sizeof(path), NULL, NULL) >
                0);
    return path;
}

const char *scm_registry(const char *key, const char *value)
{
    static char texts[4][2048];
    static unsigned turn;
    char *out = texts[turn++ % 4];
    wchar_t wide[2048];
    DWORD type = 0, size = sizeof(wide) - sizeof(wchar_t);
    LSTATUS status = RegGetValueW(HKEY_LOCAL_MACHINE, support_wide(key), support_wide(value),
                                  RRF_RT_ANY | RRF_NOEXPAND, &type, wide, &size);

    if (status != ERROR_SUCCESS)
        return "(none)";
    if (type == REG_DWORD) {
        DWORD number;

        memcpy(&number, wide, sizeof(number));
        snprintf(out, sizeof(texts[0]), "%lu", number);
    } else if (WideCharToMultiByte(CP_UTF8, 0, wide, -1, out, sizeof(texts[0]), NULL, NULL) == 0) {
        return "(unreadable)";
    }
    return out;
}
