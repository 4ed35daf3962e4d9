/*
 * object_name.h - checks and converts the names of objects.
 */
#ifndef LIB_OBJECT_NAME_H
#define LIB_OBJECT_NAME_H

#include <stdint.h>
#include <wchar.h>

#include "names.h"
#include "shmb.h"

/* `Global\` and a bare name, with terminator. */
#define OBJECT_NAME_WIDE_MAX (7 + SHMB_NAME_MAX + 1)

/*
 * Checks a name, with or without `Global\`, and writes the bare part with its
 * terminator. SHMB_BAD_NAME, or SHMB_BAD_ARGUMENT for NULL: `bare` is then empty.
 */
int32_t object_name_check(const char *name, char bare[SHMB_NAME_BYTES]);

/* Converts a name to UTF-8 for object_name_check; same results. Any valid name fits. */
#define OBJECT_NAME_UTF8_MAX (7 + SHMB_NAME_BYTES)
int32_t object_name_utf8(const shmb_wchar *name, char out[OBJECT_NAME_UTF8_MAX]);

/* Writes `Global\` and a bare name as UTF-16: a checked name, or one of the broker's own. */
void object_name_wide(const char *bare, wchar_t out[OBJECT_NAME_WIDE_MAX]);

#endif
