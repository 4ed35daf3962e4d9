/*
 * keeper.h - the broker's side of its keeper: starts the process, gives it handles,
 * closes them there, and ends it. The keeper's side is keeper_main.h.
 */
#ifndef KEEPER_H
#define KEEPER_H

#include <windows.h>

#include "keeper_fetch.h"
#include "keeper_handles.h"
#include "keeper_launch.h"
#include "system.h"

/* All zero: there is no keeper. Used by the broker's thread. */
struct keeper {
    HANDLE process; /* owned; NULL: there is none */
    HANDLE tie;     /* owned; closing it ends the process. NULL: settled, or never tied */
    struct sys_keeper id;
    struct keeper_handles kept;
    struct keeper_list *former; /* what keepers of former brokers hold, as far as it was asked */
    bool left; /* the broker is stopping: its closed handles stay open in the keeper */
};

/* As system_keepers.h's `make`. */
enum sys_status keeper_make(struct keeper *keeper, const struct keeper_options *options,
                            struct sys_keeper *out, struct sys_failure *why);

/* As system_keepers.h's `settle`. */
enum sys_status keeper_settle(struct keeper *keeper, struct sys_failure *why);

/* Adds an object for the keeper to hold; keeper_fill gives it. False: no memory. */
bool keeper_add(struct keeper *keeper, HANDLE object);

/* As system_keepers.h's `give`. */
enum sys_status keeper_fill(struct keeper *keeper, size_t *held, struct sys_failure *why);

/* Closes an object here and, unless `left` is set, in the keeper. */
void keeper_close(struct keeper *keeper, HANDLE object);

/* As system_keepers.h's `end`. */
enum sys_status keeper_end(struct keeper *keeper, const struct sys_keeper *which,
                           struct sys_failure *why);

/*
 * As system_keepers.h's `fetch`. The caller enters the object for this broker's keeper
 * (keeper_add).
 */
enum sys_status keeper_take_back(struct keeper *keeper, const struct sys_keeper *which,
                                 const char *name, struct sys_facts *facts, struct sys_object **out,
                                 struct sys_failure *why);

/* The keeper has ended: closes what the broker has of it. */
void keeper_forget(struct keeper *keeper);

/* At the end of the broker: frees everything, and the keeper goes on. */
void keeper_leave(struct keeper *keeper);

#endif
