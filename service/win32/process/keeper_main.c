/*
 * Hardens the process, waits twice and exits. It never touches the handles that it is given,
 * and Windows closes them at its end.
 */
#include "keeper_main.h"

#include <windows.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "harden.h"
#include "process_id.h"
#include "units.h"

struct task {
    DWORD broker;
    uint64_t started;
    DWORD hold_ms;
    bool console;
};

/* The fourth number, the place, is only for keeper_find.c. */
static bool read_task(char *const *words, size_t count, struct task *out)
{
    uint64_t numbers[4];
    size_t i;

    if (count < 4 || count > 5 || (count == 5 && strcmp(words[4], "console") != 0))
        return false;
    for (i = 0; i < 4; i++)
        if (units_number(words[i], strlen(words[i]), &numbers[i]) != UNITS_OK)
            return false;
    /* Sleep(INFINITE) would never end. */
    if (numbers[0] > UINT32_MAX || numbers[2] >= INFINITE)
        return false;
    out->broker = (DWORD)numbers[0];
    out->started = numbers[1];
    out->hold_ms = (DWORD)numbers[2];
    out->console = count == 5;
    return true;
}

/* False: the broker is running, but this process may not wait for it. */
static bool wait_for_broker(const struct task *task)
{
    HANDLE broker =
        OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, task->broker);

    /* It has ended; a process that may not be opened can have its number by now. */
    if (broker == NULL)
        return !process_id_runs(task->broker, task->started);
    /* Else another process has the broker's number by now. */
    if (process_id_started(broker) == task->started)
        WaitForSingleObject(broker, INFINITE);
    /* The handle stays open: as long as it is, Windows tells when the broker ended (keeper_find.h).
     */
    return true;
}

enum shmb_exit keeper_main(char *const *words, size_t count)
{
    struct harden_refusals unused;
    struct task task;

    if (!read_task(words, count, &task)) {
        console_error(
            "shmbroker: the keeper is started by the broker itself; do not run it by hand");
        return SHMB_EXIT_USAGE;
    }
    /* Refusals are ignored: the keeper has no console and writes no events. */
    harden_apply(&harden_win32, HARDEN_KEEPER | (task.console ? (unsigned)HARDEN_CONSOLE : 0u),
                 &unused);
    if (!wait_for_broker(&task))
        return SHMB_EXIT_DENIED;
    /* During this time a new broker can start and adopt the objects. */
    Sleep(task.hold_ms);
    return SHMB_EXIT_DONE;
}
