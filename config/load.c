/*
 * The steps for one file: text to tree (yaml/), tree to model (read/), checks of the whole
 * (model/validate.c). The tree is in an arena of its own, freed at the end; the model copies
 * its texts.
 *
 * Objects are read while the file is parsed, and their nodes are gone at once. Where that finds
 * any fault or an unusual order, the file is read a second time with its whole tree: only that
 * way finds, words and orders all messages, so there is nothing to be kept equal.
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

/* Parses a text, reads and checks it. CFG_INVALID: `messages` says why. */
typedef enum cfg_result read_fn(struct cfg *configuration, const char *text, size_t length,
                                struct cfg_messages *messages, struct cfg_arena *scratch);

static size_t count_lines(const char *text, size_t length)
{
    const char *at = text, *end = text + length;
    size_t lines = 1;

    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        lines++;
    }
    return lines;
}

/*
 * Parse and reading in one pass. CFG_INVALID: read_whole has to do it, in a new configuration;
 * nothing was added to `messages`.
 */
static enum cfg_result read_flowing(struct cfg *configuration, const char *text, size_t length,
                                    struct cfg_messages *messages, struct cfg_arena *scratch)
{
    struct cfg_messages own;
    struct reader reader = {.cfg = configuration, .messages = &own};
    struct read_flow flow = {.reader = &reader, .lines = count_lines(text, length)};
    struct tree_taker taker = {read_flow_take, &flow};
    struct node *root;
    enum cfg_result result;

    cfg_messages_init(&own);
    result = tree_parse(configuration->file, text, length, &own, scratch, &taker, &root);
    if (result == CFG_OK && !read_flow_end(&flow, root))
        result = CFG_INVALID;
    if (reader.no_memory || (result == CFG_OK && !validate_configuration(configuration, &own)))
        result = CFG_NO_MEMORY;
    /* An error: a key written twice is found here as a clash, read_whole knows better. */
    if (result == CFG_OK && own.errors > 0)
        result = CFG_INVALID;
    else if (result == CFG_OK && own.warnings > 0 &&
             !validate_configuration(configuration, messages))
        result = CFG_NO_MEMORY;
    cfg_messages_free(&own);
    return result;
}

/* The whole tree first, then the reading, which finds all errors. */
static enum cfg_result read_whole(struct cfg *configuration, const char *text, size_t length,
                                  struct cfg_messages *messages, struct cfg_arena *scratch)
{
    struct reader reader = {.cfg = configuration, .messages = messages};
    struct node *root;
    size_t before = messages->errors; /* earlier ones do not count */
    enum cfg_result result =
        tree_parse(configuration->file, text, length, messages, scratch, NULL, &root);

    if (result != CFG_OK)
        return result;
    read_configuration(&reader, root);
    if (reader.no_memory || !validate_configuration(configuration, messages))
        return CFG_NO_MEMORY;
    return messages->errors == before ? CFG_OK : CFG_INVALID;
}

/* Runs one of them with a new configuration: `*out`, NULL only on CFG_NO_MEMORY. */
static enum cfg_result read_with(read_fn *read, const char *file, const char *text, size_t length,
                                 struct cfg_messages *messages, struct cfg **out)
{
    struct cfg_arena *scratch = arena_new();
    enum cfg_result result = CFG_NO_MEMORY;

    *out = new_configuration(file);
    if (*out != NULL && scratch != NULL)
        result = read(*out, text, length, messages, scratch);
    arena_free(scratch);
    if (result == CFG_NO_MEMORY) {
        cfg_free(*out);
        *out = NULL;
    }
    return result;
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
    enum cfg_result result;

    *out = *faulty = NULL;
    if (length > CFG_FILE_MAX)
        return refuse_length(file, length, messages);
    if (length == 0)
        text = "";
    result = read_with(read_flowing, file, text, length, messages, &configuration);
    if (result == CFG_INVALID) {
        cfg_free(configuration);
        result = read_with(read_whole, file, text, length, messages, &configuration);
    }
    /* Readers go by meaning, not by line; people read from top to bottom. */
    cfg_messages_sort(messages);
    if (result == CFG_OK)
        *out = configuration;
    else if (result == CFG_INVALID)
        *faulty = configuration;
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
