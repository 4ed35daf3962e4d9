/*
 * stopping.h - for verbs that run until Ctrl+C.
 */
#ifndef CLI_STOPPING_H
#define CLI_STOPPING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * From now on, Ctrl+C, Ctrl+Break and closing the console do not end the process:
 * stopping_wait returns true instead.
 */
void stopping_begin(void);

/* The event (a HANDLE) that is then set, to wait for with others. NULL: there is none. */
void *stopping_event(void);

/* Waits `ms`. Returns true, at once, after Ctrl+C or the like. */
bool stopping_wait(uint32_t ms);

#endif
