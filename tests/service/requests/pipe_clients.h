/*
 * pipe_clients.h - raw clients of the pipe for requests: tests/tools/pipe_client.c, whose steps are
 * told there.
 */
#ifndef TEST_PIPE_CLIENTS_H
#define TEST_PIPE_CLIENTS_H

#include "support.h"

/* A whole message, and all of a request. */
#define WHOLE "send:704"
#define ASKS  "open " WHOLE " read"

struct child *pipe_client(const char *steps);
struct child *pipe_client_as(const struct launch *how, const char *steps);

/* Of the other bitness; skips the test where there is none. */
struct child *pipe_client_other(const char *steps);

/* The next line of a client must be this one; then it ends. */
void pipe_client_says(struct child *client, const char *line);

/* One that asks gets an answer, of result and reason 0. */
void pipe_client_is_answered(void);

#endif
