/*
 * A caller that gives up leaves the thread alone: Windows has no safe way to end one. So both
 * share a block of memory, which the second of them to leave frees.
 */
#include "slow_call.h"

#include <stdlib.h>

/* Freed by the second to leave: the thread at its end, or the caller that gave up. */
struct shared_job {
    struct slow_call slow;
    void *job;
    volatile LONG left;
};

static void leave(struct shared_job *shared)
{
    if (InterlockedExchange(&shared->left, 1) == 0)
        return;
    shared->slow.free_job(shared->job);
    free(shared);
}

static DWORD WINAPI run(void *context)
{
    struct shared_job *shared = context;

    shared->slow.work(shared->job);
    leave(shared);
    return 0;
}

/* NULL: no `go_on`, or no thread; then slow_call_run does the work itself. */
static HANDLE begin(const struct slow_call *slow, void *job, struct shared_job **out)
{
    struct shared_job *shared = slow->go_on != NULL ? malloc(sizeof(*shared)) : NULL;
    HANDLE thread = NULL;

    *out = shared;
    if (shared == NULL)
        return NULL;
    *shared = (struct shared_job){.slow = *slow, .job = job};
    thread = CreateThread(NULL, 0, run, shared, 0, NULL);
    if (thread == NULL)
        free(shared);
    return thread;
}

bool slow_call_run(const struct slow_call *slow, void *job)
{
    struct shared_job *shared;
    HANDLE thread = begin(slow, job, &shared);
    bool done = true;

    if (thread == NULL) {
        slow->work(job);
        return true;
    }
    while (done && WaitForSingleObject(thread, SLOW_CALL_TICK_MS) == WAIT_TIMEOUT)
        done = slow->go_on(slow->context);
    CloseHandle(thread);
    if (done)
        free(shared); /* the thread has ended */
    else
        leave(shared);
    return done;
}
