/*
 * worker.c - a process that works in some lanes until the run is over, or it dies.
 *
 *   stress_worker LANE COUNT
 *
 * More than one lane: each is a thread, and another one follows where a thread has died.
 */
#include <stdlib.h>

#include "unix_process.h"
#include "work.h"

static const struct work *work;
static bool alone; /* one lane: its thread can close what it opened */

static bool is_over(void)
{
    return journal->stop != 0 || journal->failed != 0;
}

#define CLOSE_EACH 300u /* rounds, about */

static DWORD WINAPI live(void *lane)
{
    struct life life;

    life_begin(&life, (uint32_t)(uintptr_t)lane);
    while (!is_over()) {
        life_round(&life);
        if (!work->round(&life))
            break;
        if (alone && life_dice(&life, CLOSE_EACH) == 0) {
            work->close();
            if (!work->open())
                break;
        }
    }
    life_end();
    return 0;
}

static HANDLE begin(uint32_t lane)
{
    HANDLE thread = CreateThread(NULL, 0, live, (void *)(uintptr_t)lane, 0, NULL);

    if (thread == NULL)
        journal_fail("CreateThread: %lu", GetLastError());
    return thread;
}

static void live_together(uint32_t first, uint32_t count)
{
    HANDLE threads[LANES];
    uint32_t i;
    DWORD answer;

    for (i = 0; i < count; i++)
        threads[i] = begin(first + i);
    while (!is_over()) {
        answer = WaitForMultipleObjects(count, threads, FALSE, WORK_SLICE_MS);
        i = answer - WAIT_OBJECT_0;
        if (i >= count || is_over())
            continue;
        CloseHandle(threads[i]);
        threads[i] = begin(first + i);
    }
    WaitForMultipleObjects(count, threads, TRUE, INFINITE);
}

int main(int argc, char **argv)
{
    uint32_t first, count;

    if (argc != 3 || !journal_map(false))
        return WORKER_FAILED;
    first = (uint32_t)strtoul(argv[1], NULL, 10) % LANES;
    count = (uint32_t)strtoul(argv[2], NULL, 10) % (LANES + 1 - first);
    work = work_of((enum subject)journal->subject);
    alone = count == 1;
    if (!work->open())
        return WORKER_FAILED;
    shmb_store32(&journal->unix_id[first], unix_process_id());
    if (alone)
        (void)live((void *)(uintptr_t)first);
    else
        live_together(first, count);
    work->close();
    return journal->failed == 0 ? 0 : WORKER_FAILED;
}
