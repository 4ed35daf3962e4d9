/*
 * access_sets.h - the access lists of a configuration with their trustees
 * resolved; lists that come to the same are one set.
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

/* Room for `lists` different ones. `known` must outlive the sets. NULL: no memory. */
struct access_sets *access_sets_new(size_t lists, struct trustees *known,
                                    struct cfg_messages *messages);
void access_sets_free(struct access_sets *sets); /* NULL is allowed */

/*
 * The index of the set that a list comes to, on an object of this kind, with the
 * label of low integrity or none. A list that many objects share is resolved, and
 * complained of, once. SYS_OK; SYS_NOT_FOUND: an error was added to the messages,
 * now or before; SYS_NO_MEMORY.
 */
enum sys_status access_sets_add(struct access_sets *sets, const struct cfg_access *list,
                                enum shmb_kind kind, bool low, size_t *set);

/* No more are added: what that took is let go of, and the messages are not used again. */
void access_sets_whole(struct access_sets *sets);

size_t access_sets_count(const struct access_sets *sets);

/* True: it denies something to an account that is pending. */
bool access_sets_held_back(const struct access_sets *sets, size_t set);

/*
 * Its rules, for descriptors and for words. Where SDDL was written, these are the
 * levels that come closest: for what belongs to a segment.
 */
const struct access_rule *access_sets_rules(const struct access_sets *sets, size_t set,
                                            size_t *count);

/* Its integrity label, as in sddl_text.h; NULL: none. */
const char *access_sets_label(const struct access_sets *sets, size_t set);

/* The access of objects of this kind where it was written as SDDL for them; NULL: it was not. */
const struct sddl *access_sets_exact(const struct access_sets *sets, size_t set,
                                     enum shmb_kind kind);

#endif
