/*
 * trustees.h - from the trustees of a configuration to SIDs.
 *
 * Words that mean the same in every language of Windows (Everyone, Users, ...)
 * and SIDs need no look-up; every other name is asked for once and remembered.
 */
#ifndef CORE_TRUSTEES_H
#define CORE_TRUSTEES_H

#include "messages.h"
#include "model.h"
#include "system.h"

struct trustees; /* what has been looked up so far */

/* NULL: no memory. */
struct trustees *trustees_new(const struct system *system);
void trustees_free(struct trustees *known); /* NULL is allowed */

/*
 * The SID of one trustee, in canonical text form. SYS_OK, SYS_NOT_FOUND (no
 * such account; `why` says so), SYS_LATER, SYS_NO_MEMORY, SYS_FAILED. The text
 * lives as long as `known`.
 */
enum sys_status trustees_resolve(struct trustees *known, const char *name, const char **sid,
                                 struct sys_failure *why);

/*
 * From now on an account that cannot be looked up for a reason that may pass
 * (SYS_LATER; or one with a domain that is not found) is pending: its SID is
 * the one that is remembered (NULL: none, trustees_resolve says SYS_LATER).
 * `forgiving`: whatever the reason, one whose SID is remembered is pending.
 */
typedef const char *trustees_memory(void *context, const char *account);
void trustees_allow_pending(struct trustees *known, trustees_memory *memory, void *context,
                            bool forgiving);
bool trustees_pending_allowed(const struct trustees *known);

/* The configuration denies the account something; so until trustees_allow_pending. */
void trustees_deny(struct trustees *known, const char *name);

/* How many accounts are pending. */
size_t trustees_pending(const struct trustees *known);

/* One answer after the other; `*at` is 0 at first. False: no more. */
struct trustee_answer {
    const char *name, *sid; /* NULL: not known */
    bool pending;
    const struct sys_failure *why; /* pending: why */
};
bool trustees_next(const struct trustees *known, size_t *at, struct trustee_answer *out);

/* True: an account of this name is pending. */
bool trustees_is_pending(const struct trustees *known, const char *name);

/*
 * Asks again for one account that is pending, the next in turn; `*at` is 0 at first.
 * True: there is news in `out`. It is known now: what was built from the former
 * answers, whose SIDs live on, has to be built again. Or it is pending for another
 * reason: it is denied something, and is one that may not be (trustee_is_brokers).
 */
bool trustees_retry(struct trustees *known, size_t *at, struct trustee_answer *out);

/* True: the broker is in it. To deny it something would lock the broker itself out. */
bool trustee_is_brokers(const char *sid);

/* The SID of a language-independent word, or NULL: "Users" gives "S-1-5-32-545". */
const char *trustee_word_sid(const char *name);

/* The word for a SID, or the SID itself where there is none. */
const char *trustee_sid_word(const char *sid);

#endif
