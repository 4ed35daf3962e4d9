/*
 * full_name.h - the name of an object as Windows and the operator know it: Global\X.
 */
#ifndef CORE_FULL_NAME_H
#define CORE_FULL_NAME_H

#include "names.h"

#define FULL_NAME_BYTES (sizeof(SHMB_GLOBAL_PREFIX) + SHMB_NAME_BYTES) /* enough for any name */

/* Puts Global\ before a bare name. */
void full_name(const char *bare, char out[FULL_NAME_BYTES]);

#endif
