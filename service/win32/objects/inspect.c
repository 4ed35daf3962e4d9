/*
 * Win32 opens an object only as one of a certain kind, so the kinds are tried, the likely one
 * first. It reports neither how an event resets nor the maximum of a semaphore; ntdll does.
 */
#include "inspect.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "access_text.h"
#include "failure.h"
#include "global_object.h"
#include "name_holder.h"
#include "named_object.h"
#include "section.h"

/* winternl.h declares neither these functions nor their structures. */
typedef LONG(NTAPI *query_object)(HANDLE object, int what, void *out, ULONG size, ULONG *written);

struct event_basic {
    LONG automatic; /* 0: notification, reset by hand; 1: synchronization */
    LONG state;
};

struct semaphore_basic {
    ULONG count;
    LONG maximum;
};

/* Queries class 0, "basic", which both kinds have. */
static enum sys_status query(HANDLE object, const char *call, void *out, ULONG size,
                             struct sys_failure *why)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    FARPROC found = ntdll != NULL ? GetProcAddress(ntdll, call) : NULL;
    query_object function;
    LONG status;

    memset(out, 0, size);
    if (found == NULL)
        return failure_set(why, call, ERROR_PROC_NOT_FOUND);
    memcpy(&function, &found, sizeof(function));
    status = function(object, 0, out, size, NULL);
    if (status >= 0)
        return SYS_OK;
    return failure_say(why, SYS_FAILED, call, (uint32_t)status,
                       "Windows does not describe the object");
}

/* Fills in what only this kind of object has. A mutex has nothing. */
static enum sys_status learn_kind(HANDLE object, struct sys_facts *facts, struct sys_failure *why)
{
    struct semaphore_basic semaphore;
    struct event_basic event;
    enum sys_status status = SYS_OK;
    uint32_t code = 0;

    switch (facts->kind) {
    case SHMB_SECTION:
        code = section_size(object, &facts->size);
        return code == 0 ? SYS_OK : failure_set(why, "NtQuerySection", code);
    case SHMB_EVENT:
        status = query(object, "NtQueryEvent", &event, sizeof(event), why);
        facts->manual_reset = status == SYS_OK && event.automatic == 0;
        return status;
    case SHMB_SEMAPHORE:
        status = query(object, "NtQuerySemaphore", &semaphore, sizeof(semaphore), why);
        facts->maximum = (int32_t)semaphore.maximum;
        return status;
    default:
        return SYS_OK;
    }
}

enum sys_status inspect_handle(HANDLE object, struct sys_facts *facts, struct sys_failure *why)
{
    uint32_t code = access_text_read(object, facts->owner, &facts->sddl);

    if (code != 0)
        return failure_set(why, "GetKernelObjectSecurity", code);
    return learn_kind(object, facts, why);
}

/* Describes, as far as possible, an object that cannot be opened with all rights. */
static enum sys_status denied(const wchar_t *name, const char *call, DWORD code,
                              struct sys_facts *facts, struct sys_failure *why)
{
    struct name_holder holder = name_holder_ask(name);
    char text[NAME_HOLDER_TEXT_MAX];
    HANDLE object;

    /* The object has gone in between, so the name is free. */
    if (holder.state == NAME_HOLDER_NONE)
        return failure_set(why, call, ERROR_FILE_NOT_FOUND);
    name_holder_text(&holder, text);
    facts->kind = holder.kind;
    facts->size = holder.size;
    object =
        holder.kind == SHMB_KIND_COUNT ? NULL : named_object_open(holder.kind, name, READ_CONTROL);
    if (object != NULL) {
        access_text_read(object, facts->owner, &facts->sddl); /* empty where it fails */
        CloseHandle(object);
    }
    return failure_say(why, SYS_DENIED, call, code, "%s", text);
}

static const char *open_call(enum shmb_kind kind)
{
    static const char *const calls[] = {"OpenFileMappingW", "OpenMutexW", "OpenEventW",
                                        "OpenSemaphoreW"};

    return calls[kind];
}

/* The kinds in the order in which they are tried: the likely one, then the others. */
static enum shmb_kind kind_at(int turn, enum shmb_kind likely)
{
    const enum shmb_kind first =
        likely == SHMB_KIND_COUNT ? SHMB_SECTION : shmb_kernel_kind(likely);

    if (turn == 0)
        return first;
    return (enum shmb_kind)(turn <= (int)first ? turn - 1 : turn);
}

enum sys_status inspect_object(const char *name, enum shmb_kind likely, struct sys_facts *facts,
                               struct sys_object **out, struct sys_failure *why)
{
    wchar_t full[OBJECT_NAME_UNITS];
    HANDLE object = NULL;
    DWORD code = ERROR_INVALID_HANDLE;
    enum sys_status status;
    int i;

    *out = NULL;
    memset(facts, 0, sizeof(*facts));
    facts->kind = SHMB_KIND_COUNT;
    if (!name_holder_full_name(name, full))
        return failure_say(why, SYS_FAILED, "open", ERROR_INVALID_NAME, "the name is not valid");
    /* ERROR_INVALID_HANDLE means that an object of another kind, or a link, has the name. */
    for (i = 0; object == NULL && code == ERROR_INVALID_HANDLE && i < SHMB_KERNEL_KINDS; i++) {
        facts->kind = kind_at(i, likely);
        object =
            global_object_open(facts->kind, full, shmb_access_mask(facts->kind, SHMB_LEVEL_FULL));
        code = GetLastError();
    }
    if (object == NULL && (code == ERROR_INVALID_HANDLE || code == ERROR_ACCESS_DENIED))
        return denied(full, open_call(facts->kind), code, facts, why);
    if (object == NULL) {
        status = failure_set(why, open_call(facts->kind), code);
        facts->kind = SHMB_KIND_COUNT;
        return status;
    }
    status = inspect_handle(object, facts, why);
    if (status == SYS_OK)
        *out = (struct sys_object *)object;
    else
        CloseHandle(object);
    return status;
}
