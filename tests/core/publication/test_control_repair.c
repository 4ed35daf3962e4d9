/* Control sections that programs damage: the broker repairs what is its own, and says so once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "access_guard.h"
#include "control.h"
#include "life.h"

#define HEAD "version: 1\ndefaults: { access: { write: [Users] } }\nsegments:\n"
#define ONE  "  One: { size: 64, lock: none }\n"
#define TWO  "  Two: { size: 64, lock: none }\n"
#define ELSE "  Other: { size: 64, lock: none, access: { write: [Interactive] } }\n"
#define ONLY "  Only: { size: 64, lock: none, access: { read: [Users] } }\n"

#define CONTROL_1 SHMB_CONTROL_PREFIX "1"
#define CONTROL_2 SHMB_CONTROL_PREFIX "2"
#define BYTES_MAX 4096

static struct fake *fake;
static uint8_t before[BYTES_MAX]; /* a control section as the broker wrote it */

static int set_up(void **state)
{
    (void)state;
    fake = life_begin(SHMB_SERVICE_SID);
    return 0;
}

static uint8_t *bytes_of(const char *name)
{
    const struct fake_object *section = fake_find(fake, name);

    assert_non_null(section);
    assert_true(section->content_length <= BYTES_MAX);
    return section->content;
}

static void keep(const char *name)
{
    memcpy(before, bytes_of(name), fake_find(fake, name)->content_length);
}

static struct shmb_block *block_of(const char *name, unsigned block)
{
    return (struct shmb_block *)(void *)(bytes_of(name) + sizeof(struct shmb_control)) + block;
}

static void expect_as_before(const char *name)
{
    assert_memory_equal(bytes_of(name), before, fake_find(fake, name)->content_length);
}

static size_t events(void)
{
    return fake_event_count(fake, EVENT_CONTROL_REPAIRED);
}

static void expect_event(size_t number, const char *name, const char *what, const char *segments)
{
    const struct fake_event *event = fake_last_event(fake, EVENT_CONTROL_REPAIRED);

    assert_int_equal(events(), number);
    assert_int_equal(event->count, 3);
    assert_string_equal(event->inserts[0], name);
    assert_string_equal(event->inserts[1], what);
    assert_string_equal(event->inserts[2], segments);
}

/* Each byte of the header, all of it, and each generation, in turns of one minute. */
static void damage_and_look(size_t number)
{
    const size_t header = sizeof(struct shmb_control), kinds = header + 3;
    uint8_t *bytes = bytes_of(CONTROL_1);
    char what[160];

    assert_int_equal(fake_wait_ms(fake, number), GUARD_EVERY_MS);
    if (number == 1)
        keep(CONTROL_1);
    expect_as_before(CONTROL_1);
    assert_int_equal(events(), number - 1);
    if (number > 1) {
        if (number <= header + 2)
            (void)snprintf(what, sizeof(what), "header");
        else
            (void)snprintf(what, sizeof(what), "generations: %zu", number - header - 2);
        expect_event(number - 1, "Global\\" CONTROL_1, what, "Global\\One, Global\\Two");
        (void)snprintf(what, sizeof(what),
                       "control\tGlobal\\" CONTROL_1
                       "\trepaired\ta program damaged it; times: %zu\n",
                       number - 1);
        assert_true(life_reports(what));
        assert_int_equal(life_report().result, SHMB_REPORT_COMPLETE);
    }
    if (number <= header)
        bytes[number - 1] ^= 0x80;
    else if (number == header + 1)
        memset(bytes, 0, header);
    else if (number == header + 2)
        block_of(CONTROL_1, 0)->generation = SHMB_BLOCK_MOVED;
    else if (number == kinds)
        block_of(CONTROL_1, 0)->generation = block_of(CONTROL_1, 1)->generation = 0;
}

static void what_the_broker_wrote_is_repaired(void **state)
{
    (void)state;
    life_run(HEAD ONE TWO, damage_and_look, sizeof(struct shmb_control) + 4);
}

/* What the programs write there stays as they wrote it, and damages nothing. */
static void write_the_rest(size_t number)
{
    size_t i;

    if (number == 1) {
        for (i = 0; i < sizeof(struct shmb_block); i++)
            if (i / 8 != offsetof(struct shmb_block, generation) / 8)
                bytes_of(CONTROL_1)[sizeof(struct shmb_control) + i] = 0xA5;
        keep(CONTROL_1);
    }
    expect_as_before(CONTROL_1);
    assert_int_equal(events(), 0);
}

static void what_programs_write_there_stays(void **state)
{
    (void)state;
    life_run(HEAD ONE TWO, write_the_rest, 3);
}

/* A program that damages it all the time costs one event a minute, and no other set anything. */
static void damage_all_the_time(size_t number)
{
    static uint64_t generation;

    if (number == 1) {
        keep(CONTROL_2);
        generation = block_of(CONTROL_1, 0)->generation;
    }
    expect_as_before(CONTROL_2);
    assert_int_equal(block_of(CONTROL_1, 0)->generation, generation);
    assert_int_equal(events(), number > 1 ? 1 : 0); /* the reloads take no time */
    block_of(CONTROL_1, 0)->generation = number;
    fake_wake(fake, SYS_WAKE_RELOAD);
}

static void each_cause_is_logged_once_a_minute(void **state)
{
    (void)state;
    life_run(HEAD ONE TWO ELSE, damage_all_the_time, 8);
}

/* Segments that were retired: their mark is the broker's, too. */
static void unmark(size_t number)
{
    static uint64_t generation;

    if (number == 1) {
        generation = block_of(CONTROL_1, 1)->generation;
        fake_client_open(fake, "Two");
        fake_file(fake, LIFE_FILE, HEAD ONE);
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else if (number == 2) {
        assert_true(block_of(CONTROL_1, 1)->generation == SHMB_BLOCK_MOVED);
        assert_int_equal(events(), 0);
        block_of(CONTROL_1, 1)->generation = generation;
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else if (number == 3) {
        assert_true(block_of(CONTROL_1, 1)->generation == SHMB_BLOCK_MOVED);
        expect_event(1, "Global\\" CONTROL_1, "generations: 1", "Global\\One");
        /* When it comes back, it has its block back. */
        fake_file(fake, LIFE_FILE, HEAD ONE TWO);
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else {
        assert_int_equal(block_of(CONTROL_1, 1)->generation, generation);
        assert_int_equal(events(), 1);
        fake_client_close(fake, "Two");
    }
}

static void a_mark_that_was_wiped_is_set_again(void **state)
{
    (void)state;
    life_run(HEAD ONE TWO, unmark, 4);
}

/* A segment of a damaged set that is recreated: neither keeps the other from being done. */
static void damage_and_recreate(size_t number)
{
    static uint64_t one, two;

    if (number == 1) {
        one = block_of(CONTROL_1, 0)->generation;
        two = block_of(CONTROL_1, 1)->generation;
        memset(bytes_of(CONTROL_1), 0, sizeof(struct shmb_control));
        block_of(CONTROL_1, 0)->generation = block_of(CONTROL_1, 1)->generation = 1;
        fake_anew(fake, "One");
        fake_wake(fake, SYS_WAKE_RELOAD);
        return;
    }
    assert_true(shmb_control_is_sound(bytes_of(CONTROL_1), sizeof(struct shmb_control), 1, 1));
    assert_true(block_of(CONTROL_1, 0)->generation > one);
    assert_int_equal(block_of(CONTROL_1, 1)->generation, two);
    assert_null(fake_find(fake, CONTROL_2));
    expect_event(1, "Global\\" CONTROL_1, "header, generations: 1", "Global\\One, Global\\Two");
}

static void a_damaged_segment_is_recreated(void **state)
{
    (void)state;
    life_run(HEAD ONE TWO, damage_and_recreate, 2);
}

static void damage(void)
{
    memset(bytes_of(CONTROL_1), 0, sizeof(struct shmb_control));
    block_of(CONTROL_1, 0)->abandoned = SHMB_DIED_OWNING;
}

static void open_all(size_t number)
{
    (void)number;
    fake_client_open(fake, "One");
    fake_client_open(fake, "Two");
    fake_client_open(fake, CONTROL_1);
    keep(CONTROL_1);
}

static void find_the_same_section(size_t number)
{
    (void)number;
    assert_null(fake_find(fake, CONTROL_2)); /* no second one: programs have the first one open */
    before[sizeof(struct shmb_control) + offsetof(struct shmb_block, abandoned)] = SHMB_DIED_OWNING;
    expect_as_before(CONTROL_1);
    expect_event(1, "Global\\" CONTROL_1, "header", "Global\\One, Global\\Two");
}

static void the_next_broker_adopts_and_repairs_it(void **state)
{
    (void)state;
    life_run(HEAD ONE TWO, open_all, 1);
    damage();
    life_run(HEAD ONE TWO, find_the_same_section, 1);
}

/* Two could not be adopted: its block waits for it, as its clients left it. */
static void find_the_block(size_t number)
{
    if (number == 1) {
        assert_int_equal(fake_event_count(fake, EVENT_OBJECT_CONFLICT), 1);
        expect_event(1, "Global\\" CONTROL_1, "header", "Global\\One");
        fake_mend(fake);
    }
    expect_as_before(CONTROL_1);
}

static void a_block_waits_for_its_segment(void **state)
{
    (void)state;
    fake_release(fake, false); /* else the stop has retired both */
    life_run(HEAD ONE TWO, open_all, 1);
    fake_keeper_dies(fake, 0);
    memset(bytes_of(CONTROL_1), 0, sizeof(struct shmb_control));
    fake_fail(fake, FAKE_INSPECT, "Two", SYS_FAILED);
    life_run(HEAD ONE TWO, find_the_block, 2);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_RECOVERED), 1);
}

static void open_and_damage(size_t number)
{
    open_all(number);
    damage();
}

/* Programs use the segments also while no broker runs. */
static void a_stop_repairs_for_the_last_time(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(HEAD ONE TWO, open_and_damage, 1);
    find_the_same_section(1);
}

static void never_wake(size_t number)
{
    assert_int_equal(fake_wait_ms(fake, number), UINT32_MAX);
}

static void where_nobody_may_write_nobody_looks(void **state)
{
    (void)state;
    life_run("version: 1\nsegments:\n" ONLY, never_wake, 1);
}

/* A round that fails changes nothing, and the next one repairs. */
static void fail_to_map(size_t number)
{
    if (number == 1) {
        keep(CONTROL_1);
        memset(bytes_of(CONTROL_1), 0, sizeof(struct shmb_control));
        fake_fail(fake, FAKE_MAP, CONTROL_1, SYS_FAILED);
    } else if (number == 2) {
        assert_int_equal(events(), 0);
        fake_mend(fake);
    } else {
        expect_as_before(CONTROL_1);
        assert_int_equal(events(), 1);
    }
}

static void what_cannot_be_mapped_is_repaired_later(void **state)
{
    (void)state;
    life_run(HEAD ONE TWO, fail_to_map, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, life_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_the_broker_wrote_is_repaired),   TEST(a_damaged_segment_is_recreated),
        TEST(what_programs_write_there_stays),     TEST(each_cause_is_logged_once_a_minute),
        TEST(a_mark_that_was_wiped_is_set_again),  TEST(the_next_broker_adopts_and_repairs_it),
        TEST(a_stop_repairs_for_the_last_time),    TEST(a_block_waits_for_its_segment),
        TEST(where_nobody_may_write_nobody_looks), TEST(what_cannot_be_mapped_is_repaired_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
