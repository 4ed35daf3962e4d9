/* Double snapshots on the broker's side: first copies, reloads, restarts, and hostile content. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lock_word.h"
#include "pairs_world.h"

/* ---- the pair without its segment, and the segment without its pair ---------------------- */

static void leave_pairs(size_t number)
{
    if (number == 1) {
        assert_non_null(fake_find(fake, "Prices.changed.0"));
        fake_client_open(fake, PAIR_X); /* so that it is retired, and still there */
        reloads_change(HEAD "  Prices: { size: 64, notify: true, initial: { text: none } }\n");
    } else {
        assert_true(reloads_told(PAIR_X, "retire", "done"));
        assert_false(fake_find(fake, "Prices.changed.0")->signalled);
        assert_false(fake_find(fake, "Prices.changed.3")->signalled);
        fake_client_close(fake, PAIR_X);
    }
}

static void a_retired_pair_wakes_nobody(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME,
              HEAD "  Prices: { size: 64, notify: true, snapshots: double, initial: { text: none } "
                   "}\n");
    reloads_live(leave_pairs, 2);
}

#define KEPT                                                                                       \
    HEAD "  Prices: { size: 64, snapshots: double, keep: reboot, save_every: 1 s, initial: { "     \
         "text: none } }\n"

static size_t saved;

static void lose_pair(size_t number)
{
    if (number == 2) {
        assert_true(pairs_is_double());
        fake_fail(fake, FAKE_CREATE, PAIR_X, SYS_FAILED);
        fake_anew(fake, PAIR_X);
        reloads_change(KEPT);
    } else if (number == 3) {
        assert_int_equal(reloads_entry(PAIR_X).state, SHMB_ENTRY_FAILED);
        saved = fake_calls(fake, FAKE_COPY_CREATE);
        memcpy(fake_find(fake, "Prices")->content, "other", 6);
    } else if (number == 8) {
        assert_true(fake_calls(fake, FAKE_COPY_CREATE) > saved);
        assert_int_equal(fake_event_count(fake, EVENT_COPY_FAILED), 0);
    }
}

static void without_its_pair_a_segment_is_saved_all_the_same(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, KEPT);
    fake_use_disk(fake, fake_disk_new());
    reloads_live(lose_pair, 8);
    fake_mend(fake);
}

/* The first copy cannot be written: the segment stays where it is, and is tried again. */
static void lack_view(size_t number)
{
    if (number == 1) {
        pairs_remember_block();
        fake_fail(fake, FAKE_MAP, PAIR_X, SYS_FAILED);
        reloads_change(DOUBLE);
        return;
    }
    if (number < 5) {
        assert_false(pairs_block_has_moved());
        assert_false(pairs_is_double());
        if (number == 4)
            fake_mend(fake);
        fake_wake(fake, SYS_WAKE_RELOAD);
        return;
    }
    assert_true(pairs_block_has_moved());
    assert_true(pairs_is_double());
}

static void without_a_first_copy_nothing_moves(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, SINGLE);
    reloads_live(lack_view, 5);
}

/* ---- a start ------------------------------------------------------------------------------ */

static void check_first(size_t number)
{
    (void)number;
    assert_true(pairs_is_double());
    assert_int_equal(reloads_entry(PAIR_X).flags, SHMB_ENTRY_COMPANION);
    assert_int_equal(reloads_entry(PAIR_X).size, shmb_pair_size(SIZE));
    assert_int_equal(reloads_entry(PAIR_X).control, 0);
    assert_int_equal(fake_find(fake, PAIR_X)->spec.size, 64 + 2 * 64);
    assert_string_equal(pairs_published(), "none");
}

static void the_first_copy_is_the_initial_content(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, DOUBLE);
    reloads_live(check_first, 1);
}

static void check_access(size_t number)
{
    (void)number;
    assert_non_null(strstr(fake_find(fake, "Prices")->sddl, "(A;;0xf001f;;;S-1-5-21-1-2-3-1001)"));
    assert_non_null(strstr(fake_find(fake, PAIR_X)->sddl, "(A;;0x20007;;;S-1-5-21-1-2-3-1001)"));
    assert_non_null(strstr(fake_find(fake, PAIR_X)->sddl, "(A;;0x20005;;;S-1-5-32-545)"));
}

static void full_is_write_on_the_section_for_snapshots(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME,
              HEAD "  Prices: { size: 64, snapshots: double, access: { full: 'CORP\\Traders', "
                   "read: Users } }\n");
    reloads_live(check_access, 1);
}

/* ---- reloads -------------------------------------------------------------------------------- */

static void to_double_and_back(size_t number)
{
    struct shmb_block *block;

    if (number == 1) {
        assert_false(pairs_is_double());
        pairs_remember_block();
        memcpy(fake_find(fake, "Prices")->content, "live", 5);
        pairs_block_now()->initialised = 1;
        reloads_change(DOUBLE);
    } else if (number == 2) {
        assert_true(pairs_block_has_moved()); /* who does not publish must not write any more */
        assert_true(pairs_is_double());
        assert_string_equal(pairs_published(), "live");
        block = pairs_block_now();
        assert_int_equal(block->initialised, 1);
        pairs_publish("next");
        pairs_remember_block();
        reloads_change(DOUBLE "  More: { size: 8 }\n");
    } else if (number == 3) {
        assert_false(pairs_block_has_moved()); /* another reload changes nothing */
        assert_string_equal(pairs_published(), "next");
        reloads_change(SINGLE);
    } else {
        assert_true(pairs_block_has_moved());
        assert_false(pairs_is_double());
        assert_null(fake_find(fake, PAIR_X));
        assert_string_equal((const char *)fake_find(fake, "Prices")->content, "next");
    }
}

static void snapshots_change_while_programs_have_the_segment_open(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, SINGLE);
    reloads_live(to_double_and_back, 4);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_DEFERRED), 0);
}

/* A write that never ends: half of it must not be the first copy. */
static void to_double_while_a_program_writes(size_t number)
{
    uint64_t version;

    if (number == 1) {
        pairs_block_now()->sequence = 7;
        reloads_change(DOUBLE);
        return;
    }
    assert_true(pairs_is_double());
    assert_null(pair_published(pairs_now(), SIZE, &version));
    assert_int_equal(pairs_block_now()->sequence & 1, 0);
}

static void half_a_write_is_not_published(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, SINGLE);
    reloads_live(to_double_while_a_program_writes, 2);
}

static void other_access(size_t number)
{
    if (number == 1) {
        pairs_publish("kept");
        pairs_remember_block();
        reloads_change(HEAD
                       "  Second: { size: 8 }\n"
                       "  Prices: { size: 64, snapshots: double, access: { write: Users } }\n");
    } else {
        /* One version for the programs with the old block and those with the new one. */
        assert_true(pairs_block_has_moved());
        assert_true(pairs_is_double());
        assert_string_equal(pairs_published(), "kept");
        assert_non_null(strstr(fake_find(fake, PAIR_X)->sddl, "(A;;0x20007;;;S-1-5-32-545)"));
    }
}

static void a_block_that_moves_keeps_what_is_published(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, DOUBLE "  Second: { size: 8 }\n");
    reloads_live(other_access, 2);
}

static void recreate(size_t number)
{
    if (number == 1) {
        pairs_publish("old");
        fake_anew(fake, "Prices");
        reloads_change(HEAD "  Prices: { size: 200, snapshots: double }\n");
        return;
    }
    assert_true(reloads_told("Prices", "recreate", "done"));
    assert_true(reloads_told(PAIR_X, "recreate", "done"));
    assert_int_equal(fake_find(fake, PAIR_X)->spec.size, shmb_pair_size(200));
    assert_true(pairs_is_double());
    assert_string_equal((const char *)pair_half_of(pairs_now(), 256, pairs_now()->version), "old");
}

static void a_segment_that_is_made_anew_has_new_snapshots(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, DOUBLE);
    reloads_live(recreate, 2);
}

/* The section for snapshots stays as it is, and does not fit any more. */
static void recreate_without_pair(size_t number)
{
    if (number == 1) {
        fake_client_open(fake, PAIR_X);
        fake_anew(fake, "Prices");
        reloads_change(HEAD "  Prices: { size: 200, snapshots: double }\n");
        return;
    }
    assert_int_equal(reloads_entry("Prices").size, 200);
    assert_int_equal(reloads_entry(PAIR_X).size, shmb_pair_size(SIZE));
    assert_false(pairs_is_double());
}

static void a_section_of_another_size_is_not_used(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, DOUBLE);
    reloads_live(recreate_without_pair, 2);
    fake_client_close(fake, PAIR_X);
}

/* A program has the segment open: nothing changes for it, not even the owner of its lock. */
static const char *anew_as;
static bool open_pair;

#define OWNED ((UINT64_C(4) << SHMB_LOCK_GENERATION) | 2)
#define FAST  "lock: { kind: fast, max_lockers: 2 }"

static void recreate_in_vain(size_t number)
{
    const char *const opened[] = {"Prices", "Prices.lock", "ShmBroker.Control.1", PAIR_X};
    const size_t count = open_pair ? 4 : 3;
    struct shmb_block *block = pairs_block_now();
    size_t i;

    if (number == 1) {
        pairs_publish("one");
        pairs_publish("two");
        pairs_remember_block();
        block->lock_word = OWNED;
        block->sequence = 5;
        block->change = 9;
        block->initialised = 1;
        for (i = 0; i < count; i++)
            fake_client_open(fake, opened[i]);
        fake_anew(fake, "Prices");
        reloads_change(anew_as);
        return;
    }
    assert_true(reloads_told("Prices", "recreate", "a program has it open"));
    assert_true(reloads_told(PAIR_X, "recreate", "its segment is not made anew"));
    assert_int_equal(reloads_entry("Prices").size, SIZE);
    assert_int_equal(reloads_entry(PAIR_X).size, shmb_pair_size(SIZE));
    assert_true(pairs_is_double());
    assert_false(pairs_block_has_moved());
    assert_true(block->lock_word == OWNED);
    assert_int_equal(block->sequence, 5);
    assert_int_equal(block->change, 9);
    assert_int_equal(block->initialised, 1);
    assert_int_equal(block->abandoned, 0);
    assert_string_equal(pairs_published(), "two");
    assert_int_equal(pairs_now()->version, 3);
    assert_int_equal(fake_event_count(fake, EVENT_LOCK_CLOSED), 0);
    for (i = 0; i < count; i++)
        fake_client_close(fake, opened[i]);
}

static void a_segment_that_is_not_made_anew_keeps_all_it_has(void **state)
{
    static const char *const forms[][2] = {
        {HEAD "  Prices: { size: 64, snapshots: double, " FAST " }\n",
         HEAD "  Prices: { size: 64, snapshots: double, " FAST " }\n"},
        {HEAD "  Prices: { size: 64, snapshots: double, " FAST " }\n",
         HEAD "  Prices: { size: 200, snapshots: double, " FAST " }\n"},
        {DOUBLE, DOUBLE},
        {DOUBLE, HEAD "  Prices: { size: 200, snapshots: double }\n"},
    };
    size_t i;

    for (i = 0; i < 2 * sizeof(forms) / sizeof(forms[0]); i++) {
        open_pair = i % 2 != 0;
        anew_as = forms[i / 2][1];
        fake_file(fake, FILE_NAME, forms[i / 2][0]);
        reloads_live(recreate_in_vain, 2);
        (void)reloads_end(state);
        (void)reloads_begin(state);
    }
}

static void occupied(size_t number)
{
    if (number == 1) {
        assert_false(pairs_is_double());
        assert_int_equal(reloads_entry("Prices").state, SHMB_ENTRY_HELD);
        memcpy(fake_find(fake, "Prices")->content, "live", 5);
        pairs_remember_block();
        fake_vacate(fake, PAIR_X);
    } else {
        assert_true(pairs_is_double());
        assert_true(pairs_block_has_moved());
        assert_string_equal(pairs_published(), "live");
    }
}

static void while_another_program_has_the_name_the_sequence_serves(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, DOUBLE);
    fake_occupy(fake, PAIR_X, SHMB_MUTEX, "a mutex");
    reloads_live(occupied, 2);
}

/* ---- restarts ------------------------------------------------------------------------------- */

static uint64_t version_before;

static void publish_and_go(size_t number)
{
    (void)number;
    pairs_publish("one");
    pairs_publish("two");
    /* Half a write, by a program that died: it must not be published. */
    memcpy(fake_find(fake, "Prices")->content, "half", 5);
    version_before = pairs_now()->version;
    pairs_open_all(true);
}

static void find_untouched(size_t number)
{
    (void)number;
    assert_true(pairs_is_double());
    assert_false(pairs_block_has_moved());
    assert_true(pairs_now()->version == version_before);
    assert_string_equal(pairs_published(), "two");
}

static void what_was_published_is_there_after_a_restart(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, DOUBLE);
    reloads_live(publish_and_go, 1);
    reloads_live(find_untouched, 2);
    pairs_close_all(true);
}

static void go_without_pair(size_t number)
{
    (void)number;
    pairs_publish("one");
    memcpy(fake_find(fake, "Prices")->content, "live", 5);
    pairs_open_all(false);
}

static void find_filled(size_t number)
{
    (void)number;
    assert_true(pairs_is_double());
    assert_true(pairs_block_has_moved());
    assert_string_equal(pairs_published(), "live");
}

static void a_section_that_is_gone_is_made_again_from_the_segment(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, DOUBLE);
    reloads_live(go_without_pair, 1);
    reloads_live(find_filled, 2);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
    pairs_close_all(false);
}

static void find_single(size_t number)
{
    (void)number;
    assert_false(pairs_is_double());
    assert_true(pairs_block_has_moved());
}

static void a_restart_with_sequence_tells_those_who_publish(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, DOUBLE);
    reloads_live(publish_and_go, 1);
    fake_file(fake, FILE_NAME, SINGLE);
    reloads_live(find_single, 2);
    pairs_close_all(true);
}

static void go(size_t number)
{
    (void)number;
    memcpy(fake_find(fake, "Prices")->content, "live", 5);
    pairs_open_all(false);
}

static void a_restart_with_double_tells_those_who_do_not_publish(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, SINGLE);
    reloads_live(go, 1);
    fake_file(fake, FILE_NAME, DOUBLE);
    reloads_live(find_filled, 2);
    pairs_close_all(false);
}

/* ---- hostile content ------------------------------------------------------------------------ */

static void forge_and_change(size_t number)
{
    static const uint64_t forged[] = {UINT64_MAX, 0, 0x8000000000000001u, 3};
    struct shmb_pair *pair = pairs_now();

    if (number > 4)
        return;
    pair->version = forged[number - 1];
    memset(pair->reserved, 0xFF, sizeof(pair->reserved));
    fake_wake(fake, SYS_WAKE_RELOAD);
    if (number == 3) /* made anew: filled whatever the version says */
        fake_anew(fake, "Prices");
}

static void what_programs_write_there_harms_nobody(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, DOUBLE);
    reloads_live(forge_and_change, 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reloads_begin, reloads_end)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_retired_pair_wakes_nobody),
        TEST(without_its_pair_a_segment_is_saved_all_the_same),
        TEST(without_a_first_copy_nothing_moves),
        TEST(the_first_copy_is_the_initial_content),
        TEST(full_is_write_on_the_section_for_snapshots),
        TEST(snapshots_change_while_programs_have_the_segment_open),
        TEST(half_a_write_is_not_published),
        TEST(a_block_that_moves_keeps_what_is_published),
        TEST(a_segment_that_is_made_anew_has_new_snapshots),
        TEST(a_section_of_another_size_is_not_used),
        TEST(a_segment_that_is_not_made_anew_keeps_all_it_has),
        TEST(while_another_program_has_the_name_the_sequence_serves),
        TEST(what_was_published_is_there_after_a_restart),
        TEST(a_section_that_is_gone_is_made_again_from_the_segment),
        TEST(a_restart_with_sequence_tells_those_who_publish),
        TEST(a_restart_with_double_tells_those_who_do_not_publish),
        TEST(what_programs_write_there_harms_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
