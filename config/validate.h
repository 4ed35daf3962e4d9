/*
 * validate.h - what can be said of a configuration only as a whole.
 */
#ifndef CFG_VALIDATE_H
#define CFG_VALIDATE_H

#include <stdbool.h>

#include "model.h"

/*
 * Names that clash, over all kinds and companions; names that old programs
 * cannot write; rights that make no sense; content that does not fit; totals
 * beyond the limits. Parts
 * that stand at their defaults because they could not be read are skipped.
 * False: no memory.
 */
bool validate_configuration(const struct cfg *configuration, struct cfg_messages *messages);

#endif
