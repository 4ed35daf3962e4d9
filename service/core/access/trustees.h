/*
 * trustees.h - turns the trustees of a configuration into SIDs.
 *
 * SIDs and the language-independent words (Everyone, Users, ...) need no look-up. Every
 * other name is looked up once, and the answer is remembered.
 */
#ifndef CORE_TRUSTEES_H
#define CORE_TRUSTEES_H

#include "messages.h"
#include "model.h"
#include "system.h"

struct trustees; /* the answers so far */

/* NULL: no memory. */
struct trustees *trustees_new(const struct system *system);
void trustees_free(struct trustees *known); /* NULL is allowed */

/*
 * The SID of one trustee, as Windows writes it, valid as long as `known`. SYS_OK;
 * SYS_NOT_FOUND: no such account, or not a valid SID; SYS_LATER: cannot be looked up now;
 * SYS_NO_MEMORY; SYS_FAILED. `why` may be NULL.
 */
enum sys_status trustees_resolve(struct trustees *known, const char *name, const char **sid,
                                 struct sys_failure *why);

/* Returns the SID that an account had earlier; NULL: not known. */
typedef const char *trustees_memory(void *context, const char *account);

/*
 * Allows pending accounts from now on. An account is pending if its look-up failed for a
 * reason that may pass: SYS_LATER, or an account with a domain that is not found. It gets
 * its SID from `memory`; without one, trustees_resolve returns SYS_LATER. `forgiving`: an
 * account whose SID is in `memory` is pending whatever the reason. Also forgets all
 * trustees_deny.
 */
void trustees_allow_pending(struct trustees *known, trustees_memory *memory, void *context,
                            bool forgiving);

/* True after trustees_allow_pending with a memory. */
bool trustees_pending_allowed(const struct trustees *known);

/* Notes that the configuration denies the account something. */
void trustees_deny(struct trustees *known, const char *name);

/* The number of pending accounts. */
size_t trustees_pending(const struct trustees *known);

/* What is known of one account. */
struct trustee_answer {
    const char *name, *sid; /* SID NULL: not known */
    bool pending;
    const struct sys_failure *why; /* why it is pending; else NULL */
};

/* Lists the answers. Start with `*at` 0. False: no more. */
bool trustees_next(const struct trustees *known, size_t *at, struct trustee_answer *out);

/* True: it was asked for this account. */
bool trustees_has(const struct trustees *known, const char *name);

/* True: the account is pending. */
bool trustees_is_pending(const struct trustees *known, const char *name);

/*
 * Looks up one pending account again, the next in turn. Start with `*at` 0. True: `out`
 * has news. Either the account is known now, and the inventory has to be built again; SIDs
 * from earlier answers stay valid. Or it is still pending for a new reason: it is denied
 * something, and that would lock the broker out (trustee_is_brokers).
 */
bool trustees_retry(struct trustees *known, size_t *at, struct trustee_answer *out);

/* True: the broker is a member. A denial would lock the broker itself out. */
bool trustee_is_brokers(const char *sid);

/* The SID of a language-independent word: "Users" gives "S-1-5-32-545". NULL: no such word. */
const char *trustee_word_sid(const char *name);

/* The word for a SID, or the SID itself if there is none. */
const char *trustee_sid_word(const char *sid);

#endif
