/* The verb run: the broker in a console. */
#include "verb_run.h"

#include <windows.h>

#include "event_sink.h"
#include "harden.h"
#include "lifecycle.h"
#include "out_of_memory.h"
#include "port.h"
#include "verb.h"

/* Static, since the console passes no context to its handler. */
static HANDLE stop_asked, reload_asked, ended;

static bool releasing(void)
{
    return true;
}

static bool in_session_0(void)
{
    DWORD session = 1;

    return ProcessIdToSessionId(GetCurrentProcessId(), &session) && session == 0;
}

BOOL WINAPI verb_run_control(DWORD event)
{
    /*
     * Session 0 has no user to log off: as a scheduled task, or below another service, the broker
     * is told of each user's log-off. TRUE: the default handler, which ends every process that does
     * not run as a service, is not called.
     */
    if (event == CTRL_LOGOFF_EVENT && in_session_0())
        return TRUE;
    if (event == CTRL_BREAK_EVENT) {
        SetEvent(reload_asked);
        return TRUE;
    }
    SetEvent(stop_asked);
    /* At a close, a log-off or a shutdown, Windows ends the process when this returns. */
    if (event != CTRL_C_EVENT)
        WaitForSingleObject(ended, INFINITE);
    return TRUE;
}

static enum shmb_exit run(const struct run_options *options)
{
    const struct port_host host = {.stop = stop_asked,
                                   .reload = reload_asked,
                                   .state = options->state,
                                   .any_file = options->unsafe,
                                   .releasing = options->release ? releasing : NULL,
                                   .console = true};
    struct harden_refusals refused;
    struct event_sink sink;
    struct system system;
    struct port port;
    enum shmb_exit result;

    harden_apply(&harden_win32,
                 HARDEN_BROKER | HARDEN_CONSOLE | (options->audit ? (unsigned)HARDEN_AUDIT : 0u),
                 &refused);
    event_sink_open(&sink, true);
    harden_report(&refused, &sink);
    port_open(&port, &host, &sink, &system);
    result = lifecycle_run(&system, options->config);
    port_close(&port);
    event_sink_close(&sink);
    return result;
}

enum shmb_exit verb_run(const struct run_options *options)
{
    enum shmb_exit result;

    stop_asked = CreateEventW(NULL, TRUE, FALSE, NULL);
    reload_asked = CreateEventW(NULL, FALSE, FALSE, NULL);
    ended = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (stop_asked != NULL && reload_asked != NULL && ended != NULL) {
        /* Fails without a console; the broker runs all the same. */
        SetConsoleCtrlHandler(verb_run_control, TRUE);
        result = run(options);
    } else {
        result = out_of_memory();
    }
    /* The events stay open: the handler may be called until the process ends. */
    if (ended != NULL)
        SetEvent(ended);
    return result;
}
