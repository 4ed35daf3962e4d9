/*
 * named_object.h - opens a named object of a given kind.
 */
#ifndef SHMB_NAMED_OBJECT_H
#define SHMB_NAMED_OBJECT_H

#include <windows.h>

#include "access.h"

/* Opens an object by its full name; closed with CloseHandle. NULL: GetLastError(). */
HANDLE named_object_open(enum shmb_kind kind, const wchar_t *name, DWORD access);

/*
 * Finds the kind of the object with this full name by opening it with READ_CONTROL: the kernel
 * compares kinds before it checks access. Returns the handle, or NULL with `*code`:
 * ERROR_ACCESS_DENIED: it is of kind `*kind`. ERROR_INVALID_HANDLE: an object of another kind,
 * `*kind` is SHMB_KIND_COUNT. Any other code: no object has the name.
 */
HANDLE named_object_find(const wchar_t *name, enum shmb_kind *kind, DWORD *code);

#endif
