/*
 * model.h - a configuration as data.
 *
 * Built by cfg_load, read-only afterwards, freed as a whole by cfg_free. All
 * texts are UTF-8, terminated, and live as long as the configuration. Every
 * part records where it was written, for later messages.
 */
#ifndef CFG_MODEL_H
#define CFG_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "messages.h"
#include "names.h"

/* One trustee of an access list: an account, group, SID or word as written. */
struct cfg_trustee {
    const char *name;
    enum shmb_level level;
    struct cfg_place place;
};

/* Who may do what. Trustees stand in the order they were written in. */
struct cfg_access {
    struct cfg_trustee *trustees;
    size_t count;
    const char *sddl; /* instead of trustees, a whole descriptor as written; NULL: none */
    const char *path; /* "defaults.access", "segments.Prices.access": what messages call it */
    struct cfg_place place;
};

/* Whether programs of low integrity may write, if an access list lets them. */
struct cfg_integrity {
    bool low;
    const char *path; /* "defaults.integrity", "segments.Prices.integrity" */
    struct cfg_place place;
};

/* Whether Windows audits who opens an object to change it. */
struct cfg_audit {
    bool on;
    const char *path; /* "defaults.audit", "segments.Prices.audit" */
    struct cfg_place place;
};

enum cfg_lock_kind {
    CFG_LOCK_MUTEX,
    CFG_LOCK_FAST /* a word in shared memory (lock_word.h), for programs that use the library */
};

/* The lock that belongs to a segment. */
struct cfg_lock {
    const char *name; /* bare name of its mutex or, of a fast lock, event; NULL: no lock */
    uint32_t hash;    /* shmb_name_hash of it; 0: not calculated */
    enum cfg_lock_kind kind;
    bool readers_may_wait; /* only of a mutex */
    uint32_t max_lockers;  /* of a fast lock: threads that may use it at the same time; else 0 */
    struct cfg_place place;
};

/* The events that signal changes to a segment, with its trustees. */
struct cfg_notify {
    const char *events[SHMB_CHANGE_EVENTS]; /* bare names */
    struct cfg_place place;
};

/* The section with two published copies of a segment, for snapshots: double. */
struct cfg_snapshots {
    const char *name; /* bare name of the section */
    struct cfg_place place;
};

/*
 * What a segment contains when it is made. `length` bytes at `bytes` from
 * offset 0, every byte behind them is `fill`. Never longer than the segment.
 *
 * With `file`, cfg_load leaves the content empty. A caller that can open files reads
 * it and sets `bytes` and `length`, or `unread` where that fails.
 */
struct cfg_initial {
    const uint8_t *bytes;
    size_t length;
    uint8_t fill;
    const char *file; /* path as written, relative to the file that names it; NULL: none */
    struct cfg_place file_place;
    const char *unread; /* `file` cannot be read: path of the file that names it; else NULL */
    struct cfg_place place;
};

/* There may be many thousands: what few segments have is elsewhere. */
struct cfg_segment {
    uint64_t size; /* bytes, 1 to CFG_SIZE_MAX */
    struct cfg_lock lock;
    const struct cfg_notify *notify;       /* NULL: notify: false, the default */
    const struct cfg_snapshots *snapshots; /* NULL: snapshots: sequence, the default */
    struct cfg_initial *initial;           /* NULL: nothing was written, all zero */
    bool keep;           /* keep: reboot: its content is restored after a reboot */
    uint32_t save_every; /* milliseconds; 0: only when the broker stops or drops the segment */
};

struct cfg_event {
    bool manual_reset;
    bool set; /* signalled when it is created */
};

struct cfg_semaphore {
    int32_t initial, maximum; /* 0 <= initial <= maximum, maximum >= 1 */
};

/* What a put into a full queue does. */
enum cfg_overflow {
    CFG_OVERFLOW_BLOCK, /* waits for room */
    CFG_OVERFLOW_REFUSE,
    CFG_OVERFLOW_DROP_OLDEST
};

/* The events of a queue, with its trustees: Q.lock, Q.items, Q.room. All of them reset alone. */
#define CFG_QUEUE_EVENTS SHMB_QUEUE_EVENTS

struct cfg_queue {
    uint32_t slots;     /* 1 to SHMB_QUEUE_SLOTS_MOST; 0 after an error, only in the reader */
    uint32_t slot_size; /* bytes, 1 to SHMB_QUEUE_SLOT_MOST; 0 as `slots` */
    bool one_producer, one_consumer;
    enum cfg_overflow overflow;
    uint32_t max_lockers;                 /* threads that may put or get at the same time */
    const char *events[CFG_QUEUE_EVENTS]; /* bare names, in the order above */
};

/* How long an object that a program has asked for is held. */
enum cfg_life {
    CFG_LIFE_OPEN,     /* while open: until no program has it open any more */
    CFG_LIFE_RELEASED, /* until released: until its requester releases it */
    CFG_LIFE_BROKER    /* as long as the broker */
};

/* How much may be requested under a rule. */
struct cfg_quota {
    uint64_t objects;       /* companions not counted */
    uint64_t memory;        /* bytes of segments, whole pages; sections for snapshots count, too */
    struct cfg_place place; /* of the key, or of the rule where it is not written */
};

/* An entry of `requests`: which objects programs may ask for. */
struct cfg_rule {
    const char *name;                      /* of the rule: 1 to SHMB_RULE_NAME_MAX bytes */
    uint32_t hash;                         /* shmb_name_hash of the name */
    const char *const *patterns;           /* of names, bare; `*` and `?` as in include */
    const struct cfg_place *places;        /* where each pattern is written */
    size_t pattern_count;                  /* at least 1 */
    const struct cfg_access *who;          /* read: may ask; deny: may not */
    const struct cfg_access *access;       /* of the objects; never sddl */
    const struct cfg_integrity *integrity; /* NULL: not written */
    const struct cfg_audit *audit;         /* NULL: not written */
    uint64_t size;                         /* the most bytes of one segment */
    struct cfg_quota each, total;          /* for one account; for all */
    uint32_t kinds;                        /* bit 1 << enum shmb_kind; never that of SHMB_QUEUE */
    uint32_t rate;                         /* requests a second of one account, in the long run */
    enum cfg_life life;
    struct cfg_lock lock; /* of segments: `name` is NULL, see `locked` */
    bool locked;          /* segments have a lock */
    bool notify;          /* segments have change events */
    bool pair;            /* segments have snapshots: double */
    const char *path;     /* "requests.MyApp": what messages call it */
    struct cfg_place place;
};

/*
 * The trustee of a rule's access that stands for the account that has asked, spelt exactly so in
 * the model. It is in no other list, and never denied.
 */
#define CFG_REQUESTER "Requester"

/* Who has asked for an object, under which rule. */
struct cfg_request {
    const struct cfg_rule *rule;
    const char *account; /* SID */
};

struct cfg_object {
    enum shmb_kind kind;
    const char *name; /* bare: without Global\ */
    uint32_t hash;    /* shmb_name_hash of it; 0: not calculated */
    bool alias;       /* sessions: alias: its plain name reaches it from every session */
    const char *path; /* "segments.Prices": what messages call it */
    struct cfg_place place;
    const struct cfg_access *access;       /* its own, or the file's defaults.access; never NULL */
    const struct cfg_integrity *integrity; /* NULL: not written; few objects have their own */
    const struct cfg_audit *audit;         /* NULL: not written */
    const struct cfg_request *request;     /* NULL: the configuration names the object */
    union {
        struct cfg_segment segment;     /* SHMB_SECTION */
        struct cfg_event event;         /* SHMB_EVENT */
        struct cfg_semaphore semaphore; /* SHMB_SEMAPHORE */
        struct cfg_queue queue;         /* SHMB_QUEUE */
    } u;
};

/* True if programs of low integrity may write the object. */
static inline bool cfg_is_low(const struct cfg_object *object)
{
    return object->integrity != NULL && object->integrity->low;
}

/* Other files that belong to this one: a path whose last part may hold * and ?. */
struct cfg_include {
    const char *pattern; /* as written, relative to the file that names it */
    const char *path;    /* "include" or "include[2]": what messages call it */
    struct cfg_place place;
};

struct cfg_limit {
    uint64_t most;
    struct cfg_place place; /* line 0: nothing was written, no limit */
};

/* Limits of the whole configuration, included files counted. */
struct cfg_limits {
    struct cfg_limit objects; /* kernel objects: locks, slots and other companions count, too */
    struct cfg_limit memory;  /* bytes of all segments and queues, and of sections for snapshots */
    struct cfg_place place;   /* line 0: not written */
};

/* The file with figures for monitoring (core/metrics/metrics_text.h). */
struct cfg_metrics {
    const char *file;       /* absolute, on a drive; ends in .prom. NULL: there is none */
    uint32_t every_ms;      /* how often it is written */
    struct cfg_place place; /* line 0: not written */
};

/* The file with a line for each event, beside the event log. */
struct cfg_log {
    const char *file;       /* absolute, on a drive; ends in .log. NULL: there is none */
    uint64_t size;          /* bytes of a full file */
    uint32_t former;        /* how many full files stay: FILE.1, FILE.2, ... */
    bool json;              /* JSON Lines, else text */
    struct cfg_place place; /* line 0: not written */
};

#define CFG_VERSION       1
#define CFG_SIZE_MAX      (UINT64_C(1) << 40)
#define CFG_KEEP_MAX      (UINT64_C(1) << 30) /* of a segment with keep: reboot */
#define CFG_DOUBLE_MAX    (UINT64_C(1) << 20) /* of a segment with snapshots: double */
#define CFG_QUEUE_MAX     (UINT64_C(1) << 30) /* bytes of a queue: a 32-bit program maps all of it */
#define CFG_SAVE_LEAST    1000u               /* milliseconds between two copies of a segment */
#define CFG_SAVE_MOST     86400000u
#define CFG_MEMORY_MAX    (UINT64_C(1) << 50)
#define CFG_OBJECTS_MAX   50000u /* entries of one configuration, companions not counted */
#define CFG_TRUSTEES_MAX  256u   /* of one access list */
#define CFG_INCLUDES_MAX  100u   /* patterns of one file */
#define CFG_RULES_MAX     1000u  /* rules of one configuration */
#define CFG_PATTERNS_MAX  100u   /* patterns of one rule */
#define CFG_PATTERN_HEAD  3u  /* literal characters that a rule's pattern begins with, at least */
#define CFG_EACH_OBJECTS  20u /* each.objects, unless written */
#define CFG_EACH_MEMORY   (UINT64_C(16) << 20)
#define CFG_RATE          50u /* rate, unless written */
#define CFG_RATE_MAX      10000u
#define CFG_TOTAL_OBJECTS 1000u
#define CFG_TOTAL_MEMORY  (UINT64_C(256) << 20)
#define CFG_LOCKERS       1024u /* max_lockers, unless written; at most SHMB_SLOTS_MOST */
#define CFG_LOCKERS_ONE   16u   /* the same for a queue with one producer and one consumer */
#define CFG_HOLD_MS       600000u
#define CFG_HOLD_MS_MAX   86400000u
#define CFG_METRICS_MS    15000u /* metrics.every, unless written */
#define CFG_METRICS_MIN   1000u
#define CFG_METRICS_MAX   3600000u
#define CFG_LOG_SIZE      (UINT64_C(10) << 20) /* log.size, unless written */
#define CFG_LOG_MIN       (UINT64_C(64) << 10)
#define CFG_LOG_MAX       (UINT64_C(1) << 30)
#define CFG_LOG_FORMER    5u

struct cfg {
    struct cfg_object *objects; /* in the order of the file; none only with include */
    size_t count;
    struct cfg_rule
        *rules; /* in the order of the file; the first that has a name's pattern counts */
    size_t rule_count;
    bool foreign;     /* the name of an object or a lock is not plain ASCII */
    const char *file; /* as given to cfg_load */
    struct cfg_include *includes;
    size_t include_count;
    const struct cfg_access *directory; /* directory.access, `read` only; NULL: not written */
    struct cfg_limits limits;
    bool watch;                   /* false unless written */
    struct cfg_place watch_place; /* line 0: not written */
    uint32_t hold_ms; /* how long the keeper holds objects after the broker; 0: no keeper */
    struct cfg_place hold_place; /* line 0: not written, CFG_HOLD_MS */
    struct cfg_metrics metrics;
    struct cfg_log log;
    struct cfg_arena *arena;
};

#endif
