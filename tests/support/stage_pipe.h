/*
 * stage_pipe.h - plays the broker's pipe for requests, or the pipe of a program that has taken
 * its name. What goes wrong in here fails the running test.
 */
#ifndef TEST_STAGE_PIPE_H
#define TEST_STAGE_PIPE_H

#include "stage.h"

#include "request_message.h"

/*
 * Serves one client on a thread of its own; the client is disconnected when it returns. It uses no
 * assertion: they belong to the test's thread.
 */
typedef void stage_pipe_serve(HANDLE pipe);

/*
 * Opens the pipe, and serves one client after the other until stage_pipe_close. `everyone`: rights
 * of others than administrators, such as SHMB_REQUEST_PIPE_RIGHTS.
 */
void stage_pipe_open(enum stage_owner owner, uint32_t everyone, stage_pipe_serve *serve);

/* Ends it; what `serve` waits for ends at once. Nothing happens where there is none. */
void stage_pipe_close(void);

/* How many clients have connected, and how many bytes all of them have sent, as far as read. */
uint32_t stage_pipe_clients(void);
uint32_t stage_pipe_bytes(void);

/* For `serve`: reads a request as it comes. False: the client has gone, or the pipe is closed. */
bool stage_pipe_read(HANDLE pipe, uint8_t request[SHMB_REQUEST_BYTES]);

/* For `serve`: writes bytes, and waits until the client has closed its end. */
bool stage_pipe_write(HANDLE pipe, const void *bytes, size_t length);
void stage_pipe_wait(HANDLE pipe);

/* For `serve`: does nothing until stage_pipe_close. */
void stage_pipe_idle(HANDLE pipe);

/* The request that was read last. */
const struct shmb_request_message *stage_pipe_request(void);

/* Serves with this answer, whatever is asked. */
extern struct shmb_request_answer stage_pipe_answer;
void stage_pipe_answers(HANDLE pipe);

#endif
