#include "service_host.h"

#include <windows.h>

#include <stdbool.h>

#include "mirror_service.h"

/* Static, since the service manager passes no context to `start`. */
static struct host {
    service_work *work;
    void *context;
    HANDLE stop;
    SERVICE_STATUS_HANDLE manager;
    SRWLOCK lock; /* guards `status`: the handler runs on another thread */
    SERVICE_STATUS status;
    enum shmb_exit result;
} host = {.lock = SRWLOCK_INIT};

static void publish(DWORD state)
{
    AcquireSRWLockExclusive(&host.lock);
    if (host.status.dwCurrentState != SERVICE_STOPPED || state != SERVICE_STOP_PENDING) {
        host.status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
        host.status.dwCurrentState = state;
        host.status.dwControlsAccepted =
            state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0u;
        host.status.dwWaitHint = state == SERVICE_STOP_PENDING ? 10000 : 0;
        SetServiceStatus(host.manager, &host.status);
    }
    ReleaseSRWLockExclusive(&host.lock);
}

static DWORD WINAPI on_control(DWORD control, DWORD type, void *data, void *context)
{
    (void)type;
    (void)data;
    (void)context;
    switch (control) {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_SHUTDOWN:
        publish(SERVICE_STOP_PENDING);
        SetEvent(host.stop);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
        return NO_ERROR;
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

static void WINAPI start(DWORD count, wchar_t **arguments)
{
    (void)count;
    (void)arguments;
    host.manager = RegisterServiceCtrlHandlerExW(MIRROR_SERVICE, on_control, NULL);
    if (host.manager == NULL)
        return;
    publish(SERVICE_RUNNING);
    host.result = host.work(host.context, host.stop);
    if (host.result != SHMB_EXIT_DONE) {
        host.status.dwWin32ExitCode = ERROR_SERVICE_SPECIFIC_ERROR;
        host.status.dwServiceSpecificExitCode = (DWORD)host.result;
    }
    publish(SERVICE_STOPPED);
}

enum shmb_exit service_host_run(service_work *work, void *context)
{
    wchar_t name[] = MIRROR_SERVICE;
    SERVICE_TABLE_ENTRYW table[] = {{name, start}, {NULL, NULL}};
    enum shmb_exit result = SHMB_EXIT_SYSTEM;

    host.work = work;
    host.context = context;
    host.result = SHMB_EXIT_SYSTEM;
    host.stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (host.stop == NULL)
        return result;
    if (StartServiceCtrlDispatcherW(table))
        result = host.result;
    else if (GetLastError() == ERROR_FAILED_SERVICE_CONTROLLER_CONNECT)
        result = SHMB_EXIT_USAGE;
    CloseHandle(host.stop);
    return result;
}
