/* The port reads the candidate's bytes wherever a file in its place would be read (port.h). */
#include "config_candidate.h"

#include <stdlib.h>
#include <string.h>

#include "config_digest.h"
#include "console.h"
#include "names.h"
#include "out_of_memory.h"
#include "pattern.h"
#include "text.h"
#include "trustees.h"

#define PATTERNS 3u /* that a message shows */

void config_candidate_open(struct config_candidate *candidate)
{
    struct port_host host = {.any_file = candidate->unsafe, .candidate = &candidate->at};

    candidate->at = (struct port_candidate){
        .path = candidate->main == NULL ? candidate->file : NULL,
        .place = candidate->place,
        .bytes = candidate->bytes,
        .length = candidate->length,
    };
    port_open(&candidate->port, &host, NULL, &candidate->system);
}

void config_candidate_close(struct config_candidate *candidate)
{
    if (candidate->system.self == NULL)
        return;
    config_check_free(&candidate->check);
    port_close(&candidate->port);
}

/* The main file as the port reads it. */
static const char *main_of(const struct config_candidate *candidate)
{
    return candidate->at.path != NULL ? candidate->at.path : candidate->main;
}

static enum shmb_exit read_all(struct config_candidate *candidate)
{
    char *file = _strdup(main_of(candidate));
    struct trustees *known = trustees_new(&candidate->system);
    enum shmb_exit result;

    candidate->check = (struct config_check){0};
    if (file == NULL || known == NULL)
        result = out_of_memory();
    else
        result = config_check_read(&candidate->system, &file, 1, known, &candidate->check);
    trustees_free(known);
    free(file);
    return result;
}

/* The patterns of the main file, in a message. */
static void add_patterns(const struct cfg *main, struct text *out)
{
    size_t i;

    if (main->include_count == 0)
        text_add(out, "it has no include");
    for (i = 0; i < main->include_count && i < PATTERNS; i++)
        text_add(out, i == 0 ? "it includes '%s'" : ", '%s'", main->includes[i].pattern);
    if (main->include_count > PATTERNS)
        text_add(out, " and %zu more", main->include_count - PATTERNS);
}

/* True: that is so, and printed. */
static bool is_not_included(const struct config_candidate *candidate)
{
    const struct config_file *main = candidate->check.configuration.files;
    const struct cfg *part;
    struct text text = {0};

    if (candidate->included || candidate->check.configuration.count == 0)
        return false;
    part = main->part != NULL ? main->part : main->faulty;
    if (part == NULL)
        return false; /* its errors come first */
    add_patterns(part, &text);
    console_error("shmbroker: %s is no file of the configuration %s: %s; nothing has been changed",
                  candidate->place, candidate->main, text.failed ? "?" : text.at);
    text_free(&text);
    return true;
}

/* The errors are in the file that the user named, not in its place. */
static void name_file(struct config_candidate *candidate)
{
    struct cfg_messages *messages = &candidate->check.messages;
    size_t i;

    for (i = 0; candidate->included && i < messages->count; i++) {
        struct cfg_message *message = &messages->items[i];
        char *file;

        if (!shmb_name_same(message->file, strlen(message->file), candidate->place,
                            strlen(candidate->place)))
            continue;
        file = _strdup(candidate->file);
        if (file == NULL)
            return;
        free(message->file);
        message->file = file;
    }
}

enum shmb_exit config_candidate_check(struct config_candidate *candidate, bool *placeable)
{
    enum shmb_exit result = read_all(candidate);

    *placeable = true;
    candidate->included = candidate->main != NULL && candidate->at.included;
    if (candidate->main != NULL && !candidate->included && !candidate->strict) {
        config_check_free(&candidate->check);
        candidate->at.path = candidate->file;
        result = read_all(candidate);
    } else if (candidate->main != NULL && is_not_included(candidate)) {
        *placeable = false;
        return SHMB_EXIT_NOT_SO;
    }
    name_file(candidate);
    config_check_print(main_of(candidate), &candidate->check, result);
    if (result == SHMB_EXIT_DONE)
        config_digest(&candidate->check.configuration, candidate->digest);
    return result;
}

bool config_candidate_renew(struct config_candidate *candidate)
{
    const char *file = main_of(candidate);
    char before[SHA256_TEXT];
    struct cfg_messages messages;
    struct config_files files;
    bool renewed;

    cfg_messages_init(&messages);
    memcpy(before, candidate->digest, sizeof(before));
    renewed = config_files_read(&candidate->system, &file, 1, CONFIG_FILES_STRICT,
                                CONFIG_FILES_PATIENCE_MS, &messages, &files) == CONFIG_FILES_OK;
    if (renewed)
        config_digest(&files, candidate->digest);
    config_files_free(&files);
    cfg_messages_free(&messages);
    return renewed && strcmp(before, candidate->digest) != 0;
}
