/*
 * system_table.h - the system's own tables: all processes, all handles.
 */
#ifndef SYSTEM_TABLE_H
#define SYSTEM_TABLE_H

#include <stdint.h>

/*
 * Reads a table with NtQuerySystemInformation; `what` is its class. Tries with `first` bytes, and
 * with twice as many as long as these are too few, up to `most`. Free it with free(). NULL: not
 * available, or out of memory.
 */
void *system_table_read(uint32_t what, uint32_t first, uint32_t most);

#endif
