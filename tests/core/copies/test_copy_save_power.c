/* Copies of segments: whenever power is lost, or a call fails, a whole one is there. */
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

#define FLUSHED                                                                                    \
    3u /* steps of a save until the new copy is on the disk: create, write, write, flush */

/*
 * Saves "three" on such a disk, and lets the power fail after each step; `before`
 * is what a machine finds that never came so far. Takes the disk.
 */
static void lose_power_everywhere(struct fake_disk *disk, const char *before)
{
    size_t step, steps = FLUSHED + 1;
    int loss;

    for (step = 0; step < steps; step++) {
        for (loss = 0; loss < FAKE_LOSS_COUNT; loss++) {
            bool there = step >= FLUSHED || (step == FLUSHED - 1 && loss == FAKE_LOSS_NONE);

            machine_boot(machine_twin(disk), kept_by_time);
            machine_texts[0] = "three";
            fake_disk(machine)->lose_at = step;
            fake_disk(machine)->loss = (enum fake_loss)loss;
            machine_live(2);
            steps = fake_disk(machine)->steps;
            assert_string_equal(machine_found_on(fake_disk_take_image(fake_disk(machine))),
                                there ? "three" : before);
        }
    }
    assert_true(steps >= FLUSHED + 2);
    fake_disk_free(disk);
}

static void power_loss_leaves_a_whole_copy(void **state)
{
    (void)state;
    lose_power_everywhere(machine_disk_with("one", "two"), "two");
}

static void power_loss_in_the_first_save_leaves_none(void **state)
{
    (void)state;
    lose_power_everywhere(fake_disk_new(), "first");
    assert_int_equal(fake_event_count(machine, EVENT_COPY_NONE), 0);
}

/*
 * One loss after the other, and calls that fail on the way: what a start served
 * and what was saved is never gone behind, unless damage is told. Contents are
 * numbers that grow with the number of losses.
 */
#define LOSSES      3
#define REACHED_MAX 500u

struct reached {
    struct fake_disk *disk;
    int least; /* that must be found on it */
};

static struct reached reached[LOSSES + 1][REACHED_MAX];
static size_t reached_count[LOSSES + 1];

static bool same_disk(const struct fake_disk *a, const struct fake_disk *b)
{
    size_t i;

    if (a->count != b->count)
        return false;
    for (i = 0; i < a->count; i++) {
        const struct fake_file *x = &a->files[i], *y = fake_disk_find(b, x->name);

        if (y == NULL || x->length != y->length || memcmp(x->bytes, y->bytes, x->length) != 0)
            return false;
    }
    return true;
}

/* Takes the disk. */
static void reach(int losses, struct fake_disk *disk, int least)
{
    struct reached *known = reached[losses];
    size_t i;

    for (i = 0; i < reached_count[losses]; i++) {
        if (known[i].least == least && same_disk(known[i].disk, disk)) {
            fake_disk_free(disk);
            return;
        }
    }
    assert_true(i < REACHED_MAX);
    known[i] = (struct reached){disk, least};
    reached_count[losses]++;
}

/* Lives on such a disk, with a loss after `step`; `failing` cannot be renamed. Returns the steps.
 */
static size_t lose_once(int losses, const struct reached *from, const char *failing, size_t step,
                        enum fake_loss loss)
{
    char text[16], name[COPY_FILE_MAX];
    size_t steps;
    int least;

    (void)snprintf(text, sizeof(text), "%d", losses + 3);
    machine_boot(machine_twin(from->disk), kept_by_time);
    machine_texts[0] = text;
    if (failing != NULL) {
        copy_file_name("A", failing, name);
        fake_fail(machine, FAKE_COPY_RENAME, name, SYS_FAILED);
    }
    fake_disk(machine)->lose_at = step;
    fake_disk(machine)->loss = loss;
    machine_live(2);
    steps = fake_disk(machine)->steps;
    least = atoi(machine_found);
    if (least < from->least && fake_event_count(machine, EVENT_COPY_OLDER) == 0)
        fail_msg("after %d losses %d was served, and had been %d", losses, least, from->least);
    if (step + 1 == steps && fake_event_count(machine, EVENT_COPY_FAILED) == 0)
        least = losses + 3;
    if (step < steps && losses < LOSSES)
        reach(losses + 1, fake_disk_take_image(fake_disk(machine)), least);
    return steps;
}

static void lose_everywhere(int losses, const struct reached *from)
{
    static const char *const failing[] = {NULL, ".new", ".copy"};
    size_t n, step, steps;
    int loss;

    for (n = 0; n < sizeof(failing) / sizeof(failing[0]); n++)
        for (step = 0, steps = 1; step < steps; step++)
            for (loss = 0; loss < FAKE_LOSS_COUNT; loss++)
                steps = lose_once(losses, from, failing[n], step, (enum fake_loss)loss);
}

static void power_losses_one_after_the_other_never_go_back(void **state)
{
    size_t i;
    int losses;

    (void)state;
    reach(0, machine_disk_with("1", "2"), 2);
    for (losses = 0; losses <= LOSSES; losses++) {
        for (i = 0; i < reached_count[losses]; i++) {
            if (losses < LOSSES)
                lose_everywhere(losses, &reached[losses][i]);
            else
                (void)lose_once(losses, &reached[losses][i], NULL, SIZE_MAX - 1, FAKE_LOSS_GONE);
            fake_disk_free(reached[losses][i].disk);
        }
    }
    assert_true(reached_count[LOSSES] > 10);
}

/* Killed between writing and the disk; the next broker shows what the cache still had. */
static void what_a_killed_broker_had_not_flushed_is_settled_before_it_is_served(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");
    struct fake_file *file;
    char name[COPY_FILE_MAX];

    (void)state;
    machine_boot(machine_twin(disk), kept_by_time);
    machine_texts[0] = "three";
    machine_live(2);
    copy_file_name("A", ".new", name);
    file = fake_disk_by_tail(fake_disk(machine), ".copy");
    fake_disk_put(disk, name, file->bytes, file->length);
    fake_disk_find(disk, name)->flushed = 0;
    machine_boot(disk, kept_at_stop);
    fake_disk(machine)->lose_at =
        fake_disk(machine)->steps + 2; /* all that is done before it serves */
    machine_live(1);
    assert_string_equal(machine_found, "three");
    assert_string_equal(machine_found_on(fake_disk_take_image(fake_disk(machine))), "three");
}

static void mend_at_six(size_t number)
{
    if (number == 6)
        fake_mend(machine);
}

/* No file can be given another name; then all can. */
static void what_could_not_be_placed_is_saved_all_the_same(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");

    (void)state;
    machine_boot(disk, kept_by_time);
    machine_texts[0] = "three";
    machine_texts[3] = "four";
    machine_at_wait = mend_at_six;
    fake_fail(machine, FAKE_COPY_RENAME, NULL, SYS_FAILED);
    machine_live(8);
    assert_null(fake_disk_by_tail(fake_disk(machine), ".new"));
    assert_int_equal(fake_events_about(machine, EVENT_COPY_SAVED, "A"), 1);
    assert_string_equal(machine_found_on(fake_take_disk(machine)), "four");
}

/* A broker that takes a segment over has not looked at its files. */
static void the_save_after_a_take_over_keeps_a_copy_that_has_no_place(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");
    char name[COPY_FILE_MAX];

    (void)state;
    copy_file_name("A", ".new", name);
    machine_boot(disk, kept_by_time);
    machine_texts[0] = "three";
    machine_at_wait = machine_keep_open;
    fake_fail(machine, FAKE_COPY_RENAME, name, SYS_FAILED);
    machine_live(2);
    assert_non_null(fake_disk_find(fake_disk(machine), name));
    fake_mend(machine);
    machine_put("A", "four");
    machine_at_wait = NULL;
    memset(machine_texts, 0, sizeof(machine_texts));
    fake_disk(machine)->lose_at = fake_disk(machine)->steps; /* the first one from now on */
    machine_live(4);
    assert_string_equal(machine_content_of("A"), "four");
    disk = fake_disk_take_image(fake_disk(machine));
    fake_client_close(machine, "A");
    assert_string_equal(machine_found_on(disk), "three");
}

static void the_last_save_is_in_the_report_that_the_keeper_holds(void **state)
{
    (void)state;
    machine_boot(NULL, kept_at_stop);
    fake_release(machine, false);
    machine_live(1);
    assert_true(machine_told("copy\tGlobal\\A\tsaved\t2022-06-18 04:26:40 UTC\n"));
}

static void power_loss_after_damage_leaves_a_whole_copy(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");

    (void)state;
    machine_damage(disk, ".copy");
    lose_power_everywhere(disk, "one");
}

/* Whatever call fails, the next machine finds a whole copy, and the newest that could be had. */
static void a_failure_anywhere_costs_no_copy(void **state)
{
    struct fake_disk *disk = machine_disk_with("one", "two");
    size_t n, count = 1;

    (void)state;
    for (n = 1; n <= count; n++) {
        bool older;

        machine_boot(machine_twin(disk), kept_by_time);
        machine_texts[1] = machine_texts[3] = "three";
        fake_fail_nth(machine, n, SYS_FAILED);
        fake_stop_at(machine, FAKE_WAIT, 5);
        (void)lifecycle_run(fake_system(machine), FILE_NAME);
        count = fake_can_fail_calls(machine);
        older = fake_event_count(machine, EVENT_COPY_OLDER) > 0;
        (void)machine_found_on(fake_take_disk(machine));
        if (strcmp(machine_found, "three") != 0 && strcmp(machine_found, "two") != 0 &&
            !(older && strcmp(machine_found, "one") == 0))
            fail_msg("call %zu: '%s'", n, machine_found);
    }
    fake_disk_free(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(power_loss_leaves_a_whole_copy, machine_end),
        cmocka_unit_test_teardown(power_loss_in_the_first_save_leaves_none, machine_end),
        cmocka_unit_test_teardown(power_loss_after_damage_leaves_a_whole_copy, machine_end),
        cmocka_unit_test_teardown(power_losses_one_after_the_other_never_go_back, machine_end),
        cmocka_unit_test_teardown(
            what_a_killed_broker_had_not_flushed_is_settled_before_it_is_served, machine_end),
        cmocka_unit_test_teardown(what_could_not_be_placed_is_saved_all_the_same, machine_end),
        cmocka_unit_test_teardown(the_save_after_a_take_over_keeps_a_copy_that_has_no_place,
                                  machine_end),
        cmocka_unit_test_teardown(the_last_save_is_in_the_report_that_the_keeper_holds,
                                  machine_end),
        cmocka_unit_test_teardown(a_failure_anywhere_costs_no_copy, machine_end),
    };

    return cmocka_run_group_tests_name("test_copy_save_power", tests, NULL, NULL);
}
