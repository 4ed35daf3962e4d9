/* A service that does not start: in the place of service/win32/verbs/verb_service.c. */
#include "verb_service.h"

#include <windows.h>

static SERVICE_STATUS_HANDLE manager;

static DWORD WINAPI on_control(DWORD control, DWORD type, void *data, void *context)
{
    (void)control;
    (void)type;
    (void)data;
    (void)context;
    return ERROR_CALL_NOT_IMPLEMENTED;
}

static void WINAPI start(DWORD count, wchar_t **arguments)
{
    SERVICE_STATUS status = {.dwServiceType = SERVICE_WIN32_OWN_PROCESS,
                             .dwCurrentState = SERVICE_STOPPED,
                             .dwWin32ExitCode = ERROR_SERVICE_SPECIFIC_ERROR,
                             .dwServiceSpecificExitCode = SHMB_EXIT_SYSTEM};

    (void)count;
    (void)arguments;
    manager = RegisterServiceCtrlHandlerExW(L"ShmBroker", on_control, NULL);
    if (manager != NULL)
        SetServiceStatus(manager, &status);
}

enum shmb_exit verb_service(const char *config, bool unsafe, bool audit)
{
    wchar_t name[] = L"ShmBroker";
    SERVICE_TABLE_ENTRYW table[] = {{name, start}, {NULL, NULL}};

    (void)config;
    (void)unsafe;
    (void)audit;
    return StartServiceCtrlDispatcherW(table) ? SHMB_EXIT_SYSTEM : SHMB_EXIT_USAGE;
}
