/*
 * read_configuration.h - from the tree of a file to its model.
 */
#ifndef CFG_READ_CONFIGURATION_H
#define CFG_READ_CONFIGURATION_H

#include "read_value.h"

/*
 * Reads the whole tree into `reader->cfg`, all errors into `reader->messages`.
 * Objects with an invalid name are left out; other invalid parts have their defaults
 * (size 0, access NULL), which validate_configuration skips.
 */
void read_configuration(struct reader *reader, const struct node *root);

#endif
