/*
 * system_keepers.h - the port, keepers: processes that hold what the broker holds, too.
 * The rules of system.h hold.
 */
#ifndef SYS_SYSTEM_KEEPERS_H
#define SYS_SYSTEM_KEEPERS_H

#include <stddef.h>
#include <stdint.h>

#include "system_status.h"

/* A process that holds what the broker holds, too: its keeper. */
struct sys_keeper {
    uint32_t process;
    uint64_t started; /* when it was made: a FILETIME. Together never used twice */
};

struct system_keepers {
    /*
     * Starts a process that is the keeper from now on. It holds nothing yet, and
     * is tied to the broker where the system allows: it ends with it, however that
     * comes, also in the middle of this call. A former keeper goes on holding what
     * it holds until `end`. On anything but SYS_OK the former one is still the
     * keeper.
     */
    enum sys_status (*make)(void *self, uint32_t hold_ms, struct sys_keeper *out,
                            struct sys_failure *why);

    /*
     * To be called when the keeper is remembered: from now on it outlives the
     * broker, and ends by itself `hold_ms` milliseconds after it. Else it is still
     * tied.
     */
    enum sys_status (*settle)(void *self, struct sys_failure *why);

    /*
     * Gives the keeper a handle of every object that is held and it does not have
     * yet; `*held` is how many it has then, on any status. To be called when all
     * that is held is whole and recorded. SYS_NOT_FOUND: there is no keeper, or it
     * has ended.
     */
    enum sys_status (*give)(void *self, size_t *held, struct sys_failure *why);

    /*
     * Ends a keeper, this broker's or a former one's, and waits until it is gone.
     * SYS_OK also where it is gone already. No process but a keeper is ever ended.
     */
    enum sys_status (*end)(void *self, const struct sys_keeper *keeper, struct sys_failure *why);

    /*
     * The keepers of brokers with the same files of their own (state_read) that have
     * ended, as far as their processes can be found and ended, whether anybody
     * remembers them or not; to be freed with free().
     */
    enum sys_status (*left)(void *self, struct sys_keeper **found, size_t *count,
                            struct sys_failure *why);

    /* From now on `close` of an object gives up only the broker's own handle. */
    void (*leave)(void *self);
};

#endif
