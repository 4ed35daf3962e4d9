/*
 * system_objects.h - the port, objects: accounts, descriptors, named kernel objects, and
 * links to them in sessions. The rules of system.h hold.
 */
#ifndef SYS_SYSTEM_OBJECTS_H
#define SYS_SYSTEM_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "system_status.h"

#define SYS_SID_MAX 192 /* "S-1-..." with its terminator */

/* A handle of a kernel object that the broker holds, from create, inspect or link to close. */
struct sys_object;

/* A security descriptor in the system's form. */
struct sys_descriptor;

/* What is in a queue (client/sync/queue_layout.h); the port has no use for it. */
struct sys_queue {
    uint32_t slots, slot_size, flags;
};

/* An object to create. */
struct sys_spec {
    const char *name; /* bare: without Global\, which the port adds */
    uint64_t size;    /* section, queue: bytes */
    struct sys_queue queue;
    int32_t initial, maximum; /* semaphore */
    enum shmb_kind kind;      /* a queue is made as a section */
    bool manual_reset, set;   /* event; `set`: signalled from the start */
};

/* Content of a section: `length` bytes, then `fill` up to `size`. */
struct sys_content {
    const uint8_t *bytes;
    size_t length;
    uint8_t fill;
    uint64_t size;
    bool stoppable; /* a stop ends the writing: nobody needs what is not written */
};

/* What is known of an existing object. */
struct sys_facts {
    enum shmb_kind kind;     /* for the kernel. SHMB_KIND_COUNT: another kind, or not known */
    uint64_t size;           /* section: bytes, rounded up to whole pages */
    bool manual_reset;       /* event */
    int32_t maximum;         /* semaphore: greatest count */
    char owner[SYS_SID_MAX]; /* SID; empty: not known, or none */
    bool kept;               /* read through the handle of a keeper: it is the broker's object,
                                whoever owns it now */
    /*
     * Owner, DACL and integrity label as "O:<SID>D:...", without the group. SIDs and
     * masks are written as in descriptor.h, so that equal access gives equal text. Free
     * with free(). NULL: not known.
     */
    char *sddl;
};

struct system_objects {
    /*
     * Looks up the SID of an account or group ("CORP\Traders"), as "S-1-...".
     * SYS_NOT_FOUND: no such account. SYS_LATER: cannot be looked up now, or the broker
     * was asked to stop. Can take long; reports progress meanwhile.
     */
    enum sys_status (*resolve_account)(void *self, const char *account, char sid[SYS_SID_MAX],
                                       struct sys_failure *why);

    /* A descriptor from its SDDL text. Free it with descriptor_free (NULL is allowed). */
    enum sys_status (*descriptor_make)(void *self, const char *sddl, struct sys_descriptor **out,
                                       struct sys_failure *why);
    void (*descriptor_free)(void *self, struct sys_descriptor *descriptor);

    /*
     * Creates a named object with exactly this descriptor. Never opens an existing one.
     * SYS_TAKEN: the name exists, for an object of any kind; `why->text` says what is
     * known of its holder. A new mutex has no owner, a new event is not signalled.
     */
    enum sys_status (*create)(void *self, const struct sys_spec *spec,
                              const struct sys_descriptor *descriptor, struct sys_object **out,
                              struct sys_failure *why);

    /*
     * Opens an existing object of any kind with all rights, and says what it is. `likely` is
     * the kind to try first; SHMB_KIND_COUNT: not known. Does not decide whether it is ours. `*out`
     * is a handle as from create. SYS_NOT_FOUND: the name is free. SYS_DENIED: the object cannot be
     * opened. Unlike other out-parameters,
     * `*facts` holds what is known on every status: always free its `sddl`.
     */
    enum sys_status (*inspect)(void *self, const char *name, enum shmb_kind likely,
                               struct sys_facts *facts, struct sys_object **out,
                               struct sys_failure *why);

    /*
     * Writes the initial content of a new section, which is all zero before. Reports progress.
     * SYS_LATER, only with `stoppable`: the broker was asked to stop.
     */
    enum sys_status (*fill)(void *self, struct sys_object *section,
                            const struct sys_content *content, struct sys_failure *why);

    /* Reads `length` bytes of a held section. Other processes may write them meanwhile. */
    enum sys_status (*peek)(void *self, struct sys_object *section, uint64_t offset, void *bytes,
                            size_t length, struct sys_failure *why);

    /*
     * The current access of a held object, as `sddl` of sys_facts. Reads it through the
     * handle, so it works even if a client has removed all rights. Free with free().
     */
    enum sys_status (*examine)(void *self, struct sys_object *object, char **sddl,
                               struct sys_failure *why);

    /* Replaces owner, DACL and integrity label of a held object by the descriptor's. */
    enum sys_status (*protect)(void *self, struct sys_object *object,
                               const struct sys_descriptor *descriptor, struct sys_failure *why);

    /*
     * Adds audit entries (SDDL, "S:(AU;...)") to a held object (`on`), or removes those of
     * them that it has. Other entries and the integrity label stay as they are.
     * SYS_DENIED: the broker lacks the privilege.
     */
    enum sys_status (*set_auditing)(void *self, struct sys_object *object, const char *entries,
                                    bool on, struct sys_failure *why);

    /* Sets a held event (`on`), or resets it. A failure is ignored. */
    void (*signal)(void *self, struct sys_object *event, bool on);

    /*
     * Maps the first `size` bytes of a held section for reading and writing. Call unmap
     * (NULL is allowed) before the section is closed.
     */
    enum sys_status (*map)(void *self, struct sys_object *section, size_t size, void **view,
                           struct sys_failure *why);
    void (*unmap)(void *self, void *view);

    /*
     * The sessions that have a namespace of their own, in ascending order. Free the array
     * with free(); none: `*sessions` is NULL.
     */
    enum sys_status (*sessions)(void *self, uint32_t **sessions, size_t *count,
                                struct sys_failure *why);

    /*
     * Creates a link in a session, with this descriptor: its plain `name` leads to
     * Global\name. Adopts an existing link to the same target whose owner is trusted. `*out`
     * ends with close, and the link with it. SYS_TAKEN: the session uses the name for
     * something else. SYS_NOT_FOUND: the session is gone. SYS_DENIED: the service account
     * may not create links there.
     */
    enum sys_status (*link)(void *self, uint32_t session, const char *name,
                            const struct sys_descriptor *descriptor, struct sys_object **out,
                            struct sys_failure *why);

    /*
     * How many handles of a held object others than the broker and its keepers have open. A view
     * without a handle does not count. On failure `*count` is 0.
     */
    enum sys_status (*opened)(void *self, struct sys_object *object, uint32_t *count,
                              struct sys_failure *why);

    /*
     * Closes the broker's handle of an object, and the keeper's handle of it. The object
     * exists as long as a client has it open. NULL is allowed.
     */
    void (*close)(void *self, struct sys_object *object);
};

#endif
