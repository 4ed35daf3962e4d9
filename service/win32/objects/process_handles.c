/*
 * Asks for the handles of one process; a Windows that does not know that question lists those of
 * all processes.
 */
#include "process_handles.h"

#include <winternl.h>

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "global_name.h"
#include "system_table.h"

#define LIST_FIRST (64u << 10) /* bytes; doubled while too small */
#define LIST_MOST  (512u << 20)

#define TOO_SMALL     ((LONG)0xC0000004)
#define NO_SUCH_CLASS ((LONG)0xC0000003)
#define NO_MEMORY     ((LONG)0xC0000017)

/* ProcessHandleInformation; since Windows 8 */
#define ONE_PROCESS ((PROCESSINFOCLASS)51)
struct one_entry {
    HANDLE value;
    SIZE_T handles, pointers;
    ULONG access, type, attributes, reserved;
};
struct one_list {
    ULONG_PTR count, reserved;
    struct one_entry entries[1];
};

/* The handles of one process, to be freed with free(). */
static LONG query(HANDLE process, struct one_list **list)
{
    LONG status = TOO_SMALL;
    ULONG size, needed;

    *list = NULL;
    for (size = LIST_FIRST; status == TOO_SMALL && size <= LIST_MOST; size *= 2) {
        free(*list);
        *list = malloc(size);
        if (*list == NULL)
            return NO_MEMORY;
        status = NtQueryInformationProcess(process, ONE_PROCESS, *list, size, &needed);
    }
    if (status >= 0)
        return status;
    free(*list);
    *list = NULL;
    return status;
}

static size_t take_one(const struct one_list *list, struct process_handle *out)
{
    size_t i;

    for (i = 0; out != NULL && i < list->count; i++)
        out[i] = (struct process_handle){list->entries[i].value, list->entries[i].access};
    return list->count;
}

static size_t take_from_all(const struct system_handles *list, DWORD process,
                            struct process_handle *out)
{
    size_t i, count = 0;

    for (i = 0; i < list->count; i++) {
        const struct system_handle *entry = &list->entries[i];

        if (entry->process != process)
            continue;
        if (out != NULL)
            out[count] = (struct process_handle){(HANDLE)entry->handle, entry->access};
        count++;
    }
    return count;
}

uint32_t process_handles_list(HANDLE process, struct process_handle **handles, size_t *count)
{
    struct system_handles *all = NULL;
    struct one_list *one;
    LONG status = query(process, &one);

    *handles = NULL;
    *count = 0;
    if (status == NO_SUCH_CLASS)
        all = system_table_handles();
    if (status < 0 && all == NULL)
        return RtlNtStatusToDosError(status);
    *count = one != NULL ? take_one(one, NULL) : take_from_all(all, GetProcessId(process), NULL);
    *handles = calloc(*count + 1, sizeof(**handles));
    if (*handles != NULL && one != NULL)
        (void)take_one(one, *handles);
    else if (*handles != NULL)
        (void)take_from_all(all, GetProcessId(process), *handles);
    free(one);
    free(all);
    return *handles != NULL ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
}

static bool is_text(const UNICODE_STRING *have, const wchar_t *text)
{
    size_t bytes = wcslen(text) * sizeof(*text);

    return have->Buffer != NULL && have->Length == bytes && memcmp(have->Buffer, text, bytes) == 0;
}

static bool kind_of(HANDLE object, enum shmb_kind *kind)
{
    static const wchar_t *const types[] = {L"Section", L"Mutant", L"Event", L"Semaphore"};
    union {
        UNICODE_STRING name;
        BYTE room[1024];
    } type;
    int i;

    memset(&type, 0, sizeof(type));
    if (NtQueryObject(object, ObjectTypeInformation, &type, sizeof(type), NULL) < 0)
        return false;
    for (i = 0; i < SHMB_KERNEL_KINDS; i++)
        if (is_text(&type.name, types[i])) {
            *kind = (enum shmb_kind)i;
            return true;
        }
    return false;
}

bool process_handles_describe(HANDLE object, enum shmb_kind *kind, wchar_t name[SHMB_NAME_MAX + 1])
{
    /* The kind first: a question for the name of a file can block. */
    return kind_of(object, kind) && global_name_read(object, name);
}
