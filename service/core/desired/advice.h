/*
 * advice.h - warnings about a valid configuration that allows more than its author may
 * want. `check` prints them; a start does not.
 */
#ifndef CORE_ADVICE_H
#define CORE_ADVICE_H

#include "messages.h"
#include "model.h"
#include "trustees.h"

/*
 * Adds a warning for each of these: `full` for an account that does not have full control
 * anyway; write access for everybody; write access at low integrity; locks on which readers
 * may wait; an owner in SDDL that clients do not trust; a label in SDDL above medium; a
 * large segment that is saved so often that it costs much time; a name by which programs may
 * detect another instance of themselves; so many slots that a start takes long; and for what
 * rule_advice.h has of rules, to which the rest applies as well. Warns once about a
 * default that many objects share. An inventory must have been built from the configuration with
 * `known` before.
 */
void advice_add(const struct cfg *config, struct trustees *known, struct cfg_messages *messages);

/* Adds a warning for each `audit: true`: for a service without the privilege to audit. */
void advice_audit(const struct cfg *config, struct cfg_messages *messages);

#endif
