/*
 * process.h - processes of others: started, found by the name of their program,
 * counted, killed.
 */
#ifndef TORTURE_PROCESS_H
#define TORTURE_PROCESS_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROCESS_HANGS 0xFFFFFFFEu

/* Starts a command line without a window. NULL: GetLastError(). */
HANDLE process_start(const wchar_t *command);

/* Waits, closes the handle, and returns the exit code; PROCESS_HANGS: it was killed. */
DWORD process_end(HANDLE process, DWORD patience_ms);

bool process_lives(DWORD id);

/* Kills it and waits until it is gone. False: it was not there. */
bool process_kill(DWORD id);

/* Kills those of a program's file name that were started from this folder. */
void process_kill_all(const wchar_t *program, const wchar_t *folder);

/* The processes of a program's file name; returns how many, at most `most`. */
size_t process_find(const wchar_t *program, DWORD *ids, size_t most);
size_t process_count(const wchar_t *program);

/* 0: not known. */
uint32_t process_handles(DWORD id);

#endif
