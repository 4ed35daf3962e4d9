/*
 * request_pipe.h - one request and its answer through the broker's pipe.
 *
 * Any program can make a pipe of this name while the broker has none. So the owner of the pipe is
 * checked before a byte is written, the server may learn who asks but not act as the caller
 * (SECURITY_IDENTIFICATION), and each step ends when the time is up.
 */
#ifndef LIB_REQUEST_PIPE_H
#define LIB_REQUEST_PIPE_H

#include "request_message.h" /* first: shmb.h has some of its names as numbers */

#include <stdbool.h>
#include <stdint.h>

#include "broker.h"
#include "result.h"

/* The most for one step, also of a caller who waits without limit. */
#define REQUEST_PIPE_STEP_MS 30000u

/*
 * Sends a request and reads the answer, within the time that `wait` has left. `owner` as in
 * trust_check. `*sent`: the whole request was written, so that the broker may have acted on it.
 *
 * SHMB_OK: `*length` bytes are in `answer`, as the server sent them; one more than an answer has
 * where it sent too many. SHMB_NOT_FOUND: nobody has a pipe of this name. SHMB_NO_BROKER:
 * disconnected without an answer. SHMB_ACCESS_DENIED: this program may not connect. SHMB_NOT_OURS,
 * SHMB_TIMEOUT, SHMB_NO_MEMORY, SHMB_SYSTEM.
 */
int32_t request_pipe_exchange(const uint8_t request[SHMB_REQUEST_BYTES], const char *owner,
                              const struct broker_wait *wait, uint8_t answer[SHMB_ANSWER_BYTES + 1],
                              size_t *length, bool *sent, struct fault *fault);

#endif
