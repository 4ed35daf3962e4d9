/*
 * domain_record.h - the slots of a writer set as this process has them open: one record for all
 * handles. Used by domain.c and word_lock.c only.
 */
#ifndef LIB_DOMAIN_RECORD_H
#define LIB_DOMAIN_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "owner.h"
#include "result.h"
#include "section.h"
#include "slots.h"

struct domain {
    /* Constant. */
    uint32_t number, slot_count;
    char owner[OWNER_SID_MAX]; /* one more owner to trust, or empty */
    HANDLE section;
    struct section_view view;
    size_t size; /* bytes at view.data */

    volatile PVOID *mutexes; /* of the slots; each is opened by the first thread that needs it */

    volatile LONG handles; /* for domain.c alone */

    /* For domain_record.c alone. */
    uint32_t users;
    struct domain *next;
};

/* What is known of the mutex of a slot. */
enum slot_mutex {
    SLOT_MUTEX_OPEN,
    SLOT_MUTEX_NOBODY, /* there is none of a trusted owner: nobody lives in the slot */
    SLOT_MUTEX_UNKNOWN /* it could not be opened */
};

/* As domain_join, of domain.h. One more user of the record. */
int32_t domain_record_join(uint32_t number, uint32_t slot_count, const char *owner,
                           struct domain **out, struct fault *fault);

/* One more user of a record that has one. */
void domain_record_use(struct domain *domain);

/* One user less. With the last one the record ends. */
void domain_record_leave(struct domain *domain);

/*
 * The mutex of slot `index`, which is less than `slot_count`. The handle belongs to the record.
 * SLOT_MUTEX_UNKNOWN and SLOT_MUTEX_NOBODY: `*result` and `*fault` tell why.
 */
enum slot_mutex domain_record_mutex(struct domain *domain, uint32_t index, HANDLE *out,
                                    int32_t *result, struct fault *fault);

#endif
