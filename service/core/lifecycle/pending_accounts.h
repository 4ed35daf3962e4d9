/*
 * pending_accounts.h - accounts that cannot be resolved now and get their rights later.
 */
#ifndef CORE_PENDING_ACCOUNTS_H
#define CORE_PENDING_ACCOUNTS_H

#include "lifecycle_context.h"

/*
 * Call it when a configuration has come into force: remembers the SIDs of resolved accounts, and
 * logs which accounts are pending, except those that were pending in `former` (NULL: there was
 * no configuration before).
 */
void pending_accounts_settle(struct lifecycle *life, const struct desired *former);

/* Milliseconds until pending_accounts_retry; UINT32_MAX: no account is pending. */
uint32_t pending_accounts_delay(const struct lifecycle *life);

/*
 * Looks up the next account. While the round goes on, pending_accounts_delay is 0. At its end,
 * the rights of the accounts that were resolved come into force as with a reload.
 */
void pending_accounts_retry(struct lifecycle *life);

#endif
