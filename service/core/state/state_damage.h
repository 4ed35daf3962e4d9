/*
 * state_damage.h - a state file that cannot be read to its end.
 */
#ifndef CORE_STATE_DAMAGE_H
#define CORE_STATE_DAMAGE_H

#include "state.h"

#define STATE_DAMAGED_FILE "objects.state.damaged"

/*
 * Call it after state_load and before the first state_commit, which replaces the file: if the file
 * is damaged, saves it as STATE_DAMAGED_FILE, in place of an earlier one, and logs
 * EVENT_STATE_DAMAGED.
 */
void state_damage_tell(const struct system *system, const struct state *state);

#endif
