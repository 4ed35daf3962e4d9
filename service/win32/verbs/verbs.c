/* The command line: which verb it names, and the options it takes. */
#include "verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "command_words.h"
#include "console.h"
#include "copy_format.h"
#include "directory.h"
#include "help.h"
#include "keeper_main.h"
#include "model.h"
#include "options.h"
#include "paths.h"
#include "verb.h"
#include "verb_service.h"
#include "verify.h"
#include "verify_facts.h"

#define LIST_MAX 256 /* bytes; room for all verbs in one line */

struct verb {
    const char *name;
    unsigned takes; /* sum of OPTION_... */
    enum shmb_exit (*run)(const struct options *options);
};

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
    const struct check_options check = {options->merged, options->unsafe};

    if (options->count > 0)
        return verb_check(options->words, options->count, &check);
    console_error("shmbroker: check needs at least one file");
    return SHMB_EXIT_USAGE;
}

static enum shmb_exit do_install(const struct options *options)
{
    struct install_options install = {options->config,      options->account, options->to,
                                      options->unsafe,      options->audit,   options->no_audit,
                                      START_TYPE_UNCHANGED, options->path,    options->no_path};

    if (options->path && options->no_path) {
        console_error("shmbroker: install takes --path or --no-path, not both");
        return SHMB_EXIT_USAGE;
    }
    if (options->start_type != NULL && !start_type_of_word(options->start_type, &install.start)) {
        console_error("shmbroker: \"%s\" is no start type; it is auto, delayed-auto, demand or "
                      "disabled",
                      options->start_type);
        return SHMB_EXIT_USAGE;
    }
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
    return verb_start(options->if_auto);
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
    if (options->count <= 1)
        return verb_plan(options->count == 1 ? options->words[0] : NULL, options->unsafe);
    console_error("shmbroker: plan takes one file");
    return SHMB_EXIT_USAGE;
}

static enum shmb_exit do_apply(const struct options *options)
{
    const struct apply_options apply = {options->count == 1 ? options->words[0] : NULL,
                                        options->config, options->timeout, options->dry_run,
                                        options->unsafe};

    if (apply.file != NULL)
        return verb_apply(&apply);
    console_error("shmbroker: apply takes one file");
    return SHMB_EXIT_USAGE;
}

static enum shmb_exit do_status(const struct options *options)
{
    const struct status_options status = {(const char *const *)options->words, options->count,
                                          options->all, false};

    if (!options->verify)
        return verb_status(&status);
    if (options->count == 0 && !options->all) {
        answer_verb("status", "--verify");
        return verify_show(verify_facts_read);
    }
    console_error("shmbroker: status --verify takes neither names nor --all");
    return SHMB_EXIT_USAGE;
}

static enum shmb_exit do_metrics(const struct options *options)
{
    (void)options;
    return verb_metrics();
}

static enum shmb_exit do_audit(const struct options *options)
{
    if (options->json && options->csv) {
        console_error("shmbroker: audit takes --json or --csv, not both");
        return SHMB_EXIT_USAGE;
    }
    return verb_audit(options->csv ? AUDIT_CSV : AUDIT_LINES);
}

/* What options_read lets through for each verb; any other option is an error. */
static const struct verb verbs[] = {
    {"run", OPTION_CONFIG | OPTION_STATE | OPTION_UNSAFE | OPTION_RELEASE | OPTION_AUDIT, do_run},
    {"check", OPTION_QUIET | OPTION_MERGED | OPTION_JSON | OPTION_UNSAFE | OPTION_WORDS, do_check},
    {"install",
     OPTION_QUIET | OPTION_CONFIG | OPTION_ACCOUNT | OPTION_TO | OPTION_UNSAFE | OPTION_AUDIT |
         OPTION_NO_AUDIT | OPTION_START_TYPE | OPTION_PATH | OPTION_NO_PATH | OPTION_JSON,
     do_install},
    {"uninstall", OPTION_QUIET | OPTION_JSON, do_uninstall},
    {"start", OPTION_QUIET | OPTION_IF_AUTO | OPTION_JSON, do_start},
    {"stop", OPTION_QUIET | OPTION_RELEASE | OPTION_JSON, do_stop},
    {"plan", OPTION_QUIET | OPTION_UNSAFE | OPTION_JSON | OPTION_WORDS, do_plan},
    {"apply",
     OPTION_QUIET | OPTION_CONFIG | OPTION_TIMEOUT | OPTION_DRY_RUN | OPTION_UNSAFE | OPTION_JSON |
         OPTION_WORDS,
     do_apply},
    {"reload", OPTION_QUIET | OPTION_RECREATE | OPTION_JSON, do_reload},
    {"status", OPTION_QUIET | OPTION_JSON | OPTION_VERIFY | OPTION_ALL | OPTION_WORDS, do_status},
    {"metrics", 0, do_metrics},
    {"audit", OPTION_JSON | OPTION_CSV, do_audit},
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const struct verb *find_verb(const char *word)
{
    size_t i;

    for (i = 0; i < VERBS; i++)
        if (strcmp(word, verbs[i].name) == 0)
            return &verbs[i];
    return NULL;
}

static enum shmb_exit unknown_verb(const char *word)
{
    const char *words[VERBS + COMMAND_WORDS];
    char hint[COMMAND_HINT_MAX];
    size_t i;

    for (i = 0; i < VERBS; i++)
        words[i] = verbs[i].name;
    memcpy(words + VERBS, command_words, sizeof(command_words));
    console_error("shmbroker: unknown verb \"%s\"%s; see shmbroker --help", word,
                  command_hint(word, words, VERBS + COMMAND_WORDS, hint));
    return SHMB_EXIT_USAGE;
}

static enum shmb_exit print_help(const struct verb *verb)
{
    help_print_verb(verb->name);
    if ((verb->takes & OPTION_QUIET) != 0)
        console_line("\nWith --quiet it writes errors only, and what a degraded service lacks; the "
                     "exit code says the rest.");
    return SHMB_EXIT_DONE;
}

/* `help [VERB]`, and the same with --help. */
static enum shmb_exit do_help(char **arguments, size_t count)
{
    if (count > 2) {
        console_error("shmbroker: only a verb is expected after %s", arguments[0]);
        return SHMB_EXIT_USAGE;
    }
    if (count == 2 && find_verb(arguments[1]) == NULL)
        return unknown_verb(arguments[1]);
    answer_off();
    if (count == 2)
        return print_help(find_verb(arguments[1]));
    help_print();
    return SHMB_EXIT_DONE;
}

/* The program, and the version of each layout and format it shares with other programs. */
static enum shmb_exit do_version(char **arguments, size_t count)
{
    if (count > 1) {
        console_error("shmbroker: nothing is expected after %s", arguments[0]);
        return SHMB_EXIT_USAGE;
    }
    console_line("shmbroker %s\nshared memory %u, copies %u, configuration %d, JSON %d",
                 SHMB_VERSION_TEXT, SHMB_ABI_VERSION, COPY_VERSION, CFG_VERSION, ANSWER_SCHEMA);
    return SHMB_EXIT_DONE;
}

/* Without a verb, and not started by the service manager: the verbs, and where to read on. */
static enum shmb_exit say_usage(void)
{
    char list[LIST_MAX] = "";
    size_t length = 0, i;

    for (i = 0; i < VERBS; i++)
        length += (size_t)snprintf(list + length, sizeof(list) - length, " %s", verbs[i].name);
    console_error("usage: shmbroker VERB [OPTIONS]\n"
                  "verbs:%s\n"
                  "Without a verb this is the service, which only the service manager starts.\n"
                  "shmbroker --help says what each does, shmbroker VERB --help all of one.",
                  list);
    return SHMB_EXIT_USAGE;
}

static enum shmb_exit do_service(char **arguments, size_t count)
{
    struct options options;
    char *path = NULL;
    enum shmb_exit result;

    if (!options_read("the program's name", OPTION_CONFIG | OPTION_UNSAFE | OPTION_AUDIT, arguments,
                      count, &options))
        return SHMB_EXIT_USAGE;
    if (options.help) {
        help_print();
        return SHMB_EXIT_DONE;
    }
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
        result = say_usage();
    free(path);
    return result;
}

static enum shmb_exit do_verb(const struct verb *verb, char **arguments, size_t count)
{
    struct options options;

    answer_verb(verb->name, NULL);
    if (!options_read(verb->name, verb->takes, arguments, count, &options))
        return SHMB_EXIT_USAGE;
    if (options.help) {
        answer_off();
        return print_help(verb);
    }
    if (options.quiet && options.json) {
        console_error("shmbroker: --quiet and --json do not go together");
        return SHMB_EXIT_USAGE;
    }
    if (options.quiet)
        console_quiet();
    return verb->run(&options);
}

static enum shmb_exit dispatch(char **arguments, size_t count)
{
    const struct verb *verb = find_verb(arguments[0]);

    if (command_asks_help(arguments[0]) || strcmp(arguments[0], "help") == 0)
        return do_help(arguments, count);
    if (command_asks_version(arguments[0]) || strcmp(arguments[0], "version") == 0)
        return do_version(arguments, count);
    return verb != NULL ? do_verb(verb, arguments + 1, count - 1) : unknown_verb(arguments[0]);
}

enum shmb_exit verbs_main(char **arguments, size_t count)
{
    uint32_t code, lost;

    /* The line that `install` registers has options and no verb (command_line.h). */
    if (count == 0 || strcmp(arguments[0], "--config") == 0 ||
        strcmp(arguments[0], "--allow-unsafe-config") == 0 || strcmp(arguments[0], "--audit") == 0)
        return do_service(arguments, count);
    /* Only the broker starts this one, so help does not list it. */
    if (strcmp(arguments[0], "keeper") == 0)
        return keeper_main(arguments + 1, count - 1);
    if (!options_want_json(arguments, count))
        return dispatch(arguments, count);
    answer_begin();
    code = (uint32_t)dispatch(arguments, count);
    lost = answer_wanted() ? console_answer(&code) : 0;
    answer_off();
    if (lost == 0 || code != SHMB_EXIT_DONE)
        return (enum shmb_exit)code;
    console_error("shmbroker: writing the output failed (error %lu)", (unsigned long)lost);
    return SHMB_EXIT_SYSTEM;
}
