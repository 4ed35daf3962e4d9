/*
 * slow_call.h - runs system calls that may hang and cannot be cancelled.
 *
 * Such a call runs on a thread of its own; meanwhile the caller reports progress and
 * checks whether to go on waiting.
 */
#ifndef SLOW_CALL_H
#define SLOW_CALL_H

#include <stdbool.h>
#include <windows.h>

#define SLOW_CALL_TICK_MS 1000u

struct slow_call {
    void (*work)(void *job);
    void (*free_job)(void *job);
    /* Called about once a second, on the caller's thread. NULL: none. False: give up. */
    bool (*go_on)(void *context);
    void *context;
};

/*
 * Runs `work` with `job` and waits for it. Without `go_on`, or if no thread can be
 * created, it runs on this thread. True: done, and the caller still owns `job`. False:
 * given up; `free_job` is called when the work ends at last.
 */
bool slow_call_run(const struct slow_call *slow, void *job);

#endif
