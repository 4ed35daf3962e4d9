/*
 * broker_context.h - the broker's struct and what its modules share: broker.c,
 * broker_start.c, broker_report.c. For them alone.
 */
#ifndef CORE_BROKER_CONTEXT_H
#define CORE_BROKER_CONTEXT_H

#include "aliases.h"
#include "backoff.h"
#include "report.h"
#include "descriptor_cache.h"
#include "maker.h"
#include "publication.h"
#include "retired.h"
#include "copy_save.h"
#include "state.h"

extern const struct backoff broker_backoff; /* of `delay` below */

struct broker {
    const struct system *system;
    struct inventory *inventory;
    struct sys_identity identity;
    struct descriptor_cache *cache; /* of the inventory */
    struct state *state;
    struct publication *publication;
    struct aliases *aliases;
    uint32_t aliases_told; /* their version in the report */
    struct retired retired;
    struct report_broker report;
    struct report_lines copies; /* for the report */
    uint64_t stamp;             /* the greatest generation or revision so far */
    uint32_t delay;             /* milliseconds to the next try */
    uint32_t patience;          /* milliseconds to wait for copies that others keep to themselves */
    bool state_due;             /* the state could not be written */
    bool audit_told;            /* that objects are not audited that are to be */
    bool unclaimed;             /* a stranger holds the name that keeps two brokers apart */
    bool finished;              /* what outlives a reboot has been saved for the last time */
};

/* The broker, as the wings below see it. */
struct maker broker_maker(struct broker *broker);
struct copy_save broker_saving(struct broker *broker);
bool broker_stopping(const struct broker *broker);

/* Objects are served also where this fails: it costs proof at the next start. */
void broker_commit(struct broker *broker);

/* Frees everything but the objects. */
void broker_release(struct broker *broker);

#endif
