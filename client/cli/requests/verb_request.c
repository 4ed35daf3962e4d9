/*
 * shmb request and release: objects that the configuration does not name. The broker decides;
 * here is only what a command line can get wrong.
 */
#include "verb_request.h"

#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "fail.h"
#include "kind_words.h"
#include "out.h"
#include "shmb.h"

static const unsigned kind_options[SHMB_KINDS_REQUESTED] = {
    [SHMB_KIND_SEGMENT] = OPTION_SIZE,
    [SHMB_KIND_EVENT] = OPTION_MANUAL_RESET | OPTION_SET,
    [SHMB_KIND_SEMAPHORE] = OPTION_INITIAL | OPTION_MAXIMUM,
};
#define KINDS_OPTIONS                                                                              \
    (OPTION_SIZE | OPTION_MANUAL_RESET | OPTION_SET | OPTION_INITIAL | OPTION_MAXIMUM)

/* The row of the kind that --kind names; a segment without it. False: an error was printed. */
static bool find_kind(const char *word, size_t *row)
{
    for (*row = 0; word != NULL && *row < SHMB_KINDS_REQUESTED; (*row)++)
        if (strcmp(shmb_kind_one[*row], word) == 0)
            return true;
    if (word == NULL)
        return true;
    out_error("--kind needs segment, mutex, event or semaphore, not \"%s\"", word);
    return false;
}

/* False: an error was printed. */
static bool check_options(const struct arguments *arguments, size_t row)
{
    unsigned wrong = arguments->given & KINDS_OPTIONS & ~kind_options[row];
    size_t at = 0;

    if (wrong != 0) {
        out_error("%s does not go together with --kind %s", arguments_next_option(wrong, &at),
                  shmb_kind_one[row]);
        return false;
    }
    if (row == SHMB_KIND_SEGMENT && arguments->size == 0) {
        out_error("a segment needs --size and a number of bytes above 0, such as 4096 or 64KiB");
        return false;
    }
    if (row == SHMB_KIND_SEMAPHORE &&
        (arguments->maximum == 0 || arguments->initial > arguments->maximum)) {
        out_error("a semaphore needs --maximum above 0, and --initial up to that");
        return false;
    }
    return true;
}

static void read_options(const struct arguments *arguments, size_t row,
                         shmb_request_options *options)
{
    memset(options, 0, sizeof(*options));
    options->size = sizeof(*options);
    options->kind = (uint32_t)row;
    options->flags =
        ((arguments->given & OPTION_MANUAL_RESET) != 0 ? SHMB_REQUEST_MANUAL_RESET : 0) |
        ((arguments->given & OPTION_SET) != 0 ? SHMB_REQUEST_SET : 0);
    options->initial = (int32_t)arguments->initial;
    options->maximum = (int32_t)arguments->maximum;
    /* 0 is the library's own time there, so the shortest one stands for it. */
    if ((arguments->given & OPTION_TIMEOUT) != 0)
        options->timeout_ms = arguments->timeout_ms != 0 ? arguments->timeout_ms : 1;
}

static void put_json(struct json *json, const struct arguments *arguments, size_t row,
                     const shmb_request_info *info)
{
    json_names(json, arguments->name, false);
    json_string(json, "kind", row == SHMB_KIND_SEGMENT ? "section" : shmb_kind_one[row]);
    json_bool(json, "asked", (arguments->given & OPTION_ASK) != 0);
    json_bool(json, "made", info->made != 0);
    if (row == SHMB_KIND_SEGMENT)
        json_number(json, "bytes", info->bytes != 0 ? info->bytes : arguments->size);
    else
        json_null(json, "bytes");
    json_string(json, "rule", info->rule[0] != '\0' ? info->rule : NULL);
    answer_done();
}

static void print_text(const struct arguments *arguments, const shmb_request_info *info)
{
    const char *said = "exists already";

    if (info->made != 0)
        said = (arguments->given & OPTION_ASK) != 0 ? "would be made" : "made";
    out_text("%s: %s", arguments->name, said);
    if (info->rule[0] != '\0') {
        out_text(", by rule ");
        out_visible(info->rule);
    }
    /* The answer does not tell how long the rule lets it live. */
    if (info->made != 0 && (arguments->given & OPTION_ASK) == 0)
        out_text("; if no program opens it within seconds, a rule with lives: while open ends it");
    out_text("\n");
}

enum shmb_exit verb_request(struct arguments *arguments)
{
    shmb_request_info info = {.size = sizeof(info)};
    shmb_request_options options;
    struct json *json;
    int32_t result;
    size_t row = 0;

    if (!find_kind(arguments->kind, &row) || !check_options(arguments, row))
        return SHMB_EXIT_USAGE;
    read_options(arguments, row, &options);
    result = (arguments->given & OPTION_ASK) != 0
                 ? shmb_request_ask(arguments->name, arguments->size, &options, &info)
                 : shmb_request(arguments->name, arguments->size, &options, &info);
    if (result != SHMB_OK)
        return fail_request(arguments->name, result, &info);
    json = answer_open();
    if (json != NULL)
        put_json(json, arguments, row, &info);
    else
        print_text(arguments, &info);
    return SHMB_EXIT_DONE;
}

enum shmb_exit verb_release(struct arguments *arguments)
{
    uint32_t timeout_ms = 0;
    int32_t result;

    if ((arguments->given & OPTION_TIMEOUT) != 0)
        timeout_ms = arguments->timeout_ms != 0 ? arguments->timeout_ms : 1;
    result = shmb_release(arguments->name, timeout_ms);
    return result == SHMB_OK ? SHMB_EXIT_DONE : fail_result(arguments->name, result);
}
