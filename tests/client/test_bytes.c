/* Reading and writing: bounds, rights, and who may. */
#include "stage.h"

#include <string.h>

#include "opened.h"

#define SIZE 100u

static int begin(void **state)
{
    (void)state;
    stage_begin();
    stage_segment("ShmbTest.Locked", SIZE, STAGE_LOCK);
    stage_segment("ShmbTest.Bare", SIZE, 0);
    stage_publish();
    return 0;
}

/* Offset and count against what is moved; the same for every call that moves bytes. */
static const struct {
    uint64_t offset, count;
    int32_t result;
    uint64_t done;
} bounds[] = {
    {0, 0, SHMB_OK, 0},
    {0, 1, SHMB_OK, 1},
    {0, SIZE, SHMB_OK, SIZE},
    {0, SIZE + 1, SHMB_OK, SIZE},
    {0, UINT64_MAX, SHMB_OK, SIZE},
    {1, SIZE - 1, SHMB_OK, SIZE - 1},
    {1, SIZE, SHMB_OK, SIZE - 1},
    {1, UINT64_MAX, SHMB_OK, SIZE - 1},
    {SIZE - 1, 1, SHMB_OK, 1},
    {SIZE - 1, 2, SHMB_OK, 1},
    {SIZE, 0, SHMB_OK, 0},
    {SIZE, 1, SHMB_OK, 0},
    {SIZE, UINT64_MAX, SHMB_OK, 0},
    {SIZE + 1, 0, SHMB_RANGE, 0},
    {SIZE + 1, 1, SHMB_RANGE, 0},
    {SIZE + 1, UINT64_MAX, SHMB_RANGE, 0},
    {0x100000000u, 1, SHMB_RANGE, 0},
    {0x100000000u, UINT64_MAX - 0xFFFFFFFFu, SHMB_RANGE, 0},
    {UINT64_MAX, 0, SHMB_RANGE, 0},
    {UINT64_MAX, 1, SHMB_RANGE, 0},
    {UINT64_MAX, UINT64_MAX, SHMB_RANGE, 0},
    {UINT64_MAX - 1, 2, SHMB_RANGE, 0},
};
#define BOUNDS (sizeof(bounds) / sizeof(bounds[0]))

typedef int32_t (*mover)(shmb_segment *segment, uint64_t offset, void *buffer, uint64_t count,
                         uint64_t *done);

static int32_t move_read(shmb_segment *segment, uint64_t offset, void *buffer, uint64_t count,
                         uint64_t *done)
{
    return shmb_read(segment, offset, buffer, count, done);
}

static int32_t move_snapshot(shmb_segment *segment, uint64_t offset, void *buffer, uint64_t count,
                             uint64_t *done)
{
    return shmb_snapshot(segment, offset, buffer, count, done);
}

static int32_t move_write(shmb_segment *segment, uint64_t offset, void *buffer, uint64_t count,
                          uint64_t *done)
{
    return shmb_write(segment, offset, buffer, count, done);
}

static int32_t move_update(shmb_segment *segment, uint64_t offset, void *buffer, uint64_t count,
                           uint64_t *done)
{
    return shmb_update(segment, offset, buffer, count, 0, done);
}

/* What lies between the page's end and the segment's is nobody's: it must not be touched. */
static void check_out(mover move, shmb_segment *segment, const uint8_t *data)
{
    size_t i, k;

    for (i = 0; i < BOUNDS; i++) {
        uint8_t buffer[SIZE + 28];
        uint64_t done = 99;

        memset(buffer, 0xEE, sizeof(buffer));
        assert_int_equal(move(segment, bounds[i].offset, buffer, bounds[i].count, &done),
                         bounds[i].result);
        assert_int_equal(done, bounds[i].done);
        for (k = 0; k < sizeof(buffer); k++)
            assert_int_equal(buffer[k], k < done ? data[bounds[i].offset + k] : 0xEE);
        assert_int_equal(move(segment, bounds[i].offset, buffer, bounds[i].count, NULL),
                         bounds[i].result);
    }
}

static void check_in(mover move, shmb_segment *segment, uint8_t *data)
{
    size_t i, k;

    for (i = 0; i < BOUNDS; i++) {
        uint8_t buffer[SIZE];
        uint64_t done = 99;

        memset(buffer, (int)i + 1, sizeof(buffer));
        memset(data, 0xEE, 4096);
        assert_int_equal(move(segment, bounds[i].offset, buffer, bounds[i].count, &done),
                         bounds[i].result);
        assert_int_equal(done, bounds[i].done);
        for (k = 0; k < 4096; k++)
            assert_int_equal(data[k],
                             k >= bounds[i].offset && k - bounds[i].offset < done ? i + 1 : 0xEE);
    }
}

static void every_range_is_cut_or_refused(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Bare", SHMB_WRITE);
    shmb_segment *locked = opened("ShmbTest.Locked", SHMB_WRITE);
    void *data;
    size_t i;

    (void)state;
    shmb_data(segment, &data);
    check_in(move_write, segment, data);
    for (i = 0; i < SIZE; i++)
        ((uint8_t *)data)[i] = (uint8_t)i;
    check_out(move_read, segment, data);
    check_out(move_snapshot, segment, data);
    shmb_data(locked, &data);
    check_in(move_update, locked, data);
    shmb_close(locked);
    shmb_close(segment);
}

static void bad_buffers_are_told(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Bare", SHMB_WRITE);
    uint64_t done = 9;
    char byte = 0;

    (void)state;
    assert_int_equal(shmb_read(segment, 0, NULL, 1, &done), SHMB_BAD_ARGUMENT);
    assert_int_equal(done, 0);
    assert_int_equal(shmb_write(segment, 0, NULL, 1, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_snapshot(segment, 0, NULL, 1, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_update(segment, 0, NULL, 1, 0, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_read(segment, 0, NULL, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_read(NULL, 0, &byte, 1, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_write(NULL, 0, &byte, 1, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_snapshot(NULL, 0, &byte, 1, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_update(NULL, 0, &byte, 1, 0, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_write_begin(NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_write_end(NULL), SHMB_BAD_ARGUMENT);
    shmb_close(segment);
}

/* The access list may well allow it: the text says that the handle does not. */
static void was_opened_to_read(int32_t result)
{
    char text[512];

    assert_int_equal(result, SHMB_ACCESS_DENIED);
    assert_int_equal(shmb_result_text(result, text, sizeof(text)), SHMB_OK);
    assert_string_equal(text, "opened to read; open it with the right to write");
}

static void readers_may_not_write(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Locked", SHMB_READ);
    uint64_t done = 9;
    int32_t first;

    (void)state;
    was_opened_to_read(shmb_write(segment, 0, "x", 1, &done));
    assert_int_equal(done, 0);
    was_opened_to_read(shmb_update(segment, 0, "x", 1, 0, &done));
    was_opened_to_read(shmb_write_begin(segment));
    was_opened_to_read(shmb_write_end(segment));
    was_opened_to_read(shmb_mark_consistent(segment));
    was_opened_to_read(shmb_restore(segment));
    was_opened_to_read(shmb_first(segment, 0, &first));
    was_opened_to_read(shmb_init_done(segment));
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    was_opened_to_read(shmb_write(segment, 0, "x", 1, &done));
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    shmb_close(segment);
}

static void writers_need_the_lock_where_there_is_one(void **state)
{
    shmb_segment *locked = opened("ShmbTest.Locked", SHMB_WRITE);
    shmb_segment *bare = opened("ShmbTest.Bare", SHMB_WRITE);

    (void)state;
    assert_int_equal(shmb_write(locked, 0, "x", 1, NULL), SHMB_NOT_OWNER);
    assert_int_equal(shmb_write_begin(locked), SHMB_NOT_OWNER);
    assert_int_equal(shmb_lock(locked, 0), SHMB_OK);
    assert_int_equal(shmb_write(locked, 0, "x", 1, NULL), SHMB_OK);
    assert_int_equal(shmb_unlock(locked), SHMB_OK);
    assert_int_equal(shmb_write(locked, 0, "x", 1, NULL), SHMB_NOT_OWNER);
    assert_int_equal(shmb_write(bare, 0, "x", 1, NULL), SHMB_OK);
    assert_int_equal(shmb_lock(bare, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_unlock(bare), SHMB_NOT_OWNER);
    assert_int_equal(shmb_update(bare, 0, "x", 1, 0, NULL), SHMB_BAD_ARGUMENT);
    shmb_close(bare);
    shmb_close(locked);
}

static void brackets_count_as_one_write(void **state)
{
    struct directory_row *row = stage_segment("ShmbTest.Count", SIZE, STAGE_LOCK);
    struct shmb_block *block = stage_block(row);
    shmb_segment *segment;
    char byte;

    (void)state;
    stage_publish();
    segment = opened("ShmbTest.Count", SHMB_WRITE);
    shmb_lock(segment, 0);
    assert_int_equal(shmb_write(segment, 0, "x", 1, NULL), SHMB_OK);
    assert_int_equal(block->sequence, 2);
    assert_int_equal(block->change, 1);
    assert_int_equal(shmb_write(segment, SIZE, "x", 1, NULL), SHMB_OK);
    assert_int_equal(block->sequence, 2);
    assert_int_equal(shmb_write_end(segment), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_write_begin(segment), SHMB_OK);
    assert_int_equal(block->sequence, 3);
    assert_int_equal(shmb_write_begin(segment), SHMB_OK); /* part of the first one */
    assert_int_equal(shmb_write(segment, 0, "yy", 2, NULL), SHMB_OK);
    assert_int_equal(shmb_write_end(segment), SHMB_OK);
    assert_int_equal(block->sequence, 3);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_BUSY);
    assert_int_equal(shmb_write_end(segment), SHMB_OK);
    assert_int_equal(block->sequence, 4);
    assert_int_equal(block->change, 2);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_OK);
    assert_int_equal(byte, 'y');
    /* The lock given back in the middle ends the write. */
    assert_int_equal(shmb_write_begin(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(block->sequence, 6);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_write_end(segment), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_write_begin(segment), SHMB_OK);
    shmb_close(segment);
    assert_int_equal(block->sequence, 8);
    assert_int_equal(block->abandoned, 0);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(every_range_is_cut_or_refused), STAGED(bad_buffers_are_told),
        STAGED(readers_may_not_write),         STAGED(writers_need_the_lock_where_there_is_one),
        STAGED(brackets_count_as_one_write),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
