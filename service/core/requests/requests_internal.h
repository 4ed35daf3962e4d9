/*
 * requests_internal.h - what the modules of requests share; for them alone: requests.c,
 * request_batch.c, request_change.c, request_report.c,
 * grant_life.c.
 */
#ifndef CORE_REQUESTS_INTERNAL_H
#define CORE_REQUESTS_INTERNAL_H

#include "grants.h"
#include "name_index.h"
#include "request_access.h"
#include "request_events.h"
#include "request_listen.h"
#include "request_rate.h"
#include "request_words.h"
#include "requests.h"
#include "text.h"

/* A message of the batch. */
struct request_entry {
    struct sys_request *request;
    struct sys_asker asker;
    struct shmb_request_message message;
    struct shmb_request_answer answer;
    struct grant *made; /* asks for this one, which is new; else NULL */
    bool decided;       /* `answer` is the answer, unless the change fails */
    bool released;      /* `answer` depends on the change */
    bool charged;       /* it has been taken out of its account's rate */
};

struct requests {
    const struct system *system;
    struct broker *broker;  /* NULL: does not run yet */
    struct grants *now;     /* in force; NULL: none are known yet */
    struct grants *next;    /* of the configuration that is being read; else NULL */
    size_t lost;            /* grants that `next` has not */
    struct text lost_names; /* of these */
    struct request_access access;
    struct request_rate rate;
    struct request_events events;
    struct request_listen listen;
    struct name_index index; /* of the inventory in force */
    const struct inventory *indexed;
    struct totals configured; /* of the configuration in force */
    struct request_entry batch[REQUESTS_BATCH];
    size_t waiting; /* entries that are left for the next batch, the first ones */
    uint64_t outcomes[SHMB_OUTCOME_COUNT], refused[SHMB_WHY_COUNT]; /* since the start */
    uint64_t look_at;   /* ticks of the next look; UINT64_MAX: nothing to look at */
    bool in_part;       /* the next look is for grants that are held in part only */
    uint64_t report_at; /* ticks: when the report is to be written again; UINT64_MAX: not */
};

/* request_report.c */

/* Something has changed: the report says so within a second. */
void request_report_soon(struct requests *requests);

/* Counts an entry that was answered. */
void request_report_count(struct requests *requests, const struct request_entry *entry);

/* Puts the lines of the report into it. */
void request_report_write(struct requests *requests);

/* request_change.c */

/*
 * Makes what is new and ends what is leaving, as one change of the broker. SYS_OK: those that could
 * not be made are leaving now, all others are held. Else everything is as before, and new grants
 * are gone; `why` says what failed.
 */
enum sys_status request_change(struct requests *requests, struct desired *desired,
                               struct sys_failure *why);

/* Ends all grants that are leaving: those whose objects programs have open count on. */
void request_change_settle(struct requests *requests);

/* The item of a name in the inventory in force; NULL: none. */
const struct item *request_find_item(struct requests *requests, const struct desired *desired,
                                     const char *name);

/* The inventory has changed. */
void request_forget_index(struct requests *requests);

/* True: all objects of a grant are held. */
bool request_is_held(const struct grant *grant, const struct inventory *inventory);

/* grant_life.c */

/* True: no other program has the object of a held grant open, nor a companion. */
bool grant_life_unused(const struct requests *requests, const struct grant *grant,
                       const struct inventory *inventory);

/* A new grant, or one that programs may still use: when to look next. */
void grant_life_begin(struct requests *requests);

/* The next look finds grants that are held in part only, and ends them. */
void grant_life_soon(struct requests *requests);

/* Ends what is due. */
void grant_life_look(struct requests *requests, struct desired *desired);

#endif
