#include "open_object.h"

#include "directory.h"
#include "object_name.h"
#include "trust.h"

#define PAUSE_FIRST_MS 10u
#define PAUSE_MOST_MS  250u

static HANDLE open_kind(enum shmb_kind kind, const wchar_t *name, DWORD access, enum call *call)
{
    switch (kind) {
    case SHMB_SECTION:
        *call = CALL_OPEN_SECTION;
        return OpenFileMappingW(access, FALSE, name);
    case SHMB_MUTEX:
        *call = CALL_OPEN_MUTEX;
        return OpenMutexW(access, FALSE, name);
    case SHMB_EVENT:
        *call = CALL_OPEN_EVENT;
        return OpenEventW(access, FALSE, name);
    default:
        *call = CALL_OPEN_SEMAPHORE;
        return OpenSemaphoreW(access, FALSE, name);
    }
}

int32_t opening_object(enum shmb_kind kind, const char *bare, DWORD access, const char *owner,
                       HANDLE *out, struct fault *fault)
{
    wchar_t name[LABEL_WIDE_MAX];
    enum call call;
    int32_t result;
    HANDLE handle;

    *out = NULL;
    label_wide(bare, name);
    handle = open_kind(kind, name, access, &call);
    if (handle == NULL)
        return fault_win32(fault, call, GetLastError());
    result = trust_check(handle, owner, fault);
    if (result != SHMB_OK) {
        CloseHandle(handle);
        return result;
    }
    *out = handle;
    return SHMB_OK;
}

int32_t opening_map(HANDLE section, DWORD access, uint64_t offset, uint64_t length,
                    struct section_view *view, struct fault *fault)
{
    uint32_t code = section_map(section, access, offset, length, view);

    /* How systems say "too short"; the rights are there, and the parameters are good. */
    if (code == ERROR_ACCESS_DENIED || code == ERROR_INVALID_PARAMETER)
        return fault_call(fault, SHMB_CORRUPT, CALL_MAP, code);
    return code == 0 ? SHMB_OK : fault_win32(fault, CALL_MAP, code);
}

bool opening_broker_runs(void)
{
    wchar_t name[LABEL_WIDE_MAX];
    HANDLE instance;

    label_wide(SHMB_INSTANCE_NAME, name);
    instance = OpenMutexW(SYNCHRONIZE, FALSE, name);
    if (instance == NULL)
        return GetLastError() == ERROR_ACCESS_DENIED;
    CloseHandle(instance); /* we are an administrator */
    return true;
}

void patience_begin(struct patience *patience, uint32_t wait_ms)
{
    patience->endless = wait_ms == SHMB_INFINITE;
    patience->until = GetTickCount64() + wait_ms;
    patience->pause = PAUSE_FIRST_MS;
}

bool patience_again(struct patience *patience, int32_t result)
{
    ULONGLONG now = GetTickCount64();
    DWORD pause = patience->pause;

    if (result != SHMB_NOT_FOUND && result != SHMB_NO_BROKER)
        return false;
    if (!patience->endless) {
        if (now >= patience->until)
            return false;
        if (patience->until - now < pause)
            pause = (DWORD)(patience->until - now);
    }
    Sleep(pause);
    patience->pause = pause * 2 < PAUSE_MOST_MS ? pause * 2 : PAUSE_MOST_MS;
    return true;
}

int32_t opening_absent(int32_t result)
{
    return result == SHMB_NOT_FOUND && !opening_broker_runs() ? SHMB_NO_BROKER : result;
}
