/*
 * A fixed table, so that a number finds its segment without a search. The serial number in
 * the upper bits makes a closed number invalid, even after its place has a new segment.
 */
#include "flat_table.h"

#include "changed.h"
#include "code_page.h"
#include "lock.h"

#include <stdlib.h>
#include <windows.h>

#include "shmb_flat.h"

/*
 * A number: the place in the low bits, a serial number above them, 30 bits in all. So it
 * is never negative, as failures are.
 */
#define PLACES      1024u
#define PLACE_BITS  10u
#define SERIAL_MOST 0xFFFFFu

_Static_assert(SHMBF_MOST == PLACES - 1, "place 0 is not used: no number is 0");

struct place {
    struct flat *flat;
    int32_t number;
};

const shmb_wchar *flat_widen(const char *name, shmb_wchar out[OBJECT_NAME_WIDE_MAX + 1])
{
    static const shmb_wchar none[] = L"\\"; /* never a valid name */

    if (name == NULL)
        return NULL;
    return code_page_widen(GetACP(), name, out, OBJECT_NAME_WIDE_MAX + 1) ? out : none;
}

static SRWLOCK lock = SRWLOCK_INIT; /* guards everything below */
static struct place places[PLACES];
static uint32_t serial;

/* Gives it a free place. Returns its number. The caller holds the lock. */
static int32_t put(struct flat *flat)
{
    uint32_t i;

    for (i = 1; i < PLACES; i++) {
        if (places[i].flat != NULL)
            continue;
        serial = serial < SERIAL_MOST ? serial + 1 : 0;
        places[i].flat = flat;
        places[i].number = (int32_t)(serial << PLACE_BITS | i);
        return places[i].number;
    }
    return SHMB_NO_MEMORY;
}

/* Numbers what is open. SHMB_NO_MEMORY also if `flat` is NULL: frees it. */
static int32_t number_of(struct flat *flat)
{
    int32_t number = SHMB_NO_MEMORY;

    if (flat == NULL)
        return number;
    AcquireSRWLockExclusive(&lock);
    number = put(flat);
    ReleaseSRWLockExclusive(&lock);
    if (number < 0)
        free(flat);
    return number;
}

int32_t flat_add(shmb_segment *segment, bool is_private, bool made)
{
    struct flat *flat = calloc(1, sizeof(*flat));
    int32_t number;

    if (flat != NULL) {
        flat->segment = segment;
        flat->is_private = is_private;
        flat->made = made;
        /* Changes before this call are not news; without a change number, `seen` stays 0. */
        (void)changed_number(segment, &flat->seen);
    }
    number = number_of(flat);
    if (number < 0)
        shmb_close(segment);
    return number;
}

int32_t flat_add_queue(shmb_queue *queue)
{
    struct flat *flat = calloc(1, sizeof(*flat));
    int32_t number;

    if (flat != NULL)
        flat->queue = queue;
    number = number_of(flat);
    if (number < 0)
        shmb_queue_close(queue);
    return number;
}

int32_t flat_add_list(shmb_list *list)
{
    struct flat *flat = calloc(1, sizeof(*flat));
    struct flat_list *own = calloc(1, sizeof(*own));
    int32_t number;

    if (flat == NULL || own == NULL) {
        free(flat);
        flat = NULL;
    } else {
        own->list = list;
        flat->list = own;
    }
    number = number_of(flat);
    if (number < 0) {
        free(own);
        shmb_list_close(list);
    }
    return number;
}

static struct place *find(int32_t number)
{
    struct place *place = &places[(uint32_t)number % PLACES];

    return number > 0 && place->flat != NULL && place->number == number ? place : NULL;
}

static struct flat *find_any(int32_t number)
{
    struct place *place;
    struct flat *flat;

    AcquireSRWLockShared(&lock);
    place = find(number);
    flat = place != NULL ? place->flat : NULL;
    ReleaseSRWLockShared(&lock);
    return flat;
}

struct flat *flat_find(int32_t number)
{
    struct flat *flat = find_any(number);

    return flat != NULL && flat->segment != NULL ? flat : NULL;
}

shmb_queue *flat_find_queue(int32_t number)
{
    const struct flat *flat = find_any(number);

    return flat != NULL ? flat->queue : NULL;
}

struct flat_list *flat_find_list(int32_t number)
{
    const struct flat *flat = find_any(number);

    return flat != NULL ? flat->list : NULL;
}

int32_t flat_remove(int32_t number)
{
    struct place *place;
    struct flat *flat = NULL;
    bool refused = false;

    AcquireSRWLockExclusive(&lock);
    place = find(number);
    if (place != NULL) {
        /* Asked here, so that a number that stays is never gone meanwhile. */
        flat = place->flat;
        refused = flat->segment != NULL && lock_elsewhere(flat->segment);
        if (!refused)
            place->flat = NULL;
    }
    ReleaseSRWLockExclusive(&lock);
    if (flat == NULL)
        return SHMB_BAD_ARGUMENT;
    if (refused)
        return SHMB_NOT_OWNER;
    /* Outside the lock: it may make system calls. */
    shmb_unsubscribe(flat->subscription);
    shmb_close(flat->segment);
    shmb_queue_close(flat->queue);
    if (flat->list != NULL)
        shmb_list_close(flat->list->list);
    free(flat->list);
    free(flat);
    return SHMB_OK;
}
