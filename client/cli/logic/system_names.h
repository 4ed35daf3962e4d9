/*
 * system_names.h - names of the objects that Windows and its runtimes make.
 *
 * By name, not by owner: services of other vendors run as SYSTEM, too, and it is their objects
 * that a first configuration is for.
 */
#ifndef LOGIC_SYSTEM_NAMES_H
#define LOGIC_SYSTEM_NAMES_H

#include <stdbool.h>

/* Is this bare name, in UTF-8, one that Windows gives to its own objects? Ignores ASCII case. */
bool system_name(const char *name);

#endif
