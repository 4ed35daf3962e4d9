/*
 * open_object.h - opens one named object and checks that it is the broker's; and what a caller
 * asks for who wants to open one.
 */
#ifndef LIB_OPEN_OBJECT_H
#define LIB_OPEN_OBJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "access.h"
#include "directory.h"
#include "names.h"
#include "owner.h"
#include "result.h"
#include "section.h"
#include "shmb.h"

/*
 * Opens `Global\<bare>`. `access` must include READ_CONTROL; `owner` as in
 * trust_check. The caller closes the handle with CloseHandle. On failure `*out` is
 * NULL: SHMB_NOT_FOUND, SHMB_ACCESS_DENIED, SHMB_WRONG_KIND, SHMB_NOT_OURS,
 * SHMB_NO_MEMORY, SHMB_SYSTEM.
 */
int32_t open_object(enum shmb_kind kind, const char *bare, DWORD access, const char *owner,
                    HANDLE *out, struct fault *fault);

/*
 * Keeps the handle `opened` in `*at` and returns it. If another thread was first, closes `opened`
 * and returns the other's handle.
 */
HANDLE open_object_keep(volatile PVOID *at, HANDLE opened);

/* A checked call that opens a segment or a queue. */
struct open_request {
    char name[SHMB_NAME_BYTES];
    char owner[OWNER_SID_MAX];
    uint32_t rights;
    uint64_t offset, length; /* of the part that is to be mapped */
};

/* Checks a name and the caller's options, and copies them. SHMB_BAD_NAME, SHMB_BAD_ARGUMENT. */
int32_t open_request_read(const char *name, const struct shmb_options *given,
                          struct open_request *out, uint32_t *wait_ms, struct fault *fault);

/* SHMB_OK: the broker holds the object, and it is of this kind. Else SHMB_WRONG_KIND and so on. */
int32_t open_request_judge(const struct shmb_entry *entry, enum shmb_kind kind,
                           struct fault *fault);

/*
 * Maps a part of a section whose handle has the right for it. SHMB_CORRUPT: the
 * section is shorter. SHMB_NO_MEMORY, SHMB_SYSTEM.
 */
int32_t open_object_map(HANDLE section, DWORD access, uint64_t offset, uint64_t length,
                        struct section_view *view, struct fault *fault);

#endif
