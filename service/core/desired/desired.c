/*
 * Reads the files, looks up the accounts, builds the inventory. A forgiving read repeats the last
 * two without the files that have unknown accounts.
 */
#include "desired.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

/* Reads the files. */
static enum shmb_exit load(const struct system *files, const char *file,
                           enum config_files_policy policy, uint32_t patience,
                           struct desired *desired)
{
    switch (config_files_read(files, &file, 1, policy, patience, &desired->messages,
                              &desired->configuration)) {
    case CONFIG_FILES_OK:
        return SHMB_EXIT_DONE;
    case CONFIG_FILES_INVALID:
        return SHMB_EXIT_NOT_SO;
    case CONFIG_FILES_UNREADABLE:
        return desired->configuration.files[0].status == SYS_NO_MEMORY ? SHMB_EXIT_SYSTEM
                                                                       : SHMB_EXIT_NOT_SO;
    default:
        return SHMB_EXIT_SYSTEM;
    }
}

static enum sys_status build(const struct desired *desired, struct cfg_messages *messages,
                             struct inventory **out)
{
    const struct cfg *config = desired->configuration.whole;
    struct inventory_more more = {0};

    *out = NULL;
    if (desired->more != NULL && !desired->more(desired->more_context, config, desired->known, &more))
        return SYS_NO_MEMORY;
    return inventory_build_with(config, &more, desired->known, messages, out);
}

/* Looks up the accounts, and builds the inventory. */
static enum shmb_exit expand(const struct system *system, enum config_files_policy policy,
                             struct desired *desired)
{
    enum sys_status status;

    if (desired->known == NULL)
        desired->known = trustees_new(system);
    if (desired->known == NULL)
        return SHMB_EXIT_SYSTEM;
    trustees_allow_pending(desired->known, desired->memory, desired->memory_context,
                           policy == CONFIG_FILES_FORGIVING);
    status = build(desired, &desired->messages, &desired->inventory);
    if (status == SYS_NO_MEMORY)
        return SHMB_EXIT_SYSTEM;
    return status == SYS_OK ? SHMB_EXIT_DONE : SHMB_EXIT_NOT_SO;
}

/* Leaves out all included files with errors. False: there is none, or the rest is invalid. */
static bool leave_out(struct desired *desired)
{
    /* Errors that a merge adds meanwhile wait for the next round. */
    size_t i, count = desired->messages.count;
    bool any = false;

    for (i = 0; i < count; i++) {
        enum config_files_result result;

        if (desired->messages.items[i].severity != CFG_ERROR)
            continue;
        if (!config_files_leave_out(&desired->configuration, desired->messages.items[i].file,
                                    &desired->messages, &result))
            continue;
        any = true;
        if (result != CONFIG_FILES_OK)
            return false;
    }
    return any;
}

enum shmb_exit desired_read(const struct system *system, const struct system *files,
                            const char *file, enum config_files_policy policy, uint32_t patience,
                            struct desired *out)
{
    enum shmb_exit code;

    cfg_messages_init(&out->messages);
    code = load(files, file, policy, patience, out);
    if (code == SHMB_EXIT_DONE)
        code = expand(system, policy, out);
    /* Each round leaves out one more file, so it ends. */
    while (code == SHMB_EXIT_NOT_SO && policy == CONFIG_FILES_FORGIVING &&
           out->configuration.whole != NULL && !system->stopping(system->self) && leave_out(out))
        code = expand(system, policy, out);
    cfg_messages_sort(&out->messages);
    if (code == SHMB_EXIT_DONE)
        config_digest(&out->configuration, out->digest);
    return code;
}

void desired_free(struct desired *desired)
{
    inventory_free(desired->inventory);
    trustees_free(desired->known);
    config_files_free(&desired->configuration);
    cfg_messages_free(&desired->messages);
    *desired = (struct desired){0};
}

bool desired_is_whole(const struct desired *desired)
{
    size_t i;

    for (i = 0; i < desired->configuration.count; i++)
        if (desired->configuration.files[i].left_out ||
            desired->configuration.files[i].initial.base != NULL)
            return false;
    return true;
}

bool desired_is_held(const struct desired *desired)
{
    return desired->configuration.held.count > 0;
}

bool desired_unreadable(const struct desired *desired)
{
    return desired->configuration.count > 0 && desired->configuration.files[0].status != SYS_OK;
}

void desired_notes(const struct desired *desired, struct report_lines *notes)
{
    size_t i;

    for (i = 0; i < desired->messages.count; i++) {
        const struct cfg_message *message = &desired->messages.items[i];
        struct text place = {0}, text = {0};

        text_add(&place, "%s", message->file);
        if (message->line > 0)
            text_add(&place, ":%" PRIu32 ":%" PRIu32, message->line, message->column);
        text_add(&text, "%s%s%s", message->object != NULL ? message->object : "",
                 message->object != NULL ? ": " : "", message->text);
        if (!place.failed && !text.failed)
            report_lines_add(notes, "message", place.at,
                             message->severity == CFG_ERROR ? "error" : "warning", text.at);
        text_free(&place);
        text_free(&text);
    }
}

enum sys_status desired_expand_again(const struct desired *desired, struct inventory **out)
{
    struct cfg_messages messages;
    enum sys_status status;

    cfg_messages_init(&messages);
    status = build(desired, &messages, out);
    cfg_messages_free(&messages);
    return status;
}
