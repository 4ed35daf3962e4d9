/*
 * global_object.h - creates and opens objects in Global\, and never follows a symbolic link of the
 * object manager: anybody can make one there, at any free name.
 *
 * Windows 10 and later refuse a path with a link if the attributes say so (OBJ_DONT_REPARSE). Where
 * the probe has proved that, no object costs a call more. Otherwise each object is asked for its
 * name afterwards (global_name.h).
 */
#ifndef GLOBAL_OBJECT_H
#define GLOBAL_OBJECT_H

#include <windows.h>

#include "names.h"
#include "system.h"

#define GLOBAL_OBJECT_LINK 4395u /* ERROR_REPARSE_POINT_ENCOUNTERED; not every SDK has it */

/*
 * Finds out whether the system refuses links: creates objects and a link under a name of its own,
 * and closes them again. Without it, each object is asked for its name. Only a broker calls it, at
 * its start and before other threads use this module; further calls do nothing.
 */
void global_object_probe(void);

/*
 * Creates the object at `name` (`Global\X`), with all rights for its kind; never opens one. NULL:
 * GetLastError() says why; ERROR_ALREADY_EXISTS, or GLOBAL_OBJECT_LINK: the name is in use, in
 * the second case by a link; the first code can be one, too. `*call` is the function that was
 * called.
 */
HANDLE global_object_create(const struct sys_spec *spec, SECURITY_ATTRIBUTES *attributes,
                            const wchar_t *name, const char **call);

/*
 * Opens the object at `name` as one of this kind. NULL: GetLastError() says why;
 * ERROR_INVALID_HANDLE: the name is that of another kind of object, or of a link.
 */
HANDLE global_object_open(enum shmb_kind kind, const wchar_t *name, DWORD access);

#endif
