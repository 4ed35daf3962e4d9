#include "verbs.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "paths.h"
#include "service.h"

/* What a verb takes behind its name. */
enum takes { TAKES_NOTHING, TAKES_CONFIG, NEEDS_CONFIG, NEEDS_FILES };

struct verb {
    const char *name;
    enum takes takes;
    enum shmb_exit (*plain)(void);
    enum shmb_exit (*with_config)(const char *config);
};

static const char help[] =
    "ShmBroker creates the named objects of its configuration under Global\\ and holds them.\n"
    "\n"
    "  shmbroker run --config FILE         the broker in this console, until Ctrl+C\n"
    "  shmbroker check FILE...             what is wrong with a configuration, what it would "
    "create\n"
    "  shmbroker install [--config FILE]   register the service, or mend its registration\n"
    "  shmbroker uninstall                 stop the service and remove it\n"
    "  shmbroker start | stop              start or stop the service and wait for it\n"
    "  shmbroker status                    the service, and what is seen of each object\n"
    "  shmbroker --version | --help\n"
    "\n"
    "As a service: shmbroker [--config FILE]; the default is\n"
    "%ProgramData%\\ShmBroker\\shmbroker.yaml.\n"
    "\n"
    "Exit codes: 0 done, 1 not so (errors, not found, incomplete), 2 usage, 3 access denied,\n"
    "4 timeout, 5 not running or not installed, 6 conflict, second broker, 7 system error.";

static enum shmb_exit print_help(void)
{
    console_line("%s", help);
    return SHMB_EXIT_DONE;
}

static enum shmb_exit print_version(void)
{
    console_line("shmbroker %s", SHMB_VERSION_TEXT);
    return SHMB_EXIT_DONE;
}

static const struct verb verbs[] = {
    {"run", NEEDS_CONFIG, NULL, verb_run},
    {"check", NEEDS_FILES, NULL, NULL},
    {"install", TAKES_CONFIG, NULL, verb_install},
    {"uninstall", TAKES_NOTHING, verb_uninstall, NULL},
    {"start", TAKES_NOTHING, verb_start, NULL},
    {"stop", TAKES_NOTHING, verb_stop, NULL},
    {"status", TAKES_NOTHING, verb_status, NULL},
    {"--version", TAKES_NOTHING, print_version, NULL},
    {"--help", TAKES_NOTHING, print_help, NULL},
};

/* Reads `[--config FILE]` and nothing else. False: the fault has been said. */
static bool read_config(char **arguments, size_t count, const char **config)
{
    size_t i;

    *config = NULL;
    for (i = 0; i < count; i++) {
        if (strcmp(arguments[i], "--config") != 0) {
            console_error("shmbroker: \"%s\" is not expected here; see shmbroker --help",
                          arguments[i]);
            return false;
        }
        if (i + 1 == count || arguments[i + 1][0] == '\0') {
            console_error("shmbroker: --config needs the path of a file");
            return false;
        }
        if (*config != NULL) {
            console_error("shmbroker: --config is given twice");
            return false;
        }
        *config = arguments[++i];
    }
    return true;
}

static enum shmb_exit do_check(char **arguments, size_t count)
{
    size_t i;

    if (count == 0) {
        console_error("shmbroker: check needs at least one file");
        return SHMB_EXIT_USAGE;
    }
    for (i = 0; i < count; i++) {
        if (arguments[i][0] == '-' || arguments[i][0] == '\0') {
            console_error("shmbroker: \"%s\" is not expected here; see shmbroker --help",
                          arguments[i]);
            return SHMB_EXIT_USAGE;
        }
    }
    return verb_check(arguments, count);
}

static enum shmb_exit do_verb(const struct verb *verb, char **arguments, size_t count)
{
    const char *config;

    if (verb->takes == NEEDS_FILES)
        return do_check(arguments, count);
    if (verb->takes == TAKES_NOTHING) {
        if (count == 0)
            return verb->plain();
        console_error("shmbroker: %s takes nothing behind it", verb->name);
        return SHMB_EXIT_USAGE;
    }
    if (!read_config(arguments, count, &config))
        return SHMB_EXIT_USAGE;
    if (verb->takes == NEEDS_CONFIG && config == NULL) {
        console_error("shmbroker: %s needs --config FILE", verb->name);
        return SHMB_EXIT_USAGE;
    }
    return verb->with_config(config);
}

static enum shmb_exit do_service(char **arguments, size_t count)
{
    const char *config;
    char *path = NULL;
    enum shmb_exit result;

    if (!read_config(arguments, count, &config))
        return SHMB_EXIT_USAGE;
    if (config == NULL) {
        path = paths_default_config();
        if (path == NULL) {
            console_error("shmbroker: the folder for program data is not known");
            return SHMB_EXIT_SYSTEM;
        }
    }
    result = service_main(config != NULL ? config : path);
    if (result == SHMB_EXIT_USAGE)
        console_error("shmbroker: without a verb this is a service, started by the service "
                      "manager; see shmbroker --help");
    free(path);
    return result;
}

enum shmb_exit verbs_main(char **arguments, size_t count)
{
    size_t i;

    if (count == 0 || strcmp(arguments[0], "--config") == 0)
        return do_service(arguments, count);
    for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(arguments[0], verbs[i].name) == 0)
            return do_verb(&verbs[i], arguments + 1, count - 1);
    console_error("shmbroker: there is no \"%s\"; see shmbroker --help", arguments[0]);
    return SHMB_EXIT_USAGE;
}
