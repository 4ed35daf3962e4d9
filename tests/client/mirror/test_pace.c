#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "pace.h"

static void waits_double_up_to_a_limit(void **state)
{
    const uint32_t waits[] = {50, 100, 200, 400, 800, 800, 800};
    struct pace pace = {0};
    uint64_t now = 1000;
    size_t i;

    (void)state;
    assert_true(pace_due(&pace, 0));
    for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        pace_failed(&pace, now, 0);
        assert_false(pace_due(&pace, now + waits[i] - 1));
        assert_true(pace_due(&pace, now + waits[i]));
        now += waits[i];
    }
    pace_worked(&pace);
    assert_true(pace_due(&pace, now));
    pace_failed(&pace, now, 0);
    assert_false(pace_due(&pace, now + 49));
}

static void up_to_a_half_is_left_out(void **state)
{
    struct pace pace = {0};
    uint32_t random;

    (void)state;
    for (random = 0; random < 1000; random++) {
        pace_worked(&pace);
        pace_failed(&pace, 0, random);
        assert_in_range(pace.next, 26, 50);
    }
}

static void without_a_rate_all_goes(void **state)
{
    struct allowance allowance;

    (void)state;
    allowance_start(&allowance, 0, 5);
    assert_true(allowance_take(&allowance, UINT64_MAX, 5));
    assert_int_equal(allowance_wait(&allowance, 5), 0);
}

/* A value goes whole, and what it took too much is waited for. */
static void a_rate_holds_over_time(void **state)
{
    struct allowance allowance;
    uint64_t now, bytes = 0;

    (void)state;
    allowance_start(&allowance, 1000, 1);
    for (now = 1; now < 100001; now++)
        if (allowance_take(&allowance, 64, now))
            bytes += 64;
    assert_in_range(bytes, 100000, 101100); /* 100 s, and the second that was saved up */
    allowance_start(&allowance, 1000, 1);
    assert_true(allowance_take(&allowance, 5000, 1));
    assert_int_equal(allowance_wait(&allowance, 1), 4002);
    assert_false(allowance_take(&allowance, 1, 4001));
    assert_true(allowance_take(&allowance, 1, 4002));
}

static void a_long_pause_saves_one_second(void **state)
{
    struct allowance allowance;
    uint64_t bytes = 0;

    (void)state;
    allowance_start(&allowance, UINT64_C(1) << 30, 1);
    while (allowance_take(&allowance, 1u << 20, UINT64_MAX / 2))
        bytes += 1u << 20;
    assert_int_equal(bytes, UINT64_C(1) << 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_double_up_to_a_limit),    cmocka_unit_test(up_to_a_half_is_left_out),
        cmocka_unit_test(without_a_rate_all_goes),       cmocka_unit_test(a_rate_holds_over_time),
        cmocka_unit_test(a_long_pause_saves_one_second),
    };

    return cmocka_run_group_tests_name("test_pace", tests, NULL, NULL);
}
