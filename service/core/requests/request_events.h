/*
 * request_events.h - events about requests. However many there are, each rule and account has each
 * event at once for the first one, and then every ten minutes for all since.
 */
#ifndef CORE_REQUEST_EVENTS_H
#define CORE_REQUEST_EVENTS_H

#include "event_text.h"
#include "names.h"
#include "request_message.h"
#include "system.h"

#define REQUEST_EVENTS_MS   600000u
#define REQUEST_EVENTS_MOST 64u /* that are told apart at the same time; information gives way */

struct request_event {
    enum event_id id; /* 0: not in use */
    char rule[SHMB_RULE_NAME_MAX + 1], account[SYS_SID_MAX];
    char name[SHMB_NAME_BYTES]; /* of the last object */
    enum shmb_kind kind;
    char detail[REPORT_FAILURE];
    uint64_t count; /* since it was logged */
    uint64_t told;  /* ticks */
};

/* All zero but for `system`: nothing has happened. */
struct request_events {
    const struct system *system;
    struct request_event events[REQUEST_EVENTS_MOST];
};

/* One event more. Of the texts, `detail` may be NULL. */
struct request_told {
    enum event_id id;
    const char *rule, *account, *name, *detail;
    enum shmb_kind kind;
};

/* What is used up, in words. Returns `out`. */
const char *request_events_quota(const struct shmb_request_answer *answer, char *out, size_t size);

void request_events_tell(struct request_events *events, const struct request_told *told);

/* Logs what has come together in ten minutes. */
void request_events_flush(struct request_events *events);
uint32_t request_events_delay(const struct request_events *events);

/* At a stop: logs what is left. */
void request_events_end(struct request_events *events);

#endif
