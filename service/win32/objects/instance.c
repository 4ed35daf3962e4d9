/*
 * Two questions, in this order: is the mutex a broker's (its owner), and does that broker still
 * run (can the mutex be owned). SYS_DENIED is for a foreign object: the core then serves
 * without the mutex and retries.
 */
#include "instance.h"

#include "descriptors.h"
#include "directory.h"
#include "failure.h"
#include "name_holder.h"
#include "names.h"
#include "owner.h"

#define INSTANCE_NAME L"" SHMB_GLOBAL_PREFIX SHMB_INSTANCE_NAME

static enum sys_status squatted(const char *call, DWORD code, struct sys_failure *why)
{
    struct name_holder holder = name_holder_ask(INSTANCE_NAME);
    char text[NAME_HOLDER_TEXT_MAX];

    name_holder_text(&holder, text);
    return failure_say(why, SYS_DENIED, call, code, "%s", text);
}

/*
 * Anybody may create a mutex: only one with a trusted owner is a broker's. The broker's own account
 * is no such owner: other services may run as it.
 */
static bool is_brokers(HANDLE mutex)
{
    char owner[OWNER_SID_MAX];

    return owner_read(mutex, owner) == ERROR_SUCCESS && owner_trusted(owner);
}

/* Creates or opens the mutex. `*existed`: of another broker, which may have ended, or of others. */
static HANDLE get_mutex(const struct sys_descriptor *descriptor, bool *existed, const char **call)
{
    SECURITY_ATTRIBUTES attributes = descriptors_attributes(descriptor);
    HANDLE mutex;

    *call = "CreateMutexW";
    SetLastError(ERROR_SUCCESS);
    /* Not as its first owner: Windows ignores that for a mutex that exists; the wait decides. */
    mutex = CreateMutexW(&attributes, FALSE, INSTANCE_NAME);
    *existed = GetLastError() == ERROR_ALREADY_EXISTS;
    if (mutex != NULL || GetLastError() != ERROR_ACCESS_DENIED)
        return mutex;
    /* The mutex of a broker under another account may not grant all access. */
    *call = "OpenMutexW";
    *existed = true;
    return OpenMutexW(SYNCHRONIZE | READ_CONTROL, FALSE, INSTANCE_NAME);
}

enum sys_status instance_claim(const struct sys_descriptor *descriptor, HANDLE *out,
                               struct sys_failure *why)
{
    const char *call;
    bool existed;
    HANDLE mutex = get_mutex(descriptor, &existed, &call);
    DWORD code = GetLastError(), waited;

    *out = NULL;
    if (mutex == NULL && (code == ERROR_ACCESS_DENIED || code == ERROR_INVALID_HANDLE))
        return squatted(call, code, why);
    if (mutex == NULL)
        return failure_set(why, call, code);
    if (existed && !is_brokers(mutex)) {
        CloseHandle(mutex);
        return squatted(call, ERROR_ALREADY_EXISTS, why);
    }
    waited = WaitForSingleObject(mutex, 0);
    code = GetLastError();
    /* Abandoned: the former broker ended without releasing it. It is owned all the same. */
    if (waited == WAIT_OBJECT_0 || waited == WAIT_ABANDONED) {
        *out = mutex;
        return SYS_OK;
    }
    CloseHandle(mutex);
    if (waited == WAIT_TIMEOUT)
        return failure_say(why, SYS_SECOND_BROKER, "WaitForSingleObject", 0,
                           "another broker is running");
    return failure_set(why, "WaitForSingleObject", code);
}

void instance_release(HANDLE instance)
{
    if (instance == NULL)
        return;
    ReleaseMutex(instance);
    CloseHandle(instance);
}

bool instance_exists(void)
{
    HANDLE mutex = OpenMutexW(SYNCHRONIZE | READ_CONTROL, FALSE, INSTANCE_NAME);
    bool brokers;

    if (mutex == NULL)
        return GetLastError() == ERROR_ACCESS_DENIED; /* a broker's mutex denies others */
    brokers = is_brokers(mutex);
    CloseHandle(mutex);
    return brokers;
}
