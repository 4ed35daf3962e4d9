/*
 * Called whenever an object was made, adopted, recreated or carried over a reload. item.auditing
 * says what its entries are, so an object that is as configured costs no call.
 */
#include "auditing.h"

#include <inttypes.h>
#include <stdio.h>

#define SDDL_MAX 96u

#define CHANGE_ACCESS 0x000C0000u /* WRITE_DAC, WRITE_OWNER */

/* SECTION_MAP_WRITE, MUTEX_MODIFY_STATE, EVENT_MODIFY_STATE, SEMAPHORE_MODIFY_STATE */
static const uint32_t changes[SHMB_KIND_COUNT] = {[SHMB_SECTION] = 0x2,
                                                  [SHMB_MUTEX] = 0x1,
                                                  [SHMB_EVENT] = 0x2,
                                                  [SHMB_SEMAPHORE] = 0x2,
                                                  [SHMB_QUEUE] = 0x2};

/*
 * The entries for a kind, as SDDL. For everyone, they log each handle with the right to
 * change the content, the access list or the owner, and each denied request, whatever the
 * rights. A handle that only reads is not logged.
 */
static void sddl_of(enum shmb_kind kind, char out[SDDL_MAX])
{
    (void)snprintf(out, SDDL_MAX,
                   "S:(AU;SA;0x%" PRIx32 ";;;S-1-1-0)(AU;FA;0x%" PRIx32 ";;;S-1-1-0)",
                   changes[kind] | CHANGE_ACCESS, shmb_access_mask(kind, SHMB_LEVEL_FULL));
}

void auditing_settle(const struct system *system, struct item *item)
{
    const enum item_auditing wanted = item->audit ? AUDITING_ON : AUDITING_OFF;
    char entries[SDDL_MAX];
    enum sys_status status;

    if (!item_is_held(item) || item->auditing == wanted)
        return;
    sddl_of(item->spec.kind, entries);
    status = system->objects.set_auditing(system->self, item->object, entries, item->audit, NULL);
    if (status == SYS_OK || !item->audit)
        item->auditing = (uint8_t)wanted; /* without the privilege, entries cannot be removed */
    else
        item->auditing = status == SYS_DENIED ? AUDITING_REFUSED : AUDITING_FAILED;
}

bool auditing_lacks(const struct item *item)
{
    return item_is_held(item) && item->audit && item->auditing != AUDITING_ON;
}

const char *auditing_reason(const struct item *item)
{
    return item->auditing == AUDITING_REFUSED
               ? "the service has no privilege to audit; run: shmbroker install --audit, and "
                 "start it again"
               : "the audit entries could not be set; the service retries";
}

size_t auditing_tell(const struct system *system, const struct inventory *inventory, bool *told)
{
    const struct item *first = NULL;
    char number[24];
    size_t count = 0, i;

    for (i = 0; i < inventory->count; i++) {
        if (!auditing_lacks(&inventory->items[i]))
            continue;
        if (count++ == 0)
            first = &inventory->items[i];
    }
    if (first != NULL && !*told) {
        const char *inserts[] = {number, auditing_reason(first)};

        (void)snprintf(number, sizeof(number), "%zu", count);
        system->log(system->self, EVENT_AUDIT_REFUSED, inserts, 2);
    } else if (first == NULL && *told) {
        system->log(system->self, EVENT_AUDIT_RECOVERED, NULL, 0);
    }
    *told = first != NULL;
    return count;
}
