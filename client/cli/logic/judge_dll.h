/*
 * judge_dll.h - findings about a shmbclient.dll (shmb doctor --dll).
 */
#ifndef LOGIC_JUDGE_DLL_H
#define LOGIC_JUDGE_DLL_H

#include "doctor_facts.h"

void doctor_judge_dll(const struct doctor_facts *facts, const struct doctor_question *question,
                      struct doctor_report *report);

#endif
