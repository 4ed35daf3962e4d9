/*
 * adoption.h - whose an object is that exists already, and whether it will do.
 * Pure.
 */
#ifndef CORE_ADOPTION_H
#define CORE_ADOPTION_H

#include "state.h"
#include "system.h"

#define ADOPTION_REASON 200

enum adoption_verdict {
    ADOPTION_OURS,
    ADOPTION_MISFIT,  /* ours, but it cannot become what is wanted */
    ADOPTION_CONFLICT /* not proved to be ours */
};

struct adoption {
    enum adoption_verdict verdict;
    struct sys_spec live;         /* not for a conflict: what it is, with its exact size */
    uint64_t generation;          /* not for a conflict: as recorded; 0: not known */
    char reason[ADOPTION_REASON]; /* misfit: why, in words */
};

/*
 * Ours is what the service SID owns, or whoever else the broker writes as owner
 * and only it can be: `owner`. What Administrators or SYSTEM own is ours only
 * with a record of this boot that fits: anybody among them could have made it.
 *
 * The exact size of a section cannot be asked for. It is the recorded one where
 * that fills the same pages, for clients were told so; else the wanted one
 * where it does; else the pages.
 */
void adoption_judge(const struct sys_spec *wanted, const struct sys_facts *facts,
                    const struct state_record *record, const char *owner, struct adoption *out);

/*
 * True for an owner whose name alone proves nothing: without a record what it owns
 * is a conflict, though it may well be ours.
 */
bool adoption_wants_record(const char *owner);

#endif
