/*
 * table_rows.h - the rows of a table of the directory: what it says of each item.
 */
#ifndef CORE_TABLE_ROWS_H
#define CORE_TABLE_ROWS_H

#include "control_sets.h"
#include "directory_table.h"
#include "inventory.h"
#include "lock_slots.h"

struct table_rows {
    const struct inventory *inventory;
    const struct lock_slots *slots;
    const struct control_sets *controls;
};

/* Total bytes of the texts in a table. */
uint64_t table_rows_text_bytes(const struct inventory *inventory);

/* Adds a row for each item to a table that has begun. */
void table_rows_add(const struct table_rows *rows, struct directory_table *table);

#endif
