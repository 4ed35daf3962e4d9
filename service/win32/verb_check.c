#include "verbs.h"

#include <stdlib.h>

#include "console.h"
#include "describe.h"
#include "files.h"
#include "inventory.h"
#include "load.h"
#include "port.h"
#include "trustees.h"

static enum shmb_exit no_memory(void)
{
    console_error("shmbroker: out of memory");
    return SHMB_EXIT_SYSTEM;
}

static void print_message(const struct cfg_message *message)
{
    size_t size = cfg_message_format(message, NULL, 0) + 1;
    char *line = malloc(size);

    if (line == NULL) {
        no_memory();
        return;
    }
    cfg_message_format(message, line, size);
    console_error("%s", line);
    free(line);
}

static void print_messages(const char *file, struct cfg_messages *messages)
{
    size_t all = messages->errors + messages->warnings, i;

    cfg_messages_sort(messages);
    for (i = 0; i < messages->count; i++)
        print_message(&messages->items[i]);
    if (all > messages->count)
        console_error("%s: %zu more messages are not shown", file, all - messages->count);
}

static void print_line(void *context, const char *line)
{
    (void)context;
    console_line("%s", line);
}

/* A configuration without errors of its own: what the system has to say, what it would create. */
static enum shmb_exit check_accounts(const struct cfg *configuration, struct trustees *known,
                                     struct cfg_messages *messages)
{
    struct inventory *inventory;
    enum sys_status status = inventory_build(configuration, known, messages, &inventory);
    enum shmb_exit result = SHMB_EXIT_DONE;

    print_messages(configuration->file, messages);
    if (status == SYS_NO_MEMORY)
        return no_memory();
    if (status != SYS_OK)
        return SHMB_EXIT_NOT_SO;
    if (!describe_inventory(inventory, print_line, NULL))
        result = no_memory();
    else
        console_line("%s: no errors, %zu warnings, %zu objects", configuration->file,
                     messages->warnings, inventory->count);
    inventory_free(inventory);
    return result;
}

static enum shmb_exit check_text(const char *file, const char *text, size_t length,
                                 struct trustees *known)
{
    struct cfg_messages messages;
    struct cfg *configuration;
    enum shmb_exit result;

    cfg_messages_init(&messages);
    switch (cfg_load(file, text, length, &messages, &configuration)) {
    case CFG_OK:
        result = check_accounts(configuration, known, &messages);
        break;
    case CFG_INVALID:
        print_messages(file, &messages);
        result = SHMB_EXIT_NOT_SO;
        break;
    default:
        result = no_memory();
        break;
    }
    if (result == SHMB_EXIT_NOT_SO)
        console_error("%s: %zu errors, %zu warnings: not usable", file, messages.errors,
                      messages.warnings);
    cfg_free(configuration);
    cfg_messages_free(&messages);
    return result;
}

static enum shmb_exit check_file(const char *file, struct trustees *known)
{
    struct sys_failure why;
    char *text;
    size_t length;
    enum sys_status status = files_read(file, CFG_FILE_MAX, &text, &length, &why);
    enum shmb_exit result;

    if (status != SYS_OK) {
        console_error("%s: error: cannot be read: %s", file, why.text);
        return status == SYS_NOT_FOUND ? SHMB_EXIT_NOT_SO
               : status == SYS_DENIED  ? SHMB_EXIT_DENIED
                                       : SHMB_EXIT_SYSTEM;
    }
    result = check_text(file, text, length, known);
    free(text);
    return result;
}

enum shmb_exit verb_check(char **files, size_t count)
{
    const struct port_host host = {NULL, NULL, NULL};
    enum shmb_exit result = SHMB_EXIT_DONE;
    struct trustees *known;
    struct system system;
    struct port port;
    size_t i;

    port_open(&port, &host, NULL, &system);
    known = trustees_new(&system);
    if (known == NULL)
        result = no_memory();
    for (i = 0; known != NULL && i < count; i++) {
        enum shmb_exit one = check_file(files[i], known);

        if (one > result)
            result = one;
    }
    trustees_free(known);
    port_close(&port);
    return result;
}
