/*
 * paths.h - where the program, its configuration and its own files are. UTF-8;
 * every result is freed with free(). NULL: GetLastError() says why.
 */
#ifndef PATHS_H
#define PATHS_H

#include <stdbool.h>

/* %ProgramData%\ShmBroker\shmbroker.yaml */
char *paths_default_config(void);

/* %ProgramData%\ShmBroker\state */
char *paths_default_state(void);

/* %ProgramFiles%\ShmBroker */
char *paths_default_program_folder(void);

/* %ProgramData%\ShmBroker\keep */
char *paths_default_keep(void);

/* The full path of this executable. */
char *paths_executable(void);

/* The full path of `path`, which may be relative to the current folder. */
char *paths_absolute(const char *path);

/*
 * True: the drive of the full path is a network drive or a substituted one. These
 * belong to a logon, and a service of another account does not have them.
 */
bool paths_drive_of_logon(const char *path);

#endif
