/*
 * process_facts.h - who a process is: program, session, account, start.
 */
#ifndef PROCESS_FACTS_H
#define PROCESS_FACTS_H

#include <stddef.h>
#include <stdint.h>

#define PROCESS_PATH    1024u /* bytes of a program's path; a longer one is cut */
#define PROCESS_ACCOUNT 512u
#define PROCESS_TEXT    (PROCESS_PATH + PROCESS_ACCOUNT + 64u)

#define PROCESS_NO_SESSION UINT32_MAX

/* Texts are those of others: print them through shmb_make_visible or as JSON. */
struct process_facts {
    uint32_t process;
    uint32_t session;              /* PROCESS_NO_SESSION: not known */
    char path[PROCESS_PATH];       /* of the program; only its name where the caller may not open
                                      the process; empty: not known */
    char account[PROCESS_ACCOUNT]; /* "DOMAIN\name" or a SID; empty: not known */
    uint64_t started;              /* FILETIME; 0: not known */
};

/*
 * Asks for a process. Enables SeDebugPrivilege for it if this process has the privilege. A process
 * that has ended has no facts but its id. May take seconds if a domain does not answer.
 */
void process_facts_find(uint32_t process, struct process_facts *out);

/*
 * "C:\App\app.exe (process 1234, session 2, CORP\bob)", made visible; "a program (process 1234)" if
 * nothing is known. Always terminated. Returns the length.
 */
size_t process_facts_text(const struct process_facts *facts, char *out, size_t size);

#endif
