/*
 * trust.h - is it the broker's?
 */
#ifndef LIB_TRUST_H
#define LIB_TRUST_H

#include <windows.h>

#include "owner.h"
#include "result.h"

/*
 * Writes the SID text a caller gives as one more owner to trust the way
 * Windows writes it; NULL gives an empty text. SHMB_BAD_ARGUMENT: not a SID.
 */
int32_t trust_owner(const char *text, char out[OWNER_SID_MAX], struct fault *fault);

/*
 * SHMB_OK when the object belongs to the service, SYSTEM, Administrators or
 * `owner` (may be empty); else SHMB_NOT_OURS, also when nobody can be asked.
 * The handle needs READ_CONTROL.
 */
int32_t trust_check(HANDLE object, const char *owner, struct fault *fault);

#endif
