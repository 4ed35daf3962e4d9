/*
 * object_access.h - the caller's rights to an object, and everyone's, from its access list.
 * Asks the object itself, with plain Win32 calls.
 */
#ifndef CLI_OBJECT_ACCESS_H
#define CLI_OBJECT_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "access.h"
#include "json.h"

/* True: the library trusts the owner of Global\NAME. */
bool info_is_ours(enum shmb_kind kind, const char *name);

/* All rights of the caller to Global\NAME. 0: none, or no such object. */
uint32_t info_rights(enum shmb_kind kind, const char *name);

/*
 * Writes the object's access list: "Users read; CORP\Traders read and write", or into `json`, if
 * it is not NULL, the member access: an array of account, sid, may and denied (in words, one of
 * them null). Leaves out accounts that may do everything anyway. False: the caller may not read
 * the list, and nothing was written.
 */
bool info_access(enum shmb_kind kind, const char *name, struct json *json);

#endif
