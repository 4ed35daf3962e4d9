/* Duties of the broker's loop: what is due when, and that nothing puts off what is due. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "schedule.h"

static uint32_t delays[2];
static int ran[2];

static uint32_t first_delay(const void *context)
{
    (void)context;
    return delays[0];
}

static uint32_t second_delay(const void *context)
{
    (void)context;
    return delays[1];
}

static void run_first(void *context)
{
    (void)context;
    ran[0]++;
}

static void run_second(void *context)
{
    (void)context;
    ran[1]++;
}

static const struct schedule_duty duties[] = {{first_delay, run_first}, {second_delay, run_second}};
static struct schedule schedule;

static int begin(void **state)
{
    (void)state;
    ran[0] = ran[1] = 0;
    delays[0] = delays[1] = SCHEDULE_NEVER;
    schedule_begin(&schedule, duties, 2);
    return 0;
}

static void check_ran(int first, int second)
{
    assert_int_equal(ran[0], first);
    assert_int_equal(ran[1], second);
}

static void with_nothing_to_do_it_sleeps_for_ever(void **state)
{
    (void)state;
    assert_int_equal(schedule_plan(&schedule, NULL, 5), SCHEDULE_NEVER);
    schedule_run(&schedule, NULL, UINT64_MAX - 1);
    check_ran(0, 0);
}

static void each_is_done_when_it_is_due(void **state)
{
    (void)state;
    delays[0] = 100;
    delays[1] = 300;
    assert_int_equal(schedule_plan(&schedule, NULL, 1000), 100);
    schedule_run(&schedule, NULL, 1099);
    check_ran(0, 0);
    schedule_run(&schedule, NULL, 1100);
    check_ran(1, 0);
    assert_int_equal(schedule_plan(&schedule, NULL, 1100), 100);
    schedule_run(&schedule, NULL, 1300);
    check_ran(2, 1);
}

static void waking_early_puts_off_nothing(void **state)
{
    uint64_t now;

    (void)state;
    delays[0] = 100;
    for (now = 0; now < 100; now += 10) {
        assert_int_equal(schedule_plan(&schedule, NULL, now), 100 - now);
        schedule_run(&schedule, NULL, now);
    }
    check_ran(0, 0);
    schedule_run(&schedule, NULL, 100);
    check_ran(1, 0);
}

static void what_is_late_is_due_at_once(void **state)
{
    (void)state;
    delays[1] = 50;
    (void)schedule_plan(&schedule, NULL, 0);
    assert_int_equal(schedule_plan(&schedule, NULL, 70), 0);
}

static void a_shorter_delay_counts_and_a_cancelled_one_does_not(void **state)
{
    (void)state;
    delays[0] = 100;
    (void)schedule_plan(&schedule, NULL, 0);
    delays[0] = 10;
    assert_int_equal(schedule_plan(&schedule, NULL, 20), 10);
    delays[0] = SCHEDULE_NEVER;
    assert_int_equal(schedule_plan(&schedule, NULL, 25), SCHEDULE_NEVER);
    schedule_run(&schedule, NULL, 1000);
    check_ran(0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(with_nothing_to_do_it_sleeps_for_ever, begin),
        cmocka_unit_test_setup(each_is_done_when_it_is_due, begin),
        cmocka_unit_test_setup(waking_early_puts_off_nothing, begin),
        cmocka_unit_test_setup(what_is_late_is_due_at_once, begin),
        cmocka_unit_test_setup(a_shorter_delay_counts_and_a_cancelled_one_does_not, begin),
    };

    return cmocka_run_group_tests_name("test_schedule", tests, NULL, NULL);
}
