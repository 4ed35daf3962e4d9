/* The verb check: reads configurations as the service does, and prints errors and objects. */
#include "verb.h"

#include <stdio.h>

#include "answer.h"
#include "config_check.h"
#include "console.h"
#include "describe.h"
#include "describe_rules.h"
#include "inventory.h"
#include "json.h"
#include "out_of_memory.h"
#include "port.h"
#include "trustees.h"

static void print_line(void *context, const char *line)
{
    (void)context;
    console_line("%s", line);
}

static enum shmb_exit print_finding(const char *file, const struct config_check *finding,
                                    enum shmb_exit result)
{
    const struct cfg_messages *messages = &finding->messages;
    const struct cfg *whole = finding->configuration.whole;
    char rules[32] = "";

    config_check_print(file, finding, result);
    if (result != SHMB_EXIT_DONE)
        return result;
    if (!describe_inventory(finding->inventory, print_line, NULL) ||
        !describe_rules(whole, print_line, NULL))
        return out_of_memory();
    if (whole->rule_count > 0)
        (void)snprintf(rules, sizeof(rules), ", %zu rule%s", whole->rule_count,
                       whole->rule_count == 1 ? "" : "s");
    console_line("%s: no errors, %zu warning%s, %zu object%s%s", file, messages->warnings,
                 messages->warnings == 1 ? "" : "s", finding->inventory->count,
                 finding->inventory->count == 1 ? "" : "s", rules);
    return result;
}

static void put_finding(struct json *json, const char *file, const struct config_check *finding)
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
    config_check_put_messages(finding, json);
    json_array(json, "objects");
    if (finding->inventory != NULL)
        describe_json(finding->inventory, json);
    json_array_end(json);
    json_array(json, "rules");
    if (finding->inventory != NULL)
        describe_rules_json(finding->configuration.whole, json);
    json_array_end(json);
    json_object_end(json);
}

/* One configuration, to the console or into `json`. */
static enum shmb_exit check(const struct system *system, char **files, size_t count,
                            struct trustees *known, struct json *json)
{
    struct config_check finding;
    enum shmb_exit result = config_check_read(system, files, count, known, &finding);

    if (json != NULL)
        put_finding(json, files[0], &finding);
    else
        result = print_finding(files[0], &finding, result);
    config_check_free(&finding);
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
        result = out_of_memory();
    else if (answer_wanted())
        result = check_as_json(&system, files, count, options, known);
    else
        result = check_all(&system, files, count, options, known, NULL);
    trustees_free(known);
    port_close(&port);
    return result;
}
