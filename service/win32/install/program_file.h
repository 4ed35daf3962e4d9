/*
 * program_file.h - the service's executable: put where only administrators can
 * change it, also over one that runs.
 *
 * A running executable cannot be overwritten, but renamed: the new one is
 * written beside it under another name, then the two change places in two
 * renames. What ran goes on running, and is removed when it has ended.
 */
#ifndef PROGRAM_FILE_H
#define PROGRAM_FILE_H

#include "system.h"

/* What was put where; all zero: nothing. */
struct program_file {
    char *path;       /* the executable the service is to run */
    char *former;     /* what stood there before, under its present name; NULL: nothing did */
    bool placed;      /* copied to `path`; else the same program is there already */
    bool folder_made; /* the folder of `path` was not there */
};

/* %ProgramFiles%\ShmBroker\shmbroker.exe, or the same in `folder`; freed with free(). */
char *program_file_target(const char *folder);

/*
 * Copies the executable `from` to `to`, if that is another file with another
 * content; both are full paths. After a failure everything is as it was. `out` is to be ended with
 * program_file_free in any case.
 */
enum sys_status program_file_put(const char *from, const char *to, struct program_file *out,
                                 struct sys_failure *why);

/* Puts back what stood there before. */
void program_file_undo(struct program_file *file);

/*
 * Removes what earlier installations left beside `path`: at once where it does
 * not run any more, else at the next start of the machine. False: some is left
 * until then.
 */
bool program_file_clean(const char *path);
void program_file_free(struct program_file *file);

/*
 * To be called by this executable when the service has started, and what ran before
 * has ended: removes the same, as far as the account may. Only where `install` has
 * put this executable to its place.
 */
void program_file_sweep(void);

/* Remembers that this executable was put there by `install`, so that `uninstall` removes it. */
uint32_t program_file_remember(const char *path);
/* Whether it was; to be asked before the service is deleted, with which the note goes. */
bool program_file_is_ours(const char *path);
/* Removes the executable and its folder if that is empty then; as program_file_clean. */
bool program_file_remove(const char *path);

#endif
