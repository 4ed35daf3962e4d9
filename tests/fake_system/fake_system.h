/*
 * fake_system.h - a port without a system behind it: it models the kernel's
 * table of names, records every call, and fails on demand.
 *
 * It also checks what it is asked: a dead descriptor, a second close, a fill
 * of something that is no new section fail the test at once; whatever is still
 * held or mapped when the fake is freed fails it too.
 */
#ifndef FAKE_SYSTEM_H
#define FAKE_SYSTEM_H

#include "fake_disk.h"
#include "system.h"

enum fake_call {
    FAKE_IDENTIFY, /* from here on: calls that can fail */
    FAKE_CLAIM,
    FAKE_READ_FILE,
    FAKE_RESOLVE_PATH,
    FAKE_EXPAND,
    FAKE_STATE_READ,
    FAKE_STATE_WRITE,
    FAKE_STATE_APPEND,
    FAKE_OUTPUT_WRITE,
    FAKE_OUTPUT_REMOVE,
    FAKE_LOG_FILE,
    FAKE_COPY_READ,
    FAKE_COPY_CREATE,
    FAKE_COPY_WRITE,
    FAKE_COPY_FLUSH,
    FAKE_COPY_SETTLE,
    FAKE_COPY_RENAME,
    FAKE_WATCH,
    FAKE_RECREATE_NAMES,
    FAKE_RESOLVE,
    FAKE_DESCRIPTOR,
    FAKE_CREATE,
    FAKE_INSPECT,
    FAKE_FILL,
    FAKE_PEEK,
    FAKE_EXAMINE,
    FAKE_PROTECT,
    FAKE_AUDIT,
    FAKE_MAP,
    FAKE_RANDOM,
    FAKE_SESSIONS,
    FAKE_LINK,
    FAKE_KEEPER_MAKE,
    FAKE_KEEPER_SETTLE,
    FAKE_KEEP,
    FAKE_KEEPER_END,
    FAKE_KEEPERS_LEFT,
    FAKE_KEEPER_FETCH,
    FAKE_OPENED,
    FAKE_LISTEN,
    FAKE_ALLOWED,
    FAKE_CLOSE, /* from here on: calls that cannot */
    FAKE_UNMAP,
    FAKE_SIGNAL,
    FAKE_COPY_CLOSE,
    FAKE_PAUSE,
    FAKE_REPORT,
    FAKE_PROGRESS,
    FAKE_RUNNING,
    FAKE_SAVED,
    FAKE_WAIT,
    FAKE_ANSWER,
    FAKE_CALL_COUNT
};

#define FAKE_CAN_FAIL FAKE_CLOSE /* how many kinds of calls can fail */
#define FAKE_CODE     1455u      /* of every failure made on demand */
#define FAKE_PROCESS  4711u      /* the broker's process */
#define FAKE_STARTED  UINT64_C(133000000000000000)

/* One recorded call; `name` is what it was about: an object, an account, an SDDL text. */
struct fake_record {
    enum fake_call call;
    enum sys_status status;
    char *name;
};

struct fake_event {
    enum event_id id;
    char *inserts[4];
    size_t count;
};

/* Keepers of one fake, numbered from 0; their process is FAKE_KEEPER and the number. */
#define FAKE_KEEPERS 64u
#define FAKE_KEEPER  9000u

/* An entry of the table of names. */
struct fake_object {
    char *name;
    struct sys_spec spec;
    bool stranger;    /* made by fake_occupy */
    char *first_sddl; /* as created */
    char *sddl;       /* now */
    char *audit;      /* its audit entries; NULL: none */
    uint8_t *content; /* of a section that was filled or mapped, else NULL */
    size_t content_length;
    bool filled;
    bool signalled;              /* an event */
    bool gone;                   /* the name is free again */
    unsigned kept[FAKE_KEEPERS]; /* handles that keepers have, those that live */
    unsigned handles, clients;   /* who has it open: the broker, others */
    size_t serial;               /* no other object has it */
};

struct fake;

/* Frees with checks; both end the test where they cannot do their work. */
struct fake *fake_new(void);
void fake_free(struct fake *fake);
const struct system *fake_system(struct fake *fake);

/* The world. */
void fake_owner(struct fake *fake, const char *sid); /* "S-1-5-32-544" until told otherwise */
void fake_account(struct fake *fake, const char *name, const char *sid);
/* Paths are Windows paths; the current folder is "C:\here". */
void fake_file(struct fake *fake, const char *path, const char *text);
void fake_file_gone(struct fake *fake, const char *path);
/* Its text, also of one that the broker wrote; NULL: there is none. */
const char *fake_file_text(const struct fake *fake, const char *path);
/*
 * Another program holds a file, a pattern's folder or a file of the state from now on for so
 * long (UINT32_MAX: until the fake ends): reading it gives SYS_LATER. By the name the broker uses.
 */
void fake_hold(struct fake *fake, const char *name, uint32_t ms);
void fake_clock(struct fake *fake, uint64_t time); /* stands still until told otherwise */
void fake_occupy(struct fake *fake, const char *name, enum shmb_kind kind, const char *holder);
void fake_vacate(struct fake *fake, const char *name);

/* The machine starts anew as "boot-1" until told otherwise. */
void fake_boot(struct fake *fake, const char *boot);
/* A file of the broker's own; NULL: there is none. */
void fake_state_file(struct fake *fake, const char *name, const char *text);
const char *fake_state_text(const struct fake *fake, const char *name);
bool fake_state_flushed(const struct fake *fake); /* was the last addition to be flushed? */
/* A session of a user begins or ends; its link to Global\X is the object "N\X". */
void fake_session(struct fake *fake, uint32_t session, bool there);
/* The folder of the copies; and another one instead, which the fake then owns. */
struct fake_disk *fake_disk(struct fake *fake);
void fake_use_disk(struct fake *fake, struct fake_disk *disk);
/* The disk is the caller's from then on; the fake has an empty one. */
struct fake_disk *fake_take_disk(struct fake *fake);
/* What the broker said last: is there something to be saved at the end? */
bool fake_saves(const struct fake *fake);
/* Called in the middle of each peek, at the end of each pause, and when the service runs. */
void fake_on_busy(struct fake *fake, void (*on_busy)(struct fake *fake, enum fake_call call));
/* A client with the right to it changes the access of an object: "O:...G:...D:...". */
void fake_change_access(struct fake *fake, const char *name, const char *sddl);
/* A client has an object open: the name lives on without the broker. */
void fake_client_open(struct fake *fake, const char *name);
void fake_client_close(struct fake *fake, const char *name);
/*
 * From now on each look-up of an account takes so long; the port makes progress
 * visible every second, and a stop ends it.
 */
void fake_hang(struct fake *fake, uint32_t ms);
/* The time that has passed; and the longest one before a sign of progress. */
uint64_t fake_ticks(const struct fake *fake);
uint64_t fake_silence(const struct fake *fake);
/* A name a person wants made anew with the next reload. */
void fake_anew(struct fake *fake, const char *name);
/* What is asked at a stop: until told otherwise everything is to be let go of. */
void fake_release(struct fake *fake, bool release);
/* A keeper is killed, or its time is over. */
void fake_keeper_dies(struct fake *fake, size_t number);
/* From now on no keeper can be tied to its broker; one made in a crash stays, unknown to all. */
void fake_no_ties(struct fake *fake);
/* How many keepers were made, how many of them live. */
size_t fake_keepers_made(const struct fake *fake);
size_t fake_keepers_alive(const struct fake *fake);
uint32_t fake_keeper_hold(const struct fake *fake, size_t number); /* its hold_ms; 0: dead */
/* The next wait ends with this, unless with a stop; to be called in on_wait, or before it. */
void fake_wake(struct fake *fake, enum sys_wake wake);

/* The n-th call that can fail, counted from 1, of whatever kind, fails. 0: none. */
void fake_fail_nth(struct fake *fake, size_t n, enum sys_status status);
/*
 * With the n-th call that can fail, counted from 1 and from now on, the broker's
 * process is killed: nothing that it does from there on has any effect but that its
 * own handles are closed. 0: it is alive again.
 */
void fake_crash_nth(struct fake *fake, size_t n);
/* Each call of this kind about `name` (NULL: any) fails until fake_mend. One rule at a time. */
void fake_fail(struct fake *fake, enum fake_call call, const char *name, enum sys_status status);
void fake_mend(struct fake *fake);

/*
 * Somebody asks the broker to stop when `n` calls of this kind have been made;
 * until told otherwise at the first wait.
 */
void fake_stop_at(struct fake *fake, enum fake_call call, size_t n);
/* Called at the beginning of each wait, numbered from 1. */
void fake_on_wait(struct fake *fake, void (*on_wait)(struct fake *fake, size_t number));

/*
 * Called after each call that changed the world others see: create, fill,
 * protect, map, unmap, close. What the broker wrote through a view is there.
 */
void fake_on_effect(struct fake *fake, void (*on_effect)(struct fake *fake));

/*
 * A program of an account sends a message through the pipe, which must exist, and waits; the next
 * wait ends. Returns its number, from 1.
 */
size_t fake_send(struct fake *fake, const char *sid, const void *bytes, size_t length);
/* The account is a member of this group, too, from now on; one of low integrity writes less. */
void fake_member(struct fake *fake, const char *sid, const char *group);
void fake_low(struct fake *fake, const char *sid);
/* What was answered to a message; NULL: nothing so far, or it was dropped. */
const uint8_t *fake_answer(const struct fake *fake, size_t number, size_t *length);
/* Those that wait for an answer. */
size_t fake_unanswered(const struct fake *fake);
/* The access of the pipe; NULL: there is none. */
const char *fake_pipe(const struct fake *fake);

/* What happened. */
size_t fake_calls(const struct fake *fake, enum fake_call call);
size_t fake_can_fail_calls(const struct fake *fake); /* all that could have failed */
const struct fake_record *fake_records(const struct fake *fake, size_t *count);
/* The kind of the last call that was made to fail; FAKE_CALL_COUNT: none was. */
enum fake_call fake_failed(const struct fake *fake);
const struct fake_event *fake_events(const struct fake *fake, size_t *count);
size_t fake_event_count(const struct fake *fake, enum event_id id);
/* Events with this id about the object of this name (without prefix). */
size_t fake_events_about(const struct fake *fake, enum event_id id, const char *name);
const struct fake_event *fake_last_event(const struct fake *fake, enum event_id id);
void fake_forget_events(struct fake *fake);
uint32_t fake_wait_ms(const struct fake *fake, size_t number); /* of the n-th wait, from 1 */

/* What the table of names holds under a name; NULL: free. */
const struct fake_object *fake_find(const struct fake *fake, const char *name);
/* The stand-in for a name of the broker's, as directory.h describes it; NULL: there is none. */
const struct fake_object *fake_stand_in(const struct fake *fake, const char *name);
/* Objects the broker holds: those of the configuration, and its own (ShmBroker....). */
size_t fake_held(const struct fake *fake);
size_t fake_published(const struct fake *fake);

/* Not 0 while the fake itself runs: its own memory is no part of the test. */
extern unsigned fake_busy;

#endif
