/*
 * A port above the real one: config_files_read runs as usual, but gets the stored bytes of each
 * stored file, and the stored files for any include.
 */
#include "last_good.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "patience.h"
#include "string_copy.h"
#include "text.h"

/* The format: HEAD; for each file "length path\n", its bytes and "\n"; "end\n". */
#define HEAD     "shmbroker-last-good 1\n"
#define FILE_MAX (256u * 1024 * 1024)

#define PATIENCE_MS 10000u

struct saved_file {
    const char *path, *bytes; /* within the content */
    size_t length;
};

struct last_good {
    struct system port;        /* what last_good_port returns */
    struct system instead;     /* what last_good_instead returns */
    size_t used;               /* how often `instead` has given stored files */
    const struct system *real; /* the port below it */
    char *content;
    struct saved_file files[CONFIG_FILES_MAX];
    size_t count;
};

/* Adds bytes, which may be more than the precision of printf takes. */
static void add_bytes(struct text *out, const char *bytes, size_t length)
{
    while (length > 0) {
        int part = length > 4096 ? 4096 : (int)length;

        text_add(out, "%.*s", part, bytes);
        bytes += part;
        length -= (size_t)part;
    }
}

/* Stores paths as absolute: a later start may have another current folder. */
static enum sys_status add_file(const struct system *system, const struct config_file *file,
                                struct text *out, struct sys_failure *why)
{
    char *path;
    enum sys_status status = system->files.resolve_path(system->self, NULL, file->path, &path, why);

    if (status != SYS_OK)
        return status;
    text_add(out, "%zu %s\n", file->length, path);
    add_bytes(out, file->bytes, file->length);
    text_add(out, "\n");
    free(path);
    return SYS_OK;
}

enum sys_status last_good_save(const struct system *system, const struct config_files *config,
                               struct sys_failure *why)
{
    struct text all = {0};
    enum sys_status status = SYS_OK;
    size_t i;

    text_add(&all, HEAD);
    for (i = 0; i < config->count && status == SYS_OK; i++) {
        const struct config_file *file = &config->files[i];

        /* The bytes contain no NUL: a file with a NUL is invalid and not in use. */
        if (file->bytes != NULL && !file->left_out)
            status = add_file(system, file, &all, why);
    }
    text_add(&all, "end\n");
    if (status == SYS_OK && all.failed)
        status = failure_no_memory(why);
    if (status == SYS_OK)
        status = system->files.state_write(system->self, LAST_GOOD_FILE, all.at, all.length, why);
    text_free(&all);
    return status;
}

/* Finds the files in the content. False: it is damaged. */
static bool take_apart(struct last_good *last, char *at, char *end)
{
    while (end - at > 4 && strncmp(at, "end\n", 4) != 0) {
        struct saved_file *file = &last->files[last->count];
        char *path, *line;
        /*
         * The content ends with a line feed (last_good_open checks it), so strtoul stops within it.
         */
        size_t length = strtoul(at, &path, 10);

        line = memchr(at, '\n', (size_t)(end - at));
        /* The file may be damaged: the length is compared with what is left before it is used. */
        if (last->count == CONFIG_FILES_MAX || line == NULL || *path != ' ' ||
            length >= (size_t)(end - line) - 1 || line[1 + length] != '\n')
            return false;
        *line = '\0';
        *file = (struct saved_file){.path = path + 1, .bytes = line + 1, .length = length};
        last->count++;
        at = line + length + 2;
    }
    return last->count > 0 && end - at == 4 && strncmp(at, "end\n", 4) == 0;
}

static const struct saved_file *find(const struct last_good *last, const char *path)
{
    size_t i;

    for (i = 0; i < last->count; i++)
        if (strcmp(last->files[i].path, path) == 0)
            return &last->files[i];
    return NULL;
}

/* The functions of the port; `self` is the struct last_good. */
static enum sys_status read_file(void *self, const char *path, size_t limit, char **content,
                                 size_t *length, struct sys_failure *why)
{
    const struct last_good *last = self;
    const struct saved_file *file = find(last, path);

    if (file == NULL)
        return last->real->files.read(last->real->self, path, limit, content, length, why);
    *length = 0;
    *content = malloc(file->length + 1);
    if (*content == NULL)
        return failure_no_memory(why);
    memcpy(*content, file->bytes, file->length);
    *length = file->length;
    return SYS_OK;
}

static enum sys_status resolve_path(void *self, const char *base, const char *path, char **out,
                                    struct sys_failure *why)
{
    const struct system *real = ((const struct last_good *)self)->real;

    return real->files.resolve_path(real->self, base, path, out, why);
}

static void free_paths(char **paths, size_t count)
{
    while (count-- > 0)
        free(paths[count]);
    free(paths);
}

/* Returns all stored files for any pattern: all patterns together matched exactly these. */
static enum sys_status expand(void *self, const char *base, const char *pattern, char ***paths,
                              size_t *count, struct sys_failure *why)
{
    const struct last_good *last = self;
    size_t i;

    (void)base;
    (void)pattern;
    *count = 0;
    *paths = calloc(last->count, sizeof(**paths));
    if (*paths == NULL)
        return failure_no_memory(why);
    /* files[0] is the main file. */
    for (i = 1; i < last->count; i++) {
        (*paths)[i - 1] = string_copy(last->files[i].path);
        if ((*paths)[i - 1] == NULL) {
            free_paths(*paths, i - 1);
            *paths = NULL;
            return failure_no_memory(why);
        }
    }
    *count = last->count - 1;
    if (*count == 0) {
        free(*paths);
        *paths = NULL;
    }
    return SYS_OK;
}

/* The same of the port that prefers the current files. */
static enum sys_status read_current(void *self, const char *path, size_t limit, char **content,
                                    size_t *length, struct sys_failure *why)
{
    struct last_good *last = self;
    const struct system *real = last->real;
    enum sys_status status = real->files.read(real->self, path, limit, content, length, why);
    char *absolute;

    if (status != SYS_LATER)
        return status;
    /* The main file may be named by a relative path. */
    if (real->files.resolve_path(real->self, NULL, path, &absolute, NULL) != SYS_OK)
        return status;
    if (find(last, absolute) != NULL) {
        status = read_file(self, absolute, limit, content, length, why);
        last->used++;
    }
    free(absolute);
    return status;
}

static enum sys_status expand_current(void *self, const char *base, const char *pattern,
                                      char ***paths, size_t *count, struct sys_failure *why)
{
    struct last_good *last = self;
    const struct system *real = last->real;
    enum sys_status status = real->files.expand(real->self, base, pattern, paths, count, why);

    if (status != SYS_LATER)
        return status;
    last->used++;
    return expand(self, base, pattern, paths, count, why);
}

static void progress(void *self)
{
    const struct system *real = ((const struct last_good *)self)->real;

    real->progress(real->self);
}

static bool stopping(void *self)
{
    const struct system *real = ((const struct last_good *)self)->real;

    return real->stopping(real->self);
}

static uint64_t ticks(void *self)
{
    const struct system *real = ((const struct last_good *)self)->real;

    return real->clock.ticks(real->self);
}

static void pause_ms(void *self, uint32_t ms)
{
    const struct system *real = ((const struct last_good *)self)->real;

    real->clock.pause(real->self, ms);
}

/* Reads the stored files as one; waits while another program holds the file. */
static enum sys_status read_patiently(const struct system *system, char **content, size_t *length,
                                      struct sys_failure *why)
{
    uint32_t patience = PATIENCE_MS;
    enum sys_status status;
    uint64_t begun;

    do {
        begun = system->clock.ticks(system->self);
        status =
            system->files.state_read(system->self, LAST_GOOD_FILE, FILE_MAX, content, length, why);
    } while (status == SYS_LATER && patience_again(system, begun, &patience));
    return status;
}

enum sys_status last_good_open(const struct system *system, struct last_good **out,
                               struct sys_failure *why)
{
    struct last_good *last = calloc(1, sizeof(*last));
    size_t length, head = strlen(HEAD);
    enum sys_status status;

    *out = NULL;
    if (last == NULL)
        return failure_no_memory(why);
    status = read_patiently(system, &last->content, &length, why);
    last->real = system;
    /* Only what reading a configuration calls. */
    last->port = (struct system){.self = last,
                                 .files.read = read_file,
                                 .files.resolve_path = resolve_path,
                                 .files.expand = expand,
                                 .clock.ticks = ticks,
                                 .clock.pause = pause_ms,
                                 .progress = progress,
                                 .stopping = stopping};
    last->instead = last->port;
    last->instead.files.read = read_current;
    last->instead.files.expand = expand_current;
    if (status == SYS_OK && (length < head + 4 || memcmp(last->content, HEAD, head) != 0 ||
                             last->content[length - 1] != '\n' ||
                             !take_apart(last, last->content + head, last->content + length)))
        status = SYS_NOT_FOUND;
    if (status == SYS_OK) {
        *out = last;
        return SYS_OK;
    }
    last_good_free(last);
    return status;
}

void last_good_free(struct last_good *last)
{
    if (last == NULL)
        return;
    free(last->content);
    free(last);
}

const struct system *last_good_port(const struct last_good *last)
{
    return &last->port;
}

const struct system *last_good_instead(struct last_good *last)
{
    return &last->instead;
}

size_t last_good_used(const struct last_good *last)
{
    return last->used;
}

const char *last_good_main(const struct last_good *last)
{
    return last->files[0].path;
}
