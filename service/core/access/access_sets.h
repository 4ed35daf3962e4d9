/*
 * access_sets.h - the resolved access lists of a configuration. Lists with the same
 * result share one set.
 */
#ifndef CORE_ACCESS_SETS_H
#define CORE_ACCESS_SETS_H

#include <stdbool.h>
#include <stddef.h>

#include "descriptor.h"
#include "messages.h"
#include "model.h"
#include "sddl_text.h"
#include "trustees.h"

struct access_sets;

/* `known` and the texts of the lists must outlive the sets. NULL: no memory. */
struct access_sets *access_sets_new(struct trustees *known, struct cfg_messages *messages);
void access_sets_free(struct access_sets *sets); /* NULL is allowed */

/*
 * Resolves a list for an object of this kind, with (`low`) or without the low integrity
 * label, and returns the index of its set. A list that many objects share is resolved
 * once, and its errors are reported once. SYS_OK; SYS_NOT_FOUND: errors were added to the
 * messages, now or earlier; SYS_NO_MEMORY.
 */
enum sys_status access_sets_add(struct access_sets *sets, const struct cfg_access *list,
                                enum shmb_kind kind, bool low, size_t *set);

/*
 * A copy of a list, to be changed and added; it lives until access_sets_whole, its texts are those
 * of `list`. NULL: no memory.
 */
struct cfg_access *access_sets_list(struct access_sets *sets, const struct cfg_access *list);

/* Call it after the last access_sets_add. Frees what only adding needs. False: no memory. */
bool access_sets_whole(struct access_sets *sets);

/*
 * Returns in `*set` one with the same rules and label for what programs share as the live access of
 * an object has, as sys_facts tell it; adds one with the closest levels if there is none. After
 * access_sets_whole. SYS_OK; SYS_NO_MEMORY; SYS_FAILED: `sddl` is no access of an object.
 */
enum sys_status access_sets_add_live(struct access_sets *sets, const char *sddl,
                                     enum shmb_kind kind, size_t *set);

size_t access_sets_count(const struct access_sets *sets);

/* True: the set denies something to a pending account. */
bool access_sets_held_back(const struct access_sets *sets, size_t set);

/*
 * The rules of a set. For a list written as SDDL these are the closest levels: for the
 * lock and the control section of a segment.
 */
const struct access_rule *access_sets_rules(const struct access_sets *sets, size_t set,
                                            size_t *count);

/*
 * The same for what programs share beside the objects, such as a control section: `full` counts as
 * `write`, because with it one could take away the rights of the others. The caller frees them.
 * NULL: no memory.
 */
struct access_rule *access_sets_shared_rules(const struct access_sets *sets, size_t set,
                                             size_t *count);

/*
 * The access of an object of this kind that programs share, by those rules, as SDDL text. The
 * caller frees it. NULL: no memory.
 */
char *access_sets_shared_text(const struct access_sets *sets, size_t set, enum shmb_kind kind,
                              const char *owner);

/*
 * True: an account besides those of the broker may write what has the rules of this set; with
 * `readers`, those with `read` count, too.
 */
bool access_sets_others_write(const struct access_sets *sets, size_t set, const char *owner,
                              bool readers);

/* The integrity label of a set, as in sddl_text.h; NULL: none. */
const char *access_sets_label(const struct access_sets *sets, size_t set);

/* The SDDL of a set, if it was written as SDDL for objects of this kind; else NULL. */
const struct sddl *access_sets_exact(const struct access_sets *sets, size_t set,
                                     enum shmb_kind kind);

#endif
