/*
 * doctor.h - why an object cannot be opened: gathers facts and judges them.
 *
 * Judging is pure: the same facts give the same findings. Neither call creates or
 * changes an object.
 */
#ifndef LOGIC_DOCTOR_H
#define LOGIC_DOCTOR_H

#include "doctor_facts.h"

/* Asks the system for all facts about the object and the place the program runs in. */
void doctor_gather(const struct doctor_system *system, const struct doctor_question *question,
                   struct doctor_facts *facts);

/* Writes the findings about these facts to `*report`, in the order of the judges. */
void doctor_judge(const struct doctor_facts *facts, const struct doctor_question *question,
                  struct doctor_report *report);

#endif
