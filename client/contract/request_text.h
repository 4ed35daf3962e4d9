/*
 * request_text.h - the answer to a request in words, for people.
 */
#ifndef SHMB_REQUEST_TEXT_H
#define SHMB_REQUEST_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct shmb_request_answer; /* request_message.h */

/* Enough for any sentence of this file, with its terminator. */
#define SHMB_REQUEST_TEXT_MAX 256

/* A sentence for a reason, without the numbers of an answer. SHMB_WHY_NONE: empty. */
const char *shmb_request_text_reason(uint32_t reason);

/*
 * Writes one sentence for the reason of an answer, with its rule and its numbers, without a full
 * stop; `size` is at least SHMB_REQUEST_TEXT_MAX. Of the answer, reason, used, most, size, retry_ms
 * and rule count (`size` 0: of another kind); control characters in the rule's name become '?'.
 * Returns `out`.
 */
const char *shmb_request_text_answer(const struct shmb_request_answer *answer, char *out,
                                     size_t size);

#endif
