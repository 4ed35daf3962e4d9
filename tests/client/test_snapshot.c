/* Snapshots beside writers that do not rest, and neighbours that are hostile. */
#include "stage.h"

#include <stdlib.h>
#include <string.h>

#include "opened.h"

#define WORDS  512u
#define WANTED 2000u

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
    control_header(1, STAGE_BLOCKS, stage_control(1));
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
            control_header(1, STAGE_BLOCKS, (struct shmb_control *)(void *)(uintptr_t)view);
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
        STAGED(scribbled_control_data_costs_answers_only),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
