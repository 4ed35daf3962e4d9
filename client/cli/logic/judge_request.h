/*
 * judge_request.h - findings about an object that the program could ask the broker for.
 */
#ifndef LOGIC_JUDGE_REQUEST_H
#define LOGIC_JUDGE_REQUEST_H

#include "doctor_facts.h"

void doctor_judge_request(const struct doctor_facts *facts, struct doctor_report *report);

#endif
