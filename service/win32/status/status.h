/*
 * status.h - what is known of the service and its objects, before it becomes
 * text or JSON.
 *
 * The broker itself says most: what it holds in the directory, which ordinary
 * users may read, and the rest in the report, which is for administrators.
 * Where it says nothing, the names of the configuration are asked for one by one.
 */
#ifndef STATUS_H
#define STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "exit_codes.h"
#include "holding_processes.h"
#include "json.h"
#include "status_report.h"
#include "text.h"

enum status_state {
    STATUS_HELD,
    STATUS_DEFERRED, /* held as it is: it cannot become what the configuration wants */
    STATUS_CONFLICT, /* the name is held by an object the broker did not make */
    STATUS_FAILED,   /* the system refused */
    STATUS_MISSING,  /* nobody has the name */
    STATUS_HIDDEN    /* there is one of that kind, and no right to ask whose */
};

struct status_object {
    enum shmb_kind kind;
    enum status_state state;
    char *name;                /* with Global\ */
    const char *reason;        /* borrowed from the report, or NULL */
    char *own_reason;          /* the same where there is no report */
    uint64_t size, generation; /* 0: not known, as all below */
    int32_t maximum;
    bool manual_reset;
    char *lock; /* segment: name of its lock with Global\; NULL: none */
    char *sddl; /* held: its access as sys_facts tell it; NULL: not to be read from here */
};

/* A line of the report, with terminated fields. */
struct status_line {
    const char *field[SHMB_REPORT_FIELDS];
};

/* A stranger at one of the broker's own names, of which the report says nothing. */
struct status_stranger {
    const char *name; /* static, with Global\ */
    char *text;       /* what it is */
};
#define STATUS_OWN_NAMES 3

/* All zero: nothing known. */
struct status {
    /* the service manager's */
    const char *state_word; /* "running" and the like */
    bool runs;
    uint32_t process;
    char *end;              /* why it does not run; NULL: it does */
    char *account, *config; /* account NULL: no service, a broker in a console */
    const char *start_word; /* the same */
    /* the broker's */
    bool directory; /* there is one */
    uint64_t revision;
    uint64_t bytes; /* of all segments held */
    bool reported;  /* there is a report */
    struct shmb_report report;
    char *text; /* of the report, cut into fields */
    struct status_line *lines;
    size_t line_count;
    /* names that strangers hold, and the programs that do */
    struct status_stranger strangers[STATUS_OWN_NAMES];
    size_t stranger_count;
    struct holders *holders;
    size_t holder_count;
    /* whosever */
    struct status_object *objects;
    size_t object_count;
    char *unknown; /* why nothing is known of objects; NULL: something is */
    bool incomplete;
};

/* Asks the broker. False: no memory. */
bool status_ask_broker(struct status *status);

/* Asks for the names of the service's configuration, as far as it can be read. False: no memory. */
bool status_ask_names(struct status *status);

/*
 * Looks for the programs that hold names the broker could not have, as far as
 * the caller may know. False: no memory.
 */
bool status_find_holders(struct status *status);

/* Reads the access of the objects, as far as the caller may. */
void status_find_access(struct status *status);

/*
 * "; access: Users read" for an object of which it is known, else an empty text, in
 * place of what `out` holds. False: no memory.
 */
bool status_access_words(const struct status_object *object, struct text *out);

/* The same as members of the object that is open, as access_words_json; null: not known. */
void status_access_json(const struct status_object *object, struct json *json);

/* Who holds a name that is not the broker's; NULL: it was not looked for. */
const struct holders *status_holders_of(const struct status *status, const char *name);

/* Room for one more object, all zero but its name; NULL: no memory. */
struct status_object *status_add(struct status *status, enum shmb_kind kind, const char *name,
                                 size_t length);

/* "held", "deferred", ...; and how many objects are in that state. */
const char *status_word(enum status_state state);
size_t status_count(const struct status *status, enum status_state state);

/* True for lines about copies of segments. */
bool status_is_copy(const struct status_line *line);

/* True for lines that say what is wrong, apart from single objects. */
bool status_is_trouble(const struct status_line *line);

/* "applied", "incomplete", "refused", or NULL: none since the broker started. */
const char *status_reload_word(const struct status *status);

/* Why a broker that runs is degraded, in short; none: it is not. */
#define STATUS_REASONS_MOST 9
struct status_reasons {
    size_t count;
    char text[STATUS_REASONS_MOST][80];
};
void status_find_reasons(const struct status *status, struct status_reasons *out);

/* Both false: no memory. */
bool status_print(const struct status *status);
bool status_print_json(const struct status *status);

void status_free(struct status *status);

#endif
