/*
 * global_name.h - the name that an object really has. A symbolic link at `Global\X` leads to an
 * object of another name: what a call opens or creates there is not `Global\X`.
 */
#ifndef GLOBAL_NAME_H
#define GLOBAL_NAME_H

#include <windows.h>

#include <stdbool.h>

#include "names.h"

/* Reads the name of an object in Global\, without the prefix. False: it has none there. */
bool global_name_read(HANDLE object, wchar_t name[SHMB_NAME_MAX + 1]);

/* True: the object has this full name (`Global\X`). */
bool global_name_is(HANDLE object, const wchar_t *name);

#endif
