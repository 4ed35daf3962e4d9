#include "local.h"

#include <stdio.h>
#include <string.h>

static void keep_reason(struct local *local, int32_t result)
{
    (void)shmb_result_text(result, local->why, sizeof(local->why));
}

void local_close(struct local *local)
{
    (void)shmb_close(local->segment);
    local->segment = NULL;
    local->size = 0;
}

/* A call has failed. */
static enum local_result result_of(struct local *local, int32_t result)
{
    if (SHMB_SUCCEEDED(result))
        return LOCAL_DONE;
    if (result == SHMB_BUSY || result == SHMB_TIMEOUT)
        return LOCAL_LATER;
    keep_reason(local, result);
    if (result == SHMB_INCONSISTENT)
        return LOCAL_HALF;
    /* Its control data is damaged, and repaired within a minute; memory comes and goes. */
    if (result == SHMB_CORRUPT || result == SHMB_NO_MEMORY || result == SHMB_NO_SLOT)
        return LOCAL_LATER;
    local_close(local);
    return LOCAL_GONE;
}

enum local_result local_open(struct local *local, uint64_t most)
{
    shmb_info info = {.size = sizeof(info)};
    int32_t result =
        shmb_open(local->name, local->write ? SHMB_WRITE : SHMB_READ, 0, &local->segment);

    if (!SHMB_SUCCEEDED(result)) {
        keep_reason(local, result);
        return LOCAL_GONE;
    }
    (void)shmb_state(local->segment, &info);
    local->size = info.bytes;
    local->generation = info.generation;
    local->notifies = (info.flags & SHMB_FLAG_NOTIFY) != 0;
    local->locks = (info.flags & SHMB_FLAG_HAS_LOCK) != 0;
    local->seen = 0;
    local->why[0] = '\0';
    if ((info.flags & SHMB_FLAG_ROUNDED) != 0)
        snprintf(local->why, sizeof(local->why),
                 "this account may not read the broker's directory, or no broker runs");
    else if (local->size > most)
        snprintf(local->why, sizeof(local->why),
                 "it has %llu bytes, and a value at most %llu: it is not mirrored",
                 (unsigned long long)local->size, (unsigned long long)most);
    if (local->why[0] == '\0')
        return LOCAL_DONE;
    local_close(local);
    return LOCAL_GONE;
}

enum local_result local_check(struct local *local)
{
    int32_t result = shmb_state(local->segment, NULL);

    if (result != SHMB_STALE && result != SHMB_NOT_FOUND)
        return LOCAL_DONE;
    keep_reason(local, result);
    local_close(local);
    return LOCAL_GONE;
}

bool local_change(const struct local *local, uint64_t *number)
{
    *number = 0;
    return local->segment != NULL && SHMB_SUCCEEDED(shmb_change_number(local->segment, number));
}

enum local_result local_copy(struct local *local, void *content)
{
    uint64_t number = 0;
    int32_t result;

    /* Before the copy: a change during it is seen again, and never missed. */
    (void)local_change(local, &number);
    result = shmb_snapshot_wait(local->segment, 0, content, local->size, 0, NULL);
    if (result == SHMB_OK)
        local->seen = number;
    return result_of(local, result);
}

/* Compares and writes. The lock is held, where there is one. */
static int32_t put(struct local *local, const void *content, const void *known,
                   struct local_found *found)
{
    uint64_t before = 0, after = 0;
    void *data;
    int32_t result = shmb_data(local->segment, &data);

    if (result != SHMB_OK)
        return result;
    (void)local_change(local, &before);
    found->same = memcmp(data, content, (size_t)local->size) == 0;
    found->other = !found->same && (known == NULL || memcmp(data, known, (size_t)local->size) != 0);
    if (!found->same) {
        result = shmb_write(local->segment, 0, content, local->size, NULL);
        if (result != SHMB_OK)
            return result;
    }
    (void)local_change(local, &after);
    found->more = after - before > (found->same ? 0u : 1u);
    local->seen = found->more ? before : after;
    return SHMB_OK;
}

enum local_result local_put(struct local *local, const void *content, const void *known,
                            struct local_found *found)
{
    int32_t result, lock = SHMB_OK;

    *found = (struct local_found){0};
    local->why[0] = '\0';
    if (local->locks)
        lock = shmb_lock(local->segment, LOCAL_LOCK_MS);
    if (!SHMB_SUCCEEDED(lock))
        return result_of(local, lock);
    result = put(local, content, known, found);
    /* An owner died, but all of the content is new. */
    if (lock == SHMB_ABANDONED && result == SHMB_OK)
        (void)shmb_mark_consistent(local->segment);
    if (local->locks) {
        int32_t end = shmb_unlock(local->segment);

        result = result == SHMB_OK ? end : result;
    }
    return result_of(local, result);
}

void *local_event(struct local *local)
{
    uint64_t number;
    void *event;

    if (local->segment == NULL || !local->notifies ||
        shmb_change_event(local->segment, local->seen, &event) != SHMB_OK)
        return NULL;
    return local_change(local, &number) && number == local->seen ? event : NULL;
}
