/*
 * pending_accounts.h - accounts that cannot be resolved now, and get their rights later.
 */
#ifndef CORE_PENDING_ACCOUNTS_H
#define CORE_PENDING_ACCOUNTS_H

#include "lifecycle_context.h"

/*
 * For a configuration that has just come into force: remembers the accounts that
 * are known, and says which are pending, except those pending in `former`, too
 * (NULL: nothing was served before).
 */
void pending_accounts_settle(struct lifecycle *life, const struct desired *former);

/* Milliseconds until pending_accounts_retry; UINT32_MAX: nothing is pending. */
uint32_t pending_accounts_delay(const struct lifecycle *life);

/*
 * Asks for the next one; pending_accounts_delay is 0 where others are to follow. What is
 * known after some of them comes into force as a reload does.
 */
void pending_accounts_retry(struct lifecycle *life);

#endif
