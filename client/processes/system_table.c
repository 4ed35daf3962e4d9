#include "system_table.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#define TOO_SMALL ((LONG)0xC0000004)

/* winternl.h declares few of the classes. */
typedef LONG(NTAPI *query_system)(ULONG what, void *out, ULONG size, ULONG *needed);

void *system_table_read(uint32_t what, uint32_t first, uint32_t most)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    FARPROC found = ntdll != NULL ? GetProcAddress(ntdll, "NtQuerySystemInformation") : NULL;
    LONG status = TOO_SMALL;
    query_system query;
    void *table = NULL;
    ULONG size, needed;

    if (found == NULL)
        return NULL;
    memcpy(&query, &found, sizeof(query));
    for (size = first; status == TOO_SMALL && size <= most; size *= 2) {
        free(table);
        table = malloc(size);
        if (table == NULL)
            return NULL;
        status = query(what, table, size, &needed);
    }
    if (status >= 0)
        return table;
    free(table);
    return NULL;
}
