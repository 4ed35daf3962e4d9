/*
 * system.h - the port: all that the core needs from the operating system, by subject:
 * files (system_files.h), objects (system_objects.h), keepers (system_keepers.h), the
 * clock, and the broker's own life.
 *
 * The core is pure and knows Windows only through this table. service/win32
 * fills it for real; the tests fill it with one that records what was asked
 * and fails on demand.
 *
 * Rules for every function. `self` is the table's own `self`. Texts are UTF-8.
 * An out-parameter is cleared on entry and set only on SYS_OK. On any other
 * status, functions that take a `struct sys_failure *why` fill it; why may be
 * NULL. Functions are called from one thread at a time, the broker's.
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
#include "system_status.h"

#define SYS_BOOT_MAX 40 /* a text for one boot of the machine, with its terminator */

/* Who the broker is. */
struct sys_identity {
    char owner[SYS_SID_MAX]; /* SID to be written as owner of all objects */
    uint32_t process;        /* the broker's process, and */
    uint64_t started;        /* when that was made: a FILETIME. Together never used twice */
    char boot[SYS_BOOT_MAX]; /* another text after every boot of the machine; never empty */
};

/* Why a wait ended. Where several are true, the first. */
enum sys_wake {
    SYS_WAKE_STOP,
    SYS_WAKE_RELOAD,   /* somebody who may asked for the configuration to be read again */
    SYS_WAKE_CHANGED,  /* watched files changed, and have been left alone or take long */
    SYS_WAKE_SESSIONS, /* sessions of users came or went */
    SYS_WAKE_KEEPER,   /* the keeper has ended */
    SYS_WAKE_TIMEOUT
};

struct system_clock {
    /* The system's clock as FILETIME: 100 ns since 1601. It may be set back at any time. */
    uint64_t (*now)(void *self);

    /* Milliseconds since some time in the past, that nobody can set. */
    uint64_t (*ticks)(void *self);

    /* Sleeps, whatever happens meanwhile; for moments only. */
    void (*pause)(void *self, uint32_t ms);
};

struct system {
    void *self;
    struct system_files files;
    struct system_copies copies;
    struct system_objects objects;
    struct system_keepers keepers;
    struct system_clock clock;

    /*
     * Finds out who the broker is, and chooses the owner of all objects: the
     * service SID where the token can set it, else Administrators, else SYSTEM.
     * SYS_DENIED: the token can set none of them, so the broker must not start.
     */
    enum sys_status (*identify)(void *self, struct sys_identity *out, struct sys_failure *why);

    /*
     * Makes this broker the only one of the machine, until the process ends.
     * SYS_SECOND_BROKER: another one runs. SYS_DENIED: the name that decides is held by
     * a stranger; the broker may go on, but cannot know whether it is alone.
     */
    enum sys_status (*claim)(void *self, const struct sys_descriptor *descriptor,
                             struct sys_failure *why);

    /*
     * The bare names a person asked to be made anew with this reload; they are
     * forgotten with that, so that no later reload does it again. Freed as the
     * paths of expand; none: `*names` is NULL. What cannot be forgotten is not
     * given either, but SYS_DENIED.
     */
    enum sys_status (*recreate_names)(void *self, char ***names, size_t *count,
                                      struct sys_failure *why);

    /* `count` bytes that nobody can foresee; zeros where it fails. */
    enum sys_status (*random)(void *self, void *bytes, size_t count, struct sys_failure *why);

    /*
     * Tells the operator: event log and, in a console, one line. `inserts` are
     * the values of the message in the order of events.h.
     */
    void (*log)(void *self, enum event_id event, const char *const *inserts, size_t count);

    /* Life cycle, seen by the service manager. progress: still starting or stopping. */
    void (*progress)(void *self);
    void (*running)(void *self);

    /* True once somebody asked the broker to stop; asked between two objects. */
    bool (*stopping)(void *self);

    /* Asked at a stop. True: everything is to be let go of, nothing left to the keeper. */
    bool (*releasing)(void *self);

    /* From now on there is, or is not, something to be saved before the machine goes down. */
    void (*saves)(void *self, bool any);

    /*
     * Sleeps until something of enum sys_wake happens, or for `ms` milliseconds
     * (UINT32_MAX: for ever). What happens between two waits ends the next one.
     */
    enum sys_wake (*wait)(void *self, uint32_t ms);
};

#endif
