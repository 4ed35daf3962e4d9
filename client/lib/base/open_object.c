#include "open_object.h"

#include "named_object.h"
#include "object_name.h"
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

int32_t open_object_map(HANDLE section, DWORD access, uint64_t offset, uint64_t length,
                        struct section_view *view, struct fault *fault)
{
    uint32_t code = section_map(section, access, offset, length, view);

    /* These mean "too short" here: the handle has the right, and the parameters are valid. */
    if (code == ERROR_ACCESS_DENIED || code == ERROR_INVALID_PARAMETER)
        return fault_call(fault, SHMB_CORRUPT, CALL_MAP, code);
    return code == 0 ? SHMB_OK : fault_win32(fault, CALL_MAP, code);
}
