/*
 * keeper_fetch.h - opens objects by the handles that a former keeper has of them.
 *
 * That needs no name and no right to the object. A keeper's process is closed to others
 * (harden.h): only brokers put handles into it, so what it has under a name is the broker's object.
 * A DLL that has loaded itself there has handles, too. What it has only opened is left out, by the
 * rights that such handles lack; what it has created cannot be told apart.
 */
#ifndef KEEPER_FETCH_H
#define KEEPER_FETCH_H

#include <windows.h>

#include <stdbool.h>

#include "system.h"

/*
 * What former keepers hold, listed when one is asked for the first time: a keeper without a broker
 * gets and closes nothing. NULL: nothing is listed.
 */
struct keeper_list;

/*
 * As system_keepers.h's `fetch`, for a keeper that is not this broker's own. Adds to `lists`; an
 * object in `*out` is closed with CloseHandle.
 */
enum sys_status keeper_fetch(struct keeper_list **lists, const struct sys_keeper *keeper,
                             const char *name, struct sys_facts *facts, struct sys_object **out,
                             struct sys_failure *why);

/*
 * How many handles that keeper has of an object, among those that brokers gave it. 0 also where
 * that cannot be told.
 */
uint32_t keeper_fetch_count(struct keeper_list **lists, const struct sys_keeper *keeper,
                            HANDLE object);

/* True: with this handle of its own, the process has the object now. Needs PROCESS_DUP_HANDLE. */
bool keeper_fetch_is_there(HANDLE process, HANDLE there, HANDLE object);

/* The keeper has ended: removes what was listed of it; NULL: of all. */
void keeper_fetch_forget(struct keeper_list **lists, const struct sys_keeper *keeper);

#endif
