/*
 * first_files.h - what an installation needs on the disk before its first start.
 */
#ifndef FIRST_FILES_H
#define FIRST_FILES_H

#include "system.h"

/*
 * Makes the folders of configuration and state where they are missing, and puts
 * the commented configuration that this program carries at `config`, the
 * default path, unless a file is there. `*put` tells whether it was put.
 */
enum sys_status first_files_put(const char *config, bool *put, struct sys_failure *why);

/* The folders only: for an installation with a configuration elsewhere. */
enum sys_status first_files_folders(struct sys_failure *why);

#endif
