/*
 * The product, told of a shutdown, a sleep or a log-off by an event: no program can send that,
 * but the handlers can be called. In the place of service/main.c.
 */
#include <windows.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "verb_run.h"
#include "verb_service.h"
#include "verbs.h"
#include "wide.h"

#define WORDS 16

static const struct {
    const wchar_t *name;
    DWORD control, type;
    bool console; /* for the verb run */
} known[] = {
    {L"Global\\ShmbTest.Shutdown", SERVICE_CONTROL_SHUTDOWN, 0, false},
    {L"Global\\ShmbTest.Preshutdown", SERVICE_CONTROL_PRESHUTDOWN, 0, false},
    {L"Global\\ShmbTest.Suspend", SERVICE_CONTROL_POWEREVENT, PBT_APMSUSPEND, false},
    {L"Global\\ShmbTest.LogOff", CTRL_LOGOFF_EVENT, 0, true},
    {L"Global\\ShmbTest.ConsoleShutdown", CTRL_SHUTDOWN_EVENT, 0, true},
};

#define KNOWN (sizeof(known) / sizeof(known[0]))

/* Sets ShmbTest.Answered when the handler has returned. */
static DWORD WINAPI wait_for_shutdown(void *unused)
{
    HANDLE events[KNOWN],
        answered = OpenEventW(EVENT_MODIFY_STATE, FALSE, L"Global\\ShmbTest.Answered");
    DWORD woken, i;

    (void)unused;
    for (i = 0; i < KNOWN; i++)
        events[i] = OpenEventW(SYNCHRONIZE, FALSE, known[i].name);
    while ((woken = WaitForMultipleObjects(KNOWN, events, FALSE, INFINITE)) < KNOWN) {
        if (known[woken].console) {
            /* As Windows' default handler, which comes next. */
            if (!verb_run_control(known[woken].control))
                ExitProcess((UINT)STATUS_CONTROL_C_EXIT);
        } else
            (void)verb_service_control(known[woken].control, known[woken].type, NULL, NULL);
        SetEvent(answered);
    }
    return 0;
}

int wmain(int argc, wchar_t **argv)
{
    char *arguments[WORDS];
    size_t count = 0;

    while (count + 1 < (size_t)argc && count < WORDS) {
        arguments[count] = wide_to_utf8(argv[count + 1]);
        if (arguments[count++] == NULL)
            return SHMB_EXIT_SYSTEM;
    }
    /* As the service, which has options and no verb, or as a console. */
    if (count > 0 && (arguments[0][0] == '-' || strcmp(arguments[0], "run") == 0))
        CloseHandle(CreateThread(NULL, 0, wait_for_shutdown, NULL, 0, NULL));
    return (int)verbs_main(arguments, count);
}
