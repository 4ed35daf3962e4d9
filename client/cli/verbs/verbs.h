/*
 * verbs.h - runs what the command line of shmb says.
 */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include <stdint.h>
#include <wchar.h>

/* Runs a command line, with the program's name in it. Returns the process's exit code. */
uint32_t verbs_main(const wchar_t *line);

#endif
