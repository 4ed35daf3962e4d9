/* The verb check: reads configurations as the service does, and prints errors and objects. */
#include "verb.h"

#include <stdio.h>
#include <stdlib.h>

#include "account_check.h"
#include "advice.h"
#include "answer.h"
#include "audit_right.h"
#include "config_files.h"
#include "config_lines.h"
#include "console.h"
#include "describe.h"
#include "event_text.h"
#include "inventory.h"
#include "json.h"
#include "port.h"
#include "report_json.h"
#include "trustees.h"

/* The result for one configuration. */
struct finding {
    struct cfg_messages messages;
    struct config_files configuration;
    enum config_files_result result;
    struct inventory *inventory; /* NULL: not usable */
};

static enum shmb_exit no_memory(void)
{
    console_error("shmbroker: out of memory");
    return SHMB_EXIT_SYSTEM;
}

/* The exit code for a main file that cannot be read. */
static enum shmb_exit unreadable(const struct config_file *file)
{
    switch (file->status) {
    case SYS_FAILED:
        /* Without an error of the system it is no file, or a file over the limit. */
        return file->why.code != 0 ? SHMB_EXIT_SYSTEM : SHMB_EXIT_NOT_SO;
    case SYS_NOT_FOUND:
        return SHMB_EXIT_NOT_SO;
    case SYS_DENIED:
        return SHMB_EXIT_DENIED;
    default:
        return SHMB_EXIT_SYSTEM;
    }
}

/* Reads the files as one configuration and resolves its accounts and access lists. */
static enum shmb_exit find(const struct system *system, char **files, size_t count,
                           struct trustees *known, struct finding *out)
{
    enum sys_status status;

    cfg_messages_init(&out->messages);
    out->inventory = NULL;
    out->result = config_files_read(system, (const char *const *)files, count, CONFIG_FILES_STRICT,
                                    CONFIG_FILES_PATIENCE_MS, &out->messages, &out->configuration);
    if (out->result == CONFIG_FILES_NO_MEMORY)
        return no_memory();
    if (out->configuration.held.count > 0)
        return SHMB_EXIT_TIMEOUT;
    if (out->result == CONFIG_FILES_UNREADABLE)
        return unreadable(&out->configuration.files[0]);
    if (out->result == CONFIG_FILES_INVALID)
        return account_check(&out->configuration, known, &out->messages) ? SHMB_EXIT_NOT_SO
                                                                         : no_memory();
    status = inventory_build(out->configuration.whole, known, &out->messages, &out->inventory);
    if (status == SYS_OK) {
        advice_add(out->configuration.whole, known, &out->messages);
        if (audit_right_missing())
            advice_audit(out->configuration.whole, &out->messages);
    }
    cfg_messages_sort(&out->messages);
    if (status == SYS_NO_MEMORY)
        return no_memory();
    return status == SYS_OK ? SHMB_EXIT_DONE : SHMB_EXIT_NOT_SO;
}

static void finding_free(struct finding *finding)
{
    inventory_free(finding->inventory);
    config_files_free(&finding->configuration);
    cfg_messages_free(&finding->messages);
}

static void print_line(void *context, const char *line)
{
    (void)context;
    console_line("%s", line);
}

static enum shmb_exit print_finding(const char *file, const struct finding *finding,
                                    enum shmb_exit result)
{
    const struct cfg_messages *messages = &finding->messages;

    config_lines_print(file, messages);
    if (finding->configuration.held.count > 0)
        config_lines_held(file, &finding->configuration.held);
    else if (finding->result == CONFIG_FILES_UNREADABLE)
        console_error("%s: error: cannot be read: %s", file,
                      finding->configuration.files[0].why.text);
    else if (result == SHMB_EXIT_NOT_SO)
        console_error("%s: %zu error%s, %zu warning%s: not usable", file, messages->errors,
                      messages->errors == 1 ? "" : "s", messages->warnings,
                      messages->warnings == 1 ? "" : "s");
    if (result != SHMB_EXIT_DONE)
        return result;
    if (!describe_inventory(finding->inventory, print_line, NULL))
        return no_memory();
    console_line("%s: no errors, %zu warning%s, %zu object%s", file, messages->warnings,
                 messages->warnings == 1 ? "" : "s", finding->inventory->count,
                 finding->inventory->count == 1 ? "" : "s");
    return result;
}

static void put_messages(struct json *json, const struct finding *finding)
{
    const struct config_files *configuration = &finding->configuration;
    size_t i;

    json_array(json, "messages");
    if (finding->result == CONFIG_FILES_UNREADABLE) {
        const struct config_file *main = &configuration->files[0];
        char text[REPORT_FAILURE];

        (void)snprintf(text, sizeof(text), "cannot be read: %s", main->why.text);
        report_json_message(
            json, &(struct report_message){.file = main->path, .severity = "error", .text = text});
    }
    for (i = 0; i < finding->messages.count; i++) {
        const struct cfg_message *message = &finding->messages.items[i];

        report_json_message(
            json, &(struct report_message){message->file, message->line, message->column,
                                           message->severity == CFG_ERROR ? "error" : "warning",
                                           message->object, message->text});
    }
    json_array_end(json);
}

static void put_finding(struct json *json, const char *file, const struct finding *finding)
{
    bool unreadable_file = finding->result == CONFIG_FILES_UNREADABLE;
    size_t i;

    json_object(json, NULL);
    json_string(json, "configuration", file);
    json_bool(json, "usable", finding->inventory != NULL);
    json_number(json, "errors", finding->messages.errors + (unreadable_file ? 1u : 0u));
    json_number(json, "warnings", finding->messages.warnings);
    json_string(json, "held",
                finding->configuration.held.count > 0 ? finding->configuration.held.path : NULL);
    json_array(json, "files");
    for (i = 0; i < finding->configuration.count; i++)
        json_string(json, NULL, finding->configuration.files[i].path);
    json_array_end(json);
    put_messages(json, finding);
    json_array(json, "objects");
    if (finding->inventory != NULL)
        describe_json(finding->inventory, json);
    json_array_end(json);
    json_object_end(json);
}

/* One configuration, to the console or into `json`. */
static enum shmb_exit check(const struct system *system, char **files, size_t count,
                            struct trustees *known, struct json *json)
{
    struct finding finding;
    enum shmb_exit result = find(system, files, count, known, &finding);

    if (json != NULL)
        put_finding(json, files[0], &finding);
    else
        result = print_finding(files[0], &finding, result);
    finding_free(&finding);
    return result;
}

/* All files as one configuration (--merged), or each for itself. */
static enum shmb_exit check_all(const struct system *system, char **files, size_t count,
                                const struct check_options *options, struct trustees *known,
                                struct json *json)
{
    enum shmb_exit result = SHMB_EXIT_DONE;
    size_t i;

    if (options->merged)
        return check(system, files, count, known, json);
    for (i = 0; i < count; i++) {
        enum shmb_exit one = check(system, &files[i], 1, known, json);

        /* A greater exit code is the worse result. */
        if (one > result)
            result = one;
    }
    return result;
}

static enum shmb_exit check_as_json(const struct system *system, char **files, size_t count,
                                    const struct check_options *options, struct trustees *known)
{
    struct json *json = answer_open();
    enum shmb_exit result;

    json_array(json, "configurations");
    result = check_all(system, files, count, options, known, json);
    json_array_end(json);
    answer_done();
    return result;
}

enum shmb_exit verb_check(char **files, size_t count, const struct check_options *options)
{
    const struct port_host host = {.any_file = options->unsafe};
    enum shmb_exit result;
    struct trustees *known;
    struct system system;
    struct port port;

    port_open(&port, &host, NULL, &system);
    /* One for all configurations: each account is looked up once. */
    known = trustees_new(&system);
    if (known == NULL)
        result = no_memory();
    else if (answer_wanted())
        result = check_as_json(&system, files, count, options, known);
    else
        result = check_all(&system, files, count, options, known, NULL);
    trustees_free(known);
    port_close(&port);
    return result;
}
