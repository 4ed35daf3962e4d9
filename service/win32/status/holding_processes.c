/*
 * One pass over a snapshot of all handles: choose by kind, duplicate, query the name, compare.
 * A handle that is closed or reused meanwhile costs a line, no more.
 */
#include "holding_processes.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug_privilege.h"
#include "identity.h"
#include "names.h"
#include "wide.h"

#define LOOK_MS     5000u      /* then the search ends incomplete */
#define TABLE_FIRST (4u << 20) /* bytes for the table of all handles; doubled if too small */
#define TABLE_MOST  (512u << 20)
#define LOOK_EVERY  64u /* handles between two checks of the time */

/* winternl.h declares neither these classes nor their structures. */
typedef LONG(NTAPI *query_system)(ULONG what, void *out, ULONG size, ULONG *needed);
typedef LONG(NTAPI *query_object)(HANDLE object, int what, void *out, ULONG size, ULONG *needed);

/* SystemExtendedHandleInformation */
#define ALL_HANDLES 64u
#define TOO_SMALL   ((LONG)0xC0000004)
struct table_entry {
    void *object;
    ULONG_PTR process, handle;
    ULONG access;
    USHORT trace, type;
    ULONG attributes, reserved;
};
struct handle_table {
    ULONG_PTR count, reserved;
    struct table_entry entries[1];
};

/* ObjectNameInformation */
#define OBJECT_NAME 1
struct name_information {
    USHORT length, maximum; /* bytes */
    wchar_t *text;
    wchar_t room[SHMB_NAME_MAX + 64];
};

/* Kinds of objects in Global\, apart from directories and links. */
enum { KIND_SECTION, KIND_MUTEX, KIND_EVENT, KIND_SEMAPHORE, KIND_TIMER, KIND_JOB, KINDS };

struct look {
    struct holders *names;
    wchar_t (*wide)[SHMB_NAME_MAX + 64]; /* the kernel's names for them */
    size_t count;
    query_object query;
    USHORT types[KINDS]; /* the kinds' numbers in the table; 0: not known */
    DWORD process;       /* the process that `source` opens */
    HANDLE source;       /* NULL: it cannot be opened */
    size_t closed;       /* processes that cannot be opened */
    bool late;           /* the time was over before the last handle */
    ULONGLONG until;
};

static FARPROC native(const char *name)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

    return ntdll != NULL ? GetProcAddress(ntdll, name) : NULL;
}

/* The table of all handles, freed with free(). NULL: not available. */
static struct handle_table *read_table(void)
{
    FARPROC found = native("NtQuerySystemInformation");
    LONG status = TOO_SMALL;
    query_system query;
    void *table = NULL;
    ULONG size, needed;

    if (found == NULL)
        return NULL;
    memcpy(&query, &found, sizeof(query));
    for (size = TABLE_FIRST; status == TOO_SMALL && size <= TABLE_MOST; size *= 2) {
        free(table);
        table = malloc(size);
        if (table == NULL)
            return NULL;
        status = query(ALL_HANDLES, table, size, &needed);
    }
    if (status >= 0)
        return table;
    free(table);
    return NULL;
}

/*
 * The kinds' numbers differ between versions of Windows: a sample of each kind,
 * looked up in the table, shows its number.
 */
static void make_samples(HANDLE samples[KINDS])
{
    samples[KIND_SECTION] =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 1, NULL);
    samples[KIND_MUTEX] = CreateMutexW(NULL, FALSE, NULL);
    samples[KIND_EVENT] = CreateEventW(NULL, TRUE, FALSE, NULL);
    samples[KIND_SEMAPHORE] = CreateSemaphoreW(NULL, 0, 1, NULL);
    samples[KIND_TIMER] = CreateWaitableTimerW(NULL, TRUE, NULL);
    samples[KIND_JOB] = CreateJobObjectW(NULL, NULL);
}

/* The table, read while the samples exist. NULL: as read_table. */
static struct handle_table *read_table_with_types(USHORT types[KINDS])
{
    HANDLE samples[KINDS];
    struct handle_table *table;
    ULONG_PTR i;
    int kind;

    make_samples(samples);
    table = read_table();
    for (kind = 0; kind < KINDS; kind++) {
        types[kind] = 0; /* no object has this one */
        for (i = 0; table != NULL && samples[kind] != NULL && i < table->count; i++)
            if (table->entries[i].process == GetCurrentProcessId() &&
                table->entries[i].handle == (ULONG_PTR)samples[kind])
                types[kind] = table->entries[i].type;
        if (samples[kind] != NULL)
            CloseHandle(samples[kind]);
    }
    return table;
}

static bool may_be_named(const struct look *look, const struct table_entry *entry)
{
    int kind;

    for (kind = 0; kind < KINDS; kind++)
        if (look->types[kind] != 0 && look->types[kind] == entry->type)
            return true;
    return false;
}

/* A duplicate without access rights, which suffices for the name. NULL: not available. */
static HANDLE copy_handle(struct look *look, const struct table_entry *entry)
{
    HANDLE copy;

    /* The handles of one process mostly follow each other: it stays open for the next one. */
    if (entry->process != look->process) {
        if (look->source != NULL)
            CloseHandle(look->source);
        look->process = (DWORD)entry->process;
        look->source = OpenProcess(PROCESS_DUP_HANDLE, FALSE, look->process);
        /* ERROR_INVALID_PARAMETER: the process has ended. */
        if (look->source == NULL && GetLastError() != ERROR_INVALID_PARAMETER)
            look->closed++;
    }
    if (look->source == NULL || !DuplicateHandle(look->source, (HANDLE)entry->handle,
                                                 GetCurrentProcess(), &copy, 0, FALSE, 0))
        return NULL;
    return copy;
}

/* The index of the name the object has; `count`: none of them. */
static size_t match(const struct look *look, HANDLE object)
{
    struct name_information name;
    size_t i, length;

    memset(&name, 0, sizeof(name));
    if (look->query(object, OBJECT_NAME, &name, sizeof(name), NULL) < 0 || name.text == NULL)
        return look->count;
    for (i = 0; i < look->count; i++) {
        length = wcslen(look->wide[i]);
        if (length * sizeof(wchar_t) == name.length &&
            memcmp(look->wide[i], name.text, name.length) == 0)
            break;
    }
    return i;
}

static void add_program(HANDLE process, struct holders_process *out)
{
    wchar_t path[1024];
    DWORD length = sizeof(path) / sizeof(path[0]);
    const wchar_t *file;
    char *text;

    if (!QueryFullProcessImageNameW(process, 0, path, &length))
        return;
    file = wcsrchr(path, L'\\');
    text = wide_to_utf8(file != NULL ? file + 1 : path);
    if (text != NULL)
        (void)snprintf(out->program, sizeof(out->program), "%s", text);
    free(text);
}

static void add_account(HANDLE process, struct holders_process *out)
{
    char sid[SYS_SID_MAX];
    HANDLE token;

    if (!OpenProcessToken(process, TOKEN_QUERY, &token))
        return;
    if (identity_token_user(token, sid))
        accounts_name(sid, out->account);
    CloseHandle(token);
}

/* Adds a process, once. */
static void add(struct holders *name, DWORD id)
{
    size_t listed = name->count < HOLDERS_MAX ? name->count : HOLDERS_MAX, i;
    struct holders_process *out;
    HANDLE process;
    DWORD session;

    for (i = 0; i < listed; i++)
        if (name->found[i].process == id)
            return;
    name->count++;
    if (listed == HOLDERS_MAX)
        return;
    out = &name->found[listed];
    out->process = id;
    out->session = ProcessIdToSessionId(id, &session) ? session : HOLDERS_NO_SESSION;
    process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id);
    if (process == NULL)
        return;
    add_program(process, out);
    add_account(process, out);
    CloseHandle(process);
}

static void look_at(struct look *look, const struct table_entry *entry)
{
    HANDLE copy = copy_handle(look, entry);
    size_t name;

    if (copy == NULL)
        return;
    name = match(look, copy);
    CloseHandle(copy);
    if (name < look->count)
        add(&look->names[name], (DWORD)entry->process);
}

static void look_at_all(struct look *look, const struct handle_table *table)
{
    ULONG_PTR i;

    for (i = 0; i < table->count; i++) {
        if (table->entries[i].process != GetCurrentProcessId() &&
            may_be_named(look, &table->entries[i]))
            look_at(look, &table->entries[i]);
        if (i % LOOK_EVERY == 0 && GetTickCount64() > look->until) {
            look->late = true;
            break;
        }
    }
    if (look->source != NULL)
        CloseHandle(look->source);
}

/* Turns `Global\X` into `\BaseNamedObjects\X`. False: not a valid name. */
static bool kernel_name(const char *name, wchar_t out[SHMB_NAME_MAX + 64])
{
    static const wchar_t folder[] = L"\\BaseNamedObjects\\";
    const size_t before = sizeof(folder) / sizeof(folder[0]) - 1;
    size_t prefix = sizeof(SHMB_GLOBAL_PREFIX) - 1, units;
    wchar_t *wide = NULL;

    out[0] = L'\0';
    if (strncmp(name, SHMB_GLOBAL_PREFIX, prefix) == 0)
        wide = wide_from_utf8(name + prefix);
    units = wide != NULL ? wcslen(wide) : SHMB_NAME_MAX + 1;
    if (units <= SHMB_NAME_MAX) {
        memcpy(out, folder, sizeof(folder));
        memcpy(out + before, wide, (units + 1) * sizeof(wchar_t));
    }
    free(wide);
    return units <= SHMB_NAME_MAX;
}

void holders_find(struct holders *names, size_t count)
{
    struct look look = {.names = names, .count = count};
    FARPROC found = native("NtQueryObject");
    struct handle_table *table = NULL;
    TOKEN_PRIVILEGES before;
    bool debug = false;
    size_t i;

    look.until = GetTickCount64() + LOOK_MS;
    look.wide = calloc(count + 1, sizeof(*look.wide));
    for (i = 0; i < count; i++) {
        memset(names[i].found, 0, sizeof(names[i].found));
        names[i].count = 0;
        if (look.wide != NULL)
            (void)kernel_name(names[i].name, look.wide[i]);
    }
    if (look.wide != NULL && found != NULL) {
        memcpy(&look.query, &found, sizeof(look.query));
        debug = debug_privilege_enable(&before);
        table = read_table_with_types(look.types);
    }
    if (table != NULL)
        look_at_all(&look, table);
    if (debug)
        debug_privilege_restore(&before);
    for (i = 0; i < count; i++) {
        names[i].closed = look.closed;
        names[i].complete = table != NULL && look.closed == 0 && !look.late;
    }
    free(table);
    free(look.wide);
}

static size_t put_process(const struct holders_process *process, char *out, size_t size)
{
    char session[32] = "", account[ACCOUNT_NAME_MAX + 2] = "";

    if (process->session != HOLDERS_NO_SESSION)
        (void)snprintf(session, sizeof(session), ", session %lu", (unsigned long)process->session);
    if (process->account[0] != '\0')
        (void)snprintf(account, sizeof(account), ", %s", process->account);
    return (size_t)snprintf(out, size, "%s (process %lu%s%s)",
                            process->program[0] != '\0' ? process->program : "a program",
                            (unsigned long)process->process, session, account);
}

void holders_text(const struct holders *holders, char out[HOLDERS_TEXT])
{
    size_t listed = holders->count < HOLDERS_MAX ? holders->count : HOLDERS_MAX, used, i;

    if (listed == 0) {
        used = (size_t)snprintf(out, HOLDERS_TEXT, "no program found that holds it now");
        if (holders->closed > 0)
            (void)snprintf(out + used, HOLDERS_TEXT - used,
                           "; processes that could not be examined: %zu", holders->closed);
        else if (!holders->complete)
            (void)snprintf(out + used, HOLDERS_TEXT - used,
                           "; not all processes could be examined");
        return;
    }
    used = (size_t)snprintf(out, HOLDERS_TEXT, "held by ");
    for (i = 0; i < listed; i++) {
        used += (size_t)snprintf(out + used, HOLDERS_TEXT - used, "%s", i > 0 ? " and " : "");
        used += put_process(&holders->found[i], out + used, HOLDERS_TEXT - used);
    }
    if (holders->count > listed)
        (void)snprintf(out + used, HOLDERS_TEXT - used, " and %zu more", holders->count - listed);
}
