#include "open_object.h"

#include "named_object.h"
#include "object_name.h"
#include "sized.h"
#include "trust.h"

static const enum call calls[] = {
    [SHMB_SECTION] = CALL_OPEN_SECTION, [SHMB_MUTEX] = CALL_OPEN_MUTEX,
    [SHMB_EVENT] = CALL_OPEN_EVENT,     [SHMB_SEMAPHORE] = CALL_OPEN_SEMAPHORE,
    [SHMB_QUEUE] = CALL_OPEN_SECTION,
};

int32_t open_object(enum shmb_kind kind, const char *bare, DWORD access, const char *owner,
                    HANDLE *out, struct fault *fault)
{
    wchar_t name[OBJECT_NAME_WIDE_MAX];
    int32_t result;
    HANDLE handle;

    *out = NULL;
    object_name_wide(bare, name);
    handle = named_object_open(kind, name, access);
    if (handle == NULL)
        return fault_win32(fault, calls[kind], GetLastError());
    /* Ask the handle, not the name: the name could belong to another object by then. */
    result = trust_check(handle, owner, fault);
    if (result != SHMB_OK) {
        CloseHandle(handle);
        return result;
    }
    *out = handle;
    return SHMB_OK;
}

HANDLE open_object_keep(volatile PVOID *at, HANDLE opened)
{
    HANDLE first = InterlockedCompareExchangePointer(at, opened, NULL);

    if (first == NULL)
        return opened;
    CloseHandle(opened);
    return first;
}

int32_t open_request_read(const char *name, const struct shmb_options *given,
                          struct open_request *out, uint32_t *wait_ms, struct fault *fault)
{
    struct shmb_options options;
    int32_t result = object_name_check(name, out->name);

    if (result != SHMB_OK)
        return fault_plain(fault, result);
    /* Strict: what is refused today can get a meaning in a later version. */
    if (!sized_take(given, SHMB_OPTIONS_SIZE_MIN, &options, sizeof(options)) ||
        options.reserved != 0 || options.reserved_pointer != NULL ||
        (options.rights != SHMB_READ && options.rights != SHMB_WRITE))
        return fault_plain(fault, SHMB_BAD_ARGUMENT);
    out->rights = options.rights;
    out->offset = options.offset;
    out->length = options.length;
    *wait_ms = options.wait_ms;
    return trust_owner(options.owner, out->owner, fault);
}

static enum call reason_of_kind(uint32_t found, enum shmb_kind wanted)
{
    if (found == SHMB_QUEUE)
        return REASON_IS_QUEUE;
    return wanted == SHMB_QUEUE ? REASON_NO_QUEUE : CALL_NONE;
}

int32_t open_request_judge(const struct shmb_entry *entry, enum shmb_kind kind, struct fault *fault)
{
    if (entry->kind != (uint32_t)kind)
        return fault_call(fault, SHMB_WRONG_KIND, reason_of_kind(entry->kind, kind), 0);
    if (entry->state == SHMB_ENTRY_CONFLICT)
        return fault_plain(fault, SHMB_NOT_OURS);
    return entry->state == SHMB_ENTRY_HELD ? SHMB_OK : fault_plain(fault, SHMB_NOT_FOUND);
}

int32_t open_object_map(HANDLE section, DWORD access, uint64_t offset, uint64_t length,
                        struct section_view *view, struct fault *fault)
{
    uint32_t code = section_map(section, access, offset, length, view);

    /* These mean "too short" here: the handle has the right, and the parameters are valid. */
    if (code == ERROR_ACCESS_DENIED || code == ERROR_INVALID_PARAMETER)
        return fault_call(fault, SHMB_CORRUPT, CALL_MAP, code);
    return code == 0 ? SHMB_OK : fault_win32(fault, CALL_MAP, code);
}
