/*
 * access.h - the access mask of each level on each kind of object.
 *
 *   level   section     mutex       event                      semaphore
 *   read    0x00020005  0x00020000  0x00120001 (manual reset)  0x00020001
 *   write   0x00020007  0x00120001  0x00120003                 0x00120003
 *   full    0x000F001F  0x001F0001  0x001F0003                 0x001F0003
 *   deny    as full
 *
 * A queue is a section.
 *
 * Only specific rights: a generic right on a mutex maps to rights without
 * SYNCHRONIZE, so its holder could not wait.
 * https://learn.microsoft.com/windows/win32/sync/synchronization-object-security-and-access-rights
 * https://learn.microsoft.com/windows/win32/memory/file-mapping-security-and-access-rights
 */
#ifndef SHMB_ACCESS_H
#define SHMB_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Kinds of objects. All kinds share one namespace. The kernel knows those before SHMB_QUEUE; for
 * it, a queue is a section.
 */
enum shmb_kind {
    SHMB_SECTION,
    SHMB_MUTEX,
    SHMB_EVENT,
    SHMB_SEMAPHORE,
    SHMB_QUEUE,
    SHMB_KIND_COUNT
};
#define SHMB_KERNEL_KINDS ((int)SHMB_QUEUE)

/* What an object of `kind` is for the kernel. */
enum shmb_kind shmb_kernel_kind(enum shmb_kind kind);

enum shmb_level {
    SHMB_LEVEL_READ,
    SHMB_LEVEL_WRITE,
    SHMB_LEVEL_FULL,
    SHMB_LEVEL_DENY,
    SHMB_LEVEL_COUNT
};

/* Rights of a reader to the lock of a segment with `readers_may_wait`. */
#define SHMB_LOCK_READER_WAITS 0x00120001u

/*
 * The access mask of `level` on an object of `kind`; 0 for values out of range.
 *
 * `read` on an event is the right to wait. A wait resets an auto-reset event, so the
 * configuration refuses `read` there. This function does not know the reset mode.
 */
uint32_t shmb_access_mask(enum shmb_kind kind, enum shmb_level level);

#define SHMB_ACCESS_WORDS 64 /* bytes for any such words, with the terminator */

/*
 * Writes to `out` what a mask permits, such as "read and write" or "wait and signal";
 * "full control" for all rights, "nothing" for none. Returns `out`.
 */
const char *shmb_access_words(enum shmb_kind kind, uint32_t mask, char out[SHMB_ACCESS_WORDS]);

/* True: the mask has all rights to the kind, or GENERIC_ALL. */
bool shmb_access_is_full(enum shmb_kind kind, uint32_t mask);

/*
 * Writes an entry of an access list to `out` of `size` bytes: "Users read", "deny
 * Guests" or, for less than all rights, "deny Guests (read)". Returns `out`.
 */
const char *shmb_access_entry_words(enum shmb_kind kind, const char *name, bool deny, uint32_t mask,
                                    char *out, size_t size);

/*
 * The word for a SID in the configuration ("Users" for "S-1-5-32-545"), and the SID for
 * a word, ignoring case. NULL: none.
 */
const char *shmb_sid_word(const char *sid);
const char *shmb_word_sid(const char *word);

/* "section", "mutex", "event", "semaphore", "queue"; "object" for values out of range. */
const char *shmb_kind_word(enum shmb_kind kind);

/* "read", "write", "full", "deny"; "?" for values out of range. */
const char *shmb_level_word(enum shmb_level level);

#endif
