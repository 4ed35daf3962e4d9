/*
 * failure.h - from Win32 codes to the core's statuses, in one place.
 */
#ifndef FAILURE_H
#define FAILURE_H

#include "compiler.h"
#include "system.h"

/* The status a Win32 code stands for, where the call gives it no other meaning. */
enum sys_status failure_status(uint32_t code);

/*
 * Fills `why` with call, code and the system's sentence; returns
 * failure_status(code). `call` must be static.
 */
enum sys_status failure_set(struct sys_failure *why, const char *call, uint32_t code);

/* Fills `why` with a sentence of our own and returns `status`. A long one is cut visibly. */
enum sys_status failure_say(struct sys_failure *why, enum sys_status status, const char *call,
                            uint32_t code, const char *format, ...) SHMB_PRINTF(5, 6);

#endif
