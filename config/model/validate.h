/*
 * validate.h - checks that need the whole configuration.
 */
#ifndef CFG_VALIDATE_H
#define CFG_VALIDATE_H

#include <stdbool.h>

#include "model.h"

/*
 * Adds errors for names that clash, across all kinds and companions, names of rules that
 * clash, read on auto-reset events, content longer than its segment, and totals beyond the limits;
 * warnings for names that the ANSI functions may be unable to express. Skips parts
 * that have their defaults because they could not be read. False: no memory.
 */
bool validate_configuration(const struct cfg *configuration, struct cfg_messages *messages);

#endif
