/*
 * request_pipe.h - the pipe by which programs ask for objects: system_requests.h on Win32.
 *
 * A fixed number of instances (request_turns.h), made once and kept, so that nobody else can have
 * the name, and one thread that serves them all without ever waiting for one of them. A message
 * comes to the broker's thread when it is whole and its sender known. What needs no decision is
 * answered by the pipe's own thread: too many of one process or account (SHMB_BUSY), a client that
 * does not say who it is (SHMB_NOT_ALLOWED).
 *
 * A client gets one answer for one message. A message ends with its SHMB_REQUEST_BYTES, or where
 * nothing more comes: an incomplete one is dropped at its deadline. One that is longer has one
 * byte more.
 */
#ifndef REQUEST_PIPE_H
#define REQUEST_PIPE_H

#include <windows.h>

#include "system.h"

struct request_pipe;

/*
 * Opens the pipe, for those whom `sddl` lets. Fails like system_requests.h's `listen`. All calls
 * are for the broker's thread.
 */
enum sys_status request_pipe_open(const char *sddl, struct request_pipe **out,
                                  struct sys_failure *why);

/*
 * Replaces the access of the pipe, for all who connect from now on. On failure it is as it was.
 */
enum sys_status request_pipe_protect(struct request_pipe *pipe, const char *sddl,
                                     struct sys_failure *why);

/*
 * Disconnects everybody, and ends the thread and the pipe. A request that the broker still has is
 * valid until its end. NULL is allowed.
 */
void request_pipe_close(struct request_pipe *pipe);

/* Borrowed; set as long as a message waits for request_pipe_next. */
HANDLE request_pipe_event(const struct request_pipe *pipe);

/* As `next`, `allowed`, `answer` and `drop` of system_requests.h. */
enum sys_status request_pipe_next(struct request_pipe *pipe, struct sys_request **out,
                                  struct sys_asker *asker, const void **bytes, size_t *length);
enum sys_status request_pipe_allowed(struct sys_request *request,
                                     const struct sys_descriptor *descriptor, uint32_t mask,
                                     bool write, bool *allowed, struct sys_failure *why);
void request_pipe_answer(struct sys_request *request, const void *bytes, size_t length);
void request_pipe_drop(struct sys_request *request);

#endif
