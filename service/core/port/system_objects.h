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

/* A held kernel object: a handle. One for each successful create, until close. */
struct sys_object;

/* A security descriptor in the system's form. */
struct sys_descriptor;

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

/* What an object that exists turned out to be. */
struct sys_facts {
    enum shmb_kind kind;     /* SHMB_KIND_COUNT: none of the four, or not known */
    uint64_t size;           /* section: bytes, rounded up to whole pages */
    bool manual_reset;       /* event */
    int32_t maximum;         /* semaphore: greatest count */
    char owner[SYS_SID_MAX]; /* empty: not known, or none */
    /*
     * Owner, DACL and integrity label, "O:<SID>D:..." without a group: SIDs and
     * masks are spelled as descriptor.h spells them, so that equal access gives
     * equal text. To be freed with free(). NULL: not known.
     */
    char *sddl;
};

struct system_objects {
    /*
     * The SID of an account or group ("CORP\Traders"), as "S-1-...". SYS_NOT_FOUND:
     * there is none. SYS_LATER: not known now, or a stop came first. May take long:
     * it makes progress visible meanwhile.
     */
    enum sys_status (*resolve_account)(void *self, const char *account, char sid[SYS_SID_MAX],
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

    /*
     * Opens an object that exists, of whatever kind, with all rights, so that it
     * can be kept and its access changed, and says what it is; judges nothing.
     * `*out` is one more handle, as from create. SYS_NOT_FOUND: the name is free.
     * SYS_DENIED: the object may not be opened. `*facts` is cleared on entry and,
     * unlike other out-parameters, filled as far as is known on every status.
     */
    enum sys_status (*inspect)(void *self, const char *name, struct sys_facts *facts,
                               struct sys_object **out, struct sys_failure *why);

    /* Writes the content of a new section, which holds zeros. */
    enum sys_status (*fill)(void *self, struct sys_object *section,
                            const struct sys_content *content, struct sys_failure *why);

    /* Reads `length` bytes of a held section, as they are while others write them. */
    enum sys_status (*peek)(void *self, struct sys_object *section, uint64_t offset, void *bytes,
                            size_t length, struct sys_failure *why);

    /*
     * The access a held object has now, as `sddl` of sys_facts, asked for through
     * the handle: who has taken all rights away from everybody cannot hide it. To
     * be freed with free().
     */
    enum sys_status (*examine)(void *self, struct sys_object *object, char **sddl,
                               struct sys_failure *why);

    /* Replaces owner, DACL and integrity label of a held object by the descriptor's. */
    enum sys_status (*protect)(void *self, struct sys_object *object,
                               const struct sys_descriptor *descriptor, struct sys_failure *why);

    /*
     * Adds audit entries (SDDL, "S:(AU;...)") to a held object, or takes away those of
     * them that it has; other entries and the integrity label stay as they are.
     * SYS_DENIED: the broker has no privilege for that.
     */
    enum sys_status (*set_auditing)(void *self, struct sys_object *object, const char *entries,
                                    bool on, struct sys_failure *why);

    /*
     * Maps the first `size` bytes of a held section, to be read and written;
     * ended with unmap (NULL is allowed), before the section is closed.
     */
    enum sys_status (*map)(void *self, struct sys_object *section, size_t size, void **view,
                           struct sys_failure *why);
    void (*unmap)(void *self, void *view);

    /*
     * The sessions that have names of their own, in ascending order, to be freed
     * with free(); none: `*sessions` is NULL.
     */
    enum sys_status (*sessions)(void *self, uint32_t **sessions, size_t *count,
                                struct sys_failure *why);

    /*
     * Makes the plain `name` (bare) of a session lead to Global\name, by a link
     * with this descriptor; `*out` is ended with close, and the link goes with it.
     * A link that leads there already and has the same owner is taken over.
     * SYS_TAKEN: the session has something else under the name; SYS_NOT_FOUND:
     * the session is gone; SYS_DENIED: the account may not make links there.
     */
    enum sys_status (*link)(void *self, uint32_t session, const char *name,
                            const struct sys_descriptor *descriptor, struct sys_object **out,
                            struct sys_failure *why);

    /*
     * Gives up a held object, the keeper's handle of it included. It lives on
     * while a client holds it. NULL is allowed.
     */
    void (*close)(void *self, struct sys_object *object);
};

#endif
