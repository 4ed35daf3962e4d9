/*
 * doctor_facts.h - what shmb doctor finds out, and what it concludes from it.
 *
 * Facts are gathered through a port, a struct of functions, so that a test can
 * produce each of them. The judges (judge_*.h) turn facts into findings. doctor.h
 * runs both.
 */
#ifndef LOGIC_DOCTOR_FACTS_H
#define LOGIC_DOCTOR_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "compiler.h"
#include "names.h"

#define DOCTOR_TEXT     1024u /* of one text about accounts, programs or paths */
#define DOCTOR_NEAREST  3u
#define DOCTOR_FINDINGS 24u

enum doctor_service {
    DOCTOR_SERVICE_UNKNOWN, /* the service manager does not answer */
    DOCTOR_SERVICE_MISSING,
    DOCTOR_SERVICE_STOPPED,
    DOCTOR_SERVICE_STARTING,
    DOCTOR_SERVICE_STOPPING,
    DOCTOR_SERVICE_RUNS
};

enum doctor_directory {
    DOCTOR_DIRECTORY_GOOD,
    DOCTOR_DIRECTORY_NONE,
    DOCTOR_DIRECTORY_EMPTY, /* nothing is published yet */
    DOCTOR_DIRECTORY_DENIED,
    DOCTOR_DIRECTORY_NOT_OURS,
    DOCTOR_DIRECTORY_VERSION,
    DOCTOR_DIRECTORY_CORRUPT,
    DOCTOR_DIRECTORY_FAILED /* a system call failed */
};

/* What the broker's report says; only administrators can read it. */
enum doctor_health { DOCTOR_HEALTH_UNKNOWN, DOCTOR_HEALTH_COMPLETE, DOCTOR_HEALTH_DEGRADED };

/* What programs have done to the control section of a segment. */
enum doctor_control {
    DOCTOR_CONTROL_GOOD, /* nothing, or it cannot be read */
    DOCTOR_CONTROL_HEADER,
    DOCTOR_CONTROL_BLOCK /* the library's calls that need it fail */
};

/* An object in the directory. */
struct doctor_entry {
    char name[SHMB_NAME_BYTES]; /* as configured, in its case */
    uint32_t kind;              /* enum shmb_kind */
    uint32_t state;             /* enum shmb_entry_state */
    uint64_t bytes;             /* of a segment; 0: not known */
    bool twofold;               /* a segment with snapshots: double */
};

/* Where the process runs, and what can hide the objects from it. */
struct doctor_place {
    uint32_t session;
    char user[DOCTOR_TEXT];    /* "DOMAIN\user"; empty: unknown */
    bool shim_here;            /* LocalMappedObject acts on this process */
    char shimmed[DOCTOR_TEXT]; /* a program that the registry sets it for; empty: none */
    bool app_container;        /* an AppContainer, such as a Store app's */
    bool package;              /* an MSIX package */
    bool app_v;                /* App-V's virtual environment */
    bool windows_container;
    bool low_integrity; /* as in a sandbox */
};

enum doctor_dll_state { DOCTOR_DLL_GOOD, DOCTOR_DLL_UNREADABLE, DOCTOR_DLL_NO_IMAGE };

#define DOCTOR_MACHINE_X86 0x014Cu
#define DOCTOR_MACHINE_X64 0x8664u

struct doctor_dll {
    enum doctor_dll_state state;
    uint32_t code;       /* unreadable: the Win32 code */
    uint32_t machine;    /* of the PE header */
    uint32_t version[3]; /* of its version resource; all 0: none */
};

/* Accounts to which an object's access list grants or denies a right, separated by ", ". */
struct doctor_trustees {
    bool known;
    char given[DOCTOR_TEXT];
    char denied[DOCTOR_TEXT];
    char groups[DOCTOR_TEXT]; /* those of `given` that are groups which an account can join, and
                                 that give no power over the machine */
};

#define DOCTOR_RULE    64u /* bytes of the name of a rule */
#define DOCTOR_VERSION 40u /* bytes of a version */

/* What the broker answers to the question whether this program could request the object. */
struct doctor_request {
    bool asked;      /* false: there was no answer, and no reason for that */
    bool allowed;    /* it would make it */
    bool stranger;   /* another program has the broker's pipe */
    uint32_t reason; /* enum shmb_request_reason */
    uint64_t used, most, bytes;
    uint32_t retry_ms;
    char rule[DOCTOR_RULE]; /* empty: none */
};

#define DOCTOR_HOLDER 2048u

/* A mutex: the object itself, or the lock of a segment. Or the event of a fast lock. */
struct doctor_lock {
    bool fast; /* a fast lock */
    bool held;
    bool abandoned;                /* an owner died, and nobody repaired the segment since */
    char name[SHMB_NAME_BYTES];    /* bare; empty: there is none */
    char segment[SHMB_NAME_BYTES]; /* whose lock it is; empty: a mutex alone */
    char text[DOCTOR_HOLDER];      /* "locked by ... since ..." */
};

/*
 * The port: questions to the system. Each call gets `context`. Names are bare and have
 * passed shmb_name_check. Outputs are zero before a call.
 */
struct doctor_system {
    void *context;
    /* `*code`: the exit code of a stopped service. */
    enum doctor_service (*service)(void *context, uint32_t *code);
    /*
     * Does a broker run, as a service or in a console? `*proven`: true is certain, and not only
     * what the name of a mutex says that may be another program's.
     */
    bool (*broker_runs)(void *context, bool *proven);
    enum doctor_health (*health)(void *context);
    /* Ignores case. `*found` is false if the directory does not have the name. */
    enum doctor_directory (*look_up)(void *context, const char *name, struct doctor_entry *entry,
                                     bool *found);
    /* Up to DOCTOR_NEAREST similar names in the directory. Returns their number. */
    size_t (*nearest)(void *context, const char *name, char out[DOCTOR_NEAREST][SHMB_NAME_BYTES]);
    /* Opens and closes an object. 0, or the Win32 code. `local`: under Local\. */
    uint32_t (*open)(void *context, bool local, enum shmb_kind kind, const char *name,
                     uint32_t mask);
    /* The control section of a segment that the directory lists as held. */
    enum doctor_control (*control)(void *context, const char *name);
    /* Is the name in this session a link, as `sessions: alias` creates it? */
    bool (*linked)(void *context, uint32_t session, const char *name);
    /* 0 with the owner and whether the library trusts it, or the Win32 code. */
    uint32_t (*owner)(void *context, enum shmb_kind kind, const char *name, char owner[DOCTOR_TEXT],
                      bool *trusted);
    void (*trustees)(void *context, enum shmb_kind kind, const char *name, uint32_t mask,
                     struct doctor_trustees *out);
    /* The state of a mutex, of a segment's lock, or of an event that is a segment's lock. */
    void (*lock)(void *context, enum shmb_kind kind, const char *name, struct doctor_lock *out);
    void (*place)(void *context, struct doctor_place *out);
    void (*dll)(void *context, const char *path, struct doctor_dll *out);
    /* Could this program request a segment of `bytes`? */
    void (*request)(void *context, const char *name, uint64_t bytes, struct doctor_request *out);
    /* The version of the broker; empty: it does not tell. */
    void (*broker_version)(void *context, char out[DOCTOR_VERSION]);
};

/* What the user asks. */
struct doctor_question {
    const char *name;      /* as typed */
    enum shmb_level level; /* SHMB_LEVEL_DENY: read, but write for a mutex */
    const char *dll;       /* path; NULL: none */
    uint32_t machine;      /* of this shmb.exe, and its version */
    uint32_t version[3];
    const char *version_text; /* the same with what is before a release, such as "1.0.0-rc.1" */
    uint64_t bytes;           /* of a segment that the program would request; 0: not given */
};

/* In place of a kind. */
#define DOCTOR_ABSENT (-1) /* no object has this name */
#define DOCTOR_OTHER  (-2) /* an object that is not a segment, mutex, event or semaphore */

struct doctor_facts {
    enum shmb_name_fault fault;
    bool other_prefix;          /* the name began with Local\; `name` is the rest */
    bool mistyped;              /* the prefix is a typing error; `name` is the rest */
    bool prefix_case;           /* the prefix is not exactly Global\ */
    char name[SHMB_NAME_BYTES]; /* bare; empty: not a valid name */
    enum shmb_level level;      /* the level that was tried */
    enum doctor_service service;
    uint32_t service_code;
    bool broker_runs, broker_proven;
    enum doctor_health health;
    enum doctor_directory directory;
    bool listed;
    struct doctor_entry entry;
    size_t nearest_count;
    char nearest[DOCTOR_NEAREST][SHMB_NAME_BYTES];
    int kind;           /* enum shmb_kind of Global\NAME, or DOCTOR_ABSENT, _OTHER */
    uint32_t open_code; /* Win32 code of opening it with `level` */
    uint32_t full_code; /* the same with level `full` */
    bool owner_known, owner_trusted;
    char owner[DOCTOR_TEXT];
    struct doctor_lock lock;
    struct doctor_trustees trustees; /* for `level`, if it was refused */
    enum doctor_control control;     /* of a segment */
    int twin; /* as `kind`, of Local\NAME; absent in session 0, and if it is a link */
    struct doctor_place place;
    struct doctor_request request; /* if nothing has the name and a broker runs */
    char broker_version[DOCTOR_VERSION];
    bool has_dll;
    struct doctor_dll dll;
};

#define DOCTOR_SENTENCE 3072u

/* One cause or hint, with its remedy. */
struct doctor_finding {
    const char *id; /* constant for scripts: "access-denied" */
    bool stops;
    char says[DOCTOR_SENTENCE];
    char remedy[DOCTOR_SENTENCE];
};

struct doctor_report {
    size_t count;
    bool opens; /* no finding stops the program */
    struct doctor_finding finding[DOCTOR_FINDINGS];
};

/* Adds a finding and returns it. Call doctor_remedy for it next. */
struct doctor_finding *doctor_add(struct doctor_report *report, const char *id, bool stops,
                                  const char *format, ...) SHMB_PRINTF(4, 5);
void doctor_remedy(struct doctor_finding *finding, const char *format, ...) SHMB_PRINTF(2, 3);

/* Does any object have the name? */
bool doctor_present(const struct doctor_facts *facts);

#endif
