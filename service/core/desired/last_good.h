/*
 * last_good.h - the last good configuration: all files of the last one that was applied
 * in full, in one file of the state folder. A start uses it if the main file is invalid.
 */
#ifndef CORE_LAST_GOOD_H
#define CORE_LAST_GOOD_H

#include "config_files.h"
#include "system.h"

#define LAST_GOOD_FILE "last-good.conf"

/* The stored files, opened. */
struct last_good;

/* Stores all files that are in use. Statuses as state_write; `why` may be NULL. */
enum sys_status last_good_save(const struct system *system, const struct config_files *config,
                               struct sys_failure *why);

/*
 * Opens the stored files; waits some seconds while another program holds them. SYS_NOT_FOUND: there
 * are none, or they are damaged. On anything but SYS_OK, `*out` is NULL. Free it with
 * last_good_free.
 */
enum sys_status last_good_open(const struct system *system, struct last_good **out,
                               struct sys_failure *why);
void last_good_free(struct last_good *last); /* NULL is allowed */

/*
 * A port for config_files_read that reads the stored files instead of the current ones.
 * Other files, such as those for initial content, are read from the disk.
 */
const struct system *last_good_port(const struct last_good *last);

/*
 * The port below it with one difference: where another program holds a file or a folder
 * (SYS_LATER), the stored files are read instead. last_good_used counts how often.
 */
const struct system *last_good_instead(struct last_good *last);
size_t last_good_used(const struct last_good *last);

/* The path of the stored main file. */
const char *last_good_main(const struct last_good *last);

#endif
