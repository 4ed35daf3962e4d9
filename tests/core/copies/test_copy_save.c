/* Copies of segments: made and taken back, damaged, while writers are at work. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "copy_format.h"
#include "lifecycle.h"
#include "machine.h"
#include "snapshot_pair.h"
#include "status_report.h"

/* ---- the ordinary way -------------------------------------------------------- */

static void what_was_there_at_the_stop_is_there_at_the_next_start(void **state)
{
    (void)state;
    machine_boot(NULL, kept_at_stop);
    machine_texts[0] = "second";
    machine_live(1);
    assert_string_equal(machine_found, "first");
    assert_int_equal(fake_event_count(machine, EVENT_COPY_RESTORED), 0);
    assert_int_equal(fake_event_count(machine, EVENT_COPY_NONE), 0);
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "second");
    assert_int_equal(fake_events_about(machine, EVENT_COPY_RESTORED, "A"), 1);
    assert_string_equal(fake_last_event(machine, EVENT_COPY_RESTORED)->inserts[2],
                        "2022-06-18 04:26:40 UTC");
}

static void check_times(size_t number)
{
    /* The first save is at once: it shows early what keeps it from working. */
    if (number == 1)
        assert_int_equal(fake_wait_ms(machine, 1), 0);
    if (number == 2) {
        assert_int_equal(fake_wait_ms(machine, 2), 10000);
        assert_int_equal(fake_calls(machine, FAKE_COPY_CREATE), 1);
    }
    if (number == 3) {
        assert_int_equal(fake_calls(machine, FAKE_COPY_CREATE), 2);
        assert_true(machine_told("copy\tGlobal\\A\tsaved\t2022-06-18 04:26:40 UTC\n"));
        assert_true(machine_is_complete());
    }
}

static void it_is_saved_every_so_often_where_it_has_changed(void **state)
{
    (void)state;
    machine_boot(NULL, kept_by_time);
    machine_at_wait = check_times;
    machine_texts[1] = "second";
    machine_live(6);
    assert_int_equal(fake_calls(machine, FAKE_COPY_CREATE), 2);
}

static void restored_content_is_not_written_again(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");

    (void)state;
    machine_boot(disk, kept_by_time);
    machine_live(3);
    assert_string_equal(machine_found, "two");
    assert_int_equal(fake_calls(machine, FAKE_COPY_CREATE), 0);
    assert_true(fake_calls(machine, FAKE_PEEK) > 0);
}

static void only_what_is_kept_is_touched(void **state)
{
    (void)state;
    machine_boot(NULL, kept_at_stop);
    machine_live(1);
    assert_true(fake_saves(machine));
    machine_boot(NULL, kept_gone);
    machine_live(1);
    assert_false(fake_saves(machine));
    assert_int_equal(fake_calls(machine, FAKE_COPY_READ) + fake_calls(machine, FAKE_PEEK), 0);
}

static void what_clients_kept_alive_is_not_overwritten(void **state)
{
    (void)state;
    machine_boot(NULL, kept_at_stop);
    machine_texts[0] = "second";
    machine_at_wait = machine_keep_open;
    machine_live(1);
    machine_put("A", "third");
    machine_at_wait = NULL;
    machine_live(2);
    assert_int_equal(fake_event_count(machine, EVENT_COPY_RESTORED), 0);
    assert_string_equal(machine_content_of("A"), "third");
    fake_client_close(machine, "A");
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "third");
}

static void a_changed_size_carries_over_what_fits(void **state)
{
    static const char small[] = HEAD "  A: { size: 4, keep: reboot, initial: { text: new } }\n";
    static const char large[] = HEAD "  A: { size: 9, keep: reboot, initial: { fill: 0x2e } }\n";
    struct fake_disk *disk = machine_disk_with("one", "twotwo");

    (void)state;
    machine_boot(disk, small);
    machine_live(1);
    assert_int_equal(strncmp(machine_found, "twot", 4), 0);
    assert_int_equal(fake_events_about(machine, EVENT_COPY_RESIZED, "A"), 1);
    assert_non_null(strstr(fake_last_event(machine, EVENT_COPY_RESIZED)->inserts[2],
                           "which has 64 bytes; the segment has 4, and the first 4"));
    machine_boot(fake_take_disk(machine), large);
    machine_live(1);
    assert_memory_equal(machine_found, "twot\0\0\0\0\0", 9);
    assert_int_equal(fake_events_about(machine, EVENT_COPY_RESIZED, "A"), 1);
}

/* ---- damage ------------------------------------------------------------------ */

static void a_damaged_copy_gives_way_to_the_one_before(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");

    (void)state;
    machine_damage(disk, ".copy");
    machine_boot(disk, kept_by_time);
    machine_texts[1] = "three";
    machine_live(3);
    assert_string_equal(machine_found, "one");
    assert_int_equal(fake_events_about(machine, EVENT_COPY_OLDER, "A"), 1);
    assert_non_null(
        strstr(fake_last_event(machine, EVENT_COPY_OLDER)->inserts[2], ".copy: it is damaged"));
    /* It is laid aside, and there are two whole ones again. */
    disk = fake_take_disk(machine);
    assert_non_null(fake_disk_by_tail(disk, ".refused"));
    machine_damage(disk, ".copy");
    assert_string_equal(machine_found_on(disk), "one");
}

static void without_a_whole_copy_it_says_so(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");

    (void)state;
    machine_damage(disk, ".copy");
    machine_damage(disk, ".old");
    assert_string_equal(machine_found_on(disk), "first");
    assert_int_equal(fake_events_about(machine, EVENT_COPY_NONE, "A"), 1);
    assert_non_null(
        strstr(fake_last_event(machine, EVENT_COPY_NONE)->inserts[2], ".old: it is damaged"));
    assert_int_equal(fake_event_count(machine, EVENT_COPY_RESTORED), 0);
}

static void swap_files(struct fake_disk *disk, const char *a, const char *b)
{
    struct fake_file *x = fake_disk_find(disk, a), *y = fake_disk_find(disk, b), held;

    assert_true(x != NULL && y != NULL);
    held = *x;
    x->bytes = y->bytes;
    x->length = y->length;
    y->bytes = held.bytes;
    y->length = held.length;
}

static void copies_that_were_swapped_are_refused(void **state)
{
    struct fake_disk *disk;

    (void)state;
    machine_boot(NULL, kept_two);
    machine_texts[0] = "of a";
    machine_live(1);
    disk = fake_take_disk(machine);
    assert_int_equal(disk->count, 2);
    swap_files(disk, disk->files[0].name, disk->files[1].name);
    machine_boot(disk, kept_two);
    machine_live(1);
    assert_string_equal(machine_found, "");
    assert_int_equal(fake_event_count(machine, EVENT_COPY_NONE), 2);
    assert_non_null(strstr(fake_last_event(machine, EVENT_COPY_NONE)->inserts[2],
                           "it is the copy of another segment"));
}

static void other_files_and_newer_formats_are_refused(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");

    (void)state;
    fake_disk_by_tail(disk, ".copy")->bytes[8] = 2;
    memset(fake_disk_by_tail(disk, ".old")->bytes, 'x', 40);
    assert_string_equal(machine_found_on(disk), "first");
    assert_non_null(strstr(fake_last_event(machine, EVENT_COPY_NONE)->inserts[2],
                           ".copy: a newer ShmBroker wrote it"));
    /* Nobody's newer copy is lost for it. */
    assert_int_equal(fake_disk_by_tail(fake_disk(machine), ".refused")->bytes[8], 2);
}

/* ---- what keeps it from being saved ------------------------------------------ */

static void mend_at_four(size_t number)
{
    if (number == 2) {
        assert_int_equal(fake_events_about(machine, EVENT_COPY_FAILED, "A"), 1);
        assert_int_equal(fake_wait_ms(machine, 2), 1000);
        /* What could not be written whole does not stay: the disk may be full. */
        assert_null(fake_disk_by_tail(fake_disk(machine), ".new"));
        assert_true(
            machine_told("copy\tGlobal\\A\tfailed\tWriteFile: made to fail (error 1455); last "
                         "saved: never\n"));
        assert_false(machine_is_complete());
        assert_string_equal(machine_content_of("A"), "first");
    }
    if (number == 4) {
        assert_int_equal(fake_wait_ms(machine, 4), 4000);
        fake_mend(machine);
    }
    if (number == 5) {
        assert_int_equal(fake_events_about(machine, EVENT_COPY_SAVED, "A"), 1);
        assert_true(machine_told("copy\tGlobal\\A\tsaved\t"));
        assert_true(machine_is_complete());
    }
}

static void a_failure_is_told_once_and_tried_again(void **state)
{
    (void)state;
    machine_boot(NULL, kept_by_time);
    machine_at_wait = mend_at_four;
    fake_fail(machine, FAKE_COPY_WRITE, NULL, SYS_FAILED);
    machine_live(5);
    assert_int_equal(fake_events_about(machine, EVENT_COPY_FAILED, "A"), 1);
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "first");
}

/* ---- writers at work --------------------------------------------------------- */

static struct shmb_block *block_of_a(void)
{
    const struct fake_object *section = fake_find(machine, SHMB_CONTROL_PREFIX "1");

    assert_non_null(section);
    return (struct shmb_block *)(void *)(section->content + sizeof(struct shmb_control));
}

static size_t busy_left;

/* A library writer changes both ends while they are read. */
static void write_while_read(struct fake *which, enum fake_call call)
{
    char *content = (char *)fake_find(which, "A")->content;

    if (call != FAKE_PEEK || busy_left == 0)
        return;
    busy_left--;
    block_of_a()->sequence++;
    content[0]++;
    content[SIZE - 1]++;
    block_of_a()->sequence++;
}

static void a_copy_is_taken_between_two_writes(void **state)
{
    const struct fake_file *file;

    (void)state;
    machine_boot(NULL, kept_by_time);
    fake_on_busy(machine, write_while_read);
    busy_left = 5;
    machine_live(2);
    file = fake_disk_by_tail(fake_disk(machine), ".copy");
    assert_int_equal(file->bytes[file->length - SIZE], 'f' + 5);
    assert_int_equal(file->bytes[file->length - 1], 5);
    assert_int_equal(fake_event_count(machine, EVENT_COPY_FAILED), 0);
}

static void begin_to_write(size_t number)
{
    if (number == 1)
        block_of_a()->sequence = 1;
}

static void end_the_write(struct fake *which, enum fake_call call)
{
    (void)which;
    if (call == FAKE_PAUSE && busy_left > 0 && --busy_left == 0)
        block_of_a()->sequence = 2;
}

static void a_write_under_way_is_waited_for(void **state)
{
    (void)state;
    machine_boot(NULL, kept_at_stop);
    machine_at_wait = begin_to_write;
    fake_on_busy(machine, end_the_write);
    busy_left = 100;
    machine_live(1);
    assert_int_equal(fake_event_count(machine, EVENT_COPY_FAILED), 0);
    assert_non_null(fake_disk_by_tail(fake_disk(machine), ".copy"));
}

static void a_write_that_never_ends_leaves_the_copy_before(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");

    (void)state;
    machine_boot(disk, kept_by_time);
    machine_at_wait = begin_to_write;
    machine_texts[0] = "half";
    machine_live(3);
    assert_int_equal(fake_events_about(machine, EVENT_COPY_FAILED, "A"), 1);
    assert_non_null(strstr(fake_last_event(machine, EVENT_COPY_FAILED)->inserts[2],
                           "programs write all the time"));
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "two");
}

static void die_while_writing(size_t number)
{
    if (number == 1)
        block_of_a()->abandoned = SHMB_DIED_OWNING | SHMB_DIED_WRITING;
}

static struct shmb_pair *pair_of_a(void)
{
    return (struct shmb_pair *)(void *)fake_find(machine, "A.snapshots")->content;
}

/* Publishes "whole"; then a program dies in the middle of a write. */
static void publish_and_die(size_t number)
{
    static const uint8_t whole[SIZE] = "whole";

    if (number > 1)
        return;
    pair_publish(pair_of_a(), SIZE, whole, SIZE);
    machine_put("A", "half");
    block_of_a()->sequence = 7;
    block_of_a()->abandoned = SHMB_DIED_OWNING | SHMB_DIED_WRITING;
}

#define DOUBLE HEAD "  A: { size: 64, keep: reboot, snapshots: double, initial: { text: first } }\n"

static void with_double_snapshots_the_last_published_value_is_saved(void **state)
{
    (void)state;
    machine_boot(NULL, DOUBLE);
    machine_at_wait = publish_and_die;
    machine_live(1);
    assert_int_equal(fake_event_count(machine, EVENT_COPY_FAILED), 0);
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "whole");
    /* What is restored is what readers get at first. */
    machine_boot(fake_take_disk(machine), DOUBLE);
    machine_live(1);
    assert_string_equal(machine_found, "whole");
}

static void forge_version(size_t number)
{
    static const uint8_t whole[SIZE] = "whole";

    if (number > 1)
        return;
    pair_publish(pair_of_a(), SIZE, whole, SIZE);
    pair_of_a()->version = UINT64_MAX; /* an odd one: half 1 */
}

/* Whatever the version says, one of the halves is saved, and nothing beside them is read. */
static void a_forged_version_is_one_of_two_halves(void **state)
{
    (void)state;
    machine_boot(NULL, DOUBLE);
    machine_at_wait = forge_version;
    machine_live(1);
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "first");
}

static void what_a_dead_writer_left_is_not_saved(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");

    (void)state;
    machine_boot(disk, kept_at_stop);
    machine_at_wait = die_while_writing;
    machine_texts[0] = "half";
    machine_live(1);
    assert_non_null(strstr(fake_last_event(machine, EVENT_COPY_FAILED)->inserts[2], "shmb repair"));
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "two");
}

/* ---- initialised ------------------------------------------------------------- */

static const char plain[] = HEAD "  A: { size: 64, keep: reboot }\n";
static uint32_t initialised;

static void declare(size_t number)
{
    if (number == 1)
        block_of_a()->initialised = 1;
}

static void ask(size_t number)
{
    if (number == 1)
        initialised = block_of_a()->initialised;
}

static void the_declaration_comes_back_with_the_content(void **state)
{
    (void)state;
    machine_boot(NULL, plain);
    machine_live(1);
    machine_boot(fake_take_disk(machine), plain);
    machine_at_wait = ask;
    machine_live(1);
    assert_int_equal(initialised, 0);
    machine_boot(fake_take_disk(machine), plain);
    machine_at_wait = declare;
    machine_live(1);
    machine_boot(fake_take_disk(machine), plain);
    machine_at_wait = ask;
    machine_live(1);
    assert_int_equal(initialised, 1);
}

/* ---- stop, reload, size ------------------------------------------------------ */

static void large_segments_show_progress(void **state)
{
    size_t before;

    (void)state;
    machine_boot(NULL, HEAD "  A: { size: 40 MiB, keep: reboot }\n");
    machine_live(1);
    before = fake_calls(machine, FAKE_PROGRESS);
    assert_true(before > 3 * 40);
    /* No wait for the disk is for more than 16 MiB. */
    assert_int_equal(fake_calls(machine, FAKE_COPY_FLUSH), 3);
    assert_non_null(fake_disk_by_tail(fake_disk(machine), ".copy"));
}

static void stop_at_peek(size_t number)
{
    if (number == 1)
        fake_stop_at(machine, FAKE_PEEK, 2);
}

static void a_stop_ends_a_save_and_begins_the_last_one(void **state)
{
    (void)state;
    machine_boot(NULL, HEAD "  A: { size: 5 MiB, keep: reboot, save_every: 1 s }\n");
    machine_at_wait = stop_at_peek;
    fake_stop_at(machine, FAKE_WAIT, SIZE_MAX);
    assert_int_equal(lifecycle_run(fake_system(machine), FILE_NAME), SHMB_EXIT_DONE);
    assert_int_equal(fake_calls(machine, FAKE_PEEK), 2 + 5);
    assert_int_equal(fake_calls(machine, FAKE_COPY_CREATE), 1);
    assert_int_equal(fake_event_count(machine, EVENT_COPY_FAILED), 0);
    assert_non_null(fake_disk_by_tail(fake_disk(machine), ".copy"));
}

static void take_away_and_give_back(size_t number)
{
    if (number == 1) {
        fake_file(machine, FILE_NAME, kept_gone);
        fake_wake(machine, SYS_WAKE_RELOAD);
    }
    if (number == 2) {
        assert_null(fake_find(machine, "A"));
        assert_false(fake_saves(machine));
        assert_non_null(fake_disk_by_tail(fake_disk(machine), ".copy"));
        fake_file(machine, FILE_NAME, kept_at_stop);
        fake_wake(machine, SYS_WAKE_RELOAD);
    }
    if (number == 3) {
        assert_string_equal(machine_content_of("A"), "second");
        assert_true(fake_saves(machine));
    }
}

static void a_segment_that_leaves_is_saved_and_comes_back(void **state)
{
    (void)state;
    machine_boot(NULL, kept_at_stop);
    machine_texts[0] = "second";
    machine_at_wait = take_away_and_give_back;
    machine_live(3);
}

static struct fake_disk *asleep; /* what the disk has while the machine sleeps */

static void sleep_at_one(size_t number)
{
    if (number == 1)
        fake_wake(machine, SYS_WAKE_SUSPEND);
}

static void go_to_sleep(struct fake *fake, enum fake_call call)
{
    if (call == FAKE_SAVED)
        asleep = machine_twin(fake_disk(fake));
}

static void before_a_sleep_everything_is_saved(void **state)
{
    (void)state;
    machine_boot(NULL, kept_at_stop);
    machine_texts[0] = "second";
    machine_texts[1] = "third";
    machine_at_wait = sleep_at_one;
    fake_on_busy(machine, go_to_sleep);
    machine_live(2);
    assert_int_equal(fake_calls(machine, FAKE_SAVED), 1);
    assert_string_equal(machine_found_on(asleep), "second");
}

#define BUSY 15 /* segments that are written all the time; a quiet one is behind them */

static uint64_t asked;   /* ticks when the save was asked for */
static bool first_pause; /* seen */

static const char *busy_and_quiet(void)
{
    static char text[2048];
    size_t used = (size_t)snprintf(text, sizeof(text), "%s", HEAD);
    int i;

    for (i = 0; i <= BUSY; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used,
                                 "  %c: { size: 64, keep: reboot }\n", 'A' + i);
    return text;
}

static void write_all_and_sleep(size_t number)
{
    int i;

    if (number != 1)
        return;
    for (i = 0; i < BUSY; i++)
        block_of_a()[i].sequence = 1;
    asked = fake_ticks(machine);
    fake_wake(machine, SYS_WAKE_SUSPEND);
}

/* The quiet one comes before any wait; the others wait together, not one after the other. */
static void check_order(struct fake *fake, enum fake_call call)
{
    if (call == FAKE_PAUSE && !first_pause) {
        first_pause = true;
        assert_int_equal(fake_calls(fake, FAKE_COPY_CREATE), 1);
        assert_int_equal(fake_event_count(fake, EVENT_COPY_FAILED), 0);
    }
    if (call == FAKE_SAVED) {
        assert_in_range(fake_ticks(fake) - asked, 1, 1000);
        assert_int_equal(fake_event_count(fake, EVENT_COPY_FAILED), BUSY);
    }
}

static void those_who_always_write_keep_no_other_from_being_saved(void **state)
{
    (void)state;
    first_pause = false;
    machine_boot(NULL, busy_and_quiet());
    machine_at_wait = write_all_and_sleep;
    fake_on_busy(machine, check_order);
    machine_live(2);
    assert_true(first_pause);
    assert_int_equal(fake_calls(machine, FAKE_SAVED), 1);
    assert_int_equal(fake_calls(machine, FAKE_COPY_CREATE), 1);
}

static void reload_at_two(size_t number)
{
    if (number == 2)
        fake_wake(machine, SYS_WAKE_RELOAD);
}

static void a_reload_keeps_what_is_known_of_copies(void **state)
{
    (void)state;
    machine_boot(NULL, kept_by_time);
    machine_at_wait = reload_at_two;
    machine_live(5);
    assert_int_equal(fake_calls(machine, FAKE_COPY_CREATE), 1);
    assert_true(fake_wait_ms(machine, 3) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_was_there_at_the_stop_is_there_at_the_next_start,
                                  machine_end),
        cmocka_unit_test_teardown(it_is_saved_every_so_often_where_it_has_changed, machine_end),
        cmocka_unit_test_teardown(restored_content_is_not_written_again, machine_end),
        cmocka_unit_test_teardown(only_what_is_kept_is_touched, machine_end),
        cmocka_unit_test_teardown(what_clients_kept_alive_is_not_overwritten, machine_end),
        cmocka_unit_test_teardown(a_changed_size_carries_over_what_fits, machine_end),
        cmocka_unit_test_teardown(a_damaged_copy_gives_way_to_the_one_before, machine_end),
        cmocka_unit_test_teardown(without_a_whole_copy_it_says_so, machine_end),
        cmocka_unit_test_teardown(copies_that_were_swapped_are_refused, machine_end),
        cmocka_unit_test_teardown(other_files_and_newer_formats_are_refused, machine_end),
        cmocka_unit_test_teardown(a_failure_is_told_once_and_tried_again, machine_end),
        cmocka_unit_test_teardown(a_copy_is_taken_between_two_writes, machine_end),
        cmocka_unit_test_teardown(a_write_under_way_is_waited_for, machine_end),
        cmocka_unit_test_teardown(a_write_that_never_ends_leaves_the_copy_before, machine_end),
        cmocka_unit_test_teardown(with_double_snapshots_the_last_published_value_is_saved,
                                  machine_end),
        cmocka_unit_test_teardown(a_forged_version_is_one_of_two_halves, machine_end),
        cmocka_unit_test_teardown(what_a_dead_writer_left_is_not_saved, machine_end),
        cmocka_unit_test_teardown(the_declaration_comes_back_with_the_content, machine_end),
        cmocka_unit_test_teardown(large_segments_show_progress, machine_end),
        cmocka_unit_test_teardown(a_stop_ends_a_save_and_begins_the_last_one, machine_end),
        cmocka_unit_test_teardown(a_segment_that_leaves_is_saved_and_comes_back, machine_end),
        cmocka_unit_test_teardown(before_a_sleep_everything_is_saved, machine_end),
        cmocka_unit_test_teardown(those_who_always_write_keep_no_other_from_being_saved,
                                  machine_end),
        cmocka_unit_test_teardown(a_reload_keeps_what_is_known_of_copies, machine_end),
    };

    return cmocka_run_group_tests_name("test_copy_save", tests, NULL, NULL);
}
