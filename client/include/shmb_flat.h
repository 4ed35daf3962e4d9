/*
 * shmb_flat.h - the library for Visual FoxPro, Visual Basic 6, VBA, and other
 * languages that have only 32-bit integers and strings.
 *
 * The calls match those of shmb.h, which documents them and their results. The
 * differences: a segment, queue or list is a number above 0; calls that count bytes or characters
 * return the count, and a failure as the negative result; a negative time in
 * milliseconds waits without limit. Strings are in the ANSI code page, which can be
 * UTF-8, or UTF-16 in the variant that ends in W. Content is always bytes: a buffer needs room for
 * `count`.
 *
 *     DECLARE INTEGER shmbf_open IN shmbclient.dll STRING, INTEGER, INTEGER
 *
 *     Private Declare Function shmbf_open Lib "shmbclient.dll" _
 *         (ByVal name As String, ByVal rights As Long, ByVal wait As Long) As Long
 *
 * A process can have SHMBF_MOST segments, queues and lists open at a time. Any thread may make
 * any call; shmbf_close must be the last call on a number. All calls return
 * SHMB_BAD_ARGUMENT for a number that was closed.
 */
#ifndef SHMB_FLAT_H
#define SHMB_FLAT_H

#include "shmb.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SHMBF_MOST 1023

/* Returns the segment's number. rights: 1 read, 2 write. As shmb_open; SHMB_NO_MEMORY: too many. */
SHMB_API int32_t SHMB_CALL shmbf_open(const char *name, int32_t rights, int32_t wait_ms);
SHMB_API int32_t SHMB_CALL shmbf_openW(const shmb_wchar *name, int32_t rights, int32_t wait_ms);

/* As shmb_private_create; an empty name: a name that no object has. Returns the number. */
SHMB_API int32_t SHMB_CALL shmbf_private(const char *name, int32_t size);
SHMB_API int32_t SHMB_CALL shmbf_privateW(const shmb_wchar *name, int32_t size);

/*
 * Closes a segment, queue or list. SHMB_NOT_OWNER: another thread holds the lock through it; the
 * number stays valid.
 */
SHMB_API int32_t SHMB_CALL shmbf_close(int32_t segment);

/*
 * Writes the name, with a terminator, to `buffer` of `size` bytes (W: units). Returns
 * its length. SHMB_BAD_NAME: the ANSI code page lacks a character.
 */
SHMB_API int32_t SHMB_CALL shmbf_name(int32_t segment, char *buffer, int32_t size);
SHMB_API int32_t SHMB_CALL shmbf_nameW(int32_t segment, shmb_wchar *buffer, int32_t size);

/* Returns the size in bytes. SHMB_RANGE: 2 GiB or more. */
SHMB_API int32_t SHMB_CALL shmbf_size(int32_t segment);

/*
 * As shmb_read, shmb_write, shmb_update, shmb_snapshot and shmb_snapshot_wait; each returns
 * the number of bytes copied. `offset` counts from 0.
 */
SHMB_API int32_t SHMB_CALL shmbf_read(int32_t segment, int32_t offset, char *buffer, int32_t count);
SHMB_API int32_t SHMB_CALL shmbf_write(int32_t segment, int32_t offset, const char *buffer,
                                       int32_t count);
SHMB_API int32_t SHMB_CALL shmbf_update(int32_t segment, int32_t offset, const char *buffer,
                                        int32_t count, int32_t timeout_ms);
SHMB_API int32_t SHMB_CALL shmbf_snapshot(int32_t segment, int32_t offset, char *buffer,
                                          int32_t count);
SHMB_API int32_t SHMB_CALL shmbf_snapshot_wait(int32_t segment, int32_t offset, char *buffer,
                                               int32_t count, int32_t timeout_ms);

/*
 * Begin and end of several calls of shmbf_write that belong together, as shmb_write_begin: hold the
 * lock for all of it.
 */
SHMB_API int32_t SHMB_CALL shmbf_write_begin(int32_t segment);
SHMB_API int32_t SHMB_CALL shmbf_write_end(int32_t segment);

/* 0 or 1: you hold the lock; 1: an owner died (SHMB_ABANDONED). */
SHMB_API int32_t SHMB_CALL shmbf_lock(int32_t segment, int32_t timeout_ms);
SHMB_API int32_t SHMB_CALL shmbf_unlock(int32_t segment);
SHMB_API int32_t SHMB_CALL shmbf_mark_consistent(int32_t segment);

/* Puts the last published value back, as shmb_restore: needs `snapshots: double`, and the lock. */
SHMB_API int32_t SHMB_CALL shmbf_restore(int32_t segment);

/* 1: the last shmbf_lock, shmbf_update or shmbf_first got SHMB_ABANDONED: an owner died. */
SHMB_API int32_t SHMB_CALL shmbf_abandoned(int32_t segment);

/*
 * 1: fill the segment now; you hold the lock until shmbf_init_done. 0: it is filled.
 * Private memory: 1 for the program that created it, until shmbf_init_done.
 */
SHMB_API int32_t SHMB_CALL shmbf_first(int32_t segment, int32_t timeout_ms);
SHMB_API int32_t SHMB_CALL shmbf_init_done(int32_t segment);

/*
 * Waits for a change since the last call that returned 0; the first call, since the
 * segment was opened. 0: there was a change.
 */
SHMB_API int32_t SHMB_CALL shmbf_wait_changed(int32_t segment, int32_t timeout_ms);

/*
 * Returns an event, for programs that can wait for Win32 handles: it is set after each change that
 * shmbf_wait_changed has not reported yet, as shmb_subscribe; call that with 0 then. One for a
 * segment, until shmbf_unsubscribe or shmbf_close: do not close it. 0: done.
 */
SHMB_API int32_t SHMB_CALL shmbf_subscribe(int32_t segment);
SHMB_API int32_t SHMB_CALL shmbf_unsubscribe(int32_t segment);

/* As shmb_state. */
SHMB_API int32_t SHMB_CALL shmbf_state(int32_t segment);

/* Returns the queue's number, for shmbf_close. As shmbf_open and shmb_queue_open. */
SHMB_API int32_t SHMB_CALL shmbf_queue_open(const char *name, int32_t rights, int32_t wait_ms);
SHMB_API int32_t SHMB_CALL shmbf_queue_openW(const shmb_wchar *name, int32_t rights,
                                             int32_t wait_ms);

/*
 * As shmb_queue_put, shmb_queue_get and shmb_queue_peek; the last two return the number of bytes.
 * SHMB_RANGE: the buffer is too small; shmbf_queue_slot_size returns what is always enough.
 */
SHMB_API int32_t SHMB_CALL shmbf_queue_put(int32_t queue, const char *bytes, int32_t count,
                                           int32_t timeout_ms);
SHMB_API int32_t SHMB_CALL shmbf_queue_get(int32_t queue, char *buffer, int32_t size,
                                           int32_t timeout_ms);
SHMB_API int32_t SHMB_CALL shmbf_queue_peek(int32_t queue, char *buffer, int32_t size);

/* Returns the number of messages in the queue, or the most bytes of a message. */
SHMB_API int32_t SHMB_CALL shmbf_queue_messages(int32_t queue);
SHMB_API int32_t SHMB_CALL shmbf_queue_slot_size(int32_t queue);

/* Removes all messages, and returns how many, as shmb_queue_clear. */
SHMB_API int32_t SHMB_CALL shmbf_queue_clear(int32_t queue);

/*
 * Returns the number of a list of all objects that the broker holds, for shmbf_close. As
 * shmb_list_open. One thread at a time may use a list.
 *
 *     list = shmbf_list_open()
 *     while shmbf_list_next(list) = 0: shmbf_list_name(list, buffer, 604), ...
 *     shmbf_close(list)
 */
SHMB_API int32_t SHMB_CALL shmbf_list_open(void);

/* Goes to the first object, then to the next one. 0: done. SHMB_NOT_FOUND: there are no more. */
SHMB_API int32_t SHMB_CALL shmbf_list_next(int32_t list);

/*
 * Of the object that shmbf_list_next went to: its name, as shmbf_name; SHMB_KIND_...,
 * SHMB_STATE_..., SHMB_FLAG_...; and its size in bytes, SHMB_RANGE if that is 2 GiB or more.
 * SHMB_BAD_ARGUMENT: there is none.
 */
SHMB_API int32_t SHMB_CALL shmbf_list_name(int32_t list, char *buffer, int32_t size);
SHMB_API int32_t SHMB_CALL shmbf_list_nameW(int32_t list, shmb_wchar *buffer, int32_t size);
SHMB_API int32_t SHMB_CALL shmbf_list_kind(int32_t list);
SHMB_API int32_t SHMB_CALL shmbf_list_state(int32_t list);
SHMB_API int32_t SHMB_CALL shmbf_list_flags(int32_t list);
SHMB_API int32_t SHMB_CALL shmbf_list_bytes(int32_t list);

/*
 * Returns the Win32 handle of a mutex, event or semaphore of the broker, for WaitForSingleObject
 * and so on; close it with CloseHandle. As shmb_open_object; kind: 1 mutex, 2 event, 3 semaphore.
 */
SHMB_API int32_t SHMB_CALL shmbf_open_object(const char *name, int32_t kind, int32_t rights,
                                             int32_t wait_ms);
SHMB_API int32_t SHMB_CALL shmbf_open_objectW(const shmb_wchar *name, int32_t kind, int32_t rights,
                                              int32_t wait_ms);

/*
 * Asks the broker to hold an object, as shmb_request. kind: 0 segment of `size` bytes, 1 mutex,
 * 2 event with automatic reset; `size` is 0 for both. `wait_ms` 0: 5000. Returns 1 if this call has
 * made the object, 0 if it existed; open it then. shmbf_request_ask returns the same and makes
 * none.
 *
 *     result = shmbf_request("MyApp.4711", 0, 4096, 0)
 *     if result >= 0: segment = shmbf_open("MyApp.4711", 2, 0)
 */
SHMB_API int32_t SHMB_CALL shmbf_request(const char *name, int32_t kind, int32_t size,
                                         int32_t wait_ms);
SHMB_API int32_t SHMB_CALL shmbf_requestW(const shmb_wchar *name, int32_t kind, int32_t size,
                                          int32_t wait_ms);
SHMB_API int32_t SHMB_CALL shmbf_request_ask(const char *name, int32_t kind, int32_t size,
                                             int32_t wait_ms);
SHMB_API int32_t SHMB_CALL shmbf_request_askW(const shmb_wchar *name, int32_t kind, int32_t size,
                                              int32_t wait_ms);

/* The same for an event, with SHMB_REQUEST_... as `flags`, and for a semaphore. */
SHMB_API int32_t SHMB_CALL shmbf_request_event(const char *name, int32_t flags, int32_t wait_ms);
SHMB_API int32_t SHMB_CALL shmbf_request_eventW(const shmb_wchar *name, int32_t flags,
                                                int32_t wait_ms);
SHMB_API int32_t SHMB_CALL shmbf_request_semaphore(const char *name, int32_t initial,
                                                   int32_t maximum, int32_t wait_ms);
SHMB_API int32_t SHMB_CALL shmbf_request_semaphoreW(const shmb_wchar *name, int32_t initial,
                                                    int32_t maximum, int32_t wait_ms);

/* Why this thread's last failure was a refused request: SHMB_REASON_...; 0: it was another one. */
SHMB_API int32_t SHMB_CALL shmbf_request_reason(void);

/* Gives back an object that this account has requested, as shmb_release. */
SHMB_API int32_t SHMB_CALL shmbf_release(const char *name, int32_t wait_ms);
SHMB_API int32_t SHMB_CALL shmbf_releaseW(const shmb_wchar *name, int32_t wait_ms);

/* Writes a sentence for a result, cut to `size`, as shmb_result_text. Returns its length. */
SHMB_API int32_t SHMB_CALL shmbf_result_text(int32_t result, char *buffer, int32_t size);
SHMB_API int32_t SHMB_CALL shmbf_result_textW(int32_t result, shmb_wchar *buffer, int32_t size);

/* The Win32 code of this thread's last failure; 0: no system call failed. */
SHMB_API int32_t SHMB_CALL shmbf_system_code(void);

#ifdef __cplusplus
}
#endif

#endif
