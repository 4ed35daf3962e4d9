/*
 * unix_process.h - Wine runs Windows programs as processes of Linux: SIGKILL ends one with no step
 * of Wine's between. Not there on Windows, nor where MSVC builds this.
 */
#ifndef STRESS_UNIX_PROCESS_H
#define STRESS_UNIX_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/* The calling process; 0: not there. */
uint32_t unix_process_id(void);

void unix_process_kill(uint32_t id);

#endif
