/*
 * Configuration files and the files of the state.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_internal.h"
#include "pattern.h"

struct hold {
    char *name;
    uint64_t until; /* ticks */
};

static bool is_held(const struct fake *fake, const char *name)
{
    const struct hold *holds = fake->holds.at;
    size_t i;

    for (i = 0; i < fake->holds.count; i++)
        if (strcmp(holds[i].name, name) == 0 && fake->ticks < holds[i].until)
            return true;
    return false;
}

static enum sys_status read_file(void *self, const char *path, size_t limit, char **content,
                                 size_t *length, struct sys_failure *why)
{
    struct fake *fake = self;
    const char *text = fake_value(&fake->files, path);
    enum sys_status status;

    fake_busy++;
    *content = NULL;
    *length = 0;
    status = fake_called(fake, FAKE_READ_FILE, path);
    if (status == SYS_OK && is_held(fake, path))
        status = SYS_LATER;
    if (status == SYS_OK && text == NULL)
        status = SYS_NOT_FOUND;
    if (status == SYS_OK && strlen(text) > limit)
        status = SYS_FAILED;
    if (status != SYS_OK)
        return fake_refuse(fake, status, "CreateFileW", why);
    *length = strlen(text);
    *content = malloc(*length + 1); /* not terminated, exactly as long as it says */
    assert_non_null(*content);
    memcpy(*content, text, *length);
    return fake_done();
}

/* Only what the tests need: no "..", no drive without a folder. */
static char *absolute(const char *base, const char *path)
{
    size_t folder = base != NULL ? (size_t)(pattern_last_part(base) - base) : 0;
    size_t size = folder + strlen(path) + sizeof("C:\\here\\");
    bool is_absolute = path[0] != '\0' && path[1] == ':';
    char *made = malloc(size);

    assert_non_null(made);
    if (is_absolute)
        (void)snprintf(made, size, "%s", path);
    else if (base == NULL)
        (void)snprintf(made, size, "C:\\here\\%s", path);
    else
        (void)snprintf(made, size, "%.*s%s", (int)folder, base, path);
    return made;
}

static enum sys_status resolve_path(void *self, const char *base, const char *path, char **out,
                                    struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    *out = NULL;
    status = fake_called(fake, FAKE_RESOLVE_PATH, path);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "GetFullPathNameW", why);
    *out = absolute(base, path);
    return fake_done();
}

/* True for a file in the folder of the pattern whose name it means. */
static bool is_meant(const char *pattern, const char *path)
{
    const char *name = pattern_last_part(path);
    size_t folder = (size_t)(pattern_last_part(pattern) - pattern);

    return (size_t)(name - path) == folder && strncmp(path, pattern, folder) == 0 &&
           pattern_match(pattern + folder, name);
}

static int compare_paths(const void *a, const void *b)
{
    return pattern_compare(*(char *const *)a, *(char *const *)b);
}

static char **matches(const struct fake *fake, char *pattern, size_t *count)
{
    const struct pair *files = fake->files.at;
    char **paths = calloc(fake->files.count + 1, sizeof(*paths));
    size_t i;

    assert_non_null(paths);
    if (!pattern_has_wildcard(pattern)) {
        paths[(*count)++] = fake_text(pattern);
        return paths;
    }
    for (i = 0; i < fake->files.count; i++)
        if (is_meant(pattern, files[i].key) &&
            fake_value(&fake->files, files[i].key) == files[i].value)
            paths[(*count)++] = fake_text(files[i].key);
    qsort(paths, *count, sizeof(*paths), compare_paths);
    return paths;
}

static enum sys_status expand(void *self, const char *base, const char *pattern, char ***paths,
                              size_t *count, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;
    char *whole;

    fake_busy++;
    *paths = NULL;
    *count = 0;
    assert_non_null(base);
    assert_null(pattern_fault(pattern, strlen(pattern), true));
    status = fake_called(fake, FAKE_EXPAND, pattern);
    if (status == SYS_OK && is_held(fake, pattern))
        status = SYS_LATER;
    if (status != SYS_OK)
        return fake_refuse(fake, status, "FindFirstFileExW", why);
    whole = absolute(base, pattern);
    *paths = matches(fake, whole, count);
    free(whole);
    if (*count == 0) {
        free(*paths);
        *paths = NULL;
    }
    return fake_done();
}

static enum sys_status state_read(void *self, const char *name, size_t limit, char **content,
                                  size_t *length, struct sys_failure *why)
{
    struct fake *fake = self;
    const char *text = fake_value(&fake->state_files, name);
    enum sys_status status;

    fake_busy++;
    *content = NULL;
    *length = 0;
    status = fake_called(fake, FAKE_STATE_READ, name);
    if (status == SYS_OK && is_held(fake, name))
        status = SYS_LATER;
    if (status == SYS_OK && text == NULL)
        status = SYS_NOT_FOUND;
    if (status == SYS_OK && strlen(text) > limit)
        status = SYS_FAILED;
    if (status != SYS_OK)
        return fake_refuse(fake, status, "CreateFileW", why);
    *length = strlen(text);
    *content = malloc(*length + 1);
    assert_non_null(*content);
    memcpy(*content, text, *length);
    return fake_done();
}

static enum sys_status put_state(struct fake *fake, const char *name, const char *before,
                                 const void *bytes, size_t length)
{
    size_t had = strlen(before);
    char *text = malloc(had + length + 1);

    assert_non_null(text);
    memcpy(text, before, had);
    memcpy(text + had, bytes, length);
    text[had + length] = '\0';
    fake_state_file(fake, name, text);
    free(text);
    return fake_done();
}

static enum sys_status state_write(void *self, const char *name, const void *bytes, size_t length,
                                   struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    status = fake_called(fake, FAKE_STATE_WRITE, name);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "WriteFile", why);
    return put_state(fake, name, "", bytes, length);
}

static enum sys_status state_append(void *self, const char *name, const void *bytes, size_t length,
                                    bool flush, struct sys_failure *why)
{
    struct fake *fake = self;
    const char *text = fake_value(&fake->state_files, name);
    enum sys_status status;

    fake_busy++;
    status = fake_called(fake, FAKE_STATE_APPEND, name);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "WriteFile", why);
    fake->flushed = flush;
    return put_state(fake, name, text != NULL ? text : "", bytes, length);
}

static enum sys_status watch(void *self, const char *const *paths, size_t count,
                             struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    status = fake_called(fake, FAKE_WATCH, count > 0 ? paths[0] : "");
    return status != SYS_OK ? fake_refuse(fake, status, "ReadDirectoryChangesW", why) : fake_done();
}

static enum sys_status recreate_names(void *self, char ***names, size_t *count,
                                      struct sys_failure *why)
{
    struct fake *fake = self;
    struct pair *pairs = fake->anew.at;
    enum sys_status status;
    size_t i;

    fake_busy++;
    *names = NULL;
    *count = 0;
    status = fake_called(fake, FAKE_RECREATE_NAMES, "");
    if (status != SYS_OK)
        return fake_refuse(fake, status, "RegQueryValueExW", why);
    if (fake->anew.count > 0) {
        *names = calloc(fake->anew.count, sizeof(char *));
        assert_non_null(*names);
    }
    for (i = 0; i < fake->anew.count; i++) {
        (*names)[(*count)++] = fake_text(pairs[i].key);
        free(pairs[i].key);
        free(pairs[i].value);
    }
    fake->anew.count = 0;
    return fake_done();
}

void fake_file(struct fake *fake, const char *path, const char *text)
{
    fake_add_pair(&fake->files, path, text);
}

void fake_hold(struct fake *fake, const char *name, uint32_t ms)
{
    struct hold *hold = fake_add(&fake->holds, sizeof(*hold));

    hold->name = fake_text(name);
    hold->until = ms == UINT32_MAX ? UINT64_MAX : fake->ticks + ms;
}

void fake_free_holds(struct fake *fake)
{
    struct hold *holds = fake->holds.at;
    size_t i;

    for (i = 0; i < fake->holds.count; i++)
        free(holds[i].name);
    free(holds);
}

void fake_file_gone(struct fake *fake, const char *path)
{
    struct pair *files = fake->files.at;
    size_t i;

    for (i = 0; i < fake->files.count; i++)
        if (strcmp(files[i].key, path) == 0)
            files[i].key[0] = '\0';
}

const char *fake_file_text(const struct fake *fake, const char *path)
{
    return fake_value(&fake->files, path);
}

static enum sys_status output_write(void *self, const char *path, const void *bytes, size_t length,
                                    bool wait, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;
    char *text;

    fake_busy++;
    status = fake_called(fake, FAKE_OUTPUT_WRITE, path);
    if (status != SYS_OK) {
        if (wait)
            fake->ticks += 2000;
        return fake_refuse(fake, status, "WriteFile", why);
    }
    text = malloc(length + 1);
    assert_non_null(text);
    memcpy(text, bytes, length);
    text[length] = '\0';
    fake_file_gone(fake, path);
    fake_file(fake, path, text);
    free(text);
    return fake_done();
}

static enum sys_status output_remove(void *self, const char *path, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    status = fake_called(fake, FAKE_OUTPUT_REMOVE, path);
    if (status == SYS_OK && fake_file_text(fake, path) == NULL)
        status = SYS_NOT_FOUND;
    if (status != SYS_OK)
        return fake_refuse(fake, status, "DeleteFileW", why);
    fake_file_gone(fake, path);
    return fake_done();
}

void fake_state_file(struct fake *fake, const char *name, const char *text)
{
    struct pair *pairs = fake->state_files.at;
    size_t i;

    for (i = 0; i < fake->state_files.count; i++) {
        if (strcmp(pairs[i].key, name) != 0)
            continue;
        text = text != NULL ? fake_text(text) : NULL;
        free(pairs[i].value);
        pairs[i].value = (char *)(uintptr_t)text;
        return;
    }
    if (text != NULL)
        fake_add_pair(&fake->state_files, name, text);
}

const char *fake_state_text(const struct fake *fake, const char *name)
{
    return fake_value(&fake->state_files, name);
}

bool fake_state_flushed(const struct fake *fake)
{
    return fake->flushed;
}

void fake_anew(struct fake *fake, const char *name)
{
    fake_add_pair(&fake->anew, name, "");
}

void fake_files_port(struct system *port)
{
    port->files.read = read_file;
    port->files.resolve_path = resolve_path;
    port->files.expand = expand;
    port->files.state_read = state_read;
    port->files.state_write = state_write;
    port->files.state_append = state_append;
    port->files.watch = watch;
    port->outputs.write = output_write;
    port->outputs.remove = output_remove;
    port->recreate_names = recreate_names;
}
