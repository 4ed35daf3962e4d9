/* The list is used only when a segment is opened or closed; the handle has the pointer. */
#include "ownership.h"

#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "thread.h"

static SRWLOCK lock = SRWLOCK_INIT; /* guards the list, and `handles` of all in it */
static struct ownership *list;

static bool matches(const struct ownership *ownership, const struct ownership_key *key)
{
    return ownership->generation == key->generation && ownership->control == key->control &&
           ownership->block == key->block && ownership->is_private == key->is_private &&
           strcmp(ownership->name, key->name) == 0 && strcmp(ownership->lock, key->lock) == 0;
}

/* NULL: none. The caller holds the lock. */
static struct ownership *find(const struct ownership_key *key)
{
    struct ownership *ownership = list;

    while (ownership != NULL && !matches(ownership, key))
        ownership = ownership->next;
    return ownership;
}

static struct ownership *make(const struct ownership_key *key)
{
    struct ownership *ownership = calloc(1, sizeof(*ownership));

    if (ownership == NULL)
        return NULL;
    strcpy(ownership->name, key->name);
    strcpy(ownership->lock, key->lock);
    ownership->generation = key->generation;
    ownership->control = key->control;
    ownership->block = key->block;
    ownership->is_private = key->is_private;
    return ownership;
}

struct ownership *ownership_join(const struct ownership_key *key)
{
    struct ownership *ownership;

    AcquireSRWLockExclusive(&lock);
    ownership = find(key);
    if (ownership == NULL) {
        ownership = make(key);
        if (ownership != NULL) {
            ownership->next = list;
            list = ownership;
        }
    }
    if (ownership != NULL)
        ownership->handles++;
    ReleaseSRWLockExclusive(&lock);
    return ownership;
}

void ownership_leave(struct ownership *ownership)
{
    struct ownership **at = &list;
    bool last;

    if (ownership == NULL)
        return;
    AcquireSRWLockExclusive(&lock);
    last = --ownership->handles == 0;
    if (last) {
        while (*at != ownership)
            at = &(*at)->next;
        *at = ownership->next;
    }
    ReleaseSRWLockExclusive(&lock);
    if (!last)
        return;
    if (ownership->mutex != NULL)
        CloseHandle(ownership->mutex);
    free(ownership);
}

void ownership_settle(struct ownership *ownership)
{
    struct share *share = ownership->plain;

    if (share == NULL || shmb_load32(&ownership->holder) == 0)
        return;
    holding_begin(&ownership->locks);
    holding_add(&ownership->locks, share);
    ownership->plain = NULL;
}

uint32_t ownership_lock_share(const struct ownership *ownership, const struct share *share)
{
    return shmb_load_pointer(&ownership->plain) == share ? 1
                                                         : holding_share(&ownership->locks, share);
}

bool ownership_holds(uint32_t token, uint64_t seat)
{
    const struct ownership *ownership;

    if (!thread_process_ends())
        AcquireSRWLockShared(&lock);
    else if (!TryAcquireSRWLockShared(&lock))
        return true;
    ownership = list;
    /* Only the thread itself stores its token, and after it the seat does not change. */
    while (ownership != NULL &&
           (shmb_load32(&ownership->holder) != token || ownership->seat != seat))
        ownership = ownership->next;
    ReleaseSRWLockShared(&lock);
    return ownership != NULL;
}

void holding_begin(struct holding *holding)
{
    holding->count = 0;
    holding->surplus = 0;
    shmb_store64(&holding->turn, holding->turn + 1);
}

uint32_t holding_share(const struct holding *holding, const struct share *share)
{
    return holding->count > 0 && share->turn == shmb_load64(&holding->turn) ? share->count : 0;
}

void holding_add(struct holding *holding, struct share *share)
{
    share->count = holding_share(holding, share) + 1;
    share->turn = holding->turn;
    holding->count++;
}

void holding_drop(struct holding *holding, struct share *share)
{
    if (holding_share(holding, share) > 0)
        share->count--;
    else
        holding->surplus++;
    holding->count--;
}

uint32_t holding_leave(struct holding *holding, struct share *share)
{
    const uint32_t taken = holding_share(holding, share);
    const uint32_t given = taken < holding->surplus ? taken : holding->surplus;

    if (taken == 0)
        return 0;
    holding->surplus -= given;
    share->count = taken - given;
    return share->count;
}
