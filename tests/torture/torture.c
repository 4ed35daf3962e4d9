/*
 * torture.c - clients read and write checksummed records, plain and with the
 * library, in 64 and 32 bit, while they, the broker and its keeper are killed,
 * and the service is stopped, started, upgraded and reloaded, and its
 * configuration broken.
 *
 *   torture SECONDS SEED BROKER.EXE [WORKER.EXE of the other bitness]
 *
 * Runs at least that long, and until every floor is reached. Exit code: 0 every
 * byte is accounted for, nobody hung, nothing is left; 1 it is not so, and the
 * last line says what; 2 usage. The same seed does the same things, as far as
 * the scheduler does.
 */
#include "torture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "crew.h"
#include "process.h"
#include "shmb.h"
#include "site.h"

/* What a run must have done, or it proves nothing. */
#define FLOOR_BROKER  30u
#define FLOOR_KEEPER  30u
#define FLOOR_CLIENT  300u
#define FLOOR_HOLDING 100u
#define FLOOR_RELOAD  30u
#define FLOOR_ADOPTED 100u

/* A run that has not reached them so many seconds after its time has failed. */
#define SECONDS_MOST 300u

static struct journal *journal;
static uint32_t dice;
static struct {
    uint32_t broker, keeper, both, alone, reload, refused, stop, upgrade;
} done;
static ULONGLONG slowest; /* from the end of a broker to the next one that holds everything, ms */

static uint32_t throw_dice(uint32_t sides)
{
    return torture_random(&dice) % sides;
}

static bool failed(const char *what, long code)
{
    journal_fail(journal, "%s: %ld", what, code);
    return false;
}

/* ---- someone who has everything open while nobody else need have ---- */

static HANDLE anchors[2 * SEGMENTS + 3];
static shmb_segment *segments[SEGMENTS];

static bool anchor(void)
{
    wchar_t name[64];
    uint32_t i;

    for (i = 0; i < SEGMENTS; i++) {
        swprintf(name, 64, L"Global\\%hs", torture_name(i));
        anchors[2 * i] = OpenFileMappingW(FILE_MAP_READ, FALSE, name);
        wcscat(name, L".lock");
        anchors[2 * i + 1] = OpenMutexW(SYNCHRONIZE, FALSE, name);
        if (shmb_open(torture_name(i), SHMB_READ, 0, &segments[i]) != SHMB_OK)
            return failed("the driver cannot open segment", (long)i);
    }
    anchors[2 * SEGMENTS] = OpenMutexW(SYNCHRONIZE, FALSE, L"Global\\ShmbTorture.Mutex");
    anchors[2 * SEGMENTS + 1] = OpenEventW(SYNCHRONIZE, FALSE, L"Global\\ShmbTorture.Event");
    anchors[2 * SEGMENTS + 2] =
        OpenSemaphoreW(SYNCHRONIZE, FALSE, L"Global\\ShmbTorture.Semaphore");
    for (i = 0; i < sizeof(anchors) / sizeof(anchors[0]); i++)
        if (anchors[i] == NULL)
            return failed("the driver cannot open object", (long)i);
    return true;
}

static void weigh_anchor(void)
{
    uint32_t i;

    for (i = 0; i < SEGMENTS; i++) {
        shmb_close(segments[i]);
        segments[i] = NULL;
    }
    for (i = 0; i < sizeof(anchors) / sizeof(anchors[0]); i++) {
        if (anchors[i] != NULL)
            CloseHandle(anchors[i]);
        anchors[i] = NULL;
    }
}

/* ---- what is done to them ---- */

static bool kill_clients(void)
{
    uint32_t times;

    for (times = 0; times < 6; times++)
        if (!crew_kill(throw_dice(SLOTS)))
            return false;
    return true;
}

static bool let_clients_die(void)
{
    uint32_t times;

    if (!crew_wait_working())
        return false;
    for (times = 0; times < 4; times++)
        if (!crew_let_die((times * 2 + throw_dice(2)) % SLOTS))
            return false;
    return true;
}

static bool back_again(ULONGLONG since)
{
    ULONGLONG took;

    if (!site_start() || !site_check(true))
        return false;
    took = GetTickCount64() - since;
    if (took > slowest)
        slowest = took;
    return site_alone();
}

static bool kill_broker(void)
{
    ULONGLONG since = GetTickCount64();

    if (!site_kill_broker())
        return false;
    done.broker++;
    /* Sometimes clients die while there is no broker. */
    if (throw_dice(3) == 0 && (!crew_kill(throw_dice(SLOTS)) || !crew_kill(throw_dice(SLOTS))))
        return false;
    return back_again(since);
}

/* The broker makes another one. */
static bool kill_keeper(void)
{
    DWORD keeper;

    if (!site_wait_keeper(0))
        return false;
    keeper = site_keeper();
    if (!process_kill(keeper))
        return failed("there is no keeper to kill", (long)keeper);
    done.keeper++;
    return site_wait_keeper(keeper);
}

/* The keeper alone holds everything. */
static bool leave_alone(void)
{
    ULONGLONG since;
    bool kill = throw_dice(2) == 0;

    if (!crew_end_all() || !site_wait_keeper(0))
        return false;
    since = GetTickCount64();
    if (kill ? !site_kill_broker() : !site_stop())
        return false;
    done.broker += kill;
    done.stop += !kill;
    done.alone++;
    return site_is_there() && back_again(since) && crew_start_all();
}

/* Only clients hold everything. */
static bool kill_both(void)
{
    ULONGLONG since = GetTickCount64();
    DWORD keeper;

    if (!anchor() || !site_wait_keeper(0))
        return false;
    keeper = site_keeper();
    if (throw_dice(2) == 0 ? !process_kill(keeper) || !site_kill_broker()
                           : !site_kill_broker() || !process_kill(keeper))
        return failed("broker and keeper are not there to be killed", (long)keeper);
    done.broker++;
    done.keeper++;
    done.both++;
    if (!back_again(since) || !site_wait_keeper(0))
        return false;
    weigh_anchor();
    return true;
}

/* Killed again before it runs, or when it has just begun to. */
static bool kill_start(void)
{
    ULONGLONG since = GetTickCount64();
    uint32_t times;

    if (!site_kill_broker())
        return false;
    for (times = throw_dice(3); times > 0; times--) {
        if (!site_kill_start(throw_dice(120)))
            return false;
        done.broker++;
    }
    done.broker++;
    return back_again(since);
}

static bool stop_and_start(void)
{
    ULONGLONG since = GetTickCount64();

    if (!site_stop())
        return false;
    done.stop++;
    return back_again(since);
}

static bool reload(void)
{
    static const enum site_configuration kinds[] = {SITE_MORE, SITE_ACCESS, SITE_WITHOUT,
                                                    SITE_OTHER_SIZE, SITE_BROKEN};
    enum site_configuration which = kinds[throw_dice(sizeof(kinds) / sizeof(kinds[0]))];

    if (!site_reload(which) || (which == SITE_BROKEN && !site_check(false)) ||
        !site_reload(SITE_USUAL))
        return false;
    done.reload += 2;
    done.refused += which == SITE_BROKEN;
    return site_check(false);
}

/* Killed somewhere in the middle of it. */
static bool kill_reload(void)
{
    ULONGLONG since;

    if (!site_reload_begun(throw_dice(2) == 0 ? SITE_MORE : SITE_ACCESS))
        return false;
    Sleep(throw_dice(60));
    since = GetTickCount64();
    if (!site_kill_broker())
        return false;
    done.broker++;
    if (!site_reload_ended() || !site_start() || !site_reload(SITE_USUAL))
        return false;
    done.reload++;
    return back_again(since);
}

static bool upgrade(void)
{
    if (!site_upgrade())
        return false;
    done.upgrade++;
    return site_check(true);
}

static const struct {
    const char *name;
    unsigned weight;
    bool (*run)(void);
} actions[] = {
    {"kill clients", 12, kill_clients},
    {"let clients die", 11, let_clients_die},
    {"kill the broker", 8, kill_broker},
    {"stop and start", 2, stop_and_start},
    {"reload", 5, reload},
    {"kill a reload", 2, kill_reload},
    {"upgrade", 1, upgrade},
    {"kill a start", 3, kill_start},
    {"kill the keeper", 9, kill_keeper},
    {"leave the keeper alone", 2, leave_alone},
    {"kill both", 2, kill_both},
};
#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

static size_t choose(void)
{
    unsigned sum = 0, number;
    size_t i;

    for (i = 0; i < ACTIONS; i++)
        sum += actions[i].weight;
    number = throw_dice(sum);
    for (i = 0; number >= actions[i].weight; i++)
        number -= actions[i].weight;
    return i;
}

static bool reached(void)
{
    struct crew_counts crew = crew_counts();

    return done.broker >= FLOOR_BROKER && done.keeper >= FLOOR_KEEPER && done.alone > 0 &&
           done.both > 0 && crew.deaths >= FLOOR_CLIENT && crew.holding >= FLOOR_HOLDING &&
           done.reload >= FLOOR_RELOAD && site_counts().adopted >= FLOOR_ADOPTED;
}

static bool torture(uint32_t seconds)
{
    ULONGLONG begun = GetTickCount64();

    for (;;) {
        ULONGLONG passed = (GetTickCount64() - begun) / 1000;
        size_t action = choose();

        if (passed >= seconds && reached())
            return true;
        if (passed > (ULONGLONG)seconds + SECONDS_MOST)
            return failed("the floors were not reached in seconds", (long)passed);
        if (getenv("SHMB_TORTURE_SHOW") != NULL)
            fprintf(stderr, "%5llu s: %s\n", passed, actions[action].name);
        if (!actions[action].run() || journal->failed != 0)
            return failed(actions[action].name, 0);
    }
}

/* ---- afterwards ---- */

/* Nobody works any more: every byte, and every death, is accounted for. */
static bool settle(uint32_t segment)
{
    struct segment_line *line = &journal->segments[segment];
    struct crew_deaths deaths = crew_deaths_in(segment);
    wchar_t name[64];
    HANDLE section, mutex;
    uint8_t *bytes;
    DWORD waited;
    int32_t told;

    swprintf(name, 64, L"Global\\%hs", torture_name(segment));
    section = OpenFileMappingW(FILE_MAP_WRITE, FALSE, name);
    wcscat(name, L".lock");
    mutex = OpenMutexW(SYNCHRONIZE, FALSE, name);
    bytes = section != NULL ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    waited = WaitForSingleObject(mutex, 10000);
    if (bytes == NULL || (waited != WAIT_OBJECT_0 && waited != WAIT_ABANDONED))
        return failed("in the end it is not to be had: segment", (long)segment);
    line->told += waited == WAIT_ABANDONED;
    if (!segment_check(journal, segment, bytes, PAGE_SIZE, waited == WAIT_ABANDONED))
        return false;
    ReleaseMutex(mutex);
    UnmapViewOfFile(bytes);
    CloseHandle(section);
    CloseHandle(mutex);
    told = line->told;
    if (told >= deaths.certain - deaths.doubtful &&
        told <= deaths.certain + deaths.doubtful + deaths.further)
        return true;
    journal_fail(journal, "%s: %d owners died, perhaps %d more, and %d were told",
                 torture_name(segment), deaths.certain, deaths.doubtful + deaths.further, told);
    return false;
}

/* What reloads take, they give back. */
static bool leaks_nothing(void)
{
    uint32_t before, after, i;

    if (!site_reload(SITE_MORE) || !site_reload(SITE_USUAL))
        return false;
    if (!site_wait_keeper(0))
        return false;
    before = site_handles();
    for (i = 0; i < 5; i++)
        if (!site_reload(SITE_MORE) || !site_reload(SITE_USUAL))
            return false;
    if (!site_wait_keeper(0))
        return false;
    after = site_handles();
    if (after == before)
        return true;
    journal_fail(journal, "broker and keeper have %u handles, and had %u", after, before);
    return false;
}

static bool all_is_well(void)
{
    uint32_t i;

    if (!crew_end_all() || !site_check(false))
        return false;
    for (i = 0; i < SEGMENTS; i++)
        if (!settle(i))
            return false;
    return leaks_nothing() && site_end();
}

static void tell(void)
{
    uint64_t records = 0;
    uint32_t told = 0, i, slot;

    for (i = 0; i < SEGMENTS; i++) {
        told += (uint32_t)journal->segments[i].told;
        for (slot = 0; slot < SLOTS; slot++)
            records += journal->segments[i].done[slot];
    }
    printf("killed: %u brokers, %u keepers, %u clients, %u of them with a lock (%u were told)\n",
           done.broker, done.keeper, crew_counts().deaths, crew_counts().holding, told);
    printf("held by the keeper alone: %u times, by clients alone: %u\n", done.alone, done.both);
    printf("reloads: %u, %u refused; stops: %u; upgrades: %u; adopted: %u objects, slowest %llu "
           "ms\n",
           done.reload, done.refused, done.stop, done.upgrade, site_counts().adopted, slowest);
    printf("records written: %llu\n", (unsigned long long)records);
}

int wmain(int argc, wchar_t **argv)
{
    static wchar_t worker[1024];
    uint32_t seconds = argc > 1 ? (uint32_t)wcstoul(argv[1], NULL, 0) : 0;
    wchar_t *end;
    bool well;

    if (argc < 4 || seconds == 0) {
        fputs("usage: torture SECONDS SEED BROKER.EXE [WORKER.EXE]\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IONBF, 0);
    GetModuleFileNameW(NULL, worker, 1000);
    end = wcsrchr(worker, L'\\');
    wcscpy(end != NULL ? end + 1 : worker, L"torture_worker.exe");
    journal = journal_map(true);
    if (journal == NULL)
        return 1;
    journal->seed = (uint32_t)wcstoul(argv[2], NULL, 0);
    dice = journal->seed;
    printf("seed %u\n", journal->seed);
    crew_begin(journal, worker, argc > 4 ? argv[4] : NULL);
    well = site_begin(journal, argv[3]) && site_check(false) && crew_start_all() &&
           torture(seconds) && all_is_well();
    tell();
    if (!well) {
        crew_abandon();
        site_abandon();
        printf("FAILED: %s\n", journal->failure);
        return 1;
    }
    printf("every byte is accounted for\n");
    return 0;
}
