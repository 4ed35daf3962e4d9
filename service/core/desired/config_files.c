/*
 * Reads the main file, then its includes in their order, and merges all parts (config/merge.h). A
 * forgiving read only marks a file with errors as left out, and the merge goes on without it. A
 * lack of memory is noted in `no_memory` and ends every loop.
 */
#include "config_files.h"

#include <stdlib.h>
#include <string.h>

#include "event_text.h"
#include "merge.h"
#include "names.h"
#include "patience.h"
#include "pattern.h"
#include "string_copy.h"

#define MISSING_MS 1000u /* an editor that saves has given the file its name again by then */

/* The state of one config_files_read. */
struct reading {
    const struct system *system;
    struct cfg_messages *messages;
    struct config_files *out;
    char *base; /* absolute path of the main file */
    bool forgiving;
    bool no_memory;
    uint32_t patience, missing; /* milliseconds left for files that are held, or missing */
};

static void free_file(struct config_file *file)
{
    cfg_free(file->part);
    cfg_free(file->faulty);
    initial_files_free(&file->initial);
    free(file->bytes);
    free(file->path);
}

void config_files_forget_contents(struct config_files *config)
{
    size_t i;

    for (i = 0; i < config->count; i++) {
        free(config->files[i].bytes);
        config->files[i].bytes = NULL;
    }
}

void config_files_free(struct config_files *config)
{
    size_t i;

    cfg_free(config->whole);
    for (i = 0; i < config->count; i++)
        free_file(&config->files[i]);
    free(config->files);
    free(config->held.path);
    *config = (struct config_files){0};
}

/* Adds an entry for a file. NULL: no memory. Pointers to other entries become invalid. */
static struct config_file *add_file(struct reading *r, const char *path)
{
    struct config_files *all = r->out;
    struct config_file *file;

    if (all->count == all->capacity) {
        size_t capacity = all->capacity == 0 ? 8 : all->capacity * 2;

        file = realloc(all->files, capacity * sizeof(*file));
        if (file == NULL) {
            r->no_memory = true;
            return NULL;
        }
        all->files = file;
        all->capacity = capacity;
    }
    file = &all->files[all->count];
    *file = (struct config_file){.path = string_copy(path)};
    if (file->path == NULL) {
        r->no_memory = true;
        return NULL;
    }
    all->count++;
    return file;
}

/* Notes a file that another program holds. */
static void note_held(struct reading *r, const char *path, const struct sys_failure *why)
{
    struct config_held *held = &r->out->held;

    if (held->count++ > 0)
        return;
    held->why = *why;
    held->path = string_copy(path);
    r->no_memory = r->no_memory || held->path == NULL;
}

/* Adds the error that a file cannot be read, at the place that names it. */
static void say_failure(struct reading *r, const struct cfg_place *place, const char *object,
                        const char *path, const struct sys_failure *why)
{
    char text[REPORT_FAILURE];

    event_failure_text(why, text);
    cfg_message_add(r->messages, CFG_ERROR, place, object, "'%s' cannot be read: %s", path, text);
}

/* Parses a file, and reads its `initial` files. Sets `part`; NULL: the file has errors. */
static void load(struct reading *r, struct config_file *file, const char *base, bool main)
{
    size_t before = r->messages->errors;
    enum cfg_result result = cfg_load_faulty(file->path, file->bytes, file->length, r->messages,
                                             &file->part, &file->faulty);

    if (result == CFG_NO_MEMORY)
        r->no_memory = true;
    if (result != CFG_OK)
        return;
    if (!main)
        (void)cfg_may_include(file->part, r->messages);
    if (!initial_files_read(r->system, base, file->part, &r->out->initial, r->forgiving,
                            &r->patience, r->messages, &file->initial))
        r->no_memory = true;
    if (file->initial.held != NULL && !r->forgiving)
        note_held(r, file->initial.held, &file->initial.held_why);
    /*
     * cfg_may_include and the `initial` files also add errors, and these make the file unusable,
     * too.
     */
    if (r->messages->errors == before)
        return;
    file->faulty = file->part;
    file->part = NULL;
}

/* Only a strict read has a use for what has errors. */
static void forget_faulty(struct reading *r)
{
    size_t i;

    for (i = 0; r->forgiving && i < r->out->count; i++) {
        cfg_free(r->out->files[i].faulty);
        r->out->files[i].faulty = NULL;
    }
}

/* Reads the content of a file. False: `status` and `why` of the entry say the reason. */
static bool read_bytes(struct reading *r, struct config_file *file, const char *path)
{
    const struct system *system = r->system;
    uint64_t begun;

    do {
        begun = system->clock.ticks(system->self);
        file->status = system->files.read(system->self, path, CFG_FILE_MAX, &file->bytes,
                                          &file->length, &file->why);
    } while ((file->status == SYS_LATER && patience_again(system, begun, &r->patience)) ||
             (file->status == SYS_NOT_FOUND && patience_again(system, begun, &r->missing)));
    if (file->status == SYS_LATER)
        note_held(r, path, &file->why);
    return file->status == SYS_OK;
}

static bool same_path(const char *a, const char *b)
{
    return shmb_name_same(a, strlen(a), b, strlen(b));
}

/* True: the file was read already. Knows the main file by its absolute path. */
static bool is_read(const struct reading *r, const char *path)
{
    size_t i;

    if (same_path(path, r->base))
        return true;
    for (i = 1; i < r->out->count; i++)
        if (same_path(path, r->out->files[i].path))
            return true;
    return false;
}

/* Who names an included file: an entry of include, or the caller. */
struct naming {
    const struct cfg_place *place;
    const char *object; /* NULL: none */
};

static void include_file(struct reading *r, const char *path, const struct naming *by)
{
    struct config_file *file;

    if (is_read(r, path))
        return;
    if (r->out->count >= CONFIG_FILES_MAX) {
        cfg_message_add(r->messages, CFG_ERROR, by->place, by->object,
                        "more than %u files in all; merge some of them", CONFIG_FILES_MAX);
        return;
    }
    file = add_file(r, path);
    if (file == NULL)
        return;
    r->system->progress(r->system->self);
    if (read_bytes(r, file, path))
        load(r, file, path, false);
    else if (file->status == SYS_NO_MEMORY)
        r->no_memory = true;
    else
        say_failure(r, by->place, by->object, path, &file->why);
    file->left_out = file->part == NULL;
}

static void free_paths(char **paths, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
}

/* True for a name that editors and people take for YAML. */
static bool is_named_yaml(const char *path)
{
    const char *name = pattern_last_part(path);

    return pattern_match("*.yaml", name) || pattern_match("*.yml", name);
}

/* The last file has errors, and may be one that the pattern was not written for. */
static void warn_of_pattern(struct reading *r, const struct cfg_include *include, const char *path)
{
    const struct config_file *last = &r->out->files[r->out->count - 1];

    if (is_named_yaml(path) || last->part != NULL || strcmp(last->path, path) != 0)
        return;
    cfg_message_add(r->messages, CFG_WARNING, &include->place, include->path,
                    "'%s' also matches '%s', which is not usable; if it is no configuration, write "
                    "a pattern that ends in *.yaml",
                    include->pattern, path);
}

/* Includes the files that a pattern matches. */
static void include_matches(struct reading *r, const struct cfg_include *include, char **paths,
                            size_t count)
{
    const struct naming by = {&include->place, include->path};
    bool wild = pattern_has_wildcard(include->pattern);
    size_t i;

    if (count == 0)
        cfg_message_add(r->messages, CFG_WARNING, by.place, by.object, "no file matches '%s' now",
                        include->pattern);
    for (i = 0; i < count && !r->no_memory; i++) {
        if (!wild && same_path(paths[i], r->base))
            cfg_message_add(r->messages, CFG_ERROR, by.place, by.object,
                            "the file includes itself; remove this entry");
        else
            include_file(r, paths[i], &by);
        if (wild)
            warn_of_pattern(r, include, paths[i]);
    }
}

/* Adds an include that cannot be resolved as a file that is left out. */
static void report_include(struct reading *r, const struct cfg_include *include,
                           enum sys_status status, const struct sys_failure *why)
{
    struct config_file *file = add_file(r, include->pattern);

    if (file == NULL)
        return;
    file->status = status;
    file->why = *why;
    file->left_out = true;
    if (status == SYS_LATER)
        note_held(r, include->pattern, why);
    say_failure(r, &include->place, include->path, include->pattern, why);
}

/* Includes all files of one entry of include. */
static void follow(struct reading *r, const struct cfg_include *include)
{
    const struct system *system = r->system;
    struct sys_failure why = {0};
    enum sys_status status;
    char **paths;
    size_t count;
    uint64_t begun;

    do {
        begun = system->clock.ticks(system->self);
        status =
            system->files.expand(system->self, r->base, include->pattern, &paths, &count, &why);
    } while (status == SYS_LATER && patience_again(system, begun, &r->patience));
    if (status == SYS_NO_MEMORY) {
        r->no_memory = true;
    } else if (status != SYS_OK) {
        report_include(r, include, status, &why);
    } else {
        include_matches(r, include, paths, count);
        free_paths(paths, count);
    }
}

static void include_all(struct reading *r, const char *const *paths, size_t count)
{
    /* Adding files moves the entries, so this keeps the part itself. NULL: the file has errors. */
    const struct cfg *main = r->out->files[0].part;
    size_t i;

    /* A strict read finds all errors of all files. */
    if (main == NULL && !r->forgiving)
        main = r->out->files[0].faulty;
    for (i = 0; main != NULL && i < main->include_count && !r->no_memory; i++)
        follow(r, &main->includes[i]);
    /* The files that `check --merged` names after the main file. */
    for (i = 1; i < count && !r->no_memory; i++) {
        const struct cfg_place place = {paths[i], 0, 0};
        const struct naming by = {&place, NULL};
        struct sys_failure why = {0};
        char *path;
        enum sys_status status =
            r->system->files.resolve_path(r->system->self, NULL, paths[i], &path, &why);

        if (status == SYS_OK) {
            include_file(r, path, &by);
            free(path);
        } else if (status == SYS_NO_MEMORY) {
            r->no_memory = true;
        } else {
            say_failure(r, &place, NULL, paths[i], &why);
        }
    }
}

/* Merges all files that are not left out; forgiving, also leaves out those that clash. */
static enum config_files_result merge(struct config_files *all, bool forgiving,
                                      struct cfg_messages *messages)
{
    struct cfg **parts = calloc(all->count, sizeof(*parts));
    bool *left_out = calloc(all->count, sizeof(*left_out));
    enum cfg_result result = CFG_NO_MEMORY;
    size_t i;

    cfg_free(all->whole);
    all->whole = NULL;
    if (parts != NULL && left_out != NULL) {
        for (i = 0; i < all->count; i++)
            parts[i] = all->files[i].left_out ? NULL : all->files[i].part;
        result = cfg_merge(parts, all->count, forgiving ? left_out : NULL, messages, &all->whole);
        for (i = 0; i < all->count; i++)
            all->files[i].left_out = all->files[i].left_out || left_out[i];
    }
    free(parts);
    free(left_out);
    if (result == CFG_NO_MEMORY)
        return CONFIG_FILES_NO_MEMORY;
    return result == CFG_OK ? CONFIG_FILES_OK : CONFIG_FILES_INVALID;
}

static enum config_files_result read_main(struct reading *r, const char *path)
{
    struct config_file *file = add_file(r, path);
    struct sys_failure why;
    enum sys_status status;

    if (file == NULL)
        return CONFIG_FILES_NO_MEMORY;
    if (!read_bytes(r, file, path))
        return CONFIG_FILES_UNREADABLE;
    status = r->system->files.resolve_path(r->system->self, NULL, path, &r->base, &why);
    if (status == SYS_NO_MEMORY)
        return CONFIG_FILES_NO_MEMORY;
    if (status != SYS_OK) {
        file->status = status;
        file->why = why;
        return CONFIG_FILES_UNREADABLE;
    }
    load(r, file, r->base, true);
    return CONFIG_FILES_OK;
}

enum config_files_result config_files_read(const struct system *system, const char *const *paths,
                                           size_t count, enum config_files_policy policy,
                                           uint32_t patience, struct cfg_messages *messages,
                                           struct config_files *out)
{
    bool forgiving = policy == CONFIG_FILES_FORGIVING;
    struct reading r = {.system = system,
                        .messages = messages,
                        .out = out,
                        .forgiving = forgiving,
                        .patience = patience,
                        .missing = !forgiving              ? 0
                                   : patience < MISSING_MS ? patience
                                                           : MISSING_MS};
    size_t before = messages->errors;
    enum config_files_result result;

    *out = (struct config_files){0};
    result = read_main(&r, paths[0]);
    if (result == CONFIG_FILES_OK)
        include_all(&r, paths, count);
    /* Forgiving, only the main file has to be free of errors. */
    if (r.no_memory)
        result = CONFIG_FILES_NO_MEMORY;
    else if (result == CONFIG_FILES_OK &&
             (out->files[0].part == NULL || (!forgiving && messages->errors > before)))
        result = CONFIG_FILES_INVALID;
    if (result == CONFIG_FILES_OK)
        result = merge(out, forgiving, messages);
    forget_faulty(&r);
    free(r.base);
    cfg_messages_sort(messages);
    return result;
}

bool config_files_leave_out(struct config_files *config, const char *path,
                            struct cfg_messages *messages, enum config_files_result *result)
{
    size_t i;

    /* Never the main file: without it there is no configuration. */
    for (i = 1; i < config->count; i++) {
        struct config_file *file = &config->files[i];

        if (file->left_out || strcmp(file->path, path) != 0)
            continue;
        file->left_out = true;
        *result = merge(config, true, messages);
        return true;
    }
    return false;
}
