/*
 * folder_scan.h - a folder that may be anybody's, and what is in it, looked at
 * without following a link.
 */
#ifndef FOLDER_SCAN_H
#define FOLDER_SCAN_H

#include <windows.h>

#include "system.h"

/* Administrators, SYSTEM, TrustedInstaller, the service, and who calls, an administrator. */
bool folder_scan_trusted(const char *sid);

/* With what it takes to be looked at, and `access`. `*out` NULL: `why` says why not. */
enum sys_status folder_scan_open(const wchar_t *path, DWORD access, HANDLE *out,
                                 struct sys_failure *why);

/* What has been opened so. A link is SYS_DENIED, with what to do. `path` is what that calls it. */
enum sys_status folder_scan_attributes(HANDLE file, const char *path, DWORD *attributes,
                                       struct sys_failure *why);

enum sys_status folder_scan_empty(const wchar_t *folder, bool *empty, struct sys_failure *why);

/*
 * SYS_DENIED for a link in it, or what belongs to a stranger. What lies deeper
 * is judged when it is read. `path` and `wide` are the same folder.
 */
enum sys_status folder_scan_entries(const char *path, const wchar_t *wide, struct sys_failure *why);

#endif
