/*
 * judge_place.h - findings about the environment of the program, and about the service.
 */
#ifndef LOGIC_JUDGE_PLACE_H
#define LOGIC_JUDGE_PLACE_H

#include "doctor_facts.h"

void doctor_judge_place(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_service(const struct doctor_facts *facts, struct doctor_report *report);

#endif
