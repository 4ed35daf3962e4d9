/*
 * keeper_find.h - finds keepers whose broker has ended, by their processes alone: also
 * those that are not in the state, and those that never began to run. A process whose owner is not
 * the service SID, SYSTEM or Administrators is not a keeper: any user can start the program.
 */
#ifndef KEEPER_FIND_H
#define KEEPER_FIND_H

#include "system.h"

/* As system_keepers.h's `left`, for brokers with the same place (keeper_launch.h). */
enum sys_status keeper_find(uint32_t place, struct sys_keeper **found, size_t *count,
                            struct sys_failure *why);

/*
 * When a keeper whose broker has ended will end, as a FILETIME; later, if the machine sleeps
 * meanwhile. 0: not known, or the caller may not ask.
 */
uint64_t keeper_until(const struct sys_keeper *keeper);

#endif
