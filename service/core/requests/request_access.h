/*
 * request_access.h - what the token of a program that asks may do: AccessCheck, on descriptors of
 * the broker's own, so that deny entries, restricted tokens and integrity count.
 */
#ifndef CORE_REQUEST_ACCESS_H
#define CORE_REQUEST_ACCESS_H

#include "inventory.h"
#include "model.h"
#include "system.h"

/* All zero: nobody may do anything. */
struct request_access {
    const struct system *system;
    const char *owner; /* SID of the broker */
    const struct cfg *config;
    size_t rules;                      /* of the configuration, which may have ended */
    struct sys_descriptor **who;       /* by rule; NULL: not needed so far */
    struct sys_descriptor *administer; /* NULL: not needed so far */
};

/* For the rules of a configuration. All of it is borrowed. Ends what was before. */
void request_access_begin(struct request_access *access, const struct system *system,
                          const char *owner, const struct cfg *config);
void request_access_end(struct request_access *access);

/* True: `who` of a rule lets the sender ask. `inventory` has the accounts of the rules. */
bool request_access_may_ask(struct request_access *access, const struct inventory *inventory,
                            struct sys_request *request, const struct cfg_rule *rule);

/* True: the sender may open a held object, for the least that is of use. */
bool request_access_may_open(struct request_access *access, struct sys_request *request,
                             const struct item *item);

/*
 * True: the sender acts for this account, which may be in its token for denials only, and has the
 * integrity that the rule wants of those who ask.
 */
bool request_access_may_own(const struct request_access *access, struct sys_request *request,
                            const struct cfg_rule *rule, const char *account);

/* True: the sender is an administrator, or SYSTEM. */
bool request_access_may_administer(struct request_access *access, struct sys_request *request);

/*
 * The access of the pipe, as SDDL: whoever may ask under a rule may connect. Denials are the rules'
 * own, and do not stand here. The caller frees it. NULL: no memory.
 */
char *request_access_pipe(const struct request_access *access, const struct inventory *inventory);

#endif
