/*
 * misfit.h - whether a live object can become what the configuration wants. While programs
 * have it open, its kind, size, reset type, maximum and lock cannot change. Pure.
 */
#ifndef CORE_MISFIT_H
#define CORE_MISFIT_H

#include <stdbool.h>
#include <stddef.h>

#include "names.h"
#include "system.h"

#define MISFIT_REASON (2 * SHMB_NAME_BYTES + 100) /* bytes: enough for every reason */

/*
 * True: the live object cannot become the wanted one, and `out` holds the reason as
 * one sentence. False: it can, and `out` is empty.
 */
bool misfit_of_object(const struct sys_spec *live, const struct sys_spec *wanted, char *out,
                      size_t size);

/* The same for a section: is one of them a section for snapshots, the other one a segment? */
bool misfit_of_pair(bool live_pair, bool wanted_pair, char *out, size_t size);

/* The lock of a segment. */
struct misfit_lock {
    const char *name; /* bare; NULL: it has none */
    bool fast;        /* a fast lock, else a mutex */
};

/* The same for the locks of a segment. */
bool misfit_of_lock(struct misfit_lock live, struct misfit_lock wanted, char *out, size_t size);

#endif
