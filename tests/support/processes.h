/*
 * processes.h - the processes of a broker as anybody sees them: which there are,
 * who started whom, how many handles one has.
 */
#ifndef TEST_PROCESSES_H
#define TEST_PROCESSES_H

#include <windows.h>

/* How many processes run shmbroker.exe. */
size_t processes_count(void);

/* Waits until there are so many: who is killed, or has told its end, is gone a moment later. */
void processes_expect(size_t count);

/* The process that this one has started and that runs shmbroker.exe; 0: there is none. */
DWORD processes_child_of(DWORD parent);

/* The same of another program, by the beginning of its file's name. */
DWORD processes_child_named(DWORD parent, const wchar_t *image);

/* The first one that runs shmbroker.exe and has started another such; 0: there is none. */
DWORD processes_broker(void);

/* To be waited for, and ended; closed with CloseHandle. Fails the test where there is none. */
HANDLE processes_open(DWORD process);

/* Ends that process alone, and waits until it is gone. */
void processes_kill(DWORD process);

/* Waits for its end, with a deadline, and closes the handle. */
void processes_wait(HANDLE process);

size_t processes_handles(DWORD process);

#endif
