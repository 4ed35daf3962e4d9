/*
 * failure.h - translates Win32 codes into the core's statuses and texts.
 */
#ifndef FAILURE_H
#define FAILURE_H

#include "compiler.h"
#include "system.h"

/* The status for a Win32 code, unless the code has a special meaning after that call. */
enum sys_status failure_status(uint32_t code);

/*
 * Fills `why` with call, code and Windows' text for the code. Returns
 * failure_status(code). `call` must be static.
 */
enum sys_status failure_set(struct sys_failure *why, const char *call, uint32_t code);

/* Fills `why` with a text of our own and returns `status`. A long text is cut, with a mark. */
enum sys_status failure_say(struct sys_failure *why, enum sys_status status, const char *call,
                            uint32_t code, const char *format, ...) SHMB_PRINTF(5, 6);

#endif
