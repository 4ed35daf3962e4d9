/*
 * worker.c - a client that is about to die.
 *
 *   torture_worker SLOT plain|library ROUND
 *
 * Reads, checks and writes the segments of its kind until it is told to end, or
 * to die, or is killed. Exit code: 0 told to end; WORKER_DIED by its own hand;
 * WORKER_FAILED: something is wrong, and noted in the journal.
 */
#include "torture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker.h"
#include "shmb.h"

#define PIECE 64u

/* An open segment, in one of the two ways. */
struct place {
    bool used;
    HANDLE section, mutex;
    shmb_segment *segment; /* NULL: plain */
    uint8_t *bytes;
    size_t size;
    uint32_t retired; /* as the journal has it, before the calls of the work in progress */
    bool stale;       /* one of them got SHMB_STALE */
};

static struct journal *journal;
static struct worker_line *line;
static uint32_t slot, dice;
static bool with_library;
static struct place places[SEGMENTS];

static void enter(enum torture_state state)
{
    InterlockedExchange((volatile LONG *)&line->state, (LONG)state);
}

static bool failed(const char *what, uint32_t segment, long code)
{
    journal_fail(journal, "slot %u (%s, %u bit), %s: %s: %ld", slot,
                 with_library ? "library" : "plain", (unsigned)(8 * sizeof(void *)),
                 torture_name(segment), what, code);
    return false;
}

static uint32_t throw_dice(uint32_t sides)
{
    return torture_random(&dice) % sides;
}

/* One of the places where a worker that was told to dies. */
static void maybe_die(void)
{
    if (line->command == COMMAND_DIE && throw_dice(3) == 0)
        TerminateProcess(GetCurrentProcess(), WORKER_DIED);
}

/* ---- opening ---- */

static bool open_plain(uint32_t segment)
{
    struct place *place = &places[segment];
    ULONGLONG until = GetTickCount64() + WORKER_PATIENCE_MS;
    wchar_t name[64], lock[64];

    swprintf(name, 64, L"Global\\%hs", torture_name(segment));
    swprintf(lock, 64, L"Global\\%hs.lock", torture_name(segment));
    for (;;) {
        place->section = OpenFileMappingW(FILE_MAP_WRITE, FALSE, name);
        place->mutex = OpenMutexW(SYNCHRONIZE | MUTEX_MODIFY_STATE, FALSE, lock);
        if (place->section != NULL && place->mutex != NULL)
            break;
        if (GetLastError() != ERROR_FILE_NOT_FOUND || GetTickCount64() > until)
            return failed("cannot be opened", segment, (long)GetLastError());
        if (place->section != NULL)
            CloseHandle(place->section);
        if (place->mutex != NULL)
            CloseHandle(place->mutex);
        Sleep(5);
    }
    place->bytes = MapViewOfFile(place->section, FILE_MAP_WRITE, 0, 0, 0);
    place->size = PAGE_SIZE;
    return place->bytes != NULL || failed("cannot be mapped", segment, (long)GetLastError());
}

/* In the moment in which no broker runs, the library knows less: then once more. */
static bool open_library(uint32_t segment)
{
    struct place *place = &places[segment];
    ULONGLONG until = GetTickCount64() + WORKER_PATIENCE_MS;
    shmb_info info = {.size = sizeof(info)};
    void *data;

    for (;;) {
        int32_t result =
            shmb_open(torture_name(segment), SHMB_WRITE, WORKER_PATIENCE_MS, &place->segment);

        if (result != SHMB_OK)
            return failed("shmb_open", segment, result);
        shmb_state(place->segment, &info);
        if ((info.flags & SHMB_FLAG_ROUNDED) == 0)
            break;
        if (GetTickCount64() > until)
            return failed("no directory", segment, 0);
        shmb_close(place->segment);
        Sleep(5);
    }
    if (info.bytes != SEGMENT_SIZE)
        return failed("size", segment, (long)info.bytes);
    shmb_data(place->segment, &data);
    place->bytes = data;
    place->size = SEGMENT_SIZE;
    return true;
}

static bool open_all(void)
{
    uint32_t segment;

    for (segment = 0; segment < SEGMENTS; segment++) {
        enum torture_users users = torture_users_of(segment);

        if (users == (with_library ? USERS_PLAIN : USERS_LIBRARY))
            continue;
        places[segment].used = true;
        if (with_library ? !open_library(segment) : !open_plain(segment))
            return false;
    }
    return true;
}

/* ---- retired segments ---- */

/*
 * True if the result is SHMB_STALE, and the segment was retired at some time during the work.
 * The caller notes any other failure.
 */
static bool is_stale(uint32_t segment, int32_t result)
{
    struct segment_line *truth = &journal->segments[segment];
    struct place *place = &places[segment];

    if (result != SHMB_STALE || (place->retired % 2 == 0 && truth->retired == place->retired))
        return false;
    if (!place->stale)
        InterlockedIncrement((volatile LONG *)&truth->stale);
    place->stale = true;
    return true;
}

/*
 * After SHMB_STALE, some workers go on with their handle, which works again when the segment
 * is back. The others open the segment again, which waits for it. The old handle ends only
 * after that: without handles, the content is lost.
 */
static bool renew(uint32_t segment)
{
    struct place *place = &places[segment];
    shmb_segment *old = place->segment;

    place->stale = false;
    if ((journal->segments[segment].retired / 2 + slot / 2) % 2 == 0) {
        Sleep(1);
        return true;
    }
    return open_library(segment) &&
           (shmb_close(old) == SHMB_OK || failed("shmb_close", segment, 0));
}

/* ---- under the lock ---- */

/* False: the lock is not ours; a failure is noted unless the segment is stale. */
static bool take(uint32_t segment, bool *told)
{
    struct place *place = &places[segment];
    int32_t result;

    if (place->segment != NULL) {
        result = shmb_lock(place->segment, WORKER_PATIENCE_MS);
        *told = result == SHMB_ABANDONED;
        if (*told)
            line->forgiving = 1;
        if (is_stale(segment, result))
            return false;
        return result >= 0 || failed("shmb_lock", segment, result);
    }
    result = (int32_t)WaitForSingleObject(place->mutex, WORKER_PATIENCE_MS);
    *told = result == WAIT_ABANDONED;
    return result == WAIT_OBJECT_0 || *told || failed("wait for the lock", segment, result);
}

static bool give(uint32_t segment)
{
    struct place *place = &places[segment];

    if (place->segment == NULL)
        return ReleaseMutex(place->mutex) || failed("ReleaseMutex", segment, (long)GetLastError());
    return shmb_unlock(place->segment) == SHMB_OK || failed("shmb_unlock", segment, 0);
}

/* False: as take. */
static bool begin(uint32_t segment)
{
    struct place *place = &places[segment];
    int32_t result = place->segment != NULL ? shmb_write_begin(place->segment) : SHMB_OK;

    if (is_stale(segment, result))
        return false;
    return result == SHMB_OK || failed("shmb_write_begin", segment, result);
}

static bool end(uint32_t segment)
{
    struct place *place = &places[segment];
    int32_t result = place->segment != NULL ? shmb_write_end(place->segment) : SHMB_OK;

    /* A write of a stale segment ends all the same. */
    return result == SHMB_OK || is_stale(segment, result) ||
           failed("shmb_write_end", segment, result);
}

/* Completes what the dead one began, and says so. The bytes of a stale segment can be mended. */
static bool mend(uint32_t segment)
{
    struct place *place = &places[segment];
    bool begun = begin(segment);
    int32_t result;

    if ((!begun && !place->stale) ||
        !segment_check(journal, segment, place->bytes, place->size, true) ||
        (begun && !end(segment)))
        return false;
    result = place->segment != NULL ? shmb_mark_consistent(place->segment) : SHMB_OK;
    line->forgiving = 0;
    if (is_stale(segment, result)) {
        InterlockedIncrement((volatile LONG *)&journal->segments[segment].unmarked);
        return true;
    }
    return result == SHMB_OK || failed("shmb_mark_consistent", segment, result);
}

/* In pieces, each of which can be the last one. */
static bool write_record(uint32_t segment)
{
    struct segment_line *truth = &journal->segments[segment];
    uint8_t *at = places[segment].bytes + slot * RECORD_SIZE;
    uint32_t sequence = truth->done[slot] + 1;
    struct record record;
    size_t i;

    record_make(journal, segment, slot, sequence, &record);
    enter(STATE_WRITING);
    if (!begin(segment)) {
        enter(STATE_HOLDING);
        return places[segment].stale;
    }
    truth->begun[slot] = sequence;
    for (i = 0; i < RECORD_SIZE; i += PIECE) {
        memcpy(at + i, (const uint8_t *)&record + i, PIECE);
        maybe_die();
    }
    if (!end(segment))
        return false;
    truth->done[slot] = sequence;
    enter(STATE_HOLDING);
    maybe_die();
    return true;
}

static bool work_on(uint32_t segment)
{
    struct place *place = &places[segment];
    bool told;

    line->segment = segment;
    enter(STATE_WANTING);
    if (!take(segment, &told)) {
        enter(STATE_IDLE);
        return place->stale;
    }
    if (told)
        InterlockedIncrement((volatile LONG *)&journal->segments[segment].told);
    enter(STATE_HOLDING);
    if (told ? !mend(segment) : !segment_check(journal, segment, place->bytes, place->size, false))
        return false;
    maybe_die();
    if (throw_dice(2) == 0 && !write_record(segment))
        return false;
    enter(STATE_RELEASING);
    if (!give(segment))
        return false;
    enter(STATE_IDLE);
    return true;
}

/* ---- without it ---- */

/* No record is seen by half, none goes back. */
static bool look_at(uint32_t segment)
{
    uint32_t of = throw_dice(SLOTS), before = journal->segments[segment].done[of];
    struct record record;
    int32_t result =
        shmb_snapshot(places[segment].segment, of * RECORD_SIZE, &record, sizeof(record), NULL);

    if (result == SHMB_BUSY || result == SHMB_INCONSISTENT || is_stale(segment, result))
        return true;
    if (result != SHMB_OK)
        return failed("shmb_snapshot", segment, result);
    if (!record_is(journal, segment, of, record.sequence, &record) || record.sequence < before)
        return failed("a snapshot has a record that never was", segment, (long)record.sequence);
    line->snapshots++;
    return true;
}

static bool work(void)
{
    uint32_t segment = throw_dice(SEGMENTS);
    struct place *place = &places[segment];
    bool look, well;

    if (!place->used)
        return true;
    line->operations++;
    place->retired = journal->segments[segment].retired;
    look = with_library && torture_users_of(segment) == USERS_LIBRARY && throw_dice(3) == 0;
    well = look ? look_at(segment) : work_on(segment);
    return well && (!place->stale || renew(segment));
}

int main(int argc, char **argv)
{
    bool well;

    journal = journal_map(false);
    if (argc != 4 || journal == NULL)
        return WORKER_FAILED;
    slot = (uint32_t)strtoul(argv[1], NULL, 0) % SLOTS;
    with_library = strcmp(argv[2], "library") == 0;
    dice = journal->seed ^ (slot + 1) * 7919u ^ (uint32_t)strtoul(argv[3], NULL, 0) * 104729u;
    line = &journal->workers[slot];
    well = open_all();
    enter(STATE_IDLE);
    while (well && line->command != COMMAND_END && journal->failed == 0) {
        well = work();
        if (throw_dice(8) == 0)
            Sleep(1); /* others want the processor, too */
    }
    return well ? 0 : WORKER_FAILED;
}
