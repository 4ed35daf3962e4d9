/* Collects what one command line answers, warns of, and fails with. */
#include "answer.h"

#include <stdlib.h>
#include <string.h>

#define CAUSE   'c'
#define REASON  'e'
#define WARNING 'w'

static struct {
    bool wanted, done;
    const char *verb, *action, *object;
    struct json json;  /* the answer, or the failure */
    struct text notes; /* lines: CAUSE, REASON or WARNING, the text, the line end */
    const char *code;  /* of the failure */
    uint32_t system;
    bool cause_follows, has_cause;
} answer;

void answer_off(void)
{
    json_free(&answer.json);
    text_free(&answer.notes);
    memset(&answer, 0, sizeof(answer));
}

void answer_begin(void)
{
    answer_off();
    answer.wanted = true;
}

bool answer_wanted(void)
{
    return answer.wanted;
}

void answer_verb(const char *verb, const char *action)
{
    answer.verb = verb;
    answer.action = action;
}

void answer_lines(void)
{
    answer.json.one_line = true;
}

void answer_about(const char *object)
{
    answer.object = object;
}

/* The text after these words; the whole text if it does not begin with them. */
static const char *behind(const char *text, const char *words)
{
    const size_t length = strlen(words);

    return strncmp(text, words, length) == 0 ? text + length : text;
}

void answer_note(const char *line, bool warning)
{
    char kind = warning ? WARNING : REASON;

    if (!answer.wanted)
        return;
    if (!warning && answer.cause_follows) {
        kind = CAUSE;
        answer.cause_follows = false;
        answer.has_cause = true;
    }
    line = behind(behind(behind(line, "shmb: "), "shmbroker: "), "shmbmirror: ");
    do {
        const size_t length = strcspn(line, "\n");

        /* In one call: a line without its end would be worse than none. */
        text_add(&answer.notes, "%c%.*s\n", kind, (int)length, line);
        if (kind == CAUSE)
            kind = REASON;
        line += length;
    } while (*line != '\0' && *++line != '\0');
}

void answer_fault(const char *code, uint32_t system)
{
    if (answer.has_cause)
        return;
    answer.code = code;
    answer.system = system;
    answer.cause_follows = true;
}

const char *answer_code(uint32_t code)
{
    static const char *const words[] = {"DONE",    "NOT_SO",    "USAGE",    "ACCESS_DENIED",
                                        "TIMEOUT", "NO_BROKER", "CONFLICT", "SYSTEM"};

    if (code > SHMB_EXIT_OWN)
        code -= SHMB_EXIT_OWN;
    return code < sizeof(words) / sizeof(words[0]) ? words[code] : "SYSTEM";
}

/* ---- the documents ---------------------------------------------------------- */

static void put_verb(struct json *json)
{
    struct text verb = {0};

    if (answer.action == NULL) {
        json_string(json, "verb", answer.verb);
        return;
    }
    text_add(&verb, "%s %s", answer.verb, answer.action);
    json->text.failed = json->text.failed || verb.failed;
    json_string(json, "verb", verb.at);
    text_free(&verb);
}

static struct json *start(void)
{
    const bool one_line = answer.json.one_line;

    text_reset(&answer.json.text);
    answer.json.depth = 0;
    answer.json.follows = false;
    answer.json.one_line = one_line;
    answer.done = false;
    json_object(&answer.json, NULL);
    json_number(&answer.json, "schema", ANSWER_SCHEMA);
    put_verb(&answer.json);
    return &answer.json;
}

struct json *answer_open(void)
{
    return answer.wanted ? start() : NULL;
}

void answer_done(void)
{
    answer.done = answer.wanted;
}

/* Ends the line at `at` with a terminator. Returns the start of the next line. */
static char *cut_line(char *at)
{
    char *end = strchr(at, '\n');

    *end = '\0';
    return end + 1;
}

/* The line of the failure: the cause or, if none is marked, the last that is no warning. */
static char *reason(void)
{
    char *at = answer.notes.at, *found = NULL;

    for (; at != NULL && *at != '\0'; at = strchr(at, '\n') + 1) {
        if (*at == CAUSE)
            return at;
        if (*at == REASON)
            found = at;
    }
    return found;
}

/* All lines but that at `but`. Leaves the lines ended by terminators. */
static void put_warnings(struct json *json, const char *but)
{
    char *at = answer.notes.at, *end = at != NULL ? at + answer.notes.length : NULL;

    json_array(json, "warnings");
    while (at < end) {
        char *next = cut_line(at);

        if (at != but)
            json_string(json, NULL, behind(at + 1, "warning: "));
        at = next;
    }
    json_array_end(json);
}

static void put_error(uint32_t code)
{
    struct json *json = start();
    char *why = reason();

    if (answer.notes.failed)
        why = NULL;
    put_warnings(json, why);
    json_object(json, "error");
    json_string(json, "code", answer.code != NULL ? answer.code : answer_code(code));
    json_number(json, "exit", code);
    json_string(json, "message", why != NULL ? why + 1 : answer_code(code));
    json_name(json, "object", answer.object);
    if (answer.system != 0)
        json_number(json, "system", answer.system);
    else
        json_null(json, "system");
    json_object_end(json);
    json_object_end(json);
}

const char *answer_text(uint32_t *code)
{
    static const char no_memory[] =
        "{\"schema\": 1, \"verb\": null, \"warnings\": [], \"error\": {\"code\": \"NO_MEMORY\", "
        "\"exit\": 7, \"message\": \"out of memory\", \"object\": null, \"system\": null}}\n";

    const bool line = answer.done && answer.json.one_line;

    if (!answer.done && *code == SHMB_EXIT_DONE && answer.json.one_line)
        return "";
    if (!answer.done && *code == SHMB_EXIT_DONE) {
        struct json *json = start();

        if (answer.object != NULL)
            json_name(json, "name", answer.object);
        answer.done = true;
    }
    if (answer.done) {
        put_warnings(&answer.json, NULL);
        json_object_end(&answer.json);
    } else {
        put_error(*code);
    }
    answer.done = false;
    answer.cause_follows = answer.has_cause = false;
    text_reset(&answer.notes);
    text_add(&answer.json.text, "\n");
    if (!answer.json.text.failed)
        return answer.json.text.at;
    *code = SHMB_EXIT_SYSTEM;
    /* Of JSON Lines, the verb ends then, and its failure is the last document. */
    return line ? "" : no_memory;
}
