/*
 * fast_lock.pml - the fast lock (client/sync/fast_lock.h, lock_word.h, slots.h), for spin.
 *
 * Three threads share one lock. Each takes it `rounds` times: as a try, with a time limit, or
 * without one. Each may die after each step (STEP, with the name of the crash point), `deaths`
 * times in all; a new thread takes its place.
 *
 * Checked: one thread at a time is inside. An owner's death is reported to each later owner until
 * one declares the content consistent, and never without a death. A try fails only where it saw
 * an owner. No thread sleeps for ever: a sleep may end by its slice only where the protocol says so
 * (`late`): after the death of a thread that had released the lock and not yet signalled, that was
 * just woken, or that had asked for a hand-off; of an owner that got the lock after the sleeper
 * looked; and where a new thread took the slot of a dead owner between look and sleep. Anywhere
 * else a sleep without a signal is a deadlock here.
 *
 * With MOVES=1 the broker closes the lock (control_lock.c) and opens another one, to which threads
 * go that find it closed. It waits for a free word; at any time it may lose patience, and close a
 * lock that a thread has: then that thread is inside beside the next owner, who is told of a death.
 * Else nobody is inside the old lock after it was closed, and no death is forgotten. The broker may
 * die as threads do, and begins again.
 *
 * The model is sequentially consistent. That suffices for the word, which only compare-and-swap
 * changes; EARLY_GENERATION shows what the order of the two loads is for.
 *
 * The environment has the bounds: ROUNDS, DEATHS, MOVES, and WAYS, such as 123 (TRY, LIMITED, FOREVER);
 * 23: two threads only. Without WAYS, all. MUTANT selects a fault; models.sh runs each, and the check must find it.
 */
#define FRUITLESS 1 /* sleeps before a hand-off; 4 in the code */

/* The word: slot + 1, generation, flags. */
#define OWNER(w)      ((w) & 3)
#define GENERATION(w) (((w) >> 2) & 7)
#define IDENTITY(w)   ((w) & 31)
#define MAKE(s)       (((s) + 1) | (generation[s] << 2))
#define CONTENDED     32
#define HAND_OFF      64
#define DIRTY         128
#define MOVED         255

#define TRY     1
#define LIMITED 2
#define FOREVER 3

c_decl {
\#include <stdlib.h>
}

byte mutant, rounds, deaths, moves;
short ways;
#define NO_BUMP          (mutant == 1) /* a new holder of a slot keeps its generation */
#define TRY_OBEYS        (mutant == 2) /* a try leaves a free lock alone that has HAND_OFF */
#define CARRIES_NOTHING  (mutant == 3) /* who was woken takes the lock without CONTENDED */
#define EVENT_ALONE      (mutant == 4) /* sleepers do not wait for the mutex of the slot */
#define PLAIN_TAKE_OVER  (mutant == 5) /* a store instead of a compare-and-swap */
#define FORGETS_DIRTY    (mutant == 6) /* DIRTY goes without anyone's word */
#define LEAVES_SILENTLY  (mutant == 7) /* gives up before it has set CONTENDED */
#define EARLY_GENERATION (mutant == 8) /* the generation is loaded before the word */
#define NO_WAKE          (mutant == 9) /* the owner does not look at CONTENDED */
#define CLOSES_OWNED     (mutant == 10) /* the broker closes a lock that a thread has, and says nothing */
#define FORGETS_DEATH    (mutant == 11) /* the broker closes a word with DIRTY, and says nothing */
#define CLOSES_FIRST     (mutant == 12) /* the broker notes the death after it has closed the lock */
#define OPENS_AGAIN      (mutant == 13) /* the owner of a closed lock stores a free word */
#define MARKS_ONCE       (mutant == 14) /* the broker notes the death of one that loses the lock before only */

#define word words[at]

byte words[2];         /* of the block that the segment has first, and of the next */
bool event;            /* resets itself */
byte mutex[3];         /* of the slots: the thread that has it, plus one */
byte generation[3];

byte inside[2]; /* the owner, plus one */
bool open;      /* the segment has its next block */
bool marked;    /* `abandoned` in the first block */
bool forced;    /* a thread lost the lock */
bool in_vain;   /* marked although nobody died */
bool torn;   /* an owner died, and nobody has declared the content consistent */
bool late;
byte watched[3]; /* by thread: it saw the owner in this slot, plus two; 1: no owner; 0: does not wait */

/* What a thread adds to the word before it sleeps. */
#define WANTED (CONTENDED | (sleeps >= FRUITLESS -> HAND_OFF : 0))

/* Waits, and saw another owner than this thread. */
#define UNWATCHED(t) (watched[t] != 0 && watched[t] != slot + 2)

/*
 * The thread may die after what it just did. Ends an atomic step. Other crash points of fast_lock.c
 * and slots.c are states that the model has already:
 *
 *     "lock: hand-off" is "lock: contended"
 *     "lock: gives" is "lock: took it free"
 *     "slot: left, not released" is "slot: counted"
 */
#define STEP(name) if :: deaths > 0 -> deaths--; goto died :: true fi

inline own(abandoned) {
    assert(inside[at] == 0 && (at == 0 || inside[0] == 0 || forced));
    assert(!torn || (abandoned) || (at == 0 && marked));
    assert(torn || in_vain || !(abandoned));
    inside[at] = me + 1
}

/* The lock is closed: to the next one. */
inline go_on() {
    forget();
    at = 1;
    left++
}

inline forget() {
    asked = false; signalled = false; win = false; w = 0; seen = 0; sleeps = 0;
    watched[me] = 0
}

proctype thread(byte me, limit) {
    byte slot, w, seen, sleeps, id, left = rounds;
    bit at;
    bool win, asked, signalled;

    atomic { slot = me; id = MAKE(slot); goto next };

claim:
    atomic {
        if
        :: mutex[0] == 0 -> slot = 0
        :: mutex[1] == 0 -> slot = 1
        :: mutex[2] == 0 -> slot = 2
        fi;
        mutex[slot] = me + 1;
        STEP("slot: won, not counted")
    };
    atomic {
        late = late || (IDENTITY(word) == MAKE(slot) && !NO_BUMP);
        if
        :: NO_BUMP
        :: else -> generation[slot]++
        fi;
        id = MAKE(slot);
        STEP("slot: counted")
    };

next:
    atomic { /* fast_take_free */
        if
        :: left == 0 -> goto ended /* lives on, and locks no more */
        :: else -> left--
        fi;
        if
        :: word == MOVED && open -> go_on(); goto next
        :: word == MOVED && !open -> left++; goto closed
        :: word == 0 -> word = id; own(false); STEP("lock: took it free"); goto owner
        :: else
        fi
    };

    goto look;

closed: /* until the segment is open again */
    atomic { open -> at = 1; goto next };

look:
    if
    :: !EARLY_GENERATION -> atomic { w = word; watched[me] = OWNER(w) + 1 }
    :: EARLY_GENERATION ->
        atomic { seen = (OWNER(word) != 0 -> generation[OWNER(word) - 1] : 0) };
        atomic { w = word; watched[me] = OWNER(w) + 1 }
    fi;
    atomic {
        if
        :: w == MOVED ->
            if
            :: asked -> asked = false; STEP("lock: gives up") /* leaves the word as it is */
            :: else
            fi;
            forget();
            left++;
            goto closed
        :: else
        fi
    };
    if
    :: OWNER(w) == 0 && (!(w & HAND_OFF) || sleeps > 0 || (limit == TRY && !TRY_OBEYS)) ->
        atomic { /* free */
            if
            :: word != w -> w = 0; goto look
            :: else ->
                word = id | (w & (DIRTY | CONTENDED)) | /* HAND_OFF stays for who waits */
                       (sleeps > 0 -> (CARRIES_NOTHING -> 0 : CONTENDED) : w & HAND_OFF);
                own((w & DIRTY) != 0);
                forget();
                STEP("lock: took it later");
                goto owner
            fi
        }
    :: OWNER(w) != 0 ->
        atomic {
            if
            :: EARLY_GENERATION
            :: else -> seen = generation[OWNER(w) - 1]
            fi;
            if
            :: seen != GENERATION(w) -> seen = 0; goto take_over
            :: else -> seen = 0
            fi
        }
    :: else
    fi;

    atomic {
        if
        :: limit == TRY ->
            assert(OWNER(w) != 0);
            if
            :: mutex[OWNER(w) - 1] == 0 -> mutex[OWNER(w) - 1] = me + 1; STEP("lock: owner is dead")
            :: else -> forget(); goto next
            fi
        :: limit == LIMITED && sleeps > 0 && LEAVES_SILENTLY -> forget(); goto next
        :: else ->
            if
            :: (w | WANTED) != w && word != w -> w = 0; goto look
            :: else ->
                if
                :: (w | WANTED) != w -> word = w | WANTED
                :: else /* it says so already, or did when it was loaded */
                fi;
                asked = sleeps >= FRUITLESS;
                signalled = false;
                STEP("lock: contended");
                goto sleep
            fi
        fi
    };
    goto take_over;

sleep:
    atomic {
        if
        :: event ->
            event = false; signalled = true;
            late = late || word == MOVED /* perhaps it was for one that waits for the next lock */
        :: !EVENT_ALONE && OWNER(w) != 0 && mutex[OWNER(w) - 1] == 0 ->
            mutex[OWNER(w) - 1] = me + 1; win = true
        :: late || word == MOVED
        :: limit == LIMITED -> goto give_up
        fi;
        sleeps = (sleeps < FRUITLESS -> sleeps + 1 : sleeps);
        STEP("lock: woke");
        if
        :: win -> win = false
        :: else -> w = 0; goto look
        fi
    };

take_over: /* identity of `w` is dead; the mutex of its slot is ours, or it has a new generation */
    if
    :: PLAIN_TAKE_OVER -> atomic { win = (IDENTITY(word) == IDENTITY(w)) }
    :: else
    fi;
    atomic {
        if
        :: PLAIN_TAKE_OVER
        :: else -> win = (IDENTITY(word) == IDENTITY(w))
        fi;
        if
        :: win -> word = id | DIRTY | CONTENDED; own(true)
        :: else
        fi;
        STEP("lock: took over")
    };
    atomic {
        if
        :: mutex[OWNER(w) - 1] == me + 1 && OWNER(w) - 1 != slot -> mutex[OWNER(w) - 1] = 0
        :: else
        fi;
        if
        :: win -> forget(); STEP("slot of the dead owner released"); goto owner
        :: !win && limit == TRY -> forget(); STEP("slot of the dead owner released"); goto next
        :: else -> w = 0; STEP("slot of the dead owner released"); goto look
        fi
    };

give_up:
    atomic {
        if
        :: asked && word != MOVED -> word = word & ~HAND_OFF
        :: else
        fi;
        asked = false;
        STEP("lock: gives up");
        forget();
        goto next
    };

owner:
    atomic { /* fast_give */
        inside[at] = 0;
        if
        :: word == MOVED && !OPENS_AGAIN -> STEP("lock: gives"); goto next /* SHMB_STALE */
        :: word == MOVED && OPENS_AGAIN -> word = 0; goto next
        :: else
        fi;
        signalled = (word & CONTENDED) != 0;
        if
        :: torn ->
            if
            :: word = word & HAND_OFF; torn = false; /* declared consistent */
                if :: at == 0 -> marked = false :: else fi
            :: word = word & HAND_OFF | (FORGETS_DIRTY -> 0 : DIRTY)
            fi
        :: else -> word = word & HAND_OFF
        fi;
        STEP("lock: gave, not signalled");
        if
        :: !signalled || NO_WAKE -> signalled = false; goto next
        :: else
        fi
    };
    atomic { event = true; signalled = false; goto next };

died:
    atomic {
        late = late || signalled || asked;
        if
        :: inside[at] == me + 1 ->
            inside[at] = 0;
            torn = torn || word != MOVED; /* else the next owner is told as it is */
            late = late || UNWATCHED(0) || UNWATCHED(1) || UNWATCHED(2)
        :: else
        fi;
        /* the system gives back what it had */
        if :: mutex[0] == me + 1 -> mutex[0] = 0 :: else fi;
        if :: mutex[1] == me + 1 -> mutex[1] = 0 :: else fi;
        if :: mutex[2] == me + 1 -> mutex[2] = 0 :: else fi;
        forget();
        left = rounds;
        if
        :: goto claim
        :: goto ended /* nobody takes its place */
        fi
    };

ended:
    skip
}

/* Ends an atomic step of the broker: it may die, and begin again. */
#define BROKER_STEP if :: deaths > 0 -> deaths--; goto again :: true fi

proctype broker() {
    byte found;
    bit at = 0;

again:
    found = 0;
    do
    :: words[0] == MOVED -> break
    :: else ->
        /* control_lock_close_free */
        atomic { found = word };
        if
        :: OWNER(found) == 0 || CLOSES_OWNED ->
            atomic {
                if
                :: (found & DIRTY) && !FORGETS_DEATH && !CLOSES_FIRST ->
                    marked = true; in_vain = in_vain || !torn;
                    BROKER_STEP
                :: else
                fi
            };
            atomic {
                if
                :: word == found ->
                    word = MOVED;
                    BROKER_STEP
                :: else -> found = 0; goto again
                fi
            };
            atomic {
                if
                :: (found & DIRTY) && CLOSES_FIRST -> marked = true
                :: else
                fi
            };
            break
        :: OWNER(found) != 0 ->
            /* control_lock_close_owned, after the last try */
            atomic { marked = true; in_vain = true; BROKER_STEP };
            atomic {
                forced = forced || inside[0] != 0;
                torn = torn || inside[0] != 0;
                word = MOVED;
                BROKER_STEP
            };
            atomic {
                if
                :: MARKS_ONCE
                :: else -> marked = true
                fi
            };
            break
        :: OWNER(found) != 0 -> skip /* tries again */
        fi
    od;
    /* control_block_make: the next block */
    atomic { words[1] = (marked -> DIRTY : 0); open = true; found = 0 }
}

init {
    byte a, b, c;

    atomic {
        c_code {
            now.mutant = getenv("MUTANT") ? atoi(getenv("MUTANT")) : 0;
            now.rounds = getenv("ROUNDS") ? atoi(getenv("ROUNDS")) : 1;
            now.deaths = getenv("DEATHS") ? atoi(getenv("DEATHS")) : 1;
            now.moves = getenv("MOVES") ? atoi(getenv("MOVES")) : 0;
            now.ways = getenv("WAYS") ? atoi(getenv("WAYS")) : 0;
        };
        mutex[0] = 1; mutex[1] = 2; mutex[2] = 3;
        generation[0] = 1; generation[1] = 1; generation[2] = 1;
        /* Threads are alike: the order of the three ways does not matter. */
        if
        :: ways != 0 -> a = ways / 100; b = (ways / 10) % 10; c = ways % 10
        :: ways == 0 -> a = TRY
        :: ways == 0 -> a = LIMITED
        :: ways == 0 -> a = FOREVER
        fi;
        if
        :: ways == 0 ->
            b = a;
            do
            :: b < FOREVER -> b++
            :: break
            od;
            c = b;
            do
            :: c < FOREVER -> c++
            :: break
            od
        :: else
        fi;
        if
        :: a != 0 -> run thread(0, a)
        :: else
        fi;
        run thread(1, b);
        run thread(2, c);
        if
        :: moves > 0 -> run broker()
        :: else
        fi;
        a = 0; b = 0; c = 0
    }
}
