/*
 * last_good.h - the configuration that was in force last as a whole: all its
 * files in one, kept with the state, for a start that finds the main file
 * unusable.
 */
#ifndef CORE_LAST_GOOD_H
#define CORE_LAST_GOOD_H

#include "config_files.h"
#include "system.h"

#define LAST_GOOD_FILE "last-good.conf"

struct last_good;

/* Keeps all files that were read. As state_write. */
enum sys_status last_good_save(const struct system *system, const struct config_files *config,
                               struct sys_failure *why);

/* SYS_NOT_FOUND: there is none, or it is damaged. On anything but SYS_OK, `*out` is NULL. */
enum sys_status last_good_open(const struct system *system, struct last_good **out,
                               struct sys_failure *why);
void last_good_free(struct last_good *last); /* NULL is allowed */

/*
 * A port that has, of all files, these; enough of one for config_files_read.
 * Content of segments is read from the files that exist now.
 */
const struct system *last_good_port(const struct last_good *last);

/* The path of its main file. */
const char *last_good_main(const struct last_good *last);

#endif
