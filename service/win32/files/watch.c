/*
 * Each folder has at most one ReadDirectoryChangesW request pending, whose completion routine
 * (on_told) runs in the alertable wait of port.c. Until a request has completed, even a
 * cancelled one, the system may write to the folder's memory: `listening` says so.
 */
#include "watch.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "folder_id.h"
#include "paths.h"
#include "pattern.h"
#include "wide.h"

#define BUFFER_WORDS  4096u /* of 4 bytes; over a network at most 64 KiB are allowed */
#define END_TRIES     100u
#define END_MS        50u
#define AGAIN_MOST_MS 300000u

#define CHANGES                                                                                    \
    (FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_SIZE | FILE_NOTIFY_CHANGE_LAST_WRITE |      \
     FILE_NOTIFY_CHANGE_ATTRIBUTES | /* hidden */                                                  \
     FILE_NOTIFY_CHANGE_SECURITY)    /* readable */

#define FOLDER_CHANGES FILE_NOTIFY_CHANGE_DIR_NAME

struct folder {
    OVERLAPPED request; /* its hEvent is free for our use: the folder itself */
    struct watch *watch;
    struct folder *above; /* notices when this one is replaced or gone; NULL: none */
    bool of_folders;      /* a folder above others: only notifies of folders in it */
    bool told;            /* it has notified; the folders below are not checked yet */
    wchar_t *path;        /* with a separator at its end */
    char **names;         /* names and patterns of the files watched in it */
    size_t count;
    HANDLE handle; /* NULL: cannot be watched now */
    struct folder_id id;
    bool listening; /* a request is pending: the system may write to `heard` */
    DWORD heard[BUFFER_WORDS];
};

struct watch {
    struct folder **folders;
    size_t count;
    bool changed;
    ULONGLONG changed_since;
    ULONGLONG changed_at; /* last */
    bool look;            /* check whether the folders are still the same */
    ULONGLONG looked_at;  /* last */
    bool lost;            /* a folder is not watched now: retry at `again_at` */
    ULONGLONG again_at;
};

static void note_change(struct watch *watch)
{
    watch->changed_at = GetTickCount64();
    if (!watch->changed)
        watch->changed_since = watch->changed_at;
    watch->changed = true;
}

/* ---- notifications ---------------------------------------------------------- */

/* True also where it cannot be decided: a change too many only costs a reload. */
static bool is_watched(const struct folder *folder, const char *units, size_t bytes)
{
    wchar_t name[MAX_PATH];
    size_t length = bytes / sizeof(*name), i;
    bool found = false;
    char *narrow;

    if (length >= MAX_PATH)
        return true;
    memcpy(name, units, length * sizeof(*name));
    name[length] = L'\0';
    if (wcschr(name, L'~') != NULL)
        return true; /* may be the short name of a watched file */
    narrow = wide_to_utf8(name);
    if (narrow == NULL)
        return GetLastError() != ERROR_NO_UNICODE_TRANSLATION; /* no path matches such a name */
    for (i = 0; i < folder->count && !found; i++)
        found = pattern_match(folder->names[i], narrow);
    free(narrow);
    return found;
}

/* Entries are copied, since Wine does not align them. A malformed entry counts as a change. */
static bool mentions_watched(const struct folder *folder, size_t bytes)
{
    const size_t head = offsetof(FILE_NOTIFY_INFORMATION, FileName);
    const char *heard = (const char *)folder->heard;
    size_t at = 0;

    for (;;) {
        FILE_NOTIFY_INFORMATION entry;

        if (at > bytes || bytes - at < head)
            return true;
        memcpy(&entry, heard + at, head);
        if (entry.FileNameLength > bytes - at - head ||
            is_watched(folder, heard + at + head, entry.FileNameLength))
            return true;
        if (entry.NextEntryOffset == 0)
            return false;
        at += entry.NextEntryOffset;
    }
}

static bool listen(struct folder *folder);

/* The folder was deleted, or its volume is gone: close it and retry later. */
static void lose(struct folder *folder)
{
    struct watch *watch = folder->watch;

    CloseHandle(folder->handle);
    folder->handle = NULL;
    watch->lost = true;
    watch->again_at = GetTickCount64() + WATCH_AGAIN_MS;
}

/*
 * Closes a folder that was renamed or replaced. A renamed folder does not notify of that:
 * it stays watched under its new name. Therefore the one above is watched, too, and the
 * folder that now has the path is opened instead.
 */
static void leave(struct folder *folder)
{
    HANDLE handle = folder->handle;

    folder->handle = NULL;
    CancelIo(handle);
    CloseHandle(handle);
}

/* Checks the folders below one that has notified: each must still be at its path. */
static void look_below(const struct folder *above)
{
    struct watch *watch = above->watch;
    size_t i;

    for (i = 0; i < watch->count; i++) {
        struct folder *folder = watch->folders[i];

        if (folder->above != above ||
            (folder->handle != NULL && folder_id_is_at(&folder->id, folder->path)))
            continue;
        if (folder->handle != NULL) {
            note_change(watch);
            leave(folder);
        }
        watch->lost = true;
        watch->again_at = GetTickCount64();
    }
}

/*
 * Anybody may create folders in the one above, such as ProgramData, at any rate. So its
 * notifications are no changes by themselves, and the next one is requested only when the
 * folders are checked: until then the system collects them into one.
 */
static void look(struct watch *watch)
{
    size_t i;

    watch->look = false;
    watch->looked_at = GetTickCount64();
    for (i = 0; i < watch->count; i++) {
        struct folder *above = watch->folders[i];

        if (!above->told)
            continue;
        above->told = false;
        if (above->handle != NULL &&
            !listen(above)) /* before the check, so that nothing is missed */
            lose(above);
        look_below(above);
    }
}

static void want_look(struct folder *above)
{
    above->told = true;
    above->watch->look = true;
}

static void CALLBACK on_told(DWORD code, DWORD bytes, OVERLAPPED *request)
{
    struct folder *folder = request->hEvent;
    /* ENUM_DIR: more changes than the buffer holds. Their names are lost, the watch goes on. */
    bool alive = code == ERROR_SUCCESS || code == ERROR_NOTIFY_ENUM_DIR;

    folder->listening = false;
    if (folder->handle == NULL)
        return; /* the folder is closed or being freed */
    if (folder->of_folders)
        want_look(folder);
    else if (code != ERROR_SUCCESS || bytes == 0 || mentions_watched(folder, bytes))
        note_change(folder->watch);
    if (!alive || (!folder->of_folders && !listen(folder)))
        lose(folder);
}

static bool listen(struct folder *folder)
{
    memset(&folder->request, 0, sizeof(folder->request));
    folder->request.hEvent = folder;
    /* FALSE: without subfolders. */
    folder->listening = ReadDirectoryChangesW(folder->handle, folder->heard, sizeof(folder->heard),
                                              FALSE, folder->of_folders ? FOLDER_CHANGES : CHANGES,
                                              NULL, &folder->request, on_told);
    return folder->listening;
}

/* ---- one folder ------------------------------------------------------------- */

/* Opens a folder and begins to listen. On failure its handle is NULL; find_lost can retry. */
static enum sys_status open_folder(struct folder *folder, struct sys_failure *why)
{
    /* Shares everything: others may change, rename and delete the folder while it is watched. */
    HANDLE handle = CreateFileW(
        folder->path, FILE_LIST_DIRECTORY, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
        NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, NULL);
    enum sys_status status;

    if (handle == INVALID_HANDLE_VALUE)
        return failure_set(why, "CreateFileW", GetLastError());
    folder->handle = handle;
    folder_id_of(handle, &folder->id);
    if (listen(folder))
        return SYS_OK;
    status = failure_set(why, "ReadDirectoryChangesW", GetLastError());
    CloseHandle(handle);
    folder->handle = NULL;
    return status;
}

/* Frees a folder, once its pending request has completed: until then the system may write to it. */
static void end_folder(struct folder *folder)
{
    HANDLE handle = folder->handle;
    unsigned tries;
    size_t i;

    folder->handle = NULL;
    if (handle != NULL) {
        CancelIo(handle);
        CloseHandle(handle);
    }
    for (tries = 0; folder->listening && tries < END_TRIES; tries++)
        /* Alertable, so that the cancelled request can complete. */
        SleepEx(END_MS, TRUE);
    for (i = 0; i < folder->count; i++)
        free(folder->names[i]);
    free(folder->names);
    free(folder->path);
    if (!folder->listening) /* else a leak is better than a write to freed memory */
        free(folder);
}

static bool add_name(struct folder *folder, const char *name)
{
    char **grown = realloc(folder->names, (folder->count + 1) * sizeof(*grown));
    size_t size = strlen(name) + 1;
    char *copy = malloc(size);

    if (grown != NULL)
        folder->names = grown;
    if (grown == NULL || copy == NULL) {
        free(copy);
        return false;
    }
    memcpy(copy, name, size);
    grown[folder->count++] = copy;
    return true;
}

/* ---- all of them ------------------------------------------------------------ */

/* Finds or adds the folder of that path, and frees or owns `path`. NULL: no memory. */
static struct folder *folder_of(struct watch *watch, wchar_t *path, bool of_folders)
{
    struct folder **grown, *folder;
    size_t i;

    for (i = 0; i < watch->count; i++) {
        if (watch->folders[i]->of_folders == of_folders &&
            _wcsicmp(watch->folders[i]->path, path) == 0) {
            free(path);
            return watch->folders[i];
        }
    }
    grown = realloc(watch->folders, (watch->count + 1) * sizeof(struct folder *));
    if (grown != NULL)
        watch->folders = grown;
    folder = calloc(1, sizeof(*folder));
    if (grown == NULL || folder == NULL) {
        free(folder);
        free(path);
        return NULL;
    }
    folder->watch = watch;
    folder->path = path;
    folder->of_folders = of_folders;
    watch->folders[watch->count++] = folder;
    return folder;
}

/* Cuts off what follows the last separator. */
static void cut_name(wchar_t *path)
{
    wchar_t *end = path + wcslen(path);

    while (end > path && end[-1] != L'\\' && end[-1] != L'/')
        end--;
    *end = L'\0';
}

/* Adds the folder above `path`; `*above` is NULL if there is none. False: no memory. */
static bool add_above(struct watch *watch, const wchar_t *path, struct folder **above)
{
    size_t length = wcslen(path), size = (length + 1) * sizeof(wchar_t);
    wchar_t *upper = malloc(size);

    *above = NULL;
    if (upper == NULL)
        return false;
    memcpy(upper, path, size);
    if (length > 0)
        upper[length - 1] = L'\0'; /* the separator */
    cut_name(upper);
    if (upper[0] == L'\0') {
        free(upper);
        return true;
    }
    *above = folder_of(watch, upper, true);
    return *above != NULL;
}

/* Adds a file or pattern: its folder, and the one above. False: no memory. */
static bool add_path(struct watch *watch, const char *path)
{
    char *absolute = paths_absolute(path);
    wchar_t *wide = absolute != NULL ? wide_from_utf8(absolute) : NULL;
    struct folder *folder, *above;

    free(absolute);
    if (wide == NULL)
        return GetLastError() == ERROR_NO_UNICODE_TRANSLATION; /* no file can have this name */
    cut_name(wide);
    if (!add_above(watch, wide, &above)) {
        free(wide);
        return false;
    }
    folder = folder_of(watch, wide, false);
    if (folder == NULL)
        return false;
    folder->above = above;
    return add_name(folder, pattern_last_part(path));
}

static struct watch *new_watch(const char *const *paths, size_t count)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    size_t i;

    for (i = 0; watch != NULL && i < count; i++) {
        if (!add_path(watch, paths[i])) {
            watch_end(watch);
            watch = NULL;
        }
    }
    return watch;
}

/* Opens every folder. Returns the first failure of a folder with watched files, but opens all. */
static enum sys_status open_all(struct watch *watch, struct sys_failure *why)
{
    enum sys_status result = SYS_OK;
    size_t i;

    for (i = 0; i < watch->count; i++) {
        enum sys_status status = open_folder(watch->folders[i], result == SYS_OK ? why : NULL);

        if (status == SYS_OK || watch->folders[i]->of_folders)
            continue; /* the folder above may be denied to us */
        /* SYS_NO_MEMORY would mean that none is watched. */
        if (result == SYS_OK)
            result = status == SYS_NO_MEMORY ? SYS_FAILED : status;
        watch->lost = true;
        watch->again_at = GetTickCount64() + WATCH_AGAIN_MS;
    }
    return result;
}

enum sys_status watch_set(struct watch **watch, const char *const *paths, size_t count,
                          struct sys_failure *why)
{
    struct watch *before = *watch, *now = NULL;
    enum sys_status status = SYS_OK;

    if (count > 0) {
        now = new_watch(paths, count);
        status =
            now == NULL ? failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY) : open_all(now, why);
    }
    /* The new watch begins before the old one ends, so that nothing is missed. */
    if (before != NULL) {
        /* Receives notifications that have already arrived. */
        SleepEx(0, TRUE);
        look(before);
    }
    if (now != NULL && before != NULL && before->changed) {
        note_change(now);
        now->changed_since = before->changed_since;
    }
    watch_end(before);
    *watch = now;
    return status;
}

static uint32_t until(ULONGLONG moment)
{
    ULONGLONG now = GetTickCount64();

    return moment <= now ? 0 : (uint32_t)(moment - now);
}

/* Milliseconds until the change counts as over (WATCH_QUIET_MS, WATCH_LONGEST_MS); 0: it is. */
static uint32_t until_over(const struct watch *watch)
{
    uint32_t quiet = until(watch->changed_at + WATCH_QUIET_MS);
    uint32_t longest = until(watch->changed_since + WATCH_LONGEST_MS);

    return quiet < longest ? quiet : longest;
}

uint32_t watch_delay(const struct watch *watch)
{
    uint32_t delay = UINT32_MAX;

    if (watch != NULL && watch->changed)
        delay = until_over(watch);
    if (watch != NULL && watch->lost && until(watch->again_at) < delay)
        delay = until(watch->again_at);
    if (watch != NULL && watch->look && until(watch->looked_at + WATCH_LOOK_MS) < delay)
        delay = until(watch->looked_at + WATCH_LOOK_MS);
    return delay;
}

/*
 * A folder of a server that does not answer keeps the call waiting, and the broker's thread with
 * it: the next round waits ten times as long.
 */
static uint32_t pause_after(ULONGLONG round_ms)
{
    const ULONGLONG pause = round_ms * 10;

    return pause < WATCH_AGAIN_MS  ? WATCH_AGAIN_MS
           : pause < AGAIN_MOST_MS ? (uint32_t)pause
                                   : AGAIN_MOST_MS;
}

/*
 * Retries folders that are not watched. One that opens counts as changed: its files may
 * have changed meanwhile. One whose former request is still pending waits for that.
 */
static void find_lost(struct watch *watch)
{
    const ULONGLONG begun = GetTickCount64();
    bool pending = false;
    size_t i;

    watch->lost = false;
    for (i = 0; i < watch->count; i++) {
        struct folder *folder = watch->folders[i];

        if (folder->handle != NULL)
            continue;
        if (folder->listening)
            pending = true;
        else if (open_folder(folder, NULL) == SYS_OK && folder->of_folders)
            want_look(folder); /* for changes that it could not notify of */
        else if (folder->handle != NULL)
            note_change(watch);
        watch->lost |= folder->handle == NULL && !folder->of_folders;
    }
    watch->again_at = GetTickCount64() + (pending ? END_MS : pause_after(GetTickCount64() - begun));
}

bool watch_changed(struct watch *watch)
{
    if (watch == NULL)
        return false;
    if (watch->look && until(watch->looked_at + WATCH_LOOK_MS) == 0)
        look(watch);
    if (watch->lost && until(watch->again_at) == 0)
        find_lost(watch);
    if (!watch->changed || until_over(watch) > 0)
        return false;
    watch->changed = false;
    return true;
}

void watch_forget(struct watch *watch)
{
    if (watch != NULL)
        watch->changed = false;
}

void watch_end(struct watch *watch)
{
    size_t i;

    if (watch == NULL)
        return;
    for (i = 0; i < watch->count; i++)
        end_folder(watch->folders[i]);
    free(watch->folders);
    free(watch);
}
