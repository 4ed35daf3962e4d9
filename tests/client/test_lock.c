/* Locks: who has them, for how long, and what is told when an owner dies. */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lock_client.h"
#include "opened.h"

static const struct launch user = {.standard_user = true};
static struct directory_row *row, *reader_row;

static int begin(void **state)
{
    (void)state;
    stage_begin();
    row = stage_segment("ShmbTest.Locked", 100, STAGE_LOCK);
    reader_row = stage_segment("ShmbTest.Read", 100, STAGE_LOCK | STAGE_READ_ONLY);
    stage_segment("ShmbTest.Wait", 100, STAGE_LOCK | STAGE_READ_ONLY | STAGE_READERS_WAIT);
    stage_publish();
    return 0;
}

static void a_lock_is_counted(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Locked", SHMB_WRITE);
    struct child *child = client_start(NULL, "lib-try ShmbTest.Locked");

    (void)state;
    assert_int_equal(shmb_unlock(segment), SHMB_NOT_OWNER);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_lock(segment, SHMB_INFINITE), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    child_expect(child, "-9"); /* it waits for no time at all */
    assert_int_equal(child_end(child), 0);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_NOT_OWNER);
    assert_string_equal(client_line(NULL, "lib-try ShmbTest.Locked"), "0");
    shmb_close(segment);
}

static void the_lock_is_the_mutex_of_plain_programs(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Locked", SHMB_WRITE);

    (void)state;
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_string_equal(client_line(&user, "take Global\\ShmbTest.Locked.lock 0"), "timeout");
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_string_equal(client_line(&user, "take Global\\ShmbTest.Locked.lock 0"), "taken");
    shmb_close(segment);
}

static void waiting_ends_in_time_or_with_the_holder(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Locked", SHMB_WRITE);
    struct child *child = client_start(NULL, "lib-hold ShmbTest.Locked");
    ULONGLONG start;

    (void)state;
    child_expect(child, "ready");
    start = GetTickCount64();
    assert_int_equal(shmb_lock(segment, 200), SHMB_TIMEOUT);
    assert_true(GetTickCount64() - start >= 100); /* clocks go in steps */
    assert_int_equal(shmb_update(segment, 0, "x", 1, 0, NULL), SHMB_TIMEOUT);
    assert_int_equal(shmb_write(segment, 0, "x", 1, NULL), SHMB_NOT_OWNER);
    assert_int_equal(child_end(child), 0); /* closes the segment, and the lock with it */
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    shmb_close(segment);
}

static DWORD WINAPI unlock_there(void *segment)
{
    return (DWORD)-shmb_unlock(segment);
}

static void a_lock_belongs_to_its_thread(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Locked", SHMB_WRITE);

    (void)state;
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(in_thread(unlock_there, segment), (DWORD)-SHMB_NOT_OWNER);
    assert_int_equal(in_thread(lock_and_end, segment), (DWORD)-SHMB_TIMEOUT);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    /* A thread that ends with it is an owner that has died. */
    assert_int_equal(in_thread(lock_and_end, segment), 0);
    assert_int_equal(shmb_write(segment, 0, "x", 1, NULL), SHMB_NOT_OWNER);
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_NOT_OWNER);
    shmb_close(segment);
}

static void death_is_told_to_all_until_forgiven(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Locked", SHMB_WRITE);
    struct child *waiting;

    (void)state;
    lock_let_die(NULL, "lib-hold", "ShmbTest.Locked");
    assert_int_equal(shmb_update(segment, 0, "abc", 3, 0, NULL), SHMB_ABANDONED);
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_string_equal(client_line(NULL, "lib-try ShmbTest.Locked"), "1");
    assert_string_equal(client_line(&user, "lib-try ShmbTest.Locked"), "1");
    assert_int_equal(shmb_mark_consistent(segment), SHMB_NOT_OWNER);
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_string_equal(client_line(NULL, "lib-try ShmbTest.Locked"), "0");
    /* One that waits already is told, too. */
    waiting = client_start(NULL, "lib-wait ShmbTest.Locked");
    child_expect(waiting, "opened");
    lock_let_die(NULL, "lib-hold", "ShmbTest.Locked");
    assert_string_equal(child_find(waiting, "1", SUPPORT_DEADLINE_MS), "1");
    assert_int_equal(child_end(waiting), 0);
    shmb_close(segment);
}

static uint64_t now_as_filetime(void)
{
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    return (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
}

/* A child that took the lock; its ids. */
static struct child *start_holder(uint32_t *process, uint32_t *thread)
{
    struct child *child = client_start(NULL, "lib-hold-ids ShmbTest.Locked");
    unsigned long ids[2];

    assert_int_equal(sscanf(child_line(child), "%lu %lu", &ids[0], &ids[1]), 2);
    *process = (uint32_t)ids[0];
    *thread = (uint32_t)ids[1];
    return child;
}

static shmb_lock_info state_of(const shmb_segment *segment)
{
    shmb_lock_info info = {.size = sizeof(info)};

    assert_int_equal(shmb_lock_state(segment, &info), SHMB_OK);
    return info;
}

static void the_state_tells_who_has_the_lock_and_since_when(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Locked", SHMB_READ);
    uint64_t before = now_as_filetime();
    uint32_t process, thread;
    struct child *child;
    shmb_lock_info info;

    (void)state;
    info = state_of(segment);
    assert_int_equal(info.flags, SHMB_LOCK_KNOWN);
    assert_int_equal(info.process | info.thread | info.since, 0);
    child = start_holder(&process, &thread);
    info = state_of(segment);
    assert_int_equal(info.flags & ~SHMB_LOCK_OWNER, SHMB_LOCK_KNOWN | SHMB_LOCK_HELD);
    assert_int_equal(info.process, process);
    assert_int_equal(info.thread, thread);
    assert_true(info.since >= before && info.since <= now_as_filetime());
    child_kill(child);
    info = state_of(segment);
    assert_int_equal(info.flags, SHMB_LOCK_KNOWN | SHMB_LOCK_ABANDONED);
    assert_int_equal(info.process, process);
    shmb_close(segment);
    segment = opened("ShmbTest.Locked", SHMB_WRITE);
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED);
    info = state_of(segment);
    assert_int_equal(info.flags & ~SHMB_LOCK_OWNER,
                     SHMB_LOCK_KNOWN | SHMB_LOCK_HELD | SHMB_LOCK_ABANDONED);
    assert_int_equal(info.process, GetCurrentProcessId());
    assert_int_equal(shmb_mark_consistent(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(state_of(segment).flags, SHMB_LOCK_KNOWN);
    assert_int_equal(stage_block(row)->holder, 0); /* a plain owner must not be taken for us */
    assert_int_equal(state_of(segment).process, 0);
    shmb_close(segment);
}

/* The handle to read cannot clear what the one to write has noted; the record they share can. */
static void a_release_through_a_handle_to_read_clears_the_note(void **state)
{
    shmb_segment *writer = opened("ShmbTest.Locked", SHMB_WRITE);
    shmb_segment *reader = opened("ShmbTest.Locked", SHMB_READ);

    (void)state;
    assert_int_equal(shmb_lock(writer, 0), SHMB_OK);
    assert_int_not_equal(stage_block(row)->holder, 0);
    assert_int_equal(shmb_unlock(reader), SHMB_OK);
    assert_int_equal(stage_block(row)->holder, 0);
    /* The lock stays taken through the other handle: nobody could clear the note later. */
    assert_int_equal(shmb_lock(writer, 0), SHMB_OK);
    assert_int_equal(shmb_lock(reader, 0), SHMB_OK);
    assert_int_equal(shmb_close(writer), SHMB_OK);
    assert_int_equal(stage_block(row)->holder, 0);
    assert_true((state_of(reader).flags & SHMB_LOCK_HELD) != 0);
    assert_int_equal(shmb_unlock(reader), SHMB_OK);
    assert_int_equal(shmb_close(reader), SHMB_OK);
}

/* A thread noted itself and ended; the owner by now is another program. */
static void a_close_leaves_the_note_of_others(void **state)
{
    shmb_segment *writer = opened("ShmbTest.Locked", SHMB_WRITE);
    uint64_t others = UINT64_C(77) << 32 | 8;

    (void)state;
    assert_int_equal(in_thread(lock_and_end, writer), -SHMB_OK);
    assert_int_not_equal(stage_block(row)->holder, 0);
    stage_block(row)->holder = others;
    assert_int_equal(shmb_close(writer), SHMB_OK);
    assert_true(stage_block(row)->holder == others);
}

/* Who may not wait is told what the owner wrote, and no more. */
static void the_state_of_a_lock_for_readers(void **state)
{
    struct child *child;

    (void)state;
    child = client_start(&user, "lib-state ShmbTest.Read");
    child_expect(child, "0 0");
    child_end(child);
    stage_block(reader_row)->since = 5;
    stage_block(reader_row)->holder = UINT64_C(77) << 32 | 8;
    assert_string_equal(client_line(&user, "lib-state ShmbTest.Read"), "0 77");
    /* The system knows better: nobody has it. */
    assert_string_equal(client_line(NULL, "lib-state ShmbTest.Read"), "1 0");
}

/* Only Windows tells: the owner of a mutex that uses no library. */
static void the_state_tells_a_plain_owner(void **state)
{
    shmb_segment *segment;
    struct child *child;
    shmb_lock_info info;

    (void)state;
    if (support_wine())
        skip();
    segment = opened("ShmbTest.Locked", SHMB_READ);
    child = client_start(NULL, "hold Global\\ShmbTest.Locked.lock");
    child_expect(child, "holding");
    stage_block(row)->holder = UINT64_C(77) << 32 | 8;
    stage_block(row)->since = 5;
    info = state_of(segment);
    assert_int_equal(info.flags, SHMB_LOCK_KNOWN | SHMB_LOCK_HELD | SHMB_LOCK_OWNER);
    assert_true(info.process != 77 && info.process != 0);
    assert_int_equal(info.since, 0);
    child_end(child);
    shmb_close(segment);
}

static void death_in_a_write_stops_snapshots_until_forgiven(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Locked", SHMB_WRITE);
    shmb_segment *reader = opened("ShmbTest.Locked", SHMB_READ);
    struct shmb_block *block = stage_block(row);
    char byte;

    (void)state;
    lock_let_die(NULL, "lib-half", "ShmbTest.Locked");
    assert_int_equal(block->sequence & 1, 1);
    /* Nobody knows yet that the writer will not come back. */
    assert_int_equal(shmb_snapshot(reader, 0, &byte, 1, NULL), SHMB_BUSY);
    assert_int_equal(shmb_update(segment, 50, "abc", 3, 0, NULL), SHMB_ABANDONED);
    assert_int_equal(shmb_snapshot(reader, 0, &byte, 1, NULL), SHMB_INCONSISTENT);
    assert_int_equal(shmb_read(reader, 0, &byte, 1, NULL), SHMB_OK);
    assert_int_equal(byte, 'h');
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_snapshot(reader, 0, &byte, 1, NULL), SHMB_OK);
    /* Repaired through the pointer, without brackets. */
    lock_let_die(NULL, "lib-half", "ShmbTest.Locked");
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_snapshot(reader, 0, &byte, 1, NULL), SHMB_INCONSISTENT);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_OK);
    assert_int_equal(block->sequence & 1, 0);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_snapshot(reader, 0, &byte, 1, NULL), SHMB_OK);
    shmb_close(reader);
    shmb_close(segment);
}

/* The kernel's word is lost when a plain program takes the mutex first; the sequence is not. */
static void death_in_a_write_is_seen_without_the_kernel(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Locked", SHMB_WRITE);

    (void)state;
    lock_let_die(NULL, "lib-half", "ShmbTest.Locked");
    assert_string_equal(client_line(NULL, "take Global\\ShmbTest.Locked.lock 0"), "abandoned");
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED);
    shmb_close(segment);
}

static void readers_wait_only_where_they_may(void **state)
{
    (void)state;
    assert_string_equal(client_line(&user, "lib-try-read ShmbTest.Read"), "-3");
    assert_string_equal(client_line(&user, "lib-try-read ShmbTest.Wait"), "0");
    assert_string_equal(client_line(NULL, "lib-try-read ShmbTest.Read"), "0");
}

/* A reader cannot write down what it was told, but is told what others wrote down. */
static void readers_are_told(void **state)
{
    shmb_segment *reader = opened("ShmbTest.Locked", SHMB_READ);
    shmb_segment *writer = opened("ShmbTest.Locked", SHMB_WRITE);

    (void)state;
    lock_let_die(NULL, "lib-hold", "ShmbTest.Locked");
    assert_int_equal(shmb_lock(reader, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_unlock(reader), SHMB_OK);
    lock_let_die(NULL, "lib-hold", "ShmbTest.Locked");
    assert_int_equal(shmb_update(writer, 0, "x", 1, 0, NULL), SHMB_ABANDONED);
    assert_int_equal(shmb_lock(reader, 0), SHMB_ABANDONED);
    shmb_close(reader);
    shmb_close(writer);
}

static void a_strangers_lock_is_not_ours(void **state)
{
    shmb_segment *segment;
    HANDLE stranger;

    (void)state;
    stage_segment("ShmbTest.Gone", 100, STAGE_LOCK | STAGE_WITHOUT_LOCK_OBJECT);
    stage_publish();
    segment = opened("ShmbTest.Gone", SHMB_WRITE);
    assert_int_equal(shmb_lock(segment, 0), SHMB_NOT_FOUND);
    stage_broker_dies();
    assert_int_equal(shmb_lock(segment, 0), SHMB_NO_BROKER);
    stranger = stage_object(SHMB_MUTEX, "ShmbTest.Gone.lock", 0, STAGE_STRANGER, STAGE_MUTEX_USE);
    assert_int_equal(shmb_lock(segment, 0), SHMB_NOT_OURS);
    stage_close(stranger);
    stranger = stage_object(SHMB_EVENT, "ShmbTest.Gone.lock", 0, STAGE_STRANGER, 0x120003);
    assert_int_equal(shmb_lock(segment, 0), SHMB_NOT_OURS);
    stage_close(stranger);
    stage_object(SHMB_MUTEX, "ShmbTest.Gone.lock", 0, STAGE_OURS, STAGE_MUTEX_USE);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    shmb_close(segment);
}

static void closing_gives_the_lock_back(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Locked", SHMB_WRITE);

    (void)state;
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    shmb_close(segment);
    assert_string_equal(client_line(NULL, "lib-try ShmbTest.Locked"), "0");
}

static void a_segment_made_anew_is_stale(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Locked", SHMB_WRITE);
    struct shmb_block *block = stage_block(row);
    int32_t first;
    char byte;

    (void)state;
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    block->generation++;
    assert_int_equal(shmb_write(segment, 0, "x", 1, NULL), SHMB_STALE);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_STALE);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_lock(segment, 0), SHMB_STALE);
    assert_int_equal(shmb_update(segment, 0, "x", 1, 0, NULL), SHMB_STALE);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_STALE);
    assert_int_equal(shmb_first(segment, 0, &first), SHMB_STALE);
    assert_int_equal(shmb_read(segment, 0, &byte, 1, NULL), SHMB_OK);
    shmb_close(segment);
    /* The lock was not kept. */
    assert_string_equal(client_line(NULL, "take Global\\ShmbTest.Locked.lock 0"), "taken");
    block->generation--;
}

/* What a program has written over the header of the control section decides nothing. */
static void a_header_of_zeros_hurts_nobody(void **state)
{
    shmb_segment *before = opened("ShmbTest.Locked", SHMB_WRITE), *after;
    struct shmb_control saved = *stage_control(1);
    char byte;

    (void)state;
    memset(stage_control(1), 0, sizeof(saved));
    after = opened("ShmbTest.Locked", SHMB_WRITE);
    assert_int_equal(shmb_update(before, 0, "b", 1, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_update(after, 0, "a", 1, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_snapshot(after, 0, &byte, 1, NULL), SHMB_OK);
    assert_int_equal(byte, 'a');
    shmb_close(after);
    shmb_close(before);
    *stage_control(1) = saved;
}

/* A block that does not fit the directory: opening again is of no use, the broker's repair is. */
static void a_damaged_block_is_told_until_it_is_repaired(void **state)
{
    struct shmb_block *block = stage_block(row);
    const uint64_t generation = block->generation;
    static const uint64_t damages[] = {0, 1, SHMB_BLOCK_MOVED};
    uint64_t ticket;
    int32_t first;
    char byte;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        shmb_segment *segment;

        block->generation = damages[i];
        segment = opened("ShmbTest.Locked", SHMB_WRITE);
        assert_int_equal(shmb_lock(segment, 0), SHMB_CORRUPT);
        assert_int_equal(shmb_update(segment, 0, "x", 1, 0, NULL), SHMB_CORRUPT);
        assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_CORRUPT);
        assert_int_equal(shmb_read_begin(segment, 0, &ticket), SHMB_CORRUPT);
        assert_int_equal(shmb_read_valid(segment, 0), SHMB_CORRUPT);
        assert_int_equal(shmb_first(segment, 0, &first), SHMB_CORRUPT);
        assert_int_equal(shmb_read(segment, 0, &byte, 1, NULL), SHMB_OK);
        /* The lock was not kept. */
        assert_string_equal(client_line(NULL, "take Global\\ShmbTest.Locked.lock 0"), "taken");
        block->generation = generation;
        assert_int_equal(shmb_update(segment, 0, "x", 1, 0, NULL), SHMB_OK);
        /* After the repair, and with a new generation, it is stale as any other. */
        block->generation = row->generation = generation + 1;
        stage_publish();
        assert_int_equal(shmb_lock(segment, 0), SHMB_STALE);
        block->generation = row->generation = generation;
        stage_publish();
        shmb_close(segment);
    }
}

static void who_uses_a_block_that_moved_is_told_to_open_again(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Locked", SHMB_WRITE);
    struct shmb_block *block = stage_block(row);
    uint64_t generation = block->generation;
    int32_t first;
    char byte;

    (void)state;
    assert_int_equal(shmb_state(segment, NULL), SHMB_OK);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    block->generation = SHMB_BLOCK_MOVED;
    assert_int_equal(shmb_write(segment, 0, "x", 1, NULL), SHMB_STALE);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_STALE);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_lock(segment, 0), SHMB_STALE);
    assert_int_equal(shmb_update(segment, 0, "x", 1, 0, NULL), SHMB_STALE);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_STALE);
    assert_int_equal(shmb_first(segment, 0, &first), SHMB_STALE);
    assert_int_equal(shmb_state(segment, NULL), SHMB_STALE);
    assert_int_equal(shmb_read(segment, 0, &byte, 1, NULL), SHMB_OK);
    shmb_close(segment);
    /* The lock was not kept. */
    assert_string_equal(client_line(NULL, "take Global\\ShmbTest.Locked.lock 0"), "taken");
    block->generation = generation;
}

/* ---- the other process ---- */

static int lib_try_read(int argc, char **argv)
{
    shmb_segment *segment = open_here(argv[0], SHMB_READ);

    (void)argc;
    client_say("%d", (int)shmb_lock(segment, 0));
    shmb_close(segment);
    return 0;
}

/* Its flags, without whether the system told the owner, and its process. */
static int lib_state(int argc, char **argv)
{
    shmb_lock_info info = {.size = sizeof(info)};
    shmb_segment *segment;

    (void)argc;
    if (shmb_open(argv[0], SHMB_READ, 0, &segment) != SHMB_OK ||
        shmb_lock_state(segment, &info) != SHMB_OK)
        return 1;
    client_say("%u %u", (unsigned)(info.flags & ~SHMB_LOCK_OWNER), (unsigned)info.process);
    shmb_close(segment);
    return 0;
}

static const struct verb verbs[] = {
    {"lib-try", 1, lock_try},           {"lib-try-read", 1, lib_try_read},
    {"lib-wait", 1, lock_wait_death},   {"lib-hold", 1, lock_hold},
    {"lib-half", 1, lock_half},         {"lib-state", 1, lib_state},
    {"lib-hold-ids", 1, lock_hold_ids},
};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(a_lock_is_counted),
        STAGED(the_lock_is_the_mutex_of_plain_programs),
        STAGED(waiting_ends_in_time_or_with_the_holder),
        STAGED(a_lock_belongs_to_its_thread),
        STAGED(death_is_told_to_all_until_forgiven),
        STAGED(the_state_tells_who_has_the_lock_and_since_when),
        STAGED(a_release_through_a_handle_to_read_clears_the_note),
        STAGED(a_close_leaves_the_note_of_others),
        STAGED(the_state_of_a_lock_for_readers),
        STAGED(the_state_tells_a_plain_owner),
        STAGED(death_in_a_write_stops_snapshots_until_forgiven),
        STAGED(death_in_a_write_is_seen_without_the_kernel),
        STAGED(readers_wait_only_where_they_may),
        STAGED(readers_are_told),
        STAGED(a_strangers_lock_is_not_ours),
        STAGED(closing_gives_the_lock_back),
        STAGED(a_segment_made_anew_is_stale),
        STAGED(a_header_of_zeros_hurts_nobody),
        STAGED(a_damaged_block_is_told_until_it_is_repaired),
        STAGED(who_uses_a_block_that_moved_is_told_to_open_again),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
