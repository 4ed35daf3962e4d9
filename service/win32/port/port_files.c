/*
 * The port's files. Adds what the core does not know: in which folder the state and the copies
 * are, and whether configuration files have to be safe. The rest is done in files/.
 */
#include <stdlib.h>
#include <string.h>

#include "copy_files.h"
#include "expand.h"
#include "failure.h"
#include "files.h"
#include "names.h"
#include "orders.h"
#include "output_file.h"
#include "paths.h"
#include "port_internal.h"
#include "state_files.h"

static bool is_place(const struct port_candidate *candidate, const char *path)
{
    return shmb_name_same(path, strlen(path), candidate->place, strlen(candidate->place));
}

/* True if the candidate's own path was given, as that of the main file. */
static bool is_named(const struct port_candidate *candidate, const char *path)
{
    return candidate->path != NULL && strcmp(path, candidate->path) == 0;
}

static bool is_candidate(const struct port *port, const char *path)
{
    const struct port_candidate *candidate = port->host.candidate;

    return candidate != NULL && (is_named(candidate, path) || is_place(candidate, path));
}

static enum sys_status read_candidate(const struct port *port, size_t limit, char **content,
                                      size_t *length, struct sys_failure *why)
{
    const struct port_candidate *candidate = port->host.candidate;

    *content = NULL;
    *length = 0;
    if (candidate->length > limit)
        return failure_set(why, "ReadFile", ERROR_FILE_TOO_LARGE);
    *content = malloc(candidate->length + 1);
    if (*content == NULL)
        return failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    memcpy(*content, candidate->bytes, candidate->length);
    (*content)[candidate->length] = '\0';
    *length = candidate->length;
    return SYS_OK;
}

static enum sys_status do_read_file(void *self, const char *path, size_t limit, char **content,
                                    size_t *length, struct sys_failure *why)
{
    const struct port *port = self;

    if (is_candidate(port, path))
        return read_candidate(port, limit, content, length, why);
    /* One try: the core is patient itself, and makes its progress visible meanwhile. */
    return files_read_while(path, !port->host.any_file, limit, port_still_wanted, self, content,
                            length, why);
}

static enum sys_status do_resolve_path(void *self, const char *base, const char *path, char **out,
                                       struct sys_failure *why)
{
    const struct port *port = self;

    /* The main file has no base. */
    if (base == NULL && port->host.candidate != NULL && is_named(port->host.candidate, path))
        path = port->host.candidate->place;
    return expand_path(base, path, out, why);
}

static enum sys_status do_expand(void *self, const char *base, const char *pattern, char ***paths,
                                 size_t *count, struct sys_failure *why)
{
    const struct port *port = self;
    struct port_candidate *candidate = port->host.candidate;
    enum sys_status status =
        expand_pattern(base, pattern, !port->host.any_file,
                       candidate != NULL ? candidate->place : NULL, paths, count, why);
    size_t i;

    for (i = 0; status == SYS_OK && candidate != NULL && i < *count; i++)
        candidate->included = candidate->included || is_place(candidate, (*paths)[i]);
    return status;
}

char *port_state_folder(const struct port *port)
{
    return port->host.state != NULL ? paths_absolute(port->host.state) : paths_default_state();
}

static enum sys_status do_state_read(void *self, const char *name, size_t limit, char **content,
                                     size_t *length, struct sys_failure *why)
{
    char *folder = port_state_folder(self);
    enum sys_status status;

    *content = NULL;
    *length = 0;
    if (folder == NULL)
        return failure_set(why, "RegGetValueW", GetLastError());
    status = state_files_read(folder, name, limit, content, length, why);
    free(folder);
    return status;
}

static enum sys_status do_state_write(void *self, const char *name, const void *bytes,
                                      size_t length, struct sys_failure *why)
{
    char *folder = port_state_folder(self);
    enum sys_status status;

    if (folder == NULL)
        return failure_set(why, "RegGetValueW", GetLastError());
    status = state_files_write(folder, name, bytes, length, why);
    free(folder);
    return status;
}

static enum sys_status do_state_append(void *self, const char *name, const void *bytes,
                                       size_t length, bool flush, struct sys_failure *why)
{
    char *folder = port_state_folder(self);
    enum sys_status status;

    if (folder == NULL)
        return failure_set(why, "RegGetValueW", GetLastError());
    status = state_files_append(folder, name, bytes, length, flush, why);
    free(folder);
    return status;
}

/* The folder of the copies; freed with free(). Below the state folder if the host sets that. */
static char *copies_folder(const struct port *port)
{
    static const char tail[] = "\\keep";
    char *state, *folder;

    if (port->host.state == NULL)
        return paths_default_keep();
    state = port_state_folder(port);
    folder = state != NULL ? malloc(strlen(state) + sizeof(tail)) : NULL;
    if (folder != NULL) {
        strcpy(folder, state);
        strcat(folder, tail);
    }
    free(state);
    return folder;
}

/* For what a stop must not end. */
static bool show_progress(void *self)
{
    (void)port_still_wanted(self);
    return true;
}

static enum sys_status do_copy_read(void *self, const char *name, size_t limit, bool stoppable,
                                    char **content, size_t *length, struct sys_failure *why)
{
    struct port *port = self;
    char *folder = copies_folder(port);
    enum sys_status status;

    *content = NULL;
    *length = 0;
    if (folder == NULL)
        return failure_set(why, "RegGetValueW", GetLastError());
    status = copy_files_read(folder, name, limit, stoppable ? port_still_wanted : show_progress,
                             port, content, length, why);
    free(folder);
    return status;
}

static enum sys_status do_copy_create(void *self, const char *name, struct sys_copy **out,
                                      struct sys_failure *why)
{
    char *folder = copies_folder(self);
    enum sys_status status;

    *out = NULL;
    if (folder == NULL)
        return failure_set(why, "RegGetValueW", GetLastError());
    status = copy_files_create(folder, name, out, why);
    free(folder);
    return status;
}

static enum sys_status do_copy_write(void *self, struct sys_copy *copy, const void *bytes,
                                     size_t length, struct sys_failure *why)
{
    (void)self;
    return copy_files_write(copy, bytes, length, why);
}

static enum sys_status do_copy_flush(void *self, struct sys_copy *copy, struct sys_failure *why)
{
    (void)self;
    return copy_files_flush(copy, why);
}

static void do_copy_close(void *self, struct sys_copy *copy)
{
    (void)self;
    copy_files_close(copy);
}

static void do_copy_discard(void *self, struct sys_copy *copy)
{
    (void)self;
    copy_files_discard(copy);
}

static enum sys_status do_copy_settle(void *self, const char *name, struct sys_failure *why)
{
    char *folder = copies_folder(self);
    enum sys_status status;

    if (folder == NULL)
        return failure_set(why, "RegGetValueW", GetLastError());
    status = copy_files_settle(folder, name, why);
    free(folder);
    return status;
}

static enum sys_status do_copy_rename(void *self, const char *from, const char *to,
                                      struct sys_failure *why)
{
    char *folder = copies_folder(self);
    enum sys_status status;

    if (folder == NULL)
        return failure_set(why, "RegGetValueW", GetLastError());
    status = copy_files_rename(folder, from, to, why);
    free(folder);
    return status;
}

static enum sys_status do_output_write(void *self, const char *path, const void *bytes,
                                       size_t length, bool wait, struct sys_failure *why)
{
    const struct port *port = self;

    return output_file_write(path, !port->host.any_file, bytes, length, wait, why);
}

static enum sys_status do_output_remove(void *self, const char *path, struct sys_failure *why)
{
    const struct port *port = self;

    return output_file_remove(path, !port->host.any_file, why);
}

static enum sys_status do_watch(void *self, const char *const *paths, size_t count,
                                struct sys_failure *why)
{
    struct port *port = self;

    return watch_set(&port->watch, paths, count, why);
}

static enum sys_status do_recreate_names(void *self, char ***names, size_t *count,
                                         struct sys_failure *why)
{
    const struct port *port = self;

    *names = NULL;
    *count = 0;
    return port->host.recreate ? recreate_take(names, count, why) : SYS_OK;
}

void port_files(struct system *out)
{
    out->files.read = do_read_file;
    out->files.resolve_path = do_resolve_path;
    out->files.expand = do_expand;
    out->files.state_read = do_state_read;
    out->files.state_write = do_state_write;
    out->files.state_append = do_state_append;
    out->copies.read = do_copy_read;
    out->copies.create = do_copy_create;
    out->copies.write = do_copy_write;
    out->copies.flush = do_copy_flush;
    out->copies.close = do_copy_close;
    out->copies.discard = do_copy_discard;
    out->copies.settle = do_copy_settle;
    out->copies.rename = do_copy_rename;
    out->files.watch = do_watch;
    out->outputs.write = do_output_write;
    out->outputs.remove = do_output_remove;
    out->recreate_names = do_recreate_names;
}
