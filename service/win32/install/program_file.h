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
 * Copies the executable `from` to `to`, unless both are one file or equal, and that
 * one is not encrypted; both are full paths. Copies its content, not its attributes,
 * encryption or streams. Administrators own it afterwards. After a failure nothing
 * has changed. End `out` with program_file_free in any case.
 */
enum sys_status program_file_put(const char *from, const char *to, struct program_file *out,
                                 struct sys_failure *why);

/* Restores the file that was there. */
void program_file_undo(struct program_file *file);

void program_file_free(struct program_file *file);

/* What became of files that were to be deleted, from the best to the worst. */
enum program_file_rest {
    PROGRAM_FILE_GONE,
    PROGRAM_FILE_AT_RESTART, /* in use; Windows deletes it at its next restart */
    PROGRAM_FILE_LEFT        /* somebody has to delete it by hand */
};

struct program_file_removal {
    enum program_file_rest rest; /* of the worst of the files */
    char *file;                  /* its path; NULL: all are gone, or no memory */
};

/*
 * Deletes the executables that earlier installations left beside `path`: at once
 * if they no longer run, else at the next restart of Windows. End `out` with
 * program_file_removal_free.
 */
void program_file_remove_former(const char *path, struct program_file_removal *out);
void program_file_removal_free(struct program_file_removal *removal);

/*
 * For the started service, after its predecessor has ended: deletes the same
 * files beside this executable, as far as the account may; nothing waits for a
 * restart of Windows. Does nothing if `install` did not put this executable in place.
 */
void program_file_try_remove_former(void);
/* The same beside another file that `install` has put in its place. */
void program_file_try_remove_former_of(const char *path);

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
/* Deletes the executable, the former ones, and their folder if then empty; as remove_former. */
void program_file_remove(const char *path, struct program_file_removal *out);

#endif
