/*
 * Two questions, in this order: is the mutex a broker's (its owner), and does that broker still
 * run (can the mutex be owned). SYS_DENIED is for a foreign object: the core then serves
 * without the mutex and retries.
 */
#include "instance.h"

#include "descriptors.h"
#include "directory.h"
#include "failure.h"
#include "global_object.h"
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

/*
 * Creates or opens the mutex, never through a link, which could lead to one that others lock.
 * `*existed`: of another broker, which may have ended, or of others.
 */
static HANDLE get_mutex(const struct sys_descriptor *descriptor, bool *existed, const char **call)
{
    const struct sys_spec spec = {.kind = SHMB_MUTEX};
    SECURITY_ATTRIBUTES attributes = descriptors_attributes(descriptor);
    HANDLE mutex = global_object_create(&spec, &attributes, INSTANCE_NAME, call);

    *existed = mutex == NULL &&
               (GetLastError() == ERROR_ALREADY_EXISTS || GetLastError() == ERROR_ACCESS_DENIED);
    if (!*existed)
        return mutex;
    *call = "OpenMutexW";
    return global_object_open(SHMB_MUTEX, INSTANCE_NAME, SYNCHRONIZE | READ_CONTROL);
}

/* There was no mutex to be had, but something is in its place, or was. */
static enum sys_status not_to_be_had(const char *call, DWORD code, bool existed,
                                     struct sys_failure *why)
{
    if (code == ERROR_ACCESS_DENIED || code == ERROR_INVALID_HANDLE || code == GLOBAL_OBJECT_LINK ||
        (existed && name_holder_ask(INSTANCE_NAME).state != NAME_HOLDER_NONE))
        return squatted(call, code, why);
    if (existed && code == ERROR_FILE_NOT_FOUND)
        return failure_say(why, SYS_SECOND_BROKER, call, code, "another broker is ending");
    return failure_set(why, call, code);
}

enum sys_status instance_claim(const struct sys_descriptor *descriptor, HANDLE *out,
                               struct sys_failure *why)
{
    const char *call;
    bool existed;
    HANDLE mutex = get_mutex(descriptor, &existed, &call);
    DWORD code = GetLastError(), waited;

    *out = NULL;
    if (mutex == NULL)
        return not_to_be_had(call, code, existed, why);
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
    HANDLE mutex = global_object_open(SHMB_MUTEX, INSTANCE_NAME, SYNCHRONIZE | READ_CONTROL);
    bool brokers;

    if (mutex == NULL)
        return GetLastError() == ERROR_ACCESS_DENIED; /* a broker's mutex denies others */
    brokers = is_brokers(mutex);
    CloseHandle(mutex);
    return brokers;
}
