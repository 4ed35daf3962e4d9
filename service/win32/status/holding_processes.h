/*
 * holding_processes.h - finds the processes that hold an object of a name, for an
 * administrator who has to end one.
 *
 * Best effort. Windows lists handles, not names: each handle of a kind that can
 * have a name in Global\ is duplicated, and its name queried. That never blocks
 * (only files can), but takes time, and needs the right to open the other
 * processes: an administrator with SeDebugPrivilege. Even this one cannot look into
 * protected processes, of which every Windows has some; the result counts them.
 */
#ifndef HOLDING_PROCESSES_H
#define HOLDING_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts.h"

#define HOLDERS_MAX     4u   /* processes listed for one name; more are counted */
#define HOLDERS_PROGRAM 256u /* bytes of a program's file name */
#define HOLDERS_TEXT    (HOLDERS_MAX * (HOLDERS_PROGRAM + ACCOUNT_NAME_MAX + 64))

#define HOLDERS_NO_SESSION UINT32_MAX

struct holders_process {
    uint32_t process;
    uint32_t session;               /* HOLDERS_NO_SESSION: not known */
    char program[HOLDERS_PROGRAM];  /* such as "app.exe"; empty: not known */
    char account[ACCOUNT_NAME_MAX]; /* of the process; empty: not known */
};

/* The holders of one name. */
struct holders {
    const char *name; /* set by the caller, borrowed, with Global\ */
    struct holders_process found[HOLDERS_MAX];
    size_t count;  /* all processes found, even beyond HOLDERS_MAX */
    size_t closed; /* processes that could not be examined */
    bool complete; /* every process could be examined, in time */
};

/*
 * Finds the holders of `count` names, except this process. Enables
 * SeDebugPrivilege if this process has it. Takes a few seconds at most.
 */
void holders_find(struct holders *names, size_t count);

/*
 * "held by app.exe (process 1234, session 2, CORP\bob)", or that no process was found, and
 * how many could not be examined. Always terminated.
 */
void holders_text(const struct holders *holders, char out[HOLDERS_TEXT]);

#endif
