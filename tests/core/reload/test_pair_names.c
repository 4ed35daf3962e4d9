/* The name of a section for double snapshots is wanted for a segment, or was one's. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "pairs_world.h"

#define APART                                                                                      \
    HEAD "  Prices: { size: 64, lock: none }\n  Prices.snapshots: { size: 192, initial: { text: "  \
         "mine } }\n"
#define AS_PAIR "it is a segment and cannot become a section for snapshots"
#define AS_ONE  "it is a section for snapshots and cannot become a segment"

/* Not a segment: it has no block. */
static bool is_companion(void)
{
    return reloads_entry(PAIR_X).control == 0;
}

static void to_segment(size_t number)
{
    if (number == 1) {
        pairs_publish("one");
        pairs_open_all(true);
        reloads_change(APART);
    } else if (number == 2) {
        assert_true(reloads_told(PAIR_X, "defer", AS_ONE));
        assert_true(pairs_block_has_moved());
        assert_false(pairs_is_double());
        assert_true(is_companion());
        reloads_change(DOUBLE);
    } else if (number == 3) {
        assert_true(pairs_is_double());
        reloads_change(APART);
    } else if (number == 4) {
        pairs_close_all(true);
        fake_anew(fake, PAIR_X);
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else {
        assert_true(reloads_told(PAIR_X, "recreate", "done"));
        assert_false(is_companion());
        assert_string_equal((const char *)fake_find(fake, PAIR_X)->content, "mine");
    }
}

static void it_does_not_become_a_segment(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, DOUBLE);
    reloads_live(to_segment, 5);
}

static void to_pair(size_t number)
{
    if (number == 1) {
        fake_client_open(fake, PAIR_X);
        reloads_change(DOUBLE);
    } else if (number == 2) {
        assert_true(reloads_told(PAIR_X, "defer", AS_PAIR));
        assert_false(pairs_is_double());
        assert_false(is_companion());
        assert_string_equal((const char *)fake_find(fake, PAIR_X)->content, "mine");
        fake_client_close(fake, PAIR_X);
        fake_anew(fake, PAIR_X);
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else {
        assert_true(is_companion());
    }
}

static void a_segment_does_not_become_a_pair(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, APART);
    reloads_live(to_pair, 3);
}

static void publish_and_go(size_t number)
{
    (void)number;
    pairs_publish("one");
    pairs_open_all(true);
}

static void find_pair(size_t number)
{
    (void)number;
    assert_false(pairs_is_double());
    assert_true(is_companion());
    assert_int_equal(reloads_entry(PAIR_X).state, SHMB_ENTRY_HELD);
    assert_string_equal(fake_last_event(fake, EVENT_OBJECT_DEFERRED)->inserts[2], AS_ONE);
}

static void go_apart(size_t number)
{
    (void)number;
    fake_client_open(fake, PAIR_X);
}

static void find_segment(size_t number)
{
    (void)number;
    assert_false(pairs_is_double());
    assert_false(is_companion());
    assert_string_equal((const char *)fake_find(fake, PAIR_X)->content, "mine");
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_DEFERRED, PAIR_X), 1);
}

static void nor_by_a_restart(void **state)
{
    fake_file(fake, FILE_NAME, DOUBLE);
    reloads_live(publish_and_go, 1);
    fake_file(fake, FILE_NAME, APART);
    reloads_live(find_pair, 2);
    pairs_close_all(true);
    (void)reloads_end(state);
    (void)reloads_begin(state);
    fake_file(fake, FILE_NAME, APART);
    reloads_live(go_apart, 1);
    fake_file(fake, FILE_NAME, DOUBLE);
    reloads_live(find_segment, 2);
    fake_client_close(fake, PAIR_X);
}

/* The entry of the other one says nothing of it: neither access nor flags. */
#define ALONE                                                                                      \
    HEAD "  Prices: { size: 64, lock: none }\n  Prices.snapshots: { size: 192, "                   \
         "notify: true, access: { write: Interactive } }\n"
#define TOLD                                                                                       \
    HEAD "  Prices: { size: 64, notify: true, snapshots: double, lock: { readers_may_wait: true "  \
         "} }\n"
#define FLAGS (SHMB_ENTRY_COMPANION | SHMB_ENTRY_NOTIFY | SHMB_ENTRY_READERS_MAY_WAIT)

static void expect_alone(void)
{
    const char *sddl = fake_find(fake, PAIR_X)->sddl;

    assert_false(is_companion());
    assert_int_equal(reloads_entry(PAIR_X).flags & FLAGS, 0);
    assert_non_null(strstr(sddl, ";;;S-1-5-4)"));
    assert_null(strstr(sddl, "S-1-5-32-545"));
    /* Its lock is carried, with its access. */
    assert_int_equal(reloads_entry(PAIR_X ".lock").flags, SHMB_ENTRY_COMPANION);
    assert_non_null(strstr(fake_find(fake, PAIR_X ".lock")->sddl, ";;;S-1-5-4)"));
    assert_false(fake_find(fake, "Prices.changed.0")->signalled);
}

static void expect_pair(void)
{
    assert_true(is_companion());
    assert_int_equal(reloads_entry(PAIR_X).flags & FLAGS, SHMB_ENTRY_COMPANION);
    assert_null(strstr(fake_find(fake, PAIR_X)->sddl, ";;;S-1-5-4)"));
}

static void swap_entries(size_t number)
{
    if (number == 1) {
        fake_client_open(fake, PAIR_X);
        reloads_change(TOLD);
    } else if (number == 2) {
        expect_alone();
        reloads_change(HEAD
                       "  Prices: { size: 64, notify: true, lock: { readers_may_wait: true } }\n");
    } else if (number == 3) {
        /* Nobody waits for a change of the retired one. */
        assert_false(fake_find(fake, "Prices.changed.0")->signalled);
        fake_client_close(fake, PAIR_X);
        reloads_change(TOLD);
    } else if (number == 4) {
        fake_client_open(fake, PAIR_X);
        reloads_change(ALONE);
    } else {
        expect_pair();
        fake_client_close(fake, PAIR_X);
    }
}

static void what_is_deferred_is_not_as_the_other_ones_entry_says(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, ALONE);
    reloads_live(swap_entries, 5);
}

static void use_pair(size_t number)
{
    (void)number;
    fake_client_open(fake, PAIR_X);
}

static void find_alone(size_t number)
{
    (void)number;
    expect_alone();
}

static void find_still_pair(size_t number)
{
    (void)number;
    expect_pair();
}

static void nor_after_a_restart(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, ALONE);
    reloads_live(use_pair, 1);
    fake_file(fake, FILE_NAME, TOLD);
    reloads_live(find_alone, 2);
    fake_client_close(fake, PAIR_X);
    reloads_live(use_pair, 3);
    fake_file(fake, FILE_NAME, ALONE);
    reloads_live(find_still_pair, 4);
    fake_client_close(fake, PAIR_X);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reloads_begin, reloads_end)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(it_does_not_become_a_segment),
        TEST(a_segment_does_not_become_a_pair),
        TEST(nor_by_a_restart),
        TEST(what_is_deferred_is_not_as_the_other_ones_entry_says),
        TEST(nor_after_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
