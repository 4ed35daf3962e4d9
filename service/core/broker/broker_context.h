/*
 * broker_context.h - the broker's struct and what its modules share. For broker.c,
 * broker_start.c and broker_report.c only.
 */
#ifndef CORE_BROKER_CONTEXT_H
#define CORE_BROKER_CONTEXT_H

#include "aliases.h"
#include "backoff.h"
#include "copy_save.h"
#include "descriptor_cache.h"
#include "maker.h"
#include "publication.h"
#include "report.h"
#include "retired.h"
#include "state.h"

extern const struct backoff broker_backoff; /* for `delay` below */

struct broker {
    const struct system *system;
    struct inventory *inventory;
    struct sys_identity identity;
    struct descriptor_cache *cache; /* of the inventory */
    struct state *state;
    struct publication *publication;
    struct aliases *aliases;
    uint32_t aliases_reported; /* the version of the aliases that the report lists */
    struct retired retired;
    struct report_broker report;
    struct report_lines copies; /* for the report */
    uint64_t stamp;             /* the greatest generation or revision so far */
    uint32_t delay;             /* milliseconds to the next retry */
    uint32_t patience;          /* milliseconds left to wait for copies that others have open */
    bool audit_told;            /* logged that objects are not audited */
    bool unclaimed;             /* a foreign process holds the instance mutex */
    char holder[SYS_TEXT_MAX];  /* what is known of it */
    bool finished;              /* broker_finish was called */
};

/* What objects/ and copies/ need of the broker; valid while the broker does not change. */
struct maker broker_maker(struct broker *broker);
struct copy_save broker_saving(struct broker *broker);

/* True: a stop was requested. */
bool broker_stopping(const struct broker *broker);

/* Frees the broker; closes the publication and the links, but no objects. */
void broker_release(struct broker *broker);

#endif
