/* The verb plan: prints what a reload would do (outlook.h). */
#include "verb.h"

#include <windows.h>

#include <stdlib.h>

#include "answer.h"
#include "config_lines.h"
#include "console.h"
#include "desired.h"
#include "out_of_memory.h"
#include "outlook.h"
#include "port.h"

/* True: a file is refused as unsafe. That has no Win32 code, unlike an access denied. */
static bool refused_as_unsafe(const struct config_files *configuration)
{
    size_t i;

    for (i = 0; i < configuration->count; i++)
        if (configuration->files[i].status == SYS_DENIED && configuration->files[i].why.code == 0)
            return true;
    return false;
}

static enum shmb_exit read_wanted(const struct system *system, const char *file,
                                  struct desired *setup)
{
    enum shmb_exit result =
        desired_read(system, system, file, CONFIG_FILES_STRICT, CONFIG_FILES_PATIENCE_MS, setup);

    config_lines_print(file, &setup->messages);
    if (result == SHMB_EXIT_NOT_SO && desired_is_held(setup)) {
        config_lines_held(file, &setup->configuration.held);
        return SHMB_EXIT_TIMEOUT;
    }
    if (result == SHMB_EXIT_SYSTEM && !desired_unreadable(setup))
        return out_of_memory();
    if (result != SHMB_EXIT_DONE) {
        size_t errors = setup->messages.errors;

        if (desired_unreadable(setup))
            console_error("%s: error: cannot be read: %s; a reload would be refused, and nothing "
                          "would change",
                          file, setup->configuration.files[0].why.text);
        else
            console_error("%s: %zu error%s: a reload would be refused, and nothing would change",
                          file, errors, errors == 1 ? "" : "s");
        if (refused_as_unsafe(&setup->configuration))
            console_warning(
                "%s: if the broker runs with --allow-unsafe-config, use: shmbroker plan "
                "--allow-unsafe-config \"%s\"",
                file, file);
        return result;
    }
    return SHMB_EXIT_DONE;
}

static enum shmb_exit print_plan(const struct plan_view *view)
{
    struct json *json = answer_open();

    if (json != NULL) {
        plan_view_put(view, json);
        answer_done();
    }
    plan_view_print(view);
    return plan_view_is_whole(view) ? SHMB_EXIT_DONE : SHMB_EXIT_NOT_SO;
}

static enum shmb_exit plan_for(const char *file, bool unsafe, struct outlook *outlook)
{
    const struct port_host host = {.any_file = unsafe};
    struct desired setup = {.known = NULL};
    enum shmb_exit result;
    struct system system;
    struct port port;

    port_open(&port, &host, NULL, &system);
    result = read_wanted(&system, file, &setup);
    if (result == SHMB_EXIT_DONE && outlook_plan(outlook, &system, file, setup.configuration.whole,
                                                 setup.inventory) != SHMB_EXIT_DONE)
        result = out_of_memory();
    if (result == SHMB_EXIT_DONE)
        result = print_plan(&outlook->view);
    desired_free(&setup);
    port_close(&port);
    return result;
}

enum shmb_exit verb_plan(const char *file, bool unsafe)
{
    struct config_reader reader;
    struct outlook outlook;
    enum shmb_exit result;

    config_reader_ask(&reader);
    result = outlook_open(&reader, &outlook);
    if (result == SHMB_EXIT_NO_BROKER)
        console_error("shmbroker: no broker found whose directory can be read; to see what a file "
                      "would create, run: shmbroker check");
    if (result == SHMB_EXIT_SYSTEM)
        result = out_of_memory();
    if (result == SHMB_EXIT_DONE && file == NULL) {
        unsafe |= reader.unsafe;
        file = reader.file;
    }
    if (result == SHMB_EXIT_DONE && file == NULL) {
        console_error("shmbroker: the configuration of the broker is not known; give its path: "
                      "shmbroker plan FILE");
        result = SHMB_EXIT_USAGE;
    } else if (result == SHMB_EXIT_DONE) {
        result = plan_for(file, unsafe, &outlook);
    }
    outlook_free(&outlook);
    config_reader_free(&reader);
    return result;
}
