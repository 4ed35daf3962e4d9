/*
 * adoption.h - decides whether an existing object is ours, and whether it fits the
 * configuration. Pure.
 */
#ifndef CORE_ADOPTION_H
#define CORE_ADOPTION_H

#include "state.h"
#include "system.h"

#define ADOPTION_REASON 200

enum adoption_verdict {
    ADOPTION_OURS,
    ADOPTION_MISFIT,  /* ours, but it cannot become the configured object */
    ADOPTION_CONFLICT /* not proven to be ours */
};

struct adoption {
    enum adoption_verdict verdict;
    struct sys_spec live;         /* what exists, with its exact size; not set for a conflict */
    uint64_t generation;          /* as recorded; 0: not known; not set for a conflict */
    char reason[ADOPTION_REASON]; /* misfit: why, in words */
};

/*
 * An object is ours if the service SID owns it, or `owner`, the account that the broker
 * sets as owner of its objects. An object of Administrators or SYSTEM is ours only with a
 * matching record (NULL: none) of this boot: other programs run as these accounts, too.
 *
 * The system does not tell the exact size of a section. It is the recorded size if that
 * fills the same pages, because clients were told it; else the wanted size if that does;
 * else the size of the pages.
 */
void adoption_judge(const struct sys_spec *wanted, const struct sys_facts *facts,
                    const struct state_record *record, const char *owner, struct adoption *out);

/*
 * For an object that was not adopted: true if it may be ours all the same, so that no keeper that
 * may hold it must be ended.
 *
 * opened        it was opened and judged a conflict: it may be ours if its owner proves nothing
 *               without a record (Administrators, SYSTEM). Else it exists but could not be opened:
 *               it may be ours if it is recorded, or if its owner may be the broker.
 * all_recorded  the state is whole (state_is_whole). Then an object whose owner cannot be read is
 *               not ours without a record: any user can create such an object, and keepers must
 *               not stay because of it.
 */
bool adoption_undecided(const struct sys_facts *facts, bool opened,
                        const struct state_record *record, bool all_recorded, const char *owner);

#endif
