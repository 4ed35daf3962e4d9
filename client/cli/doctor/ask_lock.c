/* Facts about a mutex, or about the lock of a segment. */
#include <stdio.h>
#include <string.h>

#include "ask_system.h"
#include "object_use.h"
#include "shmb.h"

void doctor_lock(void *context, enum shmb_kind kind, const char *name, struct doctor_lock *out)
{
    struct used_object object = {.kind = kind == SHMB_EVENT ? SHMB_EVENT : SHMB_MUTEX};
    char text[USE_LOCK_TEXT];
    shmb_info info;

    (void)context;
    memset(&info, 0, sizeof(info));
    info.size = sizeof(info);
    if (kind == SHMB_MUTEX || kind == SHMB_EVENT) {
        (void)snprintf(out->name, sizeof(out->name), "%s", name);
    } else if (shmb_describe(name, &info) == SHMB_OK && (info.flags & SHMB_FLAG_HAS_LOCK) != 0) {
        (void)snprintf(out->name, sizeof(out->name), "%.*s", SHMB_NAME_BYTES - 1, info.lock);
        (void)snprintf(object.segment, sizeof(object.segment), "%.*s", SHMB_NAME_BYTES - 1,
                       info.name);
        if ((info.flags & SHMB_FLAG_FAST) != 0)
            object.kind = SHMB_EVENT;
    }
    if (out->name[0] == '\0')
        return;
    object_use_lock(out->name, &object);
    if (object.kind == SHMB_EVENT && object.segment[0] == '\0') {
        out->name[0] = '\0'; /* an event, and no lock */
        return;
    }
    out->fast = object_use_is_fast(&object);
    object_use_lock_text(&object.lock, text);
    memcpy(out->segment, object.segment, sizeof(out->segment));
    (void)snprintf(out->text, sizeof(out->text), "%.*s", (int)sizeof(out->text) - 1, text);
    out->held = (object.lock.flags & SHMB_LOCK_HELD) != 0;
    out->abandoned = (object.lock.flags & SHMB_LOCK_ABANDONED) != 0;
}
