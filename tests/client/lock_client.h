/*
 * lock_client.h - threads and client programs that take the lock of a segment, of whatever kind.
 */
#ifndef TEST_LOCK_CLIENT_H
#define TEST_LOCK_CLIENT_H

#include "support.h"

#include "shmb.h"

/* The exit code of a thread with this routine. */
DWORD in_thread(LPTHREAD_START_ROUTINE routine, void *context);

/* For in_thread: the result of a try to lock, with the other sign. */
DWORD WINAPI lock_and_end(void *segment);

/* Lets a program with this verb take the lock of the segment, and kills it. */
void lock_let_die(const struct launch *launch, const char *verb, const char *name);

/* For verbs. NULL: it has said why. */
shmb_segment *open_here(const char *name, uint32_t rights);

/* Verbs: NAME. */
int lock_try(int argc, char **argv);        /* says the result of a try */
int lock_hold(int argc, char **argv);       /* says "ready" once it has the lock */
int lock_half(int argc, char **argv);       /* the same, in the middle of a write of "half" */
int lock_hold_ids(int argc, char **argv);   /* as lock_hold, but says its process and thread */
int lock_wait_death(int argc, char **argv); /* says "opened"; takes turns with others until it is
                                               told of a death, and says that */

#endif
