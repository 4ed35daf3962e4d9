/*
 * broker_state.h - what the broker writes into its state, and reports when it cannot.
 */
#ifndef CORE_BROKER_STATE_H
#define CORE_BROKER_STATE_H

struct broker;

/*
 * Writes the state. On failure objects are served all the same, but the next start may not
 * recognise them; logged once, and broker_retry writes it again.
 */
void broker_commit(struct broker *broker);

/* Puts into the state which segments have copies. */
void broker_remember_copies(struct broker *broker);

/* Both, and tells the service manager whether a stop must wait for copies. */
void broker_announce_copies(struct broker *broker);

#endif
