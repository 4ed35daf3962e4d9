/* Snapshots beside writers that do not rest, and neighbours that are hostile. */
#include "stage.h"

#include <stdlib.h>
#include <string.h>

#include "opened.h"

#define WORDS  512u
#define WANTED 2000u

#define LARGE_MOST_MS 5000u /* for two copies of 64 MiB */

static const struct launch user = {.standard_user = true};
static struct directory_row *row;

static int begin(void **state)
{
    (void)state;
    stage_begin();
    row = stage_segment("ShmbTest.Busy", WORDS * sizeof(uint64_t), STAGE_LOCK);
    stage_publish();
    return 0;
}

/* All words of one write are equal. Ends when it has copied often enough. */
static void read_whole_writes(shmb_segment *reader)
{
    static uint64_t words[WORDS];
    uint64_t last = 0, changes = 0, done;
    unsigned good = 0;
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;

    while ((good < WANTED || changes < 10) && GetTickCount64() < until) {
        int32_t result = shmb_snapshot(reader, 0, words, sizeof(words), &done);
        size_t i;

        if (result == SHMB_BUSY)
            continue;
        assert_int_equal(result, SHMB_OK);
        assert_int_equal(done, sizeof(words));
        for (i = 1; i < WORDS; i++)
            if (words[i] != words[0])
                fail_msg("torn: word %u", (unsigned)i);
        changes += words[0] != last;
        last = words[0];
        good++;
    }
    assert_true(good >= WANTED);
    assert_true(changes >= 10); /* there was a writer */
}

static void no_copy_is_torn(void **state)
{
    shmb_segment *reader = opened("ShmbTest.Busy", SHMB_READ);
    struct child *child = client_start(&user, "lib-hammer ShmbTest.Busy");

    (void)state;
    child_expect(child, "hammering");
    read_whole_writes(reader);
    child_kill(child);
    shmb_close(reader);
}

/* As above, by pointer and brackets, with two writers that share the lock. */
static void no_copy_is_torn_between_brackets(void **state)
{
    shmb_segment *reader = opened("ShmbTest.Busy", SHMB_READ);
    struct child *one = client_start(&user, "lib-bracket ShmbTest.Busy");
    struct child *two = client_start(&user, "lib-bracket ShmbTest.Busy");

    (void)state;
    child_expect(one, "hammering");
    child_expect(two, "hammering");
    read_whole_writes(reader);
    child_kill(one);
    child_kill(two);
    shmb_close(reader);
}

static void a_sequence_that_never_rests_is_busy(void **state)
{
    shmb_segment *reader = opened("ShmbTest.Busy", SHMB_READ);
    struct shmb_block *block = stage_block(row);
    char byte = 'x';
    uint64_t done = 1;

    (void)state;
    block->sequence = 7;
    assert_int_equal(shmb_snapshot(reader, 0, &byte, 1, &done), SHMB_BUSY);
    assert_int_equal(done, 0);
    block->sequence = UINT64_MAX;
    assert_int_equal(shmb_snapshot(reader, 0, &byte, 1, &done), SHMB_BUSY);
    block->sequence = UINT64_MAX - 1;
    assert_int_equal(shmb_snapshot(reader, 0, &byte, 1, &done), SHMB_OK);
    assert_int_equal(done, 1);
    /* Above 32 bits: the whole word counts. */
    block->sequence = 0x100000000u;
    assert_int_equal(shmb_snapshot(reader, 0, &byte, 1, &done), SHMB_OK);
    block->generation |= 0x100000000u;
    assert_int_equal(shmb_snapshot(reader, 0, &byte, 1, &done), SHMB_STALE);
    shmb_close(reader);
}

static DWORD WINAPI make_even(void *block)
{
    Sleep(200); /* whoever waits is asleep by then */
    ((struct shmb_block *)block)->sequence++;
    return 0;
}

static void waiting_has_the_time_that_it_was_given(void **state)
{
    shmb_segment *reader = opened("ShmbTest.Busy", SHMB_READ);
    struct shmb_block *block = stage_block(row);
    ULONGLONG start = GetTickCount64();
    HANDLE writer;
    char byte = 'x';
    uint64_t done = 1, ticket = 1;

    (void)state;
    block->sequence = 7;
    assert_int_equal(shmb_snapshot_wait(reader, 0, &byte, 1, 0, &done), SHMB_BUSY);
    assert_int_equal(done, 0);
    assert_int_equal(shmb_snapshot_wait(reader, 0, &byte, 1, 300, &done), SHMB_BUSY);
    assert_true(GetTickCount64() - start >= 250); /* clocks go in steps */
    start = GetTickCount64();
    assert_int_equal(shmb_read_begin(reader, 300, &ticket), SHMB_BUSY);
    assert_true(GetTickCount64() - start >= 250);
    assert_int_equal(ticket, 0);
    writer = CreateThread(NULL, 0, make_even, block, 0, NULL);
    assert_int_equal(shmb_snapshot_wait(reader, 0, &byte, 1, SHMB_INFINITE, &done), SHMB_OK);
    assert_int_equal(done, 1);
    WaitForSingleObject(writer, INFINITE);
    CloseHandle(writer);
    /* Who waits learns that the segment is gone. */
    block->sequence = 9;
    block->generation = SHMB_BLOCK_MOVED;
    assert_int_equal(shmb_snapshot_wait(reader, 0, &byte, 1, SHMB_INFINITE, &done), SHMB_STALE);
    shmb_close(reader);
}

/* A copy of a large segment takes long: time limits the tries, not their number. */
static void a_large_copy_is_not_tried_for_ever(void **state)
{
    const uint64_t size = 64u << 20;
    shmb_segment *reader;
    struct shmb_block *block;
    struct child *child;
    ULONGLONG start;
    void *copy = malloc((size_t)size);
    int32_t result;

    (void)state;
    assert_non_null(copy);
    block = stage_block(stage_segment("ShmbTest.Large", size, STAGE_LOCK));
    stage_publish();
    reader = opened("ShmbTest.Large", SHMB_READ);
    child = client_start(&user, "lib-hammer ShmbTest.Large");
    child_expect(child, "hammering");
    while (block->sequence == 0)
        YieldProcessor();
    start = GetTickCount64();
    result = shmb_snapshot(reader, 0, copy, size, NULL);
    assert_true(result == SHMB_BUSY || result == SHMB_OK);
    assert_true(GetTickCount64() - start < LARGE_MOST_MS);
    child_kill(child);
    shmb_close(reader);
    free(copy);
}

static struct shmb_block *moving;
static shmb_segment *moved_under;

/* The block moves while a copy is made: it has come to the guard page in the buffer. */
static LONG CALLBACK move_block(EXCEPTION_POINTERS *exception)
{
    void *data;

    if (moving == NULL ||
        exception->ExceptionRecord->ExceptionCode != (DWORD)STATUS_GUARD_PAGE_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    moving->generation = SHMB_BLOCK_MOVED;
    moving = NULL;
    /* A writer of the new block, which this one does not show. */
    shmb_data(moved_under, &data);
    memset(data, 'n', WORDS * sizeof(uint64_t));
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void no_copy_counts_whose_block_moved_meanwhile(void **state)
{
    const size_t size = WORDS * sizeof(uint64_t);
    shmb_segment *reader = opened("ShmbTest.Busy", SHMB_READ);
    uint8_t *pages = VirtualAlloc(NULL, 2 * size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    void *handler = AddVectoredExceptionHandler(1, move_block);
    uint64_t done = 1;
    DWORD before;

    (void)state;
    assert_non_null(pages);
    moved_under = opened("ShmbTest.Busy", SHMB_WRITE);
    moving = stage_block(row);
    assert_true(VirtualProtect(pages + size, size, PAGE_READWRITE | PAGE_GUARD, &before));
    assert_int_equal(shmb_snapshot(reader, 0, pages + size / 2, size, &done), SHMB_STALE);
    assert_int_equal(done, 0);
    assert_null(moving);
    RemoveVectoredExceptionHandler(handler);
    VirtualFree(pages, 0, MEM_RELEASE);
    shmb_close(moved_under);
    shmb_close(reader);
}

static void what_is_read_in_place_counts_if_nobody_wrote(void **state)
{
    shmb_segment *reader = opened("ShmbTest.Busy", SHMB_READ);
    shmb_segment *writer = opened("ShmbTest.Busy", SHMB_WRITE);
    struct shmb_block *block = stage_block(row);
    uint64_t ticket, next;

    (void)state;
    assert_int_equal(shmb_read_begin(reader, 0, &ticket), SHMB_OK);
    assert_int_equal(shmb_read_valid(reader, ticket), SHMB_OK);
    assert_int_equal(shmb_lock(writer, 0), SHMB_OK);
    assert_int_equal(shmb_read_valid(reader, ticket), SHMB_OK); /* not written yet */
    assert_int_equal(shmb_write_begin(writer), SHMB_OK);
    assert_int_equal(shmb_read_valid(reader, ticket), SHMB_BUSY);
    assert_int_equal(shmb_read_valid(reader, block->sequence), SHMB_BUSY); /* no ticket */
    assert_int_equal(shmb_read_begin(reader, 0, &next), SHMB_BUSY);
    assert_int_equal(shmb_write_end(writer), SHMB_OK);
    assert_int_equal(shmb_read_valid(reader, ticket), SHMB_BUSY);
    assert_int_equal(shmb_read_begin(reader, 0, &next), SHMB_OK);
    assert_int_equal(shmb_read_valid(reader, next), SHMB_OK);
    block->abandoned = SHMB_DIED_OWNING | SHMB_DIED_WRITING;
    assert_int_equal(shmb_read_begin(reader, 0, &ticket), SHMB_INCONSISTENT);
    block->generation = SHMB_BLOCK_MOVED;
    assert_int_equal(shmb_read_valid(reader, next), SHMB_STALE);
    assert_int_equal(shmb_read_begin(reader, 0, &ticket), SHMB_STALE);
    assert_int_equal(shmb_read_begin(NULL, 0, &ticket), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_read_begin(reader, 0, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_read_valid(NULL, next), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_unlock(writer), SHMB_OK);
    shmb_close(writer);
    shmb_close(reader);
}

/* As read_whole_writes, without a copy. */
static void nothing_torn_counts_in_place(void **state)
{
    shmb_segment *reader = opened("ShmbTest.Busy", SHMB_READ);
    struct child *child = client_start(&user, "lib-hammer ShmbTest.Busy");
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;
    const volatile uint64_t *words;
    uint64_t ticket, first, other, last = 0;
    unsigned good = 0, changes = 0;
    void *data;

    (void)state;
    child_expect(child, "hammering");
    shmb_data(reader, &data);
    words = data;
    while ((good < WANTED || changes < 10) && GetTickCount64() < until) {
        size_t i;

        assert_int_equal(shmb_read_begin(reader, SUPPORT_DEADLINE_MS, &ticket), SHMB_OK);
        first = words[0];
        for (i = 1, other = first; i < WORDS && other == first; i++)
            other = words[i];
        if (shmb_read_valid(reader, ticket) != SHMB_OK)
            continue;
        if (other != first)
            fail_msg("torn: word %u", (unsigned)i - 1);
        changes += first != last;
        last = first;
        good++;
    }
    assert_true(good >= WANTED);
    assert_true(changes >= 10);
    child_kill(child);
    shmb_close(reader);
}

static bool known(int32_t result)
{
    return result == SHMB_OK || result == SHMB_ABANDONED || result == SHMB_BUSY ||
           result == SHMB_INCONSISTENT || result == SHMB_CORRUPT || result == SHMB_TIMEOUT ||
           result == SHMB_NOT_OWNER || result == SHMB_STALE;
}

/* Opened anew each time, so that a spoiled header is met as well as a spoiled block. */
static void use_all(unsigned round)
{
    static uint8_t bytes[WORDS * sizeof(uint64_t) + 8];
    shmb_segment *segment;
    int32_t first, result;
    uint64_t done;

    assert_int_equal(shmb_open("ShmbTest.Busy", SHMB_WRITE, 0, &segment), SHMB_OK);
    memset(bytes, 0xEE, sizeof(bytes));
    assert_true(known(shmb_snapshot(segment, 0, bytes, sizeof(bytes), &done)));
    assert_int_equal(bytes[sizeof(bytes) - 8], 0xEE);
    assert_true(known(shmb_update(segment, round % 4096, "abc", 3, 100, &done)));
    assert_true(known(shmb_first(segment, 100, &first)));
    assert_true(known(shmb_init_done(segment)));
    assert_true(known(shmb_lock(segment, 100)));
    assert_true(known(shmb_mark_consistent(segment)));
    result = shmb_state(segment, NULL);
    assert_true(result == SHMB_OK || result == SHMB_STALE);
    assert_int_equal(shmb_read(segment, 0, bytes, 8, &done), SHMB_OK);
    assert_int_equal(done, 8);
    shmb_close(segment);
}

static void scribbled_control_data_costs_answers_only(void **state)
{
    struct child *child = client_start(&user, "scribble Global\\ShmBroker.Control.1");
    unsigned round;

    (void)state;
    child_expect(child, "scribbling");
    for (round = 0; round < 300; round++)
        use_all(round);
    child_kill(child);
    /* What the broker wrote comes back: so does everything else. */
    shmb_control_header(1, STAGE_BLOCKS, stage_control(1));
    memset(stage_block(row), 0, sizeof(struct shmb_block));
    stage_block(row)->generation = row->generation;
    use_all(0);
}

/* ---- the other process ---- */

static int hammer(const char *name, bool bracket)
{
    static uint64_t words[WORDS];
    shmb_segment *segment;
    uint64_t value = GetCurrentProcessId();
    void *data;
    size_t i;

    if (shmb_open(name, SHMB_WRITE, 0, &segment) != SHMB_OK)
        return 1;
    shmb_data(segment, &data);
    client_say("hammering");
    for (;;) {
        value += 0x100000001u;
        for (i = 0; i < WORDS; i++)
            words[i] = value;
        shmb_lock(segment, SHMB_INFINITE);
        if (bracket) {
            shmb_write_begin(segment);
            for (i = 0; i < WORDS; i++)
                ((volatile uint64_t *)data)[i] = value;
            shmb_write_end(segment);
        } else {
            shmb_write(segment, 0, words, sizeof(words), NULL);
        }
        shmb_unlock(segment);
    }
}

static int lib_hammer(int argc, char **argv)
{
    (void)argc;
    return hammer(argv[0], false);
}

static int lib_bracket(int argc, char **argv)
{
    (void)argc;
    return hammer(argv[0], true);
}

static uint32_t chance(void)
{
    static uint32_t seed = 12345;

    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

/* Random bytes, and now and then what looks right, over all it may write. */
static int scribble(int argc, char **argv)
{
    HANDLE section = OpenFileMappingW(FILE_MAP_WRITE, FALSE, support_wide(argv[0]));
    volatile uint8_t *view;

    (void)argc;
    if (section == NULL) {
        client_say("OpenFileMapping: error %lu", GetLastError());
        return 1;
    }
    view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    client_say("scribbling");
    for (;;) {
        uint32_t at = chance() % control_size(STAGE_BLOCKS);

        view[at] = chance() % 3 == 0 ? (uint8_t)(chance() % 2) : (uint8_t)chance();
        if (chance() % 64 == 0) {
            shmb_control_header(1, STAGE_BLOCKS, (struct shmb_control *)(void *)(uintptr_t)view);
            ((struct shmb_block *)(void *)(uintptr_t)(view + sizeof(struct shmb_control)))
                ->generation = 1001;
        }
    }
}

static const struct verb verbs[] = {
    {"lib-hammer", 1, lib_hammer},
    {"lib-bracket", 1, lib_bracket},
    {"scribble", 1, scribble},
};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(no_copy_is_torn),
        STAGED(no_copy_is_torn_between_brackets),
        STAGED(a_sequence_that_never_rests_is_busy),
        STAGED(waiting_has_the_time_that_it_was_given),
        STAGED(a_large_copy_is_not_tried_for_ever),
        STAGED(no_copy_counts_whose_block_moved_meanwhile),
        STAGED(what_is_read_in_place_counts_if_nobody_wrote),
        STAGED(nothing_torn_counts_in_place),
        STAGED(scribbled_control_data_costs_answers_only),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
