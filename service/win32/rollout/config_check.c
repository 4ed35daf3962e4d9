#include "config_check.h"

#include <stdio.h>
#include <stdlib.h>

#include "account_check.h"
#include "advice.h"
#include "audit_right.h"
#include "config_lines.h"
#include "console.h"
#include "event_text.h"
#include "message_json.h"
#include "out_of_memory.h"
#include "status_report.h"

enum shmb_exit config_check_unreadable(enum sys_status status, const struct sys_failure *why)
{
    switch (status) {
    case SYS_FAILED:
        /* Without an error of the system it is no file, or a file over the limit. */
        return why->code != 0 ? SHMB_EXIT_SYSTEM : SHMB_EXIT_NOT_SO;
    case SYS_NOT_FOUND:
        return SHMB_EXIT_NOT_SO;
    case SYS_DENIED:
        return SHMB_EXIT_DENIED;
    default:
        return SHMB_EXIT_SYSTEM;
    }
}

enum shmb_exit config_check_read(const struct system *system, char *const *files, size_t count,
                                 struct trustees *known, struct config_check *out)
{
    enum sys_status status;

    cfg_messages_init(&out->messages);
    out->inventory = NULL;
    out->result = config_files_read(system, (const char *const *)files, count, CONFIG_FILES_STRICT,
                                    CONFIG_FILES_PATIENCE_MS, &out->messages, &out->configuration);
    if (out->result == CONFIG_FILES_NO_MEMORY)
        return out_of_memory();
    if (out->configuration.held.count > 0)
        return SHMB_EXIT_TIMEOUT;
    if (out->result == CONFIG_FILES_UNREADABLE)
        return config_check_unreadable(out->configuration.files[0].status,
                                       &out->configuration.files[0].why);
    if (out->result == CONFIG_FILES_INVALID)
        return account_check(&out->configuration, known, &out->messages) ? SHMB_EXIT_NOT_SO
                                                                         : out_of_memory();
    status = inventory_build(out->configuration.whole, known, &out->messages, &out->inventory);
    if (status == SYS_OK) {
        advice_add(out->configuration.whole, known, &out->messages);
        if (audit_right_missing())
            advice_audit(out->configuration.whole, &out->messages);
    }
    cfg_messages_sort(&out->messages);
    if (status == SYS_NO_MEMORY)
        return out_of_memory();
    return status == SYS_OK ? SHMB_EXIT_DONE : SHMB_EXIT_NOT_SO;
}

void config_check_free(struct config_check *check)
{
    inventory_free(check->inventory);
    config_files_free(&check->configuration);
    cfg_messages_free(&check->messages);
}

void config_check_print(const char *file, const struct config_check *check, enum shmb_exit result)
{
    const struct cfg_messages *messages = &check->messages;

    config_lines_print(file, messages);
    if (check->configuration.held.count > 0)
        config_lines_held(file, &check->configuration.held);
    else if (check->result == CONFIG_FILES_UNREADABLE)
        console_error("%s: error: cannot be read: %s", file,
                      check->configuration.files[0].why.text);
    else if (result == SHMB_EXIT_NOT_SO)
        console_error("%s: %zu error%s, %zu warning%s: not usable", file, messages->errors,
                      messages->errors == 1 ? "" : "s", messages->warnings,
                      messages->warnings == 1 ? "" : "s");
}

void config_check_put_messages(const struct config_check *check, struct json *json)
{
    const struct config_files *configuration = &check->configuration;

    json_array(json, "messages");
    if (check->result == CONFIG_FILES_UNREADABLE) {
        const struct config_file *main = &configuration->files[0];
        char text[REPORT_FAILURE];

        (void)snprintf(text, sizeof(text), "cannot be read: %s", main->why.text);
        message_json_put(
            json, &(struct message_json){.file = main->path, .severity = "error", .text = text});
    }
    cfg_messages_json(&check->messages, json);
    json_array_end(json);
}
