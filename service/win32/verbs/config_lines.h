/*
 * config_lines.h - prints the errors and warnings of a configuration to standard
 * error.
 */
#ifndef CONFIG_LINES_H
#define CONFIG_LINES_H

#include "messages.h"

/* A line for each message, and one with the number of those that were not stored. */
void config_lines_print(const char *file, const struct cfg_messages *messages);

#endif
