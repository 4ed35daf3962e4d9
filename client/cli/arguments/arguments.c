/* Reads name and options, by the table of options and by what the verb takes. */
#include "arguments.h"

#include <stdio.h>
#include <string.h>

#include "command_words.h"
#include "out.h"
#include "shmb.h"

static const struct option {
    const char *word;
    unsigned bit;
    bool has_value;
    uint64_t maximum;  /* of a number; 0: the value is a text */
    const char *value; /* what the value is, for a message; NULL: a number, or no value */
} options[] = {
    {"--json", OPTION_JSON, false, 0, NULL},
    {"--raw", OPTION_RAW, false, 0, NULL},
    {"--yaml", OPTION_YAML, false, 0, NULL},
    {"--all", OPTION_ALL, false, 0, NULL},
    {"--quiet", OPTION_QUIET, false, 0, NULL},
    {"--names", OPTION_NAMES, false, 0, NULL},
    {"--requested", OPTION_REQUESTED, false, 0, NULL},
    {"--text", OPTION_TEXT, true, 0, "the text to write"},
    {"--text", OPTION_AS_TEXT, false, 0, NULL},
    {"--hex", OPTION_HEX, true, 0, "bytes in hex, such as 0d0a"},
    {"--hex", OPTION_AS_HEX, false, 0, NULL},
    {"--follow", OPTION_FOLLOW, false, 0, NULL},
    {"--restore", OPTION_RESTORE, false, 0, NULL},
    {"--encoding", OPTION_ENCODING, true, 0, "utf-8, utf-16le or ansi"},
    {"--zero", OPTION_ZERO, false, 0, NULL},
    {"--pad", OPTION_PAD, true, UINT64_MAX - 1, NULL},
    {"--as", OPTION_AS, true, 0, "read, write or full"},
    {"--dll", OPTION_DLL, true, 0, "the path of a DLL"},
    {"--output", OPTION_OUTPUT, true, 0, "the path of a file"},
    {"--input", OPTION_INPUT, true, 0, "the path of a file"},
    {"--offset", OPTION_OFFSET, true, UINT64_MAX - 1, NULL},
    {"--count", OPTION_COUNT, true, UINT64_MAX - 1, NULL},
    {"--timeout", OPTION_TIMEOUT, true, SHMB_INFINITE - 1, NULL},
    {"--times", OPTION_TIMES, true, UINT64_MAX - 1, NULL},
    {"--every", OPTION_EVERY, true, 86400000, NULL},
    {"--size", OPTION_SIZE, true, UINT64_MAX - 1, NULL},
    {"--kind", OPTION_KIND, true, 0, "segment, mutex, event or semaphore"},
    {"--manual-reset", OPTION_MANUAL_RESET, false, 0, NULL},
    {"--set", OPTION_SET, false, 0, NULL},
    {"--initial", OPTION_INITIAL, true, INT32_MAX, NULL},
    {"--maximum", OPTION_MAXIMUM, true, INT32_MAX, NULL},
    {"--ask", OPTION_ASK, false, 0, NULL},
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))

static int digit_of(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return 16;
}

/* Reads a decimal number, or a hexadecimal one after 0x. False: not one, or above `maximum`. */
static bool read_number(const char *text, uint64_t maximum, uint64_t *number)
{
    unsigned base = 10;

    *number = 0;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
    }
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        unsigned digit = (unsigned)digit_of(*text);

        /* Checked before the multiplication, which could wrap. */
        if (digit >= base || *number > (maximum - digit) / base)
            return false;
        *number = *number * base + digit;
    }
    return true;
}

/*
 * Reads a size: a number, or one with KiB, MiB or GiB behind it as in a configuration, with or
 * without a blank between. False: not one, or above `maximum`.
 */
static bool read_size(const char *text, uint64_t maximum, uint64_t *size)
{
    static const char *const units[] = {"KiB", "MiB", "GiB"};
    size_t length = strlen(text), unit;
    char number[32];

    for (unit = 0; unit < 3; unit++)
        if (length > 3 && strcmp(text + length - 3, units[unit]) == 0)
            break;
    if (unit == 3)
        return read_number(text, maximum, size);
    length -= 3;
    if (text[length - 1] == ' ')
        length--;
    if (length >= sizeof(number))
        return false;
    memcpy(number, text, length);
    number[length] = '\0';
    if (!read_number(number, maximum >> (10 * (unit + 1)), size))
        return false;
    *size <<= 10 * (unit + 1);
    return true;
}

static void set_text(struct arguments *arguments, unsigned bit, const char *value)
{
    if (bit == OPTION_AS)
        arguments->level = value;
    else if (bit == OPTION_DLL)
        arguments->dll = value;
    else if (bit == OPTION_OUTPUT)
        arguments->output = value;
    else if (bit == OPTION_INPUT)
        arguments->input = value;
    else if (bit == OPTION_HEX)
        arguments->hex = value;
    else if (bit == OPTION_ENCODING)
        arguments->encoding = value;
    else if (bit == OPTION_KIND)
        arguments->kind = value;
    else
        arguments->text = value;
}

/* Stores the value of an option. False: it should be a number, and is not or is too large. */
static bool set_value(struct arguments *arguments, const struct option *option, const char *value)
{
    uint64_t number;

    if (option->maximum == 0) {
        set_text(arguments, option->bit, value);
        return true;
    }
    if (option->bit == OPTION_SIZE ? !read_size(value, option->maximum, &number)
                                   : !read_number(value, option->maximum, &number))
        return false;
    if (option->bit == OPTION_OFFSET)
        arguments->offset = number;
    else if (option->bit == OPTION_COUNT)
        arguments->count = number;
    else if (option->bit == OPTION_TIMES)
        arguments->times = number;
    else if (option->bit == OPTION_PAD)
        arguments->pad = number;
    else if (option->bit == OPTION_SIZE)
        arguments->size = number;
    else if (option->bit == OPTION_INITIAL)
        arguments->initial = number;
    else if (option->bit == OPTION_MAXIMUM)
        arguments->maximum = number;
    else if (option->bit == OPTION_EVERY)
        arguments->every_ms = (uint32_t)number;
    else
        arguments->timeout_ms = (uint32_t)number;
    return true;
}

static const struct option *find_option(const char *word, unsigned allowed)
{
    size_t i;

    for (i = 0; i < OPTIONS; i++)
        if ((options[i].bit & allowed) != 0 && strcmp(options[i].word, word) == 0)
            return &options[i];
    return NULL;
}

#define LIST_MAX 256

/* Prints that the verb has no such option, and those that it has. */
static void report_unknown(const struct verb *verb, const char *word)
{
    const char *words[OPTIONS], *allowed;
    char list[LIST_MAX] = "", hint[COMMAND_HINT_MAX];
    size_t count = 0, at = 0, length = 0;

    while ((allowed = arguments_next_option(verb->options, &at)) != NULL) {
        words[count++] = allowed;
        length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
                                   length > 0 ? ", " : ", which takes ", allowed);
    }
    out_error("\"%s\" is no option of shmb %s%s%s%s%s; see shmb %s --help", word, verb->verb,
              verb->action != NULL ? " " : "", verb->action != NULL ? verb->action : "", list,
              command_hint(word, words, count, hint), verb->verb);
}

static void report_value(const struct option *option, const char *given)
{
    const char *not = given != NULL ? ", not \"" : "", *end = given != NULL ? "\"" : "";

    if (given == NULL)
        given = "";
    if (option->maximum != 0)
        out_error("%s needs a value: a number from 0 to %llu, decimal or with 0x%s%s%s",
                  option->word, (unsigned long long)option->maximum, not, given, end);
    else
        out_error("%s needs a value: %s%s%s%s", option->word, option->value, not, given, end);
}

/* Reads the option at `words->word[*at]`; `*at` moves to its last word. */
static bool read_option(const struct verb *verb, const struct words *words, size_t *at,
                        struct arguments *arguments)
{
    const char *word = words->word[*at];
    const struct option *option = find_option(word, verb->options);

    if (option == NULL) {
        report_unknown(verb, word);
        return false;
    }
    if ((arguments->given & option->bit) != 0) {
        out_error("%s is given twice", word);
        return false;
    }
    arguments->given |= option->bit;
    if (!option->has_value)
        return true;
    if (*at + 1 == words->count) {
        report_value(option, NULL);
        return false;
    }
    if (set_value(arguments, option, words->word[++*at]))
        return true;
    report_value(option, words->word[*at]);
    return false;
}

static bool take_name(const struct verb *verb, const char *word, struct arguments *arguments)
{
    if (verb->name == NAME_NONE || (verb->name != NAME_SEVERAL && arguments->name != NULL)) {
        out_error("\"%s\" is not expected here; see shmb %s --help", word, verb->verb);
        return false;
    }
    if (arguments->name_count == ARGUMENTS_NAMES_MAX) {
        out_error("%s takes at most %u names", verb->verb, ARGUMENTS_NAMES_MAX);
        return false;
    }
    if (arguments->name == NULL)
        arguments->name = word;
    arguments->names[arguments->name_count++] = word;
    return true;
}

/* Reads what follows `--`: a command, or a name that looks like an option. */
static bool read_behind(const struct verb *verb, const struct words *words,
                        struct arguments *arguments)
{
    size_t i;

    /* As typed, never put together again from words. */
    arguments->command = words->rest;
    for (i = 0; !verb->runs_command && i < words->behind_count; i++)
        if (!take_name(verb, words->behind[i], arguments))
            return false;
    return true;
}

static bool check_complete(const struct verb *verb, const struct arguments *arguments)
{
    const char *action = verb->action != NULL ? verb->action : "";
    const char *between = verb->action != NULL ? " " : "";

    if ((verb->name == NAME_NEEDED || verb->name == NAME_SEVERAL) && arguments->name == NULL) {
        out_error("%s%s%s needs a name; see shmb %s --help", verb->verb, between, action,
                  verb->verb);
        return false;
    }
    if ((arguments->given & OPTION_QUIET) != 0 &&
        (arguments->given & (OPTION_JSON | OPTION_NAMES)) != 0) {
        out_error("--quiet does not go together with --json or --names");
        return false;
    }
    if (verb->runs_command && arguments->command[0] == L'\0') {
        out_error("%s%s%s needs -- and a command after it; see shmb %s --help", verb->verb, between,
                  action, verb->verb);
        return false;
    }
    return true;
}

/* Checks our own words; those of a command are passed on as they are. */
static bool all_unicode(const struct verb *verb, const struct words *words)
{
    bool ok = true;
    size_t i;

    for (i = 0; i < words->count; i++)
        ok = ok && words->word[i] != NULL;
    for (i = 0; !verb->runs_command && i < words->behind_count; i++)
        ok = ok && words->behind[i] != NULL;
    if (!ok)
        out_error("the command line is not valid Unicode text");
    return ok;
}

bool arguments_wants_json(const struct words *words, unsigned allowed)
{
    size_t i;

    for (i = 0; i < words->count; i++) {
        const struct option *option =
            words->word[i] != NULL ? find_option(words->word[i], allowed | OPTION_JSON) : NULL;

        if (option != NULL && option->bit == OPTION_JSON)
            return true;
        if (option != NULL && option->has_value)
            i++;
    }
    return false;
}

const char *arguments_next_option(unsigned allowed, size_t *at)
{
    while (*at < OPTIONS)
        if ((options[(*at)++].bit & allowed) != 0)
            return options[*at - 1].word;
    return NULL;
}

bool arguments_read(const struct verb *verb, const struct words *words, size_t first,
                    struct arguments *arguments, bool *help)
{
    bool ok = true;
    size_t i;

    memset(arguments, 0, sizeof(*arguments));
    arguments->count = UINT64_MAX;
    arguments->times = UINT64_MAX;
    arguments->timeout_ms = SHMB_INFINITE;
    *help = false;
    if (!all_unicode(verb, words))
        return false;
    for (i = first; ok && i < words->count; i++) {
        /*
         * Before everything else: --help works even if the name is missing or a later option
         * is wrong.
         */
        if (command_asks_help(words->word[i])) {
            *help = true;
            return true;
        }
        ok = words->word[i][0] == '-' ? read_option(verb, words, &i, arguments)
                                      : take_name(verb, words->word[i], arguments);
    }
    return ok && read_behind(verb, words, arguments) && check_complete(verb, arguments);
}
