/*
 * The first question for a keeper lists its handles with their names, in order. So each further
 * one is a search and a duplicate, however many objects the keeper has.
 */
#include "keeper_fetch.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "failure.h"
#include "inspect.h"
#include "keeper_open.h"
#include "listing.h"
#include "name_holder.h"
#include "process_handles.h"
#include "process_id.h"

struct kept_object {
    wchar_t *name; /* owned; without Global\ */
    HANDLE there;
};

struct keeper_list {
    struct keeper_list *next;
    struct sys_keeper keeper;
    HANDLE process;
    struct kept_object *objects; /* by name */
    size_t count;
};

static void free_list(struct keeper_list *list)
{
    size_t i;

    for (i = 0; i < list->count; i++)
        free(list->objects[i].name);
    free(list->objects);
    if (list->process != NULL)
        CloseHandle(list->process);
    free(list);
}

static bool same(const struct sys_keeper *a, const struct sys_keeper *b)
{
    return a->process == b->process && a->started == b->started;
}

void keeper_fetch_forget(struct keeper_list **lists, const struct sys_keeper *keeper)
{
    while (*lists != NULL) {
        struct keeper_list *list = *lists;

        if (keeper != NULL && !same(&list->keeper, keeper)) {
            lists = &list->next;
            continue;
        }
        *lists = list->next;
        free_list(list);
    }
}

/* ---- the list ------------------------------------------------------------------ */

static enum sys_status gone(struct sys_failure *why)
{
    return failure_say(why, SYS_NOT_FOUND, "DuplicateHandle", 0, "the keeper does not hold it");
}

static bool has_ended(HANDLE process)
{
    return WaitForSingleObject(process, 0) == WAIT_OBJECT_0;
}

/* A duplicate of the keeper's handle `there`, and what it is. NULL: not an object of a broker. */
static HANDLE copy_object(HANDLE process, HANDLE there, enum shmb_kind *kind,
                          wchar_t name[SHMB_NAME_MAX + 1])
{
    HANDLE copy;

    if (!DuplicateHandle(process, there, GetCurrentProcess(), &copy, 0, FALSE,
                         DUPLICATE_SAME_ACCESS))
        return NULL;
    if (process_handles_describe(copy, kind, name))
        return copy;
    CloseHandle(copy);
    return NULL;
}

/* False: no memory. */
static bool add(struct keeper_list *list, const struct process_handle *handle)
{
    wchar_t name[SHMB_NAME_MAX + 1];
    struct kept_object *object = &list->objects[list->count];
    enum shmb_kind kind;
    HANDLE copy = copy_object(list->process, handle->value, &kind, name);

    if (copy == NULL)
        return true;
    CloseHandle(copy);
    /*
     * Brokers put in handles that may change access and owner. Others, such as those of a scanner
     * that has loaded itself, mostly may not.
     */
    if ((handle->access & STANDARD_RIGHTS_REQUIRED) != STANDARD_RIGHTS_REQUIRED)
        return true;
    object->name = _wcsdup(name);
    object->there = handle->value;
    list->count += object->name != NULL;
    return object->name != NULL;
}

static int compare(const void *a, const void *b)
{
    return wcscmp(((const struct kept_object *)a)->name, ((const struct kept_object *)b)->name);
}

static enum sys_status fill(struct keeper_list *list, struct sys_failure *why)
{
    struct process_handle *handles;
    size_t count, i;
    uint32_t code = process_handles_list(list->process, &handles, &count);

    if (code != ERROR_SUCCESS)
        return failure_set(why, "NtQueryInformationProcess", code);
    list->objects = calloc(count + 1, sizeof(*list->objects));
    for (i = 0; list->objects != NULL && i < count && code == ERROR_SUCCESS; i++)
        if (!add(list, &handles[i]))
            code = ERROR_NOT_ENOUGH_MEMORY;
    free(handles);
    if (list->objects == NULL || code != ERROR_SUCCESS)
        return failure_set(why, "calloc", ERROR_NOT_ENOUGH_MEMORY);
    qsort(list->objects, list->count, sizeof(*list->objects), compare);
    /* Checked last: a process that ends has no handles. */
    return has_ended(list->process) ? gone(why) : SYS_OK;
}

static enum sys_status open_keeper(const struct sys_keeper *keeper, HANDLE *out,
                                   struct sys_failure *why)
{
    HANDLE process = keeper_open(keeper->process, PROCESS_DUP_HANDLE | PROCESS_QUERY_INFORMATION);
    DWORD code = GetLastError();

    *out = NULL;
    /* Else a process that denies access may have its number. */
    if (process == NULL && process_id_runs(keeper->process, keeper->started))
        return failure_set(why, "OpenProcess", code);
    if (process == NULL)
        return gone(why);
    if (process_id_started(process) == keeper->started && process_id_is_ours(process)) {
        *out = process;
        return SYS_OK;
    }
    CloseHandle(process);
    return gone(why);
}

/* The list of a keeper, made if there is none. */
static enum sys_status list_of(struct keeper_list **lists, const struct sys_keeper *keeper,
                               struct keeper_list **out, struct sys_failure *why)
{
    struct keeper_list *list;
    enum sys_status status;

    for (list = *lists; list != NULL; list = list->next)
        if (same(&list->keeper, keeper)) {
            *out = list;
            return SYS_OK;
        }
    list = calloc(1, sizeof(*list));
    if (list == NULL)
        return failure_set(why, "calloc", ERROR_NOT_ENOUGH_MEMORY);
    list->keeper = *keeper;
    status = open_keeper(keeper, &list->process, why);
    if (status == SYS_OK)
        status = fill(list, why);
    if (status != SYS_OK) {
        free_list(list);
        return status;
    }
    list->next = *lists;
    *lists = *out = list;
    return SYS_OK;
}

/* ---- one object ------------------------------------------------------------------ */

static const struct kept_object *find(const struct keeper_list *list, wchar_t *name)
{
    const struct kept_object wanted = {.name = name};

    return bsearch(&wanted, list->objects, list->count, sizeof(*list->objects), compare);
}

enum sys_status keeper_fetch(struct keeper_list **lists, const struct sys_keeper *keeper,
                             const char *name, struct sys_facts *facts, struct sys_object **out,
                             struct sys_failure *why)
{
    wchar_t full[OBJECT_NAME_UNITS], found[SHMB_NAME_MAX + 1], *bare;
    const struct kept_object *kept;
    struct keeper_list *list = NULL;
    enum sys_status status;
    HANDLE object;

    *out = NULL;
    *facts = (struct sys_facts){.kind = SHMB_KIND_COUNT};
    if (!name_holder_full_name(name, full))
        return failure_say(why, SYS_FAILED, "open", ERROR_INVALID_NAME, "the name is not valid");
    bare = wcschr(full, L'\\') + 1;
    status = list_of(lists, keeper, &list, why);
    if (status != SYS_OK)
        return status;
    kept = find(list, bare);
    if (kept == NULL)
        return gone(why);
    object = copy_object(list->process, kept->there, &facts->kind, found);
    /* It can only have ended meanwhile. */
    if (object == NULL || wcscmp(found, bare) != 0) {
        if (object != NULL)
            CloseHandle(object);
        facts->kind = SHMB_KIND_COUNT;
        if (has_ended(list->process))
            return gone(why);
        return failure_say(why, SYS_FAILED, "DuplicateHandle", 0, "the keeper closed its handle");
    }
    facts->kept = true;
    status = inspect_handle(object, facts, why);
    if (status == SYS_OK)
        *out = (struct sys_object *)object;
    else
        CloseHandle(object);
    return status;
}

/* ---- whose a handle is ------------------------------------------------------------- */

typedef LONG(NTAPI *compare_call)(HANDLE first, HANDLE second);

/* True: certainly the same object. STATUS_NOT_SAME_OBJECT is a success, too. */
static bool is_same(HANDLE first, HANDLE second)
{
    compare_call ask;

    return listing_ntdll("NtCompareObjects", &ask, sizeof(ask)) && ask(first, second) == 0;
}

bool keeper_fetch_is_there(HANDLE process, HANDLE there, HANDLE object)
{
    HANDLE copy;
    bool same;

    if (!DuplicateHandle(process, there, GetCurrentProcess(), &copy, 0, FALSE,
                         DUPLICATE_SAME_ACCESS))
        return false;
    same = is_same(copy, object);
    CloseHandle(copy);
    return same;
}

uint32_t keeper_fetch_count(struct keeper_list **lists, const struct sys_keeper *keeper,
                            HANDLE object)
{
    wchar_t name[SHMB_NAME_MAX + 1];
    struct keeper_list *list = NULL;
    const struct kept_object *at;
    enum shmb_kind kind;
    uint32_t count = 0;

    if (!process_handles_describe(object, &kind, name) ||
        list_of(lists, keeper, &list, NULL) != SYS_OK)
        return 0;
    at = find(list, name);
    /* Any of those of this name: an object that ended may have left a namesake. */
    while (at != NULL && at > list->objects && wcscmp(at[-1].name, name) == 0)
        at--;
    for (; at != NULL && at < list->objects + list->count && wcscmp(at->name, name) == 0; at++)
        count += keeper_fetch_is_there(list->process, at->there, object);
    return count;
}
