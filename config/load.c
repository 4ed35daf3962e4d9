/*
 * The steps for one file: text to tree (yaml/), tree to model (read/), checks of the whole
 * (model/validate.c). The tree is in an arena of its own, freed at the end; the model copies
 * its texts.
 */
#include "load.h"

#include <string.h>

#include "arena.h"
#include "read_configuration.h"
#include "tree.h"
#include "validate.h"

/* An empty configuration in its own arena. NULL: no memory. */
static struct cfg *new_configuration(const char *file)
{
    struct cfg_arena *arena = arena_new();
    struct cfg *configuration = NULL;

    if (arena != NULL)
        configuration = arena_alloc(arena, sizeof *configuration);
    if (configuration != NULL) {
        configuration->arena = arena;
        configuration->file = arena_text(arena, file, strlen(file));
    }
    if (configuration == NULL || configuration->file == NULL) {
        arena_free(arena);
        return NULL;
    }
    return configuration;
}

/* The struct itself is in its arena, too. */
void cfg_free(struct cfg *configuration)
{
    if (configuration != NULL)
        arena_free(configuration->arena);
}

/* Parses, reads and checks. CFG_INVALID if that added errors; earlier ones do not count. */
static enum cfg_result build(struct cfg *configuration, const char *text, size_t length,
                             struct cfg_messages *messages, struct cfg_arena *scratch)
{
    struct reader reader = {.cfg = configuration, .messages = messages};
    struct node *root;
    size_t before = messages->errors;
    enum cfg_result result =
        tree_parse(configuration->file, text, length, messages, scratch, &root);

    if (result != CFG_OK)
        return result;
    read_configuration(&reader, root);
    if (reader.no_memory || !validate_configuration(configuration, messages))
        return CFG_NO_MEMORY;
    return messages->errors == before ? CFG_OK : CFG_INVALID;
}

static enum cfg_result refuse_length(const char *file, size_t length, struct cfg_messages *messages)
{
    struct cfg_place place = {file, 0, 0};

    cfg_message_add(messages, CFG_ERROR, &place, NULL,
                    "the file has %zu bytes, more than the %u a configuration may have", length,
                    CFG_FILE_MAX);
    return CFG_INVALID;
}

enum cfg_result cfg_load_faulty(const char *file, const char *text, size_t length,
                                struct cfg_messages *messages, struct cfg **out,
                                struct cfg **faulty)
{
    struct cfg *configuration;
    struct cfg_arena *scratch;
    enum cfg_result result = CFG_NO_MEMORY;

    *out = *faulty = NULL;
    if (length > CFG_FILE_MAX)
        return refuse_length(file, length, messages);
    configuration = new_configuration(file);
    scratch = arena_new();
    if (configuration != NULL && scratch != NULL)
        result = build(configuration, length > 0 ? text : "", length, messages, scratch);
    arena_free(scratch);
    /* Readers go by meaning, not by line; people read from top to bottom. */
    cfg_messages_sort(messages);
    if (result == CFG_OK)
        *out = configuration;
    else if (result == CFG_INVALID)
        *faulty = configuration;
    else
        cfg_free(configuration);
    return result;
}

enum cfg_result cfg_load(const char *file, const char *text, size_t length,
                         struct cfg_messages *messages, struct cfg **out)
{
    struct cfg *faulty;
    enum cfg_result result = cfg_load_faulty(file, text, length, messages, out, &faulty);

    cfg_free(faulty);
    return result;
}
