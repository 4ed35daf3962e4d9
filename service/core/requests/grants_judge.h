/*
 * grants_judge.h - which grants a configuration allows, after a reload or at a start.
 */
#ifndef CORE_GRANTS_JUDGE_H
#define CORE_GRANTS_JUDGE_H

#include "grants.h"
#include "state.h"
#include "text.h"
#include "trustees.h"

/* What is not allowed any more. */
struct grants_lost {
    size_t count;
    struct text names; /* of the first of them; the caller frees it */
    const char *why;   /* of the last one, static; NULL: none is lost */
};

/*
 * The grants of `former` that a configuration allows, under its rules. A name that it gives to an
 * object of its own is not lost: the object becomes the configuration's. Where a quota is smaller,
 * the newest go. Of `who`, only denials of the very account are known without its token. NULL: no
 * memory.
 */
struct grants *grants_judge(const struct cfg *config, struct trustees *known,
                            const struct grants *former, struct grants_lost *lost);

/*
 * The same for those that a state has, of this boot. Those whose objects were released on purpose
 * are gone, and not lost.
 */
struct grants *grants_load(const struct cfg *config, struct trustees *known,
                           const struct state *state, struct grants_lost *lost);

/* Makes the grants of a state those of `grants`; the caller commits it. */
void grants_record(const struct grants *grants, struct state *state);

#endif
