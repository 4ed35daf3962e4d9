/*
 * child.h - programs that a test starts: in other sessions, with weaker tokens,
 * their output read line by line with a deadline, and all of them killed in the
 * end.
 */
#ifndef TEST_CHILD_H
#define TEST_CHILD_H

#include <windows.h>

#include <stdbool.h>

/* Nothing takes that long unless it is broken, on a busy machine neither. */
#define SUPPORT_DEADLINE_MS 60000u
#define SUPPORT_LINE_MAX    32768u

struct child;

/* How a program is started; zero means as the test itself. */
struct launch {
    const char *session; /* simulated session such as "2"; Wine only */
    bool standard_user;  /* no Administrators, no privileges */
    const char *deny;    /* more groups without effect, such as "IU AU" */
    bool no_privileges;  /* but that to pass through folders */
    bool console;        /* a console of its own, without a window; for child_interrupt */
    bool breakaway;      /* what it starts may leave its job, and outlive the test */
    const char *user;    /* another account, by SID; only where support_tokens() */
    const char *groups;  /* its groups, such as "WD AU IU"; NULL: those of a standard user */
    const char *owners;  /* groups that may own objects as well: it may create global ones */
};

/*
 * The command line of the launcher that goes before a program which is to start so; empty
 * where none is needed.
 */
void launch_prefix(const struct launch *how, char *out, size_t size);

/*
 * Starts a command line. The program's output and errors come through one
 * pipe; its input stays open until child_end. `how` may be NULL.
 */
struct child *child_start(const struct launch *how, const char *format, ...);

/* Starts this program again as a client: verb and arguments. */
struct child *client_start(const struct launch *how, const char *format, ...);

/* The same of the other bitness: support_counterpart, which must be there and be so. */
struct child *client_start_other(const struct launch *how, const char *format, ...);

/* Its process; where a launcher is in front of it, that one's. */
DWORD child_id(const struct child *child);

/* The next line of output, without its end; NULL when the program has closed it. */
const char *child_line(struct child *child);

/* The next line must be exactly this one. */
void child_expect(struct child *child, const char *line);

/* Skips lines until one that starts with `prefix`, and returns that. */
const char *child_find(struct child *child, const char *prefix, DWORD deadline_ms);

/* Closes the program's input and waits for its end. Returns the exit code. */
DWORD child_end(struct child *child);

/* The same; what it said by then, each line with its end, is in `said`. It must fit. */
DWORD child_said(struct child *child, char *said, size_t size);

/* The same; its last line, printed when its input ends, must be this one. */
DWORD child_end_with(struct child *child, const char *line);

/* Kills the program and all it has started, and waits until they are gone. */
void child_kill(struct child *child);

/* Ctrl+C for a program that was started with `console` and without a launcher. */
void child_interrupt(struct child *child);

/* The same with Ctrl+Break. */
void child_break(struct child *child);

/* Runs a client that prints one line and ends with 0; returns that line. */
const char *client_line(const struct launch *how, const char *format, ...);

/* The child survives the end of the running test. */
void child_keep(struct child *child);

/* Test teardown: kills what the test has left behind. */
int support_teardown(void **state);

#endif
