/*
 * client_files.h - shmb.exe and shmbclient.dll, for programs of both bitnesses, beside the
 * service's executable: `install` copies them from the folder of the package, with the same care
 * as the executable (program_file.h).
 *
 *   bin\shmb.exe, bin\shmbclient.dll           -> FOLDER
 *   x86\bin\shmb.exe, x86\bin\shmbclient.dll   -> FOLDER\x86
 *
 * If the package itself is in FOLDER, as that of Windows Installer, they are there already: only
 * those that an earlier `install` has copied are brought up to date.
 */
#ifndef CLIENT_FILES_H
#define CLIENT_FILES_H

#include <stddef.h>

#include "program_file.h"
#include "system.h"

#define CLIENT_FILES 4u

enum client_file_state {
    CLIENT_FILE_UNNEEDED, /* this program is in FOLDER, or its package is */
    CLIENT_FILE_ABSENT,   /* not in the package */
    CLIENT_FILE_FOREIGN,  /* it, or its folder, belongs to another account than this program */
    CLIENT_FILE_THERE     /* put in its place, or the same file was there */
};

/* What was put where, for client_files_undo. All zero: nothing. */
struct client_files {
    struct program_file files[CLIENT_FILES];
    enum client_file_state states[CLIENT_FILES];
    const char *failed; /* the name of the file that client_files_put failed at; NULL: none */
};

/* "shmb.exe", "x86\shmbclient.dll", ...: its path below FOLDER. */
const char *client_file_name(size_t index);

/*
 * Copies what is beside `source`, this executable, to the folder of `program`, that of the service;
 * both are full paths. `unsafe`: also to a folder that others than administrators can change. After
 * a failure nothing has changed. End `out` with client_files_free in any case.
 */
enum sys_status client_files_put(const char *source, const char *program, bool unsafe,
                                 struct client_files *out, struct sys_failure *why);

/* Restores the files that were there. */
void client_files_undo(struct client_files *files);
void client_files_free(struct client_files *files);

/* Adds those that were copied to the record of what `uninstall` removes. 0 or a Win32 code. */
uint32_t client_files_remember(const struct client_files *files);

/* Takes back removals at the next restart of Windows; as program_file_claim. */
uint32_t client_files_claim(const struct client_files *files);

/*
 * The recorded paths, each terminated, and an empty one at the end; freed with free(). NULL: none.
 * Ask before deleting the service, which deletes the record, too.
 */
char *client_files_recorded(void);

/* True: `path` is one of these files in the folder of `program`. */
bool client_files_is_beside(const char *path, const char *program);

/* For `start` and the started service: as program_file_try_remove_former. */
void client_files_try_remove_former(void);

#endif
