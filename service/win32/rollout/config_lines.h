/*
 * config_lines.h - prints the errors and warnings of a configuration to standard
 * error.
 */
#ifndef CONFIG_LINES_H
#define CONFIG_LINES_H

#include "config_files.h"
#include "messages.h"

/* A line for each message, and one with the number of those that were not stored. */
void config_lines_print(const char *file, const struct cfg_messages *messages);

/* The line for files that another program holds. There are some. */
void config_lines_held(const char *file, const struct config_held *held);

#endif
