/*
 * install_files.h - the folders and the first configuration that an installation
 * needs before its first start.
 */
#ifndef INSTALL_FILES_H
#define INSTALL_FILES_H

#include "secure_folder.h"
#include "system.h"

struct first_folder {
    char *path;
    struct secure_folder taken;
};

enum {
    FIRST_DATA,  /* for the configuration; only administrators may write */
    FIRST_STATE, /* in it, for the service's state */
    FIRST_KEEP,  /* in it, for the copies of segments */
    FIRST_FOLDERS
};

/* What was made, for first_files_undo. All zero: nothing. */
struct first_files {
    struct first_folder folders[FIRST_FOLDERS];
    char *config; /* path of the first configuration */
    bool put;     /* it was written */
};

/*
 * Makes the folders for configuration, state and copies, or takes them over
 * (secure_folder.h). With `config`, writes the commented configuration in this
 * program's resources to the default path, unless a file is there; `put` says
 * whether. End `out` with first_files_free in any case.
 */
enum sys_status first_files_make(bool config, struct first_files *out, struct sys_failure *why);

/* Removes what was made; a folder that was put aside stays aside. */
void first_files_undo(struct first_files *files);
void first_files_free(struct first_files *files);

/*
 * Removes the configuration at the default path if it is still the first one,
 * unchanged, and then its folder if that is empty. True: removed.
 */
bool first_files_remove_unchanged(void);

#endif
