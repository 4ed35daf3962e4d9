/*
 * listing.h - lists the named objects of a directory of the object manager. Win32 cannot do
 * that, so this calls ntdll.dll.
 */
#ifndef SHMB_LISTING_H
#define SHMB_LISTING_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include <winternl.h>

#include "access.h"

/* The Global\ names of Win32 are in this directory. Every account may list it. */
#define LISTING_GLOBAL L"\\BaseNamedObjects"

/*
 * Finds a function of ntdll.dll that the import libraries lack; `out` is a pointer to a function
 * pointer of `size` bytes. False: there is none.
 */
bool listing_ntdll(const char *name, void *out, size_t size);

/* The attributes of an object by its path; `path` and `name` must live as long as they. */
void listing_attributes(const wchar_t *path, UNICODE_STRING *name, OBJECT_ATTRIBUTES *attributes);

/* For each object; texts are valid for the call. Anything but 0 ends the list. */
typedef uint32_t listing_take(void *context, const UNICODE_STRING *name,
                              const UNICODE_STRING *type);

/*
 * Calls `take` for each object of the directory at `path`, in no order. Returns 0, what `take`
 * returned, or the Win32 code of the failure.
 */
uint32_t listing_walk(const wchar_t *path, listing_take *take, void *context);

/* The kind of an object by the kernel's word for its type. False: another kind. */
bool listing_kind(const UNICODE_STRING *type, enum shmb_kind *kind);

/* The name as UTF-8, to be freed. NULL: ill-formed, or out of memory: see GetLastError(). */
char *listing_name(const UNICODE_STRING *name);

#endif
