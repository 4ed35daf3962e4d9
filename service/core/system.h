/*
 * system.h - the port: all that the core needs from the operating system.
 *
 * The core is pure and knows Windows only through this table. service/win32
 * fills it for real; the tests fill it with one that records what was asked
 * and fails on demand.
 *
 * Rules for every function. `self` is the table's own `self`. Texts are UTF-8.
 * An out-parameter is cleared on entry and set only on SYS_OK. On any other
 * status, functions that take a `struct sys_failure` fill it. Functions are
 * called from one thread at a time, the broker's.
 */
#ifndef SYS_SYSTEM_H
#define SYS_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "events.h"

#define SYS_SID_MAX 192 /* "S-1-..." with its terminator */

enum sys_status {
    SYS_OK,
    SYS_TAKEN,     /* the name is held by an object the broker did not make */
    SYS_DENIED,    /* the broker lacks a right */
    SYS_NOT_FOUND, /* no such account, no such file */
    SYS_LATER,     /* cannot be known now: a domain controller does not answer */
    SYS_NO_MEMORY, /* memory, commit limit, handles */
    SYS_FAILED
};

/* What failed, for the person who has to act on it. */
struct sys_failure {
    uint32_t code;    /* the system's own number (Win32); 0: none */
    const char *call; /* static: the call that failed, such as "CreateFileMappingW" */
    char text[256];   /* the system's sentence for the code, or what is known of a conflict */
};

/* A held kernel object: a handle. One for each successful create, until close. */
struct sys_object;

/* A security descriptor in the system's form. */
struct sys_descriptor;

/* Who the broker is, as far as descriptors are concerned. */
struct sys_identity {
    char owner[SYS_SID_MAX]; /* SID to be written as owner of all objects */
};

/* An object to be made. */
struct sys_spec {
    enum shmb_kind kind;
    const char *name;         /* bare; the port puts Global\ before it */
    uint64_t size;            /* section: bytes */
    bool manual_reset;        /* event */
    int32_t initial, maximum; /* semaphore */
};

/* Content of a section: `length` bytes, then `fill` up to `size`. */
struct sys_content {
    const uint8_t *bytes;
    size_t length;
    uint8_t fill;
    uint64_t size;
};

/* Why a wait ended. */
enum sys_wake { SYS_WAKE_STOP, SYS_WAKE_TIMEOUT };

struct system {
    void *self;

    /*
     * Chooses the owner of all objects: the service SID where the token can set
     * it, else Administrators, else SYSTEM. SYS_DENIED: the token can set none
     * of them, so the broker must not start.
     */
    enum sys_status (*identify)(void *self, struct sys_identity *out, struct sys_failure *why);

    /*
     * Makes this broker the only one of the machine, until the process ends.
     * SYS_TAKEN: another one runs. SYS_DENIED: the name that decides is held by
     * a stranger; the broker may go on, but cannot know whether it is alone.
     */
    enum sys_status (*claim)(void *self, const struct sys_descriptor *descriptor,
                             struct sys_failure *why);

    /*
     * Reads a whole file of at most `limit` bytes. The content belongs to the
     * caller, who frees it with free(). SYS_NOT_FOUND, SYS_DENIED; SYS_FAILED
     * also for a file beyond the limit.
     */
    enum sys_status (*read_file)(void *self, const char *path, size_t limit, char **content,
                                 size_t *length, struct sys_failure *why);

    /*
     * The SID of an account or group ("CORP\Traders"), as "S-1-...". SYS_NOT_FOUND:
     * there is none. SYS_LATER: not known now. May take long.
     */
    enum sys_status (*resolve)(void *self, const char *account, char sid[SYS_SID_MAX],
                               struct sys_failure *why);

    /* A descriptor from its SDDL text; ended with descriptor_free (NULL is allowed). */
    enum sys_status (*descriptor_make)(void *self, const char *sddl, struct sys_descriptor **out,
                                       struct sys_failure *why);
    void (*descriptor_free)(void *self, struct sys_descriptor *descriptor);

    /*
     * Makes a new named object with exactly this descriptor. Never opens one:
     * a name that exists, as whatever kind, is SYS_TAKEN and `why->text` says
     * what is known of the holder. A mutex is made without an owner, an event
     * not signalled.
     */
    enum sys_status (*create)(void *self, const struct sys_spec *spec,
                              const struct sys_descriptor *descriptor, struct sys_object **out,
                              struct sys_failure *why);

    /* Writes the content of a new section, which holds zeros. */
    enum sys_status (*fill)(void *self, struct sys_object *section,
                            const struct sys_content *content, struct sys_failure *why);

    /* Replaces the descriptor's DACL of a held object. */
    enum sys_status (*protect)(void *self, struct sys_object *object,
                               const struct sys_descriptor *descriptor, struct sys_failure *why);

    /* Gives up a held object. It lives on while a client holds it. NULL is allowed. */
    void (*close)(void *self, struct sys_object *object);

    /*
     * Tells the operator: event log and, in a console, one line. `inserts` are
     * the values of the message in the order of events.h.
     */
    void (*report)(void *self, enum event_id event, const char *const *inserts, size_t count);

    /* Life cycle, seen by the service manager. progress: still starting or stopping. */
    void (*progress)(void *self);
    void (*running)(void *self);

    /* True once somebody asked the broker to stop; asked between two objects. */
    bool (*stopping)(void *self);

    /* Sleeps until asked to stop, or for `ms` milliseconds (UINT32_MAX: for ever). */
    enum sys_wake (*wait)(void *self, uint32_t ms);
};

#endif
