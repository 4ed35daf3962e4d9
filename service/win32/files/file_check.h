/*
 * file_check.h - applies file_rules.h to real files and folders: opens them without
 * following links, reads owner and access list, and judges them.
 *
 * SYS_DENIED: it breaks a rule; the text names the entry, the path and the remedy.
 * What cannot be examined fails, too.
 */
#ifndef FILE_CHECK_H
#define FILE_CHECK_H

#include <windows.h>

#include "accounts.h"
#include "file_rules.h"
#include "system.h"

/*
 * Checks an open file or folder, but not the folders above it. The handle needs
 * READ_CONTROL and FILE_READ_ATTRIBUTES, and must have been opened with
 * FILE_FLAG_OPEN_REPARSE_POINT. `path` is its name in the text.
 */
enum sys_status file_check_open(HANDLE file, enum file_role role, const char *path,
                                struct sys_failure *why);

/* Who can change a file or folder, other than trusted accounts. */
struct file_others {
    enum file_fault_kind fault; /* FILE_FAULT_NONE: nobody */
    char who[ACCOUNT_NAME_MAX]; /* the first of them; empty: not an account */
};

/*
 * The same check, with the accounts for which `trusted` is true counted as
 * administrators; links are not refused. The verdict is in `out`. Fails if owner and
 * list cannot be read.
 */
enum sys_status file_check_others(HANDLE file, enum file_role role,
                                  bool (*trusted)(const char *sid), struct file_others *out,
                                  struct sys_failure *why);

/* The same for the folder of a file with this absolute path. */
enum sys_status file_check_way(const char *file, struct sys_failure *why);

/* The same, with the accounts for which `trusted` is true counted as administrators. */
enum sys_status file_check_way_of(const char *file, bool (*trusted)(const char *sid),
                                  struct sys_failure *why);

/* The same for a file and its folders. SYS_NOT_FOUND: the file does not exist. */
enum sys_status file_check_file(const char *file, struct sys_failure *why);

#endif
