/*
 * One pass. An argument that the verb does not take is an error, never ignored. Words move to
 * the front of the same array: there are never more words than arguments read so far.
 */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "command_words.h"
#include "console.h"

static const struct option {
    const char *word;
    unsigned bit;
    size_t member;     /* where it goes in struct options: a text or a bool */
    const char *value; /* what its value is, for a message; NULL: it has none */
} table[] = {
    {"--config", OPTION_CONFIG, offsetof(struct options, config), "the path of a file"},
    {"--state", OPTION_STATE, offsetof(struct options, state), "the path of a folder"},
    {"--account", OPTION_ACCOUNT, offsetof(struct options, account), "the name of an account"},
    {"--to", OPTION_TO, offsetof(struct options, to), "the path of a folder"},
    {"--start-type", OPTION_START_TYPE, offsetof(struct options, start_type),
     "auto, delayed-auto, demand or disabled"},
    {"--timeout", OPTION_TIMEOUT, offsetof(struct options, timeout), "a number of milliseconds"},
    {"--merged", OPTION_MERGED, offsetof(struct options, merged), NULL},
    {"--json", OPTION_JSON, offsetof(struct options, json), NULL},
    {"--csv", OPTION_CSV, offsetof(struct options, csv), NULL},
    {"--recreate", OPTION_RECREATE, offsetof(struct options, recreate), NULL},
    {"--verify", OPTION_VERIFY, offsetof(struct options, verify), NULL},
    {"--allow-unsafe-config", OPTION_UNSAFE, offsetof(struct options, unsafe), NULL},
    {"--release", OPTION_RELEASE, offsetof(struct options, release), NULL},
    {"--audit", OPTION_AUDIT, offsetof(struct options, audit), NULL},
    {"--no-audit", OPTION_NO_AUDIT, offsetof(struct options, no_audit), NULL},
    {"--all", OPTION_ALL, offsetof(struct options, all), NULL},
    {"--if-auto", OPTION_IF_AUTO, offsetof(struct options, if_auto), NULL},
    {"--path", OPTION_PATH, offsetof(struct options, path), NULL},
    {"--no-path", OPTION_NO_PATH, offsetof(struct options, no_path), NULL},
    {"--dry-run", OPTION_DRY_RUN, offsetof(struct options, dry_run), NULL},
    {"--quiet", OPTION_QUIET, offsetof(struct options, quiet), NULL},
};
#define TABLE (sizeof(table) / sizeof(table[0]))

#define LIST_MAX 256

static void *member(struct options *out, const struct option *option)
{
    return (char *)out + option->member;
}

static const struct option *find_option(unsigned takes, const char *word)
{
    size_t i;

    for (i = 0; i < TABLE; i++)
        if ((takes & table[i].bit) != 0 && strcmp(table[i].word, word) == 0)
            return &table[i];
    return NULL;
}

/* Reads the value after the option at `*at`. */
static bool read_value(const struct option *option, char **arguments, size_t count, size_t *at,
                       const char **value)
{
    if (*at + 1 == count || arguments[*at + 1][0] == '\0' ||
        strncmp(arguments[*at + 1], "--", 2) == 0) {
        console_error("shmbroker: %s needs a value: %s", option->word, option->value);
        return false;
    }
    if (*value != NULL) {
        console_error("shmbroker: %s is given twice", option->word);
        return false;
    }
    *value = arguments[++*at];
    return true;
}

static bool read_flag(const struct option *option, bool *given)
{
    if (*given) {
        console_error("shmbroker: %s is given twice", option->word);
        return false;
    }
    *given = true;
    return true;
}

/* Prints that the verb does not take the argument, and the options that it takes. */
static void report_unexpected(const char *verb, unsigned takes, const char *argument)
{
    const char *words[TABLE];
    char list[LIST_MAX] = "", hint[COMMAND_HINT_MAX];
    size_t count = 0, length = 0, i;

    for (i = 0; i < TABLE; i++) {
        if ((takes & table[i].bit) == 0)
            continue;
        words[count++] = table[i].word;
        length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
                                   length > 0 ? ", " : ", which takes ", table[i].word);
    }
    console_error("shmbroker: \"%s\" is not expected after %s%s%s; see shmbroker --help", argument,
                  verb, list, command_hint(argument, words, count, hint));
}

/* Words belong to verbs that take them, or to --recreate before them. */
static bool is_word(unsigned takes, const char *argument, const struct options *options)
{
    return argument[0] != '\0' && ((takes & OPTION_WORDS) != 0 || options->recreate);
}

bool options_read(const char *verb, unsigned takes, char **arguments, size_t count,
                  struct options *out)
{
    bool ended = false; /* by -- */
    size_t i;

    memset(out, 0, sizeof(*out));
    out->words = arguments;
    for (i = 0; i < count; i++) {
        const struct option *option = ended ? NULL : find_option(takes, arguments[i]);

        if (!ended && command_asks_help(arguments[i])) {
            out->help = true;
            return true;
        }
        if (!ended && strcmp(arguments[i], "--") == 0) {
            ended = true;
        } else if (option != NULL && option->value != NULL) {
            if (!read_value(option, arguments, count, &i, (const char **)member(out, option)))
                return false;
        } else if (option != NULL) {
            if (!read_flag(option, (bool *)member(out, option)))
                return false;
        } else if ((ended || arguments[i][0] != '-') && is_word(takes, arguments[i], out)) {
            out->words[out->count++] = arguments[i];
        } else {
            report_unexpected(verb, takes, arguments[i]);
            return false;
        }
    }
    return true;
}

bool options_want_json(char *const *arguments, size_t count)
{
    size_t i;

    for (i = 0; i < count && strcmp(arguments[i], "--") != 0; i++) {
        const struct option *option = find_option(~0u, arguments[i]);

        if (option != NULL && option->bit == OPTION_JSON)
            return true;
        /* An option in place of the value is an error, see read_value. */
        if (option != NULL && option->value != NULL && i + 1 < count &&
            strncmp(arguments[i + 1], "--", 2) != 0)
            i++;
    }
    return false;
}
