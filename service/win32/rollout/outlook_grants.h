/*
 * outlook_grants.h - what programs have asked the running broker for, and what a configuration
 * would leave of it, for a plan.
 */
#ifndef OUTLOOK_GRANTS_H
#define OUTLOOK_GRANTS_H

#include "directory.h"
#include "grants_judge.h"
#include "inventory.h"
#include "system.h"

/* All zero: none. */
struct outlook_grants {
    struct trustees *known;
    struct grants *grants;       /* what would be left */
    struct inventory *inventory; /* of the configuration, with what would be left; NULL: programs
                                    have asked for nothing */
};

/*
 * Builds the inventory that a reload with `config`, which is usable, would have: its objects, and
 * those of the table that programs have asked for and its rules allow. The directory does not tell
 * when an object was asked for: those with a smaller generation count as older. `config` and the
 * table must outlive it. Free it in any case. False: no memory.
 */
bool outlook_grants_read(const struct shmb_table_view *table, const struct system *system,
                         const struct cfg *config, struct outlook_grants *out);

void outlook_grants_free(struct outlook_grants *grants);

#endif
