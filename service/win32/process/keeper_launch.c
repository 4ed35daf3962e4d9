/*
 * The job and the ban on child processes are attributes of CreateProcessW, so they hold from
 * the first moment. Where Windows refuses them, the keeper starts without: it matters more that
 * there is one.
 */
#include "keeper_launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "descriptors.h"
#include "failure.h"
#include "harden.h"
#include "identity.h"
#include "paths.h"
#include "process_id.h"
#include "wide.h"

/* Headers define these only for newer Windows versions. */
#define JOBS_ATTRIBUTE      ((DWORD_PTR)0x0002000D)
#define CHILDREN_ATTRIBUTE  ((DWORD_PTR)0x0002000E)
#define CHILDREN_RESTRICTED 1u

/* ---- the tie ------------------------------------------------------------------- */

/* Replaces the limits of the job. */
static bool limit(HANDLE job, DWORD flags)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;

    memset(&limits, 0, sizeof(limits));
    limits.BasicLimitInformation.LimitFlags = flags;
    return SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits,
                                   sizeof(limits)) != FALSE;
}

/* NULL: Windows refused. */
static HANDLE make_tie(void)
{
    HANDLE job = CreateJobObjectW(NULL, NULL);

    if (job == NULL || limit(job, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE))
        return job;
    CloseHandle(job);
    return NULL;
}

bool keeper_launch_untie(HANDLE tie)
{
    if (!limit(tie, 0))
        return false;
    CloseHandle(tie);
    return true;
}

/* ---- attributes and command ----------------------------------------------------- */

/* Values that the attribute list refers to by address. */
struct attributes {
    DWORD children; /* it may not start processes */
    HANDLE tie;
    LPPROC_THREAD_ATTRIBUTE_LIST list; /* NULL: none */
};

static bool add(struct attributes *attributes, DWORD_PTR which, void *value, size_t size)
{
    return UpdateProcThreadAttribute(attributes->list, 0, which, value, size, NULL, NULL) != FALSE;
}

static void drop_tie(struct attributes *attributes)
{
    if (attributes->tie != NULL)
        CloseHandle(attributes->tie);
    attributes->tie = NULL;
}

static void end_list(struct attributes *attributes)
{
    if (attributes->list == NULL)
        return;
    DeleteProcThreadAttributeList(attributes->list);
    free(attributes->list);
    attributes->list = NULL;
}

/* Makes the list of those attributes that this Windows supports. */
static void make_list(struct attributes *attributes)
{
    SIZE_T size = 0;
    bool children, tied;

    /* Always fails; returns the size that the list needs. */
    InitializeProcThreadAttributeList(NULL, 2, 0, &size);
    attributes->list = size > 0 ? malloc(size) : NULL;
    if (attributes->list != NULL &&
        !InitializeProcThreadAttributeList(attributes->list, 2, 0, &size)) {
        free(attributes->list);
        attributes->list = NULL;
    }
    if (attributes->list == NULL) {
        drop_tie(attributes);
        return;
    }
    children = add(attributes, CHILDREN_ATTRIBUTE, &attributes->children, sizeof(DWORD));
    tied = attributes->tie != NULL &&
           add(attributes, JOBS_ATTRIBUTE, &attributes->tie, sizeof(HANDLE));
    if (!tied)
        drop_tie(attributes);
    if (!children && !tied)
        end_list(attributes);
}

/* The command line that keeper_main.c and keeper_find.c parse. NULL: no memory. */
static wchar_t *make_command(const wchar_t *program, const struct keeper_options *options)
{
    uint64_t started = process_id_started(GetCurrentProcess());
    size_t room = wcslen(program) + 120;
    wchar_t *line = malloc(room * sizeof(*line));

    if (line == NULL)
        return NULL;
    (void)swprintf(line, room, L"\"%ls\" keeper %lu %llu %lu %lu%ls", program,
                   GetCurrentProcessId(), (unsigned long long)started,
                   (unsigned long)options->hold_ms, (unsigned long)options->place,
                   options->console ? L" console" : L"");
    return line;
}

/* ---- starting it ----------------------------------------------------------------- */

struct launch {
    const wchar_t *program;
    wchar_t *line;
    SECURITY_ATTRIBUTES *security;
    const wchar_t *folder;
};

static bool create(const struct launch *launch, LPPROC_THREAD_ATTRIBUTE_LIST list, DWORD flags,
                   PROCESS_INFORMATION *out)
{
    STARTUPINFOEXW startup;

    memset(&startup, 0, sizeof(startup));
    startup.StartupInfo.cb = sizeof(startup.StartupInfo);
    startup.lpAttributeList = list;
    if (list != NULL) {
        startup.StartupInfo.cb = sizeof(startup);
        flags |= EXTENDED_STARTUPINFO_PRESENT;
    }
    /*
     * Inherits no handles. DETACHED_PROCESS: not part of the broker's console, so that neither
     * Ctrl+C there nor its end reaches the keeper.
     */
    return CreateProcessW(launch->program, launch->line, launch->security, NULL, FALSE,
                          flags | DETACHED_PROCESS, NULL, launch->folder, &startup.StartupInfo,
                          out) != FALSE;
}

/* Outside the broker's own job, unless that job does not allow it. */
static bool create_outside(const struct launch *launch, LPPROC_THREAD_ATTRIBUTE_LIST list,
                           PROCESS_INFORMATION *out)
{
    if (create(launch, list, CREATE_BREAKAWAY_FROM_JOB, out))
        return true;
    return GetLastError() == ERROR_ACCESS_DENIED && create(launch, list, 0, out);
}

/* With as many attributes as possible: the broker's own job may not allow nested jobs. */
static DWORD start(const struct launch *launch, struct attributes *attributes,
                   PROCESS_INFORMATION *out)
{
    bool made;

    attributes->tie = make_tie();
    make_list(attributes);
    made = create_outside(launch, attributes->list, out);
    if (!made && attributes->tie != NULL) {
        drop_tie(attributes);
        end_list(attributes);
        make_list(attributes);
        made = create_outside(launch, attributes->list, out);
    }
    if (!made && attributes->list != NULL)
        made = create_outside(launch, NULL, out);
    return made ? ERROR_SUCCESS : GetLastError();
}

static DWORD launch_with(const wchar_t *program, const struct keeper_options *options,
                         SECURITY_ATTRIBUTES *security, struct keeper_launched *out)
{
    struct attributes attributes = {.children = CHILDREN_RESTRICTED};
    wchar_t folder[MAX_PATH] = L"";
    struct launch launch = {program, make_command(program, options), security, folder};
    PROCESS_INFORMATION made;
    DWORD code = ERROR_NOT_ENOUGH_MEMORY;

    /* A process keeps its current folder open; the broker's may have to be removed. */
    if (GetSystemDirectoryW(folder, MAX_PATH) == 0)
        launch.folder = NULL;
    if (launch.line != NULL)
        code = start(&launch, &attributes, &made);
    end_list(&attributes);
    free(launch.line);
    if (code != ERROR_SUCCESS) {
        drop_tie(&attributes);
        return code;
    }
    CloseHandle(made.hThread);
    out->process = made.hProcess;
    out->id = made.dwProcessId;
    out->tie = attributes.tie;
    return ERROR_SUCCESS;
}

/* The executable; freed with free(). NULL: GetLastError() says why. */
static wchar_t *program_of(const struct keeper_options *options)
{
    char *own = options->program == NULL ? paths_executable() : NULL;
    const char *program = options->program != NULL ? options->program : own;
    wchar_t *wide = program != NULL ? wide_from_utf8(program) : NULL;
    DWORD code = GetLastError();

    free(own);
    SetLastError(code);
    return wide;
}

/*
 * As for the broker's objects, the owner proves whose process it is (keeper_find.c). Without a
 * text the owner would be the account, which other services may use, too.
 */
#define SDDL_MAX (HARDEN_SDDL_MAX + SYS_SID_MAX)

static void process_sddl(const struct keeper_options *options, char out[SDDL_MAX])
{
    char owner[SYS_SID_MAX], list[HARDEN_SDDL_MAX];
    struct sys_failure unused;

    harden_process_sddl(options->console ? HARDEN_CONSOLE : 0, list);
    if (identity_owner(owner, &unused) == SYS_OK)
        (void)snprintf(out, SDDL_MAX, "O:%s%s", owner, list);
    else
        (void)snprintf(out, SDDL_MAX, "%s", list);
}

enum sys_status keeper_launch(const struct keeper_options *options, struct keeper_launched *out,
                              struct sys_failure *why)
{
    wchar_t *program = program_of(options);
    char sddl[SDDL_MAX];
    struct sys_descriptor *descriptor;
    SECURITY_ATTRIBUTES security;
    enum sys_status status;
    DWORD code;

    memset(out, 0, sizeof(*out));
    if (program == NULL)
        return failure_set(why, "GetModuleFileNameW", GetLastError());
    process_sddl(options, sddl);
    status = descriptors_make(sddl, &descriptor, why);
    if (status == SYS_OK) {
        security = descriptors_attributes(descriptor);
        code = launch_with(program, options, &security, out);
        if (code != ERROR_SUCCESS)
            status = failure_set(why, "CreateProcessW", code);
        descriptors_free(descriptor);
    }
    free(program);
    return status;
}
