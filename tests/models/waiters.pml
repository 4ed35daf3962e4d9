/*
 * waiters.pml - notification (client/sync/waiters.h, with the names of its steps), for spin.
 *
 * Two writers, one at a time, make CHANGES changes in all; two programs wait until they have seen
 * the last one. Each writer may die after each step (STEP), `deaths` times in all; the other one
 * goes on. `until` runs out at any time while no program waits.
 *
 * Checked: each program sees the last change without a look by the clock, but in the cases of the
 * reference: a writer died between its change and its signal (`late`), or a multiple of K changes
 * fell between look and sleep. Elsewhere such a sleep is a deadlock here. And an event that ends a
 * sleep tells of a change: no program spins on an event that stays set.
 *
 * MUTANT in the environment selects a fault; models.sh runs each, and the check must find it.
 */
#define CHANGES 4
#define K       (ONE_EVENT -> 1 : 3)

c_decl {
\#include <stdlib.h>
}

byte mutant, deaths;
#define NO_FENCE    (mutant == 1) /* W3 comes before W1 */
#define NO_LOOK     (mutant == 2) /* no S3 */
#define LOOKS_FIRST (mutant == 3) /* S3 comes before S1 */
#define LATE_RESET  (mutant == 4) /* R2 comes after W1 */
#define ONE_EVENT   (mutant == 5) /* the same event for each change */
#define NEVER_RESET (mutant == 6) /* no R2 */
#define SHORT_STAMP (mutant == 7) /* `until` ends before the sleep */

byte change;
bool until;      /* not over yet */
byte waiting;    /* programs between S1 and the end of their sleep */
bool event[3];
bool signalled[3];
byte as_of;

byte writer;     /* who has the lock, plus one */
bool late;

#define STEP(name) if :: deaths > 0 -> deaths--; goto died :: true fi

inline reset() {
    if
    :: mask[(n + 1) % K] && !NEVER_RESET -> event[(n + 1) % K] = false; mask[(n + 1) % K] = false
    :: else
    fi
}

proctype writes(byte me) {
    byte n;
    bool mask[3], wanted, shown;

next:
    atomic {
        writer == 0;
        if
        :: change == CHANGES -> goto ended
        :: else -> writer = me + 1; n = change + 1; STEP("locked")
        fi
    };
    atomic { /* R1 */
        mask[0] = (as_of != change || signalled[0]);
        mask[1] = (as_of != change || signalled[1]);
        mask[2] = (as_of != change || signalled[2]);
        STEP("R1")
    };
    if
    :: !LATE_RESET -> atomic { reset(); STEP("R2") }
    :: else
    fi;
    if
    :: NO_FENCE -> atomic { wanted = until; STEP("W3") }
    :: else
    fi;
    atomic { change = n; shown = true; STEP("W1") };
    if
    :: LATE_RESET -> atomic { reset(); STEP("R2") }
    :: else
    fi;
    if
    :: !NO_FENCE -> atomic { wanted = until; STEP("W3") }
    :: else
    fi;
    atomic { /* W4 */
        mask[n % K] = mask[n % K] || wanted;
        signalled[0] = mask[0]; signalled[1] = mask[1]; signalled[2] = mask[2];
        as_of = n;
        STEP("W4")
    };
    atomic {
        if
        :: wanted -> event[n % K] = true
        :: else
        fi;
        shown = false; wanted = false; mask[0] = false; mask[1] = false; mask[2] = false;
        STEP("W5");
        writer = 0; n = 0
    };
    goto next;

died:
    atomic { writer = 0; late = late || shown };
ended:
    skip
}

/* A sleep that only the clock can end. */
#define UNHEARD (change != seen && (late || (change - seen) % K == 0))

proctype waits() {
    byte seen;

next:
    if
    :: LOOKS_FIRST -> atomic { if :: change != seen -> seen = change; goto more :: else fi }
    :: else
    fi;
    atomic { until = true; waiting++ }; /* S1, S2 */
    if
    :: !NO_LOOK && !LOOKS_FIRST -> /* S3 */
        atomic { if :: change != seen -> seen = change; waiting--; goto more :: else fi }
    :: else
    fi;
    if
    :: atomic { event[(seen + 1) % K] -> assert(change != seen) } /* S4 */
    :: atomic { UNHEARD }
    :: atomic { seen == CHANGES -> waiting--; goto ended } /* there is no more to see */
    fi;
    atomic { seen = change; waiting-- }; /* S5 */

more:
    goto next;

ended:
    skip
}

proctype clock() {
    do
    :: atomic { until && (waiting == 0 || SHORT_STAMP) -> until = false }
    :: atomic { change == CHANGES && !until -> break }
    od
}

init {
    atomic {
        c_code {
            now.mutant = getenv("MUTANT") ? atoi(getenv("MUTANT")) : 0;
            now.deaths = getenv("DEATHS") ? atoi(getenv("DEATHS")) : 1;
        };
        run writes(0);
        run writes(1);
        run waits();
        run waits();
        run clock()
    }
}
