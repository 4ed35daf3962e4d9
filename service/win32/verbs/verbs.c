/* The command line: which verb it names, and the options it takes. */
#include "verbs.h"

#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "keeper_main.h"
#include "options.h"
#include "paths.h"
#include "verb.h"
#include "verb_service.h"
#include "verify.h"

struct verb {
    const char *name;
    unsigned takes; /* sum of OPTION_... */
    enum shmb_exit (*run)(const struct options *options);
};

static const char help[] =
    "ShmBroker creates the named objects of its configuration under Global\\ and holds them.\n"
    "\n"
    "  shmbroker run --config FILE [--state FOLDER] [--release] [--audit]\n"
    "                                      run the broker in this console until Ctrl+C;\n"
    "                                      Ctrl+Break reloads the configuration; FOLDER: where\n"
    "                                      it stores its state; --release: as for stop;\n"
    "                                      --audit: audit objects with audit: true\n"
    "  shmbroker check [--merged] [--json] FILE...\n"
    "                                      show the errors of a configuration, or what it would\n"
    "                                      create; --merged: all files as one, the first includes\n"
    "                                      the others\n"
    "  shmbroker plan FILE                 show what a reload with this configuration would do;\n"
    "                                      change nothing\n"
    "  shmbroker install [--config FILE] [--account virtual|LocalService|NAME] [--to FOLDER]\n"
    "                    [--audit | --no-audit]\n"
    "                                      copy this program to %ProgramFiles%\\ShmBroker and\n"
    "                                      register it as a service; repair its registration; or\n"
    "                                      replace another version, even a running one; --audit:\n"
    "                                      allow it to audit objects with audit: true\n"
    "                                      (SeSecurityPrivilege)\n"
    "  shmbroker uninstall                 stop the service and remove it\n"
    "  shmbroker start                     start the service and wait until it runs\n"
    "  shmbroker stop [--release]          stop the service and wait until it has stopped; its\n"
    "                                      objects are held for the next start (hold_for in the\n"
    "                                      configuration); --release: release them at once\n"
    "  shmbroker reload [--recreate NAME...]\n"
    "                                      have the service reload its configuration, and show\n"
    "                                      the result; --recreate: recreate these objects, even\n"
    "                                      if programs must then open them again\n"
    "  shmbroker status [--json]           show the service and each object\n"
    "  shmbroker status --verify [--json]  compare the installed service, point by point, with\n"
    "                                      what it should be\n"
    "  shmbroker audit [--json | --csv]    list who may do what, by account over all objects\n"
    "                                      that are held\n"
    "  shmbroker --version | --help\n"
    "\n"
    "As a service: shmbroker [--config FILE] [--audit]; the default is\n"
    "%ProgramData%\\ShmBroker\\shmbroker.yaml.\n"
    "\n"
    "Configuration files that others than administrators can change are refused; install also\n"
    "refuses such a place for the program. For trials, give --allow-unsafe-config to run, check,\n"
    "plan or install.\n"
    "\n"
    "Exit codes: 0 done, 1 not so (errors, not found, incomplete), 2 usage, 3 access denied,\n"
    "4 timeout, 5 not running or not installed, 6 conflict, second broker, 7 system error.";

static enum shmb_exit do_help(const struct options *options)
{
    (void)options;
    console_line("%s", help);
    return SHMB_EXIT_DONE;
}

static enum shmb_exit do_version(const struct options *options)
{
    (void)options;
    console_line("shmbroker %s", SHMB_VERSION_TEXT);
    return SHMB_EXIT_DONE;
}

static enum shmb_exit do_run(const struct options *options)
{
    const struct run_options run = {options->config, options->state, options->unsafe,
                                    options->release, options->audit};

    if (options->config != NULL)
        return verb_run(&run);
    console_error("shmbroker: run needs --config FILE");
    return SHMB_EXIT_USAGE;
}

static enum shmb_exit do_check(const struct options *options)
{
    const struct check_options check = {options->merged, options->json, options->unsafe};

    if (options->count > 0)
        return verb_check(options->words, options->count, &check);
    console_error("shmbroker: check needs at least one file");
    return SHMB_EXIT_USAGE;
}

static enum shmb_exit do_install(const struct options *options)
{
    const struct install_options install = {options->config, options->account, options->to,
                                            options->unsafe, options->audit,   options->no_audit};

    if (options->audit && options->no_audit) {
        console_error("shmbroker: install takes --audit or --no-audit, not both");
        return SHMB_EXIT_USAGE;
    }
    return verb_install(&install);
}

static enum shmb_exit do_uninstall(const struct options *options)
{
    (void)options;
    return verb_uninstall();
}

static enum shmb_exit do_start(const struct options *options)
{
    (void)options;
    return verb_start();
}

static enum shmb_exit do_stop(const struct options *options)
{
    return verb_stop(options->release);
}

static enum shmb_exit do_reload(const struct options *options)
{
    if (!options->recreate || options->count > 0)
        return verb_reload((const char *const *)options->words, options->count);
    console_error("shmbroker: --recreate needs the names of objects");
    return SHMB_EXIT_USAGE;
}

static enum shmb_exit do_plan(const struct options *options)
{
    if (options->count == 1)
        return verb_plan(options->words[0], options->unsafe);
    console_error("shmbroker: plan needs one file");
    return SHMB_EXIT_USAGE;
}

static enum shmb_exit do_status(const struct options *options)
{
    return options->verify ? verify_show(options->json) : verb_status(options->json);
}

static enum shmb_exit do_audit(const struct options *options)
{
    if (options->json && options->csv) {
        console_error("shmbroker: audit takes --json or --csv, not both");
        return SHMB_EXIT_USAGE;
    }
    return verb_audit(options->json ? AUDIT_JSON : options->csv ? AUDIT_CSV : AUDIT_LINES);
}

/* What options_read lets through for each verb; any other option is an error. */
static const struct verb verbs[] = {
    {"run", OPTION_CONFIG | OPTION_STATE | OPTION_UNSAFE | OPTION_RELEASE | OPTION_AUDIT, do_run},
    {"check", OPTION_MERGED | OPTION_JSON | OPTION_UNSAFE | OPTION_WORDS, do_check},
    {"install",
     OPTION_CONFIG | OPTION_ACCOUNT | OPTION_TO | OPTION_UNSAFE | OPTION_AUDIT | OPTION_NO_AUDIT,
     do_install},
    {"uninstall", 0, do_uninstall},
    {"start", 0, do_start},
    {"stop", OPTION_RELEASE, do_stop},
    {"plan", OPTION_UNSAFE | OPTION_WORDS, do_plan},
    {"reload", OPTION_RECREATE, do_reload},
    {"status", OPTION_JSON | OPTION_VERIFY, do_status},
    {"audit", OPTION_JSON | OPTION_CSV, do_audit},
    {"--version", 0, do_version},
    {"--help", 0, do_help},
};

static enum shmb_exit do_service(char **arguments, size_t count)
{
    struct options options;
    char *path = NULL;
    enum shmb_exit result;

    if (!options_read("the program's name", OPTION_CONFIG | OPTION_UNSAFE | OPTION_AUDIT, arguments,
                      count, &options))
        return SHMB_EXIT_USAGE;
    if (options.config == NULL) {
        path = paths_default_config();
        if (path == NULL) {
            console_error("shmbroker: the folder for program data cannot be found");
            return SHMB_EXIT_SYSTEM;
        }
    }
    result =
        verb_service(options.config != NULL ? options.config : path, options.unsafe, options.audit);
    if (result == SHMB_EXIT_USAGE)
        console_error("shmbroker: without a verb this is the service, which only the service "
                      "manager starts; see shmbroker --help");
    free(path);
    return result;
}

static enum shmb_exit do_verb(const struct verb *verb, char **arguments, size_t count)
{
    struct options options;

    if (!options_read(verb->name, verb->takes, arguments, count, &options))
        return SHMB_EXIT_USAGE;
    return verb->run(&options);
}

enum shmb_exit verbs_main(char **arguments, size_t count)
{
    size_t i;

    /* The line that `install` registers has options and no verb (command_line.h). */
    if (count == 0 || strcmp(arguments[0], "--config") == 0 ||
        strcmp(arguments[0], "--allow-unsafe-config") == 0 || strcmp(arguments[0], "--audit") == 0)
        return do_service(arguments, count);
    /* Only the broker starts this one, so help does not list it. */
    if (strcmp(arguments[0], "keeper") == 0)
        return keeper_main(arguments + 1, count - 1);
    for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(arguments[0], verbs[i].name) == 0)
            return do_verb(&verbs[i], arguments + 1, count - 1);
    console_error("shmbroker: unknown verb \"%s\"; see shmbroker --help", arguments[0]);
    return SHMB_EXIT_USAGE;
}
