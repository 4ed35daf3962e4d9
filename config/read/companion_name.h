/*
 * companion_name.h - the names of what belongs to a segment or queue X: X.lock and the like.
 */
#ifndef CFG_COMPANION_NAME_H
#define CFG_COMPANION_NAME_H

#include <stddef.h>

#include "names.h"

#define COMPANION_BYTES (SHMB_NAME_BYTES + sizeof SHMB_CHANGED_SUFFIX + 1)

/*
 * Writes the name of a companion of `object` to `name`: with a suffix and, behind it, a number or
 * "". Returns what is wrong with it.
 */
enum shmb_name_fault companion_name(const char *object, const char *suffix, const char *number,
                                    char name[COMPANION_BYTES], size_t *length);

#endif
