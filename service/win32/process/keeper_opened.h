/*
 * keeper_opened.h - which of the handles of an object others than the broker and its keepers have.
 */
#ifndef KEEPER_OPENED_H
#define KEEPER_OPENED_H

#include "keeper.h"

/*
 * As system_objects.h's `opened`. `formers` are keepers of earlier brokers that may still run. A
 * handle counts as a keeper's only where that is certain at this moment; else as another's.
 */
enum sys_status keeper_opened(struct keeper *keeper, const struct sys_keeper *formers,
                              size_t former_count, HANDLE object, uint32_t *count,
                              struct sys_failure *why);

#endif
