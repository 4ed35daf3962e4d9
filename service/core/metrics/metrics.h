/*
 * metrics.h - figures of a broker for monitoring, before metrics_text.h writes them. The broker
 * fills them from what it holds, the verb `metrics` from what the broker publishes; the report
 * (status_report.h) is read in the same way by both.
 */
#ifndef CORE_METRICS_H
#define CORE_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "names.h"
#include "request_words.h"
#include "status_report.h"

#define METRICS_SEGMENTS_MOST 1000u /* segments, and copies, with figures of their own */
#define METRICS_EVENT_FIRST   100u  /* the numbers of events (core/port/events.h) */
#define METRICS_EVENT_COUNT   300u
#define METRICS_RESULTS       5u /* of a reload: enum shmb_reload_result */
#define METRICS_REASONS       24u

enum metrics_state {
    METRICS_HELD,
    METRICS_DEFERRED,
    METRICS_CONFLICT,
    METRICS_FAILED, /* also one that was not tried yet */
    METRICS_STATES
};

struct metrics_segment {
    char *name; /* bare */
    uint64_t bytes;
    const char *lock; /* static: "mutex", "fast", "none" */
    bool shared;      /* it has a block in a control section, which is read: */
    bool abandoned;
    uint64_t change; /* the change number */
    uint64_t writes; /* finished writes */
};

struct metrics_copy {
    char *name;     /* bare */
    uint64_t saved; /* seconds since 1970; 0: never */
    bool failed;
};

/* All zero: nothing is known, and no broker runs. */
struct metrics {
    bool up;               /* a broker runs */
    uint64_t now, started; /* FILETIME; 0: not known */
    uint32_t every_ms;     /* how often the file is written; 0: it is not */
    uint32_t handles;      /* that the broker has open; 0: not known */
    bool listed;           /* objects are known: */
    size_t objects[SHMB_KIND_COUNT][METRICS_STATES];
    uint64_t bytes;                    /* of held sections */
    uint64_t requested_bytes;          /* of those that programs have asked for */
    size_t requested[SHMB_KIND_COUNT]; /* objects that programs have asked for, held */
    bool reported;                     /* the report is known: */
    char version[40];                  /* empty: not known */
    bool degraded;
    size_t reasons[METRICS_REASONS]; /* by metrics_reason, those of the report */
    size_t adopted, retired, cut;
    uint64_t config_read; /* seconds since 1970; 0: not known */
    uint64_t reloads[METRICS_RESULTS];
    uint32_t last_reload; /* enum shmb_reload_result */
    bool keeper;          /* one runs, and holds: */
    uint64_t keeper_objects;
    bool listening; /* programs can ask for objects */
    uint64_t outcomes[SHMB_OUTCOME_COUNT], refused[SHMB_WHY_COUNT]; /* of requests */
    bool known[METRICS_EVENT_COUNT]; /* by number - METRICS_EVENT_FIRST: there is such an event */
    uint64_t events[METRICS_EVENT_COUNT];
    struct metrics_segment *segments;
    size_t segment_count, segments_left_out;
    struct metrics_copy *copies;
    size_t copy_count, copies_left_out;
    bool failed; /* no memory: it is not complete */
};

/* Counts an object; `bytes` only of a section or queue. */
void metrics_object(struct metrics *metrics, enum shmb_kind kind, enum metrics_state state,
                    uint64_t bytes);

/* Counts a held object that a program has asked for, also a companion. `bytes` as above. */
void metrics_requested(struct metrics *metrics, enum shmb_kind kind, bool companion,
                       uint64_t bytes);

/*
 * Adds a held segment by its bare name, all zero but the name; valid until the next call. NULL: it
 * is one too many, or there is no memory.
 */
struct metrics_segment *metrics_segment(struct metrics *metrics, const char *name);

/* Adds what the block of a segment says (control.h); programs may have written any values. */
void metrics_block(struct metrics_segment *segment, uint64_t change, uint64_t sequence,
                   uint32_t abandoned);

/* How often an event was logged. Numbers out of range are ignored. */
void metrics_event(struct metrics *metrics, uint32_t number, uint64_t count);

/* Adds what the report says; `text` has report->text_size bytes. */
void metrics_report(struct metrics *metrics, const struct shmb_report *report, const char *text);

/* The word of a reason to be degraded, and how many things it is about. NULL: no more of them. */
const char *metrics_reason(const struct metrics *metrics, size_t which, size_t *count);

void metrics_free(struct metrics *metrics);

#endif
