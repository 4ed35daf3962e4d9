/*
 * pairs_world.h - the segment Prices on the fake system, with or without a section for double
 * snapshots: as a program with the library finds them.
 */
#ifndef TESTS_PAIRS_WORLD_H
#define TESTS_PAIRS_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "control.h"
#include "reloads.h"
#include "snapshot_pair.h"

#define SIZE   64u
#define DOUBLE HEAD "  Prices: { size: 64, snapshots: double, initial: { text: none } }\n"
#define SINGLE HEAD "  Prices: { size: 64, initial: { text: none } }\n"
#define PAIR_X "Prices.snapshots"

bool pairs_is_double(void);
struct shmb_block *pairs_block_now(void);
struct shmb_pair *pairs_now(void);

/* What a reader of snapshots gets. */
const char *pairs_published(void);

/* A program writes a value and publishes it. */
void pairs_publish(const char *text);

/* The block that programs use, to see later whether they are told to open again. */
void pairs_remember_block(void);
bool pairs_block_has_moved(void);

/* A program has open what the library opens; this remembers the block, too. */
void pairs_open_all(bool with_pair);
void pairs_close_all(bool with_pair);

#endif
