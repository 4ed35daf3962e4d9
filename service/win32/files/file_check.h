/*
 * file_check.h - file_rules.h applied to the real files: opens without
 * following links, reads owners and access lists, judges.
 *
 * What fails the rules is SYS_DENIED with a line that names entry, path and
 * remedy. What cannot be examined fails as well.
 */
#ifndef FILE_CHECK_H
#define FILE_CHECK_H

#include <windows.h>

#include "accounts.h"
#include "file_rules.h"
#include "system.h"

/*
 * An open file or folder by itself; the handle needs READ_CONTROL and
 * FILE_READ_ATTRIBUTES, and must have been opened with
 * FILE_FLAG_OPEN_REPARSE_POINT. `path` is what the line calls it.
 */
enum sys_status file_check_open(HANDLE file, enum file_role role, const char *path,
                                struct sys_failure *why);

/* Who but those whom `trusted` names can change a file or folder. */
struct file_others {
    enum file_fault_kind fault; /* FILE_FAULT_NONE: nobody */
    char who[ACCOUNT_NAME_MAX]; /* the first of them; empty: no account */
};

/*
 * The same judgement of an open file or folder where more accounts are trusted
 * than the rules have; links are not looked for. Fails where owner and list
 * cannot be read.
 */
enum sys_status file_check_others(HANDLE file, enum file_role role,
                                  bool (*trusted)(const char *sid), struct file_others *out,
                                  struct sys_failure *why);

/*
 * A folder of an absolute path, and from the root on each one above it. Each is
 * judged before the next is opened: what has passed, no stranger can replace.
 * SYS_NOT_FOUND: there is no such folder, and those above it are safe.
 */
enum sys_status file_check_folder(const char *folder, struct sys_failure *why);

/* The folder that a file of this absolute path is in, likewise. */
enum sys_status file_check_way(const char *file, struct sys_failure *why);

/* A file of this absolute path, and its way. SYS_NOT_FOUND: there is none. */
enum sys_status file_check_file(const char *file, struct sys_failure *why);

#endif
