/*
 * site.h - the service under torture: installed from a given program into a
 * folder of its own, killed, stopped, started, upgraded and reloaded; and
 * whether it holds what it must.
 *
 * False everywhere: it does not work, or is not so, and has been noted in the
 * journal.
 */
#ifndef TORTURE_SITE_H
#define TORTURE_SITE_H

#include "torture.h"

/* Variants of the configuration. */
enum site_configuration {
    SITE_USUAL,
    SITE_MORE,       /* further objects */
    SITE_ACCESS,     /* other access for everything */
    SITE_WITHOUT,    /* one segment of each kind of users is missing: retired. Somebody must
                        have it open, or its content is lost */
    SITE_OTHER_SIZE, /* one segment has another size: deferred */
    SITE_BROKEN,     /* refused */
};

struct site_counts {
    uint32_t adopted; /* objects that a new broker has taken over */
};

/* `broker` is the program that is installed. There must be no service yet. */
bool site_begin(struct journal *journal, const wchar_t *broker);

/* Stops and removes the service; nothing of it may be left. */
bool site_end(void);

/* The same where it does not matter any more how. */
void site_abandon(void);

/* Starts the service and waits until it runs. */
bool site_start(void);
/* Starts it, and kills it after so many milliseconds, wherever it is then. */
bool site_kill_start(DWORD ms);
/* The service manager's stop. */
bool site_stop(void);

/* Kills the broker's process; false only where there is none. */
bool site_kill_broker(void);

/* The process id of the broker; 0: there is none. */
DWORD site_broker(void);

/* The keeper that has a handle of everything, as the broker's report says; 0: not (yet). */
DWORD site_keeper(void);

/* Waits for such a one, other than that. */
bool site_wait_keeper(DWORD other_than);

/* Waits until a broker and its keeper are all there is: former ones have ended. */
bool site_alone(void);

/*
 * Writes this configuration and runs `shmbroker reload`, which must end as it should. Notes
 * in the journal which segments are retired.
 */
bool site_reload(enum site_configuration configuration);

/* The same, without waiting for its end: something will come in between. */
bool site_reload_begun(enum site_configuration configuration);
bool site_reload_ended(void);

/* Installs the program over the one that runs. */
bool site_upgrade(void);

/*
 * Everything is held, in the size and the generation it had from the start.
 * `adopted`: by a broker that found it there.
 */
bool site_check(bool adopted);

/* Everything is there by its plain name, whoever holds it. */
bool site_is_there(void);

/* How many handles broker and keeper have together; 0: one of them is not there. */
uint32_t site_handles(void);

struct site_counts site_counts(void);

#endif
