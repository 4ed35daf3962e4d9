/*
 * ask_system.h - the port of doctor_facts.h on Win32.
 */
#ifndef CLI_ASK_SYSTEM_H
#define CLI_ASK_SYSTEM_H

#include "doctor_facts.h"

/* Needs no context. */
extern const struct doctor_system doctor_win32;

/* Members of doctor_win32 that have files of their own: ask_place.c, ask_dll.c, ask_access.c,
 * ask_control.c, ask_request.c. */
void doctor_place(void *context, struct doctor_place *out);
void doctor_dll(void *context, const char *path, struct doctor_dll *out);
uint32_t doctor_owner(void *context, enum shmb_kind kind, const char *name, char owner[DOCTOR_TEXT],
                      bool *trusted);
void doctor_lock(void *context, enum shmb_kind kind, const char *name, struct doctor_lock *out);
void doctor_trustees(void *context, enum shmb_kind kind, const char *name, uint32_t mask,
                     struct doctor_trustees *out);
void doctor_request(void *context, const char *name, uint64_t bytes, struct doctor_request *out);
void doctor_broker_version(void *context, char out[DOCTOR_VERSION]);
enum doctor_control doctor_control(void *context, const char *name);

#endif
