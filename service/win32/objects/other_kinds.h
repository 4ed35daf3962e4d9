/*
 * other_kinds.h - objects in Global\ of kinds that the broker never makes, which can have the name
 * of one that it wants.
 */
#ifndef OTHER_KINDS_H
#define OTHER_KINDS_H

#include <windows.h>

/*
 * Says what has a full name (`Global\X`), if it is a directory or a symbolic link of the object
 * manager, a waitable timer or a job: "a directory of the object manager". A link counts also if
 * it leads nowhere. NULL: none of them. `*object` is opened with READ_CONTROL, and closed with
 * CloseHandle; NULL: that is denied.
 */
const char *other_kinds_ask(const wchar_t *name, HANDLE *object);

#endif
