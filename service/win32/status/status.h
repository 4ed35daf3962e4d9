/*
 * status.h - what is known of the service and its objects, before it is printed
 * as text or JSON.
 *
 * Most comes from the broker: the directory, which ordinary users may read,
 * lists what it holds; the report, which is for administrators, has the rest.
 * Without a directory, the names of the configuration are tried one by one.
 */
#ifndef STATUS_H
#define STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "directory.h"
#include "exit_codes.h"
#include "file_version.h"
#include "holding_processes.h"
#include "json.h"
#include "status_report.h"
#include "text.h"

enum status_state {
    STATUS_HELD,
    STATUS_DEFERRED, /* held unchanged: the configured change needs a new object */
    STATUS_CONFLICT, /* the name belongs to an object the broker did not make */
    STATUS_FAILED,   /* the system refused to create it */
    STATUS_MISSING,  /* no object has the name */
    STATUS_HIDDEN    /* an object of this kind exists, its owner may not be read */
};

struct status_object {
    enum shmb_kind kind;
    enum status_state state;
    char *name;                /* with Global\ */
    const char *reason;        /* borrowed from the report, or NULL */
    char *own_reason;          /* owns `reason` if there is no report */
    uint64_t size, generation; /* 0: not known; so with all below */
    int32_t maximum;
    uint32_t queue_slots, queue_slot_size, flags; /* of a queue: SHMB_ENTRY_... */
    uint32_t control, control_block; /* of a segment: its block (control.h); control 0: none */
    bool manual_reset;
    bool companion;       /* it belongs to a segment or queue: its lock, or an event */
    char *lock;           /* of a segment: the name of its lock with Global\; NULL: none */
    bool fast;            /* it is a fast lock */
    char *sddl;           /* its access, as in sys_facts; NULL: not held, or not readable */
    char *rule, *account; /* a program has asked for it: name of the rule, SID; else NULL */
};

/* A line of the report, with terminated fields. */
struct status_line {
    const char *field[SHMB_REPORT_FIELDS];
};

/* A foreign object at one of the broker's own names that the report does not cover. */
struct status_stranger {
    const char *name; /* static, with Global\ */
    char *text;       /* kind and owner */
};
#define STATUS_OWN_NAMES 3

#define STATUS_VERSION FILE_VERSION_TEXT /* bytes of a version */

/* Why a running broker is degraded, in short. None: it is not. */
#define STATUS_REASONS_MOST 22 /* as many as status_find_reasons knows, at least */
struct status_reasons {
    size_t count;
    char text[STATUS_REASONS_MOST][80];
};

/* All zero: nothing known. */
struct status {
    /* from the service manager */
    const char *state_word; /* as scm_state_word */
    bool runs;
    uint32_t process;
    char *end;                      /* why it is not running; NULL: it is */
    char *account, *config;         /* account NULL: a broker in a console */
    const char *start_word;         /* start type; NULL: as account */
    bool administrator;             /* the caller is one; set by the caller, as the next */
    bool claimed;                   /* a broker has the instance; asked after the state above */
    bool console;                   /* the broker runs in a console, not as the service */
    bool all;                       /* companions that are held are shown, too */
    bool selected;                  /* only objects of certain names are left */
    size_t width;                   /* columns of the screen; 0: the output is redirected */
    uint64_t since;                 /* FILETIME at which the broker started; 0: not known */
    uint32_t keeper;                /* not running: the process that holds the objects; 0: none, or
                                       not visible */
    uint64_t keeper_until;          /* FILETIME at which that ends; 0: not known */
    char installed[STATUS_VERSION]; /* version of the program file; empty: not known */
    /* from the broker */
    uint32_t publisher; /* the process that made directory and report; 0: not known */
    char published[SHMB_ROOT_VERSION]; /* its version; empty: not known */
    bool ended;                        /* that process has ended: they show what was so then */
    bool directory;                    /* it can be read */
    uint64_t revision;
    uint64_t bytes;      /* of the objects held: segments, queues, sections for snapshots */
    uint64_t slots;      /* of fast locks and queues */
    uint64_t slot_bytes; /* of their sections */
    bool reported;       /* the report can be read */
    struct shmb_report report;
    char *text; /* of the report; `lines` points into it */
    struct status_line *lines;
    size_t line_count;
    /* names that foreign objects have, and the processes that hold these and what is retired or
       deferred */
    struct status_stranger strangers[STATUS_OWN_NAMES];
    size_t stranger_count;
    struct holders *holders;
    size_t holder_count;
    /* from the broker, or tried one by one */
    struct status_object *objects;
    size_t object_count;
    char *unknown;   /* why no objects are known; NULL: they are */
    bool incomplete; /* the broker has less than configured */
    struct status_reasons reasons;
};

/* Reads report and directory. False: no memory. */
bool status_ask_broker(struct status *status);

/* Tries the names of the configuration, as far as it can be read. False: no memory. */
bool status_ask_names(struct status *status);

/*
 * Finds since when the broker runs, or which keeper holds its objects, and the version of the
 * program file (NULL: not known).
 */
void status_find_service(struct status *status, const char *program);

/*
 * Finds the processes that hold names the broker could not get, and objects that are retired or
 * deferred, as far as the caller may see them. False: no memory.
 */
bool status_find_holders(struct status *status);

/* Reads the access of the objects held, as far as the caller may. */
void status_find_access(struct status *status);

/*
 * Replaces `out` by "; access: Users read", or by an empty text if the access is
 * not known. False: no memory.
 */
bool status_access_words(const struct status_object *object, struct text *out);

/* The same as members of the open JSON object, as access_words_json; null if not known. */
void status_access_json(const struct status_object *object, struct json *json);

/* Adds "; requested by CORP\anna, rule MyApp"; nothing if nobody has requested it. */
void status_request_words(const struct status_object *object, struct text *out);

/* The member `request` of the open JSON object: rule, account and sid; null. */
void status_request_json(const struct status_object *object, struct json *json);

/* The holders that status_find_holders found for a name. NULL: it did not look for them. */
const struct holders *status_holders_of(const struct status *status, const char *name);

/*
 * Adds to `out` how to have what is deferred for the object of this bare name. `console`: the
 * broker runs in a console, which takes no `reload --recreate`.
 */
void status_deferred_remedy(const char *name, bool console, struct text *out);

/* Adds an object, all zero but kind and name. NULL: no memory. */
struct status_object *status_add(struct status *status, enum shmb_kind kind, const char *name,
                                 size_t length);

/* The version of the broker that runs, from its report or its directory. NULL: not known. */
const char *status_version(const struct status *status);

/* The field of the first line of this kind in the report. NULL: there is none. */
const char *status_field(const struct status *status, const char *kind, size_t field);

/* The service is not, or not yet, what made the directory: a broker that runs in a console did. */
bool status_broker_beside(const struct status *status);

/* A broker runs: the service, or one in a console. */
bool status_broker_runs(const struct status *status);

/*
 * Leaves only the objects whose names match one of these: names or patterns with * and ?, with or
 * without Global\; and of the report's lines, those about such names. Prints an error for each that
 * matches none of these. `*all_held`: each matches an object, and all objects left are held. False:
 * no memory.
 */
bool status_select(struct status *status, const char *const *names, size_t count, bool *all_held);

/* "held", "deferred", ...; and the number of objects in that state. */
const char *status_word(enum status_state state);
size_t status_count(const struct status *status, enum status_state state);

/* True for lines about copies of segments. */
bool status_is_copy(const struct status_line *line);

/* True for lines about a fault that is not about a configured object. */
bool status_is_trouble(const struct status_line *line);

/*
 * Finds the reasons. After everything else that finds something; before status_select, which leaves
 * less than they are about.
 */
void status_find_reasons(struct status *status);

/* Prints everything. False: no memory. */
bool status_print(const struct status *status);

/* The same as members of the open JSON object. */
void status_put_json(const struct status *status, struct json *json);

/*
 * Prints, for a screen of status->width columns, a table of the objects for which `is_row` is true,
 * with a header. Longer texts are cut. False: no memory.
 */
bool status_print_table(const struct status *status,
                        bool (*is_row)(const struct status *, const struct status_object *));

/* Prints, in the same lines, only what an incomplete broker lacks. False: no memory. */
bool status_print_lacks(const struct status *status);

void status_object_free(struct status_object *object); /* its texts */
void status_free(struct status *status);

#endif
