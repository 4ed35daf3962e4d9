/*
 * process.h - which process a number means: it is given out again.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <windows.h>

#include <stdint.h>

/* When it was made, a FILETIME; 0: not known. */
uint64_t process_started(HANDLE process);

#endif
