/*
 * shmb_flat.h - the library for Visual FoxPro, Visual Basic 6, VBA, and whatever
 * else knows 32-bit integers and strings only.
 *
 * The calls are those of shmb.h, where their meaning and all results stand, in
 * other clothes: a segment is a number above 0; what returns a number of bytes or
 * characters returns it, and a failure as the negative result; times are in
 * milliseconds, a negative one is for ever. Strings are in the ANSI code page, in
 * the twin that ends in W in UTF-16. What is read and written is bytes in either
 * case, and a buffer needs room for `count` of them.
 *
 *     DECLARE INTEGER shmbf_open IN shmbclient.dll STRING, INTEGER, INTEGER
 *
 *     Private Declare Function shmbf_open Lib "shmbclient.dll" _
 *         (ByVal name As String, ByVal rights As Long, ByVal wait As Long) As Long
 *
 * At most SHMBF_MOST segments are open at a time in a process. Any thread may
 * call; shmbf_close must be the last call on a number. A number that was closed
 * is SHMB_BAD_ARGUMENT to all calls.
 */
#ifndef SHMB_FLAT_H
#define SHMB_FLAT_H

#include "shmb.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SHMBF_MOST 1023

/* The segment's number. rights: 1 read, 2 write. As shmb_open; SHMB_NO_MEMORY: too many. */
SHMB_API int32_t SHMB_CALL shmbf_open(const char *name, int32_t rights, int32_t wait_ms);
SHMB_API int32_t SHMB_CALL shmbf_openW(const shmb_wchar *name, int32_t rights, int32_t wait_ms);

/* As shmb_private_create; an empty name is one that nobody has. */
SHMB_API int32_t SHMB_CALL shmbf_private(const char *name, int32_t size);
SHMB_API int32_t SHMB_CALL shmbf_privateW(const shmb_wchar *name, int32_t size);

SHMB_API int32_t SHMB_CALL shmbf_close(int32_t segment);

/*
 * The name, with a terminator, into `buffer` of `size` bytes (W: units). Returns
 * its length. SHMB_BAD_NAME: the ANSI code page cannot write it.
 */
SHMB_API int32_t SHMB_CALL shmbf_name(int32_t segment, char *buffer, int32_t size);
SHMB_API int32_t SHMB_CALL shmbf_nameW(int32_t segment, shmb_wchar *buffer, int32_t size);

/* Bytes. SHMB_RANGE: 2 GiB or more. */
SHMB_API int32_t SHMB_CALL shmbf_size(int32_t segment);

/*
 * As shmb_read, shmb_write, shmb_update and shmb_snapshot; each returns the bytes
 * that were moved. `offset` counts from 0.
 */
SHMB_API int32_t SHMB_CALL shmbf_read(int32_t segment, int32_t offset, char *buffer, int32_t count);
SHMB_API int32_t SHMB_CALL shmbf_write(int32_t segment, int32_t offset, const char *buffer,
                                       int32_t count);
SHMB_API int32_t SHMB_CALL shmbf_update(int32_t segment, int32_t offset, const char *buffer,
                                        int32_t count, int32_t timeout_ms);
SHMB_API int32_t SHMB_CALL shmbf_snapshot(int32_t segment, int32_t offset, char *buffer,
                                          int32_t count);

/* 0, or 1: yours, but an owner died (SHMB_ABANDONED). */
SHMB_API int32_t SHMB_CALL shmbf_lock(int32_t segment, int32_t timeout_ms);
SHMB_API int32_t SHMB_CALL shmbf_unlock(int32_t segment);
SHMB_API int32_t SHMB_CALL shmbf_mark_consistent(int32_t segment);

/*
 * 1: the last shmbf_lock, shmbf_update or shmbf_first that took the lock was told
 * of a dead owner (SHMB_ABANDONED).
 */
SHMB_API int32_t SHMB_CALL shmbf_abandoned(int32_t segment);

/*
 * 1: the content is to be made now, the lock is yours, shmbf_init_done ends it; 0:
 * it is there. For private memory: 1 for who has made it, until shmbf_init_done.
 */
SHMB_API int32_t SHMB_CALL shmbf_first(int32_t segment, int32_t timeout_ms);
SHMB_API int32_t SHMB_CALL shmbf_init_done(int32_t segment);

/*
 * Waits for a change since the last call that returned 0, at first since the
 * segment was opened. 0: there was one.
 */
SHMB_API int32_t SHMB_CALL shmbf_wait_changed(int32_t segment, int32_t timeout_ms);

SHMB_API int32_t SHMB_CALL shmbf_state(int32_t segment);

/* A sentence for a result, cut to `size`, as shmb_result_text. Returns its length. */
SHMB_API int32_t SHMB_CALL shmbf_result_text(int32_t result, char *buffer, int32_t size);
SHMB_API int32_t SHMB_CALL shmbf_result_textW(int32_t result, shmb_wchar *buffer, int32_t size);

/* The Win32 code of this thread's last failure; 0: no call of the system failed. */
SHMB_API int32_t SHMB_CALL shmbf_system_code(void);

#ifdef __cplusplus
}
#endif

#endif
