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

#define SYS_SID_MAX   192   /* "S-1-..." with its terminator */
#define SYS_BOOT_MAX  40    /* a text for one boot of the machine, with its terminator */
#define SYS_PATHS_MAX 1000u /* of one pattern */
#define SYS_TEXT_MAX  768   /* bytes of a reason: two paths and what is wrong */

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
    char
        text[SYS_TEXT_MAX]; /* the system's sentence for the code, or what is known of a conflict */
};

/* A held kernel object: a handle. One for each successful create, until close. */
struct sys_object;

/* A copy of a segment while it is written. */
struct sys_copy;

/* A security descriptor in the system's form. */
struct sys_descriptor;

/* Who the broker is. */
struct sys_identity {
    char owner[SYS_SID_MAX]; /* SID to be written as owner of all objects */
    uint32_t process;        /* the broker's process, and */
    uint64_t started;        /* when that was made: a FILETIME. Together never used twice */
    char boot[SYS_BOOT_MAX]; /* another text after every boot of the machine; never empty */
};

/* A process that holds what the broker holds, too: its keeper. */
struct sys_keeper {
    uint32_t process;
    uint64_t started; /* when it was made: a FILETIME. Together never used twice */
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

/* Why a wait ended. Where several are true, the first. */
enum sys_wake {
    SYS_WAKE_STOP,
    SYS_WAKE_RELOAD,   /* somebody who may asked for the configuration to be read again */
    SYS_WAKE_CHANGED,  /* watched files changed, and have been left alone or take long */
    SYS_WAKE_SESSIONS, /* sessions of users came or went */
    SYS_WAKE_KEEPER,   /* the keeper has ended */
    SYS_WAKE_TIMEOUT
};

struct system {
    void *self;

    /*
     * Finds out who the broker is, and chooses the owner of all objects: the
     * service SID where the token can set it, else Administrators, else SYSTEM.
     * SYS_DENIED: the token can set none of them, so the broker must not start.
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
     * caller, who frees it with free(). SYS_NOT_FOUND; SYS_DENIED, also for a file
     * that others than administrators may change or replace (file_rules.h);
     * SYS_FAILED also for a file beyond the limit.
     */
    enum sys_status (*read_file)(void *self, const char *path, size_t limit, char **content,
                                 size_t *length, struct sys_failure *why);

    /*
     * `path` as an absolute one, from the folder of the file `base` (absolute)
     * where it is relative; from the current folder where `base` is NULL. The
     * file need not exist. `*out` is freed with free(). SYS_FAILED also for a
     * path that depends on a current folder although there is a base (C:x).
     */
    enum sys_status (*resolve_path)(void *self, const char *base, const char *path, char **out,
                                    struct sys_failure *why);

    /*
     * The files a pattern of config/pattern.h means, from the folder of the
     * file `base` (absolute) where it is relative: absolute paths, sorted by
     * name without case, folders and hidden files left out. A folder that does
     * not exist has no files, one that others may add files to is SYS_DENIED. A
     * pattern without wildcards is one path, whether the file exists or not. More than
     * SYS_PATHS_MAX: SYS_FAILED. Each path, and then the array, are freed with free(); none:
     * `*paths` is NULL.
     */
    enum sys_status (*expand)(void *self, const char *base, const char *pattern, char ***paths,
                              size_t *count, struct sys_failure *why);

    /*
     * The broker's own files: by a plain name of letters, digits, dots and
     * hyphens, in a folder that only administrators, SYSTEM and the service may
     * write. What a stranger owns there is SYS_DENIED. All of it is on the disk
     * when a call returns SYS_OK.
     *
     * state_read     as read_file. SYS_NOT_FOUND: no such file
     * state_write    replaces a file as a whole, or makes it: after a failure or a
     *                crash it is the old one or the new one, never a mixture
     * state_append   adds to the end of a file, or makes it. After a failure or a
     *                crash any part of what was added may be there
     */
    enum sys_status (*state_read)(void *self, const char *name, size_t limit, char **content,
                                  size_t *length, struct sys_failure *why);
    enum sys_status (*state_write)(void *self, const char *name, const void *bytes, size_t length,
                                   struct sys_failure *why);
    enum sys_status (*state_append)(void *self, const char *name, const void *bytes, size_t length,
                                    struct sys_failure *why);

    /*
     * Copies of segments: files by names as above, in another folder with the same
     * protection.
     *
     * copy_read     as state_read. SYS_LATER: somebody keeps the file to himself now
     * copy_create   makes an empty file, in place of one of that name
     * copy_write    adds bytes to its end
     * copy_flush    all that was written is on the disk when it returns SYS_OK;
     *               before that, a crash can leave any part of it, or none
     * copy_close    ends the writing. NULL is allowed
     * copy_settle   the same as copy_flush, for a file that somebody wrote before:
     *               a broker that was killed may not have come so far
     * copy_rename   gives a file another name, in place of one that has it: after a
     *               crash the one or the other, and done when it returns SYS_OK.
     *               SYS_NOT_FOUND: there is no file of that name
     */
    enum sys_status (*copy_read)(void *self, const char *name, size_t limit, char **content,
                                 size_t *length, struct sys_failure *why);
    enum sys_status (*copy_create)(void *self, const char *name, struct sys_copy **out,
                                   struct sys_failure *why);
    enum sys_status (*copy_write)(void *self, struct sys_copy *copy, const void *bytes,
                                  size_t length, struct sys_failure *why);
    enum sys_status (*copy_flush)(void *self, struct sys_copy *copy, struct sys_failure *why);
    void (*copy_close)(void *self, struct sys_copy *copy);
    enum sys_status (*copy_settle)(void *self, const char *name, struct sys_failure *why);
    enum sys_status (*copy_rename)(void *self, const char *from, const char *to,
                                   struct sys_failure *why);

    /* From now on there is, or is not, something to be saved before the machine goes down. */
    void (*saves)(void *self, bool any);

    /*
     * From now on a change of one of these files, or of one that a pattern among
     * them means, ends a wait; the paths watched before no longer count, `count`
     * 0: none. Absolute paths, as from resolve_path. Anything but SYS_OK speaks
     * of the first folder that cannot be watched now; the others are watched, and
     * that one is tried again at times (its coming into being is a change).
     * SYS_NO_MEMORY: nothing is watched.
     */
    enum sys_status (*watch)(void *self, const char *const *paths, size_t count,
                             struct sys_failure *why);

    /*
     * The bare names a person asked to be made anew with this reload; they are
     * forgotten with that, so that no later reload does it again. Freed as the
     * paths of expand; none: `*names` is NULL. What cannot be forgotten is not
     * given either, but SYS_DENIED.
     */
    enum sys_status (*recreate_names)(void *self, char ***names, size_t *count,
                                      struct sys_failure *why);

    /*
     * The SID of an account or group ("CORP\Traders"), as "S-1-...". SYS_NOT_FOUND:
     * there is none. SYS_LATER: not known now, or a stop came first. May take long:
     * it makes progress visible meanwhile.
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
    enum sys_status (*audit)(void *self, struct sys_object *object, const char *entries, bool on,
                             struct sys_failure *why);

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

    /*
     * Starts a process that is the keeper from now on. It holds nothing yet, and
     * is tied to the broker where the system allows: it ends with it, however that
     * comes, also in the middle of this call. A former keeper goes on holding what
     * it holds until keeper_end. On anything but SYS_OK the former one is still the
     * keeper.
     */
    enum sys_status (*keeper_make)(void *self, uint32_t hold_ms, struct sys_keeper *out,
                                   struct sys_failure *why);

    /*
     * To be called when the keeper is remembered: from now on it outlives the
     * broker, and ends by itself `hold_ms` milliseconds after it. Else it is still
     * tied.
     */
    enum sys_status (*keeper_settle)(void *self, struct sys_failure *why);

    /*
     * Gives the keeper a handle of every object that is held and it does not have
     * yet; `*held` is how many it has then, on any status. To be called when all
     * that is held is whole and recorded. SYS_NOT_FOUND: there is no keeper, or it
     * has ended.
     */
    enum sys_status (*keep)(void *self, size_t *held, struct sys_failure *why);

    /*
     * Ends a keeper, this broker's or a former one's, and waits until it is gone.
     * SYS_OK also where it is gone already. No process but a keeper is ever ended.
     */
    enum sys_status (*keeper_end)(void *self, const struct sys_keeper *keeper,
                                  struct sys_failure *why);

    /*
     * The keepers of brokers with the same files of their own (state_read) that have
     * ended, as far as their processes can be found and ended, whether anybody
     * remembers them or not; to be freed with free().
     */
    enum sys_status (*keepers_left)(void *self, struct sys_keeper **found, size_t *count,
                                    struct sys_failure *why);

    /* From now on `close` gives up only the broker's own handle. */
    void (*leave)(void *self);

    /* Asked at a stop. True: everything is to be let go of, nothing left to the keeper. */
    bool (*releasing)(void *self);

    /* `count` bytes that nobody can foresee; zeros where it fails. */
    enum sys_status (*random)(void *self, void *bytes, size_t count, struct sys_failure *why);

    /* The system's clock as FILETIME: 100 ns since 1601. It may be set back at any time. */
    uint64_t (*now)(void *self);

    /* Milliseconds since some time in the past, that nobody can set. */
    uint64_t (*ticks)(void *self);

    /* Sleeps, whatever happens meanwhile; for moments only. */
    void (*pause)(void *self, uint32_t ms);

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

    /*
     * Sleeps until something of enum sys_wake happens, or for `ms` milliseconds
     * (UINT32_MAX: for ever). What happens between two waits ends the next one.
     */
    enum sys_wake (*wait)(void *self, uint32_t ms);
};

#endif
