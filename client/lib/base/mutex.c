#include "mutex.h"

#include <string.h>

/* MutantBasicInformation (0). winternl.h declares neither the function nor this. */
struct mutant_basic {
    LONG count; /* 1: free; 0: owned once; less by one with each further time */
    BOOLEAN owned_by_caller;
    BOOLEAN abandoned;
};

typedef LONG(NTAPI *query_mutant)(HANDLE mutex, int what, void *out, ULONG size, ULONG *written);

static bool ask(HANDLE mutex, struct mutant_basic *basic)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    FARPROC found = ntdll != NULL ? GetProcAddress(ntdll, "NtQueryMutant") : NULL;
    query_mutant query;

    memset(basic, 0, sizeof(*basic));
    if (found == NULL || mutex == NULL)
        return false;
    memcpy(&query, &found, sizeof(query));
    return query(mutex, 0, basic, sizeof(*basic), NULL) >= 0;
}

bool mutex_is_free(HANDLE mutex)
{
    struct mutant_basic basic;

    return ask(mutex, &basic) && basic.count > 0;
}

bool mutex_is_nested(HANDLE mutex)
{
    struct mutant_basic basic;

    return ask(mutex, &basic) && basic.owned_by_caller && basic.count < 0;
}
