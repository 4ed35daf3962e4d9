/*
 * Maps at any offset, although the system maps only from multiples of its granularity; and
 * asks ntdll.dll for the size of a section, which no call of Win32 tells.
 */
#include "section.h"

#include <string.h>

/* winternl.h declares neither the function nor its structure. */
struct section_basic {
    void *base;
    ULONG attributes;
    LARGE_INTEGER size;
};

typedef LONG(NTAPI *query_section)(HANDLE section, int what, void *out, SIZE_T size,
                                   SIZE_T *written);

uint32_t section_map(HANDLE section, DWORD access, uint64_t offset, uint64_t length,
                     struct section_view *out)
{
    SYSTEM_INFO system;
    uint64_t start, span;
    uint8_t *base;

    memset(out, 0, sizeof(*out));
    GetSystemInfo(&system);
    /* Map from the multiple before the offset; `data` then points to the offset itself. */
    start = offset - offset % system.dwAllocationGranularity;
    span = offset - start;
    /* Too large for the address space of a 32-bit process. */
    if (length > SIZE_MAX - span)
        return ERROR_NOT_ENOUGH_MEMORY;
    span += length;
    base = MapViewOfFile(section, access, (DWORD)(start >> 32), (DWORD)start, (SIZE_T)span);
    if (base == NULL)
        return GetLastError();
    out->base = base;
    out->data = base + (size_t)(offset - start);
    return 0;
}

void section_unmap(struct section_view *view)
{
    if (view->base != NULL)
        UnmapViewOfFile(view->base);
    memset(view, 0, sizeof(*view));
}

/* SectionBasicInformation (0). Returns 0, or the Win32 code. */
static uint32_t ask(HANDLE section, struct section_basic *basic)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    FARPROC found = ntdll != NULL ? GetProcAddress(ntdll, "NtQuerySection") : NULL;
    query_section query;

    memset(basic, 0, sizeof(*basic));
    if (found == NULL)
        return ERROR_PROC_NOT_FOUND;
    memcpy(&query, &found, sizeof(query));
    if (query(section, 0, basic, sizeof(*basic), NULL) < 0)
        return ERROR_ACCESS_DENIED; /* on a section's handle it can only lack the right */
    return 0;
}

uint32_t section_size(HANDLE section, uint64_t *bytes)
{
    struct section_basic basic;
    uint32_t code = ask(section, &basic);

    *bytes = code == 0 ? (uint64_t)basic.size.QuadPart : 0;
    return code;
}

bool section_backed(HANDLE section)
{
    struct section_basic basic;

    return ask(section, &basic) == 0 && (basic.attributes & (SEC_FILE | SEC_IMAGE)) != 0;
}
