/*
 * A file is replaced by renaming another one, so it is whole at any time. The copy of the former
 * comes first: until the rename both names have it.
 */
#include "config_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beside.h"
#include "descriptors.h"
#include "failure.h"
#include "file_check.h"
#include "files.h"
#include "held.h"
#include "load.h"
#include "secure_folder.h"
#include "wide.h"

#define WIDE_OF(text) L##text
#define WIDE(text)    WIDE_OF(text)
#define FRESH         WIDE(BESIDE_NEW)

/* `path` and `tail`, freed with free(). NULL: no memory. */
static char *with_tail(const char *path, const char *tail)
{
    size_t size = strlen(path) + strlen(tail) + 1;
    char *joined = malloc(size);

    if (joined != NULL)
        (void)snprintf(joined, size, "%s%s", path, tail);
    return joined;
}

/* ---- the lock ---------------------------------------------------------------- */

/* A file that only one process can have open; Windows deletes it when that one ends. */
static enum sys_status take_lock(struct config_place *place, const char *main,
                                 struct sys_failure *why)
{
    char *path = with_tail(main, BESIDE_LOCK);
    wchar_t *wide = path != NULL ? wide_from_utf8(path) : NULL;
    struct sys_descriptor *descriptor = NULL;
    SECURITY_ATTRIBUTES attributes;
    enum sys_status status = SYS_OK;
    DWORD code;

    if (wide == NULL)
        status = failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    if (status == SYS_OK)
        status = descriptors_make(SECURE_FILE_CONFIG, &descriptor, why);
    if (status == SYS_OK) {
        attributes = descriptors_attributes(descriptor);
        place->lock = held_open(wide, GENERIC_WRITE | DELETE, 0, &attributes, OPEN_ALWAYS,
                                FILE_ATTRIBUTE_HIDDEN | FILE_FLAG_DELETE_ON_CLOSE |
                                    FILE_FLAG_OPEN_REPARSE_POINT,
                                FILES_PATIENCE_MS);
        if (place->lock == INVALID_HANDLE_VALUE) {
            code = GetLastError();
            place->lock = NULL;
            place->busy = held_is(code);
            status = held_failure(wide, "CreateFileW", code, why);
        }
        descriptors_free(descriptor);
    }
    free(wide);
    free(path);
    return status;
}

/* ---- what is there ------------------------------------------------------------ */

static enum sys_status look(struct config_place *place, struct sys_failure *why)
{
    enum sys_status status = files_read(place->path, CFG_FILE_MAX, FILES_PATIENCE_MS,
                                        &place->content, &place->length, why);

    if (status == SYS_NOT_FOUND)
        return SYS_OK;
    place->safe =
        status == SYS_OK && (!place->check || file_check_file(place->path, NULL) == SYS_OK);
    return status;
}

/* The name of a file may have a stream behind a colon, which is no file by itself. */
static bool is_stream(const char *path)
{
    const char *name = strrchr(path, '\\');

    return name != NULL && strchr(name, ':') != NULL;
}

enum sys_status config_place_open(const char *path, bool check, const char *main,
                                  struct config_place *out, struct sys_failure *why)
{
    enum sys_status status;

    *out = (struct config_place){.check = check};
    out->path = _strdup(path);
    out->former_path = with_tail(path, BESIDE_FORMER);
    if (out->path == NULL || out->former_path == NULL)
        return failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    if (is_stream(path))
        return failure_say(why, SYS_FAILED, NULL, 0, "this is a stream of a file");
    status = own_files_beside(out->path, FRESH, &out->file, why);
    if (status == SYS_OK)
        status = own_files_beside(out->former_path, FRESH, &out->former, why);
    if (status == SYS_OK && check)
        status = file_check_way(out->path, why);
    if (status == SYS_OK && main != NULL)
        status = take_lock(out, main, why);
    if (status == SYS_OK)
        status = look(out, why);
    out->file.sddl = SECURE_FILE_CONFIG;
    out->former.sddl = SECURE_FILE_CONFIG;
    return status;
}

void config_place_close(struct config_place *place)
{
    if (place->lock != NULL)
        CloseHandle(place->lock);
    own_files_leave(&place->file);
    own_files_leave(&place->former);
    free(place->content);
    free(place->former_path);
    free(place->path);
    *place = (struct config_place){0};
}

static bool same(const char *content, size_t size, const void *bytes, size_t length)
{
    return content != NULL && size == length && memcmp(content, bytes, length) == 0;
}

bool config_place_has(const struct config_place *place, const void *bytes, size_t length)
{
    return place->safe && same(place->content, place->length, bytes, length);
}

bool config_place_still_has(const struct config_place *place, const void *bytes, size_t length)
{
    struct sys_failure why;
    char *content = NULL;
    size_t size = 0;
    enum sys_status status =
        files_read(place->path, CFG_FILE_MAX, FILES_PATIENCE_MS, &content, &size, &why);
    bool still = status != SYS_OK ? status != SYS_NOT_FOUND : same(content, size, bytes, length);

    free(content);
    return still;
}

/* ---- replacing it --------------------------------------------------------------- */

/*
 * Windows says "access denied" where another program has the file open without sharing its
 * deletion. An open for that tells the two apart.
 */
static enum sys_status explain(const wchar_t *path, enum sys_status status, struct sys_failure *why)
{
    HANDLE file;
    DWORD code;

    if (status == SYS_OK || (why->code != ERROR_ACCESS_DENIED && !held_is(why->code)))
        return status;
    file = CreateFileW(path, DELETE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                       OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    code = file == INVALID_HANDLE_VALUE ? held_open_code() : why->code;
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    return held_is(code) ? held_failure(path, "MoveFileExW", code, why) : status;
}

/* Windows does not rename a file to the name of one that is read-only. */
static enum sys_status check_writable(const wchar_t *path, struct sys_failure *why)
{
    DWORD attributes = GetFileAttributesW(path);
    enum sys_status status;
    char *name;

    if (attributes == INVALID_FILE_ATTRIBUTES || (attributes & FILE_ATTRIBUTE_READONLY) == 0)
        return SYS_OK;
    name = wide_to_utf8(path);
    status = failure_say(why, SYS_DENIED, NULL, 0, "it is read-only; attrib -r \"%s\"",
                         name != NULL ? name : "FILE");
    free(name);
    return status;
}

static enum sys_status replace(const struct own_files *file, const void *bytes, size_t length,
                               struct sys_failure *why)
{
    return explain(file->path, own_files_replace(file, bytes, length, true, why), why);
}

enum sys_status config_place_put(struct config_place *place, const void *bytes, size_t length,
                                 struct sys_failure *why)
{
    enum sys_status status = check_writable(place->file.path, why);

    if (status == SYS_OK && place->content != NULL)
        status = check_writable(place->former.path, why);
    if (status == SYS_OK && place->content != NULL)
        status = replace(&place->former, place->content, place->length, why);
    return status == SYS_OK ? replace(&place->file, bytes, length, why) : status;
}

enum sys_status config_place_restore(struct config_place *place, struct sys_failure *why)
{
    const struct own_files *file = &place->file;

    if (place->content != NULL)
        return explain(file->path, own_files_rename(place->former.path, file->path, why), why);
    if (DeleteFileW(file->path) || GetLastError() == ERROR_FILE_NOT_FOUND)
        return SYS_OK;
    return held_failure(file->path, "DeleteFileW", GetLastError(), why);
}
