/*
 * request_listen.h - when the pipe for requests exists, and what becomes of a failure.
 */
#ifndef CORE_REQUEST_LISTEN_H
#define CORE_REQUEST_LISTEN_H

#include "event_text.h"
#include "system.h"

/* All zero but for `system`: there is none. */
struct request_listen {
    const struct system *system;
    char *wanted;   /* owned: its access; NULL: there is to be none */
    bool open;      /* the system has it, with this access or a former one */
    bool due;       /* `wanted` is not in force yet */
    bool taken;     /* another program has one */
    uint32_t delay; /* milliseconds to the next try */
    uint32_t cause; /* of the failure that was logged last; 0: none */
    char trouble[REPORT_FAILURE];
};

/*
 * There is to be a pipe with this access, or none (NULL). Takes the text. Does nothing where that
 * is so already.
 */
void request_listen_want(struct request_listen *pipe, char *sddl);

/* After a failure. */
void request_listen_retry(struct request_listen *pipe);
uint32_t request_listen_delay(const struct request_listen *pipe);

/* Closes it. */
void request_listen_end(struct request_listen *pipe);

#endif
