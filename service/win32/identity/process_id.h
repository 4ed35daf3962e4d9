/*
 * process_id.h - tells processes apart: Windows reuses process numbers.
 */
#ifndef PROCESS_ID_H
#define PROCESS_ID_H

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

/* Start time as FILETIME; 0: not known. Number and start time together are unique. */
uint64_t process_id_started(HANDLE process);

/*
 * True while a process with this number and start time runs; true also if Windows does not tell.
 * Needs no right to the process.
 */
bool process_id_runs(DWORD id, uint64_t started);

/*
 * True if the file name begins with "shmbroker". An upgrade renames the program of a running
 * process to a longer name.
 */
bool process_id_is_ours(HANDLE process);
bool process_id_name_is_ours(const wchar_t *file);

#endif
