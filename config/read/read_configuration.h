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

/*
 * Reads the objects of a file while it is parsed, so that the tree is never whole: most files
 * have no fault, and for them this is much cheaper. It needs version, defaults and settings
 * to precede the objects, and ends at the first error or warning.
 */
struct read_flow {
    struct reader *reader;
    size_t lines; /* of the file: few have more objects */
    size_t top;   /* keys of the file before the first group with objects; 0: no object yet */
    size_t room;  /* objects that `reader->cfg->objects` has room for */
};

/* A `take` of tree_taker; the context is a read_flow with its reader and lines set. */
enum tree_take read_flow_take(void *context, const struct node *root, const struct node *group,
                              const struct node_item *entries);

/*
 * Ends the reading at the end of the parse. True: `reader` is as read_configuration leaves it,
 * without any message. False: the file must be read again, with read_configuration and a new
 * configuration; messages so far do not count.
 */
bool read_flow_end(struct read_flow *flow, const struct node *root);

#endif
