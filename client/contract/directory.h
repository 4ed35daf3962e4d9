/*
 * directory.h - the directory that the broker publishes: layouts that clients read.
 *
 * All numbers are little-endian, of fixed width and naturally aligned, independent of
 * the bitness of a process. Each section has a magic number, an ABI version and its own
 * sizes. Reserved bytes are zero, and readers check that: only a new version can give
 * them a meaning. (Those at the end of the root are not checked: what a later version writes there,
 * earlier ones do without.) A reader checks every bound against what it has mapped, and never
 * relies on the content alone.
 *
 * ROOT  Global\ShmBroker.Directory
 *   4096 bytes, created once per broker, read-only for clients. Its size and meaning
 *   never change: old clients have it open across restarts of the broker. Only the
 *   broker writes it. It exists before the first object is created and is gone before
 *   the first object is released; a client that finds it empty waits for the first
 *   table. Of the header, the magic is written last.
 *
 *     offset size
 *          0    4  magic "SHMD"
 *          4    4  ABI version of root and tables (1)
 *          8    4  size of the root (4096)
 *         12    4  process id of the broker
 *         16    8  creation time of the broker's process (FILETIME)
 *         24    4  publication: 0 nothing yet, else a count; the current slot is
 *                  slot[publication & 1]
 *         28   36  reserved
 *         64   64  slot[0]
 *        128   64  slot[1]
 *        192   40  version of the broker, such as "1.0.0-rc.1", with zeros behind it
 *        232    4  whether the broker has the pipe for requests (request_message.h): enum
 *                  shmb_root_requests
 *        236 3860  reserved
 *
 *   A slot:
 *          0    8  revision: grows with every publication, across brokers
 *          8    4  size of the table in bytes
 *         12    4  number of entries
 *         16   16  suffix: random, the table is Global\ShmBroker.Table.<32 hex digits>
 *         32   32  reserved
 *
 *   To publish, the broker creates the table, fills the slot that is not current,
 *   stores publication + 1 (release), and only then closes the old table. It recreates
 *   an object only after a publication that does not list it as held: a program that
 *   opens an object and then finds the root unchanged has opened the listed one. To
 *   read: load publication (acquire), copy that slot, fence, load publication again;
 *   another value means that the copy may be torn. (A double-buffered sequence lock: a
 *   slot is written again only after the other one was published.)
 *
 * TABLE  Global\ShmBroker.Table.<32 hex digits>
 *   Filled before its name is in the root, and never changed after that. A reader that
 *   finds no section of that name reads the root again.
 *
 *          0    4  magic "SHMT"
 *          4    4  ABI version (1)
 *          8    4  size of this header (96)
 *         12    4  size of an entry (128)
 *         16    4  number of entries
 *         20    4  number of buckets, a power of two
 *         24    4  offset of the buckets
 *         28    4  offset of the texts
 *         32    4  size of the texts in bytes
 *         36    4  size of the table
 *         40    8  revision, as in the slot
 *         48   16  suffix, as in the slot
 *         64   32  reserved
 *         96       entries, then buckets (4 bytes each), then texts
 *
 *   An entry is a struct shmb_entry, below. Texts are UTF-8 without terminator, given
 *   as offset into the texts and length. bucket[hash & (buckets - 1)] is the index of
 *   the first entry of the bucket, plus one; 0: none. `next` continues the bucket in
 *   the same way. The hash is shmb_name_hash. Entries may share a text: what a program has asked
 *   for has the name of the rule and the account, and so have its companions.
 *
 * STAND-IN  Global\ShmBroker.Directory.<32 hex digits>
 *   Any program can create an object of the root's name before the broker does. The broker then
 *   creates a second root under a random name, which nobody can take first. It keeps it until its
 *   end, also when it gets the root's own name later, and publishes each table in both. A reader
 *   that finds no root of a trusted owner under the first name, or one without a table, which an
 *   ended broker left, lists the sections of Global\ whose names have this form, skips those of
 *   other owners, and uses the one with the greatest revision: a former broker's may still be
 *   there. The report has a stand-in in the same way (status_report.h).
 *
 * The root with two slots follows the two meta pages of LMDB,
 * https://www.openldap.org/software/repo.html (libraries/liblmdb/mdb.c).
 */
#ifndef SHMB_DIRECTORY_H
#define SHMB_DIRECTORY_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHMB_ROOT_NAME    "ShmBroker.Directory"
#define SHMB_TABLE_PREFIX "ShmBroker.Table."
#define SHMB_REPORT_NAME  "ShmBroker.Report"
/*
 * A mutex that exists exactly as long as a broker runs: clients may not open it, so none
 * can keep it alive. Opening it fails with "access denied" while a broker runs, and with
 * "not found" otherwise. Any program can create such a mutex first: "access denied" is then a
 * hint only, and a broker runs without it. What a client trusts is the owner of each object.
 */
#define SHMB_INSTANCE_NAME "ShmBroker.Instance"

#define SHMB_ROOT_MAGIC       0x444D4853u /* "SHMD" */
#define SHMB_TABLE_MAGIC      0x544D4853u /* "SHMT" */
#define SHMB_ABI_VERSION      1u
#define SHMB_ROOT_SIZE        4096u
#define SHMB_TABLE_MAX        (256u * 1024 * 1024)
#define SHMB_SUFFIX_BYTES     16u
#define SHMB_ROOT_VERSION     40u /* bytes, with a terminator */
#define SHMB_TABLE_NAME_BYTES (sizeof(SHMB_TABLE_PREFIX) + 2 * SHMB_SUFFIX_BYTES)
#define SHMB_SLOTS_MOST       4096u /* slots of a domain, see slots.h */
#define SHMB_RULE_NAME_MAX    63u   /* bytes of the name of a rule */
#define SHMB_ACCOUNT_MAX      191u  /* bytes of a SID */
#define SHMB_STAND_IN_BYTES   (sizeof(SHMB_ROOT_NAME ".") + 2 * SHMB_SUFFIX_BYTES)

struct shmb_root_slot {
    uint64_t revision;
    uint32_t table_size;
    uint32_t entry_count;
    uint8_t suffix[SHMB_SUFFIX_BYTES];
    uint8_t reserved[32];
};

struct shmb_root {
    uint32_t magic;
    uint32_t abi_version;
    uint32_t size;
    uint32_t broker_pid;
    uint64_t broker_started;
    volatile uint32_t publication;
    uint8_t reserved0[36];
    struct shmb_root_slot slot[2];
    char version[SHMB_ROOT_VERSION];
    volatile uint32_t requests; /* enum shmb_root_requests */
    uint8_t reserved1[3860];
};

/*
 * A client cannot see whose a pipe is while all its connections are in use; here a broker that
 * runs says whether it is its own. The numbers never change.
 */
enum shmb_root_requests {
    SHMB_ROOT_REQUESTS_UNKNOWN = 0, /* it starts, stops, or its version does not tell */
    SHMB_ROOT_REQUESTS_NONE = 1,    /* no rules, or another program has the pipe's name */
    SHMB_ROOT_REQUESTS_OPEN = 2
};

struct shmb_table {
    uint32_t magic;
    uint32_t abi_version;
    uint32_t header_size;
    uint32_t entry_size;
    uint32_t entry_count;
    uint32_t bucket_count;
    uint32_t buckets_offset;
    uint32_t texts_offset;
    uint32_t texts_size;
    uint32_t total_size;
    uint64_t revision;
    uint8_t suffix[SHMB_SUFFIX_BYTES];
    uint8_t reserved[32];
};

struct shmb_text_ref {
    uint32_t offset; /* into the texts */
    uint32_t length; /* bytes */
};

/* The state of an object. The numbers never change. */
enum shmb_entry_state {
    SHMB_ENTRY_HELD = 1,
    SHMB_ENTRY_CONFLICT = 2, /* an object that is not the broker's has the name */
    SHMB_ENTRY_FAILED = 3    /* the system could not create it */
};

enum shmb_entry_lock {
    SHMB_ENTRY_LOCK_NONE = 0,
    SHMB_ENTRY_LOCK_MUTEX = 1, /* a kernel mutex named `lock_name` */
    SHMB_ENTRY_LOCK_FAST = 2   /* the lock word of the block; `lock_name` is the event that waiting
                                  threads sleep on, `slots` the domain that proves deaths */
};

#define SHMB_ENTRY_MANUAL_RESET     0x1u /* event */
#define SHMB_ENTRY_READERS_MAY_WAIT 0x2u /* segment: readers may wait on its lock */
#define SHMB_ENTRY_INITIAL          0x4u /* segment: the broker wrote its initial content */
#define SHMB_ENTRY_COMPANION        0x8u /* belongs to a segment or queue: lock, event, snapshots */
#define SHMB_ENTRY_NOTIFY           0x40u    /* segment: has change events, named after it */
#define SHMB_ENTRY_DOUBLE           0x100u   /* segment: double snapshots, in a companion section */
#define SHMB_ENTRY_ONE_PRODUCER     0x400u   /* queue: one thread at a time may put */
#define SHMB_ENTRY_ONE_CONSUMER     0x800u   /* queue: one thread at a time may get */
#define SHMB_ENTRY_REFUSE           0x1000u  /* queue: a put into a full queue fails */
#define SHMB_ENTRY_DROP_OLDEST      0x2000u  /* queue: it drops the oldest message instead */
#define SHMB_ENTRY_QUEUE            0x3C00u  /* queue: all that is also in its header */
#define SHMB_ENTRY_REQUESTED        0x4000u  /* a program has asked for it; `rule`, `account` */
#define SHMB_ENTRY_WAITERS          0x10000u /* segment: its control section has a waiters section */
#define SHMB_ENTRY_FLAGS            0x17D4Fu

struct shmb_entry {
    struct shmb_text_ref name;      /*   0  bare name */
    uint32_t kind;                  /*   8  enum shmb_kind */
    uint32_t state;                 /*  12  enum shmb_entry_state */
    uint64_t generation;            /*  16  grows each time the object is recreated; 0: not held */
    uint64_t size;                  /*  24  section, queue: exact size in bytes */
    uint32_t flags;                 /*  32  SHMB_ENTRY_... */
    uint32_t lock_kind;             /*  36  section: enum shmb_entry_lock */
    struct shmb_text_ref lock_name; /* 40  bare name of the lock's mutex or event */
    uint32_t control;               /*  48  section: number of its control section; 0: none */
    uint32_t control_block;         /*  52  index of its block there */
    int32_t initial;                /*  56  semaphore: first count */
    int32_t maximum;                /*  60  semaphore: greatest count */
    uint32_t next;                  /*  64  next entry of the bucket, plus one; 0: last */
    uint32_t hash;                  /*  68  shmb_name_hash of the name */
    uint32_t slots;                 /*  72  number of the slots that its lock uses; 0: none so
                                            far, and a fast lock cannot be taken */
    uint32_t slot_count;            /*  76  how many slots these are */
    uint32_t queue_slots;           /*  80  queue: messages that fit in */
    uint32_t queue_slot_size;       /*  84  queue: most bytes of a message */
    struct shmb_text_ref rule;      /*  88  requested: name of the rule */
    struct shmb_text_ref account;   /*  96  requested: SID of the account that has asked */
    uint8_t reserved[24];           /* 104 */
};

static_assert(sizeof(struct shmb_root_slot) == 64, "a slot of the root has 64 bytes");
static_assert(offsetof(struct shmb_root_slot, table_size) == 8, "slot.table_size at 8");
static_assert(offsetof(struct shmb_root_slot, entry_count) == 12, "slot.entry_count at 12");
static_assert(offsetof(struct shmb_root_slot, suffix) == 16, "slot.suffix at 16");
static_assert(offsetof(struct shmb_root_slot, reserved) == 32, "slot.reserved at 32");
static_assert(sizeof(struct shmb_root) == SHMB_ROOT_SIZE, "the root has 4096 bytes");
static_assert(offsetof(struct shmb_root, abi_version) == 4, "root.abi_version at 4");
static_assert(offsetof(struct shmb_root, size) == 8, "root.size at 8");
static_assert(offsetof(struct shmb_root, broker_pid) == 12, "root.broker_pid at 12");
static_assert(offsetof(struct shmb_root, broker_started) == 16, "root.broker_started at 16");
static_assert(offsetof(struct shmb_root, publication) == 24, "root.publication at 24");
static_assert(offsetof(struct shmb_root, reserved0) == 28, "root.reserved0 at 28");
static_assert(offsetof(struct shmb_root, slot) == 64, "root.slot at 64");
static_assert(offsetof(struct shmb_root, version) == 192, "root.version at 192");
static_assert(offsetof(struct shmb_root, requests) == 232, "root.requests at 232");
static_assert(offsetof(struct shmb_root, reserved1) == 236, "root.reserved1 at 236");
static_assert(sizeof(struct shmb_table) == 96, "the header of a table has 96 bytes");
static_assert(offsetof(struct shmb_table, abi_version) == 4, "table.abi_version at 4");
static_assert(offsetof(struct shmb_table, header_size) == 8, "table.header_size at 8");
static_assert(offsetof(struct shmb_table, entry_size) == 12, "table.entry_size at 12");
static_assert(offsetof(struct shmb_table, entry_count) == 16, "table.entry_count at 16");
static_assert(offsetof(struct shmb_table, bucket_count) == 20, "table.bucket_count at 20");
static_assert(offsetof(struct shmb_table, buckets_offset) == 24, "table.buckets_offset at 24");
static_assert(offsetof(struct shmb_table, texts_offset) == 28, "table.texts_offset at 28");
static_assert(offsetof(struct shmb_table, texts_size) == 32, "table.texts_size at 32");
static_assert(offsetof(struct shmb_table, total_size) == 36, "table.total_size at 36");
static_assert(offsetof(struct shmb_table, revision) == 40, "table.revision at 40");
static_assert(offsetof(struct shmb_table, suffix) == 48, "table.suffix at 48");
static_assert(offsetof(struct shmb_table, reserved) == 64, "table.reserved at 64");
static_assert(sizeof(struct shmb_entry) == 128, "an entry has 128 bytes");
static_assert(offsetof(struct shmb_entry, kind) == 8, "entry.kind at 8");
static_assert(offsetof(struct shmb_entry, state) == 12, "entry.state at 12");
static_assert(offsetof(struct shmb_entry, generation) == 16, "entry.generation at 16");
static_assert(offsetof(struct shmb_entry, size) == 24, "entry.size at 24");
static_assert(offsetof(struct shmb_entry, flags) == 32, "entry.flags at 32");
static_assert(offsetof(struct shmb_entry, lock_kind) == 36, "entry.lock_kind at 36");
static_assert(offsetof(struct shmb_entry, lock_name) == 40, "entry.lock_name at 40");
static_assert(offsetof(struct shmb_entry, control) == 48, "entry.control at 48");
static_assert(offsetof(struct shmb_entry, control_block) == 52, "entry.control_block at 52");
static_assert(offsetof(struct shmb_entry, initial) == 56, "entry.initial at 56");
static_assert(offsetof(struct shmb_entry, maximum) == 60, "entry.maximum at 60");
static_assert(offsetof(struct shmb_entry, next) == 64, "entry.next at 64");
static_assert(offsetof(struct shmb_entry, hash) == 68, "entry.hash at 68");
static_assert(offsetof(struct shmb_entry, slots) == 72, "entry.slots at 72");
static_assert(offsetof(struct shmb_entry, slot_count) == 76, "entry.slot_count at 76");
static_assert(offsetof(struct shmb_entry, queue_slots) == 80, "entry.queue_slots at 80");
static_assert(offsetof(struct shmb_entry, queue_slot_size) == 84, "entry.queue_slot_size at 84");
static_assert(offsetof(struct shmb_entry, rule) == 88, "entry.rule at 88");
static_assert(offsetof(struct shmb_entry, account) == 96, "entry.account at 96");
static_assert(offsetof(struct shmb_entry, reserved) == 104, "entry.reserved at 104");

/* ---- reading: pure, bounded, for memory that anybody may have written ------ */

enum shmb_read {
    SHMB_READ_OK,
    SHMB_READ_EMPTY,   /* root: nothing is published yet */
    SHMB_READ_AGAIN,   /* root: it changed meanwhile; read it again */
    SHMB_READ_VERSION, /* the broker has another ABI version */
    SHMB_READ_CORRUPT  /* a check failed */
};

/* Copies the current slot. `size`: bytes mapped at `root`. */
enum shmb_read shmb_root_read(const void *root, size_t size, struct shmb_root_slot *out);

/* Copies the version of the broker from a mapped root. Empty: none, or not plain ASCII. */
void shmb_root_version(const void *root, char out[SHMB_ROOT_VERSION]);

/* Writes "ShmBroker.Table.<suffix>" with its terminator. */
void shmb_table_name(const uint8_t suffix[SHMB_SUFFIX_BYTES], char out[SHMB_TABLE_NAME_BYTES]);

/* Writes "<name>.<suffix>" with its terminator; `name` is that of the root or of the report. */
void shmb_stand_in_name(const char *name, const uint8_t suffix[SHMB_SUFFIX_BYTES],
                        char out[SHMB_STAND_IN_BYTES]);

/* True: `text` could be a name that shmb_stand_in_name writes for `name`. */
bool shmb_is_stand_in(const char *text, const char *name);

/* A checked table. It is valid as long as the mapping. */
struct shmb_table_view {
    const uint8_t *bytes;
    uint32_t entry_count, bucket_count;
    uint32_t buckets_offset, texts_offset, texts_size;
    uint64_t revision;
};

/*
 * Checks the header of a table, `size` mapped bytes at `bytes` (8-aligned), against the
 * slot that named it. On SHMB_READ_OK every bound in `*out` is within the mapping.
 */
enum shmb_read shmb_table_check(const void *bytes, size_t size, const struct shmb_root_slot *slot,
                                struct shmb_table_view *out);

/* A checked copy of an entry; the texts point into the view. */
struct shmb_entry_view {
    struct shmb_entry entry;
    const char *name, *lock_name, *rule, *account;
};

/* Copies and checks entry `index`. SHMB_READ_CORRUPT also if there is no such entry. */
enum shmb_read shmb_table_entry(const struct shmb_table_view *view, uint32_t index,
                                struct shmb_entry_view *out);

/*
 * Finds the entry with this bare name, ignoring case. SHMB_READ_EMPTY: none. Follows at
 * most as many links as there are entries.
 */
enum shmb_read shmb_table_find(const struct shmb_table_view *view, const char *name, size_t length,
                               struct shmb_entry_view *out);

#endif
