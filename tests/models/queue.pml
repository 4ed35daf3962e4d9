/*
 * queue.pml - the queue (client/sync/queue_layout.h, queue_ring.c), for spin.
 *
 * Three threads, two of them producers or two of them consumers, on a queue of two slots that
 * blocks or drops the oldest message. The producers put MESSAGES messages in all. Each thread may
 * die after each step (STEP), `deaths` times in all. The producers' lock is that of
 * fast_lock.pml: here it is free at once when its owner dies.
 *
 * Checked: each message that was put is got or dropped once, in order and whole; nothing else is
 * got; no thread sleeps while it could go on. A sleep may end by the clock only after a death
 * between a move of an index and its signal, or of a thread that was woken and had not passed the
 * signal on (`late`). Elsewhere such a sleep is a deadlock here.
 *
 * MUTANT in the environment selects a fault; models.sh runs each, and the check must find it.
 */
#define SLOTS    2
#define MESSAGES 3
#define MOST     4

c_decl {
\#include <stdlib.h>
}

byte mutant, deaths;
#define NO_FENCE    (mutant == 1) /* the mark of sleepers is read before the tail is visible */
#define NO_LOOK     (mutant == 2) /* no look between mark and sleep */
#define EARLY_TAIL  (mutant == 3) /* the tail is stored before the slot is filled */
#define PLAIN_HEAD  (mutant == 4) /* a consumer stores the head instead of swapping it */
#define KEEPS_WAKE  (mutant == 5) /* who was woken does not pass the signal on */
#define PLAIN_DROP  (mutant == 6) /* a producer stores the head instead of swapping it */
#define LATE_COPY   (mutant == 7) /* a consumer moves the head before it copies */
#define NO_ROOM     (mutant == 8) /* a consumer does not wake who waits for room */

/* The shared part: a message has two halves. */
byte head, tail, first[SLOTS], second[SLOTS];
bool consumers_asleep, producers_asleep, items, room;
byte put_lock; /* its owner, plus one */

bool drops;
byte consumers, getting, producing; /* consumers at first, and alive; producers alive */
byte made;             /* messages begun, each with a number of its own */
byte put[MOST];        /* by position: what was put there */
bool ended_with[MOST]; /* by position: got or dropped */
bool late;

/*
 * The thread may die after what it just did. Other crash points of queue_ring.c are states that the
 * model has already:
 *
 *     "queue: before a drop" is "queue: locked"
 *     "queue: room" is "queue: locked"
 *     "queue: cleared" is "queue: stored the head"
 */
#define STEP(name) if :: deaths > 0 -> deaths--; goto died :: true fi

/* The message at `position` leaves the queue. */
inline leaves(position) {
    assert(position < tail && !ended_with[position]);
    ended_with[position] = true
}

proctype producer(byte me) {
    byte message, seen;
    bool owes, marked;

next:
    atomic { /* locked */
        put_lock == 0;
        if
        :: tail == MESSAGES -> producing--; goto ended
        :: else -> put_lock = me + 1; made++; message = made; STEP("queue: locked")
        fi
    };

look:
    atomic { seen = head };
    if
    :: tail - seen < SLOTS -> goto fill
    :: tail - seen >= SLOTS && drops ->
        if
        :: PLAIN_DROP -> atomic { leaves(seen); head = seen + 1; STEP("queue: dropped") }
        :: else ->
            atomic {
                if
                :: head == seen -> leaves(seen); head = seen + 1
                :: else
                fi;
                STEP("queue: dropped")
            }
        fi;
        goto look
    :: else
    fi;
    atomic { producers_asleep = true; STEP("queue: marked that it sleeps") };
    if
    :: NO_LOOK
    :: else -> atomic { if :: tail - head < SLOTS -> goto look :: else fi }
    fi;
    atomic {
        if
        :: room -> room = false
        :: late
        :: getting == 0 -> put_lock = 0; producing--; goto ended /* in vain for ever */
        fi;
        STEP("queue: slept")
    };
    goto look;

fill:
    if
    :: EARLY_TAIL -> atomic { put[tail] = message; tail++ }
    :: else
    fi;
    atomic { seen = (EARLY_TAIL -> tail - 1 : tail) % SLOTS; first[seen] = message; STEP("queue: half filled") };
    atomic { second[seen] = message; STEP("queue: filled") };
    if
    :: NO_FENCE -> atomic { marked = consumers_asleep }
    :: else
    fi;
    atomic {
        if
        :: EARLY_TAIL
        :: else -> put[tail] = message; tail++
        fi;
        owes = true; seen = 0;
        STEP("queue: stored the tail")
    };
    atomic { put_lock = 0; STEP("queue: unlocked") };

    /* wake(RING_ITEMS) */
    atomic {
        if
        :: NO_FENCE
        :: else -> marked = consumers_asleep
        fi;
        if
        :: !marked -> owes = false; message = 0; goto next
        :: else
        fi
    };
    atomic {
        marked = consumers_asleep; consumers_asleep = false;
        if
        :: !marked -> owes = false; message = 0; goto next
        :: else -> marked = false; STEP("queue: cleared the mark")
        fi
    };
    atomic { items = true; owes = false; message = 0; STEP("queue: signalled") };
    goto next;

died:
    atomic {
        late = late || owes;
        if
        :: put_lock == me + 1 -> put_lock = 0
        :: else
        fi;
        producing--
    };

ended:
    skip
}

proctype consumer(byte me) {
    byte seen, a, b, end;
    bool slept, owes, marked;

next:
    atomic { seen = head };
    atomic { end = tail };
    if
    :: end == seen -> end = 0; goto wait
    :: end != seen && end - seen > SLOTS -> end = 0; goto next /* the head has moved since */
    :: else -> end = 0
    fi;
    if
    :: LATE_COPY ->
        atomic {
            if
            :: head != seen -> goto next
            :: else -> head = seen + 1
            fi
        }
    :: else
    fi;
    atomic { a = first[seen % SLOTS] };
    atomic { b = second[seen % SLOTS]; STEP("queue: copied") };
    atomic {
        if
        :: head == seen || LATE_COPY || PLAIN_HEAD ->
            leaves(seen);
            assert(a == b && a == put[seen]);
            head = (LATE_COPY -> head : seen + 1);
            a = 0; b = 0; owes = !drops;
            STEP("queue: stored the head")
        :: else -> a = 0; b = 0; goto next
        fi
    };
    goto arm;

wait:
    atomic { consumers_asleep = true; STEP("queue: marked that it sleeps") };
    if
    :: NO_LOOK
    :: else -> atomic { if :: tail != seen -> goto next :: else fi }
    fi;
    atomic {
        if
        :: items -> items = false; slept = true
        :: late -> slept = true
        :: producing == 0 && head == tail -> goto ended /* in vain for ever */
        fi;
        STEP("queue: slept")
    };
    goto next;

arm: /* passes the signal on */
    atomic {
        if
        :: !slept || KEEPS_WAKE || consumers == 1 -> slept = false; goto wake_room
        :: else -> consumers_asleep = true; STEP("queue: armed")
        fi
    };
    atomic {
        if
        :: head == tail -> slept = false; goto wake_room
        :: else -> marked = consumers_asleep; consumers_asleep = false; STEP("queue: cleared the mark")
        fi
    };
    atomic {
        if
        :: marked -> items = true
        :: else
        fi;
        slept = false; marked = false;
        STEP("queue: signalled")
    };

wake_room:
    atomic {
        if
        :: drops || NO_ROOM || !producers_asleep -> goto got
        :: else
        fi
    };
    atomic {
        marked = producers_asleep; producers_asleep = false;
        if
        :: !marked -> goto got
        :: else -> marked = false; STEP("queue: cleared the mark")
        fi
    };
    atomic { room = true; STEP("queue: signalled") };

got:
    atomic {
        owes = false; seen = 0;
        if
        :: goto next
        :: getting > 1 -> getting--; goto ended /* lives on, and gets no more */
        fi
    };

died:
    atomic { late = late || owes || slept || marked; getting-- };

ended:
    skip
}

init {
    atomic {
        c_code {
            now.mutant = getenv("MUTANT") ? atoi(getenv("MUTANT")) : 0;
            now.deaths = getenv("DEATHS") ? atoi(getenv("DEATHS")) : 1;
        };
        if
        :: drops = false
        :: drops = true
        fi;
        if
        :: producing = 2; consumers = 1; getting = 1; run producer(0); run producer(1); run consumer(2)
        :: producing = 1; consumers = 2; getting = 2; run producer(0); run consumer(1); run consumer(2)
        fi
    }
}
