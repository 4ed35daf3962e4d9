/*
 * pipe_server.h - the port's requests, on a thread of their own that stands in for the broker's:
 * it waits as the broker does, and answers everything or keeps it, as the test says.
 *
 * All calls are for the test's thread. What goes wrong fails the running test.
 */
#ifndef TEST_PIPE_SERVER_H
#define TEST_PIPE_SERVER_H

#include "support.h"

#include "system.h"

/* Everybody may ask; full for SYSTEM, Administrators, and who runs the test. */
const char *pipe_server_sddl(void);

/* What the server does with a message. */
enum pipe_server_way {
    PIPE_SERVER_ANSWERS, /* result 0, reason 0 */
    PIPE_SERVER_KEEPS,   /* takes it and waits for pipe_server_let_go */
    PIPE_SERVER_SLEEPS,  /* takes nothing */
    PIPE_SERVER_DROPS
};

/* A message that the server has taken. */
struct pipe_server_seen {
    struct sys_asker asker;
    size_t length;
};

/* Begins the thread; the pipe is not open yet. */
void pipe_server_begin(void);

/* Ends it, and with it the port. Several calls are one. */
void pipe_server_end(void);

/* On the server's thread: `work` with the port's table. Returns when it is done. */
void pipe_server_do(void (*work)(struct system *system, void *context), void *context);

/* Borrowed: what asks the server's thread to stop, and for a reload. */
HANDLE pipe_server_stop(void);
HANDLE pipe_server_reload(void);

/* As `listen` of the port. */
enum sys_status pipe_server_listen(const char *sddl, struct sys_failure *why);

void pipe_server_way(enum pipe_server_way way);

/* Answers what it keeps. */
void pipe_server_let_go(void);

/* Waits until it has taken so many messages in all since it began; the last one is in `*seen`. */
void pipe_server_await(unsigned count, struct pipe_server_seen *seen);

/* How many it has taken. */
unsigned pipe_server_count(void);

/*
 * With each message: asks whether its sender has `mask` on something with this access, until the
 * server ends or it is NULL. The answer's reason is 1 for yes, 2 for no, 3 for a failure.
 */
void pipe_server_ask(const char *sddl, uint32_t mask, bool write);

#endif
