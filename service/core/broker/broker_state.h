/*
 * broker_state.h - what the broker writes into its state, and reports when it cannot.
 */
#ifndef CORE_BROKER_STATE_H
#define CORE_BROKER_STATE_H

struct broker;

/*
 * If another program held the state file at the start: reads it now, and does with it what the
 * start does. No commit but broker_commit reads it.
 */
void broker_read_held(struct broker *broker);

/*
 * Writes the state, after broker_read_held. On failure objects are served all the same, but the
 * next start may not recognise them; logged once, and broker_retry writes it again.
 */
void broker_commit(struct broker *broker);

/* Puts into the state which segments have copies. */
void broker_remember_copies(struct broker *broker);

/* Both, and tells the service manager whether a stop must wait for copies. */
void broker_announce_copies(struct broker *broker);

#endif
