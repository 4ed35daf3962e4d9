/*
 * `initial` files are read with the configuration, so that `check` and a reload find what is
 * missing. What a forgiving start could not read is read again when the segment is made
 * (initial_content.c).
 */
#include "initial_files.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_text.h"
#include "patience.h"
#include "string_copy.h"

#define PATH_SHOWN   500 /* bytes of a path in a reason, so that SYS_TEXT_MAX has room */
#define REASON_SHOWN 200 /* bytes of the system's text in it */

/* The state of one initial_files_read. */
struct reading {
    const struct system *system;
    struct cfg_messages *messages;
    struct initial_files *out;
    uint64_t *total;
    bool forgiving;
    bool no_memory;
    uint32_t *patience;
};

void initial_files_free(struct initial_files *files)
{
    size_t i;

    for (i = 0; i < files->count; i++)
        free(files->contents[i]);
    free(files->contents);
    free(files->base);
    free(files->held);
    *files = (struct initial_files){0};
}

/* Adds a content, and owns it from now on. False: no memory; it is freed. */
static bool keep(struct reading *r, char *content)
{
    char **contents = realloc(r->out->contents, (r->out->count + 1) * sizeof(*contents));

    if (contents == NULL) {
        free(content);
        r->no_memory = true;
        return false;
    }
    r->out->contents = contents;
    contents[r->out->count++] = content;
    return true;
}

/*
 * Adds a warning if forgiving, else an error. Forgiving, because the file may appear later,
 * and because an existing segment does not need it.
 */
static void complain(const struct reading *r, const struct cfg_object *object, const char *format,
                     ...) SHMB_PRINTF(3, 4);
static void complain(const struct reading *r, const struct cfg_object *object, const char *format,
                     ...)
{
    va_list values;

    va_start(values, format);
    cfg_message_addv(r->messages, r->forgiving ? CFG_WARNING : CFG_ERROR,
                     &object->u.segment.initial->file_place, object->path, format, values);
    va_end(values);
}

/* The consequence, for a warning. */
static const char *later(const struct reading *r)
{
    return r->forgiving ? "; the segment is not created until this is fixed" : "";
}

static bool check_length(const struct reading *r, const struct cfg_object *object, const char *path,
                         size_t length)
{
    const struct cfg_segment *segment = &object->u.segment;

    if (length > segment->size)
        complain(r, object, "'%s' has %zu bytes, the segment only %llu; make the size larger%s",
                 path, length, (unsigned long long)segment->size, later(r));
    else if (length > INITIAL_ALL_MAX - *r->total)
        complain(r, object, "with '%s' the initial files have more than %u bytes in all%s", path,
                 INITIAL_ALL_MAX, later(r));
    else
        return true;
    return false;
}

/* Reports the failure of a call for the file. True: it succeeded. */
static bool succeeded(struct reading *r, const struct cfg_object *object, const char *path,
                      enum sys_status status, const struct sys_failure *why)
{
    char text[REPORT_FAILURE];

    if (status == SYS_NO_MEMORY) {
        r->no_memory = true;
    } else if (status != SYS_OK) {
        event_failure_text(why, text);
        complain(r, object, "'%s' cannot be read: %s%s", path, text, later(r));
    }
    return status == SYS_OK;
}

/* Reads a file; waits while another program holds it. */
static enum sys_status read_patiently(struct reading *r, const char *path, char **content,
                                      size_t *length, struct sys_failure *why)
{
    const struct system *system = r->system;
    enum sys_status status;
    uint64_t begun;

    do {
        begun = system->clock.ticks(system->self);
        status = system->files.read(system->self, path, INITIAL_ALL_MAX, content, length, why);
    } while (status == SYS_LATER && patience_again(system, begun, r->patience));
    if (status == SYS_LATER && r->out->held == NULL) {
        r->out->held_why = *why;
        r->out->held = string_copy(path);
        r->no_memory = r->no_memory || r->out->held == NULL;
    }
    return status;
}

static void read_content(struct reading *r, struct cfg_object *object, const char *path)
{
    struct cfg_initial *initial = object->u.segment.initial;
    struct sys_failure why = {0};
    char *content = NULL;
    size_t length = 0;
    enum sys_status status = read_patiently(r, path, &content, &length, &why);

    if (!succeeded(r, object, path, status, &why))
        return;
    if (!check_length(r, object, path, length)) {
        free(content);
    } else if (keep(r, content)) {
        *r->total += length;
        initial->bytes = (const uint8_t *)content;
        initial->length = length;
    }
}

static void fetch(struct reading *r, const char *base, struct cfg_object *object)
{
    const char *file = object->u.segment.initial->file;
    struct sys_failure why = {0};
    char *path = NULL;
    enum sys_status status =
        r->system->files.resolve_path(r->system->self, base, file, &path, &why);

    if (!succeeded(r, object, file, status, &why))
        return;
    r->system->progress(r->system->self);
    read_content(r, object, path);
    free(path);
}

/* Marks the content as unread. The path of the configuration file suffices to read it later. */
static void postpone(struct reading *r, const char *base, struct cfg_initial *initial)
{
    if (r->out->base == NULL)
        r->out->base = string_copy(base);
    initial->unread = r->out->base;
    r->no_memory = r->no_memory || initial->unread == NULL;
}

bool initial_files_read(const struct system *system, const char *base, struct cfg *part,
                        uint64_t *total, bool forgiving, uint32_t *patience,
                        struct cfg_messages *messages, struct initial_files *out)
{
    struct reading r = {system, messages, out, total, forgiving, false, patience};
    size_t i;

    *out = (struct initial_files){0};
    for (i = 0; i < part->count && !r.no_memory; i++) {
        struct cfg_object *object = &part->objects[i];

        if (object->kind != SHMB_SECTION || object->u.segment.initial == NULL ||
            object->u.segment.initial->file == NULL)
            continue;
        fetch(&r, base, object);
        if (object->u.segment.initial->bytes == NULL)
            postpone(&r, base, object->u.segment.initial);
    }
    return !r.no_memory;
}

/* The length of a text cut to `most` bytes, in whole characters. */
static int cut(const char *text, size_t most)
{
    size_t length = strlen(text);

    if (length <= most)
        return (int)length;
    while (most > 0 && ((unsigned char)text[most] & 0xC0) == 0x80)
        most--;
    return (int)most;
}

/* Copies a failure, with the path of the file in its text. */
static void name_file(const char *path, const struct sys_failure *failure, struct sys_failure *why)
{
    if (why == NULL)
        return;
    *why = *failure;
    (void)snprintf(why->text, sizeof(why->text), "'%.*s' cannot be read: %.*s",
                   cut(path, PATH_SHOWN), path, cut(failure->text, REASON_SHOWN), failure->text);
}

enum sys_status initial_file_read(const struct system *system, const struct cfg_segment *segment,
                                  char **content, size_t *length, struct sys_failure *why)
{
    struct sys_failure failure = {0};
    char *path;
    enum sys_status status = system->files.resolve_path(system->self, segment->initial->unread,
                                                        segment->initial->file, &path, &failure);

    *content = NULL;
    *length = 0;
    if (status != SYS_OK) {
        name_file(segment->initial->file, &failure, why);
        return status;
    }
    system->progress(system->self);
    status = system->files.read(system->self, path, INITIAL_ALL_MAX, content, length, &failure);
    if (status != SYS_OK) {
        name_file(path, &failure, why);
    } else if (*length > segment->size) {
        status =
            failure_reason(why, SYS_FAILED, "'%.*s' has %zu bytes, the segment only %llu",
                           cut(path, PATH_SHOWN), path, *length, (unsigned long long)segment->size);
        free(*content);
        *content = NULL;
    }
    free(path);
    return status;
}
