/*
 * own_files.h - opens files in the broker's own folders: state and copies.
 *
 * These files decide which objects the broker adopts and what content they get.
 * Therefore folder and files must be owned by an account that may own the broker's
 * objects, or by the account that the caller runs under, unless other services share it
 * (LocalService, NetworkService), and must not be links. What is made here gets the owner of
 * the broker's objects (identity_owner), so that it stays the broker's under any account.
 */
#ifndef OWN_FILES_H
#define OWN_FILES_H

#include <windows.h>

#include <stdbool.h>

#include "system.h"

#define OWN_FILES_NAME_MAX 80u /* characters of a file name */

/* All zero: nothing to free. */
struct own_files {
    HANDLE folder; /* open without FILE_SHARE_DELETE: nobody can replace the checked folder */
    wchar_t *path, *other; /* of one or two files in it */
    const char *sddl;      /* borrowed; owner and access list of a file that own_files_replace
                              makes. NULL: the owner of the broker's objects, the folder's list */
};

/*
 * Opens and checks the folder, an absolute path, and builds the paths of one or two
 * files in it. `make`: creates the folder and the one above it if they are missing, for
 * administrators, SYSTEM and the service. Names consist of letters, digits, dots and
 * hyphens; `other` may be NULL.
 */
enum sys_status own_files_enter(const char *folder, const char *name, const char *other, bool make,
                                struct own_files *out, struct sys_failure *why);

/*
 * The same for a file that is not the broker's own, by its absolute path, and for `other` = its
 * path and `tail`. The folder must exist, and is not checked.
 */
enum sys_status own_files_beside(const char *path, const wchar_t *tail, struct own_files *out,
                                 struct sys_failure *why);

/* After either, also after a failure. */
void own_files_leave(struct own_files *own);

/*
 * CreateFileW that follows no links, sets the owner of a new file, and retries a file that
 * another program holds (held.h) for up to 2 s.
 */
HANDLE own_files_open(const wchar_t *path, DWORD access, DWORD how);

/* Checks an open file or folder: the right kind, no link, a trusted owner. */
enum sys_status own_files_check(HANDLE file, bool folder, struct sys_failure *why);

/* Writes bytes to an open file. `flush`: they are on the disk then. */
enum sys_status own_files_write_all(HANDLE file, const void *bytes, size_t length, bool flush,
                                    struct sys_failure *why);

/*
 * Creates or replaces the file `path` as a whole: writes the content to `other`, an unused name in
 * the same folder, flushes it, and renames that. `wait`: retries as above.
 */
enum sys_status own_files_replace(const struct own_files *own, const void *bytes, size_t length,
                                  bool wait, struct sys_failure *why);

/* True for LocalService and NetworkService, which other services run as, too. */
bool own_files_shared_account(const char *sid);

/* Renames a file, replacing `to`; written to disk on return. Retries as above. */
enum sys_status own_files_rename(const wchar_t *from, const wchar_t *to, struct sys_failure *why);

#endif
