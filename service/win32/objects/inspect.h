/*
 * inspect.h - opens an object that exists, so that it can be adopted, and describes it.
 */
#ifndef INSPECT_H
#define INSPECT_H

#include <windows.h>

#include "system.h"

/* As system_objects.h's `inspect`. */
enum sys_status inspect_object(const char *name, enum shmb_kind likely, struct sys_facts *facts,
                               struct sys_object **out, struct sys_failure *why);

/*
 * Describes the object of a handle with all rights, whose kind is in `facts`. On failure the facts
 * hold what is known.
 */
enum sys_status inspect_handle(HANDLE object, struct sys_facts *facts, struct sys_failure *why);

#endif
