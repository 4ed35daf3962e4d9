/* The table of verbs, and the way from the command line to one of them. */
#include "verbs.h"

#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "command_words.h"
#include "completion.h"
#include "console.h"
#include "directory.h"
#include "fail.h"
#include "help.h"
#include "out.h"
#include "shmb.h"
#include "shmb_fast.h"
#include "verb.h"
#include "verb_queue.h"
#include "verb_request.h"

#define RANGE_OPTIONS (OPTION_OFFSET | OPTION_COUNT | OPTION_RAW | OPTION_OUTPUT)

static const struct verb verbs[] = {
    {"list", NULL, OPTION_QUIET | OPTION_NAMES | OPTION_REQUESTED | OPTION_JSON, NAME_NONE, false,
     verb_list},
    {"info", NULL, OPTION_QUIET | OPTION_JSON, NAME_NEEDED, false, verb_info},
    {"holders", NULL, OPTION_QUIET | OPTION_JSON, NAME_NEEDED, false, verb_holders},
    {"doctor", NULL, OPTION_QUIET | OPTION_AS | OPTION_DLL | OPTION_SIZE | OPTION_JSON, NAME_NEEDED,
     false, verb_doctor},
    {"scan", NULL, OPTION_YAML | OPTION_ALL | OPTION_JSON, NAME_OPTIONAL, false, verb_scan},
    {"read", NULL, RANGE_OPTIONS | OPTION_AS_TEXT | OPTION_ENCODING, NAME_NEEDED, false, verb_read},
    {"dump", NULL, RANGE_OPTIONS, NAME_NEEDED, false, verb_dump},
    {"watch", NULL,
     OPTION_QUIET | OPTION_OFFSET | OPTION_COUNT | OPTION_TIMES | OPTION_TIMEOUT | OPTION_JSON,
     NAME_SEVERAL, false, verb_watch},
    {"wait", NULL, OPTION_QUIET | OPTION_TIMEOUT | OPTION_JSON, NAME_NEEDED, false, verb_wait},
    {"top", NULL, OPTION_EVERY | OPTION_TIMES | OPTION_JSON, NAME_NONE, false, verb_top},
    {"write", NULL,
     OPTION_QUIET | OPTION_OFFSET | OPTION_TEXT | OPTION_INPUT | OPTION_ENCODING | OPTION_ZERO |
         OPTION_PAD | OPTION_TIMEOUT | OPTION_JSON,
     NAME_NEEDED, false, verb_write},
    {"lock", NULL, OPTION_QUIET | OPTION_TIMEOUT, NAME_NEEDED, true, verb_lock},
    {"repair", NULL, OPTION_QUIET | OPTION_RESTORE | OPTION_TIMEOUT | OPTION_JSON, NAME_NEEDED,
     false, verb_repair},
    {"mutex", "lock", OPTION_QUIET | OPTION_TIMEOUT, NAME_NEEDED, true, verb_mutex_lock},
    {"event", "set", OPTION_QUIET | OPTION_JSON, NAME_NEEDED, false, verb_event_set},
    {"event", "reset", OPTION_QUIET | OPTION_JSON, NAME_NEEDED, false, verb_event_reset},
    {"event", "wait", OPTION_QUIET | OPTION_TIMEOUT | OPTION_JSON, NAME_NEEDED, false,
     verb_event_wait},
    {"semaphore", "take", OPTION_QUIET | OPTION_TIMEOUT, NAME_NEEDED, true, verb_semaphore_take},
    {"semaphore", "release", OPTION_QUIET | OPTION_COUNT | OPTION_JSON, NAME_NEEDED, false,
     verb_semaphore_release},
    {"semaphore", "info", OPTION_QUIET | OPTION_JSON, NAME_NEEDED, false, verb_semaphore_info},
    {"queue", "put",
     OPTION_QUIET | OPTION_TEXT | OPTION_HEX | OPTION_INPUT | OPTION_ENCODING | OPTION_TIMEOUT |
         OPTION_JSON,
     NAME_NEEDED, false, verb_queue_put},
    {"queue", "get",
     OPTION_AS_TEXT | OPTION_AS_HEX | OPTION_ENCODING | OPTION_COUNT | OPTION_FOLLOW |
         OPTION_TIMEOUT | OPTION_JSON,
     NAME_NEEDED, false, verb_queue_get},
    {"queue", "peek", OPTION_AS_TEXT | OPTION_AS_HEX | OPTION_ENCODING | OPTION_JSON, NAME_NEEDED,
     false, verb_queue_peek},
    {"queue", "info", OPTION_QUIET | OPTION_JSON, NAME_NEEDED, false, verb_queue_info},
    {"queue", "clear", OPTION_QUIET | OPTION_JSON, NAME_NEEDED, false, verb_queue_clear},
    {"request", NULL,
     OPTION_QUIET | OPTION_TIMEOUT | OPTION_SIZE | OPTION_KIND | OPTION_MANUAL_RESET | OPTION_SET |
         OPTION_INITIAL | OPTION_MAXIMUM | OPTION_ASK | OPTION_JSON,
     NAME_NEEDED, false, verb_request},
    {"release", NULL, OPTION_QUIET | OPTION_TIMEOUT | OPTION_JSON, NAME_NEEDED, false,
     verb_release},
    {"completion", "powershell", 0, NAME_NONE, false, completion_powershell},
    {"completion", "clink", 0, NAME_NONE, false, completion_clink},
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

#define LIST_MAX 256 /* bytes; room for all verbs in one line */

/* The help of a verb, which verbs[] has. */
static uint32_t print_help(const char *verb)
{
    size_t i;

    answer_off();
    help_print_verb(verb);
    for (i = 0; strcmp(verbs[i].verb, verb) != 0; i++)
        ;
    if ((verbs[i].options & OPTION_QUIET) != 0)
        out_text("\nWith --quiet it writes errors only; the exit code says the rest.\n");
    return SHMB_EXIT_DONE;
}

/* Reads the rest of the command line and runs the verb. Returns the exit code of shmb. */
static uint32_t run(const struct verb *verb, const struct words *words, size_t first)
{
    struct arguments arguments;
    enum shmb_exit code = SHMB_EXIT_USAGE;
    bool help;

    answer_verb(verb->verb, verb->action);
    if ((verb->options & (OPTION_TIMES | OPTION_FOLLOW)) != 0)
        answer_lines();
    if (arguments_read(verb, words, first, &arguments, &help)) {
        if (help)
            return print_help(verb->verb);
        if ((arguments.given & OPTION_QUIET) != 0)
            console_quiet();
        arguments.verbs = verbs;
        arguments.verb_count = VERBS;
        answer_about(arguments.name);
        code = verb->run(&arguments);
    }
    if (!verb->runs_command)
        return (uint32_t)code;
    /* arguments_read succeeded if the code is "done", so command_code is set. */
    return code == SHMB_EXIT_DONE ? arguments.command_code : SHMB_EXIT_OWN + (uint32_t)code;
}

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static bool knows_verb(const char *word)
{
    size_t i;

    for (i = 0; i < VERBS; i++)
        if (same(word, verbs[i].verb))
            return true;
    return false;
}

/* NULL: the word is ill-formed UTF-16. */
static uint32_t run_unknown(const char *word)
{
    const char *words[VERBS + COMMAND_WORDS];
    char hint[COMMAND_HINT_MAX];
    size_t i;

    if (word == NULL) {
        out_error("the command line is not valid Unicode text");
        return SHMB_EXIT_USAGE;
    }
    for (i = 0; i < VERBS; i++)
        words[i] = verbs[i].verb;
    memcpy(words + VERBS, command_words, sizeof(command_words));
    out_error("unknown verb \"%s\"%s; see shmb --help", word,
              command_hint(word, words, VERBS + COMMAND_WORDS, hint));
    return SHMB_EXIT_USAGE;
}

/* `shmb help [VERB [ACTION]]`, and the same with --help. */
static uint32_t run_help(const struct words *words)
{
    if (words->count > 3 || words->behind_count > 0) {
        out_error("only a verb is expected after %s", words->word[0]);
        return SHMB_EXIT_USAGE;
    }
    if (words->count > 1 && !knows_verb(words->word[1]))
        return run_unknown(words->word[1]);
    if (words->count > 1)
        return print_help(words->word[1]);
    answer_off();
    help_print();
    return SHMB_EXIT_DONE;
}

/* The program, and the version of each layout and format it shares with other programs. */
static uint32_t run_version(const struct words *words)
{
    if (words->count > 1 || words->behind_count > 0) {
        out_error("nothing is expected after %s", words->word[0]);
        return SHMB_EXIT_USAGE;
    }
    out_text("shmb %s\nshared memory %u, fast locks %u, JSON %d\n", shmb_version(),
             SHMB_ABI_VERSION, SHMB_FAST_VERSION, ANSWER_SCHEMA);
    return SHMB_EXIT_DONE;
}

/* The verb exists, but needs an action, and this is none of them. */
static uint32_t run_without_action(const char *verb, const char *action)
{
    const char *words[VERBS];
    char list[LIST_MAX] = "", hint[COMMAND_HINT_MAX];
    size_t count = 0, length = 0, i;

    if (action != NULL && command_asks_help(action))
        return print_help(verb);
    answer_verb(verb, NULL);
    for (i = 0; i < VERBS; i++) {
        if (!same(verb, verbs[i].verb))
            continue;
        words[count++] = verbs[i].action;
        length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
                                   length > 0 ? ", " : "", verbs[i].action);
    }
    if (action == NULL)
        out_error("%s needs an action: %s; see shmb %s --help", verb, list, verb);
    else
        out_error("%s has no action \"%s\", only %s%s; see shmb %s --help", verb, action, list,
                  command_hint(action, words, count, hint), verb);
    return SHMB_EXIT_USAGE;
}

/* Without arguments: the verbs, and where to read on. */
static uint32_t run_nothing(void)
{
    char list[LIST_MAX] = "";
    size_t length = 0, i;

    for (i = 0; i < VERBS; i++)
        if (i == 0 || !same(verbs[i].verb, verbs[i - 1].verb))
            length += (size_t)snprintf(list + length, sizeof(list) - length, " %s", verbs[i].verb);
    console_error("usage: shmb VERB [NAME] [OPTIONS]\n"
                  "verbs:%s\n"
                  "shmb --help says what each does, shmb VERB --help all of one.",
                  list);
    return SHMB_EXIT_USAGE;
}

static uint32_t dispatch(const struct words *words)
{
    const char *word = words->count > 0 ? words->word[0] : NULL;
    const char *action = words->count > 1 ? words->word[1] : NULL;
    size_t i;

    if (words->count == 0)
        return run_nothing();
    if (word == NULL)
        return run_unknown(word);
    if (command_asks_help(word) || same(word, "help"))
        return run_help(words);
    if (command_asks_version(word) || same(word, "version"))
        return run_version(words);
    for (i = 0; i < VERBS; i++) {
        if (!same(word, verbs[i].verb))
            continue;
        if (verbs[i].action == NULL)
            return run(&verbs[i], words, 1);
        if (same(action, verbs[i].action))
            return run(&verbs[i], words, 2);
    }
    return knows_verb(word) ? run_without_action(word, action) : run_unknown(word);
}

/* The options of a verb, with all of its actions; all options if there is no such verb. */
static unsigned options_of(const char *verb)
{
    unsigned options = 0;
    size_t i;

    for (i = 0; i < VERBS; i++)
        if (same(verb, verbs[i].verb))
            options |= verbs[i].options;
    return verb != NULL && knows_verb(verb) ? options : ~0u;
}

uint32_t verbs_main(const wchar_t *line)
{
    struct words words;
    uint32_t code, lost;

    if (!words_split(line, &words))
        return (uint32_t)fail_memory("command line");
    if (arguments_wants_json(&words, options_of(words.count > 0 ? words.word[0] : NULL)))
        answer_begin();
    code = dispatch(&words);
    if (answer_wanted())
        (void)out_answer(&code); /* out_end tells whether it was written */
    /* Lost output turns a success into a failure; a verb that failed keeps its own code. */
    lost = out_end();
    answer_off(); /* the error below has no reader of documents any more */
    words_free(&words);
    if (lost != 0 && code == SHMB_EXIT_DONE)
        code = (uint32_t)fail_call("output", "writing failed", "WriteFile", lost);
    return code;
}
