#include "doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "doctor_judge.h"

struct doctor_finding *doctor_add(struct doctor_report *report, const char *id, bool stops,
                                  const char *format, ...)
{
    struct doctor_finding *finding = &report->finding[report->count];
    va_list arguments;

    /* There are fewer causes than places; the last one is written over else. */
    if (report->count + 1 < DOCTOR_FINDINGS)
        report->count++;
    finding->id = id;
    finding->stops = stops;
    finding->remedy[0] = '\0';
    if (stops)
        report->opens = false;
    va_start(arguments, format);
    vsnprintf(finding->says, sizeof(finding->says), format, arguments);
    va_end(arguments);
    return finding;
}

void doctor_remedy(struct doctor_finding *finding, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(finding->remedy, sizeof(finding->remedy), format, arguments);
    va_end(arguments);
}

bool doctor_present(const struct doctor_facts *facts)
{
    return facts->kind != DOCTOR_ABSENT;
}

static void judge_name(const struct doctor_facts *facts, const struct doctor_question *question,
                       struct doctor_report *report)
{
    if (facts->other_prefix)
        doctor_remedy(
            doctor_add(report, "wrong-prefix", true,
                       "%s is private to one session: what the broker holds is never there",
                       question->name),
            "write Global\\%s", facts->name[0] != '\0' ? facts->name : "NAME");
    if (facts->fault != SHMB_NAME_OK)
        doctor_remedy(
            doctor_add(report, "bad-name", true, "no object of the broker can have this name"),
            "%s", shmb_name_fault_text(facts->fault));
    if (facts->prefix_case)
        doctor_remedy(
            doctor_add(
                report, "prefix-case", true,
                "the prefix of %s is in another case: the kernel knows only Global\\, others "
                "fail with error 3",
                question->name),
            "write Global\\%s", facts->name);
    if (facts->listed && strcmp(facts->entry.name, facts->name) != 0)
        doctor_remedy(
            doctor_add(
                report, "case", true,
                "the object is called %s: the library finds it in any case, plain Win32 calls "
                "do not",
                facts->entry.name),
            "write Global\\%s", facts->entry.name);
}

void doctor_judge(const struct doctor_facts *facts, const struct doctor_question *question,
                  struct doctor_report *report)
{
    report->count = 0;
    report->opens = true;
    judge_name(facts, question, report);
    doctor_judge_place(facts, report);
    doctor_judge_service(facts, report);
    if (facts->fault == SHMB_NAME_OK) {
        doctor_judge_object(facts, report);
        doctor_judge_twin(facts, report);
    }
    doctor_judge_dll(facts, question, report);
    /* Who is stopped by nothing above, and still finds nothing. */
    if (report->opens && !doctor_present(facts))
        doctor_remedy(doctor_add(report, "not-found", true, "there is no object of this name"),
                      "as administrator: shmbroker status lists what the broker holds");
}
