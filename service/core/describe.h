/*
 * describe.h - what an inventory would create, in words, for people.
 */
#ifndef CORE_DESCRIBE_H
#define CORE_DESCRIBE_H

#include "inventory.h"

/* Receives one line of text, without a line end. */
typedef void (*describe_line)(void *context, const char *line);

/*
 * One line for each object: kind, name, size or state, and who may do what,
 * such as "section Global\Prices, 65536 bytes: Users read; CORP\Traders write".
 * False: no memory.
 */
bool describe_inventory(const struct inventory *inventory, describe_line line, void *context);

#endif
