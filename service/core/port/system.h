/*
 * system.h - the port: everything that the core needs from the operating system, by
 * subject: files (system_files.h), objects (system_objects.h), keepers (system_keepers.h),
 * requests of programs (system_requests.h), the clock, and the broker's own process.
 *
 * The core knows Windows only through this table. service/win32 fills it for real.
 * The tests fill it with a fake that records the calls and fails on demand.
 *
 * Rules for every function:
 *   self              the table's own `self`
 *   texts             UTF-8
 *   out-parameters    cleared on entry, set only on SYS_OK
 *   why               filled on every status but SYS_OK; may be NULL
 *   threads           called from one thread at a time, the broker's
 */
#ifndef SYS_SYSTEM_H
#define SYS_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "events.h"
#include "system_files.h"
#include "system_keepers.h"
#include "system_objects.h"
#include "system_requests.h"
#include "system_status.h"

#define SYS_BOOT_MAX 40 /* bytes of the text for a boot, with its terminator */

/* Who the broker is. */
struct sys_identity {
    char owner[SYS_SID_MAX]; /* SID that becomes the owner of all objects */
    uint32_t process;        /* the broker's process id */
    uint64_t started;        /* when that process started: a FILETIME */
    char boot[SYS_BOOT_MAX]; /* differs after every boot of the machine; never empty */
};

/* Why a wait ended. The first one that is true. */
enum sys_wake {
    SYS_WAKE_STOP,
    SYS_WAKE_SUSPEND,  /* the machine is about to sleep or to hibernate */
    SYS_WAKE_RELOAD,   /* an administrator asked for a reload */
    SYS_WAKE_CHANGED,  /* watched files changed, and the changes have settled or take long */
    SYS_WAKE_SESSIONS, /* user sessions came or went */
    SYS_WAKE_KEEPER,   /* the keeper has ended */
    SYS_WAKE_REQUESTS, /* programs ask for objects (system_requests.h) */
    SYS_WAKE_TIMEOUT
};

/* The file with a line for each event. */
struct sys_log {
    const char *file; /* full path */
    uint64_t size;    /* bytes at which it is full: it becomes FILE.1, and FILE.1 FILE.2, ... */
    uint32_t former;  /* how many of those stay; at least 1 */
    bool json;        /* JSON Lines, else text */
};

struct system_clock {
    /* The system time as a FILETIME: 100 ns since 1601. It can be set back at any time. */
    uint64_t (*now)(void *self);

    /* Milliseconds since an unspecified moment. They only grow. */
    uint64_t (*ticks)(void *self);

    /* Sleeps for `ms` milliseconds. Nothing ends it early, so keep it short. */
    void (*pause)(void *self, uint32_t ms);
};

struct system {
    void *self;
    struct system_files files;
    struct system_copies copies;
    struct system_outputs outputs;
    struct system_objects objects;
    struct system_keepers keepers;
    struct system_requests requests;
    struct system_clock clock;

    /*
     * Finds out who the broker is, and chooses the owner of all objects: the service
     * SID if the token can set it, else Administrators, else SYSTEM. SYS_DENIED: the
     * token can set none of them, so the broker must not start.
     */
    enum sys_status (*identify)(void *self, struct sys_identity *out, struct sys_failure *why);

    /*
     * Makes this broker the only one on the machine, until the process ends, by a mutex
     * with this descriptor. SYS_SECOND_BROKER: another broker runs. SYS_DENIED: a foreign program
     * holds the name of the mutex. The broker may run, but cannot exclude a second one.
     */
    enum sys_status (*claim)(void *self, const struct sys_descriptor *descriptor,
                             struct sys_failure *why);

    /*
     * The bare names of the objects that an administrator asked to recreate with this
     * reload. Deletes the request, so that no later reload repeats it. SYS_DENIED: the
     * request cannot be deleted, and no names are returned. Free each name and then the
     * array with free(); no names: `*names` is NULL.
     */
    enum sys_status (*recreate_names)(void *self, char ***names, size_t *count,
                                      struct sys_failure *why);

    /* Fills `bytes` with `count` unpredictable bytes; with zeros on failure. */
    enum sys_status (*random)(void *self, void *bytes, size_t count, struct sys_failure *why);

    /*
     * Writes an event to the event log and, if there is a console, one line there.
     * `inserts` are the values of the message in the order of events.h.
     */
    void (*log)(void *self, enum event_id event, const char *const *inserts, size_t count);

    /*
     * From now on each event is also a line in this file (NULL: in none), which begins anew when it
     * is full. Call it again now and then: SYS_OK if the file is open and no write has failed
     * since; else it was opened again, or the reason. The rules of system_outputs hold.
     */
    enum sys_status (*log_file)(void *self, const struct sys_log *wanted, struct sys_failure *why);

    /* How often `log` was called with this number; UINT64_MAX: there is no such event. */
    uint64_t (*logged)(void *self, uint32_t number);

    /* How many handles the broker's process has open; 0: not known. */
    uint32_t (*handles)(void *self);

    /* Tells the service manager that starting or stopping makes progress. */
    void (*progress)(void *self);

    /* Tells the service manager that the broker runs. */
    void (*running)(void *self);

    /* True once the broker was asked to stop. Ask between two objects. */
    bool (*stopping)(void *self);

    /* At a stop. True: close everything and leave nothing to the keeper. */
    bool (*releasing)(void *self);

    /* Says whether there are segments to save before the machine shuts down. */
    void (*saves)(void *self, bool any);

    /* Says that the save which SYS_WAKE_SUSPEND asked for has ended: the machine may sleep. */
    void (*saved)(void *self);

    /*
     * Sleeps until an event of enum sys_wake, or for `ms` milliseconds (UINT32_MAX: no
     * limit). An event between two waits ends the next one at once.
     */
    enum sys_wake (*wait)(void *self, uint32_t ms);
};

#endif
