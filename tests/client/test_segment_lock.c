/* Fast locks of segments: the results of a mutex, without one; and what programs can do to them. */
#include "fast_segment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shmb_fast.h"

#define EVENT NAME ".lock"

static uint64_t identity_of(uint32_t slot, uint32_t generation)
{
    return (uint64_t)generation << SHMB_LOCK_GENERATION | (slot + 1);
}

/* The slot of a word's owner. */
static uint32_t owner_of(uint64_t word)
{
    return (uint32_t)(word & SHMB_LOCK_SLOT) - 1;
}

/* Is the mutex of a slot free? */
static bool is_free(uint32_t index)
{
    const DWORD answer = WaitForSingleObject(stage_slot_mutex(index), 0);

    if (answer == WAIT_TIMEOUT)
        return false;
    assert_true(answer == WAIT_OBJECT_0 || answer == WAIT_ABANDONED);
    return ReleaseMutex(stage_slot_mutex(index));
}

/* ---- as a mutex --------------------------------------------------------------- */

static void a_lock_is_counted(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    uint64_t mine;

    (void)state;
    assert_int_equal(shmb_unlock(segment), SHMB_NOT_OWNER);
    assert_int_equal(shmb_write(segment, 0, "x", 1, NULL), SHMB_NOT_OWNER);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    mine = *word_at();
    assert_int_not_equal(mine, 0);
    assert_int_equal(shmb_lock(segment, SHMB_INFINITE), SHMB_OK);
    assert_int_equal(shmb_write(segment, 0, "x", 1, NULL), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_string_equal(client_line(&user, "fast-try " NAME), "-9");
    assert_true(*word_at() == mine);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_true(*word_at() == 0);
    assert_int_equal(shmb_unlock(segment), SHMB_NOT_OWNER);
    assert_string_equal(client_line(&user, "fast-try " NAME), "0");
    assert_int_equal(shmb_update(segment, 0, "y", 1, 0, NULL), SHMB_OK);
    shmb_close(segment);
}

static DWORD WINAPI unlock_there(void *segment)
{
    return (DWORD)-shmb_unlock(segment);
}

static void a_lock_belongs_to_its_thread(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE), *second = opened(NAME, SHMB_WRITE);

    (void)state;
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(in_thread(unlock_there, segment), (DWORD)-SHMB_NOT_OWNER);
    assert_int_equal(in_thread(lock_and_end, segment), (DWORD)-SHMB_TIMEOUT);
    /* Handles do not matter; the second one has not locked anything yet. */
    assert_int_equal(shmb_unlock(second), SHMB_OK);
    assert_true(*word_at() == 0);
    /* A thread that ends with it is an owner that has died. */
    assert_int_equal(in_thread(lock_and_end, segment), 0);
    assert_int_equal(shmb_write(segment, 0, "x", 1, NULL), SHMB_NOT_OWNER);
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    shmb_close(second);
    shmb_close(segment);
}

static void closing_gives_the_lock_back(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);

    (void)state;
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_close(segment), SHMB_OK);
    assert_true(*word_at() == 0);
}

static void a_wait_ends_in_time_or_with_the_release(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    struct child *child = client_start(&user, "fast-hold " NAME), *waiting;
    ULONGLONG start;

    (void)state;
    child_expect(child, "ready");
    start = GetTickCount64();
    assert_int_equal(shmb_lock(segment, 200), SHMB_TIMEOUT);
    assert_true(GetTickCount64() - start >= 100); /* clocks go in steps */
    assert_int_equal(child_end(child), 0);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    waiting = client_start(&user, "fast-wait " NAME);
    child_expect(waiting, "waits");
    while ((*word_at() & SHMB_LOCK_CONTENDED) == 0)
        SwitchToThread();
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    child_expect(waiting, "0");
    assert_int_equal(child_end(waiting), 0);
    shmb_close(segment);
}

static void one_program_is_first(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    int32_t first;

    (void)state;
    assert_int_equal(shmb_first(segment, 0, &first), SHMB_OK);
    assert_int_equal(first, 1);
    assert_string_equal(client_line(&user, "fast-try " NAME), "-9");
    assert_int_equal(shmb_init_done(segment), SHMB_OK);
    assert_true(*word_at() == 0);
    assert_int_equal(shmb_first(segment, 0, &first), SHMB_OK);
    assert_int_equal(first, 0);
    shmb_close(segment);
}

/* ---- deaths ------------------------------------------------------------------- */

static void death_is_told_to_all_until_consistent(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    struct child *waiting;

    (void)state;
    let_die("fast-hold");
    assert_int_equal(shmb_update(segment, 0, "abc", 3, 0, NULL), SHMB_ABANDONED);
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_string_equal(client_line(&user, "fast-try " NAME), "1");
    /* The word alone tells it, too. */
    stage_block(row)->abandoned = 0;
    assert_string_equal(client_line(&user, "fast-try " NAME), "1");
    assert_int_equal(shmb_mark_consistent(segment), SHMB_NOT_OWNER);
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_true(*word_at() == 0);
    assert_string_equal(client_line(&user, "fast-try " NAME), "0");
    /* One that sleeps already is woken by the death itself. */
    waiting = client_start(&user, "fast-wait-death " NAME);
    child_expect(waiting, "opened");
    let_die("fast-hold");
    assert_string_equal(child_find(waiting, "1", SUPPORT_DEADLINE_MS), "1");
    assert_int_equal(child_end(waiting), 0);
    shmb_close(segment);
}

static void death_in_a_write_stops_snapshots(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    char byte;

    (void)state;
    let_die("fast-half");
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_INCONSISTENT);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_OK);
    shmb_close(segment);
}

/* ---- slots -------------------------------------------------------------------- */

static DWORD WINAPI lock_and_unlock(void *segment)
{
    const int32_t result = shmb_lock(segment, 0);

    if (result >= 0)
        shmb_unlock(segment);
    return (DWORD)-result;
}

static void a_thread_that_ends_gives_its_slot_back(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    uint32_t i;

    (void)state;
    for (i = 0; i < 3 * STAGE_SLOTS; i++)
        assert_int_equal(in_thread(lock_and_unlock, segment), 0);
    assert_int_equal(slots_taken(), 0);
    for (i = 0; i < STAGE_SLOTS; i++) {
        assert_true(is_free(i));
        assert_true(stage_slot(i)->holder == 0);
    }
    shmb_close(segment);
}

static void a_thread_has_one_slot_for_all_segments(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE), *other = opened("ShmbTest.Other", SHMB_WRITE);
    uint64_t mine;

    (void)state;
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    mine = *word_at();
    assert_int_equal(shmb_lock(other, 0), SHMB_OK);
    assert_int_equal(slots_taken(), 1);
    assert_true(stage_slot(owner_of(mine))->holder ==
                ((uint64_t)GetCurrentProcessId() << 32 | GetCurrentThreadId()));
    /* The slot is the thread's, not the handle's, until the last handle of them is closed. */
    shmb_close(segment);
    segment = opened(NAME, SHMB_WRITE);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_true(*word_at() == mine);
    shmb_close(segment);
    assert_int_equal(slots_taken(), 1);
    shmb_close(other);
    assert_int_equal(slots_taken(), 0);
}

/* Threads that each keep a slot until they may end. */
static struct {
    shmb_segment *segment;
    HANDLE ready, leave;
} crowd;

static DWORD WINAPI keep_a_slot(void *unused)
{
    (void)unused;
    if (lock_and_unlock(crowd.segment) != 0)
        return 1;
    ReleaseSemaphore(crowd.ready, 1, NULL);
    WaitForSingleObject(crowd.leave, INFINITE);
    return 0;
}

static void no_slot_is_left(void **state)
{
    HANDLE threads[STAGE_SLOTS];
    uint32_t i;

    (void)state;
    crowd.segment = opened(NAME, SHMB_WRITE);
    crowd.ready = CreateSemaphoreW(NULL, 0, STAGE_SLOTS, NULL);
    crowd.leave = CreateEventW(NULL, TRUE, FALSE, NULL);
    for (i = 0; i < STAGE_SLOTS; i++) {
        threads[i] = CreateThread(NULL, 0, keep_a_slot, NULL, 0, NULL);
        assert_int_equal(WaitForSingleObject(crowd.ready, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    }
    assert_int_equal(slots_taken(), STAGE_SLOTS);
    assert_int_equal(shmb_lock(crowd.segment, SHMB_INFINITE), SHMB_NO_SLOT);
    assert_non_null(strstr(text_of(SHMB_NO_SLOT), "max_lockers"));
    assert_non_null(strstr(text_of(SHMB_NO_SLOT), "ShmBroker.Slots.1"));
    assert_string_equal(client_line(&user, "fast-try " NAME), "-11");
    SetEvent(crowd.leave);
    assert_int_equal(WaitForMultipleObjects(STAGE_SLOTS, threads, TRUE, SUPPORT_DEADLINE_MS), 0);
    for (i = 0; i < STAGE_SLOTS; i++)
        CloseHandle(threads[i]);
    assert_int_equal(shmb_lock(crowd.segment, 0), SHMB_OK);
    shmb_close(crowd.segment);
    CloseHandle(crowd.ready);
    CloseHandle(crowd.leave);
}

/* Slots that say they are taken, and are not: any writer can do that. */
static void slots_that_lie(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    uint32_t i;

    (void)state;
    for (i = 0; i < STAGE_SLOTS; i++) {
        stage_slot(i)->taken = 0xFFFFFFFFu;
        stage_slot(i)->generation = 0xFFFFFFFFu;
    }
    assert_string_equal(client_line(&user, "fast-try " NAME), "0");
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    /* Never 0; the other program may have had this slot before. */
    assert_in_range((uint32_t)(*word_at() >> SHMB_LOCK_GENERATION), 1, 2);
    shmb_close(segment);
}

/* ---- what programs write into the word ---------------------------------------- */

static void words_of_strangers(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    struct child *child;
    uint64_t held;

    (void)state;
    assert_int_equal(shmb_update(segment, 0, "a", 1, 0, NULL), SHMB_OK);
    *word_at() = identity_of(STAGE_SLOTS, 1); /* out of range */
    assert_int_equal(shmb_lock(segment, SHMB_INFINITE), SHMB_CORRUPT);
    *word_at() = UINT64_C(1) << 60;
    assert_int_equal(shmb_lock(segment, SHMB_INFINITE), SHMB_CORRUPT);
    *word_at() = SHMB_LOCK_HAND_OFF; /* nobody waits for it */
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_lock(segment, SHMB_INFINITE), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_true(*word_at() == 0);
    /* A thread that lives, and does not have the lock: as a mutex that is not released. */
    child = client_start(&user, "fast-hold " NAME);
    child_expect(child, "ready");
    held = *word_at();
    assert_int_equal(shmb_lock(segment, 100), SHMB_TIMEOUT);
    /* Another generation of its slot: the former thread is dead, and nobody has the lock. */
    *word_at() = held + (UINT64_C(1) << SHMB_LOCK_GENERATION);
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    child_kill(child);
    shmb_close(segment);
}

/* A program takes the lock from a thread that lives: its slot is free once it is told. */
static DWORD WINAPI lose_and_end(void *segment)
{
    if (shmb_lock(segment, 0) != SHMB_OK)
        return 1;
    *word_at() += UINT64_C(1) << SHMB_LOCK_GENERATION;
    if (in_thread(lock_and_unlock, segment) != (DWORD)-SHMB_ABANDONED)
        return 2;
    return shmb_unlock(segment) == SHMB_NOT_OWNER && shmb_unlock(segment) == SHMB_NOT_OWNER ? 0 : 3;
}

static void a_lock_that_was_lost_frees_its_slot(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);

    (void)state;
    assert_int_equal(in_thread(lose_and_end, segment), 0);
    assert_int_equal(slots_taken(), 0);
    shmb_close(segment);
}

/* Mutexes need no privilege: a slot whose mutex is a stranger's has nobody. */
static void the_mutex_of_a_stranger_is_nobodys(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    const uint32_t slot = 5;
    char name[SHMB_SLOT_NAME_BYTES];
    HANDLE stranger;

    (void)state;
    shmb_slot_name(STAGE_DOMAIN, slot, name);
    stage_close(stage_slot_mutex(slot));
    stage_slot(slot)->generation = 7;
    *word_at() = identity_of(slot, 7);
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED); /* there is none */
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    stranger = stage_object(SHMB_MUTEX, name, 0, STAGE_STRANGER, STAGE_MUTEX_USE);
    WaitForSingleObject(stranger, INFINITE);
    *word_at() = identity_of(slot, 7);
    assert_int_equal(shmb_lock(segment, SHMB_INFINITE), SHMB_ABANDONED);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    ReleaseMutex(stranger);
    shmb_close(segment);
}

static void a_closed_lock_is_stale(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    struct child *waiting;

    (void)state;
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    waiting = client_start(&user, "fast-wait " NAME);
    child_expect(waiting, "waits");
    while ((*word_at() & SHMB_LOCK_CONTENDED) == 0)
        SwitchToThread();
    *word_at() = SHMB_LOCK_MOVED;
    child_expect(waiting, "-16");
    child_end(waiting);
    assert_int_equal(shmb_unlock(segment), SHMB_STALE);
    assert_int_equal(shmb_unlock(segment), SHMB_NOT_OWNER);
    assert_int_equal(shmb_lock(segment, SHMB_INFINITE), SHMB_STALE);
    *word_at() = 0;
    stage_block(row)->generation++;
    assert_int_equal(shmb_lock(segment, SHMB_INFINITE), SHMB_STALE);
    assert_true(*word_at() == 0);
    shmb_close(segment);
}

/* ---- who may not --------------------------------------------------------------- */

static void a_handle_to_read_takes_no_fast_lock(void **state)
{
    shmb_segment *reader = opened(NAME, SHMB_READ);
    char byte;

    (void)state;
    assert_int_equal(shmb_lock(reader, 0), SHMB_ACCESS_DENIED);
    assert_non_null(strstr(text_of(SHMB_ACCESS_DENIED), "snapshot"));
    assert_int_equal(shmb_snapshot(reader, 0, &byte, 1, NULL), SHMB_OK);
    shmb_close(reader);
}

/* Nor does it release what the thread has through another one. */
static void a_handle_to_read_releases_no_fast_lock(void **state)
{
    shmb_segment *writer = opened(NAME, SHMB_WRITE), *reader = opened(NAME, SHMB_READ);
    uint64_t mine;

    (void)state;
    assert_int_equal(shmb_lock(writer, 0), SHMB_OK);
    mine = *word_at();
    assert_int_equal(shmb_lock(reader, 0), SHMB_ACCESS_DENIED);
    assert_int_equal(shmb_unlock(reader), SHMB_ACCESS_DENIED);
    assert_int_equal(shmb_close(reader), SHMB_OK);
    assert_true(*word_at() == mine);
    assert_int_equal(shmb_write(writer, 0, "x", 1, NULL), SHMB_OK);
    assert_int_equal(shmb_unlock(writer), SHMB_OK);
    assert_true(*word_at() == 0);
    shmb_close(writer);
}

static void the_broker_has_no_slots_yet(void **state)
{
    /* A name of its own: the directory of the test before is kept for a moment. */
    struct directory_row *early = stage_segment("ShmbTest.Early", 100, STAGE_LOCK | STAGE_FAST);
    shmb_segment *segment;

    (void)state;
    early->slots = early->slot_count = 0;
    stage_publish();
    segment = opened("ShmbTest.Early", SHMB_WRITE);
    assert_int_equal(shmb_lock(segment, SHMB_INFINITE), SHMB_NO_SLOT);
    assert_non_null(strstr(text_of(SHMB_NO_SLOT), "event log"));
    shmb_close(segment);
}

/* Without the directory, X.lock is an object of another kind than a mutex. */
static void a_fast_lock_needs_the_directory(void **state)
{
    shmb_segment *segment;

    (void)state;
    stage_root_close();
    segment = opened(NAME, SHMB_WRITE);
    assert_int_equal(shmb_lock(segment, 0), SHMB_BAD_ARGUMENT);
    assert_non_null(strstr(text_of(SHMB_BAD_ARGUMENT), "directory"));
    assert_int_equal(shmb_write(segment, 0, "x", 1, NULL), SHMB_NOT_OWNER);
    shmb_close(segment);
}

/* The event is needed only for a wait. */
static void the_event_of_a_stranger(void **state)
{
    shmb_segment *segment;
    struct child *child;
    HANDLE stranger;

    (void)state;
    stage_segment("ShmbTest.Eventless", 100, STAGE_LOCK | STAGE_FAST | STAGE_WITHOUT_LOCK_OBJECT);
    stage_publish();
    segment = opened("ShmbTest.Eventless", SHMB_WRITE);
    assert_int_equal(shmb_update(segment, 0, "x", 1, SHMB_INFINITE, NULL), SHMB_OK);
    child = client_start(&user, "fast-hold ShmbTest.Eventless");
    child_expect(child, "ready");
    assert_int_equal(shmb_lock(segment, 0), SHMB_TIMEOUT);
    assert_int_equal(shmb_lock(segment, SHMB_INFINITE), SHMB_NOT_FOUND);
    stranger = stage_object(SHMB_EVENT, "ShmbTest.Eventless.lock", 1, STAGE_STRANGER, 0x120003);
    assert_int_equal(shmb_lock(segment, SHMB_INFINITE), SHMB_NOT_OURS);
    stage_close(stranger);
    child_kill(child);
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED);
    shmb_close(segment);
}

/* ---- who has it ------------------------------------------------------------------ */

static shmb_lock_info state_of(const shmb_segment *segment)
{
    shmb_lock_info info = {.size = sizeof(info)};

    assert_int_equal(shmb_lock_state(segment, &info), SHMB_OK);
    return info;
}

static uint64_t now_as_filetime(void)
{
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    return (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
}

static void the_state_tells_who_has_it(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_READ);
    const uint64_t second = 10000000, before = now_as_filetime();
    unsigned long ids[2];
    struct child *child;
    shmb_lock_info info;

    (void)state;
    info = state_of(segment);
    assert_int_equal(info.flags, SHMB_LOCK_KNOWN);
    assert_int_equal(info.process | info.thread | info.since, 0);
    child = client_start(NULL, "fast-hold-ids " NAME);
    assert_int_equal(sscanf(child_line(child), "%lu %lu", &ids[0], &ids[1]), 2);
    info = state_of(segment);
    assert_int_equal(info.flags & ~SHMB_LOCK_OWNER, SHMB_LOCK_KNOWN | SHMB_LOCK_HELD);
    assert_int_equal(info.process, ids[0]);
    assert_int_equal(info.thread, ids[1]);
    assert_true(info.since + second >= before && info.since <= now_as_filetime() + second);
    child_kill(child);
    info = state_of(segment);
    assert_int_equal(info.flags, SHMB_LOCK_KNOWN | SHMB_LOCK_ABANDONED);
    assert_int_equal(info.process, ids[0]);
    *word_at() = UINT64_C(1) << 60;
    info.size = sizeof(info);
    assert_int_equal(shmb_lock_state(segment, &info), SHMB_CORRUPT);
    *word_at() = SHMB_LOCK_MOVED;
    assert_int_equal(shmb_lock_state(segment, &info), SHMB_STALE);
    *word_at() = SHMB_LOCK_DIRTY;
    assert_int_equal(state_of(segment).flags, SHMB_LOCK_KNOWN | SHMB_LOCK_ABANDONED);
    shmb_close(segment);
}

/* ---- exclusion -------------------------------------------------------------------- */

#define TURNS 20000u

/* Adds one to the first eight bytes, with the lock, as no program may do without it. */
static int32_t add_up(shmb_segment *segment, unsigned turns)
{
    uint64_t value;
    unsigned i;
    int32_t result;

    for (i = 0; i < turns; i++) {
        result = shmb_lock(segment, SHMB_INFINITE);
        if (result != SHMB_OK)
            return result;
        shmb_read(segment, 0, &value, sizeof(value), NULL);
        value++;
        if (i % 1000 == 0)
            SwitchToThread();
        shmb_write(segment, 0, &value, sizeof(value), NULL);
        result = shmb_unlock(segment);
        if (result != SHMB_OK)
            return result;
    }
    return SHMB_OK;
}

/* The same with shmb_fast.h. */
static DWORD WINAPI add_up_there(void *segment)
{
    uint64_t value;
    shmb_fast *fast;
    unsigned i;

    if (shmb_fast_begin(segment, SHMB_FAST_VERSION, &fast) != SHMB_OK)
        return 1;
    for (i = 0; i < TURNS; i++) {
        if (shmb_fast_lock(fast, SHMB_INFINITE) != SHMB_OK)
            return 2;
        shmb_fast_read(fast, 0, &value, sizeof(value));
        value++;
        shmb_write(segment, 0, &value, sizeof(value), NULL);
        if (shmb_fast_unlock(fast) != SHMB_OK)
            return 3;
    }
    shmb_fast_end(fast);
    return 0;
}

static void programs_of_both_bitnesses_exclude_each_other(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    struct child *children[2];
    uint64_t value, expected = TURNS * 4;
    HANDLE thread;
    DWORD code;
    int i;

    (void)state;
    children[0] = client_start(&user, "fast-add " NAME);
    children[1] = support_counterpart() != NULL ? client_start_other(NULL, "fast-add " NAME)
                                                : client_start(NULL, "fast-add " NAME);
    thread = CreateThread(NULL, 0, add_up_there, segment, 0, NULL);
    assert_int_equal(add_up(segment, TURNS), SHMB_OK);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    assert_int_equal(code, 0);
    for (i = 0; i < 2; i++) {
        child_expect(children[i], "0");
        assert_int_equal(child_end(children[i]), 0);
    }
    shmb_read(segment, 0, &value, sizeof(value), NULL);
    assert_true(value == expected);
    shmb_close(segment);
}

/* One that takes the lock again at once after each release starves nobody. */
static void a_greedy_program_starves_nobody(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    struct child *greedy = client_start(&user, "fast-greed " NAME);
    int i;

    (void)state;
    child_expect(greedy, "ready");
    for (i = 0; i < 20; i++) {
        assert_int_equal(shmb_lock(segment, SUPPORT_DEADLINE_MS), SHMB_OK);
        assert_int_equal(shmb_unlock(segment), SHMB_OK);
    }
    child_kill(greedy);
    shmb_close(segment);
}

/* ---- the programs ---------------------------------------------------------------------- */

static int fast_add(int argc, char **argv)
{
    shmb_segment *segment = open_here(argv[0], SHMB_WRITE);

    (void)argc;
    client_say("%d", (int)add_up(segment, TURNS));
    shmb_close(segment);
    return 0;
}

/* Until it is killed. */
static int fast_greed(int argc, char **argv)
{
    shmb_segment *segment = open_here(argv[0], SHMB_WRITE);
    bool said = false;
    volatile unsigned i;

    (void)argc;
    while (shmb_lock(segment, SHMB_INFINITE) >= 0) {
        if (!said)
            client_say("ready");
        said = true;
        for (i = 0; i < 20000; i++)
            continue;
        shmb_unlock(segment);
    }
    return 0;
}

static const struct verb verbs[] = {
    {"fast-try", 1, lock_try},   {"fast-hold", 1, lock_hold},
    {"fast-half", 1, lock_half}, {"fast-hold-ids", 1, lock_hold_ids},
    {"fast-wait", 1, fast_wait}, {"fast-wait-death", 1, lock_wait_death},
    {"fast-add", 1, fast_add},   {"fast-greed", 1, fast_greed},
};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, fast_begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(a_lock_is_counted),
        STAGED(a_lock_belongs_to_its_thread),
        STAGED(closing_gives_the_lock_back),
        STAGED(a_wait_ends_in_time_or_with_the_release),
        STAGED(one_program_is_first),
        STAGED(death_is_told_to_all_until_consistent),
        STAGED(death_in_a_write_stops_snapshots),
        STAGED(a_thread_that_ends_gives_its_slot_back),
        STAGED(a_thread_has_one_slot_for_all_segments),
        STAGED(no_slot_is_left),
        STAGED(slots_that_lie),
        STAGED(words_of_strangers),
        STAGED(a_lock_that_was_lost_frees_its_slot),
        STAGED(the_mutex_of_a_stranger_is_nobodys),
        STAGED(a_closed_lock_is_stale),
        STAGED(a_handle_to_read_releases_no_fast_lock),
        STAGED(a_handle_to_read_takes_no_fast_lock),
        STAGED(the_broker_has_no_slots_yet),
        STAGED(a_fast_lock_needs_the_directory),
        STAGED(the_event_of_a_stranger),
        STAGED(the_state_tells_who_has_it),
        STAGED(programs_of_both_bitnesses_exclude_each_other),
        STAGED(a_greedy_program_starves_nobody),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
