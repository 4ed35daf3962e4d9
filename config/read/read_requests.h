/*
 * read_requests.h - the rules of `requests`: what programs may ask for.
 */
#ifndef CFG_READ_REQUESTS_H
#define CFG_READ_REQUESTS_H

#include "read_value.h"

/*
 * Reads the value of `requests` into `reader->cfg->rules`. Rules with an invalid name are left
 * out. After other errors parts have their defaults: `who` and `access` NULL, no pattern, no kind,
 * size 0.
 */
void read_requests(struct reader *reader, const struct node *node, const struct path *path);

#endif
