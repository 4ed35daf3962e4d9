/* The table of verbs, and the way from the command line to one of them. */
#include "verbs.h"

#include <string.h>

#include "fail.h"
#include "help.h"
#include "out.h"
#include "shmb.h"
#include "verb.h"

/* Added to shmb's own exit codes if the verb runs a command. */
#define OWN_FAILURE 120u

#define RANGE_OPTIONS (OPTION_OFFSET | OPTION_COUNT | OPTION_RAW | OPTION_OUTPUT)

static const struct verb verbs[] = {
    {"list", NULL, OPTION_NAMES | OPTION_JSON, NAME_NONE, false, verb_list},
    {"info", NULL, OPTION_JSON, NAME_NEEDED, false, verb_info},
    {"doctor", NULL, OPTION_AS | OPTION_DLL | OPTION_JSON, NAME_NEEDED, false, verb_doctor},
    {"scan", NULL, OPTION_YAML | OPTION_JSON, NAME_OPTIONAL, false, verb_scan},
    {"read", NULL, RANGE_OPTIONS, NAME_NEEDED, false, verb_read},
    {"dump", NULL, RANGE_OPTIONS, NAME_NEEDED, false, verb_dump},
    {"watch", NULL, OPTION_OFFSET | OPTION_COUNT | OPTION_TIMES | OPTION_TIMEOUT, NAME_NEEDED,
     false, verb_watch},
    {"wait", NULL, OPTION_TIMEOUT, NAME_NEEDED, false, verb_wait},
    {"top", NULL, OPTION_EVERY | OPTION_TIMES, NAME_NONE, false, verb_top},
    {"write", NULL, OPTION_OFFSET | OPTION_TEXT | OPTION_INPUT | OPTION_TIMEOUT, NAME_NEEDED, false,
     verb_write},
    {"lock", NULL, OPTION_TIMEOUT, NAME_NEEDED, true, verb_lock},
    {"repair", NULL, OPTION_TIMEOUT, NAME_NEEDED, false, verb_repair},
    {"mutex", "lock", OPTION_TIMEOUT, NAME_NEEDED, true, verb_mutex_lock},
    {"event", "set", 0, NAME_NEEDED, false, verb_event_set},
    {"event", "reset", 0, NAME_NEEDED, false, verb_event_reset},
    {"event", "wait", OPTION_TIMEOUT, NAME_NEEDED, false, verb_event_wait},
    {"semaphore", "take", OPTION_TIMEOUT, NAME_NEEDED, true, verb_semaphore_take},
    {"semaphore", "release", OPTION_COUNT, NAME_NEEDED, false, verb_semaphore_release},
    {"semaphore", "info", OPTION_JSON, NAME_NEEDED, false, verb_semaphore_info},
    {"completion", "powershell", 0, NAME_NONE, false, verb_completion_powershell},
    {"completion", "clink", 0, NAME_NONE, false, verb_completion_clink},
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

/* Reads the rest of the command line and runs the verb. Returns the exit code of shmb. */
static uint32_t run(const struct verb *verb, const struct words *words, size_t first)
{
    struct request request;
    enum shmb_exit code = SHMB_EXIT_USAGE;
    bool help;

    if (request_read(verb, words, first, &request, &help)) {
        if (help) {
            help_print_verb(verb->verb);
            return SHMB_EXIT_DONE;
        }
        request.verbs = verbs;
        request.verb_count = VERBS;
        code = verb->run(&request);
    }
    if (!verb->runs_command)
        return (uint32_t)code;
    /* request_read succeeded if the code is "done", so command_code is set. */
    return code == SHMB_EXIT_DONE ? request.command_code : OWN_FAILURE + (uint32_t)code;
}

/* Runs --help or --version in place of a verb. */
static uint32_t run_alone(const struct words *words)
{
    if (words->count > 1 || words->behind_count > 0)
        out_error("nothing is expected after %s", words->word[0]);
    else if (strcmp(words->word[0], "--help") == 0)
        help_print();
    else
        out_text("shmb %s\n", shmb_version());
    return words->count > 1 || words->behind_count > 0 ? SHMB_EXIT_USAGE : SHMB_EXIT_DONE;
}

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* The verb exists, but needs an action, and this is none of them. */
static uint32_t run_without_action(const char *verb, const char *action)
{
    if (same(action, "--help")) {
        help_print_verb(verb);
        return SHMB_EXIT_DONE;
    }
    if (action == NULL)
        out_error("%s needs an action; see shmb %s --help", verb, verb);
    else
        out_error("%s has no action \"%s\"; see shmb %s --help", verb, action, verb);
    return SHMB_EXIT_USAGE;
}

static uint32_t dispatch(const struct words *words)
{
    const char *word = words->count > 0 ? words->word[0] : NULL;
    const char *action = words->count > 1 ? words->word[1] : NULL;
    bool known = false;
    size_t i;

    if (same(word, "--help") || same(word, "--version"))
        return run_alone(words);
    for (i = 0; i < VERBS; i++) {
        if (!same(word, verbs[i].verb))
            continue;
        if (verbs[i].action == NULL)
            return run(&verbs[i], words, 1);
        if (same(action, verbs[i].action))
            return run(&verbs[i], words, 2);
        known = true;
    }
    if (known)
        return run_without_action(word, action);
    if (word == NULL)
        out_error("a verb is missing; see shmb --help");
    else
        out_error("unknown verb \"%s\"; see shmb --help", word);
    return SHMB_EXIT_USAGE;
}

uint32_t verbs_main(const wchar_t *line)
{
    struct words words;
    uint32_t code, lost;

    if (!words_split(line, &words))
        return (uint32_t)fail_memory("command line");
    code = dispatch(&words);
    /* Lost output turns a success into a failure; a verb that failed keeps its own code. */
    lost = out_end();
    words_free(&words);
    if (lost != 0 && code == SHMB_EXIT_DONE)
        code = (uint32_t)fail_call("output", "writing failed", "WriteFile", lost);
    return code;
}
