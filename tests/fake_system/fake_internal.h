/*
 * fake_internal.h - what the parts of the fake port share; tests include fake_system.h.
 */
#ifndef FAKE_INTERNAL_H
#define FAKE_INTERNAL_H

#include "fake_system.h"

#define FAKE_WAITS 4096

struct sys_object {
    size_t entry; /* in the table */
    bool closed;
    size_t keeper; /* that has a handle of it for this one, and 1; 0: none */
};

struct sys_descriptor {
    char *sddl;
    bool freed;
};

struct sys_copy {
    char name[64];
    bool closed;
};

struct pair {
    char *key, *value;
};

/* A growing array of pointers or records; `size` is that of one. */
struct list {
    void *at;
    size_t count, capacity;
};

/* A mapped view: `object` is the entry in the table. */
struct view {
    size_t object;
    void *at; /* NULL: unmapped */
};

struct fake {
    struct system port;
    char owner[SYS_SID_MAX];
    char boot[SYS_BOOT_MAX];
    uint64_t random;

    /* Calls, and which of them fail. */
    struct list records; /* struct fake_record */
    size_t counts[FAKE_CALL_COUNT], can_fail;
    size_t fail_nth;
    enum sys_status fail_nth_status;
    enum fake_call fail_call; /* FAKE_CALL_COUNT: no rule */
    char *fail_name;
    enum sys_status fail_status;
    enum fake_call failed;
    size_t crash_nth;
    bool crashed;
    void (*on_effect)(struct fake *fake);

    /* Files. */
    struct list files;       /* struct pair: path, text */
    struct list state_files; /* struct pair: name, text */
    bool flushed;            /* the last addition to one was to be flushed */
    struct list anew;        /* struct pair: name */
    struct list copies;      /* struct sys_copy * */
    struct fake_disk *disk;
    bool saves;

    /* Objects. */
    struct list accounts;    /* struct pair: name, SID */
    struct list descriptors; /* struct sys_descriptor * */
    struct list objects;     /* struct fake_object */
    struct list handles;     /* struct sys_object * */
    struct list views;       /* struct view */
    uint32_t sessions[8];
    size_t session_count;

    /* Keepers. */
    struct {
        bool alive, tied;
        uint32_t hold_ms;
    } keepers[FAKE_KEEPERS];
    size_t keeper_count;
    bool no_ties;
    size_t keeper; /* the broker's, and 1; 0: none */
    bool left, release;

    /* Requests. */
    char *pipe;          /* its access; NULL: there is none */
    struct list asked;   /* struct sys_request * */
    size_t taken;        /* how many of them the broker has had */
    struct list members; /* struct pair: SID, group; "low" for low integrity */

    /* Events, time, waits. */
    struct list events; /* struct fake_event */
    uint64_t clock;
    uint64_t ticks; /* a wait that ends by time takes its time */
    uint64_t moved_at, silence;
    uint32_t hang_ms;
    struct list holds;  /* struct hold */
    enum sys_wake wake; /* of the next wait that would time out */
    bool woken;
    enum fake_call stop_call;
    size_t stop_count;
    void (*on_busy)(struct fake *fake, enum fake_call call);
    void (*on_wait)(struct fake *fake, size_t number);
    uint32_t waits[FAKE_WAITS];
};

/* fake_calls.c */
void *fake_add(struct list *list, size_t size); /* one more, all zero */
char *fake_text(const char *text);              /* a copy of it */
/* The value that was added last under this key; NULL: none. */
const char *fake_value(const struct list *list, const char *key);
void fake_add_pair(struct list *list, const char *key, const char *value);
void fake_free_pairs(struct list *list);
void fake_free_holds(struct fake *fake);
/* Records a call and decides whether it is to fail. */
enum sys_status fake_called(struct fake *fake, enum fake_call call, const char *name);
/* The end of a call: it failed, with the function to blame. */
enum sys_status fake_refuse(struct fake *fake, enum sys_status status, const char *call,
                            struct sys_failure *why);
enum sys_status fake_done(void); /* it worked */
/* It worked, and others can see that something has changed. */
enum sys_status fake_effected(struct fake *fake);

/* fake_hang.c */
/* Progress is visible now. */
void fake_moved(struct fake *fake);
/* A look-up takes its time. False: it was given up. */
bool fake_hang_out(struct fake *fake);

/* fake_copies.c */
/* Fails the test where a copy of this name (NULL: any) is still open. */
void fake_check_copies(const struct fake *fake, const char *name);

/* fake_access.c */
void fake_check_descriptor(const struct fake *fake, const struct sys_descriptor *descriptor);
struct sys_descriptor *fake_descriptor_at(const struct fake *fake, size_t index);
/* "O:<SID>G:...D:..." as facts spell it: without the group. */
void fake_tell_access(const char *sddl, struct sys_facts *facts);

/* fake_objects.c */
struct fake_object *fake_object_at(const struct fake *fake, size_t index);
struct sys_object *fake_handle_at(const struct fake *fake, size_t index);
/* The kernel compares exactly. */
struct fake_object *fake_named(const struct fake *fake, const char *name);
/* Enters an object, a handle of one; both are freed with the fake. */
struct fake_object *fake_enter(struct fake *fake, const struct sys_spec *spec, const char *sddl);
struct sys_object *fake_new_handle(struct fake *fake, size_t entry);
/* What is known of an object. */
void fake_tell_object(const struct fake_object *object, struct sys_facts *facts);
/* Ends the test where the broker does not hold it. */
struct fake_object *fake_held_object(const struct fake *fake, const struct sys_object *handle);
/* The name is free when nobody has it open. */
void fake_settle(struct fake_object *object);

/* fake_keepers.c */
/* The broker's process has ended: so do keepers that are tied to it. */
void fake_break_ties(struct fake *fake);

/* fake_requests.c */
void fake_free_requests(struct fake *fake);
/* The broker's process has ended: so has its pipe. */
void fake_break_pipe(struct fake *fake);

/* Each part enters its calls. */
void fake_files_port(struct system *port);
void fake_copies_port(struct system *port);
void fake_access_port(struct system *port);
void fake_audit_port(struct system *port);
void fake_objects_port(struct system *port);
void fake_sessions_port(struct system *port);
void fake_keepers_port(struct system *port);
void fake_events_port(struct system *port);
void fake_requests_port(struct system *port);
void fake_waits_port(struct system *port);

#endif
