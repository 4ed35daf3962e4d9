/*
 * port_internal.h - the port's table in parts by subject; for port.c alone, which has
 * the rest: who the broker is, the clock, what is told, what is waited for.
 */
#ifndef PORT_INTERNAL_H
#define PORT_INTERNAL_H

#include "port.h"

/* Each sets its own entries of the table. */
void port_files(struct system *out);   /* the configuration, the broker's own files, copies */
void port_objects(struct system *out); /* descriptors, named objects, links in sessions */
void port_keepers(struct system *out);

/* The folder of the broker's own files; to be freed with free(). */
char *port_state_folder(const struct port *port);

#endif
