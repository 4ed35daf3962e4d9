/*
 * request_pipe.h - when the pipe for requests exists, and what becomes of a failure.
 */
#ifndef CORE_REQUEST_PIPE_H
#define CORE_REQUEST_PIPE_H

#include "event_text.h"
#include "report_lines.h"
#include "system.h"

/* All zero but for `system`: there is none. */
struct request_pipe {
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
void request_pipe_want(struct request_pipe *pipe, char *sddl);

/* After a failure. */
void request_pipe_retry(struct request_pipe *pipe);
uint32_t request_pipe_delay(const struct request_pipe *pipe);

/* Adds a line where it is wanted and does not work. */
void request_pipe_report(const struct request_pipe *pipe, struct report_lines *out);

/* Closes it. */
void request_pipe_end(struct request_pipe *pipe);

#endif
