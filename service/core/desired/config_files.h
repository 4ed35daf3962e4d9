/*
 * config_files.h - reads a main file and all files it includes, through the port.
 *
 * Included files may not include others. Errors that only the system can find (a file
 * that cannot be read, a missing `initial` file) are reported like all others, with file,
 * line and column.
 */
#ifndef CORE_CONFIG_FILES_H
#define CORE_CONFIG_FILES_H

#include "initial_files.h"
#include "load.h"
#include "system.h"

#define CONFIG_FILES_MAX 1000u /* files of one configuration */

/* Patience of a verb, in milliseconds; see config_files_read. */
#define CONFIG_FILES_PATIENCE_MS 5000u

enum config_files_policy {
    CONFIG_FILES_STRICT, /* any error makes the whole configuration invalid */
    /*
     * For a start. An included file with an error is left out as a whole. An `initial` file
     * that cannot be read affects its segment only, whose content is unread.
     */
    CONFIG_FILES_FORGIVING
};

enum config_files_result {
    CONFIG_FILES_OK,
    CONFIG_FILES_INVALID,    /* errors were added to `messages` */
    CONFIG_FILES_UNREADABLE, /* the main file cannot be read: see its `status` and `why` */
    CONFIG_FILES_NO_MEMORY
};

/* One file, as far as it could be read. */
struct config_file {
    /*
     * The main file as given, others absolute. An include that cannot be resolved is here
     * as written, as a file that is left out.
     */
    char *path;
    char *bytes; /* the content; NULL: could not be read, or is forgotten */
    size_t length;
    enum sys_status status; /* of reading it */
    struct sys_failure why; /* if status is not SYS_OK */
    struct cfg *part;       /* parsed; NULL: the file has errors */
    struct cfg *faulty;     /* strict: what could be read of a file with errors (load.h) */
    bool left_out;          /* `whole` has nothing of it */
    struct initial_files initial;
};

/*
 * Files and folders that another program held: they have no error, and can be read later. With
 * CONFIG_FILES_STRICT also `initial` files; forgiving, those are one segment's matter.
 */
struct config_held {
    size_t count;           /* 0: none */
    char *path;             /* the first of them */
    struct sys_failure why; /* why that one could not be read */
};

/* All files of a configuration. All zero: none. */
struct config_files {
    struct config_file *files; /* the main file, then the others in the order of inclusion */
    size_t count, capacity;
    struct cfg *whole; /* all used files merged; NULL unless CONFIG_FILES_OK */
    uint64_t initial;  /* bytes of all `initial` files */
    struct config_held held;
};

/*
 * Reads, parses and merges a configuration.
 *
 * paths     the main file, then files that count as included by it (`check --merged`). A
 *           file that is named twice is read once
 * patience  milliseconds to wait, in all, for files that another program holds. Forgiving, a
 *           file that is missing is waited for, too, but only a moment: an editor may be
 *           replacing it
 * messages  gets all errors and warnings, sorted. With CONFIG_FILES_FORGIVING there can be
 *           errors on success: those of the files that were left out
 * out       filled as far as possible on every result. Free it with config_files_free. Its
 *           former value is overwritten, not freed
 */
enum config_files_result config_files_read(const struct system *system, const char *const *paths,
                                           size_t count, enum config_files_policy policy,
                                           uint32_t patience, struct cfg_messages *messages,
                                           struct config_files *out);

/*
 * Leaves out one more included file, named by its path as in messages: for errors that are
 * found later, such as an unknown account. Replaces `whole`, or sets it to NULL if the rest
 * is invalid; pointers into it become invalid. False: no such file is in use, and nothing
 * changes.
 */
bool config_files_leave_out(struct config_files *config, const char *path,
                            struct cfg_messages *messages, enum config_files_result *result);

/* Frees the contents of all files: once parsed, only last_good_save needs them. */
void config_files_forget_contents(struct config_files *config);

void config_files_free(struct config_files *config);

#endif
