/*
 * state.h - what the broker remembers beyond its own end: its objects with their exact sizes and
 * generations, who has asked for them, the SIDs of accounts, its keepers.
 *
 * The state is a file of lines, each with a checksum: a snapshot, then the changes since. A lost
 * or damaged file, or one of another boot, costs only the proof that objects are the broker's
 * own. Changes that mean nothing after this boot are not flushed to the disk: if the machine goes
 * down, the objects are gone as well. The file of a newer broker is never written.
 */
#ifndef CORE_STATE_H
#define CORE_STATE_H

#include "access.h"
#include "system.h"

#define STATE_FILE     "objects.state"
#define STATE_FILE_MAX (256u * 1024 * 1024)
#define STATE_KEEPERS  32u /* the most that are remembered; the oldest goes first */

/*
 * The generation in the records of the broker's own sections, which have none: 0 would drop a
 * record. Objects never have it: their generations are times.
 */
#define STATE_OWN_SECTION 1u

struct state;

/* What a damaged file has lost. */
struct state_damage {
    size_t line; /* the first one that cannot be used, from 1 */
    size_t lost; /* bytes from there to the end; 0: the file ends too early */
};

/* An object as it was made. */
struct state_record {
    const char *name;
    enum shmb_kind kind;
    uint64_t size, generation;
    uint32_t control, block; /* of a segment; 0: none. See control.h */
    bool retired;            /* the broker no longer holds it; clients may */
    const char *lock;        /* of a segment; "": it has none; NULL: not known */
    bool fast;               /* that lock is a fast one; of a queue: true */
    uint32_t slots;          /* of what has a fast lock: the number of its slots section; 0: none */
    struct sys_queue queue;  /* of a queue */
};

/* An object that a program has asked for and a rule allowed, as long as the broker holds it. */
struct state_grant {
    const char *name, *account, *rule; /* the account's SID; the name of the rule */
    enum shmb_kind kind;
    uint64_t size;            /* section: bytes */
    int32_t initial, maximum; /* semaphore */
    uint32_t flags;           /* event: SHMB_REQUEST_... of request_message.h */
    uint32_t life;            /* as the rule said it then: enum cfg_life */
    uint64_t made;            /* when, as FILETIME; 0: it is dropped */
};

/*
 * An empty state. `boot` identifies the current boot and must outlive the state. NULL: no memory.
 * state_free frees it; NULL is allowed.
 */
struct state *state_new(const struct system *system, const char *boot);
void state_free(struct state *state);

/*
 * Reads the file, as much of it as can be trusted. SYS_OK also if there is none. SYS_NEWER: a
 * newer broker wrote it; do not write it. On any other status it could not be read: less is
 * known. SYS_LATER: another program held it for too long; state_load_held reads it later.
 */
enum sys_status state_load(struct state *state, struct sys_failure *why);

/*
 * After SYS_LATER from state_load: tries again, and adds what is not known yet. Until it has read
 * the file, state_commit writes nothing. SYS_OK also if there is nothing to do. After a read, the
 * caller does what follows a state_load, before it calls state_commit.
 */
enum sys_status state_load_held(struct state *state, struct sys_failure *why);

/* The record of a name in this boot; valid until the next change. NULL: none. */
const struct state_record *state_find(const struct state *state, const char *name);

/*
 * The next record, in no particular order; `*at` is 0 at first. NULL: no more. Meanwhile records
 * may be changed and dropped; one that is added may be met or not.
 */
const struct state_record *state_next(const struct state *state, size_t *at);

/* The grants of this boot, in the same way. Valid until the next change. */
const struct state_grant *state_next_grant(const struct state *state, size_t *at);

/* True: state_load has read the file, or there was none. */
bool state_is_loaded(const struct state *state);

/*
 * True: the file that state_load has read is damaged or empty, or its last line is cut. A cut line
 * of an earlier boot does not count: the machine went down while it was written. Whole lines that
 * are missing at the end are not noticed: such a file is as it was before they were appended.
 */
bool state_is_damaged(const struct state *state, struct state_damage *out);

/* The SID an account had when it was last resolved; NULL: not known. */
const char *state_sid(const struct state *state, const char *account);

/* When a segment with `keep: reboot` was first saved, in this boot or before; 0: never. */
uint64_t state_copy(const struct state *state, const char *name);

/* The keepers that may run, by number, from 0; false: no more. */
bool state_keeper_at(const struct state *state, size_t index, struct sys_keeper *out);

/*
 * Adds the keepers of brokers that have ended, if they are not listed: the file could not be
 * written, or is lost. On failure only those that were listed before are.
 */
enum sys_status state_find_keepers(struct state *state, struct sys_failure *why);

/* The greatest generation or revision known. */
uint64_t state_stamp(const struct state *state);

/*
 * These change the state in memory; state_commit writes it. Texts are copied. If memory runs
 * out, the next state_commit fails.
 */
void state_put(struct state *state, const struct state_record *record);
void state_drop(struct state *state, const char *name);
void state_put_grant(struct state *state, const struct state_grant *grant);
void state_drop_grant(struct state *state, const char *name);
void state_put_sid(struct state *state, const char *account, const char *sid);
void state_put_copy(struct state *state, const char *name, uint64_t saved); /* 0: forget it */

/* Forget the SIDs, or the copies, of all names that are not wanted. */
typedef bool state_wanted(void *context, const char *name);
void state_forget_sids(struct state *state, state_wanted *wanted, void *context);
void state_forget_copies(struct state *state, state_wanted *wanted, void *context);

void state_put_stamp(struct state *state, uint64_t stamp);
void state_put_keeper(struct state *state, const struct sys_keeper *keeper);
void state_drop_keeper(struct state *state, const struct sys_keeper *keeper);

/* Marks all records as `retired`, and drops all grants. */
void state_retire_all(struct state *state);

/*
 * True: state_commit has more to do than to write a stamp, which may wait for the next change:
 * generations of objects come with their records.
 */
bool state_is_due(const struct state *state);

/*
 * Writes the changes: appends them, or rewrites the file. On failure the state in memory stays
 * as it is, and the next commit rewrites the file. SYS_LATER also if state_load_held has to read
 * the file first.
 */
enum sys_status state_commit(struct state *state, struct sys_failure *why);

/*
 * Reports the status of a call that reads or writes the file: logs EVENT_STATE_FAILED, unless the
 * last one failed in the same way. SYS_OK after a failure: logs EVENT_STATE_RECOVERED.
 */
void state_tell(struct state *state, enum sys_status status, const struct sys_failure *why);

/* Why the file could not be read or written when state_tell was last called; NULL: it could. */
const char *state_trouble(const struct state *state);

#endif
