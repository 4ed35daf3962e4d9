/*
 * read_places.h - where the servers are: the keys server, sentinel, master and cluster.
 */
#ifndef MIRROR_READ_PLACES_H
#define MIRROR_READ_PLACES_H

#include "mirror_config.h"
#include "read_value.h"

/*
 * `values`: of server, sentinel, master and cluster. `meant`: one of them is written and misspelt.
 * `tls`: whether this program has TLS.
 */
void read_places(struct reader *reader, const struct node *root, const struct node *const *values,
                 bool meant, bool tls, struct mirror_config *config);

#endif
