/*
 * fail.h - failures as one line and an exit code.
 */
#ifndef CLI_FAIL_H
#define CLI_FAIL_H

#include <stdint.h>

#include "exit_codes.h"
#include "shmb.h"

/* The exit code for a result of the library; shmb --help lists them. */
enum shmb_exit fail_code(int32_t result);

/* Prints "NAME: sentence" for the result of the library's last failed call. */
enum shmb_exit fail_result(const char *name, int32_t result);

/* The same for shmb_request and shmb_request_ask, with what the broker answered. */
enum shmb_exit fail_request(const char *name, int32_t result, const shmb_request_info *info);

/* The same for opening or reading the directory, for a verb that needs it. */
enum shmb_exit fail_directory(const char *verb, int32_t result);

/* Prints "NAME: " and what is wrong with it as a name. Returns SHMB_EXIT_USAGE. */
enum shmb_exit fail_name(const char *name);

/* Prints "NAME: WHAT (CALL: code, text)". Returns SHMB_EXIT_DENIED or SHMB_EXIT_SYSTEM. */
enum shmb_exit fail_call(const char *name, const char *what, const char *call, uint32_t code);

/* Prints "NAME: out of memory". Returns SHMB_EXIT_SYSTEM. */
enum shmb_exit fail_memory(const char *name);

/* Prints the warning that the lock or mutex NAME was abandoned; `advice` is added to it. */
void fail_warn_abandoned(const char *name, const char *advice);

#endif
