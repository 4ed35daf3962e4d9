/*
 * shmb_run.h - runs shmb.exe as a process and keeps all it says.
 */
#ifndef TEST_SHMB_RUN_H
#define TEST_SHMB_RUN_H

#include "stage.h"

/* How the tests run it most of the time. */
extern const struct launch shmb_user;

/* Starts it with these arguments. */
struct child *shmb_start(const struct launch *how, const char *format, ...);

/*
 * Runs it to its end: returns the exit code; `*said` is all it has written, output
 * and errors, valid until the next call.
 */
DWORD shmb_run(const struct launch *how, const char **said, const char *format, ...);

/* The same, as a standard user: this must be the exit code, and the whole of what it says. */
void shmb_expect(DWORD code, const char *said, const char *format, ...);

/*
 * The same for a document with --json on the standard output, without the blanks and line ends
 * between its tokens; and as shmb_run, as a standard user.
 */
DWORD shmb_run_json(const char **said, const char *format, ...);
void shmb_expect_json(DWORD code, const char *document, const char *format, ...);

/* Runs it with an output that nobody reads. Returns the exit code. */
DWORD shmb_unread(const char *format, ...);

/* The exit code must be this one, and this a part of the one line it says. */
void shmb_expect_line(DWORD code, const char *part, const char *format, ...);

/*
 * Runs it with bytes as input, from a pipe or from a file, and its output in a file.
 * Returns the exit code; `*output` is to be freed.
 */
enum shmb_input { SHMB_FROM_PIPE, SHMB_FROM_FILE };
DWORD shmb_bytes(enum shmb_input from, const void *input, size_t length, char **output,
                 size_t *output_length, const char *format, ...);

#endif
