/*
 * fast_segment.h - a published segment with a fast lock, and programs that take the lock.
 */
#ifndef TEST_FAST_SEGMENT_H
#define TEST_FAST_SEGMENT_H

#include "stage.h"

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

/* The exit code of a thread with this routine. */
DWORD in_thread(LPTHREAD_START_ROUTINE routine, void *context);

/* For in_thread: the result of a try to lock, with the other sign. */
DWORD WINAPI lock_and_end(void *segment);

/* Lets a program with this verb take the lock, and kills it. */
void let_die(const char *verb);

/* For verbs. NULL: it has said why. */
shmb_segment *open_here(const char *name);

/* The verbs that both programs have: NAME. */
int fast_try(int argc, char **argv);  /* says the result of a try */
int fast_hold(int argc, char **argv); /* says "ready" once it has the lock */
int fast_half(int argc, char **argv); /* the same, in the middle of a write */
int fast_wait(int argc, char **argv); /* says "waits", then the result of a wait without end */

#endif
