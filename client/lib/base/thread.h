/*
 * thread.h - which thread is this?
 *
 * A thread id is not enough: the system gives the id of a thread that has ended to a new
 * one. A token is never given out again (the count wraps after four billion threads). When
 * an id may be that of another thread by now, the time at which the thread was made tells.
 */
#ifndef LIB_THREAD_H
#define LIB_THREAD_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>
#include <winternl.h>

#include "compiler.h"

/*
 * The values that each thread has of its own. Nothing to free when a thread ends, but the seats,
 * which domain.c frees.
 */
enum thread_value { THREAD_FAILURE, THREAD_TOKEN, THREAD_BORN, THREAD_SEATS, THREAD_VALUES };

/*
 * Makes the TLS slots, once. Call this wherever a program can use the library first: it also
 * keeps the DLL loaded.
 */
void thread_begin(void);

/*
 * Calls `done` before a DLL with the static library is unloaded, and before the TLS slots are
 * freed. Never for the DLL, which stays loaded, and not at the end of a program. After
 * thread_begin.
 */
void thread_at_unload(void (*done)(void));

/*
 * For thread_get. The TLS slots whose values are where winternl.h says: TlsGetValue, which a lock
 * would call twice, takes longer than the rest of a call. TLS_OUT_OF_INDEXES: the value is not
 * there, or there is no slot so far.
 */
extern volatile uint32_t thread_direct[THREAD_VALUES];

/* The same through TlsGetValue. */
uintptr_t thread_get_by_call(enum thread_value which);

/* The value in the thread's own block. */
static inline void *thread_direct_value(uint32_t slot)
{
    const DWORD at = (DWORD)(FIELD_OFFSET(struct _TEB, TlsSlots) + slot * sizeof(PVOID));

#if defined(_M_X64) || defined(__x86_64__)
    return (void *)__readgsqword(at);
#elif defined(SHMB_X86_32)
    return (void *)__readfsdword(at);
#else
    return *(void *const volatile *)((const uint8_t *)NtCurrentTeb() + at);
#endif
}

/* As thread_get, but 0 also where that would call the system. */
static inline uintptr_t thread_get_at_once(enum thread_value which)
{
    const uint32_t slot = shmb_load32(&thread_direct[which]);

    return slot < TLS_MINIMUM_AVAILABLE ? (uintptr_t)thread_direct_value(slot) : 0;
}

/* A value of the calling thread; at first, and without a slot, 0. */
static inline uintptr_t thread_get(enum thread_value which)
{
    const uint32_t slot = shmb_load32(&thread_direct[which]);

    return slot < TLS_MINIMUM_AVAILABLE ? (uintptr_t)thread_direct_value(slot)
                                        : thread_get_by_call(which);
}

bool thread_set(enum thread_value which, uintptr_t value);

/* The token of the calling thread, never 0; a thread gets it with the first call. 0: no memory. */
uint32_t thread_token(void);

/* The same without giving one. 0: the thread has none. */
uint32_t thread_known(void);

/* When the calling thread was made: the low half of its time. It must have a token. */
uint32_t thread_born(void);

/* The calling thread, as notes of who holds a lock need it. */
struct thread_self {
    uint32_t token, born;
    uint64_t writer;
};

/* False: no memory. */
bool thread_self_get(struct thread_self *out);

/* Process and thread id of the calling thread, as struct shmb_block has them in `writer`. */
uint64_t thread_writer(void);

/*
 * Does the process end? The system has ended its other threads then, perhaps within a lock of the
 * process: do not wait for one. False if the system does not tell. Takes no lock. After
 * thread_begin.
 */
bool thread_process_ends(void);

/*
 * Does the thread with this id, made at this time, still run in this process? True also if
 * the system does not say.
 */
bool thread_runs(uint32_t id, uint32_t born);

#endif
