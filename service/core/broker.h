/*
 * broker.h - creates what an inventory names, holds and publishes it, tries
 * again what it could not have, lets go at the end.
 */
#ifndef CORE_BROKER_H
#define CORE_BROKER_H

#include "inventory.h"
#include "system.h"

struct broker;

/* What a broker holds. */
struct broker_counts {
    size_t held, missing;
};

/*
 * Creates every object of the inventory. One that cannot be had is reported
 * and left for broker_retry; it stops nobody else. Between two objects the
 * start makes progress visible and looks whether it should end.
 *
 * SYS_OK: the broker lives (also when asked to stop in between).
 * SYS_TAKEN: another broker runs. Else the start failed; it has been reported,
 * nothing is held, `*out` is NULL. The inventory must outlive the broker.
 */
enum sys_status broker_start(const struct system *system, struct inventory *inventory,
                             struct broker **out, struct sys_failure *why);

struct broker_counts broker_counts(const struct broker *broker);

/*
 * Tries every missing object, and what is missing of the publication, once
 * more; reports and publishes only what has changed.
 */
void broker_retry(struct broker *broker);

/* Milliseconds until broker_retry should be called; UINT32_MAX: never. */
uint32_t broker_retry_delay(const struct broker *broker);

/* Lets go of everything and frees the broker. Returns how many objects it held. */
size_t broker_stop(struct broker *broker);

#endif
