/*
 * open_object.h - opens one named object and makes sure that it is the broker's.
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
 * Opens `Global\<bare>` with an access mask that includes READ_CONTROL. The
 * handle is trusted; to be closed with CloseHandle. Fails with SHMB_NOT_FOUND,
 * SHMB_ACCESS_DENIED, SHMB_WRONG_KIND, SHMB_NOT_OURS, SHMB_NO_MEMORY,
 * SHMB_SYSTEM and NULL in `*out`. `owner` as in trust_check.
 */
int32_t opening_object(enum shmb_kind kind, const char *bare, DWORD access, const char *owner,
                       HANDLE *out, struct fault *fault);

/*
 * Maps a part of a section that was opened with the right for it. SHMB_CORRUPT:
 * the section ends before that. SHMB_NO_MEMORY, SHMB_SYSTEM.
 */
int32_t opening_map(HANDLE section, DWORD access, uint64_t offset, uint64_t length,
                    struct section_view *view, struct fault *fault);

/* Does a broker run? Asks for an object that lives exactly as long as one does. */
bool opening_broker_runs(void);

/*
 * Waiting for a broker or a name. All waiting of one public call shares one
 * `struct patience`.
 */
struct patience {
    bool endless;
    ULONGLONG until;
    DWORD pause;
};

void patience_begin(struct patience *patience, uint32_t wait_ms);

/*
 * True when the call that gave `result` is to be tried again; a pause has then
 * passed. False at once for results that waiting does not change.
 */
bool patience_again(struct patience *patience, int32_t result);

/* SHMB_NOT_FOUND becomes SHMB_NO_BROKER where no broker runs; all else stays. */
int32_t opening_absent(int32_t result);

#endif
