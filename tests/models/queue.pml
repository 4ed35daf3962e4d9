/*
 * queue.pml - the queue (client/sync/queue_layout.h, queue_ring.c), for spin.
 *
 * Three threads, two of them producers or two of them consumers, on a queue of two slots that
 * blocks or drops the oldest message. The producers put MESSAGES messages in all. Each thread may
 * die after each step (STEP), `deaths` times in all. The producers' lock is that of
 * fast_lock.pml: here it is free at once when its owner dies. Room is signalled where the head is
 * a multiple of a part of a lap, 1 or 2 slots here: either has to do.
 *
 * With `renews`, the broker gives the queue other slots at some time: it ends the generation, frees
 * the lock, begins another generation. A thread that finds its own one over opens the queue again;
 * until then, each of its steps can come late.
 *
 * Checked: each message that was put is got or dropped once, in order and whole; nothing else is
 * got; neither index goes back; no thread sleeps while it could go on. Not whole is what a thread
 * that lost the lock writes to as well (`unsure`). A sleep may end by the clock only after a death
 * between a move of an index and its signal, or of a thread that was woken and had not passed the
 * signal on, and after a renewal (`late`). Elsewhere such a sleep is a deadlock here.
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
#define RARE_ROOM   (mutant == 9) /* a consumer signals room in every other lap only */
#define PLAIN_TAIL  (mutant == 10) /* a producer stores the tail instead of swapping it */

/* The shared part: a message has two halves. */
byte head, tail, first[SLOTS], second[SLOTS];
bool consumers_asleep, producers_asleep, items, room;
byte put_lock; /* its owner, plus one */

bool drops, renews;
byte part;
byte generation = 1; /* 0: over */
byte consumers, getting, producing; /* consumers at first, and alive; producers alive */
byte made;             /* messages begun, each with a number of its own */
byte put[MOST];        /* by position: what was put there */
bool ended_with[MOST]; /* by position: got or dropped */
bool unsure[MOST]; /* by position: a thread that lost the lock has written to its slot as well */
bool late;

/* Of a thread that opened the queue in the generation `mine`. */
#define CURRENT (generation == mine)

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

/* Also when it dies. The lock of another generation has other threads in it. */
inline give_back() {
    if
    :: put_lock == me + 1 && (CURRENT || generation == 0) -> put_lock = 0
    :: else
    fi
}

/* Writes to the slot of `at`, with or without the lock. */
inline write_late() {
    if
    :: !CURRENT || put_lock != me + 1 ->
        unsure[at % SLOTS] = true; unsure[at % SLOTS + SLOTS] = true
    :: else
    fi
}

proctype producer(byte me) {
    byte message, seen, at, mine = 1;
    bool owes, marked;

next:
    atomic { /* locked */
        put_lock == 0 || !CURRENT;
        if
        :: !CURRENT -> goto stale
        :: CURRENT && (tail >= MESSAGES || made == MOST) -> producing--; goto ended
        :: else -> put_lock = me + 1; made++; message = made; at = tail; STEP("queue: locked")
        fi
    };

look:
    atomic { seen = head };
    if
    :: at - seen < SLOTS -> goto fill
    :: at - seen >= SLOTS && drops ->
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
    atomic { if :: !CURRENT -> goto stale :: else fi; producers_asleep = true; STEP("queue: marked that it sleeps") };
    if
    :: NO_LOOK
    :: else -> atomic { if :: at - head < SLOTS -> goto look :: else fi }
    fi;
    atomic {
        if
        :: room -> room = false
        :: late
        :: getting == 0 -> give_back(); producing--; goto ended /* in vain for ever */
        fi;
        STEP("queue: slept")
    };
    goto look;

fill:
    if
    :: EARLY_TAIL -> atomic { put[tail] = message; tail++ }
    :: else
    fi;
    atomic { if :: !CURRENT -> goto stale :: else fi; seen = at % SLOTS; first[seen] = message; write_late(); STEP("queue: half filled") };
    atomic { second[seen] = message; write_late(); if :: !CURRENT -> goto stale :: else fi; STEP("queue: filled") };
    if
    :: NO_FENCE -> atomic { marked = consumers_asleep }
    :: else
    fi;
    atomic {
        if
        :: EARLY_TAIL
        :: !EARLY_TAIL && (tail == at || PLAIN_TAIL) ->
            assert(tail == at);
            put[at] = message; tail = at + 1; write_late()
        :: else -> goto stale
        fi;
        owes = true; seen = 0; at = 0;
        STEP("queue: stored the tail")
    };
    atomic { give_back(); STEP("queue: unlocked") };

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

stale: /* opens the queue again */
    atomic {
        generation != 0;
        give_back();
        mine = generation; message = 0; seen = 0; at = 0; marked = false; owes = false
    };
    goto next;

died:
    atomic { late = late || owes; give_back(); producing-- };

ended:
    skip
}

proctype consumer(byte me) {
    byte seen, a, b, end, mine = 1;
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
    atomic { b = second[seen % SLOTS]; if :: !CURRENT -> goto stale :: else fi; STEP("queue: copied") };
    atomic {
        if
        :: head == seen || LATE_COPY || PLAIN_HEAD ->
            leaves(seen);
            assert(unsure[seen] || a == b && a == put[seen]);
            head = (LATE_COPY -> head : seen + 1);
            a = 0; b = 0; owes = !drops;
            STEP("queue: stored the head")
        :: else -> a = 0; b = 0; goto next
        fi
    };
    goto arm;

wait:
    atomic { if :: !CURRENT -> goto stale :: else fi; consumers_asleep = true; STEP("queue: marked that it sleeps") };
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
        :: drops || NO_ROOM || (seen + 1) % (RARE_ROOM -> 2 * SLOTS : part) != 0 || !producers_asleep -> goto got
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

stale: /* opens the queue again */
    atomic {
        generation != 0;
        mine = generation; a = 0; b = 0
    };
    goto next;

died:
    atomic { late = late || owes || slept || marked; getting-- };

ended:
    skip
}

/* What the broker does to a queue that comes to use other slots. */
proctype broker() {
    atomic { generation = 0; late = true };
    atomic { put_lock = 0 };
    atomic { generation = 2 }
}

init {
    atomic {
        c_code {
            now.mutant = getenv("MUTANT") ? atoi(getenv("MUTANT")) : 0;
            now.deaths = getenv("DEATHS") ? atoi(getenv("DEATHS")) : 1;
            now.renews = getenv("RENEWS") ? atoi(getenv("RENEWS")) : 0;
        };
        if
        :: drops = false
        :: drops = true
        fi;
        part = 1;
        if
        :: !drops -> part = 2
        :: true
        fi;
        if
        :: renews -> run broker()
        :: else
        fi;
        if
        :: producing = 2; consumers = 1; getting = 1; run producer(0); run producer(1); run consumer(2)
        :: producing = 1; consumers = 2; getting = 2; run producer(0); run consumer(1); run consumer(2)
        fi
    }
}
