/*
 * shmb.h - the client library of ShmBroker: shared memory that a broker holds.
 *
 * A ShmBroker service creates named sections, mutexes, events and semaphores
 * under `Global\`, with the access an administrator has written down, and
 * holds them. This library opens them. It creates none of them, needs no
 * privilege, and works from any session, in 32 and 64 bit, against one broker.
 * Nothing in it is needed to use a segment: plain OpenFileMapping works. What
 * it adds is the exact size, the check that the object is really the broker's,
 * bounded reads and writes, locks that survive their owner, snapshots that
 * need no lock, and results that say what stands in the way.
 *
 *     shmb_segment *prices;
 *     char text[64];
 *
 *     if (shmb_open("Prices", SHMB_WRITE, 5000, &prices) == SHMB_OK) {
 *         shmb_update(prices, 0, "1.25", 5, 5000, NULL);
 *         shmb_snapshot(prices, 0, text, sizeof(text), NULL);
 *         shmb_close(prices);
 *     }
 *
 * Link with shmbclient.lib (DLL) or, with SHMB_STATIC defined, with
 * shmbclient_static.lib and advapi32.lib (MinGW: shmbclient.dll.a,
 * shmbclient_static.a). tests/client/examples has an example of every function;
 * the tests run them.
 *
 * RESULTS    Every call returns an int32_t: 0 is SHMB_OK, positive is a success
 *            with a warning, negative a failure. On failure, outputs are
 *            cleared (NULL, 0) unless said otherwise.
 * TEXT       Names are UTF-8, or UTF-16 in the twin that ends in W. `Prices`
 *            and `Global\Prices` mean the same.
 * THREADS    Any call from any thread. Locks belong to the thread that took
 *            them, as mutexes do. A segment may be used by many threads;
 *            shmb_close must be the last call on it.
 * TIME       Timeouts are milliseconds; SHMB_INFINITE waits for ever, 0 never.
 * MEMORY     What a call hands out is ended by the call named there, by nothing
 *            else. A segment's memory stays valid until shmb_close, also when
 *            the broker ends or the segment is retired.
 * TRUST      A call that opens an object first asks who owns it and fails with
 *            SHMB_NOT_OURS when that is not the broker: mutexes need no
 *            privilege, so anybody can squat on a name. Other clients may have
 *            written anything into a segment: check what you read there.
 * DIRECTORY  The broker publishes what it holds. Who may not read that, or
 *            finds a stranger's, is served by plain name: the size is rounded up
 *            to pages, of locks only X.lock is known, what an owner's death
 *            leaves behind is told to the next owner alone, and there are no
 *            snapshots. shmb_state tells, by SHMB_FLAG_ROUNDED.
 * LOADING    The DLL does nothing when it is loaded. From its first use it
 *            stays in the process until the end.
 */
#ifndef SHMB_H
#define SHMB_H

#include <stddef.h>
#include <stdint.h>

#define SHMB_CALL __stdcall
#if defined(SHMB_STATIC) || defined(SHMB_BUILDING_DLL)
#define SHMB_API
#else
#define SHMB_API __declspec(dllimport)
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef wchar_t shmb_wchar; /* a UTF-16 unit */

/* Results. The numbers never change. */
#define SHMB_OK               0
#define SHMB_ABANDONED        1 /* done, and the lock is yours; but an owner died while it held the
                                   lock and nobody has declared the content consistent since */
#define SHMB_NOT_FOUND       (-1) /* the broker runs, but holds no object of this name */
#define SHMB_NO_BROKER       (-2) /* no such object, and no broker runs */
#define SHMB_ACCESS_DENIED   (-3) /* the access list does not give you this right */
#define SHMB_WRONG_KIND      (-4) /* the name belongs to an object of another kind */
#define SHMB_NOT_OURS        (-5) /* the object exists, but the broker did not make it */
#define SHMB_BAD_NAME        (-6) /* the name is not one an object can have */
#define SHMB_BAD_ARGUMENT    (-7) /* a parameter is wrong, or the call does not fit the object */
#define SHMB_RANGE           (-8) /* the start lies beyond the end */
#define SHMB_TIMEOUT         (-9) /* the time was over first */
#define SHMB_NOT_OWNER      (-10) /* this thread does not hold the lock */
#define SHMB_NO_SLOT        (-11) /* reserved */
#define SHMB_BUSY           (-12) /* writers kept changing the bytes; try again */
#define SHMB_INCONSISTENT   (-13) /* a writer died in the middle of a write */
#define SHMB_CORRUPT        (-14) /* shared control data fails its checks */
#define SHMB_VERSION_MISMATCH (-15) /* the broker is of another, incompatible version */
#define SHMB_STALE          (-16) /* the segment was made anew, or its control data moved: open it again */
#define SHMB_NO_MEMORY      (-17) /* memory or address space is short */
#define SHMB_SYSTEM         (-18) /* a call of the system failed: see shmb_last_failure */

#define SHMB_INFINITE 0xFFFFFFFFu

/* Rights to open with. */
#define SHMB_READ  1u /* map for reading; level `read` gives it */
#define SHMB_WRITE 2u /* read, write and lock; level `write` gives it */

/* Kinds of objects. */
#define SHMB_KIND_SEGMENT   0u
#define SHMB_KIND_MUTEX     1u
#define SHMB_KIND_EVENT     2u
#define SHMB_KIND_SEMAPHORE 3u

/* An open segment. */
typedef struct shmb_segment shmb_segment;

/* ---- segments ------------------------------------------------------------------ */

/*
 * Opens a segment and maps it whole.
 *
 * name     see TEXT
 * rights   SHMB_READ or SHMB_WRITE
 * wait_ms  how long to wait, silently, for a broker that does not run yet or
 *          does not hold the name yet; 0: try once
 * segment  the open segment; ended with shmb_close
 *
 * SHMB_OK. SHMB_NOT_FOUND, SHMB_NO_BROKER: see there; after a wait, still
 * so at its end; a broker that is just starting has not found it yet.
 * SHMB_ACCESS_DENIED: ask the administrator for level read or write.
 * SHMB_NOT_OURS: a stranger holds the name; do not use it. SHMB_WRONG_KIND,
 * SHMB_BAD_NAME, SHMB_BAD_ARGUMENT. SHMB_NO_MEMORY: in a 32-bit process, map a
 * part. SHMB_VERSION_MISMATCH: update this library. SHMB_CORRUPT: what the
 * broker published fails its checks. SHMB_SYSTEM.
 */
SHMB_API int32_t SHMB_CALL shmb_open(const char *name, uint32_t rights, uint32_t wait_ms,
                                     shmb_segment **segment);
SHMB_API int32_t SHMB_CALL shmb_openW(const shmb_wchar *name, uint32_t rights, uint32_t wait_ms,
                                      shmb_segment **segment);

/* How to open, where shmb_open is not enough. Set it to zero, then `size`. */
typedef struct shmb_options {
    uint32_t size;    /* sizeof(shmb_options) */
    uint32_t rights;  /* SHMB_READ or SHMB_WRITE */
    uint32_t wait_ms;
    uint32_t reserved; /* 0 */
    uint64_t offset;  /* first byte to map; any value within the segment */
    uint64_t length;  /* bytes to map; 0: to the end */
    const char *owner; /* SID text of one more owner to trust, for a broker that runs under an
                          account of its own; NULL: service, SYSTEM and Administrators only */
} shmb_options;

/*
 * As shmb_open. With `offset` or `length` only that part is mapped, and all
 * offsets given to other calls count from its start: to a 32-bit program a
 * large segment is then as good as a small one. SHMB_RANGE: the part does not
 * lie within the segment, or is empty. SHMB_BAD_ARGUMENT: also when `size` is
 * not set, `reserved` is not 0, or `owner` is no SID.
 */
SHMB_API int32_t SHMB_CALL shmb_open_with(const char *name, const shmb_options *options,
                                          shmb_segment **segment);
SHMB_API int32_t SHMB_CALL shmb_open_withW(const shmb_wchar *name, const shmb_options *options,
                                           shmb_segment **segment);

/*
 * Ends an open segment; its memory is not to be touched afterwards. A lock the
 * calling thread still holds on it is given back. NULL is allowed. Always SHMB_OK.
 */
SHMB_API int32_t SHMB_CALL shmb_close(shmb_segment *segment);

/*
 * The name without `Global\`, with its terminator, into `buffer` of `size`
 * bytes (W: units). SHMB_RANGE: too small; 601 bytes or 201 units always do.
 */
SHMB_API int32_t SHMB_CALL shmb_name(const shmb_segment *segment, char *buffer, uint32_t size);
SHMB_API int32_t SHMB_CALL shmb_nameW(const shmb_segment *segment, shmb_wchar *buffer,
                                      uint32_t size);

/*
 * Bytes that can be used: of the segment, or of the part that was mapped.
 * Exact; without the broker's directory it is rounded up to whole pages, which
 * shmb_state tells.
 */
SHMB_API int32_t SHMB_CALL shmb_size(const shmb_segment *segment, uint64_t *size);

/*
 * The memory itself, shmb_size bytes, for programs that want a pointer. Valid
 * until shmb_close. Writing through it after SHMB_READ faults. What is written
 * through it no snapshot knows of: bracket it with shmb_write_begin and
 * shmb_write_end where there are readers without lock.
 */
SHMB_API int32_t SHMB_CALL shmb_data(const shmb_segment *segment, void **data);

/*
 * Copies `count` bytes from `offset` on out of the segment, or into it. A
 * range over the end is cut, `*done` (may be NULL) says how many bytes were
 * moved: none from the very end. A start beyond it fails with SHMB_RANGE.
 *
 * shmb_read takes no lock and checks no sequence: bracket it with shmb_lock,
 * or use shmb_snapshot. shmb_write is told to snapshots; on a segment with a
 * lock the calling thread must hold it (SHMB_NOT_OWNER), on a segment without
 * one the program must see to it that one thread writes at a time.
 * SHMB_ACCESS_DENIED: opened with SHMB_READ. SHMB_CORRUPT: as shmb_lock.
 */
SHMB_API int32_t SHMB_CALL shmb_read(const shmb_segment *segment, uint64_t offset, void *buffer,
                                     uint64_t count, uint64_t *done);
SHMB_API int32_t SHMB_CALL shmb_write(shmb_segment *segment, uint64_t offset, const void *buffer,
                                      uint64_t count, uint64_t *done);

/*
 * Lock, write, unlock in one call, for one write and for languages whose code
 * changes threads. Waits up to `timeout_ms` for the lock. SHMB_ABANDONED: the
 * bytes are written, but see there. Other results as shmb_lock and shmb_write.
 */
SHMB_API int32_t SHMB_CALL shmb_update(shmb_segment *segment, uint64_t offset, const void *buffer,
                                       uint64_t count, uint32_t timeout_ms, uint64_t *done);

/*
 * Brackets for changes made through the pointer of shmb_data, and for calls of
 * shmb_write that belong together, under the lock. Between the two, snapshots
 * wait or say SHMB_BUSY. The last shmb_unlock and shmb_close end what was begun.
 * SHMB_NOT_OWNER, SHMB_ACCESS_DENIED, SHMB_CORRUPT as shmb_write;
 * SHMB_BAD_ARGUMENT: end without begin, or a second begin.
 */
SHMB_API int32_t SHMB_CALL shmb_write_begin(shmb_segment *segment);
SHMB_API int32_t SHMB_CALL shmb_write_end(shmb_segment *segment);

/* ---- locks --------------------------------------------------------------------- */

/*
 * Takes the segment's lock for the calling thread; a thread that holds it may
 * take it again and gives it back as often. The lock is the mutex that plain
 * Win32 programs wait on, too.
 *
 * SHMB_OK. SHMB_ABANDONED: you hold it, but an owner died while it did, and
 * the content may be half written; everybody is told until somebody calls
 * shmb_mark_consistent. (Who has opened with SHMB_READ is told, but cannot pass
 * on what the system has told to him alone.) SHMB_TIMEOUT: you do not hold it.
 * SHMB_ACCESS_DENIED: readers may not wait here. SHMB_BAD_ARGUMENT: the segment
 * has no lock. SHMB_NOT_OURS: a stranger holds the lock's name.
 * SHMB_NOT_FOUND, SHMB_NO_BROKER: the lock went before its first use here.
 * SHMB_CORRUPT: the control data is not, or no longer, that of this segment; you
 * do not hold the lock. Ask shmb_state: a newer generation may have it.
 * SHMB_STALE: the segment has control data of its own elsewhere, since its access
 * was changed; open it again. You do not hold the lock. The calls below that say
 * SHMB_CORRUPT say this, too.
 */
SHMB_API int32_t SHMB_CALL shmb_lock(shmb_segment *segment, uint32_t timeout_ms);

/* Gives the lock back once. SHMB_NOT_OWNER: this thread does not hold it, through this handle. */
SHMB_API int32_t SHMB_CALL shmb_unlock(shmb_segment *segment);

/*
 * Declares the content good again after SHMB_ABANDONED, under the lock: nobody
 * is told any more, and snapshots work again. SHMB_NOT_OWNER. SHMB_CORRUPT.
 * SHMB_ACCESS_DENIED: opened with SHMB_READ.
 */
SHMB_API int32_t SHMB_CALL shmb_mark_consistent(shmb_segment *segment);

/* ---- snapshots ------------------------------------------------------------------- */

/*
 * Copies bytes as shmb_read does, but so that no write of this library is seen
 * by half. Needs SHMB_READ only, takes no lock, makes no system call. Writes of
 * programs that do not use the library are not seen as such.
 *
 * SHMB_BUSY: writers left no gap within a bounded number of tries (some
 * milliseconds); try again, or take the lock. SHMB_INCONSISTENT: a writer died in
 * the middle of a write, and nobody has called shmb_mark_consistent since. From
 * its death until somebody takes the lock, which is when that comes out, it is
 * SHMB_BUSY; on a segment without a lock, until the next write. In both cases the
 * buffer's content is undefined and `*done` is 0. SHMB_CORRUPT: as shmb_lock.
 * SHMB_BAD_ARGUMENT: opened without the broker's directory, so there is no sequence.
 */
SHMB_API int32_t SHMB_CALL shmb_snapshot(const shmb_segment *segment, uint64_t offset,
                                         void *buffer, uint64_t count, uint64_t *done);

/* ---- changes ----------------------------------------------------------------------- */

/*
 * Waits until the segment's change number is another one than `*number`, and
 * sets `*number` to it. The number grows with every finished write of this
 * library; it starts with 0, so that 0 asks for the first change there ever was.
 * Any number of threads, processes and sessions may wait; SHMB_READ is enough.
 * The segment needs `notify: true` in the configuration. What has changed is not
 * told, and several changes may be told as one; to miss none is the writer's
 * matter: it may wait for an answer.
 *
 *     uint64_t number = 0;
 *     while (shmb_wait_changed(prices, &number, SHMB_INFINITE) == SHMB_OK)
 *         shmb_snapshot(prices, 0, text, sizeof(text), NULL);
 *
 * At most SHMB_RECHECK_MS late, and only where the writer died before it could
 * signal, could not open the events, or opened the segment before `notify` was
 * written; else at once. Writes of programs without the library are told by
 * nobody.
 *
 * SHMB_TIMEOUT: `*number` is still true. SHMB_BAD_ARGUMENT: the segment has no
 * `notify`, or was opened without the directory. SHMB_NOT_OURS: a stranger holds
 * the name of a change event. SHMB_ACCESS_DENIED. SHMB_CORRUPT: as shmb_lock.
 * SHMB_NOT_FOUND, SHMB_NO_BROKER: the events went before their first use here.
 * On failure `*number` stays as it was.
 */
#define SHMB_RECHECK_MS 1000u
SHMB_API int32_t SHMB_CALL shmb_wait_changed(shmb_segment *segment, uint64_t *number,
                                             uint32_t timeout_ms);

/*
 * The change number now, without a system call; on any segment that was opened
 * with the directory. SHMB_BAD_ARGUMENT, SHMB_CORRUPT as shmb_wait_changed.
 */
SHMB_API int32_t SHMB_CALL shmb_change_number(const shmb_segment *segment, uint64_t *number);

/*
 * For loops that wait for other things as well: the event that the change after
 * `number` sets. It stays set for some changes; never set or reset it. The handle
 * belongs to the segment and ends with it: do not close it. In the loop,
 *
 *   1. ask shmb_change_number for the number, and read the content if it is new;
 *   2. ask shmb_change_event for the event of that number, another one each time;
 *   3. ask shmb_change_number once more: a new one goes to step 1;
 *   4. wait (MsgWaitForMultipleObjects) for the event, SHMB_RECHECK_MS at most.
 *
 * Results as shmb_wait_changed.
 */
SHMB_API int32_t SHMB_CALL shmb_change_event(shmb_segment *segment, uint64_t number,
                                             void **event);

/* ---- who fills it first ---------------------------------------------------------- */

/*
 * Asks whether the content still has to be made. `*first` is set to 1 for one
 * caller at a time, which then holds the lock, fills the segment, and calls
 * shmb_init_done; if it dies before or gives the lock back, the next caller is
 * first. `*first` is 0 once the content is there: declared so by shmb_init_done,
 * or given by the broker's `initial`. Waits up to `timeout_ms` for a first one
 * that is at work, or whoever else holds the lock.
 *
 * SHMB_OK (also where an earlier first one died). SHMB_TIMEOUT: another is
 * first and not done. SHMB_ACCESS_DENIED: opened with SHMB_READ.
 * SHMB_BAD_ARGUMENT: the segment has no lock, or no directory. Others as shmb_lock.
 */
SHMB_API int32_t SHMB_CALL shmb_first(shmb_segment *segment, uint32_t timeout_ms, int32_t *first);

/*
 * Declares the content initialised and consistent, and gives the lock back.
 * SHMB_NOT_OWNER: this thread is not first.
 */
SHMB_API int32_t SHMB_CALL shmb_init_done(shmb_segment *segment);

/* ---- memory without the broker -------------------------------------------------------- */

/*
 * Memory that the processes of one user share in one session, with a lock:
 * section `Local\name` and mutex `Local\name.lock`, made here or found. It goes
 * with its last handle. No broker and no privilege are needed; only this user,
 * with or without elevation, and SYSTEM may open it.
 *
 * name     `X` or `Local\X`; NULL: one that nobody has, which shmb_name tells
 * size     bytes, 1 or more. What is there already may be larger, not smaller; of
 *          it as many bytes are used
 * segment  open for reading and writing; ended with shmb_close
 * first    1: this call made it, and it holds zeros; 0: it was there. May be NULL.
 *          Others may find it before the first one has filled it: fill it and
 *          read it under the lock
 *
 * What needs the broker's control data is not there: no snapshots, no
 * shmb_first, no changes; an owner's death is told to the next owner alone.
 *
 * SHMB_RANGE: it is there, and smaller. SHMB_NOT_OURS: another user has made it.
 * SHMB_ACCESS_DENIED: so, too. SHMB_WRONG_KIND: the name belongs to something else.
 * SHMB_BAD_NAME, SHMB_BAD_ARGUMENT, SHMB_NO_MEMORY, SHMB_SYSTEM.
 */
SHMB_API int32_t SHMB_CALL shmb_private_create(const char *name, uint64_t size,
                                               shmb_segment **segment, int32_t *first);
SHMB_API int32_t SHMB_CALL shmb_private_createW(const shmb_wchar *name, uint64_t size,
                                                shmb_segment **segment, int32_t *first);

/* ---- what there is ---------------------------------------------------------------- */

#define SHMB_STATE_HELD     1u /* by the broker */
#define SHMB_STATE_CONFLICT 2u /* the name is held by something that is not the broker's */
#define SHMB_STATE_FAILED   3u /* the system refused to make it */

#define SHMB_FLAG_MANUAL_RESET     0x01u /* event */
#define SHMB_FLAG_READERS_MAY_WAIT 0x02u /* segment */
#define SHMB_FLAG_INITIAL          0x04u /* segment: first content given by the broker */
#define SHMB_FLAG_COMPANION        0x08u /* belongs to a segment: its lock, a change event */
#define SHMB_FLAG_HAS_LOCK         0x10u /* segment: `lock` names its mutex */
#define SHMB_FLAG_ROUNDED          0x20u /* `bytes` is rounded up: no directory */
#define SHMB_FLAG_NOTIFY           0x40u /* segment: shmb_wait_changed works */
#define SHMB_FLAG_PRIVATE          0x80u /* segment: of shmb_private_create */

#define SHMB_NAME_SIZE 604u /* bytes of a name's buffer */

/* One object. Set `size` before each call; the rest is filled in. */
typedef struct shmb_info {
    uint32_t size;       /* sizeof(shmb_info) */
    uint32_t kind;       /* SHMB_KIND_... */
    uint32_t state;      /* SHMB_STATE_... */
    uint32_t flags;      /* SHMB_FLAG_... */
    uint64_t bytes;      /* segment: size */
    uint64_t generation; /* grows each time the object is made anew; 0: unknown */
    int32_t initial;     /* semaphore: first count */
    int32_t maximum;     /* semaphore: greatest count */
    char name[SHMB_NAME_SIZE];
    char lock[SHMB_NAME_SIZE]; /* segment with a lock: name of its mutex */
} shmb_info;

/*
 * What the broker says of one name; opens nothing but the directory.
 * SHMB_NOT_FOUND, SHMB_NO_BROKER, SHMB_BAD_NAME. SHMB_ACCESS_DENIED: you may
 * not read the directory. SHMB_NOT_OURS: it is a stranger's. SHMB_CORRUPT,
 * SHMB_VERSION_MISMATCH. SHMB_BAD_ARGUMENT: `size` is not set.
 */
SHMB_API int32_t SHMB_CALL shmb_describe(const char *name, shmb_info *info);
SHMB_API int32_t SHMB_CALL shmb_describeW(const shmb_wchar *name, shmb_info *info);

/* A list of all objects, as of one moment. */
typedef struct shmb_list shmb_list;

/*
 * Takes the list; ended with shmb_list_close. `*count` (may be NULL): how many
 * objects it has. One thread at a time per list. Results as shmb_describe.
 */
SHMB_API int32_t SHMB_CALL shmb_list_open(shmb_list **list, uint32_t *count);

/*
 * The next object, in the order of the configuration, a lock before its
 * segment. SHMB_NOT_FOUND: that was all.
 */
SHMB_API int32_t SHMB_CALL shmb_list_next(shmb_list *list, shmb_info *info);

/* NULL is allowed. Always SHMB_OK. */
SHMB_API int32_t SHMB_CALL shmb_list_close(shmb_list *list);

/*
 * How an open segment stands: SHMB_OK: the broker holds this generation.
 * SHMB_STALE: a newer one exists, or its control data moved; close and open
 * again. SHMB_NOT_FOUND: the broker holds the name no longer. SHMB_NO_BROKER: no broker runs. Others as
 * shmb_describe: it cannot be known. In all cases the memory stays valid.
 * `info` (may be NULL) is what was known when the segment was opened, with
 * SHMB_FLAG_ROUNDED where `bytes` is not exact. Private memory: SHMB_OK, always.
 */
SHMB_API int32_t SHMB_CALL shmb_state(const shmb_segment *segment, shmb_info *info);

/* ---- the other objects -------------------------------------------------------------- */

/*
 * Opens a mutex, event or semaphore that the broker holds, checks its owner,
 * and hands out the Win32 handle, for WaitForSingleObject, SetEvent and the
 * like; ended with CloseHandle.
 *
 * kind    SHMB_KIND_MUTEX, SHMB_KIND_EVENT or SHMB_KIND_SEMAPHORE
 * rights  SHMB_READ: wait on an event with manual reset, look at a semaphore.
 *         SHMB_WRITE: wait, signal, release; the only one for a mutex and an event with
 *         automatic reset
 *
 * Results as shmb_open. SHMB_BAD_ARGUMENT: also for SHMB_READ where only
 * SHMB_WRITE fits.
 */
SHMB_API int32_t SHMB_CALL shmb_open_object(const char *name, uint32_t kind, uint32_t rights,
                                            uint32_t wait_ms, void **handle);
SHMB_API int32_t SHMB_CALL shmb_open_objectW(const shmb_wchar *name, uint32_t kind,
                                             uint32_t rights, uint32_t wait_ms, void **handle);

/* ---- results in words ----------------------------------------------------------------- */

/*
 * A sentence for a result, with its terminator, cut to `size`. If the result
 * is that of the last failed call of this thread, the sentence names the
 * system call that failed and its Win32 code. SHMB_BAD_ARGUMENT: no buffer.
 */
SHMB_API int32_t SHMB_CALL shmb_result_text(int32_t result, char *buffer, uint32_t size);
SHMB_API int32_t SHMB_CALL shmb_result_textW(int32_t result, shmb_wchar *buffer, uint32_t size);

/*
 * The last failure of the calling thread: returns the result, 0 when there was
 * none; sets `*win32_code` (0: no system call failed) and `*call`, the name of
 * the system call, a constant text. Both may be NULL. Successes change nothing.
 */
SHMB_API int32_t SHMB_CALL shmb_last_failure(uint32_t *win32_code, const char **call);

/* "0.1.0": version of this library, a constant text. */
SHMB_API const char *SHMB_CALL shmb_version(void);

#ifdef __cplusplus
}
#endif

#endif
