/*
 * fast_segment.h - a published segment with a fast lock, and programs that take the lock.
 */
#ifndef TEST_FAST_SEGMENT_H
#define TEST_FAST_SEGMENT_H

#include "stage.h"

#include "lock_client.h"
#include "lock_word.h"
#include "opened.h"

#define NAME "ShmbTest.Fast"

extern const struct launch user;  /* a standard user */
extern struct directory_row *row; /* of the segment */

/* Publishes the segment, and "ShmbTest.Other", which has the same slots. A set-up of cmocka. */
int fast_begin(void **state);

volatile uint64_t *word_at(void);
uint32_t slots_taken(void);

/* What shmb_result_text says of the last failure. */
const char *text_of(int32_t result);

/* Lets a program with this verb take the lock, and kills it. */
void let_die(const char *verb);

/* A verb: NAME. Says "waits", then the result of a wait without end. */
int fast_wait(int argc, char **argv);

#endif
