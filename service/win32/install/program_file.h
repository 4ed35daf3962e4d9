/*
 * program_file.h - puts the service's executable where only administrators can
 * change it, even over a running one.
 *
 * A running executable cannot be overwritten, but it can be renamed. The new one
 * is written beside it under another name, then two renames swap them. The old
 * one goes on running, and its file is deleted after it has ended.
 */
#ifndef PROGRAM_FILE_H
#define PROGRAM_FILE_H

#include "system.h"

/* What was put where, for program_file_undo. All zero: nothing. */
struct program_file {
    char *path;       /* the executable the service is to run */
    char *former;     /* the new name of the file that was there; NULL: none was */
    bool placed;      /* copied; false: the same program is there already */
    bool folder_made; /* the folder of `path` is new */
};

/*
 * %ProgramFiles%\ShmBroker\shmbroker.exe, or shmbroker.exe in `folder`; freed
 * with free(). NULL: GetLastError() says why.
 */
char *program_file_target(const char *folder);

/*
 * Copies the executable `from` to `to`, unless both are one file or equal; both
 * are full paths. Copies its content, not its attributes, encryption or streams.
 * After a failure nothing has changed. End `out` with
 * program_file_free in any case.
 */
enum sys_status program_file_put(const char *from, const char *to, struct program_file *out,
                                 struct sys_failure *why);

/* Restores the file that was there. */
void program_file_undo(struct program_file *file);

/*
 * Deletes the executables that earlier installations left beside `path`: at once
 * if they no longer run, else at the next restart of Windows. False: some are left
 * until then.
 */
bool program_file_clean(const char *path);
void program_file_free(struct program_file *file);

/*
 * For the started service, after its predecessor has ended: deletes the same
 * files beside this executable, as far as the account may. Does nothing if
 * `install` did not put this executable in place.
 */
void program_file_sweep(void);

/*
 * Takes back a removal of `path` and its folder at the next restart of Windows, which
 * an earlier `uninstall` has asked for. 0 or a Win32 code.
 */
uint32_t program_file_claim(const char *path);

/*
 * Records that `install` put the executable there, so that `uninstall` removes it.
 * 0 or a Win32 code.
 */
uint32_t program_file_remember(const char *path);
/* Reads the record. Ask before deleting the service, which deletes the record, too. */
bool program_file_is_ours(const char *path);
/* Deletes the executable, and its folder if then empty; result as program_file_clean. */
bool program_file_remove(const char *path);

#endif
