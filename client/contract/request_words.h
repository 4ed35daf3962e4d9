/*
 * request_words.h - what becomes of requests for objects, in words: for the report, figures and
 * JSON. The words never change.
 */
#ifndef SHMB_REQUEST_WORDS_H
#define SHMB_REQUEST_WORDS_H

#include "request_message.h"

/* How a request ended, as it is counted. */
enum shmb_request_outcome {
    SHMB_OUTCOME_MADE,     /* it created the object */
    SHMB_OUTCOME_EXISTED,  /* it did not have to */
    SHMB_OUTCOME_RELEASED, /* a release was done */
    SHMB_OUTCOME_ASKED,    /* only asked what the answer would be */
    SHMB_OUTCOME_REFUSED,  /* see the reason */
    SHMB_OUTCOME_COUNT
};

/* "made" and so on. NULL: no such outcome. */
const char *shmb_outcome_word(enum shmb_request_outcome outcome);

/* "no_rule", "each_objects" and so on; "none" of SHMB_WHY_NONE. NULL: no such reason. */
const char *shmb_reason_word(enum shmb_request_reason reason);

#endif
