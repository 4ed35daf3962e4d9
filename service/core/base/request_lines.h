/*
 * request_lines.h - what the report says of objects on request: the pipe, what each rule has
 * granted, and how many requests ended how (status_report.h); broker_report_requests takes the
 * lines.
 */
#ifndef CORE_REQUEST_LINES_H
#define CORE_REQUEST_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "report_lines.h"
#include "request_words.h"

enum request_pipe {
    REQUEST_PIPE_NONE,     /* the configuration has no `requests` */
    REQUEST_PIPE_OPEN,     /* programs can ask */
    REQUEST_PIPE_CONFLICT, /* another program has the name */
    REQUEST_PIPE_FAILED
};

/* What a rule has granted now. */
struct request_rule_figures {
    const char *name;
    uint64_t objects, objects_most; /* of `total` */
    uint64_t memory, memory_most;   /* bytes, as the quota counts them */
    size_t accounts;                /* that have any of them */
};

struct request_figures {
    enum request_pipe pipe;
    const char *why; /* conflict, failed: what is known of the holder, or what failed */
    const struct request_rule_figures *rules;
    size_t rule_count;
    uint64_t outcomes[SHMB_OUTCOME_COUNT]; /* since the start */
    uint64_t refused[SHMB_WHY_COUNT];      /* of SHMB_OUTCOME_REFUSED, by reason */
};

/*
 * Adds the lines. Of rules only those that have granted anything now; of counts only those that are
 * not 0. With REQUEST_PIPE_NONE and nothing granted or counted, there are none.
 */
void request_lines_add(const struct request_figures *figures, struct report_lines *lines);

#endif
