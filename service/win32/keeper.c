#include "keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "failure.h"
#include "harden.h"
#include "objects.h"
#include "paths.h"
#include "process.h"
#include "wide.h"

#define NAME_START L"shmbroker"
#define END_MS     10000u /* a process that is terminated is gone at once, but for its last call */

/* processthreadsapi.h has these only for newer targets. */
#define CHILDREN_ATTRIBUTE  ((DWORD_PTR)0x0002000E)
#define CHILDREN_RESTRICTED 1u

/* ---- making ------------------------------------------------------------------ */

static wchar_t *make_command(const wchar_t *program, bool console, uint32_t hold_ms)
{
    uint64_t started = process_started(GetCurrentProcess());
    size_t room = wcslen(program) + 100;
    wchar_t *line = malloc(room * sizeof(*line));

    if (line == NULL)
        return NULL;
    (void)swprintf(line, room, L"\"%ls\" keeper %lu %llu %lu%ls", program, GetCurrentProcessId(),
                   (unsigned long long)started, (unsigned long)hold_ms,
                   console ? L" console" : L"");
    return line;
}

/* With no right to start processes. NULL: the system does not know of that. */
static LPPROC_THREAD_ATTRIBUTE_LIST make_attributes(DWORD *children)
{
    LPPROC_THREAD_ATTRIBUTE_LIST list;
    SIZE_T size = 0;

    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    list = size > 0 ? malloc(size) : NULL;
    if (list == NULL)
        return NULL;
    if (InitializeProcThreadAttributeList(list, 1, 0, &size)) {
        if (UpdateProcThreadAttribute(list, 0, CHILDREN_ATTRIBUTE, children, sizeof(*children),
                                      NULL, NULL))
            return list;
        DeleteProcThreadAttributeList(list);
    }
    free(list);
    return NULL;
}

static void free_attributes(LPPROC_THREAD_ATTRIBUTE_LIST list)
{
    if (list == NULL)
        return;
    DeleteProcThreadAttributeList(list);
    free(list);
}

/* What a process is started with. */
struct launch {
    const wchar_t *program;
    wchar_t *line;
    SECURITY_ATTRIBUTES *security;
    LPPROC_THREAD_ATTRIBUTE_LIST attributes; /* NULL: none */
    const wchar_t *folder;
};

static bool create(const struct launch *launch, DWORD flags, PROCESS_INFORMATION *out)
{
    STARTUPINFOEXW startup;

    memset(&startup, 0, sizeof(startup));
    startup.StartupInfo.cb = sizeof(startup.StartupInfo);
    startup.lpAttributeList = launch->attributes;
    if (launch->attributes != NULL) {
        startup.StartupInfo.cb = sizeof(startup);
        flags |= EXTENDED_STARTUPINFO_PRESENT;
    }
    return CreateProcessW(launch->program, launch->line, launch->security, NULL, FALSE,
                          flags | DETACHED_PROCESS, NULL, launch->folder, &startup.StartupInfo,
                          out) != FALSE;
}

/* In the broker's job only where that lets nobody out; with the attributes where they are known. */
static DWORD start(struct launch *launch, PROCESS_INFORMATION *out)
{
    bool made = create(launch, CREATE_BREAKAWAY_FROM_JOB, out);

    if (!made && GetLastError() == ERROR_ACCESS_DENIED)
        made = create(launch, 0, out);
    if (!made && launch->attributes != NULL) {
        launch->attributes = NULL;
        return start(launch, out);
    }
    return made ? ERROR_SUCCESS : GetLastError();
}

static enum sys_status launch_keeper(const wchar_t *program, bool console, uint32_t hold_ms,
                                     PROCESS_INFORMATION *out, struct sys_failure *why)
{
    char sddl[HARDEN_SDDL_MAX];
    wchar_t folder[MAX_PATH] = L"";
    DWORD children = CHILDREN_RESTRICTED, code = ERROR_NOT_ENOUGH_MEMORY;
    LPPROC_THREAD_ATTRIBUTE_LIST attributes = make_attributes(&children);
    struct sys_descriptor *descriptor;
    SECURITY_ATTRIBUTES security;
    struct launch launch = {program, NULL, &security, attributes, folder};
    enum sys_status status;

    harden_process_sddl(console ? HARDEN_CONSOLE : 0, sddl);
    status = descriptors_make(sddl, &descriptor, why);
    if (status == SYS_OK) {
        security = descriptors_attributes(descriptor);
        launch.line = make_command(program, console, hold_ms);
        if (GetSystemDirectoryW(folder, MAX_PATH) == 0)
            launch.folder = NULL;
        if (launch.line != NULL)
            code = start(&launch, out);
        if (code != ERROR_SUCCESS)
            status = failure_set(why, "CreateProcessW", code);
        free(launch.line);
        descriptors_free(descriptor);
    }
    free_attributes(attributes);
    return status == SYS_TAKEN ? SYS_FAILED : status;
}

static void replace(struct keeper *keeper, HANDLE process)
{
    if (keeper->process != NULL)
        CloseHandle(keeper->process);
    keeper->process = process;
    keeper_handles_forget(&keeper->kept);
}

enum sys_status keeper_make(struct keeper *keeper, const char *program, bool console,
                            uint32_t hold_ms, struct sys_keeper *out, struct sys_failure *why)
{
    char *own = program == NULL ? paths_executable() : NULL;
    wchar_t *wide =
        program != NULL || own != NULL ? wide_from_utf8(program != NULL ? program : own) : NULL;
    PROCESS_INFORMATION made;
    enum sys_status status;

    *out = (struct sys_keeper){0};
    if (wide == NULL)
        status = failure_set(why, "GetModuleFileNameW", GetLastError());
    else
        status = launch_keeper(wide, console, hold_ms, &made, why);
    if (status == SYS_OK) {
        CloseHandle(made.hThread);
        replace(keeper, made.hProcess);
        keeper->id.process = made.dwProcessId;
        keeper->id.started = process_started(made.hProcess);
        *out = keeper->id;
    }
    free(wide);
    free(own);
    return status;
}

/* ---- what it holds ------------------------------------------------------------ */

bool keeper_add(struct keeper *keeper, HANDLE object)
{
    return keeper_handles_add(&keeper->kept, object);
}

static bool has_ended(const struct keeper *keeper)
{
    return WaitForSingleObject(keeper->process, 0) != WAIT_TIMEOUT;
}

static enum sys_status no_keeper(struct sys_failure *why)
{
    return failure_say(why, SYS_NOT_FOUND, "DuplicateHandle", 0, "there is no keeper");
}

enum sys_status keeper_fill(struct keeper *keeper, size_t *held, struct sys_failure *why)
{
    HANDLE object, there;
    size_t at = 0;
    DWORD code = ERROR_SUCCESS;

    *held = 0;
    if (keeper->process == NULL)
        return no_keeper(why);
    while (code == ERROR_SUCCESS && (object = keeper_handles_next(&keeper->kept, &at)) != NULL) {
        if (DuplicateHandle(GetCurrentProcess(), object, keeper->process, &there, 0, FALSE,
                            DUPLICATE_SAME_ACCESS))
            keeper_handles_set(&keeper->kept, object, there);
        else
            code = GetLastError();
    }
    if (has_ended(keeper)) {
        keeper_forget(keeper);
        return no_keeper(why);
    }
    *held = keeper->kept.there;
    return code == ERROR_SUCCESS ? SYS_OK : failure_set(why, "DuplicateHandle", code);
}

/* Fetched and closed here: that a handle is moved out of a process works on every system. */
static void close_there(HANDLE keeper, HANDLE there)
{
    HANDLE fetched;

    /* Fails only where the keeper has ended, and its handles with it. */
    if (DuplicateHandle(keeper, there, GetCurrentProcess(), &fetched, 0, FALSE,
                        DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE))
        CloseHandle(fetched);
}

void keeper_close(struct keeper *keeper, HANDLE object)
{
    HANDLE there = keeper_handles_remove(&keeper->kept, object);

    CloseHandle(object);
    if (there != NULL && keeper->process != NULL && !keeper->left)
        close_there(keeper->process, there);
}

void keeper_forget(struct keeper *keeper)
{
    replace(keeper, NULL);
    keeper->id = (struct sys_keeper){0};
}

void keeper_leave(struct keeper *keeper)
{
    keeper_forget(keeper);
    keeper_handles_free(&keeper->kept);
    keeper->left = false;
}

/* ---- ending ------------------------------------------------------------------- */

/* The last thing that could make it another process; after an upgrade, its file has another name.
 */
static bool is_our_program(HANDLE process)
{
    wchar_t path[MAX_PATH * 4];
    const wchar_t *name;
    DWORD size = MAX_PATH * 4;

    if (!QueryFullProcessImageNameW(process, 0, path, &size))
        return false;
    name = wcsrchr(path, L'\\');
    name = name != NULL ? name + 1 : path;
    return _wcsnicmp(name, NAME_START, wcslen(NAME_START)) == 0;
}

static enum sys_status terminate(HANDLE process, const struct sys_keeper *which,
                                 struct sys_failure *why)
{
    if (process_started(process) != which->started ||
        WaitForSingleObject(process, 0) == WAIT_OBJECT_0)
        return SYS_OK; /* gone; the number may be another process's by now */
    if (!is_our_program(process))
        return failure_say(why, SYS_FAILED, "QueryFullProcessImageNameW", 0,
                           "process %lu is not this program", (unsigned long)which->process);
    if (!TerminateProcess(process, 0) && WaitForSingleObject(process, END_MS) != WAIT_OBJECT_0)
        return failure_set(why, "TerminateProcess", ERROR_ACCESS_DENIED);
    if (WaitForSingleObject(process, END_MS) != WAIT_OBJECT_0)
        return failure_say(why, SYS_LATER, "TerminateProcess", 0, "process %lu does not end",
                           (unsigned long)which->process);
    return SYS_OK;
}

/* Whoever may not end a process may still see that it is another one. */
static enum sys_status refused(const struct sys_keeper *which, DWORD code, struct sys_failure *why)
{
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, which->process);
    bool other = process != NULL && process_started(process) != which->started;

    if (process != NULL)
        CloseHandle(process);
    return other ? SYS_OK : failure_set(why, "OpenProcess", code);
}

enum sys_status keeper_end(struct keeper *keeper, const struct sys_keeper *which,
                           struct sys_failure *why)
{
    HANDLE process = OpenProcess(
        PROCESS_TERMINATE | PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, which->process);
    enum sys_status status = SYS_OK;
    DWORD code = GetLastError();

    if (process != NULL) {
        status = terminate(process, which, why);
        CloseHandle(process);
    } else if (code != ERROR_INVALID_PARAMETER) { /* which says that there is no such process */
        status = refused(which, code, why);
    }
    if (status == SYS_OK && keeper->process != NULL && keeper->id.process == which->process &&
        keeper->id.started == which->started)
        keeper_forget(keeper);
    return status == SYS_TAKEN ? SYS_FAILED : status;
}
