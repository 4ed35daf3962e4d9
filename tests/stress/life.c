#include "life.h"

#include <string.h>

#define SUBJECT(which) (1u << SUBJECT_##which)
#define WITH_LOCK      (SUBJECT(LOCK) | SUBJECT(SNAPSHOT) | SUBJECT(NOTIFY) | SUBJECT(QUEUE))
#define RARE           4u   /* passes of a point that a thread seldom passes, at most */
#define OFTEN          300u /* of the others */
#define ROUNDS         600u /* until a thread that still lives chooses another point */

static const struct point {
    const char *name;
    unsigned subjects; /* in whose work it is */
    uint32_t passes;
} points[] = {
    {"slot: won, not counted", WITH_LOCK, 1},
    {"slot: counted", WITH_LOCK, 1},
    {"slot: left, not released", WITH_LOCK, 1},
    {"lock: took it free", WITH_LOCK, 1},
    {"lock: took it later", WITH_LOCK, RARE},
    {"lock: contended", WITH_LOCK, RARE},
    {"lock: hand-off", WITH_LOCK, 1},
    {"lock: woke", WITH_LOCK, RARE},
    {"lock: owner is dead", WITH_LOCK, 1},
    {"lock: took over", WITH_LOCK, 1},
    {"lock: gives up", SUBJECT(LOCK), 1},
    {"lock: gives", WITH_LOCK, RARE},
    {"lock: gave, not signalled", WITH_LOCK, RARE},
    {"section: entered", SUBJECT(LOCK), OFTEN},
    {"section: A", SUBJECT(LOCK), OFTEN},
    {"section: committed", SUBJECT(LOCK), OFTEN},
    {"section: B", SUBJECT(LOCK), OFTEN},
    {"value: half written", SUBJECT(SNAPSHOT), OFTEN},
    {"value: written", SUBJECT(SNAPSHOT), OFTEN},
    {"pair: before the copy", SUBJECT(SNAPSHOT), OFTEN},
    {"pair: in the copy", SUBJECT(SNAPSHOT), OFTEN},
    {"pair: copied, not published", SUBJECT(SNAPSHOT), OFTEN},
    {"pair: published", SUBJECT(SNAPSHOT), OFTEN},
    {"change: stored, not noted", SUBJECT(NOTIFY), RARE},
    {"change: noted, not signalled", SUBJECT(NOTIFY), RARE},
    {"change: signalled", SUBJECT(NOTIFY), RARE},
    {"change: said that it waits", SUBJECT(NOTIFY), RARE},
    {"queue: before a drop", SUBJECT(QUEUE), OFTEN},
    {"queue: dropped", SUBJECT(QUEUE), OFTEN},
    {"queue: locked", SUBJECT(QUEUE), OFTEN},
    {"queue: room", SUBJECT(QUEUE), OFTEN},
    {"queue: filled", SUBJECT(QUEUE), OFTEN},
    {"queue: stored the tail", SUBJECT(QUEUE), OFTEN},
    {"queue: unlocked", SUBJECT(QUEUE), OFTEN},
    {"queue: copied", SUBJECT(QUEUE), OFTEN},
    {"queue: stored the head", SUBJECT(QUEUE), OFTEN},
    {"queue: cleared the mark", SUBJECT(QUEUE), RARE},
    {"queue: marked that it sleeps", SUBJECT(QUEUE), RARE},
    {"queue: slept", SUBJECT(QUEUE), RARE},
};

#define COUNT ((uint32_t)(sizeof(points) / sizeof(points[0])))
static_assert(COUNT <= POINTS, "the journal counts the deaths at each point");

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static DWORD tls;

static BOOL CALLBACK make_tls(PINIT_ONCE control, PVOID context, PVOID *out)
{
    (void)control;
    (void)context;
    (void)out;
    tls = TlsAlloc();
    return tls != TLS_OUT_OF_INDEXES;
}

static struct life *life_now(void)
{
    return InitOnceExecuteOnce(&once, make_tls, NULL, NULL) ? TlsGetValue(tls) : NULL;
}

void life_begin(struct life *life, uint32_t lane)
{
    LARGE_INTEGER now;

    QueryPerformanceCounter(&now);
    memset(life, 0, sizeof(*life));
    life->lane = lane;
    life->dice = ((uint64_t)now.QuadPart * 2654435761u ^ (uint64_t)GetCurrentThreadId() << 40) | 1;
    (void)life_now();
    TlsSetValue(tls, life);
    shmb_store32(&journal->alive[lane], 1);
}

void life_end(void)
{
    TlsSetValue(tls, NULL);
}

uint32_t life_dice(struct life *life, uint32_t sides)
{
    life->dice ^= life->dice << 13;
    life->dice ^= life->dice >> 7;
    life->dice ^= life->dice << 17;
    return (uint32_t)(life->dice >> 32) % sides;
}

void life_round(struct life *life)
{
    const unsigned subject = 1u << journal->subject;
    const struct point *point;

    if (journal->way > WAY_SELF || life->rounds++ % ROUNDS != 0)
        return;
    do {
        point = &points[life_dice(life, COUNT)];
    } while ((point->subjects & subject) == 0);
    life->where = point->name;
    life->passes = 1 + life_dice(life, point->passes);
}

/* What a death here leaves behind that only the dying thread knows. */
static void leave(const struct life *life)
{
    const uint32_t lane = life->lane;

    if (journal->subject == SUBJECT_NOTIFY && life->shown)
        journal_count(&journal->unsignalled);
    if (journal->subject == SUBJECT_QUEUE) {
        if (life->put)
            shmb_store64(&journal->done[lane], shmb_load64(&journal->begun[lane]));
        else
            shmb_store64(&journal->begun[lane], shmb_load64(&journal->done[lane]));
        if (life->got || strcmp(life->where, "queue: dropped") == 0)
            journal_count(&journal->may_miss);
    }
    shmb_store32(&journal->alive[lane], 0);
}

static void die(struct life *life, uint32_t point)
{
    leave(life);
    life_end();
    journal_count(&journal->deaths_at[point]);
    journal_count(&journal->deaths);
    if (journal->way == WAY_SELF)
        TerminateProcess(GetCurrentProcess(), WORKER_DIED);
    ExitThread(WORKER_DIED);
}

static void note(struct life *life, const char *name)
{
    if (strcmp(name, "queue: stored the tail") == 0)
        life->put = true;
    else if (strcmp(name, "queue: stored the head") == 0)
        life->got = true;
    else if (strcmp(name, "change: stored, not noted") == 0)
        life->shown = true;
    else if (strcmp(name, "change: signalled") == 0)
        life->shown = false;
}

void shmb_crash_point(const char *name)
{
    struct life *life = life_now();
    uint32_t i = 0;

    if (life == NULL)
        return;
    note(life, name);
    if (life->where == NULL || strcmp(name, life->where) != 0 || --life->passes > 0)
        return;
    while (strcmp(name, points[i].name) != 0)
        i++;
    die(life, i);
}

const char *life_point_name(uint32_t point)
{
    return point < COUNT ? points[point].name : NULL;
}
