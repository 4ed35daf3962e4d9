/* The list is used only when a segment is opened or closed; the handle has the pointer. */
#include "ownership.h"

#include <stdlib.h>
#include <string.h>

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
