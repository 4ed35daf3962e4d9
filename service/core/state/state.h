/*
 * state.h - what the broker remembers beyond its own end: its objects with
 * their exact sizes and generations, the SIDs of accounts, its keepers.
 *
 * A file of lines, each with a check sum: a snapshot, then what has changed
 * since. What is missing, torn or of another boot costs nothing but proof; a
 * file of a newer broker is not touched.
 */
#ifndef CORE_STATE_H
#define CORE_STATE_H

#include "access.h"
#include "system.h"

#define STATE_FILE    "objects.state"
#define STATE_KEEPERS 32u /* more than that are not remembered: those that came first go */

struct state;

/* One object, as it was made. */
struct state_record {
    const char *name;
    enum shmb_kind kind;
    uint64_t size, generation;
    uint32_t control, block; /* of a segment; 0: none. See control.h */
    bool retired;            /* not held any more; clients may hold it */
    const char *lock;        /* of a segment; "": it has none; NULL: not known */
};

/* For the boot the machine is in; must outlive the state. NULL: no memory. */
struct state *state_new(const struct system *system, const char *boot);
void state_free(struct state *state); /* NULL is allowed */

/*
 * Reads the file. SYS_OK also where there is none; as much of it as can be
 * trusted. SYS_NEWER: it is a newer broker's; nothing may be written. Else it
 * could not be read, and less is known.
 */
enum sys_status state_load(struct state *state, struct sys_failure *why);

/* What is known of a name in this boot; valid until the next change. NULL: nothing. */
const struct state_record *state_find(const struct state *state, const char *name);

/* The record by number, from 0, in no order; NULL: no more. */
const struct state_record *state_at(const struct state *state, size_t index);

/*
 * One record after the other, in no order; `*at` is 0 at first. They may be
 * changed and dropped meanwhile, and none be added. NULL: no more.
 */
const struct state_record *state_next(const struct state *state, size_t *at);

/* True: state_load has read the file, or there was none. */
bool state_is_loaded(const struct state *state);

/* The SID an account had when it could be resolved last; NULL: not known. */
const char *state_sid(const struct state *state, const char *account);

/* The keepers that may live, by number, from 0; false: no more. */
bool state_keeper_at(const struct state *state, size_t index, struct sys_keeper *out);

/* The greatest generation or revision known. */
uint64_t state_stamp(const struct state *state);

/*
 * Changes what is known; written with the next state_commit. Texts are copied.
 * What cannot be had in memory makes that commit fail.
 */
void state_put(struct state *state, const struct state_record *record);
void state_drop(struct state *state, const char *name);
void state_put_sid(struct state *state, const char *account, const char *sid);
void state_put_stamp(struct state *state, uint64_t stamp);
void state_put_keeper(struct state *state, const struct sys_keeper *keeper);
void state_drop_keeper(struct state *state, const struct sys_keeper *keeper);

/* All objects are let go of: from now on all records are `retired`. */
void state_retire_all(struct state *state);

/*
 * Makes the file say what is known: adds what has changed, or writes it anew.
 * On failure, what is known stays, and the next commit writes all of it.
 */
enum sys_status state_commit(struct state *state, struct sys_failure *why);

#endif
