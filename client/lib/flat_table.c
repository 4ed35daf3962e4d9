/*
 * A fixed table, so that a number finds its segment without a search. The serial number in
 * the upper bits makes a closed number invalid, even after its place has a new segment.
 */
#include "flat_table.h"

#include "changed.h"
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

static SRWLOCK lock = SRWLOCK_INIT; /* guards everything below */
static struct place places[PLACES];
static uint32_t serial;

/* Gives the segment a free place. Returns its number. The caller holds the lock. */
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

int32_t flat_add(shmb_segment *segment, bool is_private, bool made)
{
    struct flat *flat = calloc(1, sizeof(*flat));
    int32_t number = SHMB_NO_MEMORY;

    if (flat != NULL) {
        flat->segment = segment;
        flat->is_private = is_private;
        flat->made = made;
        /* Changes before this call are not news; without a change number, `seen` stays 0. */
        (void)changed_number(segment, &flat->seen);
        AcquireSRWLockExclusive(&lock);
        number = put(flat);
        ReleaseSRWLockExclusive(&lock);
    }
    if (number < 0) {
        free(flat);
        shmb_close(segment);
    }
    return number;
}

static struct place *find(int32_t number)
{
    struct place *place = &places[(uint32_t)number % PLACES];

    return number > 0 && place->flat != NULL && place->number == number ? place : NULL;
}

struct flat *flat_find(int32_t number)
{
    struct place *place;
    struct flat *flat;

    AcquireSRWLockShared(&lock);
    place = find(number);
    flat = place != NULL ? place->flat : NULL;
    ReleaseSRWLockShared(&lock);
    return flat;
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
        refused = lock_elsewhere(place->flat->segment);
        flat = place->flat;
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
    free(flat);
    return SHMB_OK;
}
