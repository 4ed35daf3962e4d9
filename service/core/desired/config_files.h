/*
 * config_files.h - a main file and all it includes, read through the port.
 *
 * Included files may not include others. What only the system can find out
 * here (a file that cannot be read, an `initial` file that is missing) is
 * reported like any other error, at its place.
 */
#ifndef CORE_CONFIG_FILES_H
#define CORE_CONFIG_FILES_H

#include "initial_files.h"
#include "load.h"
#include "system.h"

#define CONFIG_FILES_MAX 1000u /* of one configuration */

enum config_files_policy {
    CONFIG_FILES_STRICT, /* any error anywhere makes all of it unusable */
    /*
     * An unusable included file is left out as a whole; an `initial` file that cannot be
     * had is the trouble of its segment, whose content is unread then.
     */
    CONFIG_FILES_FORGIVING
};

enum config_files_result {
    CONFIG_FILES_OK,
    CONFIG_FILES_INVALID,    /* errors were added to `messages` */
    CONFIG_FILES_UNREADABLE, /* the main file: see its `status` and `why` */
    CONFIG_FILES_NO_MEMORY
};

/* One file, as far as it could be had. */
struct config_file {
    /*
     * The main file as given, others absolute. An include that could not be
     * followed stands here as written, as a file that was left out.
     */
    char *path;
    char *bytes; /* as read; NULL: could not be read */
    size_t length;
    enum sys_status status; /* of reading it */
    struct sys_failure why; /* where status is not SYS_OK */
    struct cfg *part;       /* loaded; NULL: unusable by itself */
    bool left_out;          /* nothing of it is in `whole` */
    struct initial_files initial;
};

struct config_files {
    struct config_file *files; /* the main file, then the others in their order */
    size_t count, capacity;
    struct cfg *whole; /* all that is used, as one; NULL unless CONFIG_FILES_OK */
    uint64_t initial;  /* bytes of all `initial` files */
};

/*
 * Reads and loads a configuration.
 *
 * paths     the main file first; files behind it count as included by it
 *           (`check --merged`). A file that is reached twice is read once
 * messages  gets all errors and warnings, sorted. With CONFIG_FILES_FORGIVING
 *           there may be errors on success: those of what was left out
 * out       filled in any case as far as it goes, to be ended with
 *           config_files_free; nothing in it was allocated before
 */
enum config_files_result config_files_read(const struct system *system, const char *const *paths,
                                           size_t count, enum config_files_policy policy,
                                           struct cfg_messages *messages, struct config_files *out);

/*
 * Leaves out one more included file, by the path that messages call it: for
 * errors that are found later, such as an unknown account. `whole` is replaced,
 * or NULL where nothing usable remains; what referred to it is void. False: it
 * is not one that is used (`whole` stays as it is).
 */
bool config_files_leave_out(struct config_files *config, const char *path,
                            struct cfg_messages *messages, enum config_files_result *result);

void config_files_free(struct config_files *config);

#endif
