#include "initial_files.h"

#include <stdlib.h>

#include "report.h"

/* While reading. */
struct reading {
    const struct system *system;
    struct cfg_messages *messages;
    struct initial_files *out;
    uint64_t *total;
    bool no_memory;
};

void initial_files_free(struct initial_files *files)
{
    size_t i;

    for (i = 0; i < files->count; i++)
        free(files->contents[i]);
    free(files->contents);
    *files = (struct initial_files){0};
}

/* Takes `content` over. */
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

static bool check_length(const struct reading *r, const struct cfg_object *object, const char *path,
                         size_t length)
{
    const struct cfg_segment *segment = &object->u.segment;
    const struct cfg_place *place = &segment->initial.file_place;

    if (length > segment->size)
        cfg_message_add(r->messages, CFG_ERROR, place, object->path,
                        "'%s' has %zu bytes, the segment only %llu; make the size larger", path,
                        length, (unsigned long long)segment->size);
    else if (length > INITIAL_ALL_MAX - *r->total)
        cfg_message_add(r->messages, CFG_ERROR, place, object->path,
                        "with '%s' the files of initial have more than %llu bytes in all", path,
                        (unsigned long long)INITIAL_ALL_MAX);
    else
        return true;
    return false;
}

/* What became of a call about the file; true: go on. */
static bool succeeded(struct reading *r, const struct cfg_object *object, const char *path,
                      enum sys_status status, const struct sys_failure *why)
{
    char text[REPORT_FAILURE];

    if (status == SYS_NO_MEMORY) {
        r->no_memory = true;
    } else if (status != SYS_OK) {
        report_failure_text(why, text);
        cfg_message_add(r->messages, CFG_ERROR, &object->u.segment.initial.file_place, object->path,
                        "'%s' cannot be read: %s", path, text);
    }
    return status == SYS_OK;
}

static void read_content(struct reading *r, struct cfg_object *object, const char *path)
{
    struct cfg_initial *initial = &object->u.segment.initial;
    struct sys_failure why = {0};
    char *content = NULL;
    size_t length = 0;
    enum sys_status status =
        r->system->read_file(r->system->self, path, INITIAL_FILE_MAX, &content, &length, &why);

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
    const char *file = object->u.segment.initial.file;
    struct sys_failure why = {0};
    char *path = NULL;
    enum sys_status status = r->system->resolve_path(r->system->self, base, file, &path, &why);

    if (!succeeded(r, object, file, status, &why))
        return;
    r->system->progress(r->system->self);
    read_content(r, object, path);
    free(path);
}

bool initial_files_read(const struct system *system, const char *base, struct cfg *part,
                        uint64_t *total, struct cfg_messages *messages, struct initial_files *out)
{
    struct reading r = {system, messages, out, total, false};
    size_t i;

    *out = (struct initial_files){0};
    for (i = 0; i < part->count && !r.no_memory; i++) {
        struct cfg_object *object = &part->objects[i];

        if (object->kind == SHMB_SECTION && object->u.segment.initial.file != NULL)
            fetch(&r, base, object);
    }
    return !r.no_memory;
}
