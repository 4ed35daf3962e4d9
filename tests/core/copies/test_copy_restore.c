/* Copies of segments that cannot be read now: none is lost. */
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
#include "machine.h"

static void name_of(const char *tail, char out[COPY_FILE_MAX])
{
    copy_file_name("A", tail, out);
}

static size_t count_of(const struct fake_disk *disk, const char *tail)
{
    size_t i, count = 0;

    for (i = 0; i < disk->count; i++)
        count += strstr(disk->files[i].name, tail) != NULL;
    return count;
}

static bool a_day_later;

/* Somebody has the file of this tail; what is there after `waits` waits is left. */
static void live_without(struct fake_disk *disk, const char *tail, enum sys_status status,
                         const char *text, size_t waits)
{
    char name[COPY_FILE_MAX];

    name_of(tail, name);
    machine_boot(disk, kept_by_time);
    if (a_day_later)
        fake_clock(machine, FAKE_STARTED + UINT64_C(864000000000));
    machine_texts[1] = text;
    fake_fail(machine, FAKE_COPY_READ, name, status);
    machine_live(waits);
}

static bool unread_has(const struct fake_disk *disk, const char *text)
{
    const struct fake_file *file = fake_disk_by_tail(disk, ".unread");

    return file != NULL && strcmp((const char *)file->bytes + file->length - SIZE, text) == 0;
}

static void a_copy_that_cannot_be_read_is_found_by_the_next_start(void **state)
{
    (void)state;
    live_without(machine_disk_with("one", "two"), ".copy", SYS_FAILED, NULL, 3);
    assert_string_equal(machine_found, "one");
    assert_int_equal(fake_events_about(machine, EVENT_COPY_OLDER, "A"), 1);
    assert_int_equal(fake_calls(machine, FAKE_COPY_CREATE), 0);
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "two");
    assert_int_equal(fake_event_count(machine, EVENT_COPY_OLDER), 0);
}

static void look_at_trouble(size_t number)
{
    if (number == 2) {
        assert_true(machine_told("copy\tGlobal\\A\tfailed\ta copy could not be read"));
        assert_false(machine_is_complete());
    }
    if (number == 4) {
        assert_true(machine_told("copy\tGlobal\\A\tsaved\t"));
        assert_true(machine_is_complete());
    }
}

static void a_copy_that_cannot_be_read_is_laid_aside_and_stays(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");
    char name[COPY_FILE_MAX];

    (void)state;
    name_of(".copy", name);
    machine_boot(disk, kept_by_time);
    fake_fail(machine, FAKE_COPY_READ, name, SYS_DENIED);
    machine_texts[1] = "three";
    machine_texts[3] = "four";
    machine_texts[5] = "five";
    machine_at_wait = look_at_trouble;
    machine_live(7);
    assert_true(unread_has(fake_disk(machine), "two"));
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "five");
    assert_true(unread_has(fake_disk(machine), "two"));
}

static void two_unread_copies_both_stay(void **state)
{
    (void)state;
    live_without(machine_disk_with("one", "two"), ".copy", SYS_DENIED, "three", 3);
    a_day_later = true;
    live_without(fake_take_disk(machine), ".copy", SYS_DENIED, "four", 3);
    a_day_later = false;
    assert_int_equal(count_of(fake_disk(machine), ".unread"), 2);
}

static void two_refused_copies_both_stay(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");

    (void)state;
    fake_disk_by_tail(disk, ".copy")->bytes[8] = 2; /* as a newer broker writes them */
    machine_boot(disk, kept_by_time);
    machine_texts[1] = "three";
    machine_live(3);
    disk = fake_take_disk(machine);
    machine_damage(disk, ".copy");
    machine_boot(disk, kept_by_time);
    fake_clock(machine, FAKE_STARTED + UINT64_C(864000000000));
    machine_texts[1] = "four";
    machine_live(3);
    assert_string_equal(machine_found, "one");
    assert_int_equal(count_of(fake_disk(machine), ".refused"), 2);
    assert_int_equal(fake_event_count(machine, EVENT_COPY_FAILED), 0);
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "four");
}

static void without_a_copy_that_can_be_read_all_stay(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two"), *again;

    (void)state;
    machine_boot(machine_twin(disk), kept_by_time);
    fake_fail(machine, FAKE_COPY_READ, NULL, SYS_FAILED);
    machine_live(3);
    assert_string_equal(machine_found, "first");
    assert_int_equal(fake_events_about(machine, EVENT_COPY_NONE, "A"), 1);
    assert_int_equal(fake_calls(machine, FAKE_COPY_CREATE), 0);
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "two");
    machine_boot(disk, kept_by_time);
    fake_fail(machine, FAKE_COPY_READ, NULL, SYS_FAILED);
    machine_texts[1] = "other";
    machine_live(3);
    again = fake_take_disk(machine);
    assert_int_equal(again->count, 3);
    assert_string_equal(machine_found_on(again), "other");
}

/* The one that was being written may be whole. */
static void an_unfinished_copy_that_cannot_be_read_is_not_overwritten(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");
    struct fake_file *file = fake_disk_by_tail(disk, ".copy");
    char name[COPY_FILE_MAX];

    (void)state;
    name_of(".new", name);
    fake_disk_put(disk, name, file->bytes, file->length);
    live_without(disk, ".new", SYS_FAILED, "three", 3);
    assert_string_equal(machine_found, "two");
    assert_true(unread_has(fake_disk(machine), "two"));
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "three");
}

static size_t held_for; /* pauses */

static void let_go(struct fake *which, enum fake_call call)
{
    if (call == FAKE_PAUSE && held_for > 0 && --held_for == 0)
        fake_mend(which);
}

static void a_copy_that_somebody_holds_is_waited_for(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");
    char name[COPY_FILE_MAX];

    (void)state;
    name_of(".copy", name);
    for (held_for = 90; held_for <= 110; held_for += 20) {
        size_t pauses = held_for;

        machine_boot(machine_twin(disk), kept_at_stop);
        fake_fail(machine, FAKE_COPY_READ, name, SYS_LATER);
        fake_on_busy(machine, let_go);
        machine_live(1);
        assert_string_equal(machine_found, pauses == 90 ? "two" : "one");
        assert_int_equal(fake_calls(machine, FAKE_PAUSE), pauses == 90 ? 90 : 100);
        held_for = pauses;
    }
    fake_disk_free(disk);
}

static void hold_name_at_one(size_t number)
{
    char name[COPY_FILE_MAX];

    name_of(".copy", name);
    if (number == 1)
        fake_fail(machine, FAKE_COPY_RENAME, name, SYS_FAILED);
}

/*
 * The unread copy cannot be given another name, either, when the next one is
 * written; and then the machine goes down.
 */
static void an_unread_copy_is_known_after_a_power_loss(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");
    char name[COPY_FILE_MAX];

    (void)state;
    name_of(".copy", name);
    machine_boot(disk, kept_by_time);
    fake_fail(machine, FAKE_COPY_READ, name, SYS_FAILED);
    machine_texts[0] = "three";
    machine_at_wait = hold_name_at_one;
    machine_live(2);
    assert_int_equal(fake_event_count(machine, EVENT_COPY_FAILED), 1);
    assert_null(fake_disk_by_tail(fake_disk(machine), ".unread"));
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "three");
    assert_true(unread_has(fake_disk(machine), "two"));
}

static void reload_with(const char *configuration)
{
    fake_file(machine, FILE_NAME, configuration);
    fake_wake(machine, SYS_WAKE_RELOAD);
}

static void hold_newest(void)
{
    char name[COPY_FILE_MAX];

    name_of(".copy", name);
    fake_fail(machine, FAKE_COPY_READ, name, SYS_DENIED);
}

/* A reload had only the older copy to make it from, and now the newest one can be read. */
static void see_the_older_one(void)
{
    assert_string_equal(machine_content_of("A"), "one");
    assert_true(machine_told("copy\tGlobal\\A\tfailed\ta copy could not be read"));
    fake_mend(machine);
}

static void end_a_conflict_in_a_reload(size_t number)
{
    if (number == 1) {
        fake_vacate(machine, "A");
        hold_newest();
        reload_with(kept_by_time_and_b);
    }
    if (number == 2)
        see_the_older_one();
}

static void make_a_segment_of_an_event(size_t number)
{
    if (number == 1)
        reload_with(kept_by_time);
    if (number == 2) {
        assert_true(fake_find(machine, "A")->spec.kind == SHMB_EVENT);
        hold_newest();
        fake_anew(machine, "A");
        reload_with(kept_by_time_and_b);
    }
    if (number == 3)
        see_the_older_one();
}

/* What is saved after that does not take its place, whichever way the reload came to it. */
static void an_unread_copy_that_a_reload_met_stays(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");
    int event;

    (void)state;
    for (event = 0; event < 2; event++) {
        machine_boot(machine_twin(disk), event ? kept_as_event : kept_by_time);
        if (!event)
            fake_occupy(machine, "A", SHMB_SECTION, "S-1-5-21-9");
        machine_at_wait = event ? make_a_segment_of_an_event : end_a_conflict_in_a_reload;
        machine_texts[3] = "three";
        machine_texts[5] = "four";
        machine_live(7);
        assert_true(unread_has(fake_disk(machine), "two"));
        assert_string_equal(machine_found_on(fake_take_disk(machine)), "four");
    }
    fake_disk_free(disk);
}

static void change_what_is_held(size_t number)
{
    if (number == 2) {
        fake_mend(machine);
        reload_with(kept_larger); /* deferred */
    }
    if (number == 3)
        reload_with(kept_by_time_and_b);
    if (number == 4) {
        fake_anew(machine, "A");
        reload_with(kept_larger);
    }
    if (number == 5)
        assert_int_equal(fake_find(machine, "A")->spec.size, 128);
}

static void an_unread_copy_is_known_after_reloads(void **state)
{
    (void)state;
    machine_boot(machine_disk_with("one", "two"), kept_by_time);
    hold_newest();
    machine_at_wait = change_what_is_held;
    machine_texts[5] = "three";
    machine_live(8);
    assert_string_equal(machine_found, "one");
    assert_true(unread_has(fake_disk(machine), "two"));
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "three");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_copy_that_cannot_be_read_is_found_by_the_next_start,
                                  machine_end),
        cmocka_unit_test_teardown(a_copy_that_cannot_be_read_is_laid_aside_and_stays, machine_end),
        cmocka_unit_test_teardown(two_unread_copies_both_stay, machine_end),
        cmocka_unit_test_teardown(two_refused_copies_both_stay, machine_end),
        cmocka_unit_test_teardown(without_a_copy_that_can_be_read_all_stay, machine_end),
        cmocka_unit_test_teardown(an_unfinished_copy_that_cannot_be_read_is_not_overwritten,
                                  machine_end),
        cmocka_unit_test_teardown(a_copy_that_somebody_holds_is_waited_for, machine_end),
        cmocka_unit_test_teardown(an_unread_copy_is_known_after_a_power_loss, machine_end),
        cmocka_unit_test_teardown(an_unread_copy_that_a_reload_met_stays, machine_end),
        cmocka_unit_test_teardown(an_unread_copy_is_known_after_reloads, machine_end),
    };

    return cmocka_run_group_tests_name("test_copy_restore", tests, NULL, NULL);
}
