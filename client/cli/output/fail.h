/*
 * fail.h - failures as one line and an exit code.
 */
#ifndef CLI_FAIL_H
#define CLI_FAIL_H

#include <stdint.h>

#include "exit_codes.h"

/* The exit code for a result of the library: one table, see shmb --help. */
enum shmb_exit fail_code(int32_t result);

/* Says "NAME: sentence of the result" of the library's last failed call. */
enum shmb_exit fail_result(const char *name, int32_t result);

/* Says "NAME: WHAT (CALL: code, text)"; SHMB_EXIT_DENIED or SHMB_EXIT_SYSTEM. */
enum shmb_exit fail_call(const char *name, const char *what, const char *call, uint32_t code);

/* Says "NAME: memory is short". */
enum shmb_exit fail_memory(const char *name);

/* What is said where the lock or mutex NAME was abandoned; not a failure. */
void fail_warn_abandoned(const char *name, const char *advice);

#endif
