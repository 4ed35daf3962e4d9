/*
 * first_files.h - what an installation needs on the disk before its first start.
 */
#ifndef FIRST_FILES_H
#define FIRST_FILES_H

#include "system.h"

/* What was made, so that it can be taken away again; all zero: nothing. */
struct first_files {
    char *folder;       /* of the configuration, which only administrators may write */
    char *state, *keep; /* in it, the service's own: what it remembers, and its copies */
    char *config;       /* the configuration there */
    bool made_folder, made_state, made_keep, put;
};

/*
 * Makes the folders of configuration, state and copies, or takes them over
 * (secure_folder.h), and, with `config`, puts the commented configuration that
 * this program carries at the default path unless a file is there; `put` tells.
 * `out` is to be ended with first_files_free in any case.
 */
enum sys_status first_files_make(bool config, struct first_files *out, struct sys_failure *why);

/* Removes again what was made. */
void first_files_undo(struct first_files *files);
void first_files_free(struct first_files *files);

/*
 * Removes the configuration at the default path if it is the one that was put
 * there, unchanged, and its folder if nothing else is in it. True: removed.
 */
bool first_files_remove_unchanged(void);

#endif
