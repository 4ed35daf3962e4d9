/*
 * advice.h - what a configuration allows that its author may come to regret.
 * Said to who asks, by `check`, and not at every start.
 */
#ifndef CORE_ADVICE_H
#define CORE_ADVICE_H

#include "messages.h"
#include "model.h"
#include "trustees.h"

/*
 * Adds a warning at each place of a configuration from which an inventory has
 * been built with `known`: `full` for anyone who has not all rights anyway,
 * write for everybody, write at low integrity, locks on which readers may wait,
 * and an owner in SDDL that clients do not trust. What many objects share is
 * spoken of once.
 */
void advice_add(const struct cfg *config, struct trustees *known, struct cfg_messages *messages);

/* The same for a service that may not audit: a warning where `audit: true` stands. */
void advice_audit(const struct cfg *config, struct cfg_messages *messages);

#endif
