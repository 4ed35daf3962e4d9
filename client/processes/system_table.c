#include "system_table.h"

#include <stdlib.h>
#include <string.h>

#define TOO_SMALL ((LONG)0xC0000004)

#define ALL_HANDLES   64u
#define HANDLES_FIRST (4u << 20) /* bytes */
#define HANDLES_MOST  (512u << 20)

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

struct system_handles *system_table_handles(void)
{
    return system_table_read(ALL_HANDLES, HANDLES_FIRST, HANDLES_MOST);
}
