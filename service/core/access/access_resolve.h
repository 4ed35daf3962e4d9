/*
 * access_resolve.h - turns one access list of a configuration, written with account names
 * or as SDDL, into rules with SIDs.
 */
#ifndef CORE_ACCESS_RESOLVE_H
#define CORE_ACCESS_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "descriptor.h"
#include "messages.h"
#include "model.h"
#include "sddl_text.h"
#include "trustees.h"

/* A resolved access list. */
struct access_set {
    struct access_rule *rules; /* the SIDs belong to the trustees, or are texts of the list */
    size_t count;
    bool held_back;      /* it denies something to a pending account */
    const char *label;   /* integrity, as in sddl_text.h; NULL: none. Part of `exact`, or static */
    struct sddl *exact;  /* the SDDL, which then owns the SIDs; NULL: written with levels */
    enum shmb_kind kind; /* of the objects that `exact` is for */
};

/*
 * Resolves a list for objects of this kind, with (`low`) or without the low integrity
 * label. Adds an error for every account that does not exist, and for every entry that
 * would lock the broker itself out. `known` and the texts of `list` must outlive `out`. Free `out` with
 * access_resolve_free().
 *
 * SYS_OK; SYS_NOT_FOUND: errors were added; SYS_NO_MEMORY. On anything but SYS_OK
 * `out` is empty.
 */
enum sys_status access_resolve(const struct cfg_access *list, enum shmb_kind kind, bool low,
                               struct trustees *known, struct cfg_messages *messages,
                               struct access_set *out);

/*
 * The access that an object has, as sys_facts tell it: the closest levels, without the accounts
 * that always have full control. SYS_OK; SYS_FAILED: `sddl` cannot be read; SYS_NO_MEMORY.
 */
enum sys_status access_resolve_live(const char *sddl, enum shmb_kind kind, struct access_set *out);

void access_resolve_free(struct access_set *set);

#endif
