/*
 * doctor.h - why an object cannot be opened: gathers facts and judges them.
 *
 * Judging is pure: the same facts give the same findings. Nothing in here creates
 * or changes an object.
 */
#ifndef LOGIC_DOCTOR_H
#define LOGIC_DOCTOR_H

#include "doctor_facts.h"

void doctor_gather(const struct doctor_system *system, const struct doctor_question *question,
                   struct doctor_facts *facts);

/* Nearest causes first. */
void doctor_judge(const struct doctor_facts *facts, const struct doctor_question *question,
                  struct doctor_report *report);

#endif
