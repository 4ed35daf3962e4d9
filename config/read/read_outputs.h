/*
 * read_outputs.h - the keys of the main file that name files which the service writes for other
 * programs.
 */
#ifndef CFG_READ_OUTPUTS_H
#define CFG_READ_OUTPUTS_H

#include "read_value.h"

/* Reads metrics into `reader->cfg->metrics`. */
void read_metrics(struct reader *reader, const struct node *node, const struct path *path);

/* Reads log into `reader->cfg->log`. */
void read_log(struct reader *reader, const struct node *node, const struct path *path);

#endif
