/*
 * asker.h - a program that asks the broker for objects and releases them, while brokers are killed.
 *
 * False everywhere: it is not so, and has been noted in the journal.
 */
#ifndef TORTURE_ASKER_H
#define TORTURE_ASKER_H

#include "torture.h"

/* Names that are asked for begin so; the configuration has a rule for them. */
#define ASKER_NAMES "ShmbTorture.Asked."

/* Asks for some segments, writes into them, and closes them: the broker alone holds them. */
bool asker_fill(struct journal *journal);

/* Each is there, the same one with the same bytes, and is found by who asks again. */
bool asker_check(struct journal *journal);

/* Releases what is there of them; the directory must name none of them any more. */
bool asker_release(struct journal *journal);

/* Asks for them and releases them, without end, on a thread; until asker_stop. */
bool asker_start(struct journal *journal);
bool asker_stop(struct journal *journal);

/* How often an object was made. */
uint32_t asker_made(void);

#endif
