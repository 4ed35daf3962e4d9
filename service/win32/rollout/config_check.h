/*
 * config_check.h - reads a configuration as the service does, and finds all errors and warnings.
 */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config_files.h"
#include "exit_codes.h"
#include "inventory.h"
#include "json.h"
#include "messages.h"
#include "system.h"
#include "trustees.h"

struct config_check {
    struct cfg_messages messages;
    struct config_files configuration;
    enum config_files_result result;
    struct inventory *inventory; /* NULL: not usable */
};

/*
 * Reads the files as one configuration; the first is the main file. Resolves its accounts and
 * access lists, and adds advice. SHMB_EXIT_DONE: usable; SHMB_EXIT_NOT_SO: errors, or no such file;
 * SHMB_EXIT_DENIED; SHMB_EXIT_TIMEOUT: another program holds a file; SHMB_EXIT_SYSTEM: not
 * readable, or no memory, which has been printed. Free `out` with config_check_free in any case.
 */
enum shmb_exit config_check_read(const struct system *system, char *const *files, size_t count,
                                 struct trustees *known, struct config_check *out);
void config_check_free(struct config_check *check);

/* The exit code for a main file that cannot be read. */
enum shmb_exit config_check_unreadable(enum sys_status status, const struct sys_failure *why);

/* Prints errors and warnings, and that it is not usable, if so. `file` is its name in them. */
void config_check_print(const char *file, const struct config_check *check, enum shmb_exit result);

/* The member messages. */
void config_check_put_messages(const struct config_check *check, struct json *json);

#endif
