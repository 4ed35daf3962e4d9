/*
 * The product, told of a shutdown by an event: no program can send that control, but
 * the handler can be called. In the place of service/main.c.
 */
#include <windows.h>

#include <stdlib.h>

#include "verb_service.h"
#include "verbs.h"
#include "wide.h"

#define WORDS 16

static DWORD WINAPI wait_for_shutdown(void *unused)
{
    static const wchar_t *const names[] = {L"Global\\ShmbTest.Shutdown",
                                           L"Global\\ShmbTest.Preshutdown"};
    static const DWORD controls[] = {SERVICE_CONTROL_SHUTDOWN, SERVICE_CONTROL_PRESHUTDOWN};
    HANDLE events[2];
    DWORD woken, i;

    (void)unused;
    for (i = 0; i < 2; i++)
        events[i] = OpenEventW(SYNCHRONIZE, FALSE, names[i]);
    woken = WaitForMultipleObjects(2, events, FALSE, INFINITE);
    if (woken - WAIT_OBJECT_0 < 2)
        (void)verb_service_control(controls[woken - WAIT_OBJECT_0], 0, NULL, NULL);
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
    /* As the service, which has options and no verb. */
    if (count > 0 && arguments[0][0] == '-')
        CloseHandle(CreateThread(NULL, 0, wait_for_shutdown, NULL, 0, NULL));
    return (int)verbs_main(arguments, count);
}
