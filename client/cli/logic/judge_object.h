/*
 * judge_object.h - findings about the object, and about what else has its name.
 */
#ifndef LOGIC_JUDGE_OBJECT_H
#define LOGIC_JUDGE_OBJECT_H

#include "doctor_facts.h"

void doctor_judge_object(const struct doctor_facts *facts, struct doctor_report *report);

/* Hints that are true of every sound object: for where nothing stops the program. */
void doctor_judge_sound(const struct doctor_facts *facts, struct doctor_report *report);

/* About an object of the same name that exists only in this session. */
void doctor_judge_twin(const struct doctor_facts *facts, struct doctor_report *report);

#endif
