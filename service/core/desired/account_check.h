/*
 * account_check.h - looks up the accounts of a configuration that has errors.
 */
#ifndef CORE_ACCOUNT_CHECK_H
#define CORE_ACCOUNT_CHECK_H

#include "config_files.h"
#include "trustees.h"

/*
 * For files that config_files_read found invalid: adds the errors of the access lists that
 * could be read, as inventory_build does for valid ones, so that one run tells all of them.
 * Sorts `messages`. False: no memory.
 */
bool account_check(const struct config_files *files, struct trustees *known,
                   struct cfg_messages *messages);

#endif
