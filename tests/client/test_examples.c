/* The examples of the reference, through the DLL and its import library. */
#include "stage.h"
#include "stage_pipe.h"
#include "stage_queue.h"

#include <stdio.h>
#include <string.h>

#include "examples/examples.h"
#include "shmb.h"

static struct directory_row *prices;

static int begin(void **state)
{
    struct directory_row *row;

    (void)state;
    stage_begin();
    prices = stage_segment("Prices", 4096, STAGE_LOCK | STAGE_NOTIFY);
    stage_segment("Quotes", 4096, STAGE_LOCK | STAGE_FAST);
    stage_segment("Bare", 4096, 0);
    stage_segment("Totals", 4096, STAGE_LOCK | STAGE_DOUBLE);
    stage_row("ShutDownNow", SHMB_EVENT)->flags = SHMB_ENTRY_MANUAL_RESET;
    stage_object(SHMB_EVENT, "ShutDownNow", 0, STAGE_OURS, 0x120003);
    row = stage_row("Licences", SHMB_SEMAPHORE);
    row->initial = 1;
    row->maximum = 3;
    stage_object(SHMB_SEMAPHORE, "Licences", 0, STAGE_OURS, 0x120003);
    stage_queue("Orders", 16, 64, 0, 0);
    stage_publish();
    return 0;
}

/* The content as everybody sees it. */
static void content(uint64_t offset, const void *expected, size_t size)
{
    const uint8_t *view = MapViewOfFile(stage_section_of(prices), FILE_MAP_READ, 0, 0, 0);

    assert_non_null(view);
    assert_memory_equal(view + offset, expected, size);
    UnmapViewOfFile(view);
}

static void opening_and_closing(void **state)
{
    (void)state;
    assert_int_equal(example_open(), 0);
    content(0, "1.25", 5);
    assert_int_equal(example_part(), 0);
    assert_int_equal(example_memory(), 0);
    assert_int_equal(example_wide(), 0);
}

static void locks_and_snapshots(void **state)
{
    static const uint32_t two = 2;

    (void)state;
    assert_int_equal(example_lock(), 0);
    assert_int_equal(example_lock(), 0);
    content(64, &two, sizeof(two));
    assert_int_equal(example_fast(), 0);
    assert_int_equal(example_brackets(), 0);
    assert_int_equal(example_published(), 0);
    content(256, "ask", 4);
    assert_int_equal(stage_block(prices)->sequence, 6);
    assert_int_equal(example_snapshot(), 0);
    assert_int_equal(example_in_place(), 0);
    assert_int_equal(example_first(), 0);
    assert_int_equal(stage_block(prices)->initialised, 1);
    content(512, "header", 7);
    assert_int_equal(example_first(), 0);
}

static void changes(void **state)
{
    (void)state;
    assert_int_equal(example_changed(), 0);
    assert_int_equal(stage_block(prices)->change, 2);
}

static void queues(void **state)
{
    (void)state;
    assert_int_equal(example_queue(), 0);
}

static void looking_around(void **state)
{
    (void)state;
    assert_int_equal(example_private(), 0);
    assert_int_equal(example_list(), 0);
    assert_int_equal(example_state(), 0);
    assert_int_equal(example_object(), 0);
    assert_int_equal(example_result(), 0);
}

static void requests(void **state)
{
    (void)state;
    stage_pipe_answer = (struct shmb_request_answer){.flags = SHMB_ANSWER_MADE, .size = 4096};
    stage_pipe_open(STAGE_OURS, SHMB_REQUEST_PIPE_RIGHTS, stage_pipe_answers);
    assert_int_equal(example_request(), 0);
    assert_string_equal(stage_pipe_request()->name, "MyApp.4711");
    assert_int_equal(example_request_semaphore(), 0);
    assert_int_equal(stage_pipe_request()->maximum, 2);
    assert_int_equal(example_request_wide(), 0);
    stage_pipe_close();
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_queues_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(opening_and_closing),
        STAGED(locks_and_snapshots),
        STAGED(changes),
        STAGED(queues),
        STAGED(looking_around),
        STAGED(requests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
