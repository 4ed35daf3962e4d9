/*
 * verb.h - the verbs of shmbroker.exe. Each writes its result for people and
 * returns the exit code. Texts are UTF-8.
 */
#ifndef VERB_H
#define VERB_H

#include <stdbool.h>
#include <stddef.h>

#include "exit_codes.h"

struct run_options {
    const char *config;
    const char *state; /* folder of its own files, NULL: the default */
    bool unsafe;       /* serves files that anybody may change */
    bool release;      /* lets go of everything at its end, and leaves nothing to its keeper */
    bool audit;        /* may have objects audited, where the user may */
};

/*
 * The broker in this console, until Ctrl+C or the end of the console;
 * Ctrl+Break has it read its configuration again.
 */
enum shmb_exit verb_run(const struct run_options *options);

struct check_options {
    bool merged; /* all files as one configuration, the first as its main file */
    bool json;
    bool unsafe; /* files that others may change are no error */
};

/*
 * Checks configurations, each with what it includes, and says what each would
 * create; changes nothing. The gravest result of all: 0, 1 errors or no such
 * file, 3 and 7 not readable.
 *
 * As JSON: an array with one object for each configuration. Its keys are
 * configuration (the file as given), usable, errors and warnings (how many),
 * files (all that were read), messages (each with file, line and column, 0
 * where there is none, severity, object or null, text), and objects (see
 * describe_json).
 */
enum shmb_exit verb_check(char **files, size_t count, const struct check_options *options);

/* What is asked of `install`; a NULL leaves a service that is there as it is. */
struct install_options {
    const char *config;   /* NULL, and no service yet: the default path */
    const char *account;  /* virtual, LocalService, LocalSystem or a name; likewise: virtual */
    const char *to;       /* folder of the executable; likewise: %ProgramFiles%\ShmBroker */
    bool unsafe;          /* files that others than administrators can change may be used */
    bool audit, no_audit; /* from now on it may audit, or may not; neither: as it is */
};

/*
 * Registers the service, mends its registration, or puts this program in the
 * place of the one that runs as it. Folders are made, or taken over; a first
 * configuration is put where there is none. What cannot be had of the essential
 * undoes the rest; what is refused of the details is said line by line.
 */
enum shmb_exit verb_install(const struct install_options *options);

/*
 * Stops the service, which lets go of everything, deletes it, and removes the event source, the
 * executable if `install` put it there, and the first configuration if it was never changed. What
 * the service remembers, and other files, stay.
 */
enum shmb_exit verb_uninstall(void);

/*
 * Both wait for the end of what they asked for; both are done if there is nothing
 * to do. `release`: lets go of all objects, also of those that a keeper holds
 * while the service does not run.
 */
enum shmb_exit verb_start(void);
enum shmb_exit verb_stop(bool release);

/*
 * Says what a reload with this configuration would do to the broker that runs;
 * does nothing of it. 1: the file has errors; 5: no broker is to be seen. Who
 * may not see the access of an object is told so.
 */
enum shmb_exit verb_plan(const char *file, bool unsafe);

/*
 * Has the service read its configuration again, making the objects of these
 * bare names (Global\ before them is allowed) anew; says what came of it. 0:
 * all applied; 1: refused, or not all could be done; 4: no end to be seen
 * within a minute; 5: it does not run.
 */
enum shmb_exit verb_reload(const char *const *names, size_t count);

/*
 * The service, and what it says of itself and each object, or what is seen of
 * each object of its configuration where it says nothing. 0: runs with all that
 * the configuration asks, as far as is known; 1: with less; 5: does not run.
 *
 * As JSON: an object. service: state, process, end (why it does not run, or
 * null), account, start, configuration. complete: runs with all that is asked.
 * directory, report: whether the caller sees these; revision and bytes of the
 * segments are 0 without. reload, with the report: result (applied, incomplete,
 * refused, null), steps (name, step, outcome), messages (place, severity, text).
 * keeper, with the report: none or one, with process, state (holds, partly) and
 * text; lost: the names of objects that were gone at the start.
 * strangers: name and what it is, of objects that have one of the broker's own names
 * without which it goes on, and of which the report says nothing.
 * troubles: kind, name, state, reason. holders: for each name a stranger holds,
 * name, processes (process, program, session, account, as far as known) and
 * complete: these are all. objects: kind, name, state (held,
 * deferred, conflict, failed, missing, not visible), reason or null, and where
 * they are known generation, size, lock, maximum, manual_reset; access, a list of
 * account, sid, may and denied (in words, one of them null), without those who may do
 * everything anyway, null where the caller may not read it, and integrity: low, another
 * label, or null. objects_unknown: why there is none, or null.
 */
enum shmb_exit verb_status(bool json);

enum audit_format { AUDIT_LINES, AUDIT_JSON, AUDIT_CSV };

/*
 * Says who may do what, by account over all objects the running broker holds,
 * read from the objects themselves; in the form of core's audit.h. Code 1: the
 * access of some could not be read, which is said for each.
 */
enum shmb_exit verb_audit(enum audit_format format);

#endif
