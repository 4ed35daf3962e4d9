/*
 * outlook.h - what a reload with a configuration would do to the running broker: compares its
 * directory and its live objects with what the configuration asks for. Changes nothing.
 */
#ifndef OUTLOOK_H
#define OUTLOOK_H

#include "config_reader.h"
#include "descriptor_cache.h"
#include "exit_codes.h"
#include "inventory.h"
#include "name_index.h"
#include "outlook_grants.h"
#include "owner.h"
#include "plan_view.h"
#include "published.h"
#include "state.h"
#include "system.h"

/* What the broker holds, as it publishes it, and the plan. All zero: nothing to free. */
struct outlook {
    struct published published;
    char owner[OWNER_SID_MAX]; /* of all the broker's objects */
    struct item *live;         /* the objects held */
    size_t live_count;
    const char **access; /* the DACL of each, or a word that it is not readable */
    struct name_index holdings;
    char **texts; /* owns up to three for each: name, lock, access */
    size_t text_count;
    const struct config_reader *reader; /* the broker that would reload */
    const struct inventory *wanted;
    struct outlook_grants grants; /* while the plan is made */
    struct descriptor_cache *cache;
    const struct system *system;
    struct sys_identity identity; /* of this process; `state` borrows its boot */
    struct state *state;          /* of the service; NULL: it cannot be read, or is not known */
    uint64_t needed;              /* bytes of all sections so far that would be created */
    struct plan_view view;        /* the plan */
};

/*
 * Reads what the running broker holds, as far as the caller may. `reader` must stay valid.
 * SHMB_EXIT_NO_BROKER: no directory can be read. SHMB_EXIT_SYSTEM: no memory. Nothing is printed.
 */
enum shmb_exit outlook_open(const struct config_reader *reader, struct outlook *out);

/*
 * Makes the plan, for `config`, which was read from `file`, and its inventory `wanted`; counts the
 * objects whose access the caller may not read. SHMB_EXIT_DONE, or SHMB_EXIT_SYSTEM: no memory.
 * Nothing is printed.
 */
enum shmb_exit outlook_plan(struct outlook *outlook, const struct system *system, const char *file,
                            const struct cfg *config, const struct inventory *wanted);

/* Frees it, also after a failure. */
void outlook_free(struct outlook *outlook);

#endif
