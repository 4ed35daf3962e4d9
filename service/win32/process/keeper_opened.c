/*
 * Windows counts the handles of an object in all processes. One is the broker's, and each keeper
 * has one that the broker has given to it. A keeper that is just ending has lost its handles a
 * moment before it shows, and a former one may hold another object of the same name: so each of
 * their handles is looked at, after the count.
 */
#include "keeper_opened.h"

#include <string.h>

#include <winternl.h>

#include "failure.h"

/* The answer to ObjectBasicInformation; headers differ in how much of it they name. */
struct basic_facts {
    ULONG attributes, access, handles, pointers;
    ULONG reserved[10];
};

enum sys_status keeper_opened(struct keeper *keeper, const struct sys_keeper *formers,
                              size_t former_count, HANDLE object, uint32_t *count,
                              struct sys_failure *why)
{
    HANDLE there = keeper_handles_find(&keeper->kept, object);
    struct basic_facts facts;
    uint32_t ours = 1;
    LONG status;
    size_t i;

    *count = 0;
    memset(&facts, 0, sizeof(facts));
    status = NtQueryObject(object, ObjectBasicInformation, &facts, sizeof(facts), NULL);
    if (status < 0)
        return failure_set(why, "NtQueryObject", RtlNtStatusToDosError(status));
    if (there != NULL && keeper->process != NULL && facts.handles > ours &&
        keeper_fetch_is_there(keeper->process, there, object))
        ours++;
    for (i = 0; i < former_count && facts.handles > ours; i++)
        ours += keeper_fetch_count(&keeper->former, &formers[i], object);
    *count = facts.handles > ours ? facts.handles - ours : 0;
    return SYS_OK;
}
