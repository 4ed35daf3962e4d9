/*
 * verb.h - the verbs of shmbroker.exe. Each writes its result for people or, if answer_wanted, as
 * a document (client/json.md), and returns the exit code. Texts are UTF-8.
 */
#ifndef VERB_H
#define VERB_H

#include <stdbool.h>
#include <stddef.h>

#include "exit_codes.h"
#include "start_type.h"

struct run_options {
    const char *config;
    const char *state; /* folder of its state; NULL: the default */
    bool unsafe;       /* accepts files that anybody may change */
    bool release;      /* releases all objects at its end, leaves none to its keeper */
    bool audit;        /* audits objects, if the user has the privilege */
};

/*
 * Runs the broker in this console until Ctrl+C or the end of the console.
 * Ctrl+Break reloads the configuration.
 */
enum shmb_exit verb_run(const struct run_options *options);

struct check_options {
    bool merged; /* all files as one configuration; the first is the main file */
    bool unsafe; /* files that others may change are no error */
};

/*
 * Checks configurations, each with its included files, and prints what each
 * would create; changes nothing. Returns the worst result: 0; 1 errors, or no
 * such file; 3 access denied; 7 not readable.
 */
enum shmb_exit verb_check(char **files, size_t count, const struct check_options *options);

/* NULL: unchanged if the service is installed already, else the default. */
struct install_options {
    const char *config;    /* default: paths_default_config() */
    const char *account;   /* virtual (the default), another word of registration_account, a name */
    const char *to;        /* folder of the executable; default: %ProgramFiles%\ShmBroker */
    bool unsafe;           /* accepts files that others than administrators can change */
    bool audit, no_audit;  /* allow auditing, or forbid it; neither: unchanged */
    enum start_type start; /* when Windows starts it */
    bool path, no_path;    /* put the folder of shmb.exe on the path, or take it out; neither:
                              unchanged */
};

/*
 * Registers the service, repairs its registration, or replaces the installed
 * version, even a running one, with this program. Copies shmb.exe and the library, too
 * (client_files.h). Creates or takes over the folders, and writes a first configuration if
 * there is none. If an essential
 * step fails, undoes the others; a detail that is refused is only printed. 1: done, but the
 * service that was restarted runs degraded.
 */
enum shmb_exit verb_install(const struct install_options *options);

/*
 * Stops the service, which releases all objects, and deletes it. Removes the
 * event source, the executable, shmb.exe and the library if `install` put them there, the entry
 * that it put on the path, and the first configuration if it was never changed. The state and other
 * files stay.
 */
enum shmb_exit verb_uninstall(void);

/*
 * Both wait until the service has started or stopped, and succeed if there is
 * nothing to do. A start returns 1 if the service runs degraded, and prints why. `release`:
 * releases all objects, also those that a keeper holds while the service is not running. `if_auto`:
 * does nothing, and succeeds, if the service is not one that Windows starts by itself.
 */
enum shmb_exit verb_start(bool if_auto);
enum shmb_exit verb_stop(bool release);

/*
 * Prints what a reload with this configuration would do to the running broker;
 * changes nothing. `file` NULL: the service's own. Counts the objects whose access the caller
 * may not read. 1: the file has errors, or not all of it would be applied; 5: no running broker
 * found.
 */
enum shmb_exit verb_plan(const char *file, bool unsafe);

struct apply_options {
    const char *file;    /* the new configuration */
    const char *config;  /* where to put it; NULL: the configuration of the service */
    const char *timeout; /* milliseconds, how long to wait for the service; NULL: a minute */
    bool dry_run;        /* only plans */
    bool unsafe;         /* accepts a place that others than administrators can change */
};

/*
 * Rolls out a configuration: checks it, puts it into place, has the service reload it, and puts the
 * former one back if the service refuses it. Does nothing if the service serves it already. 0: done
 * or unchanged, also if the service does not run; 1: errors, refused, applied in part, or degraded;
 * 4: a file is held, or no result in time; 6: another apply is at work.
 */
enum shmb_exit verb_apply(const struct apply_options *options);

/*
 * Has the service reload its configuration and recreate the objects of these
 * names (with or without Global\); prints the result, and what the service lacks. 0: all
 * applied, and nothing lacks; 1: refused, applied in part, or degraded; 4: no result within a
 * minute; 5: not running.
 */
enum shmb_exit verb_reload(const char *const *names, size_t count);

struct status_options {
    const char *const *names; /* only objects of these names, or patterns */
    size_t count;
    bool all;     /* as text: also the locks, events and snapshots that are held */
    bool metrics; /* only the figures: verb_metrics */
};

/*
 * Shows the service and each object, as the broker publishes them. If the
 * caller can read no directory, asks for the names of the configuration one by
 * one. 0: running with everything configured, as far as known; 1: running with
 * less; 5: not running. With names: 0: all of them are held; 1: one is not, or no object has the
 * name; 5: not running.
 */
enum shmb_exit verb_status(const struct status_options *options);

/*
 * Prints the figures of the running broker as in the file of `metrics` (metrics_text.h), as far as
 * the caller may read them. 1: not all of them; 5: not running, which is the one figure then.
 */
enum shmb_exit verb_metrics(void);

enum audit_format { AUDIT_LINES, AUDIT_CSV };

/*
 * Lists who may do what, by account over all objects of the running broker,
 * read from the objects themselves, and who may ask for objects, by the rules of its configuration;
 * access_by_account.h describes the formats.
 * 1: the access of some could not be read; prints which. 5: no broker found.
 */
enum shmb_exit verb_audit(enum audit_format format);

#endif
