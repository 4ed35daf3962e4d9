/*
 * doctor_judge.h - between the files of doctor_judge: one subject each.
 */
#ifndef LOGIC_DOCTOR_JUDGE_H
#define LOGIC_DOCTOR_JUDGE_H

#include "compiler.h"
#include "doctor.h"

/* Adds a finding. Its remedy is written next. */
struct doctor_finding *doctor_add(struct doctor_report *report, const char *id, bool stops,
                                  const char *format, ...) SHMB_PRINTF(4, 5);
void doctor_remedy(struct doctor_finding *finding, const char *format, ...) SHMB_PRINTF(2, 3);

/* Is there any object of the name? */
bool doctor_present(const struct doctor_facts *facts);

void doctor_judge_place(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_service(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_object(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_twin(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_dll(const struct doctor_facts *facts, const struct doctor_question *question,
                      struct doctor_report *report);

#endif
