/*
 * thread.h - which thread is this?
 *
 * A thread id is not enough: the system gives the id of a thread that has ended to a new
 * one. A token is never given out again (the count wraps after four billion threads).
 */
#ifndef LIB_THREAD_H
#define LIB_THREAD_H

#include <stdbool.h>
#include <stdint.h>

/* The values that each thread has of its own. Nothing to free when a thread ends. */
enum thread_value { THREAD_FAILURE, THREAD_TOKEN, THREAD_VALUES };

/*
 * Makes the TLS slots, once. Call this wherever a program can use the library first: it also
 * keeps the DLL loaded.
 */
void thread_begin(void);

/* A value of the calling thread; at first, and without a slot, 0. After thread_begin. */
uintptr_t thread_get(enum thread_value which);
bool thread_set(enum thread_value which, uintptr_t value);

/* The token of the calling thread, never 0; a thread gets it with the first call. 0: no memory. */
uint32_t thread_token(void);

/* The same without giving one. 0: the thread has none. */
uint32_t thread_known(void);

/* Process and thread id of the calling thread, as struct shmb_block has them in `writer`. */
uint64_t thread_writer(void);

/*
 * Does a thread of this process have this id, and does it still run? True also if the
 * system does not say.
 */
bool thread_runs(uint32_t id);

#endif
