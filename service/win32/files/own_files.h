/*
 * own_files.h - a file in one of the folders that are the broker's own.
 *
 * They decide what the broker takes for its own and what is in it, so nobody else may
 * have written them: folder and files must belong to somebody who is trusted
 * with the broker's objects, or to the account the broker runs under, and be no
 * links to somewhere else.
 */
#ifndef OWN_FILES_H
#define OWN_FILES_H

#include <windows.h>

#include <stdbool.h>

#include "system.h"

#define OWN_FILES_NAME_MAX 80u /* characters of a file name */

/* All zero: nothing to leave. */
struct own_files {
    HANDLE folder;         /* open without leave to rename or delete it: it stays the one checked */
    wchar_t *path, *other; /* of one or two files in it */
};

/*
 * Opens and checks the folder, an absolute path; `make`: makes it where it is
 * missing, and the folder above it, for administrators, SYSTEM and the service.
 * Names consist of letters, digits, dots and hyphens; `other` may be NULL. On
 * SYS_OK `*out` is to be ended with own_files_leave.
 */
enum sys_status own_files_enter(const char *folder, const char *name, const char *other, bool make,
                                struct own_files *out, struct sys_failure *why);
void own_files_leave(struct own_files *own);

/* The folder alone, to be closed with CloseHandle. */
enum sys_status own_files_open_folder(const char *folder, bool make, HANDLE *out,
                                      struct sys_failure *why);

/* CreateFileW that waits for others to let go, up to 2 s; follows no links. */
HANDLE own_files_open(const wchar_t *path, DWORD access, DWORD how);

/* An open file or folder: is it one, no link, and nobody else's? */
enum sys_status own_files_check(HANDLE file, bool folder, struct sys_failure *why);

/* In place of what is there; on the disk when it returns. Waits for others as above. */
enum sys_status own_files_rename(const wchar_t *from, const wchar_t *to, struct sys_failure *why);

#endif
