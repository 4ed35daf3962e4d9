/*
 * holding_processes.h - finds the processes that have an object of a name open.
 *
 * Windows lists handles, not names. If this process can open the object, it finds the object's
 * address in the list, and with it the handles of all processes. Newer versions of Windows hide
 * addresses from those without SeDebugPrivilege, and some objects cannot be opened: then each
 * handle of a kind that can have a name in Global\ is duplicated, and its name queried. That never
 * blocks (only files can), but takes time, and needs the right to open the other processes: an
 * administrator with SeDebugPrivilege. Even this one cannot look into protected processes, of
 * which every Windows has some; the result counts them.
 *
 * A process that closed its handle and kept a view of the section is not found.
 */
#ifndef HOLDING_PROCESSES_H
#define HOLDING_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "process_facts.h"

#define HOLDERS_MOST  256u /* processes listed for one name; more are counted */
#define HOLDERS_NAMED 4u   /* processes that holders_text names */
#define HOLDERS_TEXT  (HOLDERS_NAMED * (PROCESS_TEXT + 8u) + 128u)

struct holders_process {
    struct process_facts facts;
    uint32_t access; /* the rights of all its handles together */
};

/* The holders of one name. */
struct holders {
    const char *name; /* set by the caller, borrowed, with Global\ */
    struct holders_process *found;
    size_t listed; /* of `found` */
    size_t count;  /* all processes found, even beyond HOLDERS_MOST */
    size_t closed; /* processes that could not be examined */
    bool complete; /* every process could be examined, in time */
};

/*
 * Finds the holders of `count` names, except this process. Enables
 * SeDebugPrivilege if this process has it. Takes a few seconds at most.
 */
void holders_find(struct holders *names, size_t count);
void holders_free(struct holders *names, size_t count);

/*
 * "held by C:\App\app.exe (process 1234, session 2, CORP\bob)" for the first of them, or that no
 * process was found, and how many could not be examined. Always terminated, made visible.
 */
void holders_text(const struct holders *holders, char out[HOLDERS_TEXT]);

#endif
