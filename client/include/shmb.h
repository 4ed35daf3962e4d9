/*
 * shmb.h - the client library of ShmBroker: shared memory that a broker holds.
 *
 * The ShmBroker service creates named sections, mutexes, events and semaphores
 * under `Global\`, with the access that an administrator configured, and holds
 * them. This library opens them. It creates none of them, needs no privilege, and
 * works from any session, in 32 and 64 bit. A program can use a segment without it:
 * plain OpenFileMapping works. The library adds the exact size, a check that the
 * object is really the broker's, reads and writes within bounds, locks that survive
 * their owner, snapshots without a lock, queues, and results that say what failed.
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
 * shmbclient_static.lib and advapi32.lib; with MinGW shmbclient.dll.a, or
 * shmbclient_static.a -l:libssp.a -ladvapi32. client/link.md has the ways by CMake
 * and pkg-config. tests/client/examples has an example of every function;
 * the tests run them.
 *
 * RESULTS    Every call returns an int32_t: 0 is SHMB_OK, a positive value is a
 *            success with a warning, a negative value a failure. On failure,
 *            outputs are cleared (NULL, 0) unless a call's comment differs.
 * TEXT       Names are UTF-8, or UTF-16 in the variant that ends in W. `Prices`
 *            and `Global\Prices` mean the same.
 * THREADS    Any thread may make any call. Locks belong to the thread that took
 *            them, as mutexes do. Many threads may use one segment; shmb_close
 *            must be the last call on it.
 * HANDLES    A process may open a segment several times. Locks and begun writes
 *            belong to thread and segment, not to the handle: a thread that took
 *            the lock through one handle may write and release it through another.
 *            A fast lock is taken and released through handles opened with SHMB_WRITE only.
 *            Not so if one of the handles was opened by plain name (see DIRECTORY) or
 *            before the segment's control data was created or moved: then release and
 *            write through the handle that took the lock.
 *            The DLL and the static library in one process are two copies of this
 *            library that do not know each other's handles: each counts its own
 *            locks and writes. Within the lock, a write of one copy in a thread that
 *            has begun a write through the other belongs to that one; in a segment
 *            without a lock it does not, so use one copy there.
 * TIME       Timeouts are in milliseconds. SHMB_INFINITE has no limit; 0 does not
 *            wait.
 * MEMORY     Release what a call returns with the call named there, and only with
 *            that. A segment's memory stays valid until shmb_close, even if the
 *            broker ends or retires the segment.
 * KEPT       After the last shmb_close a process keeps no handle of the broker's objects
 *            and no view of a segment. It keeps the directory mapped (4 KiB and 128 to
 *            about 400 bytes for each object; no handle, so no name stays because of it)
 *            until a later call finds that the broker has published anew or ended. Each
 *            call that uses the directory makes sure of that first. Only a program that
 *            may read the directory, and keeps a table of a broker that was killed, can
 *            hide the next broker, for a tenth of a second; for a second, while another
 *            program has the directory's name. The control data of segments with the
 *            same access list is mapped once for all handles, and unmapped with the last.
 *            With fast locks and queues, more stays: until the last other thread ends that
 *            has a slot (see shmb_lock), the process keeps the slots of that access list
 *            mapped and the mutexes of slots open that it has used or waited for.
 * TRUST      A call that opens an object checks its owner and fails with
 *            SHMB_NOT_OURS if the object is not the broker's: creating a mutex
 *            needs no privilege, so any program can take a name first. It can also
 *            take a name that the broker uses to show that it runs: SHMB_NO_BROKER and
 *            SHMB_NOT_FOUND both mean "no such object"; which of them is a hint. Other
 *            clients may write anything into a segment: check what you read.
 * DIRECTORY  The broker publishes a directory of what it holds. If a program may
 *            not read it, segments are opened by plain name: the size is rounded up to
 *            pages, only a lock named X.lock is found, only the next owner learns that
 *            an owner died, and there are no snapshots. shmb_state then reports
 *            SHMB_FLAG_ROUNDED. The same happens to a program that may not list `Global\`
 *            while another program has the directory's name.
 *            The same happens while no broker runs, if another program still has the
 *            segment open. When a broker has started and published its directory, the
 *            bytes are the same, but others use the lock and the control data that this
 *            handle lacks. So each call that can return SHMB_STALE, shmb_write with it,
 *            first looks for the directory, and from then on returns SHMB_STALE: open the
 *            segment again. While nobody has the directory's name, that costs such a call
 *            one system call that finds nothing. While another program has it, the broker
 *            publishes under a second name: each handle lists `Global\` for it once a
 *            second at most, so it can be stale a second later; if that program then gives
 *            the name up, when the broker has it, within 30 seconds. Only a write that was
 *            begun before the directory was published ends after it. Who may not read the
 *            directory keeps such a handle for ever, with the same looks. A handle of
 *            shmb_open_object, opened meanwhile, stays good: the broker adopts the object
 *            that it refers to.
 * SIZES      A structure begins with its size: set `size` to its sizeof. Later versions
 *            add members at the end. So the library accepts a structure that is shorter
 *            or longer than its own, a multiple of 8 from SHMB_..._SIZE_MIN to
 *            SHMB_STRUCT_SIZE_MAX bytes: what a shorter one lacks counts as zero in an
 *            input and is left out of an output; what is longer must be zero in an
 *            input (SHMB_BAD_ARGUMENT) and becomes zero in an output.
 * LOADING    The DLL does nothing when it is loaded. After its first use it stays
 *            loaded until the process ends. A DLL with the static library can be
 *            unloaded when no thread is in a call and all segments, queues, lists,
 *            subscriptions and tables of shmb_fast.h are closed. Nothing of the library
 *            remains then but slots: each other thread that has one (see shmb_lock) keeps
 *            it until it ends, and takes one more if the DLL is loaded again. So use the
 *            DLL of the library where programs load and unload a plug-in often.
 */
#ifndef SHMB_H
#define SHMB_H

#include <stddef.h>
#include <stdint.h>

/*
 * Annotations for Microsoft's code analysis, such as _In_: they say what the comments say.
 * https://learn.microsoft.com/cpp/code-quality/understanding-sal
 */
#if defined(_MSC_VER) || defined(__MINGW32__)
#include <sal.h>
#else
#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_reads_bytes_opt_(count)
#define _Out_
#define _Out_opt_
#define _Out_writes_z_(size)
#define _Out_writes_bytes_opt_(count)
#define _Outptr_result_nullonfailure_
#define _Outptr_opt_result_z_
#define _Inout_
#define _Inout_opt_
#define _Must_inspect_result_
#define _Success_(condition)
#endif

/*
 * The version of this header; a candidate has the numbers of its release. shmb_version returns
 * that of the library.
 */
#define SHMB_VERSION       "1.0.0-rc.1"
#define SHMB_VERSION_MAJOR 1
#define SHMB_VERSION_MINOR 0
#define SHMB_VERSION_PATCH 0

/* True for SHMB_OK and for a success with a warning: `result == SHMB_OK` is not the same. */
#define SHMB_SUCCEEDED(result) ((result) >= 0)

/* Before a call whose result must not be ignored. */
#if (defined(__cplusplus) && __cplusplus >= 201703L) ||                                            \
    (defined(_MSVC_LANG) && _MSVC_LANG >= 201703L) ||                                              \
    (defined(__STDC_VERSION__) && __STDC_VERSION__ > 201710L)
#define SHMB_MUST_USE [[nodiscard]]
#else
#define SHMB_MUST_USE _Must_inspect_result_
#endif

#define SHMB_CALL __stdcall
#if defined(SHMB_STATIC) || defined(SHMB_BUILDING_DLL)
#define SHMB_API
#else
#define SHMB_API __declspec(dllimport)
#endif

/* Before a function that returns a result: rely on what it sets only after a success. */
#define SHMB_RESULT _Success_(return >= 0) SHMB_API

#ifdef __cplusplus
extern "C" {
#endif

typedef wchar_t shmb_wchar; /* a UTF-16 unit */

/* Results. The numbers never change. */
#define SHMB_OK 0
/*
 * Done, and you hold the lock; but an owner died while it held the lock, and the content was not
 * declared consistent since.
 */
#define SHMB_ABANDONED 1

#define SHMB_NOT_FOUND        (-1) /* the broker runs, but holds no object of this name */
#define SHMB_NO_BROKER        (-2) /* no such object, and no broker runs; see TRUST */
#define SHMB_ACCESS_DENIED    (-3) /* the access list does not give you this right */
#define SHMB_WRONG_KIND       (-4) /* the name belongs to an object of another kind */
#define SHMB_NOT_OURS         (-5) /* the object exists, but the broker did not make it */
#define SHMB_BAD_NAME         (-6) /* not a valid object name */
#define SHMB_BAD_ARGUMENT     (-7) /* a parameter is wrong, or the call does not fit the object */
#define SHMB_RANGE            (-8) /* the start is beyond the end; queue: too long, or no room */
#define SHMB_TIMEOUT          (-9) /* timed out */
#define SHMB_NOT_OWNER        (-10) /* this thread does not hold the lock; shmb_close: another does */
#define SHMB_NO_SLOT          (-11) /* fast lock, queue: no slot for this thread (max_lockers) */
#define SHMB_BUSY             (-12) /* writers kept changing the bytes; queue: see shmb_queue_put */
#define SHMB_INCONSISTENT     (-13) /* a writer died in the middle of a write */
#define SHMB_CORRUPT          (-14) /* the shared control data is invalid */
#define SHMB_VERSION_MISMATCH (-15) /* the broker has another, incompatible version */
#define SHMB_STALE            (-16) /* retired, recreated, or its control data moved: open it again */
#define SHMB_NO_MEMORY        (-17) /* out of memory or address space */
#define SHMB_SYSTEM           (-18) /* a system call failed: see shmb_last_failure */
#define SHMB_NOT_ALLOWED      (-19) /* no rule of the configuration allows this request */
#define SHMB_QUOTA            (-20) /* a quota of the rule is used up; see shmb_request_info */

#define SHMB_INFINITE 0xFFFFFFFFu

/* Limits of the `size` of a structure, see SIZES. */
#define SHMB_OPTIONS_SIZE_MIN 16u /* to `reserved` */
#define SHMB_INFO_SIZE_MIN    72u /* all but the texts; a text that does not fit is empty */
#define SHMB_STRUCT_SIZE_MAX  4096u

/* Rights to open with. */
#define SHMB_READ  1u /* map to read; needs level `read` */
#define SHMB_WRITE 2u /* read, write and lock; needs level `write` */

/* Kinds of objects. */
#define SHMB_KIND_SEGMENT   0u
#define SHMB_KIND_MUTEX     1u
#define SHMB_KIND_EVENT     2u
#define SHMB_KIND_SEMAPHORE 3u
#define SHMB_KIND_QUEUE     4u

/* An open segment. */
typedef struct shmb_segment shmb_segment;

/* An open queue. */
typedef struct shmb_queue shmb_queue;

/* ---- segments ------------------------------------------------------------------ */

/*
 * Opens a segment and maps all of it.
 *
 * name     see TEXT
 * rights   SHMB_READ or SHMB_WRITE
 * wait_ms  how long to wait for a broker that does not run yet or does not hold
 *          the name yet; 0: try once
 * segment  the open segment; close it with shmb_close
 *
 * SHMB_OK. SHMB_NOT_FOUND, SHMB_NO_BROKER: still so after `wait_ms`; a broker that
 * is starting may hold the name a moment later. SHMB_ACCESS_DENIED: ask the
 * administrator for level read or write. SHMB_NOT_OURS: another program holds the
 * name; do not use it. SHMB_WRONG_KIND, SHMB_BAD_NAME, SHMB_BAD_ARGUMENT.
 * SHMB_NO_MEMORY: in a 32-bit process, map a part. SHMB_VERSION_MISMATCH: update
 * this library. SHMB_CORRUPT: the broker's directory is invalid. SHMB_SYSTEM.
 */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_open(_In_z_ const char *name, uint32_t rights, uint32_t wait_ms,
          _Outptr_result_nullonfailure_ shmb_segment **segment);
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_openW(_In_z_ const shmb_wchar *name, uint32_t rights, uint32_t wait_ms,
           _Outptr_result_nullonfailure_ shmb_segment **segment);

/* Options for shmb_open_with. Set the structure to zero, then set `size` and `rights`. */
typedef struct shmb_options {
    uint32_t size;   /* sizeof(shmb_options) */
    uint32_t rights; /* SHMB_READ or SHMB_WRITE */
    uint32_t wait_ms;
    uint32_t reserved; /* 0 */
    uint64_t offset;   /* first byte to map; any value within the segment */
    uint64_t length;   /* bytes to map; 0: to the end */
    const char *owner; /* SID of one more owner to trust, if the broker runs under an account of
                          its own; NULL: only the service, SYSTEM and Administrators */
    const void *reserved_pointer; /* NULL */
} shmb_options;

/*
 * As shmb_open. With `offset` or `length`, maps only that part; offsets in other
 * calls then count from its start. A 32-bit program can use a large segment this
 * way. SHMB_RANGE: the part is empty or not within the segment. SHMB_BAD_ARGUMENT:
 * also if `size` is not set, a reserved member is not 0, or `owner` is not a SID.
 */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_open_with(_In_z_ const char *name, _In_ const shmb_options *options,
               _Outptr_result_nullonfailure_ shmb_segment **segment);
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_open_withW(_In_z_ const shmb_wchar *name, _In_ const shmb_options *options,
                _Outptr_result_nullonfailure_ shmb_segment **segment);

/*
 * Closes a segment; do not use its memory afterwards. Releases the lock as often as
 * the calling thread took it through this handle and did not release it, and ends writes
 * begun through it. A release or an end through a handle that has nothing to release or
 * end counts for those that have. NULL is allowed.
 *
 * SHMB_OK. SHMB_NOT_OWNER: another thread of this process, which still runs, holds the
 * lock through this handle, or holds it through another one and has begun a write through
 * this one; nothing was closed. Only that thread can release it: let it
 * call shmb_unlock or shmb_close, or let it end, then close again.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_close(_In_opt_ shmb_segment *segment);

/*
 * Writes the name without `Global\`, with its terminator, to `buffer` of `size`
 * bytes (W: units). SHMB_RANGE: too small; 601 bytes or 201 units are enough.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_name(_In_ const shmb_segment *segment,
                                        _Out_writes_z_(size) char *buffer, uint32_t size);
SHMB_RESULT int32_t SHMB_CALL shmb_nameW(_In_ const shmb_segment *segment,
                                         _Out_writes_z_(size) shmb_wchar *buffer, uint32_t size);

/*
 * The number of usable bytes: of the segment, or of the mapped part. Exact; without
 * the broker's directory it is rounded up to whole pages, see SHMB_FLAG_ROUNDED.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_size(_In_ const shmb_segment *segment, _Out_ uint64_t *size);

/*
 * A pointer to the memory, shmb_size bytes, valid until shmb_close. Opened with
 * SHMB_READ, writing through it is an access violation. Snapshots do not notice
 * writes through the pointer: put them between shmb_write_begin and shmb_write_end
 * if programs read without the lock.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_data(_In_ const shmb_segment *segment,
                                        _Outptr_result_nullonfailure_ void **data);

/*
 * Copies `count` bytes at `offset` out of the segment, or into it. A range that
 * extends beyond the end is cut; `*done` (may be NULL) is the number of bytes
 * copied, 0 if the range starts at the end. SHMB_RANGE: it starts beyond the end.
 *
 * shmb_read takes no lock: hold the lock with shmb_lock, or use shmb_snapshot.
 * Snapshots notice shmb_write. If the segment has a lock, the calling thread must
 * hold it (SHMB_NOT_OWNER); if not, the programs must ensure that one thread writes
 * at a time. SHMB_ACCESS_DENIED: opened with SHMB_READ. SHMB_CORRUPT, SHMB_STALE: as
 * shmb_lock; nothing was written. SHMB_NO_MEMORY.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_read(_In_ const shmb_segment *segment, uint64_t offset,
                                        _Out_writes_bytes_opt_(count) void *buffer, uint64_t count,
                                        _Out_opt_ uint64_t *done);
SHMB_RESULT int32_t SHMB_CALL shmb_write(_Inout_ shmb_segment *segment, uint64_t offset,
                                         _In_reads_bytes_opt_(count) const void *buffer,
                                         uint64_t count, _Out_opt_ uint64_t *done);

/*
 * Locks, writes and unlocks in one call: for a single write, and for languages whose
 * code changes threads. Waits up to `timeout_ms` for the lock. SHMB_ABANDONED: the
 * bytes are written, but an owner died before. Other results as shmb_lock and
 * shmb_write.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_update(_Inout_ shmb_segment *segment, uint64_t offset,
                                          _In_reads_bytes_opt_(count) const void *buffer,
                                          uint64_t count, uint32_t timeout_ms,
                                          _Out_opt_ uint64_t *done);

/*
 * Begin and end of a write through the pointer of shmb_data, or of several calls of
 * shmb_write that belong together. Hold the lock for all of it. In between,
 * snapshots, also of this thread, wait or return SHMB_BUSY. A write that begins within
 * another one is part of it, and the last end ends both. The last shmb_unlock ends a
 * write that was begun, and shmb_close what was begun through its handle.
 *
 * SHMB_NOT_OWNER, SHMB_ACCESS_DENIED, SHMB_CORRUPT: as shmb_write. SHMB_STALE: as
 * shmb_lock; shmb_write_end has ended the write all the same. SHMB_BAD_ARGUMENT: end
 * without begin.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_write_begin(_Inout_ shmb_segment *segment);
SHMB_RESULT int32_t SHMB_CALL shmb_write_end(_Inout_ shmb_segment *segment);

/* ---- locks --------------------------------------------------------------------- */

/*
 * Takes the segment's lock for the calling thread. The thread may take it again, through
 * any of its handles and without waiting, and must release it as often. Without `lock: fast`,
 * the lock is a mutex; plain Win32 programs wait on the same one.
 *
 * With `lock: fast` in the configuration (SHMB_FLAG_FAST) it is a fast lock: a word in the
 * control data, which a thread takes and releases without a system call while no other
 * thread wants it. All of these calls work the same, with these differences:
 *   - only this library can take it; plain programs cannot, and `X.lock` is an event, on
 *     which waiting threads sleep: leave it alone;
 *   - a handle opened with SHMB_READ cannot take or release it, also if the thread has it
 *     through another one (SHMB_ACCESS_DENIED); one opened without the directory cannot take
 *     it (SHMB_BAD_ARGUMENT);
 *   - each thread that takes fast locks has one of the slots (`max_lockers`) of all segments
 *     with the same access, from its first lock until it ends, or closes the last of them
 *     that the process has open;
 *   - waiting threads get it in no fixed order, but none waits for ever: after a few vain
 *     attempts of one, others that come later wait, too;
 *   - a thread must not take it through the DLL while it has it through the static library:
 *     it would wait for itself;
 *   - shmb_fast.h takes it without a call into the library;
 *   - if the broker moves the control data while a thread keeps the lock for longer than the
 *     broker waits, another thread can get the new one. Then shmb_unlock returns SHMB_STALE.
 *
 * SHMB_OK and SHMB_ABANDONED: you hold the lock. All other results: you do not.
 * SHMB_ABANDONED: an owner died while it held the lock; the content may be half
 * written. All later owners get this result until one calls shmb_mark_consistent, and so
 * does a thread that takes the lock again. (A death that only the system reported is not
 * marked if the owner that gets this result opened with SHMB_READ.)
 * SHMB_TIMEOUT: shmb_lock_state tells who has it. SHMB_ACCESS_DENIED: readers may not wait for
 * this lock. SHMB_NO_SLOT: of a fast lock: other threads have all slots, or the broker could not
 * make them so far; shmb_result_text tells which.
 * SHMB_BAD_ARGUMENT: the segment has no lock. SHMB_NOT_OURS: another program holds
 * the lock's name. SHMB_NOT_FOUND, SHMB_NO_BROKER: the lock was gone before its first
 * use here. SHMB_STALE: the segment was recreated or retired, or its access was changed
 * and its control data is elsewhere now; open it again, and close this handle only then:
 * the content of a retired segment is lost with its last handle. Also if the segment was
 * opened by plain name before there was a directory, see DIRECTORY. SHMB_CORRUPT: a program
 * that may write the segment has damaged its control data; opening it again does not help. The
 * broker repairs it within a minute, and at each reload; this handle then works again.
 * SHMB_NO_MEMORY. Calls below that return SHMB_CORRUPT can return SHMB_STALE, too.
 */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL shmb_lock(_Inout_ shmb_segment *segment,
                                                      uint32_t timeout_ms);

/*
 * Releases the lock once. SHMB_NOT_OWNER: this thread did not take it, through any handle; or
 * a program has damaged a fast lock, and this thread does not have it any more. SHMB_STALE: see
 * shmb_lock; this thread does not have the lock any more. SHMB_ACCESS_DENIED: the lock is a fast
 * one, and the handle was opened with SHMB_READ; the thread still has the lock.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_unlock(_Inout_ shmb_segment *segment);

/*
 * Declares the content consistent after SHMB_ABANDONED; hold the lock. Later owners
 * no longer get SHMB_ABANDONED, and snapshots work again. SHMB_NOT_OWNER.
 * SHMB_CORRUPT. SHMB_ACCESS_DENIED: opened with SHMB_READ.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_mark_consistent(_Inout_ shmb_segment *segment);

/*
 * Puts the last published value back into a segment with `snapshots: double`, as one write, and
 * declares it consistent, as shmb_mark_consistent does: for an owner that got SHMB_ABANDONED.
 * After shmb_write_begin, it undoes what this thread has written since. Hold the lock.
 *
 * SHMB_BAD_ARGUMENT: the segment has no `snapshots: double`, or was opened without the
 * directory. SHMB_INCONSISTENT: nothing was published yet. SHMB_BUSY: a program
 * publishes without the lock. SHMB_NO_MEMORY. After these, nothing was changed. SHMB_NOT_OWNER,
 * SHMB_ACCESS_DENIED, SHMB_CORRUPT, SHMB_STALE: as shmb_write.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_restore(_Inout_ shmb_segment *segment);

/* `flags` of shmb_lock_info. The last two: and nobody called shmb_mark_consistent since. */
#define SHMB_LOCK_KNOWN     0x01u /* the system told whether a thread owns the lock */
#define SHMB_LOCK_HELD      0x02u /* a thread owns it */
#define SHMB_LOCK_OWNER     0x04u /* the system told `process` and `thread` */
#define SHMB_LOCK_ABANDONED 0x08u /* an owner died */
#define SHMB_LOCK_HALF      0x10u /* a writer died in the middle of a write */

/* The lock of a segment. Set `size` before each call; the call fills in the rest. */
typedef struct shmb_lock_info {
    uint32_t size;    /* sizeof(shmb_lock_info) */
    uint32_t flags;   /* SHMB_LOCK_... */
    uint32_t process; /* ids of the owner, or of the one that died; 0: not known */
    uint32_t thread;
    uint64_t since;       /* when it took the lock, as FILETIME; 0: not known */
    uint64_t reserved[2]; /* 0 */
} shmb_lock_info;

/*
 * Tells who holds the lock and since when, and whether it was abandoned: for messages, never as
 * a reason not to take the lock. Takes nothing and changes nothing.
 *
 * Without SHMB_LOCK_OWNER, `process` and `thread` are what the owner wrote into the control
 * data, as `since` always is: any program that may write the segment can write something else
 * there. Owners that do not use the library, or opened to read, write nothing, and it is cleared
 * when an owner closes the handle that took the lock and keeps the lock through another one.
 * Without SHMB_LOCK_KNOWN (you may not wait for this lock) they are all that is known.
 * Of a fast lock, any program that may write the segment can also write who has it; the
 * system tells only whether that thread lives.
 *
 * SHMB_BAD_ARGUMENT: the segment has no lock, or `size` is not set. Others as shmb_lock.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_lock_state(_In_ const shmb_segment *segment,
                                              _Inout_ shmb_lock_info *info);

/* ---- snapshots ------------------------------------------------------------------- */

/*
 * Copies bytes as shmb_read does, but never with half of a write by this library in
 * them. Needs only SHMB_READ and takes no lock. It does not notice writes of programs
 * that do not use the library. If an administrator changes the segment's access during a
 * write, the control data moves; a program that then opens the segment can copy half of
 * that write until it ends.
 *
 * A segment with `snapshots: double` (SHMB_FLAG_DOUBLE) has two copies besides. Each write
 * of this library, when its last end or the lock's last release comes, publishes the whole
 * segment to the copy that is not read, and snapshots read the one that was published last. So
 * a snapshot never waits for a writer: it is SHMB_BUSY only if two writes ended during one copy,
 * again and again. A writer that dies, or has not ended its write, leaves the last value as it
 * was, and the result is SHMB_OK and never SHMB_INCONSISTENT: shmb_lock_state tells that a
 * writer died (SHMB_LOCK_HALF, SHMB_LOCK_ABANDONED), and the next owner gets SHMB_ABANDONED. It
 * can call shmb_restore, or repair the bytes and call shmb_mark_consistent, which publishes
 * them. What plain programs, shmb_data without a begin, or a write during the change to `double`
 * have written shows with the next write of this library; of a first content, with
 * shmb_init_done. While the first value is not published yet, because programs wrote at that
 * moment, snapshots read the segment, as others.
 *
 * If no write disturbs the copy, it makes no system call. Else it tries again, for about
 * 10 ms or one more copy that takes longer: it spins first, then lets other threads run,
 * then sleeps for 1 ms at a time. shmb_snapshot_wait tries for `timeout_ms`; with 0 once.
 *
 * SHMB_BUSY: writers kept changing the bytes for all of that time; this is normal where
 * a program writes often or for long. Use shmb_snapshot_wait, or take the lock.
 * SHMB_INCONSISTENT: a writer died in the middle of a write, and
 * shmb_mark_consistent was not called since. Until the next owner of the lock
 * detects that death (without a lock, until the next write), the result is
 * SHMB_BUSY, so do not wait with SHMB_INFINITE. With both results the buffer's content is
 * undefined and `*done` is 0. SHMB_CORRUPT: as shmb_lock. SHMB_BAD_ARGUMENT: opened
 * without the broker's directory.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_snapshot(_In_ const shmb_segment *segment, uint64_t offset,
                                            _Out_writes_bytes_opt_(count) void *buffer,
                                            uint64_t count, _Out_opt_ uint64_t *done);
SHMB_RESULT int32_t SHMB_CALL shmb_snapshot_wait(_In_ const shmb_segment *segment, uint64_t offset,
                                                 _Out_writes_bytes_opt_(count) void *buffer,
                                                 uint64_t count, uint32_t timeout_ms,
                                                 _Out_opt_ uint64_t *done);

/*
 * Reads in place, through the pointer of shmb_data, without a copy, and also where the segment
 * has `snapshots: double`, for which shmb_read_published is better: shmb_read_begin waits
 * up to `timeout_ms` until no write is in progress, and shmb_read_valid tells whether one
 * has begun since. Both take no lock; without a write in progress they make no system call.
 *
 *     uint64_t ticket;
 *     uint32_t sum;
 *
 *     do {
 *         result = shmb_read_begin(prices, 1000, &ticket);
 *         if (result != SHMB_OK)
 *             break;
 *         sum = add_up(data);
 *         result = shmb_read_valid(prices, ticket);
 *     } while (result == SHMB_BUSY);
 *
 * In between, only read, and believe nothing: a write may begin at any moment, so every
 * value may be half of one and half of another. Check an index before using it and limit
 * each loop; act on what was read only after shmb_read_valid returned SHMB_OK. A ticket
 * needs no end, and may be checked more than once.
 *
 * SHMB_OK. SHMB_BUSY: shmb_read_begin: a write was in progress all the time;
 * shmb_read_valid: a write has begun, so what was read does not count. Others as
 * shmb_snapshot.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_read_begin(_In_ const shmb_segment *segment, uint32_t timeout_ms,
                                              _Out_ uint64_t *ticket);

/*
 * As shmb_read_begin, and sets `*data` to where to read: with `snapshots: double` at the copy
 * that was published last, else at the segment, as shmb_data does; the offset of a mapped part
 * counts. Ask for it before each reading: it changes. With `snapshots: double` it does not wait,
 * and what it shows stays whole until the second write from now on begins to be published;
 * shmb_read_valid tells whether one was published meanwhile. Never write through it.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_read_published(_In_ const shmb_segment *segment,
                                                  uint32_t timeout_ms,
                                                  _Outptr_result_nullonfailure_ const void **data,
                                                  _Out_ uint64_t *ticket);

/* Tells whether what was read since the ticket counts, see shmb_read_begin. */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL shmb_read_valid(_In_ const shmb_segment *segment,
                                                            uint64_t ticket);

/* ---- changes ----------------------------------------------------------------------- */

/*
 * Waits until the segment's change number differs from `*number`, and sets `*number`
 * to it. The number starts at 0 and grows with every finished write of this library;
 * 0 waits for the first change ever. Any number of threads, processes and sessions
 * may wait; SHMB_READ is enough. The segment needs `notify: true` in the
 * configuration. The call does not report what changed, and several changes may
 * end one wait: if readers must miss none, the writer must wait for an answer.
 *
 *     uint64_t number = 0;
 *     while (shmb_wait_changed(prices, &number, SHMB_INFINITE) == SHMB_OK)
 *         shmb_snapshot_wait(prices, 0, text, sizeof(text), 1000, NULL);
 *
 * Returns at once after a change, or up to SHMB_RECHECK_MS later if the writer died
 * before it signalled, could not open the events, or opened the segment before
 * `notify` was configured; or if another program with access to the segment hides that
 * this one waits. Does not notice writes of programs without the library. A write makes
 * no system call for it from two seconds after the last wait on, while nobody waits.
 *
 * SHMB_TIMEOUT: no change. SHMB_STALE: as shmb_lock, also during the wait: a retired
 * segment wakes all. SHMB_BAD_ARGUMENT: the segment has no `notify`, or was opened
 * without the directory. SHMB_NOT_OURS: another program holds the name of a change
 * event. SHMB_ACCESS_DENIED. SHMB_CORRUPT: as shmb_lock. SHMB_NOT_FOUND,
 * SHMB_NO_BROKER: the events were gone before their first use here. On failure
 * `*number` stays as it was.
 */
#define SHMB_RECHECK_MS 1000u
SHMB_RESULT int32_t SHMB_CALL shmb_wait_changed(_Inout_ shmb_segment *segment,
                                                _Inout_ uint64_t *number, uint32_t timeout_ms);

/*
 * Reads the current change number, without a system call. Works without `notify`, if
 * the segment was opened with the directory. SHMB_BAD_ARGUMENT, SHMB_CORRUPT: as
 * shmb_wait_changed.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_change_number(_In_ const shmb_segment *segment,
                                                 _Out_ uint64_t *number);

/*
 * The event that the change after `number` sets, for loops that also wait for other
 * things. It stays set during some later changes; never set or reset it. The handle
 * belongs to the segment: do not close it. Writers set it only while a program waits:
 * this call says that one does, for the next SHMB_RECHECK_MS. The loop:
 *
 *   1. call shmb_change_number, and read the content if the number is new;
 *   2. call shmb_change_event for the event of that number: it differs each time;
 *   3. call shmb_change_number again; if the number is new, go to step 1;
 *   4. wait for the event (MsgWaitForMultipleObjects), at most SHMB_RECHECK_MS.
 *
 * Results as shmb_wait_changed.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_change_event(_Inout_ shmb_segment *segment, uint64_t number,
                                                _Outptr_result_nullonfailure_ void **event);

/*
 * One event for all changes of a segment, for programs that wait for many things: it stays the
 * same for as long as the subscription. It is set once the change number differs from `number`,
 * what the program has seen so far, and again after each later change; a wait that it ends resets
 * it. Several changes may set it once, and it may be set for a change that the program has seen
 * already. The loop:
 *
 *     shmb_subscribe(prices, 0, &subscription, &event);
 *     for (;;) {
 *         WaitForMultipleObjects(2, (HANDLE[]){event, stop}, FALSE, INFINITE); ...
 *         shmb_snapshot_wait(prices, 0, text, sizeof(text), 1000, NULL);
 *     }
 *
 * The thread pool of the process waits meanwhile; each subscription has a handful of handles there.
 * Any number of subscriptions, also of one segment. The segment may be closed before its
 * subscriptions. If the change number cannot be read any more, the event is set once, and calls
 * on the segment say why (SHMB_STALE: subscribe again after opening it again); and once more
 * when the number can be read again, up to SHMB_RECHECK_MS later. In all else it is as late or as
 * early as shmb_wait_changed. Do not close the event, and do not set it.
 *
 * Results as shmb_wait_changed, without SHMB_TIMEOUT; SHMB_NO_MEMORY, SHMB_SYSTEM.
 */
typedef struct shmb_subscription shmb_subscription;
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_subscribe(_Inout_ shmb_segment *segment, uint64_t number,
               _Outptr_result_nullonfailure_ shmb_subscription **subscription,
               _Outptr_result_nullonfailure_ void **event);

/*
 * Ends a subscription, and closes its event, which is set first: a thread that waits for it wakes.
 * No other call may use them then. Waits until the thread pool is done with it. A DLL with the
 * static library ends its subscriptions before it is unloaded. NULL is allowed. SHMB_OK.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_unsubscribe(_In_opt_ shmb_subscription *subscription);

/* ---- first content --------------------------------------------------------------- */

/*
 * Must this program fill the segment? `*first` is 1 for one caller at a time: it
 * holds the lock now, fills the segment, and calls shmb_init_done. If it dies or
 * releases the lock before that, the next caller is first. `*first` is 0 when the
 * content is initialised: by shmb_init_done, or by `initial` in the configuration.
 * Waits up to `timeout_ms` for the first program, or another holder of the lock.
 *
 * SHMB_OK, also if an earlier first program died. SHMB_TIMEOUT: another program is
 * first and not done. SHMB_ACCESS_DENIED: opened with SHMB_READ. SHMB_BAD_ARGUMENT:
 * the segment has no lock, or was opened without the directory. Others as shmb_lock.
 */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL shmb_first(_Inout_ shmb_segment *segment,
                                                       uint32_t timeout_ms, _Out_ int32_t *first);

/*
 * Declares the content initialised and consistent, and releases the lock once.
 * SHMB_NOT_OWNER: this thread is not first. SHMB_STALE: as shmb_lock; nothing was
 * declared, but if this thread was first, the lock is released.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_init_done(_Inout_ shmb_segment *segment);

/* ---- queues ------------------------------------------------------------------------ */

/*
 * QUEUE  A queue of the configuration's `queues` passes messages of up to `slot_size` bytes from
 * any program that may write it to any other one, in the order in which they were put. Each message
 * goes to one consumer. While there is a message, or room for one, neither put nor get makes a
 * system call; else they spin for some microseconds, then sleep. With a timeout of 0 they do
 * neither.
 *
 * Full       By the queue's `overflow`: a put waits until there is room (block), fails at once
 *            (refuse), or drops the oldest message (drop oldest). A put that sleeps is woken when
 *            about half of the slots are free: one that was woken for each message would sleep
 *            again at once. Of less room it learns some milliseconds later, and when its timeout
 *            is over.
 * Ends       With `producers: one`, the end to put belongs to the thread that puts first, until
 *            the handle through which it did is closed, or the thread ends, or it deletes a
 *            fiber that has put or locked; a put of another thread fails with SHMB_BUSY. The
 *            same for `consumers: one` and getting. With many producers, each put takes a lock
 *            for some nanoseconds; many consumers take none.
 * Death      No end of a program, at any step, leaves half a message or keeps others waiting. A
 *            producer that ends has put the message or not; a consumer has got it or left it
 *            there. A message that a consumer got ends with it. In the worst case, others notice
 *            an end a tenth of a second later.
 * Lifetime   Messages stay when programs end, and when the broker is restarted; not when the
 *            computer is restarted, the queue is recreated, or nobody holds it.
 * Trust      Programs that may write the queue can put anything, and damage it: check what you
 *            get. What they write leads no call out of the queue, and keeps none beyond its
 *            timeout. A call that finds the queue damaged fails with SHMB_CORRUPT; shmb_queue_clear
 *            repairs the indices, and the broker within a minute a lock that shuts everybody out.
 *            The queue's section is no memory for programs: use these calls only.
 */

/*
 * Opens a queue. Parameters and results as shmb_open, but a queue is found in the broker's
 * directory only: SHMB_ACCESS_DENIED also if you may not read that. With SHMB_READ only
 * shmb_queue_peek and shmb_queue_level work; the others fail with SHMB_ACCESS_DENIED.
 * SHMB_WRONG_KIND: it is no queue. SHMB_STALE, after two seconds of looking again: the generation
 * in the queue is not that of the directory. The broker writes it soon, or a program has damaged
 * it, and the broker repairs it within a minute.
 */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_queue_open(_In_z_ const char *name, uint32_t rights, uint32_t wait_ms,
                _Outptr_result_nullonfailure_ shmb_queue **queue);
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_queue_openW(_In_z_ const shmb_wchar *name, uint32_t rights, uint32_t wait_ms,
                 _Outptr_result_nullonfailure_ shmb_queue **queue);

/* The same with options; `offset` and `length` must be 0 (SHMB_BAD_ARGUMENT). */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_queue_open_with(_In_z_ const char *name, _In_ const shmb_options *options,
                     _Outptr_result_nullonfailure_ shmb_queue **queue);
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_queue_open_withW(_In_z_ const shmb_wchar *name, _In_ const shmb_options *options,
                      _Outptr_result_nullonfailure_ shmb_queue **queue);

/*
 * Closes a queue, and gives back the ends that threads got through this handle. It must be the
 * last call on it. NULL is allowed. Always SHMB_OK.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_queue_close(_In_opt_ shmb_queue *queue);

/*
 * Puts a message of `count` bytes, 0 or more.
 *
 * SHMB_OK. SHMB_TIMEOUT: the queue is full (shmb_result_text says so), or other threads were
 * putting all the time; nothing was put. A queue with `refuse` does not wait: it is then full.
 * SHMB_RANGE: longer than `slot_size`. SHMB_BUSY: another thread has the end; or other threads
 * were faster 4096 times in a row, and a next call can succeed: shmb_result_text tells which.
 * SHMB_STALE: the queue was retired or recreated, or its access was changed; open it again. Where
 * that happened during the call, the message may be in the queue all the same, or have damaged one
 * that another thread put meanwhile into the same slot. SHMB_NO_SLOT: as
 * shmb_lock; or the broker could not make the slots that the lock needs, and its event log tells
 * why. SHMB_ACCESS_DENIED, SHMB_CORRUPT, SHMB_BAD_ARGUMENT. SHMB_NOT_OURS, SHMB_NOT_FOUND,
 * SHMB_NO_BROKER: the queue's events could not be opened, to wait. SHMB_NO_MEMORY, SHMB_SYSTEM.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_queue_put(_Inout_ shmb_queue *queue,
                                             _In_reads_bytes_opt_(count) const void *bytes,
                                             uint32_t count, uint32_t timeout_ms);

/*
 * Gets the oldest message into `buffer` of `size` bytes. `*length` (may be NULL): its bytes.
 *
 * SHMB_OK. SHMB_TIMEOUT: no message came. SHMB_RANGE: the buffer is too small; `*length` is what
 * the message needs, and it stays in the queue: shmb_queue_level tells the most that any needs.
 * Others as shmb_queue_put. On failure, the buffer's content is undefined.
 */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_queue_get(_Inout_ shmb_queue *queue, _Out_writes_bytes_opt_(size) void *buffer, uint32_t size,
               _Out_opt_ uint32_t *length, uint32_t timeout_ms);

/*
 * Copies the oldest message, and leaves it in the queue. Does not wait, and changes nothing: works
 * with SHMB_READ. Results as shmb_queue_get. SHMB_BUSY: other programs got each message that it
 * began to copy.
 */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_queue_peek(_In_ const shmb_queue *queue, _Out_writes_bytes_opt_(size) void *buffer,
                uint32_t size, _Out_opt_ uint32_t *length);

#define SHMB_QUEUE_INFO_SIZE_MIN 64u /* see SIZES */

/* A queue, as of one moment. Set `size` before each call; the call fills in the rest. */
typedef struct shmb_queue_info {
    uint32_t size;       /* sizeof(shmb_queue_info) */
    uint32_t flags;      /* SHMB_FLAG_ONE_PRODUCER, _ONE_CONSUMER, _REFUSE, _DROP_OLDEST */
    uint32_t slots;      /* messages that fit in */
    uint32_t slot_size;  /* most bytes of a message */
    uint64_t messages;   /* in the queue now */
    uint64_t put;        /* since the queue was made; as all that follow */
    uint64_t got;        /* with those that were dropped or cleared */
    uint64_t dropped;    /* for newer ones */
    uint64_t refused;    /* puts that failed because the queue was full: only with `refuse` */
    uint64_t generation; /* grows each time the queue is recreated */
} shmb_queue_info;

/*
 * Describes the queue. Works with SHMB_READ. The last five numbers of damaged queues can be wrong.
 * SHMB_CORRUPT, SHMB_STALE, SHMB_BUSY: what changes is 0. SHMB_BAD_ARGUMENT: `size` is not set.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_queue_level(_In_ const shmb_queue *queue,
                                               _Inout_ shmb_queue_info *info);

/*
 * Removes all messages, and repairs indices that a program has damaged. `*count` (may be NULL): how
 * many messages; 0 after a repair. Counts as getting: SHMB_BUSY as there.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_queue_clear(_Inout_ shmb_queue *queue,
                                               _Out_opt_ uint64_t *count);

/*
 * The event that the next message sets, for loops that also wait for other things. It is the same
 * event each time, resets itself, and belongs to the queue: do not close it. The loop:
 *
 *   1. call shmb_queue_get with a timeout of 0 until it returns SHMB_TIMEOUT;
 *   2. call shmb_queue_event: it marks that somebody waits. A message that came meanwhile sets the
 *      event at once;
 *   3. wait for the event (MsgWaitForMultipleObjects), at most SHMB_RECHECK_MS: a producer can die
 *      before it sets the event. Go to step 1.
 *
 * Results as shmb_queue_get.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_queue_event(_Inout_ shmb_queue *queue,
                                               _Outptr_result_nullonfailure_ void **event);

/* ---- memory without the broker -------------------------------------------------------- */

/*
 * Creates or opens memory that the processes of one user share in one session, with a
 * lock: section `Local\name` and mutex `Local\name.lock`. It ends with its last
 * handle. Needs no broker and no privilege. Only this user, with or without
 * elevation, and SYSTEM may open it.
 *
 * name     `X` or `Local\X`; NULL: a name that no object has, see shmb_name
 * size     bytes, 1 or more; existing memory may be larger: only `size` bytes of it
 *          are used
 * segment  open to read and write; close it with shmb_close
 * first    1: this call created the memory, and it holds zeros; 0: it existed. May be
 *          NULL. Other programs can open it before the first one has filled it: fill
 *          it and read it under the lock
 *
 * Private memory has no control data of the broker: no snapshots, no shmb_first, no
 * change numbers, and only the next owner of the lock gets SHMB_ABANDONED.
 *
 * SHMB_RANGE: it exists and is smaller. SHMB_NOT_OURS, SHMB_ACCESS_DENIED: another
 * user created it. SHMB_WRONG_KIND: an object of another kind has the name.
 * SHMB_BAD_NAME, SHMB_BAD_ARGUMENT, SHMB_NO_MEMORY, SHMB_SYSTEM.
 */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_private_create(_In_opt_z_ const char *name, uint64_t size,
                    _Outptr_result_nullonfailure_ shmb_segment **segment, _Out_opt_ int32_t *first);
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL shmb_private_createW(
    _In_opt_z_ const shmb_wchar *name, uint64_t size,
    _Outptr_result_nullonfailure_ shmb_segment **segment, _Out_opt_ int32_t *first);

/* ---- describing objects ----------------------------------------------------------- */

#define SHMB_STATE_HELD     1u /* by the broker */
#define SHMB_STATE_CONFLICT 2u /* an object that is not the broker's has the name */
#define SHMB_STATE_FAILED   3u /* the system could not create it */

#define SHMB_FLAG_MANUAL_RESET     0x01u /* event */
#define SHMB_FLAG_READERS_MAY_WAIT 0x02u /* segment */
#define SHMB_FLAG_INITIAL          0x04u /* segment: the broker wrote its initial content */
#define SHMB_FLAG_COMPANION        0x08u /* belongs to a segment or queue: lock, event, snapshots */
#define SHMB_FLAG_HAS_LOCK         0x10u /* segment: `lock` names its mutex, or with _FAST its event */
#define SHMB_FLAG_ROUNDED          0x20u   /* `bytes` is rounded up: opened without the directory */
#define SHMB_FLAG_NOTIFY           0x40u   /* segment: shmb_wait_changed works */
#define SHMB_FLAG_PRIVATE          0x80u   /* segment: private memory, see shmb_private_create */
#define SHMB_FLAG_DOUBLE           0x100u  /* segment: `snapshots: double`, see shmb_snapshot */
#define SHMB_FLAG_FAST             0x200u  /* segment: its lock is a fast one, see shmb_lock */
#define SHMB_FLAG_ONE_PRODUCER     0x400u  /* queue: one thread at a time may put */
#define SHMB_FLAG_ONE_CONSUMER     0x800u  /* queue: one thread at a time may get */
#define SHMB_FLAG_REFUSE           0x1000u /* queue: a put into a full queue fails */
#define SHMB_FLAG_DROP_OLDEST      0x2000u /* queue: it drops the oldest message instead */
#define SHMB_FLAG_REQUESTED        0x4000u /* a program has asked for it: see shmb_request */

#define SHMB_NAME_SIZE    604u /* bytes of a name's buffer */
#define SHMB_RULE_SIZE    64u  /* bytes of the buffer for the name of a rule */
#define SHMB_ACCOUNT_SIZE 192u /* bytes of the buffer for a SID */

/* One object. Set `size` before each call; the call fills in the rest. */
typedef struct shmb_info {
    uint32_t size;        /* sizeof(shmb_info) */
    uint32_t kind;        /* SHMB_KIND_... */
    uint32_t state;       /* SHMB_STATE_... */
    uint32_t flags;       /* SHMB_FLAG_... */
    uint64_t bytes;       /* segment, queue: size */
    uint64_t generation;  /* grows each time the object is recreated; 0: unknown */
    int32_t initial;      /* semaphore: first count */
    int32_t maximum;      /* semaphore: greatest count */
    uint32_t slots;       /* queue: messages that fit in */
    uint32_t slot_size;   /* queue: most bytes of a message */
    uint64_t reserved[3]; /* 0 */
    char name[SHMB_NAME_SIZE];
    char lock[SHMB_NAME_SIZE]; /* segment with a lock: name of its mutex, or of a fast lock's event
                                */
    char rule[SHMB_RULE_SIZE]; /* requested: the rule that allows it; else empty */
    char account[SHMB_ACCOUNT_SIZE]; /* requested: SID of the account that has asked; else empty */
} shmb_info;

/*
 * Describes one object, from the broker's directory; does not open the object.
 * SHMB_NOT_FOUND, SHMB_NO_BROKER, SHMB_BAD_NAME. SHMB_ACCESS_DENIED: you may not
 * read the directory. SHMB_NOT_OURS: another program holds the directory's name.
 * SHMB_CORRUPT, SHMB_VERSION_MISMATCH. SHMB_BAD_ARGUMENT: `size` is not set.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_describe(_In_z_ const char *name, _Inout_ shmb_info *info);
SHMB_RESULT int32_t SHMB_CALL shmb_describeW(_In_z_ const shmb_wchar *name,
                                             _Inout_ shmb_info *info);

#define SHMB_BROKER_VERSION_SIZE 40u /* bytes */

/* The broker. Set `size` before each call; the call fills in the rest. */
typedef struct shmb_broker_info {
    uint32_t size;                          /* sizeof(shmb_broker_info) */
    uint32_t process;                       /* id of its process */
    uint64_t started;                       /* when that process started, as FILETIME */
    uint64_t reserved[2];                   /* 0 */
    char version[SHMB_BROKER_VERSION_SIZE]; /* such as "1.0.0-rc.1"; empty: it does not tell */
} shmb_broker_info;

/*
 * Describes the broker that has published the directory; shmb_version tells the version of this
 * library. Results as shmb_describe.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_describe_broker(_Inout_ shmb_broker_info *info);

/* A list of all objects, as of one moment. */
typedef struct shmb_list shmb_list;

/*
 * Opens the list; close it with shmb_list_close. `*count` (may be NULL): the number
 * of objects. One thread at a time may use a list. Results as shmb_describe.
 */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_list_open(_Outptr_result_nullonfailure_ shmb_list **list, _Out_opt_ uint32_t *count);

/*
 * The next object, in the order of the configuration, a lock before its segment.
 * SHMB_NOT_FOUND: there are no more.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_list_next(_Inout_ shmb_list *list, _Inout_ shmb_info *info);

/* Closes a list. NULL is allowed. Always SHMB_OK. */
SHMB_RESULT int32_t SHMB_CALL shmb_list_close(_In_opt_ shmb_list *list);

/*
 * Is an open segment still current? SHMB_OK: the broker holds this generation.
 * SHMB_STALE: a newer generation exists, or the control data moved, or the segment was
 * opened before there was a directory; open it again, then close this handle.
 * SHMB_NOT_FOUND: the broker no longer holds the name. After both, calls that write,
 * lock, take snapshots, wait for changes or ask who is first return SHMB_STALE, except
 * for a segment that was opened by plain name, while you may not read the directory.
 * SHMB_NO_BROKER: no broker runs. Others as shmb_describe: unknown. The memory stays
 * valid in all cases.
 * `info` (may be NULL) is filled with what was known when the segment was opened;
 * SHMB_FLAG_ROUNDED: `bytes` is not exact. For private memory always SHMB_OK.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_state(_In_ const shmb_segment *segment,
                                         _Inout_opt_ shmb_info *info);

/* ---- the other objects -------------------------------------------------------------- */

/*
 * Opens a mutex, event or semaphore of the broker, checks its owner, and returns the
 * Win32 handle, for WaitForSingleObject, SetEvent and so on. Close it with
 * CloseHandle.
 *
 * kind    SHMB_KIND_MUTEX, SHMB_KIND_EVENT or SHMB_KIND_SEMAPHORE
 * rights  SHMB_READ: wait on a manual-reset event, query a semaphore.
 *         SHMB_WRITE: wait, signal, release. A mutex and an auto-reset event can only
 *         be opened with SHMB_WRITE
 *
 * Results as shmb_open. SHMB_BAD_ARGUMENT: also for SHMB_READ on a mutex or an
 * auto-reset event.
 */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_open_object(_In_z_ const char *name, uint32_t kind, uint32_t rights, uint32_t wait_ms,
                 _Outptr_result_nullonfailure_ void **handle);
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_open_objectW(_In_z_ const shmb_wchar *name, uint32_t kind, uint32_t rights, uint32_t wait_ms,
                  _Outptr_result_nullonfailure_ void **handle);

/* ---- objects on request ------------------------------------------------------------- */

/*
 * Where an administrator has written `requests:` into the configuration, a program can ask the
 * broker for an object that the configuration does not name. A rule decides by the name, the
 * account and its quotas. The broker makes the object with the access that the rule says, all
 * zero, and holds it: open it with shmb_open, shmb_open_object or plain Win32.
 *
 * What these calls say to the broker goes through one pipe. Before they send anything they check
 * that the pipe is the broker's: SHMB_NOT_OURS if not.
 */

/* Why a request was refused: `reason` of shmb_request_info. The numbers never change. */
#define SHMB_REASON_NONE          0u
#define SHMB_REASON_NO_RULE       1u  /* no rule is for this name */
#define SHMB_REASON_WHO           2u  /* the rule does not let this program ask */
#define SHMB_REASON_KIND          3u  /* the rule does not have this kind */
#define SHMB_REASON_SIZE          4u  /* `most`: bytes of the largest segment of the rule */
#define SHMB_REASON_EACH_OBJECTS  5u  /* `used`, `most`: objects of this account */
#define SHMB_REASON_EACH_MEMORY   6u  /* `used`, `most`: bytes of this account */
#define SHMB_REASON_TOTAL_OBJECTS 7u  /* `used`, `most`: objects of the rule */
#define SHMB_REASON_TOTAL_MEMORY  8u  /* `used`, `most`: bytes of the rule */
#define SHMB_REASON_LIMITS        9u  /* `limits` of the configuration, or the most there can be */
#define SHMB_REASON_RATE          10u /* this account asks too often; `retry_ms` */
#define SHMB_REASON_TAKEN         11u /* the name belongs to another object of the broker */
#define SHMB_REASON_FOREIGN       12u /* an object that is not the broker's has the name */
#define SHMB_REASON_OTHER         13u /* it exists, but is of another kind, or smaller: `bytes` */
#define SHMB_REASON_NO_ACCESS     14u /* it exists, but you may not open it */
#define SHMB_REASON_NOT_REQUESTED 15u /* release: nobody has requested it */
#define SHMB_REASON_NOT_YOURS     16u /* release: another account has requested it */
#define SHMB_REASON_LIVES         17u /* release: it lives as long as the broker */
#define SHMB_REASON_STOPPING      18u /* the broker is starting or stopping */
#define SHMB_REASON_SYSTEM        19u /* the system refused it */
#define SHMB_REASON_MESSAGE       20u /* the broker does not understand this library */
#define SHMB_REASON_NO_PIPE       21u /* the configuration has no `requests:` */

#define SHMB_REQUEST_MANUAL_RESET 0x1u /* event: manual reset */
#define SHMB_REQUEST_SET          0x2u /* event: signalled when it is created */

/* Options of a request. Set the structure to zero, then set `size`. */
typedef struct shmb_request_options {
    uint32_t size;                /* sizeof(shmb_request_options) */
    uint32_t kind;                /* SHMB_KIND_SEGMENT (0), _MUTEX, _EVENT or _SEMAPHORE */
    uint32_t flags;               /* event: SHMB_REQUEST_...; else 0 */
    uint32_t timeout_ms;          /* how long to wait for a broker and for its answer; 0: 5000 */
    int32_t initial;              /* semaphore: first count; else 0 */
    int32_t maximum;              /* semaphore: greatest count; else 0 */
    const char *owner;            /* as in shmb_options */
    const void *reserved_pointer; /* NULL */
} shmb_request_options;

#define SHMB_REQUEST_OPTIONS_SIZE_MIN 24u /* to `maximum` */

/* What the broker answered. Set `size` before each call; the call fills in the rest. */
typedef struct shmb_request_info {
    uint32_t size;             /* sizeof(shmb_request_info) */
    uint32_t made;             /* 1: this request created the object, or would; 0: it exists */
    uint32_t reason;           /* SHMB_REASON_... */
    uint32_t retry_ms;         /* when to try again; 0: that would not help */
    uint64_t used;             /* see the reason */
    uint64_t most;             /* see the reason */
    uint64_t bytes;            /* segment: its size */
    uint64_t reserved;         /* 0 */
    char rule[SHMB_RULE_SIZE]; /* the rule that decided; empty: none */
} shmb_request_info;

#define SHMB_REQUEST_INFO_SIZE_MIN 48u /* all but the rule */

/*
 * Asks the broker to hold an object of this name.
 *
 * bytes    segment: its size; else 0
 * options  NULL: a segment
 * info     what the broker answered, also after a failure that it has told; may be NULL
 *
 * SHMB_OK: the broker holds it, now or already, and this program may open it; if many ask at the
 * same time, for one of them at most `info->made` is 1 (for none where an answer was lost with the
 * connection); shmb_first tells who is to fill a segment. An object that existed is of this kind
 * and has these bytes or more. SHMB_NOT_ALLOWED: no rule allows it. SHMB_QUOTA. SHMB_BUSY: this
 * account asks too often; try again after `info->retry_ms`. SHMB_WRONG_KIND, SHMB_RANGE: it exists,
 * but is of another kind, or smaller. SHMB_ACCESS_DENIED: it exists, but you may not open it.
 * SHMB_NOT_OURS: another program holds the name, or has a pipe of the broker's name. SHMB_BAD_NAME,
 * SHMB_BAD_ARGUMENT. SHMB_NO_BROKER, SHMB_TIMEOUT, SHMB_VERSION_MISMATCH, SHMB_NO_MEMORY,
 * SHMB_SYSTEM.
 */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_request(_In_z_ const char *name, uint64_t bytes, _In_opt_ const shmb_request_options *options,
             _Inout_opt_ shmb_request_info *info);
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_requestW(_In_z_ const shmb_wchar *name, uint64_t bytes,
              _In_opt_ const shmb_request_options *options, _Inout_opt_ shmb_request_info *info);

/* Says what shmb_request would return, and does nothing else. */
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL
shmb_request_ask(_In_z_ const char *name, uint64_t bytes,
                 _In_opt_ const shmb_request_options *options, _Inout_opt_ shmb_request_info *info);
SHMB_MUST_USE SHMB_RESULT int32_t SHMB_CALL shmb_request_askW(
    _In_z_ const shmb_wchar *name, uint64_t bytes, _In_opt_ const shmb_request_options *options,
    _Inout_opt_ shmb_request_info *info);

/*
 * Gives back an object that this account has requested: the broker holds it no longer. Who has it
 * open keeps the memory, and calls for it return SHMB_STALE. Under a rule with `lives: while open`,
 * it ends when no program has it open; with `as long as the broker`, it cannot be released.
 * Administrators may release the objects of others. `timeout_ms` 0: 5000.
 *
 * SHMB_OK. SHMB_NOT_FOUND: nobody has requested it. SHMB_ACCESS_DENIED: another account has.
 * SHMB_NOT_ALLOWED: it lives as long as the broker, or this program is less than its account: its
 * token is restricted, or of an integrity that may not ask under the rule. Others as shmb_request.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_release(_In_z_ const char *name, uint32_t timeout_ms);
SHMB_RESULT int32_t SHMB_CALL shmb_releaseW(_In_z_ const shmb_wchar *name, uint32_t timeout_ms);

/*
 * Writes a sentence for the result of shmb_request or shmb_request_ask, with the rule and the
 * numbers of `info` (may be NULL), with its terminator, cut to `size`. Where `info` has no reason,
 * and of SHMB_REASON_SYSTEM, as shmb_result_text. SHMB_BAD_ARGUMENT: no buffer.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_request_text(int32_t result,
                                                _In_opt_ const shmb_request_info *info,
                                                _Out_writes_z_(size) char *buffer, uint32_t size);
SHMB_RESULT int32_t SHMB_CALL shmb_request_textW(int32_t result,
                                                 _In_opt_ const shmb_request_info *info,
                                                 _Out_writes_z_(size) shmb_wchar *buffer,
                                                 uint32_t size);

/* ---- results as text ------------------------------------------------------------------ */

/*
 * Writes a sentence for a result, with its terminator, cut to `size`. If the last
 * failed call of this thread returned this result, the sentence names the system
 * call that failed and its Win32 code. SHMB_BAD_ARGUMENT: no buffer.
 */
SHMB_RESULT int32_t SHMB_CALL shmb_result_text(int32_t result, _Out_writes_z_(size) char *buffer,
                                               uint32_t size);
SHMB_RESULT int32_t SHMB_CALL shmb_result_textW(int32_t result,
                                                _Out_writes_z_(size) shmb_wchar *buffer,
                                                uint32_t size);

/*
 * The last failure of the calling thread. Returns its result, 0 if there was none;
 * sets `*win32_code` (0: no system call failed) and `*call`, the name of the system
 * call, a constant text. Both may be NULL. A success does not reset the failure.
 */
SHMB_API int32_t SHMB_CALL shmb_last_failure(_Out_opt_ uint32_t *win32_code,
                                             _Outptr_opt_result_z_ const char **call);

/* The version of the library that runs, such as "1.0.0-rc.1": a constant text. */
SHMB_API const char *SHMB_CALL shmb_version(void);

#ifdef __cplusplus
}
#endif

#endif
