#include "slow_call.h"

#include <stdlib.h>

/* Whoever comes second, the work's end or who gave it up, frees all. */
struct errand {
    struct slow_call slow;
    void *job;
    volatile LONG left;
};

static void leave(struct errand *errand)
{
    if (InterlockedExchange(&errand->left, 1) == 0)
        return;
    errand->slow.free_job(errand->job);
    free(errand);
}

static DWORD WINAPI run(void *context)
{
    struct errand *errand = context;

    errand->slow.work(errand->job);
    leave(errand);
    return 0;
}

static HANDLE begin(const struct slow_call *slow, void *job, struct errand **out)
{
    struct errand *errand = slow->go_on != NULL ? malloc(sizeof(*errand)) : NULL;
    HANDLE thread = NULL;

    *out = errand;
    if (errand == NULL)
        return NULL;
    *errand = (struct errand){.slow = *slow, .job = job};
    thread = CreateThread(NULL, 0, run, errand, 0, NULL);
    if (thread == NULL)
        free(errand);
    return thread;
}

bool slow_call_run(const struct slow_call *slow, void *job)
{
    struct errand *errand;
    HANDLE thread = begin(slow, job, &errand);
    bool done = true;

    if (thread == NULL) {
        slow->work(job);
        return true;
    }
    while (done && WaitForSingleObject(thread, SLOW_CALL_TICK_MS) == WAIT_TIMEOUT)
        done = slow->go_on(slow->context);
    CloseHandle(thread);
    if (done)
        free(errand); /* the thread has left it */
    else
        leave(errand);
    return done;
}
