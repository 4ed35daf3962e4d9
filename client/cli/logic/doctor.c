/* Runs the judges, and judges the name itself. doctor_gather.c collects the facts. */
#include "doctor.h"

#include <string.h>

#include "judge_dll.h"
#include "judge_object.h"
#include "judge_place.h"
#include "judge_request.h"

static void judge_name(const struct doctor_facts *facts, const struct doctor_question *question,
                       struct doctor_report *report)
{
    if (facts->other_prefix)
        doctor_remedy(
            doctor_add(report, "wrong-prefix", true,
                       "%s is private to one session; the broker's objects are never there",
                       question->name),
            "write Global\\%s", facts->name[0] != '\0' ? facts->name : "NAME");
    if (facts->mistyped)
        doctor_remedy(
            doctor_add(report, "prefix-mistyped", true,
                       "%s does not begin with Global\\: another prefix, a slash or a typing error "
                       "there names no object of the broker",
                       question->name),
            "write Global\\%s, or in the library and in shmb %s alone", facts->name, facts->name);
    if (facts->fault != SHMB_NAME_OK)
        doctor_remedy(
            doctor_add(report, "bad-name", true, "not a valid name for an object of the broker"),
            "%s", shmb_name_fault_text(facts->fault));
    if (facts->prefix_case)
        doctor_remedy(
            doctor_add(
                report, "prefix-case", true,
                "the prefix of %s differs in case: the kernel knows only Global\\ and fails with "
                "error 3 otherwise",
                question->name),
            "write Global\\%s", facts->name);
    if (facts->listed && strcmp(facts->entry.name, facts->name) != 0)
        doctor_remedy(
            doctor_add(
                report, "case", true,
                "the object's name is %s: the library ignores case, plain Win32 calls do not",
                facts->entry.name),
            "write Global\\%s", facts->entry.name);
}

static void judge_version(const struct doctor_facts *facts, const struct doctor_question *question,
                          struct doctor_report *report)
{
    if (facts->broker_version[0] == '\0' || question->version_text == NULL ||
        strcmp(facts->broker_version, question->version_text) == 0)
        return;
    doctor_remedy(
        doctor_add(report, "other-version", false, "the broker has version %s, and this shmb %s",
                   facts->broker_version, question->version_text),
        "use shmb and libraries of the broker's version, or have the administrator update "
        "the broker, if a finding here cannot be explained");
}

void doctor_judge(const struct doctor_facts *facts, const struct doctor_question *question,
                  struct doctor_report *report)
{
    report->count = 0;
    report->opens = true;
    /* The order of the report: the name, the place, the service, the object, the DLL. */
    judge_name(facts, question, report);
    doctor_judge_place(facts, report);
    doctor_judge_service(facts, report);
    judge_version(facts, question, report);
    if (facts->fault == SHMB_NAME_OK) {
        doctor_judge_object(facts, report);
        doctor_judge_request(facts, report);
        doctor_judge_twin(facts, report);
    }
    doctor_judge_dll(facts, question, report);
    if (report->opens && facts->fault == SHMB_NAME_OK)
        doctor_judge_sound(facts, report);
    /* Nothing above explains why the object does not exist. */
    if (report->opens && !doctor_present(facts))
        doctor_remedy(doctor_add(report, "not-found", true, "no object has this name"),
                      "as administrator: shmbroker status lists what the broker holds");
}
