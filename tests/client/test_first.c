/* Who fills it first, also when the first one dies. */
#include "stage.h"

#include <string.h>

#include "opened.h"

static struct directory_row *row;

static int begin(void **state)
{
    (void)state;
    stage_begin();
    row = stage_segment("ShmbTest.Fill", 100, STAGE_LOCK);
    stage_segment("ShmbTest.Bare", 100, 0);
    stage_publish();
    return 0;
}

static int32_t asked(shmb_segment *segment, uint32_t timeout_ms, int32_t expected)
{
    int32_t first;

    assert_int_equal(shmb_first(segment, timeout_ms, &first), expected);
    return first;
}

static void one_is_first(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Fill", SHMB_WRITE);

    (void)state;
    assert_int_equal(shmb_init_done(segment), SHMB_NOT_OWNER);
    assert_int_equal(asked(segment, 0, SHMB_OK), 1);
    assert_int_equal(asked(segment, 0, SHMB_OK), 1);
    assert_string_equal(client_line(NULL, "lib-first 0 ShmbTest.Fill"), "-9 0");
    assert_int_equal(shmb_write(segment, 0, "content", 8, NULL), SHMB_OK);
    assert_int_equal(shmb_init_done(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_NOT_OWNER);
    assert_int_equal(asked(segment, 0, SHMB_OK), 0);
    assert_int_equal(shmb_init_done(segment), SHMB_NOT_OWNER);
    assert_string_equal(client_line(NULL, "lib-first 0 ShmbTest.Fill"), "0 0");
    shmb_close(segment);
}

static void the_next_one_waits_for_the_first(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Fill", SHMB_WRITE);
    struct child *child;

    (void)state;
    assert_int_equal(asked(segment, 0, SHMB_OK), 1);
    child = client_start(NULL, "lib-first 30000 ShmbTest.Fill");
    child_expect(child, "asking");
    assert_int_equal(shmb_init_done(segment), SHMB_OK);
    child_expect(child, "0 0");
    assert_int_equal(child_end(child), 0);
    shmb_close(segment);
}

static void after_the_death_of_the_first_the_next_is(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Fill", SHMB_WRITE);
    struct child *child = client_start(NULL, "lib-fill ShmbTest.Fill");
    char byte;

    (void)state;
    child_expect(child, "filling");
    assert_int_equal(asked(segment, 0, SHMB_TIMEOUT), 0);
    child_kill(child);
    assert_int_equal(asked(segment, 0, SHMB_OK), 1);
    assert_int_equal(shmb_init_done(segment), SHMB_OK);
    /* With that, all is well. */
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_OK);
    shmb_close(segment);
}

static void giving_the_lock_back_is_giving_up(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Fill", SHMB_WRITE);

    (void)state;
    assert_int_equal(asked(segment, 0, SHMB_OK), 1);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_init_done(segment), SHMB_NOT_OWNER);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_init_done(segment), SHMB_NOT_OWNER);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_string_equal(client_line(NULL, "lib-first 0 ShmbTest.Fill"), "0 1");
    shmb_close(segment);
}

/* Retired, recreated or moved while the first one fills it. */
static void who_fills_a_segment_that_is_gone_is_told(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Fill", SHMB_WRITE);
    struct shmb_block *block = stage_block(row);
    const uint64_t generation = block->generation;

    (void)state;
    assert_int_equal(asked(segment, 0, SHMB_OK), 1);
    assert_int_equal(shmb_write_begin(segment), SHMB_OK);
    block->generation = SHMB_BLOCK_MOVED;
    assert_int_equal(shmb_init_done(segment), SHMB_STALE);
    /* It has given the lock back, and those who wait go on. */
    assert_int_equal(shmb_unlock(segment), SHMB_NOT_OWNER);
    assert_string_equal(client_line(NULL, "take Global\\ShmbTest.Fill.lock 0"), "taken");
    assert_int_equal(shmb_init_done(segment), SHMB_STALE);
    assert_int_equal(block->sequence & 1, 0);
    assert_int_equal(block->initialised, 0);
    block->generation = generation;
    assert_int_equal(shmb_init_done(segment), SHMB_NOT_OWNER);
    assert_int_equal(asked(segment, 0, SHMB_OK), 1);
    shmb_close(segment);
}

static void the_brokers_content_is_content(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Fill", SHMB_WRITE);

    (void)state;
    stage_block(row)->initialised = 1;
    assert_int_equal(asked(segment, 0, SHMB_OK), 0);
    assert_int_equal(shmb_unlock(segment), SHMB_NOT_OWNER);
    shmb_close(segment);
}

static void it_does_not_fit_everything(void **state)
{
    shmb_segment *reader = opened("ShmbTest.Fill", SHMB_READ);
    shmb_segment *bare = opened("ShmbTest.Bare", SHMB_WRITE);
    shmb_segment *plain;
    int32_t first;

    (void)state;
    assert_int_equal(asked(reader, 0, SHMB_ACCESS_DENIED), 0);
    assert_int_equal(shmb_init_done(reader), SHMB_ACCESS_DENIED);
    assert_int_equal(asked(bare, 0, SHMB_BAD_ARGUMENT), 0);
    assert_int_equal(shmb_init_done(bare), SHMB_BAD_ARGUMENT);
    stage_root_close();
    plain = opened("ShmbTest.Fill", SHMB_WRITE);
    assert_int_equal(asked(plain, 0, SHMB_BAD_ARGUMENT), 0);
    assert_int_equal(shmb_first(NULL, 0, &first), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_first(plain, 0, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_init_done(NULL), SHMB_BAD_ARGUMENT);
    shmb_close(plain);
    shmb_close(bare);
    shmb_close(reader);
}

/* ---- the other process ---- */

static int lib_first(int argc, char **argv)
{
    shmb_segment *segment;
    int32_t first, result;

    (void)argc;
    shmb_open(argv[1], SHMB_WRITE, 0, &segment);
    if (argv[0][0] != '0')
        client_say("asking");
    result = shmb_first(segment, argv[0][0] != '0' ? SUPPORT_DEADLINE_MS : 0, &first);
    client_say("%d %d", (int)result, (int)first);
    shmb_close(segment);
    return 0;
}

static int lib_fill(int argc, char **argv)
{
    shmb_segment *segment;
    int32_t first;

    (void)argc;
    shmb_open(argv[0], SHMB_WRITE, 0, &segment);
    shmb_first(segment, 0, &first);
    shmb_write_begin(segment);
    client_say(first ? "filling" : "not first");
    client_wait_for_end();
    shmb_close(segment);
    return 0;
}

static const struct verb verbs[] = {{"lib-first", 2, lib_first}, {"lib-fill", 1, lib_fill}};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(one_is_first),
        STAGED(the_next_one_waits_for_the_first),
        STAGED(after_the_death_of_the_first_the_next_is),
        STAGED(giving_the_lock_back_is_giving_up),
        STAGED(who_fills_a_segment_that_is_gone_is_told),
        STAGED(the_brokers_content_is_content),
        STAGED(it_does_not_fit_everything),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
