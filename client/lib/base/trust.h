/*
 * trust.h - is an object the broker's? Its owner decides.
 */
#ifndef LIB_TRUST_H
#define LIB_TRUST_H

#include <windows.h>

#include "owner.h"
#include "result.h"

/*
 * Checks the SID text of one more owner to trust, and writes it to `out` in the
 * form that Windows uses. NULL: empty. SHMB_BAD_ARGUMENT: not a SID. SHMB_NO_MEMORY.
 */
int32_t trust_owner(const char *text, char out[OWNER_SID_MAX], struct fault *fault);

/*
 * SHMB_OK if the object belongs to the service, SYSTEM, Administrators or `owner`
 * (may be empty). Otherwise SHMB_NOT_OURS, also if the owner cannot be read. The
 * handle needs READ_CONTROL.
 */
int32_t trust_check(HANDLE object, const char *owner, struct fault *fault);

#endif
