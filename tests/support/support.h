/*
 * support.h - what the tests with a second process have in common: where they
 * run, a broker on a configuration the test writes, and the client's side.
 *
 * A test program is its own client: it starts itself again with --client, and
 * that process does plain Win32 calls and prints what came out, one line each.
 * Texts are UTF-8. Whatever goes wrong in here fails the running test. Nothing
 * sleeps: every wait is for a line, an end or an object, and the deadline
 * matters only when something is broken.
 */
#ifndef TEST_SUPPORT_H
#define TEST_SUPPORT_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <windows.h>

#include <cmocka.h>
#include <stdbool.h>

#include "child.h"

/* ---- the place we run in ---- */

bool support_wine(void);

/*
 * True where programs can be started as any account (`user` in struct launch): under Wine 9
 * and later; on Windows where the test has SeCreateTokenPrivilege, which nobody has by default.
 */
bool support_tokens(void);

/* Full path of this program. */
const char *support_own_path(void);

/*
 * Full path of a program beside this one, such as "shmb.exe". The broker, and
 * the launcher that puts it into its session, are of the system's own bitness:
 * a 32-bit test finds "shmbroker.exe" and "session_launcher.exe" in the folder
 * that the environment variable SHMB_BROKER names, where it is set.
 */
const char *support_sibling(const char *file);

/*
 * Full path of this very program built for the other bitness, in the folder
 * that the environment variable SHMB_OTHER_BIN names; NULL where it is not set. Of the same
 * bitness where SHMB_NO_32 is set: the machine runs no 32-bit programs.
 */
const char *support_counterpart(void);

/* ---- the broker ---- */

/* Writes a temporary file, removed when this program ends. Returns its path. */
const char *support_file(const char *text);

/* Wine makes a file read-only whose access list a program sets, and version 10 heeds that: undoes
 * it. */
void support_writable(const char *path);

/*
 * Starts `shmbroker run --release` on such a file, and waits until it holds its
 * objects. After an orderly end no keeper goes on holding them.
 */
struct child *broker_run(const struct launch *how, const char *configuration);

/* The same on Wine in the session of services, elsewhere as the test itself. */
struct child *broker_run_session0(const char *configuration);

/* Runs `shmbroker ARGUMENTS`: its exit code must be `code`, and `part` among what it says. */
void broker_says(const char *arguments, DWORD code, const char *part);

/* The same for another program. Returns all it said, until the next call of either. */
const char *program_says(const char *program, const char *arguments, DWORD code, const char *part);

/*
 * Ends what brokers have left behind: every shmbroker.exe in the folders of the
 * tests whose parent has ended. support_teardown does it.
 */
void support_end_keepers(void);

/* ---- the client's side ---- */

struct verb {
    const char *name;
    int arguments;                     /* how many at least */
    int (*run)(int argc, char **argv); /* the arguments behind the verb; returns the exit code */
};

/*
 * Deletes what a broker remembers in its usual place. Each test begins as on a
 * machine that has seen none: support_client and support_teardown do it.
 */
void support_forget(void);

/*
 * To be called first in main: where this process is a client, does its work
 * and does not return. Knows the verbs of clients.h besides `own`.
 */
void support_client(const struct verb *own, size_t count);

/* Prints one line and flushes it. */
void client_say(const char *format, ...);

/* Waits until the test closes this client's input. */
void client_wait_for_end(void);

/* UTF-8 to UTF-16 and back, in a buffer of its own for each of the last calls. */
const wchar_t *support_wide(const char *text);
const char *support_narrow(const wchar_t *text);

#endif
