/*
 * claim.h - the instance mutex: two brokers never run at the same time.
 */
#ifndef CORE_CLAIM_H
#define CORE_CLAIM_H

#include "system.h"

/*
 * Takes the instance mutex for this process, until it ends, with the broker's own access list;
 * `owner` is the broker's SID. SYS_SECOND_BROKER: another broker runs. SYS_DENIED: a foreign
 * process holds the name.
 */
enum sys_status claim_instance(const struct system *system, const char *owner,
                               struct sys_failure *why);

#endif
