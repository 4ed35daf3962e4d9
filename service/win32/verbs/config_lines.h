/*
 * config_lines.h - what is wrong with a configuration, on the standard error
 * output.
 */
#ifndef CONFIG_LINES_H
#define CONFIG_LINES_H

#include "messages.h"

/* A line for each message, and one for those that were too many to keep. */
void config_lines_print(const char *file, const struct cfg_messages *messages);

#endif
