/* The broker as a Windows service: start, controls, and the state it reports. */
#include "verb_service.h"

#include <windows.h>

#include "harden.h"
#include "lifecycle.h"
#include "names.h"
#include "port.h"
#include "client_files.h"
#include "orders.h"
#include "program_file.h"
#include "suspend.h"

#define PROGRESS_MS  250u   /* shortest time between two check points */
#define WAIT_HINT_MS 10000u /* longest time until the next check point */

/* Windows gives a program about two seconds before the machine sleeps. */
#define SUSPEND_MS 1500u

/* Static, since the service manager passes no context to `start`. */
static struct service {
    const char *config;
    bool unsafe;
    struct harden_refusals refused;
    SERVICE_STATUS_HANDLE manager;
    HANDLE stop, reload, sessions;
    struct suspend suspend;
    volatile LONG shutdown; /* the machine shuts down */
    SRWLOCK lock;           /* guards `status` and `moved`: two threads publish the state */
    SERVICE_STATUS status;
    bool saves;      /* there are segments to save before a shutdown */
    ULONGLONG moved; /* time of the last check point */
    enum shmb_exit result;
} the_service = {.lock = SRWLOCK_INIT};

static bool is_pending(DWORD state)
{
    return state == SERVICE_START_PENDING || state == SERVICE_STOP_PENDING;
}

/*
 * PRESHUTDOWN gives more time, with the disks still there, but delays the whole
 * shutdown: accepted only if there are segments to save.
 */
static DWORD accepted_end(void)
{
    return SERVICE_ACCEPT_STOP |
           (the_service.saves ? SERVICE_ACCEPT_PRESHUTDOWN : SERVICE_ACCEPT_SHUTDOWN);
}

static DWORD accepted_in(DWORD state)
{
    switch (state) {
    case SERVICE_STOPPED:
    case SERVICE_STOP_PENDING:
        return 0;
    case SERVICE_RUNNING:
        return accepted_end() | SERVICE_ACCEPT_PARAMCHANGE | SERVICE_ACCEPT_SESSIONCHANGE |
               (the_service.saves ? SERVICE_ACCEPT_POWEREVENT : 0u);
    default:
        /* A stop during the start takes effect before the next object. */
        return accepted_end();
    }
}

/* Reports the state to the service manager. The caller holds the lock. */
static void publish(DWORD state)
{
    SERVICE_STATUS *status = &the_service.status;

    status->dwServiceType = SERVICE_WIN32_OWN_PROCESS;
    status->dwCheckPoint = !is_pending(state)                ? 0
                           : status->dwCurrentState == state ? status->dwCheckPoint + 1
                                                             : 1;
    status->dwCurrentState = state;
    status->dwControlsAccepted = accepted_in(state);
    status->dwWaitHint = is_pending(state) ? WAIT_HINT_MS : 0;
    the_service.moved = GetTickCount64();
    SetServiceStatus(the_service.manager, status);
}

static void on_progress(void)
{
    AcquireSRWLockExclusive(&the_service.lock);
    if (is_pending(the_service.status.dwCurrentState) &&
        GetTickCount64() - the_service.moved >= PROGRESS_MS)
        publish(the_service.status.dwCurrentState);
    ReleaseSRWLockExclusive(&the_service.lock);
}

/* Does nothing if a stop came in between. */
static void on_running(void)
{
    AcquireSRWLockExclusive(&the_service.lock);
    if (the_service.status.dwCurrentState == SERVICE_START_PENDING)
        publish(SERVICE_RUNNING);
    ReleaseSRWLockExclusive(&the_service.lock);
    program_file_try_remove_former(); /* a former version and its keeper have ended */
    client_files_try_remove_former();
}

/* Publishes the state again, since the accepted controls depend on it. */
static void on_saves(bool any)
{
    AcquireSRWLockExclusive(&the_service.lock);
    if (the_service.saves != any) {
        the_service.saves = any;
        if (the_service.status.dwCurrentState == SERVICE_RUNNING)
            publish(SERVICE_RUNNING);
    }
    ReleaseSRWLockExclusive(&the_service.lock);
}

/* The state comes before the event: the broker's thread may report SERVICE_STOPPED soon after. */
static void ask_to_stop(void)
{
    AcquireSRWLockExclusive(&the_service.lock);
    if (the_service.status.dwCurrentState != SERVICE_STOPPED)
        publish(SERVICE_STOP_PENDING);
    ReleaseSRWLockExclusive(&the_service.lock);
    SetEvent(the_service.stop);
}

/* Whether this stop releases all objects. At a shutdown no client is left to hold them for. */
static bool on_releasing(void)
{
    return release_take() || the_service.shutdown != 0;
}

/*
 * The machine is about to sleep or to hibernate. A shutdown with fast startup is such a case: it
 * hibernates session 0, and sends no SHUTDOWN or PRESHUTDOWN. The broker's thread saves the copies.
 * This waits for it, since Windows goes on when it returns, but not longer than Windows would.
 */
static void save_before_sleep(void)
{
    (void)suspend_ask(&the_service.suspend, SUSPEND_MS);
}

DWORD WINAPI verb_service_control(DWORD control, DWORD type, void *data, void *context)
{
    (void)data;
    (void)context;
    switch (control) {
    case SERVICE_CONTROL_SHUTDOWN:
    case SERVICE_CONTROL_PRESHUTDOWN:
        InterlockedExchange(&the_service.shutdown, 1);
        ask_to_stop();
        return NO_ERROR;
    case SERVICE_CONTROL_STOP:
        ask_to_stop();
        return NO_ERROR;
    case SERVICE_CONTROL_PARAMCHANGE:
        SetEvent(the_service.reload); /* the broker's thread does the work */
        return NO_ERROR;
    case SERVICE_CONTROL_POWEREVENT:
        if (type == PBT_APMSUSPEND)
            save_before_sleep();
        return NO_ERROR;
    case SERVICE_CONTROL_SESSIONCHANGE:
        SetEvent(the_service.sessions);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
        return NO_ERROR;
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

/*
 * Reports a failure as a service-specific code. This counts as an orderly end:
 * the service manager restarts a crashed service, not a misconfigured one.
 */
static void publish_stopped(enum shmb_exit result)
{
    AcquireSRWLockExclusive(&the_service.lock);
    the_service.result = result;
    if (result != SHMB_EXIT_DONE) {
        the_service.status.dwWin32ExitCode = ERROR_SERVICE_SPECIFIC_ERROR;
        the_service.status.dwServiceSpecificExitCode = (DWORD)result;
    }
    publish(SERVICE_STOPPED); /* the process may end from here on */
    ReleaseSRWLockExclusive(&the_service.lock);
}

static void WINAPI start(DWORD count, wchar_t **arguments)
{
    const struct port_host host = {.stop = the_service.stop,
                                   .suspend = &the_service.suspend,
                                   .progress = on_progress,
                                   .running = on_running,
                                   .saves = on_saves,
                                   .reload = the_service.reload,
                                   .any_file = the_service.unsafe,
                                   .sessions = the_service.sessions,
                                   .releasing = on_releasing,
                                   .recreate = true};
    struct event_sink sink;
    struct system system;
    struct port port;
    enum shmb_exit result;

    (void)count;
    (void)arguments;
    the_service.manager =
        RegisterServiceCtrlHandlerExW(L"" SHMB_SERVICE_NAME, verb_service_control, NULL);
    if (the_service.manager == NULL)
        return;
    AcquireSRWLockExclusive(&the_service.lock);
    publish(SERVICE_START_PENDING);
    ReleaseSRWLockExclusive(&the_service.lock);

    (void)release_forget(); /* left for a stop that never came */
    event_sink_open(&sink, false);
    harden_report(&the_service.refused, &sink);
    port_open(&port, &host, &sink, &system);
    result = lifecycle_run(&system, the_service.config);
    port_close(&port);
    event_sink_close(&sink);
    publish_stopped(result);
}

enum shmb_exit verb_service(const char *config, bool unsafe, bool audit)
{
    wchar_t name[] = L"" SHMB_SERVICE_NAME;
    SERVICE_TABLE_ENTRYW table[] = {{name, start}, {NULL, NULL}};
    enum shmb_exit result = SHMB_EXIT_SYSTEM;

    the_service.config = config;
    the_service.unsafe = unsafe;
    harden_apply(&harden_win32, HARDEN_BROKER | (audit ? (unsigned)HARDEN_AUDIT : 0u),
                 &the_service.refused);
    the_service.result = SHMB_EXIT_SYSTEM;
    the_service.stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    the_service.reload = CreateEventW(NULL, FALSE, FALSE, NULL);
    the_service.sessions = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (the_service.stop == NULL || the_service.reload == NULL || the_service.sessions == NULL ||
        !suspend_init(&the_service.suspend))
        return SHMB_EXIT_SYSTEM; /* the process ends, which closes the others */
    /*
     * Returns when the service has stopped; `start` runs on another thread. CONTROLLER_CONNECT:
     * the service manager did not start this process.
     */
    if (StartServiceCtrlDispatcherW(table))
        result = the_service.result;
    else if (GetLastError() == ERROR_FAILED_SERVICE_CONTROLLER_CONNECT)
        result = SHMB_EXIT_USAGE;
    CloseHandle(the_service.sessions);
    CloseHandle(the_service.reload);
    suspend_free(&the_service.suspend);
    CloseHandle(the_service.stop);
    return result;
}
