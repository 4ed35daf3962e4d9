/*
 * config_place.h - puts a configuration into its place, and the former one back.
 *
 * Whenever the process ends, even if it is killed, the place has the former content or the new
 * one, whole. The content before is in <file>.former: it replaces the one that was there.
 */
#ifndef CONFIG_PLACE_H
#define CONFIG_PLACE_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

#include "own_files.h"
#include "system.h"

/* All zero: nothing to close. */
struct config_place {
    struct own_files file;   /* the configuration, and where a new one is written */
    struct own_files former; /* the same for the former one */
    char *path;              /* of the configuration */
    char *former_path;
    char *content; /* what it has now; NULL: there is no file */
    size_t length;
    HANDLE lock; /* NULL: not locked */
    bool check;  /* its folders and itself have to be safe */
    bool safe;   /* it is */
    bool busy;   /* another process has the lock */
};

/*
 * Opens the place: `path` is absolute. `check`: only administrators may be able to change the
 * folder and those above. `main`: the main file of the configuration, which can be `path`; until
 * config_place_close no other process can open a place with the same one. NULL: without that. Reads
 * what is there. SYS_NOT_FOUND: there is no such folder. SYS_LATER: a program has the file open, or
 * `busy`. Close `out` in any case.
 */
enum sys_status config_place_open(const char *path, bool check, const char *main,
                                  struct config_place *out, struct sys_failure *why);
void config_place_close(struct config_place *place);

/* True: it has these bytes, and only administrators can change it, if that matters. */
bool config_place_has(const struct config_place *place, const void *bytes, size_t length);

/* True: it has these bytes by now, or it cannot be read. */
bool config_place_still_has(const struct config_place *place, const void *bytes, size_t length);

/*
 * Writes the present content to <file>.former and these bytes to the file, with the owner and the
 * access of a configuration. Retries while another program holds a file. SYS_LATER: for too long.
 * SYS_DENIED: also a file that is read-only. After a failure the file is as before.
 */
enum sys_status config_place_put(struct config_place *place, const void *bytes, size_t length,
                                 struct sys_failure *why);

/* After that: gives <file>.former its name back; without a former content, deletes the file. */
enum sys_status config_place_restore(struct config_place *place, struct sys_failure *why);

#endif
