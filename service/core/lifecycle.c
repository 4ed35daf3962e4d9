#include "lifecycle.h"

#include <stdio.h>
#include <stdlib.h>

#include "broker.h"
#include "configuration.h"
#include "inventory.h"
#include "report.h"
#include "trustees.h"

#ifndef SHMB_VERSION_TEXT
#error "SHMB_VERSION_TEXT comes from CMake: the version of the project"
#endif

/* What the life needs from its configuration; all zero: nothing yet. */
struct setup {
    struct cfg_messages messages;
    struct configuration configuration;
    struct trustees *known;
    struct inventory *inventory;
};

static bool stopping(const struct system *system)
{
    return system->stopping(system->self);
}

static enum shmb_exit out_of_memory(const struct system *system)
{
    report_no_memory(system);
    return SHMB_EXIT_SYSTEM;
}

static enum shmb_exit report_unreadable(const struct system *system,
                                        const struct configuration_file *main)
{
    char text[REPORT_FAILURE];
    const char *inserts[] = {main->path, text};

    report_failure_text(&main->why, text);
    system->report(system->self, EVENT_CONFIG_UNREADABLE, inserts, 2);
    return main->status == SYS_NO_MEMORY ? SHMB_EXIT_SYSTEM : SHMB_EXIT_NOT_SO;
}

static enum shmb_exit load(const struct system *system, const char *file, struct setup *setup)
{
    switch (configuration_read(system, &file, 1, CONFIGURATION_STRICT, &setup->messages,
                               &setup->configuration)) {
    case CONFIGURATION_OK:
        return SHMB_EXIT_DONE;
    case CONFIGURATION_INVALID:
        return SHMB_EXIT_NOT_SO;
    case CONFIGURATION_UNREADABLE:
        return report_unreadable(system, &setup->configuration.files[0]);
    default:
        return out_of_memory(system);
    }
}

static enum shmb_exit expand(const struct system *system, struct setup *setup)
{
    enum sys_status status;

    setup->known = trustees_new(system);
    if (setup->known == NULL)
        return out_of_memory(system);
    status = inventory_build(setup->configuration.whole, setup->known, &setup->messages,
                             &setup->inventory);
    if (status == SYS_NO_MEMORY)
        return out_of_memory(system);
    return status == SYS_OK ? SHMB_EXIT_DONE : SHMB_EXIT_NOT_SO;
}

static enum shmb_exit prepare(const struct system *system, const char *file, struct setup *setup)
{
    enum shmb_exit code;

    cfg_messages_init(&setup->messages);
    code = load(system, file, setup);
    if (code == SHMB_EXIT_DONE)
        code = expand(system, setup);
    /* Look-ups that a stop cut short are no errors of the configuration. */
    if (stopping(system))
        return code;
    cfg_messages_sort(&setup->messages);
    if (setup->messages.errors > 0)
        report_messages(system, EVENT_CONFIG_INVALID, file, &setup->messages);
    else if (code == SHMB_EXIT_DONE && setup->messages.warnings > 0)
        report_messages(system, EVENT_CONFIG_WARNING, file, &setup->messages);
    return code;
}

static void end(struct setup *setup)
{
    inventory_free(setup->inventory);
    trustees_free(setup->known);
    configuration_free(&setup->configuration);
    cfg_messages_free(&setup->messages);
}

static void report_running(const struct system *system, const char *file,
                           struct broker_counts counts)
{
    char held[24], missing[24];
    const char *inserts[] = {SHMB_VERSION_TEXT, file, held, missing};
    bool complete = counts.missing == 0;

    (void)snprintf(held, sizeof(held), "%zu", counts.held);
    (void)snprintf(missing, sizeof(missing), "%zu", counts.missing);
    system->report(system->self, complete ? EVENT_RUNNING : EVENT_RUNNING_INCOMPLETE, inserts,
                   complete ? 3 : 4);
}

static void report_stopped(const struct system *system, size_t released)
{
    char number[24];
    const char *inserts[] = {number};

    (void)snprintf(number, sizeof(number), "%zu", released);
    system->report(system->self, EVENT_STOPPED, inserts, 1);
}

static void hold(const struct system *system, const char *file, struct broker *broker)
{
    if (stopping(system))
        return;
    system->running(system->self);
    report_running(system, file, broker_counts(broker));
    while (system->wait(system->self, broker_retry_delay(broker)) != SYS_WAKE_STOP)
        broker_retry(broker);
}

static enum shmb_exit serve(const struct system *system, const char *file,
                            struct inventory *inventory)
{
    struct broker *broker;
    struct sys_failure why;

    switch (broker_start(system, inventory, &broker, &why)) {
    case SYS_OK:
        break;
    case SYS_TAKEN:
        return SHMB_EXIT_CONFLICT;
    case SYS_DENIED:
        return SHMB_EXIT_DENIED;
    default:
        return SHMB_EXIT_SYSTEM;
    }
    hold(system, file, broker);
    report_stopped(system, broker_stop(broker));
    return SHMB_EXIT_DONE;
}

enum shmb_exit lifecycle_run(const struct system *system, const char *file)
{
    struct setup setup = {0};
    enum shmb_exit code = prepare(system, file, &setup);

    if (stopping(system)) {
        report_stopped(system, 0);
        code = SHMB_EXIT_DONE;
    } else if (code == SHMB_EXIT_DONE) {
        code = serve(system, file, setup.inventory);
    }
    end(&setup);
    return code;
}
