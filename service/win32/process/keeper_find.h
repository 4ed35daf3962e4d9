/*
 * keeper_find.h - keepers whose broker has ended, told by their processes alone:
 * also such as nobody remembers, or that never began.
 */
#ifndef KEEPER_FIND_H
#define KEEPER_FIND_H

#include "system.h"

/* As system.h's keepers_left, of brokers with the same place (keeper_launch.h). */
enum sys_status keeper_find(uint32_t place, struct sys_keeper **found, size_t *count,
                            struct sys_failure *why);

#endif
