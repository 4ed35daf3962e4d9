/*
 * shmb doctor: gathers the facts and judges them (logic/), then prints the findings. The ids
 * and the members of the JSON are for scripts, the sentences for people.
 */
#include "verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "ask_system.h"
#include "doctor.h"
#include "fail.h"
#include "json_use.h"
#include "object_use.h"
#include "out.h"
#include "shmb.h"

/* The machine type of this program. */
static uint32_t own_machine(void)
{
    return sizeof(void *) == 8 ? DOCTOR_MACHINE_X64 : DOCTOR_MACHINE_X86;
}

/* Reads --as. False: not a level. */
static bool read_level(const char *word, enum shmb_level *level)
{
    int i;

    *level = SHMB_LEVEL_DENY; /* means: the level that suits the object */
    if (word == NULL)
        return true;
    for (i = SHMB_LEVEL_READ; i <= SHMB_LEVEL_FULL; i++) {
        if (strcmp(word, shmb_level_word((enum shmb_level)i)) == 0) {
            *level = (enum shmb_level)i;
            return true;
        }
    }
    return false;
}

/* Who has the object open; nothing if there is none. */
static void print_use(const struct doctor_facts *facts)
{
    struct object_use use;

    if (!doctor_present(facts))
        return;
    object_use_find(facts->name, &use);
    object_use_print(&use);
    object_use_free(&use);
}

static void print_text(const struct doctor_facts *facts, const struct doctor_question *question,
                       const struct doctor_report *report)
{
    size_t i;

    out_text("%s: level %s %s\n", question->name, shmb_level_word(facts->level),
             report->opens ? "is available from here" : "is not available from here");
    for (i = 0; i < report->count; i++) {
        const struct doctor_finding *finding = &report->finding[i];

        if (finding->stops)
            out_as_error();
        else
            out_as_warning();
        out_text("%s %s", finding->stops ? "stops" : "note ", finding->id);
        out_as_usual();
        out_text(": ");
        out_visible(finding->says);
        out_text("\n      do: ");
        out_visible(finding->remedy);
        out_text("\n");
    }
    print_use(facts);
}

static void put_json(struct json *json, const struct doctor_facts *facts,
                     const struct doctor_question *question, const struct doctor_report *report)
{
    size_t i;

    json_names(json, question->name, false);
    json_string(json, "level", shmb_level_word(facts->level));
    json_bool(json, "opens", report->opens);
    json_array(json, "findings");
    for (i = 0; i < report->count; i++) {
        const struct doctor_finding *finding = &report->finding[i];

        json_object(json, NULL);
        json_string(json, "id", finding->id);
        json_bool(json, "stops", finding->stops);
        json_string(json, "says", finding->says);
        json_string(json, "remedy", finding->remedy);
        json_object_end(json);
    }
    json_array_end(json);
    if (doctor_present(facts))
        json_find_use(json, "holders", facts->name);
    else
        json_null(json, "holders");
    answer_done();
}

enum shmb_exit verb_doctor(struct arguments *arguments)
{
    struct doctor_question question = {.name = arguments->name,
                                       .dll = arguments->dll,
                                       .version_text = shmb_version(),
                                       .bytes = arguments->size};
    struct doctor_report *report;
    struct doctor_facts facts;
    struct json *json;
    enum shmb_exit code;

    if (!read_level(arguments->level, &question.level)) {
        out_error("--as needs read, write or full, not \"%s\"", arguments->level);
        return SHMB_EXIT_USAGE;
    }
    /* Too large for the stack: each finding has two long sentences. */
    report = malloc(sizeof(*report));
    if (report == NULL)
        return fail_memory(arguments->name);
    question.machine = own_machine();
    if (sscanf(shmb_version(), "%u.%u.%u", &question.version[0], &question.version[1],
               &question.version[2]) != 3)
        memset(question.version, 0, sizeof(question.version));
    doctor_gather(&doctor_win32, &question, &facts);
    doctor_judge(&facts, &question, report);
    json = answer_open();
    if (json != NULL)
        put_json(json, &facts, &question, report);
    else
        print_text(&facts, &question, report);
    code = report->opens ? SHMB_EXIT_DONE : SHMB_EXIT_NOT_SO;
    free(report);
    return code;
}
