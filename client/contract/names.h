/*
 * names.h - the names of objects: which are allowed, and when two are the same.
 *
 * `X` in a configuration is `Global\X` in the kernel; `Global\X` may be written, too.
 * Names are UTF-8 here. Two names are the same if they differ only in case (ASCII and
 * a fixed table of simple case pairs, independent of the system's language). The
 * kernel distinguishes case; people do not.
 * https://learn.microsoft.com/windows/win32/termserv/kernel-object-namespaces
 */
#ifndef SHMB_NAMES_H
#define SHMB_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHMB_NAME_MAX        200                     /* UTF-16 units, without the prefix */
#define SHMB_NAME_BYTES      (SHMB_NAME_MAX * 3 + 1) /* enough for any such name in UTF-8 */
#define SHMB_GLOBAL_PREFIX   "Global\\"
#define SHMB_RESERVED_PREFIX "ShmBroker." /* the broker's own objects */
#define SHMB_LOCK_SUFFIX     ".lock"      /* X.lock: the mutex of segment X, an event of queue X */
#define SHMB_CHANGED_SUFFIX  ".changed."  /* X.changed.0 to .3: its change events */
#define SHMB_PAIR_SUFFIX     ".snapshots" /* X.snapshots: its section for double snapshots */

/* The events of queue Q that consumers and producers wait for. */
#define SHMB_QUEUE_ITEMS_SUFFIX ".items"
#define SHMB_QUEUE_ROOM_SUFFIX  ".room"

/* All events of a queue: their suffixes, SHMB_LOCK_SUFFIX first. */
#define SHMB_QUEUE_EVENTS 3
extern const char *const shmb_queue_suffixes[SHMB_QUEUE_EVENTS];

/* Number of change events of a segment with `notify`, numbered by the digit after the suffix. */
#define SHMB_CHANGE_EVENTS 4u

#define SHMB_SERVICE_NAME "ShmBroker"
/*
 * NT SERVICE\ShmBroker: S-1-5-80 followed by the SHA-1 of the service name in
 * upper case UTF-16, as five little-endian numbers.
 */
#define SHMB_SERVICE_SID "S-1-5-80-4278917904-4027446710-1448384935-3026862272-1677383374"

enum shmb_name_fault {
    SHMB_NAME_OK,
    SHMB_NAME_EMPTY,
    SHMB_NAME_TOO_LONG,
    SHMB_NAME_NOT_UTF8,
    SHMB_NAME_CONTROL,       /* a control character, NUL included */
    SHMB_NAME_OTHER_PREFIX,  /* Local\, Session\ */
    SHMB_NAME_BACKSLASH,     /* any other backslash */
    SHMB_NAME_RESERVED_WORD, /* Global, Local, Session, Restricted, AppContainerNamedObjects */
    SHMB_NAME_RESERVED       /* starts with ShmBroker. */
};

/*
 * Checks a name as typed. On SHMB_NAME_OK `*bare` and `*bare_length` are the part of
 * `text` after an optional `Global\`; otherwise they stay. Both may be NULL.
 */
enum shmb_name_fault shmb_name_check(const char *text, size_t length, const char **bare,
                                     size_t *bare_length);

/* True if a text is printable ASCII without a backslash, as nearly all names are. */
bool shmb_name_is_plain(const char *text, size_t length);

/*
 * Writes a bare name as one word of a command line of cmd, for a command that a message tells: in
 * quotes if it has more than letters, digits and `.-_`; with `Global\` before a first `-`, which
 * would make it an option. Returns `out`.
 */
#define SHMB_NAME_WORD (2 * SHMB_NAME_BYTES + 2 + sizeof(SHMB_GLOBAL_PREFIX) - 1)
const char *shmb_name_word(const char *name, char out[SHMB_NAME_WORD]);

/* A sentence for an error message: what is wrong with the name, and what to do. */
const char *shmb_name_fault_text(enum shmb_name_fault fault);

/*
 * The rest of a text that begins with a mistyped or wrong prefix, such as `Globl\X`, `Local\X` or
 * `GLOBAL/X`: the object that was probably meant is `Global\` and this rest. NULL: it does not.
 */
const char *shmb_name_behind_mistyped(const char *text, size_t length);

/* True if two names are equal or differ only in case. An ill-formed byte equals only itself. */
bool shmb_name_same(const char *a, size_t a_length, const char *b, size_t b_length);

/* A hash that ignores case in the same way. */
uint32_t shmb_name_hash(const char *text, size_t length);

/* The hash of a longer name: `hash` is that of its beginning, `text` what follows. */
uint32_t shmb_name_hash_more(uint32_t hash, const char *text, size_t length);

/* Upper case of one code point: ASCII and the fixed table. */
uint32_t shmb_name_fold(uint32_t point);

#endif
