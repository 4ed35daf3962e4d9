/*
 * object_access.h - what the caller may do with an object, and who else may do what.
 * Objects are asked themselves, as a program would that uses nothing but Win32.
 */
#ifndef CLI_OBJECT_ACCESS_H
#define CLI_OBJECT_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "access.h"

/* True: whoever owns Global\NAME, it is one whose objects the library trusts. */
bool info_is_ours(enum shmb_kind kind, const char *name);

/* Rights of the caller on Global\NAME: all that it gets; 0: none, or no such object. */
uint32_t info_rights(enum shmb_kind kind, const char *name);

/*
 * Writes who may do what as the object's access list has it, "Users read; CORP\Traders read and
 * write", or, as JSON, a list of account, sid, may and denied (in words, one of them null). Left
 * out are those who may do everything anyway. False: the caller may not read it, and nothing has
 * been written.
 */
bool info_access(enum shmb_kind kind, const char *name, bool json);

#endif
