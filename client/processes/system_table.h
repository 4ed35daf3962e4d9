/*
 * system_table.h - the system's own tables: all processes, all handles.
 */
#ifndef SYSTEM_TABLE_H
#define SYSTEM_TABLE_H

#include <stdint.h>
#include <windows.h>

/*
 * Reads a table with NtQuerySystemInformation; `what` is its class. Tries with `first` bytes, and
 * with twice as many as long as these are too few, up to `most`. Free it with free(). NULL: not
 * available, or out of memory.
 */
void *system_table_read(uint32_t what, uint32_t first, uint32_t most);

/* The handles of all processes (SystemExtendedHandleInformation); the types are the system's own.
 */
struct system_handle {
    void *object; /* its address; NULL: Windows does not tell */
    ULONG_PTR process, handle;
    ULONG access;
    USHORT trace, type;
    ULONG attributes, reserved;
};
struct system_handles {
    ULONG_PTR count, reserved;
    struct system_handle entries[1];
};

/* As system_table_read. */
struct system_handles *system_table_handles(void);

#endif
