/*
 * state_entries.h - what the state remembers by name, in memory: objects, accounts with their SIDs,
 * copies, grants.
 */
#ifndef CORE_STATE_ENTRIES_H
#define CORE_STATE_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nameset.h"
#include "state.h"

/* Entries of the same name and of different kinds are different ones. */
enum entry_kind { ENTRY_OBJECT, ENTRY_ACCOUNT, ENTRY_COPY, ENTRY_GRANT };

/* An object, an account with its SID, the copy of a segment, or a grant. */
struct state_entry {
    char *name;       /* owned; NULL: not in use */
    size_t next_free; /* of an entry that is not in use: the next such one, index + 1; 0: none */
    char *lock;       /* owned, the record's; NULL: not known */
    struct state_record record;
    char *sid;      /* owned; not NULL: an account */
    uint64_t saved; /* when it was first saved; not 0: a copy */
    struct state_grant *grant; /* owned, with its texts; not NULL: a grant */
};

/* All zero: empty. */
struct state_entries {
    struct state_entry *items;
    size_t count, capacity; /* items with those that are not in use; room */
    size_t first_free;      /* an item that is not in use, index + 1; 0: none */
    struct nameset by_name; /* of the items in use */
};

void entries_free(struct state_entries *entries);

enum entry_kind entries_kind(const struct state_entry *entry);

/* NULL: not known. */
struct state_entry *entries_find(const struct state_entries *entries, const char *name,
                                 enum entry_kind kind);

/*
 * The next one, in no particular order; `*at` is 0 at first. NULL: no more. Meanwhile entries may
 * be removed; one that is added may be met or not.
 */
struct state_entry *entries_next(const struct state_entries *entries, size_t *at);

/* The record of an object with its texts, which the entry owns. */
const struct state_record *entries_record(const struct state_entry *entry);
bool entries_same_record(const struct state_record *a, const struct state_record *b);

void entries_remove(struct state_entries *entries, struct state_entry *entry);

/* These add or replace what is known of a name; texts are copied. False: no memory. */

/* A record with the generation 0 is dropped. Its texts may be the entry's own. */
bool entries_set_record(struct state_entries *entries, const struct state_record *record);
/*
 * An object line does not name the lock, nor does its lock line name the slots: what is known of
 * the same generation stays.
 */
bool entries_take_record(struct state_entries *entries, const struct state_record *read);
/* A lock line, or a fast line, counts only for the object line of the same generation. */
bool entries_take_fast(struct state_entries *entries, const struct state_record *read);
bool entries_take_lock(struct state_entries *entries, const struct state_record *read);
/* So does a queue line, which makes the section a queue. */
bool entries_take_queue(struct state_entries *entries, const struct state_record *read);
bool entries_set_sid(struct state_entries *entries, const char *account, const char *sid);
/* `made` 0: it is dropped. */
bool entries_set_grant(struct state_entries *entries, const struct state_grant *grant);
/* `saved` 0: there are no copies any more. */
bool entries_set_copy(struct state_entries *entries, const char *name, uint64_t saved);

#endif
