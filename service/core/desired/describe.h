/*
 * describe.h - what an inventory would create, in words, for people.
 */
#ifndef CORE_DESCRIBE_H
#define CORE_DESCRIBE_H

#include "inventory.h"
#include "json.h"

/* Receives one line of text, without a line end. */
typedef void (*describe_line)(void *context, const char *line);

/*
 * One line for each object: kind, name, size or state, and who may do what,
 * such as "section Global\Prices, 65536 bytes: Users read; CORP\Traders read and write".
 * False: no memory.
 */
bool describe_inventory(const struct inventory *inventory, describe_line line, void *context);

/*
 * The same as JSON: one object for each in the array that is open. Its keys are
 * kind, name (with Global\), what the kind has (size and initial; lock_of and
 * readers_may_wait; reset and changes_of; count and maximum), and access, a list of trustee,
 * level (null: none of ours, SDDL was written) and `may`, which says in words what
 * that allows; null: nothing. audit: true, where it is. integrity is low, another label, or null.
 */
void describe_json(const struct inventory *inventory, struct json *json);

#endif
