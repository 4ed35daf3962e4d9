/*
 * mirror_file.h - the configuration file of a verb, and where the status of a run stands.
 */
#ifndef MIRROR_FILE_H
#define MIRROR_FILE_H

#include "exit_codes.h"
#include "mirror_config.h"

/* The path if none is given, freed with free(): ShmBroker\shmbmirror.yaml of the program data. */
char *mirror_file_default(void);

/*
 * Reads and checks it; every error and warning is printed, one line each. `*out` is NULL but for
 * SHMB_EXIT_DONE; free it with mirror_config_free. `messages` (may be NULL) gets them instead, also
 * that the file cannot be read.
 */
enum shmb_exit mirror_file_read(const char *path, struct mirror_config **out,
                                struct cfg_messages *messages);

/* The path of the status file, freed with free(). NULL: no memory, or no folder for it. */
char *mirror_file_status(const struct mirror_config *config);

/* Prints messages, one line each. */
void mirror_file_print(const struct cfg_messages *messages);

#endif
