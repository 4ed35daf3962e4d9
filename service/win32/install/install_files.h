/*
 * install_files.h - what an installation needs on the disk before its first start.
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
    FIRST_DATA,  /* of the configuration, which only administrators may write */
    FIRST_STATE, /* in it, the service's own: what it remembers, */
    FIRST_KEEP,  /* and its copies */
    FIRST_FOLDERS
};

/* What was made, so that it can be taken away again; all zero: nothing. */
struct first_files {
    struct first_folder folders[FIRST_FOLDERS];
    char *config; /* the configuration in the first */
    bool put;
};

/*
 * Makes the folders of configuration, state and copies, or takes them over
 * (secure_folder.h), and, with `config`, puts the commented configuration that
 * this program carries at the default path unless a file is there; `put` tells.
 * `out` is to be ended with first_files_free in any case.
 */
enum sys_status first_files_make(bool config, struct first_files *out, struct sys_failure *why);

/* Removes again what was made; what is put aside stays there. */
void first_files_undo(struct first_files *files);
void first_files_free(struct first_files *files);

/*
 * Removes the configuration at the default path if it is the one that was put
 * there, unchanged, and its folder if nothing else is in it. True: removed.
 */
bool first_files_remove_unchanged(void);

#endif
