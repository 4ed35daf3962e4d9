/*
 * folder_scan.h - examines a folder that anybody may have created, and its entries,
 * without following links.
 */
#ifndef FOLDER_SCAN_H
#define FOLDER_SCAN_H

#include <windows.h>

#include "system.h"

/* True for Administrators, SYSTEM, TrustedInstaller, the service, and the account that calls. */
bool folder_scan_trusted(const char *sid);

/* Opens it with `access` and the rights to examine it. On failure `*out` is NULL. */
enum sys_status folder_scan_open(const wchar_t *path, DWORD access, HANDLE *out,
                                 struct sys_failure *why);

/* Attributes of what folder_scan_open opened. SYS_DENIED: a link; the text says what to do. */
enum sys_status folder_scan_attributes(HANDLE file, const char *path, DWORD *attributes,
                                       struct sys_failure *why);

enum sys_status folder_scan_empty(const wchar_t *folder, bool *empty, struct sys_failure *why);

/*
 * SYS_DENIED if an entry is a link or has an untrusted owner. Entries of subfolders are
 * not checked here, but when they are read. `path` and `wide` are the same folder.
 */
enum sys_status folder_scan_entries(const char *path, const wchar_t *wide, struct sys_failure *why);

#endif
