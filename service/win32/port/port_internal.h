/*
 * port_internal.h - the parts of the port's table, by subject, for port.c. port.c has the
 * rest: identity, clock, events, waiting.
 */
#ifndef PORT_INTERNAL_H
#define PORT_INTERNAL_H

#include "port.h"

/* Each sets its own entries of the table. */
void port_files(struct system *out);   /* the configuration, the broker's own files, copies */
void port_objects(struct system *out); /* descriptors, named objects, links in sessions */
void port_keepers(struct system *out);
void port_requests(struct system *out);

/* The table's progress and stopping: port_stop.c */
void port_progress(void *self);
bool port_stopping(void *self);

/*
 * For long calls, with the port as `self`: reports progress to the service manager. False: stop
 * requested.
 */
bool port_still_wanted(void *self);

/* The folder of the broker's own files; freed with free(). NULL: GetLastError() says why. */
char *port_state_folder(const struct port *port);

#endif
