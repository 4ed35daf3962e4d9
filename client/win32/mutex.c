#include "mutex.h"

#include <stdint.h>
#include <string.h>

/* winternl.h declares neither the function nor its structures. */
typedef LONG(NTAPI *query_mutant)(HANDLE mutex, int what, void *out, ULONG size, ULONG *written);

#define MUTANT_BASIC 0
struct mutant_basic {
    LONG count; /* 1: free; 0: owned once; less by one with each further time */
    BOOLEAN owned_by_caller;
    BOOLEAN abandoned;
};

/* Since Windows Vista. Not in Wine. */
#define MUTANT_OWNER 1
struct mutant_owner {
    HANDLE process, thread; /* ids; 0: nobody owns it */
};

static bool ask(HANDLE mutex, int what, void *out, ULONG size)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    FARPROC found = ntdll != NULL ? GetProcAddress(ntdll, "NtQueryMutant") : NULL;
    query_mutant query;

    memset(out, 0, size);
    if (found == NULL || mutex == NULL)
        return false;
    memcpy(&query, &found, sizeof(query));
    return query(mutex, what, out, size, NULL) >= 0;
}

bool mutex_query(HANDLE mutex, struct mutex_state *out)
{
    struct mutant_basic basic;
    struct mutant_owner owner;

    memset(out, 0, sizeof(*out));
    if (!ask(mutex, MUTANT_BASIC, &basic, sizeof(basic)))
        return false;
    out->held = basic.count <= 0;
    out->abandoned = basic.abandoned != 0;
    out->nested = basic.owned_by_caller && basic.count < 0;
    if (out->held && ask(mutex, MUTANT_OWNER, &owner, sizeof(owner)) && owner.process != NULL) {
        out->owner_known = true;
        out->process = (DWORD)(uintptr_t)owner.process;
        out->thread = (DWORD)(uintptr_t)owner.thread;
    }
    return true;
}

bool mutex_is_free(HANDLE mutex)
{
    struct mutex_state state;

    return mutex_query(mutex, &state) && !state.held;
}

bool mutex_is_nested(HANDLE mutex)
{
    struct mutex_state state;

    return mutex_query(mutex, &state) && state.nested;
}
