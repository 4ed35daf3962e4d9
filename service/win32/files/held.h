/*
 * held.h - files that cannot be opened or read now because another program holds them. A virus
 * scanner, a backup or an editor does so for some seconds; the file itself has no error.
 */
#ifndef HELD_H
#define HELD_H

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

#include "system.h"

/*
 * The code of a CreateFileW that has just failed. ERROR_DELETE_PENDING instead of "access denied"
 * for a file that is deleted as soon as the last handle of it is closed: it is being replaced.
 */
DWORD held_open_code(void);

/* True for a code that says so: sharing violation, locked bytes, delete pending. */
bool held_is(DWORD code);

/*
 * CreateFileW without a template; retries for `patience_ms` while held_is. INVALID_HANDLE_VALUE:
 * GetLastError() is the held_open_code(). Else it is as CreateFileW has left it.
 */
HANDLE held_open(const wchar_t *path, DWORD access, DWORD share, SECURITY_ATTRIBUTES *attributes,
                 DWORD disposition, DWORD flags, uint32_t patience_ms);

/*
 * As failure_set, but SYS_LATER with a text that says so, and by which programs if Windows knows,
 * if held_is(code). `path` may be NULL: the programs are not looked for.
 */
enum sys_status held_failure(const wchar_t *path, const char *call, DWORD code,
                             struct sys_failure *why);

#endif
