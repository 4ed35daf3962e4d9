/*
 * One pass. An argument that the verb does not take is an error, never ignored. Words move to
 * the front of the same array: there are never more words than arguments read so far.
 */
#include "options.h"

#include <string.h>

#include "console.h"

/* Reads the value after the option at `*at`. `what`: the value, for the message. */
static bool read_value(char **arguments, size_t count, size_t *at, const char *what,
                       const char **value)
{
    const char *option = arguments[*at];

    if (*at + 1 == count || arguments[*at + 1][0] == '\0') {
        console_error("shmbroker: %s needs the %s", option, what);
        return false;
    }
    if (*value != NULL) {
        console_error("shmbroker: %s is given twice", option);
        return false;
    }
    *value = arguments[++*at];
    return true;
}

static bool read_flag(unsigned takes, const char *argument, struct options *out)
{
    if ((takes & OPTION_MERGED) != 0 && strcmp(argument, "--merged") == 0)
        out->merged = true;
    else if ((takes & OPTION_JSON) != 0 && strcmp(argument, "--json") == 0)
        out->json = true;
    else if ((takes & OPTION_CSV) != 0 && strcmp(argument, "--csv") == 0)
        out->csv = true;
    else if ((takes & OPTION_RECREATE) != 0 && strcmp(argument, "--recreate") == 0)
        out->recreate = true;
    else if ((takes & OPTION_VERIFY) != 0 && strcmp(argument, "--verify") == 0)
        out->verify = true;
    else if ((takes & OPTION_UNSAFE) != 0 && strcmp(argument, "--allow-unsafe-config") == 0)
        out->unsafe = true;
    else if ((takes & OPTION_RELEASE) != 0 && strcmp(argument, "--release") == 0)
        out->release = true;
    else if ((takes & OPTION_AUDIT) != 0 && strcmp(argument, "--audit") == 0)
        out->audit = true;
    else if ((takes & OPTION_NO_AUDIT) != 0 && strcmp(argument, "--no-audit") == 0)
        out->no_audit = true;
    else
        return false;
    return true;
}

/* Words belong to verbs that take them, or to --recreate before them. */
static bool is_word(unsigned takes, const char *argument, const struct options *options)
{
    return argument[0] != '-' && argument[0] != '\0' &&
           ((takes & OPTION_WORDS) != 0 || options->recreate);
}

bool options_read(const char *verb, unsigned takes, char **arguments, size_t count,
                  struct options *out)
{
    size_t i;

    memset(out, 0, sizeof(*out));
    out->words = arguments;
    for (i = 0; i < count; i++) {
        if ((takes & OPTION_CONFIG) != 0 && strcmp(arguments[i], "--config") == 0) {
            if (!read_value(arguments, count, &i, "path of a file", &out->config))
                return false;
        } else if ((takes & OPTION_STATE) != 0 && strcmp(arguments[i], "--state") == 0) {
            if (!read_value(arguments, count, &i, "path of a folder", &out->state))
                return false;
        } else if ((takes & OPTION_ACCOUNT) != 0 && strcmp(arguments[i], "--account") == 0) {
            if (!read_value(arguments, count, &i, "name of an account", &out->account))
                return false;
        } else if ((takes & OPTION_TO) != 0 && strcmp(arguments[i], "--to") == 0) {
            if (!read_value(arguments, count, &i, "path of a folder", &out->to))
                return false;
        } else if (is_word(takes, arguments[i], out)) {
            out->words[out->count++] = arguments[i];
        } else if (!read_flag(takes, arguments[i], out)) {
            console_error("shmbroker: \"%s\" is not expected after %s; see shmbroker --help",
                          arguments[i], verb);
            return false;
        }
    }
    return true;
}
