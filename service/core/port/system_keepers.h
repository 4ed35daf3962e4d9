/*
 * system_keepers.h - the port, keepers: processes that hold duplicates of the broker's
 * handles, so that the objects exist while no broker runs. The rules of system.h hold.
 */
#ifndef SYS_SYSTEM_KEEPERS_H
#define SYS_SYSTEM_KEEPERS_H

#include <stddef.h>
#include <stdint.h>

#include "system_objects.h"
#include "system_status.h"

/* A keeper. Process id and start time together are never reused. */
struct sys_keeper {
    uint32_t process;
    uint64_t started; /* a FILETIME */
};

struct system_keepers {
    /*
     * Starts a new keeper, which holds nothing yet. If the system allows it, the keeper
     * is tied to the broker: until `settle` it ends with the broker, even if the broker
     * is killed during this call. A former keeper continues until `end`. On anything but
     * SYS_OK the former keeper stays the keeper.
     */
    enum sys_status (*make)(void *self, uint32_t hold_ms, struct sys_keeper *out,
                            struct sys_failure *why);

    /*
     * Unties the keeper: it survives the broker, and ends `hold_ms` milliseconds after
     * the broker. Call it once the state names the keeper. On failure it stays tied.
     */
    enum sys_status (*settle)(void *self, struct sys_failure *why);

    /*
     * Gives the keeper a handle of every held object that it does not hold yet.
     * `*held` is the number of objects that it holds afterwards, on any status. Call it
     * when all held objects are complete and recorded. SYS_NOT_FOUND: there is no
     * keeper, or it has ended.
     */
    enum sys_status (*give)(void *self, size_t *held, struct sys_failure *why);

    /*
     * Ends a keeper, of this broker or a former one, and waits until it is gone. SYS_OK
     * also if it is gone already. Ends no process that is not a keeper.
     */
    enum sys_status (*end)(void *self, const struct sys_keeper *keeper, struct sys_failure *why);

    /*
     * Finds the keepers of earlier brokers that used the same state folder and have
     * ended, whether the state names them or not, as far as their processes can be found
     * and ended. Free the array with free(); none: `*found` is NULL.
     */
    enum sys_status (*left)(void *self, struct sys_keeper **found, size_t *count,
                            struct sys_failure *why);

    /*
     * Opens the object of a name by the handle that a former keeper has of it, with all rights,
     * whatever owner and access list it has now. `facts` and `*out` as from `inspect`, with
     * `facts->kept` set. SYS_NOT_FOUND: the keeper has ended, is this broker's own, or has no
     * object of this name. Any other status: it may have one.
     */
    enum sys_status (*fetch)(void *self, const struct sys_keeper *keeper, const char *name,
                             struct sys_facts *facts, struct sys_object **out,
                             struct sys_failure *why);

    /* From now on `close` of an object closes only the broker's own handle. */
    void (*leave)(void *self);
};

#endif
