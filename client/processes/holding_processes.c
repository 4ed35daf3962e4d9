/*
 * One pass over a snapshot of all handles: choose by kind, compare the address of the object, or
 * else duplicate the handle and compare its name. A handle that is closed or reused meanwhile costs
 * a line, no more.
 */
#include "holding_processes.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug_privilege.h"
#include "named_object.h"
#include "names.h"
#include "system_table.h"
#include "wide.h"

#define LOOK_MS    5000u /* then the search ends incomplete */
#define LOOK_EVERY 64u   /* handles between two checks of the time */

/* winternl.h declares neither this class nor its structure. */
typedef LONG(NTAPI *query_object)(HANDLE object, int what, void *out, ULONG size, ULONG *needed);

/* ObjectNameInformation */
#define OBJECT_NAME 1
struct name_information {
    USHORT length, maximum; /* bytes */
    wchar_t *text;
    wchar_t room[SHMB_NAME_MAX + 64];
};

/* Kinds of objects in Global\, apart from directories and links. */
enum { KIND_SECTION, KIND_MUTEX, KIND_EVENT, KIND_SEMAPHORE, KIND_TIMER, KIND_JOB, KINDS };

/* One of the names. */
struct sought {
    wchar_t kernel[SHMB_NAME_MAX + 64]; /* the kernel's name */
    HANDLE own;                         /* our handle; NULL: it cannot be opened */
    void *address;                      /* of the object; NULL: not known */
    uint32_t counted;                   /* the process that was counted last; 0: none */
};

struct look {
    struct holders *names;
    struct sought *sought;
    size_t count;
    size_t addressed; /* names with an address */
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

/* The table, read while the samples exist. NULL: as system_table_read. */
static struct system_handles *read_table_with_types(USHORT types[KINDS])
{
    HANDLE samples[KINDS];
    struct system_handles *table;
    ULONG_PTR i;
    int kind;

    make_samples(samples);
    table = system_table_handles();
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

static bool may_be_named(const struct look *look, const struct system_handle *entry)
{
    int kind;

    for (kind = 0; kind < KINDS; kind++)
        if (look->types[kind] != 0 && look->types[kind] == entry->type)
            return true;
    return false;
}

/* A duplicate without access rights, which suffices for the name. NULL: not available. */
static HANDLE copy_handle(struct look *look, const struct system_handle *entry)
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
        length = wcslen(look->sought[i].kernel);
        if (length * sizeof(wchar_t) == name.length &&
            memcmp(look->sought[i].kernel, name.text, name.length) == 0)
            break;
    }
    return i;
}

/* The index of the name with this object; `count`: none of them. */
static size_t match_address(const struct look *look, const void *object)
{
    size_t i;

    for (i = 0; i < look->count; i++)
        if (object != NULL && look->sought[i].address == object)
            break;
    return i;
}

/*
 * Adds a process, or another handle of it. The handles of a process follow each other in the table,
 * so that one that is not listed is counted once as well.
 */
static void add(struct holders *name, uint32_t *counted, const struct system_handle *entry)
{
    uint32_t id = (uint32_t)entry->process;
    struct holders_process *grown;
    size_t i;

    for (i = 0; i < name->listed; i++) {
        if (name->found[i].facts.process != id)
            continue;
        name->found[i].access |= entry->access;
        return;
    }
    if (id == *counted)
        return;
    *counted = id;
    name->count++;
    if (name->listed == HOLDERS_MOST)
        return;
    grown = realloc(name->found, (name->listed + 1) * sizeof(*grown));
    if (grown == NULL)
        return;
    name->found = grown;
    grown += name->listed++;
    grown->access = entry->access;
    process_facts_find(id, &grown->facts);
}

static void look_at(struct look *look, const struct system_handle *entry)
{
    size_t name = match_address(look, entry->object);
    HANDLE copy;

    if (name == look->count && look->addressed < look->count &&
        (copy = copy_handle(look, entry)) != NULL) {
        name = match(look, copy);
        CloseHandle(copy);
    }
    if (name < look->count)
        add(&look->names[name], &look->sought[name].counted, entry);
}

static void look_at_all(struct look *look, const struct system_handles *table)
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

/* Opens the object. NULL: it does not exist, or the caller may not. */
static HANDLE open_own(const char *name)
{
    wchar_t *wide = wide_from_utf8(name);
    enum shmb_kind kind;
    HANDLE own = NULL;
    DWORD code;

    if (wide != NULL)
        own = named_object_find(wide, &kind, &code);
    free(wide);
    return own;
}

/* Finds the objects' addresses by the handles of this process, and closes these. */
static void find_addresses(struct look *look, const struct system_handles *table)
{
    ULONG_PTR i;
    size_t name;

    for (i = 0; table != NULL && i < table->count; i++)
        for (name = 0; table->entries[i].process == GetCurrentProcessId() && name < look->count;
             name++)
            /* In 32 bit, half an address is not enough. */
            if (sizeof(void *) == 8 && look->sought[name].own != NULL &&
                table->entries[i].handle == (ULONG_PTR)look->sought[name].own)
                look->sought[name].address = table->entries[i].object;
    for (name = 0; name < look->count; name++) {
        look->addressed += look->sought[name].address != NULL;
        if (look->sought[name].own != NULL)
            CloseHandle(look->sought[name].own);
    }
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
    struct system_handles *table = NULL;
    TOKEN_PRIVILEGES before;
    bool debug = false;
    size_t i;

    look.until = GetTickCount64() + LOOK_MS;
    look.sought = calloc(count + 1, sizeof(*look.sought));
    for (i = 0; i < count; i++) {
        names[i] = (struct holders){.name = names[i].name};
        if (look.sought != NULL && kernel_name(names[i].name, look.sought[i].kernel))
            look.sought[i].own = open_own(names[i].name);
    }
    if (look.sought != NULL && found != NULL) {
        memcpy(&look.query, &found, sizeof(look.query));
        debug = debug_privilege_enable(&before);
        table = read_table_with_types(look.types);
        find_addresses(&look, table);
    }
    if (table != NULL)
        look_at_all(&look, table);
    if (debug)
        debug_privilege_restore(&before);
    for (i = 0; i < count; i++) {
        bool addressed = look.sought != NULL && look.sought[i].address != NULL;

        names[i].closed = addressed ? 0 : look.closed;
        names[i].complete = table != NULL && names[i].closed == 0 && !look.late;
    }
    free(table);
    free(look.sought);
}

void holders_free(struct holders *names, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        free(names[i].found);
}

void holders_text(const struct holders *holders, char out[HOLDERS_TEXT])
{
    size_t named = holders->listed < HOLDERS_NAMED ? holders->listed : HOLDERS_NAMED, used, i;

    if (named == 0) {
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
    for (i = 0; i < named; i++) {
        used += (size_t)snprintf(out + used, HOLDERS_TEXT - used, "%s", i > 0 ? " and " : "");
        used += process_facts_text(&holders->found[i].facts, out + used, PROCESS_TEXT);
    }
    if (holders->count > named)
        (void)snprintf(out + used, HOLDERS_TEXT - used, " and %zu more", holders->count - named);
}
