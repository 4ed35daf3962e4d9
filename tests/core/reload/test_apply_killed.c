/* A broker is killed at each call of a reload: what clients then find in their blocks. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "control.h"
#include "lifecycle.h"
#include "reloads.h"

#define OTHER ", access: { read: Users, write: Users }"

/* The configurations. Clients have One and Two open in all of them. */
static const char both[] = PAIR(""), one[] = HEAD "  One: { size: 10 }\n",
                  other_access[] =
                      HEAD "  One: { size: 10" OTHER " }\n  Two: { size: 10" OTHER " }\n";

static const char *from, *to;
static size_t waited;     /* before the life of this broker */
static size_t crash_at;   /* the call of the reload from `from` to `to` */
static size_t calls;      /* before it */
static const char *found; /* the configuration in force as the checks run */

/* Of the first two segments, in the section that they share. */
static struct shmb_block *block_of(uint32_t number)
{
    uint8_t *control = fake_find(fake, "ShmBroker.Control.1")->content;

    return (struct shmb_block *)(void *)(control + sizeof(struct shmb_control)) + number;
}

static void live(void (*script)(size_t number), size_t waits)
{
    waited = fake_calls(fake, FAKE_WAIT);
    reloads_live(script, waited + waits);
}

static void open_both(void)
{
    fake_client_open(fake, "One");
    fake_client_open(fake, "Two");
    fake_client_open(fake, "ShmBroker.Control.1");
    block_of(0)->sequence = 4;
    block_of(1)->sequence = 6;
}

/* Two is there at first, so that clients can open it. */
static void be_killed(size_t number)
{
    if (number == waited + 1)
        open_both();
    if (number == waited + 1 && from != both) {
        reloads_change(from);
        return;
    }
    if (number > waited + (from != both ? 2 : 1))
        return;
    calls = fake_can_fail_calls(fake);
    reloads_change(to);
    fake_crash_nth(fake, crash_at);
}

static void check_block(const char *name, uint32_t number, uint64_t sequence)
{
    const struct shmb_entry entry = reloads_entry(name);

    assert_int_equal(entry.control, 1);
    assert_int_equal(entry.control_block, number);
    assert_true(block_of(number)->generation == entry.generation);
    assert_true(block_of(number)->sequence == sequence);
}

static void check_clients(size_t number)
{
    (void)number;
    check_block("One", 0, 4);
    if (found != one)
        check_block("Two", 1, 6);
    else
        assert_true(block_of(1)->generation == SHMB_BLOCK_MOVED);
    assert_true(block_of(1)->sequence == 6);
}

static void check_then_change(size_t number)
{
    check_clients(number);
    if (number > waited + 1)
        return;
    found = both;
    reloads_change(both);
}

/*
 * Kills the broker at each call of the reload from `before` to `after`. The next one starts with
 * `next`, reloads `both`, and stops.
 */
static void kill_at_each_step(void **state, const char *before, const char *after, const char *next)
{
    bool whole = false;

    from = before;
    to = after;
    for (crash_at = 1; !whole; crash_at++) {
        reloads_end(state);
        reloads_begin(state);
        fake_file(fake, FILE_NAME, both);
        live(be_killed, from != both ? 3 : 2);
        whole = fake_can_fail_calls(fake) - calls < crash_at;
        fake_crash_nth(fake, 0);
        found = next;
        fake_file(fake, FILE_NAME, next);
        live(check_then_change, 2);
        live(check_clients, 1);
    }
    assert_in_range(crash_at, 20, 400);
}

static void a_segment_is_retired(void **state)
{
    kill_at_each_step(state, both, one, one);
}

static void a_segment_is_retired_and_comes_back(void **state)
{
    kill_at_each_step(state, both, one, both);
}

static void a_segment_comes_back(void **state)
{
    kill_at_each_step(state, one, both, both);
}

static void a_segment_comes_back_in_vain(void **state)
{
    kill_at_each_step(state, one, both, one);
}

static void the_access_changes(void **state)
{
    kill_at_each_step(state, both, other_access, other_access);
}

static void the_access_changes_in_vain(void **state)
{
    kill_at_each_step(state, both, other_access, both);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reloads_begin, reloads_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_segment_is_retired), TEST(a_segment_is_retired_and_comes_back),
        TEST(a_segment_comes_back), TEST(a_segment_comes_back_in_vain),
        TEST(the_access_changes),   TEST(the_access_changes_in_vain),
    };

    return cmocka_run_group_tests_name("test_apply_killed", tests, NULL, NULL);
}
