/*
 * open_object.h - opens one named object and checks that it is the broker's.
 */
#ifndef LIB_OPEN_OBJECT_H
#define LIB_OPEN_OBJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "access.h"
#include "result.h"
#include "section.h"

/*
 * Opens `Global\<bare>`. `access` must include READ_CONTROL; `owner` as in
 * trust_check. The caller closes the handle with CloseHandle. On failure `*out` is
 * NULL: SHMB_NOT_FOUND, SHMB_ACCESS_DENIED, SHMB_WRONG_KIND, SHMB_NOT_OURS,
 * SHMB_NO_MEMORY, SHMB_SYSTEM.
 */
int32_t open_object(enum shmb_kind kind, const char *bare, DWORD access, const char *owner,
                    HANDLE *out, struct fault *fault);

/*
 * Maps a part of a section whose handle has the right for it. SHMB_CORRUPT: the
 * section is shorter. SHMB_NO_MEMORY, SHMB_SYSTEM.
 */
int32_t open_object_map(HANDLE section, DWORD access, uint64_t offset, uint64_t length,
                        struct section_view *view, struct fault *fault);

#endif
