/*
 * torture.c - clients read and write checksummed records, plain and with the
 * library, in 64 and 32 bit, while they, the broker and its keeper are killed,
 * and the service is stopped, started, upgraded and reloaded, and its
 * configuration broken.
 *
 *   torture SECONDS SEED BROKER.EXE [WORKER.EXE of the other bitness]
 *
 * Runs at least that long, and until every floor is reached: what is missing when
 * the time is over is then done until it is not. Exit code: 0 every byte is
 * accounted for, nobody hung, nothing is left; 1 it is not so, and the last line
 * says what; 2 usage. The same seed does the same things, as far as the scheduler
 * does.
 */
#include "torture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "asker.h"
#include "crew.h"
#include "process.h"
#include "shmb.h"
#include "site.h"
#include "vandal.h"

/* What a run must have done, or it proves nothing. */
#define FLOOR_BROKER  30u
#define FLOOR_KEEPER  30u
#define FLOOR_CLIENT  300u
#define FLOOR_HOLDING 100u
#define FLOOR_RELOAD  30u
#define FLOOR_STALE   20u /* SHMB_STALE for a retired segment */
#define FLOOR_ADOPTED 100u
#define FLOOR_START   10u /* a keeper is without a note for a few milliseconds of each start */

/* A run that has not reached them so many seconds after its time has failed. */
#define SECONDS_MORE 600u

/* A keeper that has lived so long is replaced at once when it dies. */
#define STEADY_MS 1100u

/* How often everything is reloaded twice to see whether handles are lost. */
#define ROUNDS 10u

static struct journal *journal;
static uint32_t dice;
static struct {
    uint32_t broker, keeper, both, alone, reload, refused, stop, upgrade;
    uint32_t start, cut;               /* starts and reloads in the middle of which it was killed */
    uint32_t client, holding, adopted; /* as crew and site count them */
    uint32_t stale;                    /* SHMB_STALE, as the workers count it */
    uint32_t asked, asking; /* brokers killed that held what was asked for; while programs ask */
    uint32_t wipe;          /* headers of control sections filled with zeros */
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

/* The broker makes another one: at once, or, where one dies after the other, after a while. */
static bool kill_keeper(void)
{
    DWORD keeper;

    if (!site_wait_keeper(0))
        return false;
    if (done.keeper % 2 != 0)
        Sleep(STEADY_MS);
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
    for (times = throw_dice(2) + 1; times > 0; times--) {
        if (!site_kill_start(throw_dice(120)))
            return false;
        done.broker++;
        done.start++;
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
    static const enum site_configuration kinds[] = {SITE_MORE, SITE_ACCESS, SITE_OTHER_SIZE};

    if (!site_reload(kinds[throw_dice(sizeof(kinds) / sizeof(kinds[0]))]) ||
        !site_reload(SITE_USUAL))
        return false;
    done.reload += 2;
    return site_check(false);
}

static uint32_t count_stale(void)
{
    uint32_t sum = 0, i;

    for (i = 0; i < SEGMENTS; i++)
        sum += (uint32_t)journal->segments[i].stale;
    return sum;
}

/* Workers use the segments: they must get SHMB_STALE, and no content may be lost. */
static bool retire(void)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;
    uint32_t before = count_stale();

    if (!crew_wait_working() || !site_reload(SITE_WITHOUT))
        return false;
    while (count_stale() == before) {
        if (journal->failed != 0 || GetTickCount64() > until)
            return failed("no worker got SHMB_STALE for a retired segment", 0);
        Sleep(1);
    }
    if (!site_reload(SITE_USUAL))
        return false;
    done.reload += 2;
    return site_check(false);
}

/* Refused as a whole. */
static bool reload_broken(void)
{
    if (!site_reload(SITE_BROKEN) || !site_check(false))
        return false;
    done.refused++;
    if (!site_reload(SITE_USUAL))
        return false;
    done.reload++;
    return site_check(false);
}

/* Killed somewhere in the middle of it. SITE_USUAL brings retired segments back. */
static bool kill_reload(void)
{
    static const enum site_configuration kinds[] = {SITE_MORE, SITE_ACCESS, SITE_WITHOUT,
                                                    SITE_USUAL};
    enum site_configuration kind = kinds[throw_dice(sizeof(kinds) / sizeof(kinds[0]))];
    ULONGLONG since;

    if (!crew_wait_working() || (kind == SITE_USUAL && !site_reload(SITE_WITHOUT)) ||
        !site_reload_begun(kind))
        return false;
    Sleep(throw_dice(60));
    since = GetTickCount64();
    if (!site_kill_broker())
        return false;
    done.broker++;
    done.cut++;
    if (!site_reload_ended() || !site_start() || !site_reload(SITE_USUAL))
        return false;
    done.reload++;
    return back_again(since);
}

/* No program notices, and a reload or the next broker, which adopts the sections, repairs them. */
static bool wipe_headers(void)
{
    if (!crew_wait_working())
        return false;
    if (vandal_wipe() == 0)
        return failed("there is no control section to wipe", 0);
    done.wipe++;
    if (throw_dice(2) == 0) {
        if (!kill_broker())
            return false;
    } else if (!site_reload(SITE_USUAL)) {
        return false;
    }
    if (!vandal_is_repaired())
        return failed("a control section was not repaired", 0);
    return site_check(false);
}

/* What was asked for is held by the keeper alone, and is the next broker's. */
static bool kill_asked(void)
{
    if (!asker_fill(journal) || !site_wait_keeper(0) || !site_kill_broker())
        return false;
    done.broker++;
    done.asked++;
    return site_start() && asker_check(journal) && asker_release(journal) && site_check(true) &&
           site_alone();
}

/* Killed while a program asks and releases: nothing of that may be left when it has stopped. */
static bool kill_asking(void)
{
    bool well;

    if (!asker_start(journal))
        return false;
    Sleep(throw_dice(100));
    well = site_kill_broker() && site_start();
    done.broker++;
    done.asking++;
    return asker_stop(journal) && well && asker_release(journal) && site_check(true) &&
           site_alone();
}

static bool upgrade(void)
{
    if (!site_upgrade())
        return false;
    done.upgrade++;
    return site_check(true);
}

/* How often each comes, and the floor that it helps to reach. */
static const struct action {
    const char *name;
    unsigned weight;
    bool (*run)(void);
    const uint32_t *done;
    uint32_t floor;
} actions[] = {
    {"kill clients", 12, kill_clients, &done.client, FLOOR_CLIENT},
    {"let clients die", 11, let_clients_die, &done.holding, FLOOR_HOLDING},
    {"kill the broker", 8, kill_broker, &done.broker, FLOOR_BROKER},
    {"stop and start", 2, stop_and_start, &done.stop, 2},
    {"reload", 3, reload, &done.reload, FLOOR_RELOAD},
    {"retire", 2, retire, &done.stale, FLOOR_STALE},
    {"reload what is broken", 1, reload_broken, &done.refused, 1},
    {"kill a reload", 2, kill_reload, &done.cut, 3},
    {"upgrade", 1, upgrade, &done.upgrade, 1},
    {"wipe the control sections", 1, wipe_headers, &done.wipe, 3},
    {"kill a start", 3, kill_start, &done.start, FLOOR_START},
    {"kill who holds what was asked for", 2, kill_asked, &done.asked, 3},
    {"kill while a program asks", 2, kill_asking, &done.asking, 3},
    {"kill the keeper", 9, kill_keeper, &done.keeper, FLOOR_KEEPER},
    {"leave the keeper alone", 2, leave_alone, &done.alone, 2},
    {"kill both", 2, kill_both, &done.both, 1},
    {"kill the broker, for who adopts", 0, kill_broker, &done.adopted, FLOOR_ADOPTED},
};
#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

static const struct action *choose(void)
{
    unsigned sum = 0, number;
    size_t i;

    for (i = 0; i < ACTIONS; i++)
        sum += actions[i].weight;
    number = throw_dice(sum);
    for (i = 0; number >= actions[i].weight; i++)
        number -= actions[i].weight;
    return &actions[i];
}

/* One whose floor is not reached; NULL: there is none. */
static const struct action *missing(void)
{
    size_t first = throw_dice(ACTIONS), i;

    for (i = 0; i < ACTIONS; i++) {
        const struct action *action = &actions[(first + i) % ACTIONS];

        if (*action->done < action->floor)
            return action;
    }
    return NULL;
}

static void count(void)
{
    done.client = crew_counts().deaths;
    done.holding = crew_counts().holding;
    done.adopted = site_counts().adopted;
    done.stale = count_stale();
}

static bool torture(uint32_t seconds)
{
    ULONGLONG begun = GetTickCount64();

    for (;;) {
        ULONGLONG passed = (GetTickCount64() - begun) / 1000;
        const struct action *action = passed < seconds ? choose() : missing();

        if (action == NULL) {
            printf("ran %llu s\n", passed);
            return true;
        }
        if (passed > (ULONGLONG)seconds + SECONDS_MORE) {
            journal_fail(journal, "%s: %u after %llu s, and must be %u", action->name,
                         *action->done, passed, action->floor);
            return false;
        }
        if (getenv("SHMB_TORTURE_SHOW") != NULL)
            fprintf(stderr, "%5llu s: %s\n", passed, action->name);
        if (!action->run() || journal->failed != 0)
            return failed(action->name, 0);
        count();
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
    waited = WaitForSingleObject(mutex, PATIENCE_MS);
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
        told <= deaths.certain + deaths.doubtful + deaths.further + line->unmarked)
        return true;
    journal_fail(journal, "%s: %d owners died, perhaps %d more, and %d were told",
                 torture_name(segment), deaths.certain,
                 deaths.doubtful + deaths.further + line->unmarked, told);
    return false;
}

static bool reload_often(void)
{
    uint32_t i;

    for (i = 0; i < ROUNDS; i++)
        if (!site_reload(SITE_MORE) || !site_reload(SITE_USUAL))
            return false;
    return site_wait_keeper(0);
}

/* Whether broker and keeper come down to so many handles; how many they have then. */
static bool come_down_to(uint32_t most, uint32_t *now)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;

    for (;;) {
        *now = site_handles();
        if (*now != 0 && *now <= most)
            return true;
        if (GetTickCount64() > until)
            return false;
        Sleep(20);
    }
}

/*
 * What reloads take, they give back. The broker answers before it has closed its
 * last file, so a count may be of a moment: too high by one hides nothing, for each
 * round would lose one; after one too low, the second try counts from where all had
 * come to rest.
 */
static bool leaks_nothing(void)
{
    uint32_t before, after = 0, tries;

    if (!reload_often())
        return false;
    before = site_handles();
    for (tries = 0; tries < 2; tries++) {
        if (!reload_often())
            return false;
        if (come_down_to(before, &after))
            return true;
        if (tries == 0)
            before = after;
    }
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
    return leaks_nothing() && site_alone() && site_end();
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
    printf("calls for a retired segment: %u; headers wiped: %u times\n", count_stale(), done.wipe);
    printf("objects on request: %u; brokers killed that held some: %u, that were being asked: %u\n",
           asker_made(), done.asked, done.asking);
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
