/*
 * report.h - what a running mirror tells of itself: for its status file, `status` and monitoring.
 *
 * Pure. Texts are UTF-8 without control characters.
 */
#ifndef MIRROR_REPORT_H
#define MIRROR_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revision.h"
#include "text.h"

#define REPORT_NAME 604u
#define REPORT_TEXT 320u

enum report_state {
    REPORT_AGREED, /* here and at the server is the same */
    REPORT_BEHIND, /* something is on its way, or waits for the server */
    REPORT_NO_SEGMENT,
    REPORT_SIZE,  /* the sizes differ */
    REPORT_FAULT, /* the server refuses; see `why` */
    REPORT_STATES
};

struct report_segment {
    char name[REPORT_NAME];
    bool publish, follow;
    enum report_state state;
    uint64_t size; /* 0: not open */
    uint64_t revision;
    char origin[REVISION_ORIGIN + 1]; /* of that revision; empty: not known */
    uint64_t sent, received, conflicts, lost, refused;
    uint64_t bytes_sent, bytes_received;
    uint64_t lag_us;       /* of the last value: from the change or the message to its end */
    uint64_t behind_ms;    /* how long it has been REPORT_BEHIND; 0: it is not */
    char why[REPORT_TEXT]; /* of the last three states; else empty */
};

struct report {
    char version[40], origin[REVISION_ORIGIN + 1], bucket[104], config[1024];
    uint32_t process;
    uint64_t process_started; /* FILETIME; with `process`, tells whether it still runs */
    uint64_t written;         /* seconds since 1970 */
    bool connected, hearing;
    char server[300];        /* empty: none */
    char fault[REPORT_TEXT]; /* of the last connection that failed; empty: none since connected */
    uint64_t connections, bytes_in, bytes_out;
    struct report_segment *segments;
    size_t count;
};

const char *report_state_word(enum report_state state);

/* The text of the status file. Sets out->failed without memory. */
void report_write(const struct report *report, struct text *out);

/* Reads it; free with report_free. False: it is none, or of another version, or no memory. */
bool report_read(const char *text, size_t length, struct report *out);
void report_free(struct report *report);

struct json;
/* The members for `status --json`. */
void report_json(const struct report *report, bool running, struct json *json);

/* Figures in the text format of Prometheus. */
void report_metrics(const struct report *report, struct text *out);

#endif
