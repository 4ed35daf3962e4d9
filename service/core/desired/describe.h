/*
 * describe.h - the objects of an inventory in words, as `check` and `plan` print them.
 */
#ifndef CORE_DESCRIBE_H
#define CORE_DESCRIBE_H

#include "inventory.h"
#include "json.h"

/* Receives one line of text, without a line end. */
typedef void (*describe_line)(void *context, const char *line);

/*
 * Passes one line for each object to `line`: kind, name, size or state, and access, as in
 * "section Global\Prices, 65536 bytes: Users read; CORP\Traders read and write". False: no
 * memory.
 */
bool describe_inventory(const struct inventory *inventory, describe_line line, void *context);

/* Adds the same to the open JSON array, one object for each; client/json.md has the keys. */
void describe_json(const struct inventory *inventory, struct json *json);

#endif
