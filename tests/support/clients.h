/*
 * clients.h - what client processes of several tests do: ordinary Win32 calls,
 * as a program makes them that knows nothing of the broker.
 *
 *   open KIND NAME MASK...   one error code for each mask, 0 where it opened
 *   create KIND NAME         creates or opens; "created", "exists" or the error code; waits
 *   owner KIND NAME          the owner's SID, or the error code
 *   write NAME OFFSET TEXT   writes the bytes of a text; "written"
 *   write-wait NAME OFFSET TEXT   the same, then waits with the view open
 *   dump NAME                "SIZE: HEX" of the whole view, zeros at its end left out
 *   take NAME MS             waits for a mutex; "taken", "abandoned", "timeout"; releases it
 *   hold NAME                takes a mutex; "holding"; waits
 *   wait NAME                opens a mutex; "opened"; waits for the end; then as take 0
 *   interrupt PID            Ctrl+C for the console of a process; "sent"
 *   break PID                Ctrl+Break likewise
 */
#ifndef TEST_CLIENTS_H
#define TEST_CLIENTS_H

#include "support.h"

extern const struct verb clients_verbs[];
extern const size_t clients_verb_count;

/* Opens an object of a kind by word; NULL with the last error set. */
HANDLE client_open(const char *kind, const char *name, DWORD mask);

/* Creates, or opens what is there; GetLastError() as the system's call left it. */
HANDLE client_create(const char *kind, const char *name, SECURITY_ATTRIBUTES *security);

#endif
