/*
 * The broker has up to two handles of its keeper: the process, and until it is settled, the job
 * that ties it (keeper_launch.h). Process number and start time together name a keeper, also a
 * former one that is only known from the state.
 */
#include "keeper.h"

#include "failure.h"
#include "keeper_open.h"
#include "process_id.h"

#define END_MS                                                                                     \
    10000u /* a terminated process ends at once, except for a call that has not returned */

/* ---- start ------------------------------------------------------------------- */

/* Closes what the broker has of the former keeper, and records the new one (NULL: none). */
static void replace(struct keeper *keeper, HANDLE process, HANDLE tie)
{
    if (keeper->process != NULL)
        CloseHandle(keeper->process);
    if (keeper->tie != NULL)
        CloseHandle(keeper->tie);
    keeper->process = process;
    keeper->tie = tie;
    keeper_handles_forget(&keeper->kept);
}

enum sys_status keeper_make(struct keeper *keeper, const struct keeper_options *options,
                            struct sys_keeper *out, struct sys_failure *why)
{
    struct keeper_launched made;
    enum sys_status status = keeper_launch(options, &made, why);

    *out = (struct sys_keeper){0};
    if (status != SYS_OK)
        return status;
    replace(keeper, made.process, made.tie);
    keeper->id.process = made.id;
    keeper->id.started = process_id_started(made.process);
    *out = keeper->id;
    return SYS_OK;
}

enum sys_status keeper_settle(struct keeper *keeper, struct sys_failure *why)
{
    if (keeper->tie != NULL && !keeper_launch_untie(keeper->tie))
        return failure_set(why, "SetInformationJobObject", GetLastError());
    keeper->tie = NULL;
    return SYS_OK;
}

/* ---- what it holds ------------------------------------------------------------ */

bool keeper_add(struct keeper *keeper, HANDLE object)
{
    return keeper_handles_add(&keeper->kept, object);
}

static bool is_current(const struct keeper *keeper, const struct sys_keeper *which)
{
    return keeper->process != NULL && keeper->id.process == which->process &&
           keeper->id.started == which->started;
}

static bool has_ended(const struct keeper *keeper)
{
    return WaitForSingleObject(keeper->process, 0) != WAIT_TIMEOUT;
}

static enum sys_status no_keeper(struct sys_failure *why)
{
    return failure_say(why, SYS_NOT_FOUND, "DuplicateHandle", 0, "there is no keeper");
}

enum sys_status keeper_fill(struct keeper *keeper, size_t *held, struct sys_failure *why)
{
    HANDLE object, there;
    size_t at = 0;
    DWORD code = ERROR_SUCCESS;

    *held = 0;
    if (keeper->process == NULL)
        return no_keeper(why);
    while (code == ERROR_SUCCESS && (object = keeper_handles_next(&keeper->kept, &at)) != NULL) {
        if (DuplicateHandle(GetCurrentProcess(), object, keeper->process, &there, 0, FALSE,
                            DUPLICATE_SAME_ACCESS))
            keeper_handles_set(&keeper->kept, object, there);
        else
            code = GetLastError();
    }
    /* Checked last: a keeper that has ended meanwhile holds nothing. */
    if (has_ended(keeper)) {
        keeper_forget(keeper);
        return no_keeper(why);
    }
    *held = keeper->kept.there;
    return code == ERROR_SUCCESS ? SYS_OK : failure_set(why, "DuplicateHandle", code);
}

/* Moves the handle into this process and closes it here, which works on every Windows. */
static void close_there(HANDLE keeper, HANDLE there)
{
    HANDLE fetched;

    /* Fails only if the keeper has ended, and its handles with it. */
    if (DuplicateHandle(keeper, there, GetCurrentProcess(), &fetched, 0, FALSE,
                        DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE))
        CloseHandle(fetched);
}

void keeper_close(struct keeper *keeper, HANDLE object)
{
    HANDLE there = keeper_handles_remove(&keeper->kept, object);

    CloseHandle(object);
    if (there != NULL && keeper->process != NULL && !keeper->left)
        close_there(keeper->process, there);
}

void keeper_forget(struct keeper *keeper)
{
    replace(keeper, NULL, NULL);
    keeper->id = (struct sys_keeper){0};
}

enum sys_status keeper_take_back(struct keeper *keeper, const struct sys_keeper *which,
                                 const char *name, struct sys_facts *facts, struct sys_object **out,
                                 struct sys_failure *why)
{
    if (!is_current(keeper, which))
        return keeper_fetch(&keeper->former, which, name, facts, out, why);
    *out = NULL;
    *facts = (struct sys_facts){.kind = SHMB_KIND_COUNT};
    return failure_say(why, SYS_NOT_FOUND, "DuplicateHandle", 0, "it is the broker's own keeper");
}

void keeper_leave(struct keeper *keeper)
{
    keeper_fetch_forget(&keeper->former, NULL);
    keeper_forget(keeper);
    keeper_handles_free(&keeper->kept);
    keeper->left = false;
}

/* ---- ending ------------------------------------------------------------------- */

/* Terminates the process if it is the keeper `which`. SYS_OK: the keeper does not run any more. */
static enum sys_status terminate(HANDLE process, const struct sys_keeper *which,
                                 struct sys_failure *why)
{
    if (process_id_started(process) != which->started ||
        WaitForSingleObject(process, 0) == WAIT_OBJECT_0)
        return SYS_OK; /* it has ended; another process may have its number now */
    if (!process_id_is_ours(process))
        return failure_say(why, SYS_FAILED, "QueryFullProcessImageNameW", 0,
                           "process %lu is not this program", (unsigned long)which->process);
    /* Windows also denies access to a process that is just ending. */
    if (!TerminateProcess(process, 0) && WaitForSingleObject(process, END_MS) != WAIT_OBJECT_0)
        return failure_set(why, "TerminateProcess", ERROR_ACCESS_DENIED);
    if (WaitForSingleObject(process, END_MS) != WAIT_OBJECT_0)
        return failure_say(why, SYS_LATER, "TerminateProcess", 0, "process %lu does not end",
                           (unsigned long)which->process);
    return SYS_OK;
}

enum sys_status keeper_end(struct keeper *keeper, const struct sys_keeper *which,
                           struct sys_failure *why)
{
    HANDLE process = keeper_open(which->process, PROCESS_TERMINATE);
    enum sys_status status = SYS_OK;
    DWORD code = GetLastError();

    if (process != NULL) {
        status = terminate(process, which, why);
        CloseHandle(process);
    } else if (process_id_runs(which->process, which->started)) {
        /* Else it has ended, and a process that denies access may have its number. */
        status = failure_set(why, "OpenProcess", code);
    }
    if (status == SYS_OK)
        keeper_fetch_forget(&keeper->former, which);
    if (status == SYS_OK && is_current(keeper, which))
        keeper_forget(keeper);
    return status;
}
