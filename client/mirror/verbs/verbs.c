#include "verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "command_words.h"
#include "console.h"
#include "mirror_file.h"
#include "tls.h"
#include "verb_check.h"
#include "verb_install.h"
#include "verb_run.h"
#include "verb_status.h"

struct options {
    const char *config; /* NULL: the default */
    bool json, help;
};

struct verb {
    const char *name, *help;
    bool json;
    enum shmb_exit (*run)(const char *config);
};

static const struct verb verbs[] = {
    {"run", "mirrors in this console, until Ctrl+C", false, verb_run},
    {"check", "reads the configuration, and tells what is wrong with it", true, verb_check},
    {"status", "tells what the running mirror does", true, verb_status},
    {"install", "registers the service ShmBrokerMirror", true, verb_install},
    {"uninstall", "stops the service, and removes it", true, verb_uninstall},
    {"service", NULL, false, verb_service}, /* of the service manager; help does not list it */
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void print_help(void)
{
    size_t i;

    answer_off(); /* also with --json, help is for people */
    console_line("usage: shmbmirror VERB [--config FILE] [--json]\n"
                 "Keeps segments of this machine in step with those of others, by way of Redis or "
                 "Valkey.\n");
    for (i = 0; i < VERBS && verbs[i].help != NULL; i++)
        console_line("  %-10s %s%s", verbs[i].name, verbs[i].help,
                     verbs[i].json ? " (--json)" : "");
    console_line("\nWithout --config: ShmBroker\\shmbmirror.yaml in the folder for program data.");
}

static enum shmb_exit print_version(void)
{
    answer_off();
    console_line("shmbmirror %s\n%s", SHMB_VERSION_TEXT,
                 tls_available() ? "with TLS" : "without TLS: rediss:// addresses do not work");
    return SHMB_EXIT_DONE;
}

static const struct verb *find(const char *word)
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
    console_error("shmbmirror: unknown verb \"%s\"%s; see shmbmirror --help", word,
                  command_hint(word, words, VERBS + COMMAND_WORDS, hint));
    return SHMB_EXIT_USAGE;
}

static bool read_options(const struct verb *verb, char **arguments, size_t count,
                         struct options *out)
{
    static const char *const known[] = {"--config", "--json", "--help"};
    char hint[COMMAND_HINT_MAX];
    size_t i;

    *out = (struct options){0};
    for (i = 0; i < count; i++) {
        const char *word = arguments[i];

        if (command_asks_help(word)) {
            out->help = true;
        } else if (strcmp(word, "--json") == 0 && verb->json) {
            out->json = true;
        } else if (strcmp(word, "--config") == 0 && i + 1 < count) {
            out->config = arguments[++i];
        } else if (strcmp(word, "--config") == 0) {
            console_error("shmbmirror: --config needs the path of a file");
            return false;
        } else {
            console_error("shmbmirror: %s does not know \"%s\"%s", verb->name, word,
                          command_hint(word, known, 3, hint));
            return false;
        }
    }
    return true;
}

static enum shmb_exit do_verb(const struct verb *verb, char **arguments, size_t count)
{
    struct options options;
    char *config = NULL;
    enum shmb_exit result;

    answer_verb(verb->name, NULL);
    if (!read_options(verb, arguments, count, &options))
        return SHMB_EXIT_USAGE;
    if (options.help) {
        print_help();
        return SHMB_EXIT_DONE;
    }
    if (options.config == NULL)
        config = mirror_file_default();
    if (options.config == NULL && config == NULL) {
        console_error("shmbmirror: the folder for program data cannot be found");
        return SHMB_EXIT_SYSTEM;
    }
    result = verb->run(options.config != NULL ? options.config : config);
    free(config);
    return result;
}

static enum shmb_exit dispatch(char **arguments, size_t count)
{
    const struct verb *verb;

    if (count == 0) {
        print_help();
        return SHMB_EXIT_USAGE;
    }
    if (command_asks_help(arguments[0]) || strcmp(arguments[0], "help") == 0) {
        print_help();
        return SHMB_EXIT_DONE;
    }
    if (command_asks_version(arguments[0]) || strcmp(arguments[0], "version") == 0)
        return print_version();
    verb = find(arguments[0]);
    return verb != NULL ? do_verb(verb, arguments + 1, count - 1) : unknown_verb(arguments[0]);
}

/* Also where the verb does not have it, or is none: the failure is a document then. */
static bool wants_json(char **arguments, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (strcmp(arguments[i], "--config") == 0)
            i++;
        else if (strcmp(arguments[i], "--json") == 0)
            return true;
    return false;
}

enum shmb_exit verbs_main(char **arguments, size_t count)
{
    uint32_t code, lost;

    if (!wants_json(arguments, count))
        return dispatch(arguments, count);
    answer_begin();
    code = (uint32_t)dispatch(arguments, count);
    lost = answer_wanted() ? console_answer(&code) : 0;
    answer_off();
    if (lost == 0 || code != SHMB_EXIT_DONE)
        return (enum shmb_exit)code;
    console_error("shmbmirror: writing the output failed (error %lu)", (unsigned long)lost);
    return SHMB_EXIT_SYSTEM;
}
