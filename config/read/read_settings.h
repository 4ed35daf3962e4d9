/*
 * read_settings.h - the keys of the main file that concern the whole configuration.
 */
#ifndef CFG_READ_SETTINGS_H
#define CFG_READ_SETTINGS_H

#include "read_value.h"

#define SETTINGS_COUNT 7

/*
 * Reads include, directory, limits, watch, hold_for, metrics and log, in this order in `values`,
 * into `reader->cfg`. NULL: the key is not written.
 */
void read_settings(struct reader *reader, const struct node *const *values);

#endif
