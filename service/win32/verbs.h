/*
 * verbs.h - what shmbroker.exe can be told to do. Each verb writes its result
 * for people and returns the exit code. Texts are UTF-8.
 */
#ifndef VERBS_H
#define VERBS_H

#include <stddef.h>

#include "exit_codes.h"

/* Reads the command line (without the program's name) and does what it says. */
enum shmb_exit verbs_main(char **arguments, size_t count);

/* The broker in this console, until Ctrl+C, Ctrl+Break or the end of the console. */
enum shmb_exit verb_run(const char *config);

/*
 * Checks configurations and says what each would create; changes nothing. The
 * gravest result of all: 0, 1 errors or no such file, 3 and 7 not readable.
 */
enum shmb_exit verb_check(char **files, size_t count);

/* Registers the service, or mends its registration. `config` NULL: the default path. */
enum shmb_exit verb_install(const char *config);
enum shmb_exit verb_uninstall(void);

/* Both wait for the end of what they asked for; both are done if there is nothing to do. */
enum shmb_exit verb_start(void);
enum shmb_exit verb_stop(void);

/*
 * The service, and what is seen of each object of its configuration. 0: runs
 * and nothing is seen to be missing or taken; 1: something is; 5: does not run.
 */
enum shmb_exit verb_status(void);

#endif
