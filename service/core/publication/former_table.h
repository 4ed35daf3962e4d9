/*
 * former_table.h - what the directory of a former broker tells where the state is lost: programs or
 * a keeper still hold it.
 */
#ifndef CORE_FORMER_TABLE_H
#define CORE_FORMER_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "directory.h"
#include "state.h"

/*
 * The numbers of the control sections that the table named by `root` lists, each once, and their
 * `*count`. The caller frees them. NULL: none, no table that is the broker's, or no memory.
 */
uint32_t *former_table_controls(const struct system *system, const char *owner,
                                const struct state *state, const struct shmb_root *root,
                                size_t *count);

#endif
