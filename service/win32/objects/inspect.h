/*
 * inspect.h - opens what has a name already, to be kept, and says what it is.
 */
#ifndef INSPECT_H
#define INSPECT_H

#include "system.h"

/* As system.h's `inspect`. */
enum sys_status inspect_object(const char *name, struct sys_facts *facts, struct sys_object **out,
                               struct sys_failure *why);

#endif
