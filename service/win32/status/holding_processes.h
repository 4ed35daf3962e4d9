/*
 * holding_processes.h - which processes hold the object of a name, for the administrator
 * who has to end one.
 *
 * Best effort. Windows tells of handles, not of names: each handle of a kind
 * that can have a name in Global\ is copied and asked. That never waits (only
 * files can), but takes time, and needs the right to open the other processes:
 * an administrator's, with SeDebugPrivilege. What cannot be known is told.
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
    char account[ACCOUNT_NAME_MAX]; /* whose it is; empty: not known */
};

/* The holders of one name. */
struct holders {
    const char *name; /* borrowed, with Global\; the rest is filled in */
    struct holders_process found[HOLDERS_MAX];
    size_t count;  /* processes, also those beyond HOLDERS_MAX */
    bool complete; /* every process could be asked, in time */
};

/*
 * Looks for the holders of `count` names, this process left out. Enables
 * SeDebugPrivilege for this process where it has it. Takes some seconds at most.
 */
void holders_find(struct holders *names, size_t count);

/*
 * "held by app.exe (process 1234, session 2, CORP\bob)", or why that cannot be
 * said. Always terminated.
 */
void holders_text(const struct holders *holders, char out[HOLDERS_TEXT]);

#endif
