#include "desired.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

static enum shmb_exit load(const struct system *files, const char *file,
                           enum configuration_policy policy, struct setup *setup)
{
    switch (configuration_read(files, &file, 1, policy, &setup->messages, &setup->configuration)) {
    case CONFIGURATION_OK:
        return SHMB_EXIT_DONE;
    case CONFIGURATION_INVALID:
        return SHMB_EXIT_NOT_SO;
    case CONFIGURATION_UNREADABLE:
        return setup->configuration.files[0].status == SYS_NO_MEMORY ? SHMB_EXIT_SYSTEM
                                                                     : SHMB_EXIT_NOT_SO;
    default:
        return SHMB_EXIT_SYSTEM;
    }
}

static enum shmb_exit expand(const struct system *system, enum configuration_policy policy,
                             struct setup *setup)
{
    enum sys_status status;

    if (setup->known == NULL)
        setup->known = trustees_new(system);
    if (setup->known == NULL)
        return SHMB_EXIT_SYSTEM;
    trustees_allow_pending(setup->known, setup->memory, setup->memory_context,
                           policy == CONFIGURATION_FORGIVING);
    status = inventory_build(setup->configuration.whole, setup->known, &setup->messages,
                             &setup->inventory);
    if (status == SYS_NO_MEMORY)
        return SHMB_EXIT_SYSTEM;
    return status == SYS_OK ? SHMB_EXIT_DONE : SHMB_EXIT_NOT_SO;
}

/* Leaves out all included files that have errors. False: none, or nothing is left. */
static bool leave_out(struct setup *setup)
{
    size_t i, count = setup->messages.count;
    bool any = false;

    for (i = 0; i < count; i++) {
        enum configuration_result result;

        if (setup->messages.items[i].severity != CFG_ERROR)
            continue;
        if (!configuration_leave_out(&setup->configuration, setup->messages.items[i].file,
                                     &setup->messages, &result))
            continue;
        any = true;
        if (result != CONFIGURATION_OK)
            return false;
    }
    return any;
}

enum shmb_exit setup_read(const struct system *system, const struct system *files, const char *file,
                          enum configuration_policy policy, struct setup *out)
{
    enum shmb_exit code;

    cfg_messages_init(&out->messages);
    code = load(files, file, policy, out);
    if (code == SHMB_EXIT_DONE)
        code = expand(system, policy, out);
    while (code == SHMB_EXIT_NOT_SO && policy == CONFIGURATION_FORGIVING &&
           out->configuration.whole != NULL && !system->stopping(system->self) && leave_out(out))
        code = expand(system, policy, out);
    cfg_messages_sort(&out->messages);
    return code;
}

void setup_free(struct setup *setup)
{
    inventory_free(setup->inventory);
    trustees_free(setup->known);
    configuration_free(&setup->configuration);
    cfg_messages_free(&setup->messages);
    *setup = (struct setup){0};
}

bool setup_is_whole(const struct setup *setup)
{
    size_t i;

    for (i = 0; i < setup->configuration.count; i++)
        if (setup->configuration.files[i].left_out ||
            setup->configuration.files[i].initial.base != NULL)
            return false;
    return true;
}

bool setup_unreadable(const struct setup *setup)
{
    return setup->configuration.count > 0 && setup->configuration.files[0].status != SYS_OK;
}

void setup_notes(const struct setup *setup, struct notes *notes)
{
    size_t i;

    for (i = 0; i < setup->messages.count; i++) {
        const struct cfg_message *message = &setup->messages.items[i];
        struct text place = {0}, text = {0};

        text_add(&place, "%s", message->file);
        if (message->line > 0)
            text_add(&place, ":%" PRIu32 ":%" PRIu32, message->line, message->column);
        text_add(&text, "%s%s%s", message->object != NULL ? message->object : "",
                 message->object != NULL ? ": " : "", message->text);
        if (!place.failed && !text.failed)
            notes_add(notes, "message", place.at,
                      message->severity == CFG_ERROR ? "error" : "warning", text.at);
        text_free(&place);
        text_free(&text);
    }
}

enum sys_status setup_expand_again(const struct setup *setup, struct inventory **out)
{
    struct cfg_messages messages;
    enum sys_status status;

    cfg_messages_init(&messages);
    status = inventory_build(setup->configuration.whole, setup->known, &messages, out);
    cfg_messages_free(&messages);
    return status;
}
