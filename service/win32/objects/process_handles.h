/*
 * process_handles.h - the handles of another process, and what a handle refers to.
 */
#ifndef PROCESS_HANDLES_H
#define PROCESS_HANDLES_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "names.h"

struct process_handle {
    HANDLE value; /* in that process */
    DWORD access; /* the rights that it gives */
};

/*
 * Lists the handles of a process (PROCESS_QUERY_INFORMATION), to be freed with free(). Returns 0
 * or the Win32 code of the failure; then `*handles` is NULL.
 */
uint32_t process_handles_list(HANDLE process, struct process_handle **handles, size_t *count);

/*
 * Reads kind and name of an object. False: it is none of the kinds that a broker holds, or it has
 * no name in Global\. `name` is without Global\.
 */
bool process_handles_describe(HANDLE object, enum shmb_kind *kind, wchar_t name[SHMB_NAME_MAX + 1]);

#endif
