#include "driver.h"

#include <stdio.h>
#include <string.h>

#include "process.h"
#include "stage_queue.h"
#include "unix_process.h"
#include "work.h"

#define PROCESSES_MOST 4u
#define THREADS        3u /* of each of two processes, where threads die */
#define END_MS         60000u
#define SEGMENT_BYTES  4096u
#define QUEUE_SLOTS    16u
#define QUEUE_BYTES    56u

struct process {
    HANDLE handle;
    uint32_t first, count; /* lanes */
    const char *program;
    uint64_t kill_at; /* operations of its lane */
    bool killed;
};

/* When a lane has done something last. */
struct rest {
    uint64_t operations;
    ULONGLONG since;
};

struct lap {
    const struct plan *plan;
    const struct crew *crew;
    struct process processes[PROCESSES_MOST];
    uint32_t count;
    struct rest rests[LANES];
    uint32_t kills, stuck;
    uint64_t dice;
};

static const char *const way_names[WAYS] = {"ExitThread", "TerminateProcess of itself",
                                            "TerminateProcess", "SIGKILL"};

const char *driver_way_name(enum way way)
{
    return way_names[way];
}

bool driver_knows(enum way way)
{
    return way != WAY_KILL || unix_process_id() != 0;
}

static uint32_t throw_dice(struct lap *lap, uint32_t sides)
{
    lap->dice = lap->dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(lap->dice >> 33) % sides;
}

/* ---- workers ---- */

/* About how many operations a worker does before another program ends it, at most. */
static const uint32_t life_most[SUBJECTS] = {3000, 1000, 40, 2000};

static bool start(struct lap *lap, struct process *process)
{
    wchar_t command[1100];

    journal->unix_id[process->first] = 0;
    process->killed = false;
    process->kill_at = shmb_load64(&journal->operations[process->first]) +
                       throw_dice(lap, life_most[lap->plan->subject]);
    swprintf(command, sizeof(command) / sizeof(command[0]), L"\"%hs\" %lu %lu", process->program,
             (unsigned long)process->first, (unsigned long)process->count);
    process->handle = process_start(command);
    return process->handle != NULL ||
           journal_fail("%s cannot be started: %lu", process->program, GetLastError());
}

static bool start_all(struct lap *lap)
{
    const bool threads = lap->plan->way == WAY_EXIT;
    uint32_t i;

    lap->count = threads ? 2 : PROCESSES_MOST;
    journal->lanes = threads ? lap->count * THREADS : lap->count;
    for (i = 0; i < lap->count; i++) {
        lap->processes[i] = (struct process){
            .first = threads ? i * THREADS : i,
            .count = threads ? THREADS : 1,
            .program = lap->crew->programs[i % 2],
        };
        if (!start(lap, &lap->processes[i]))
            return false;
    }
    return true;
}

/* A worker has ended. True: as it was to. */
static bool bury(struct lap *lap, struct process *process)
{
    DWORD code = 0;

    GetExitCodeProcess(process->handle, &code);
    CloseHandle(process->handle);
    process->handle = NULL;
    shmb_store32(&journal->alive[process->first], 0);
    if (process->killed) {
        lap->kills++;
        return true;
    }
    return (code == WORKER_DIED && lap->plan->way == WAY_SELF) || (code == 0 && journal->stop) ||
           journal_fail("a worker ended with 0x%lx", code);
}

static void kill_one(struct lap *lap, struct process *process)
{
    if (lap->plan->deaths == 0 || process->killed ||
        shmb_load64(&journal->operations[process->first]) < process->kill_at ||
        (lap->plan->way == WAY_KILL && journal->unix_id[process->first] == 0))
        return;
    process->killed = true;
    if (lap->plan->way == WAY_TERMINATE)
        TerminateProcess(process->handle, WORKER_KILLED);
    else
        unix_process_kill(journal->unix_id[process->first]);
}

static uint64_t operations(void)
{
    uint64_t sum = 0;
    uint32_t i;

    for (i = 0; i < LANES; i++)
        sum += shmb_load64(&journal->operations[i]);
    return sum;
}

/* A producer has no numbers left. */
static bool is_at_end(void)
{
    uint32_t i = 0;

    while (i < LANES && shmb_load64(&journal->begun[i]) + 1 < SEQUENCES)
        i++;
    return i < LANES;
}

static bool is_done(const struct lap *lap)
{
    return is_at_end() || (journal->deaths + lap->kills >= lap->plan->deaths &&
                           operations() >= lap->plan->operations);
}

/* Each lane does something in the time that `patience_ms` gives it. */
static bool watch(struct lap *lap)
{
    const ULONGLONG now = GetTickCount64();
    uint32_t i;

    for (i = 0; i < LANES; i++) {
        struct rest *rest = &lap->rests[i];
        const uint64_t done = shmb_load64(&journal->operations[i]);

        if (journal->alive[i] == 0 || done != rest->operations || rest->since == 0) {
            rest->operations = done;
            rest->since = now;
        } else if (now - rest->since > lap->crew->patience_ms) {
            lap->stuck++;
            return journal_fail("lane %lu is stuck", (unsigned long)i);
        }
    }
    return true;
}

static bool work_until_done(struct lap *lap)
{
    uint32_t i;

    while (!is_done(lap)) {
        for (i = 0; i < lap->count; i++) {
            struct process *process = &lap->processes[i];

            if (WaitForSingleObject(process->handle, 0) == WAIT_OBJECT_0 &&
                (!bury(lap, process) || !start(lap, process)))
                return false;
            if (lap->plan->way >= WAY_TERMINATE)
                kill_one(lap, process);
        }
        if (journal->failed != 0 || !watch(lap))
            return false;
        Sleep(1);
    }
    return true;
}

static bool end_all(struct lap *lap)
{
    bool well = true;
    uint32_t i;

    journal->stop = 1;
    for (i = 0; i < lap->count; i++) {
        struct process *process = &lap->processes[i];

        if (process->handle == NULL)
            continue;
        if (WaitForSingleObject(process->handle, END_MS) == WAIT_OBJECT_0) {
            well = bury(lap, process) && well;
            continue;
        }
        lap->stuck++;
        well = journal_fail("a worker does not end");
        (void)process_end(process->handle, 0);
    }
    return well;
}

/* ---- the lap ---- */

static void set_stage(const struct plan *plan)
{
    const enum subject subject = plan->subject;
    unsigned how = STAGE_LOCK | STAGE_FAST;

    if (subject == SUBJECT_SNAPSHOT)
        how |= STAGE_DOUBLE;
    if (subject == SUBJECT_NOTIFY)
        how |= STAGE_NOTIFY | STAGE_WAITERS;
    stage_begin();
    if (subject == SUBJECT_QUEUE)
        stage_queue(STRESS_QUEUE, QUEUE_SLOTS, QUEUE_BYTES, plan->queue_flags, 0);
    else
        stage_segment(STRESS_SEGMENT, SEGMENT_BYTES, how);
    stage_publish();
}

static void count(const struct lap *lap, struct tally *tally)
{
    uint32_t i;

    tally->operations += operations();
    tally->deaths += journal->deaths + lap->kills;
    tally->told += journal->told;
    tally->told_outside += journal->told_outside;
    tally->untold += journal->untold;
    tally->lost += journal->lost;
    tally->stuck += lap->stuck;
    for (i = 0; i < POINTS; i++)
        tally->deaths_at[i] += journal->deaths_at[i];
}

bool driver_lap(const struct plan *plan, const struct crew *crew, struct tally *tally)
{
    const struct work *work = work_of(plan->subject);
    struct lap lap = {.plan = plan, .crew = crew};
    LARGE_INTEGER now;
    bool well;

    QueryPerformanceCounter(&now);
    lap.dice = (uint64_t)now.QuadPart;
    if (journal == NULL && !journal_map(true))
        return false;
    memset(journal, 0, sizeof(*journal));
    journal->subject = plan->subject;
    journal->way = plan->way;
    set_stage(plan);
    well = work->open() && (work->prepare == NULL || work->prepare());
    if (well) {
        well = start_all(&lap) && work_until_done(&lap);
        well = end_all(&lap) && well;
        well = well && work->check(journal->deaths + lap.kills);
        work->close();
    }
    stage_queues_end();
    stage_end();
    count(&lap, tally);
    return well && journal->failed == 0;
}
