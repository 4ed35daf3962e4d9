/*
 * access.h - what a level means for each kind of object: the access table.
 *
 *   level   section     mutex       event                      semaphore
 *   read    0x00020005  0x00020000  0x00120001 (manual reset)  0x00020001
 *   write   0x00020007  0x00120001  0x00120003                 0x00120003
 *   full    0x000F001F  0x001F0001  0x001F0003                 0x001F0003
 *   deny    as full
 *
 * Specific rights only. A generic right on a mutex maps to a set without
 * SYNCHRONIZE: its holder could not wait.
 * https://learn.microsoft.com/windows/win32/sync/synchronization-object-security-and-access-rights
 * https://learn.microsoft.com/windows/win32/memory/file-mapping-security-and-access-rights
 */
#ifndef SHMB_ACCESS_H
#define SHMB_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kinds of kernel objects. All kinds share one namespace. */
enum shmb_kind { SHMB_SECTION, SHMB_MUTEX, SHMB_EVENT, SHMB_SEMAPHORE, SHMB_KIND_COUNT };

enum shmb_level {
    SHMB_LEVEL_READ,
    SHMB_LEVEL_WRITE,
    SHMB_LEVEL_FULL,
    SHMB_LEVEL_DENY,
    SHMB_LEVEL_COUNT
};

/* Rights of a reader on the lock of a segment where readers may wait. */
#define SHMB_LOCK_READER_WAITS 0x00120001u

/*
 * The access mask of `level` on an object of `kind`; 0 for values out of range.
 *
 * `read` on an event is the right to wait. For an event with automatic reset
 * that is no reading, since a wait takes the signal away from others: the
 * configuration refuses it, and this function does not know of it.
 */
uint32_t shmb_access_mask(enum shmb_kind kind, enum shmb_level level);

#define SHMB_ACCESS_WORDS 64 /* room for any words, with the terminator */

/*
 * What a mask lets a person do, such as "read and write" or "wait and signal",
 * put into `out`; "full control" for all rights, "nothing" for none. Returns `out`.
 */
const char *shmb_access_words(enum shmb_kind kind, uint32_t mask, char out[SHMB_ACCESS_WORDS]);

/* All rights on the kind, or the generic right that stands for them. */
bool shmb_access_is_full(enum shmb_kind kind, uint32_t mask);

/*
 * What one entry of an access list says, put into `out` of `size` bytes: "Users read",
 * "deny Guests" or, for less than all, "deny Guests (read)". Returns `out`.
 */
const char *shmb_access_entry_words(enum shmb_kind kind, const char *name, bool deny, uint32_t mask,
                                    char *out, size_t size);

/*
 * The word that the configuration has for a SID ("Users" for "S-1-5-32-545"), and
 * the other way, where case does not matter. NULL: there is none.
 */
const char *shmb_sid_word(const char *sid);
const char *shmb_word_sid(const char *word);

/* "section", "mutex", "event", "semaphore"; "object" for values out of range. */
const char *shmb_kind_word(enum shmb_kind kind);

/* "read", "write", "full", "deny"; "?" for values out of range. */
const char *shmb_level_word(enum shmb_level level);

#endif
