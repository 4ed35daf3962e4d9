/* Reads the configuration as a reload would, and changes nothing. */
#include "verify_facts.h"

#include <stdio.h>
#include <stdlib.h>

#include "desired.h"
#include "harden.h"
#include "port.h"

static bool audits(const struct inventory *inventory)
{
    size_t i;

    for (i = 0; i < inventory->count; i++)
        if (inventory->items[i].audit)
            return true;
    return false;
}

/* The main file cannot be read. A file that others may change is the matter of another point. */
static void take_unreadable(const struct desired *desired, struct verify_facts *out)
{
    const struct config_file *file = &desired->configuration.files[0];

    out->config = file->status == SYS_NOT_FOUND ? VERIFY_CONFIG_FAULTY : VERIFY_CONFIG_UNKNOWN;
    (void)snprintf(out->why, sizeof(out->why), "%s", file->why.text);
}

static void take(const struct desired *desired, enum shmb_exit result, struct verify_facts *out)
{
    size_t errors = desired->messages.errors;

    out->config = VERIFY_CONFIG_UNKNOWN;
    if (result == SHMB_EXIT_DONE) {
        out->config = VERIFY_CONFIG_GOOD;
        out->aliases = desired->inventory->aliases;
        out->audits = audits(desired->inventory);
    } else if (result != SHMB_EXIT_NOT_SO) {
        (void)snprintf(out->why, sizeof(out->why), "out of memory");
    } else if (desired_is_held(desired)) {
        (void)snprintf(out->why, sizeof(out->why), "%s", desired->configuration.held.why.text);
    } else if (desired_unreadable(desired)) {
        take_unreadable(desired, out);
    } else {
        out->config = VERIFY_CONFIG_FAULTY;
        (void)snprintf(out->why, sizeof(out->why),
                       "%zu error%s: its next start serves what was in "
                       "force last",
                       errors, errors == 1 ? "" : "s");
    }
}

void verify_facts_read(const struct command_line *line, struct verify_facts *out)
{
    /* Whether the files are safe is the matter of another point. */
    const struct port_host host = {.any_file = true};
    char *path = command_line_config(line);
    struct desired desired = {.memory = NULL};
    struct system system;
    struct port port;

    *out = (struct verify_facts){.config = VERIFY_CONFIG_UNKNOWN};
    harden_off(&harden_win32, out->off);
    if (path == NULL) {
        (void)snprintf(out->why, sizeof(out->why), "out of memory");
        return;
    }
    (void)snprintf(out->check, sizeof(out->check), "shmbroker check %s\"%s\"",
                   line->unsafe ? "--allow-unsafe-config " : "", path);
    cfg_messages_init(&desired.messages);
    port_open(&port, &host, NULL, &system);
    take(&desired,
         desired_read(&system, &system, path, CONFIG_FILES_STRICT, CONFIG_FILES_PATIENCE_MS,
                      &desired),
         out);
    desired_free(&desired);
    port_close(&port);
    free(path);
}
