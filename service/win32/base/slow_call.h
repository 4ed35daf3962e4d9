/*
 * slow_call.h - calls of the system that may hang and cannot be cut short.
 *
 * They run on a thread of their own, while the caller shows that it is alive
 * and looks whether it should go on waiting.
 */
#ifndef SLOW_CALL_H
#define SLOW_CALL_H

#include <stdbool.h>
#include <windows.h>

#define SLOW_CALL_TICK_MS 1000u

struct slow_call {
    void (*work)(void *job);
    void (*free_job)(void *job);
    /* Called about once a second by the caller's thread; false: wait no longer. */
    bool (*go_on)(void *context);
    void *context;
};

/*
 * Does `work` with `job`, and waits for it; at once on this thread where there
 * is no `go_on`, or no other thread to be had. True: done, and `job` is the
 * caller's. False: it was given up; `job` is freed when the work ends some day.
 */
bool slow_call_run(const struct slow_call *slow, void *job);

#endif
