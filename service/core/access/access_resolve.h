/*
 * access_resolve.h - one access list of a configuration: from names of accounts, or
 * from SDDL, to rules with SIDs.
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

struct access_set {
    struct access_rule *rules; /* the SIDs belong to the trustees */
    size_t count;
    bool held_back;      /* it denies something to an account that is pending */
    const char *label;   /* integrity; NULL: none. Of `exact`, or static */
    struct sddl *exact;  /* where SDDL was written; NULL: it was not. Owns the SIDs, then */
    enum shmb_kind kind; /* of the objects it was written for */
};

/*
 * On an object of this kind, with the label of low integrity or none. Accounts that
 * do not exist, and what would lock the broker itself out, become errors, all that
 * there are. `known` must outlive `out`, to be freed with access_resolve_free().
 *
 * SYS_OK; SYS_NOT_FOUND: errors were added; SYS_NO_MEMORY. On anything but SYS_OK
 * `out` is empty.
 */
enum sys_status access_resolve(const struct cfg_access *list, enum shmb_kind kind, bool low,
                               struct trustees *known, struct cfg_messages *messages,
                               struct access_set *out);
void access_resolve_free(struct access_set *set);

#endif
