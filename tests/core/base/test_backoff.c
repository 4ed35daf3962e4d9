/* How long retries wait. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "backoff.h"

static void it_doubles_up_to_the_limit(void **state)
{
    static const struct backoff usual = {1000, 30000};
    static const uint32_t wanted[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
    uint32_t delay = BACKOFF_RESET;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        delay = backoff_next(&usual, delay);
        assert_int_equal(delay, wanted[i]);
    }
    assert_int_equal(backoff_next(&usual, BACKOFF_RESET), 1000);
}

static void it_ends_at_the_limit_whatever_that_is(void **state)
{
    static const struct backoff even = {1, 8}, odd = {3, 7}, steady = {5, 5},
                                longest = {1, UINT32_MAX};

    (void)state;
    assert_int_equal(backoff_next(&even, 4), 8);
    assert_int_equal(backoff_next(&odd, 3), 6);
    assert_int_equal(backoff_next(&odd, 6), 7);
    assert_int_equal(backoff_next(&steady, BACKOFF_RESET), 5);
    assert_int_equal(backoff_next(&steady, 5), 5);
    assert_int_equal(backoff_next(&longest, 0x7FFFFFFFu), 0xFFFFFFFEu);
    assert_int_equal(backoff_next(&longest, 0x80000000u), UINT32_MAX);
    assert_int_equal(backoff_next(&longest, UINT32_MAX), UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_doubles_up_to_the_limit),
        cmocka_unit_test(it_ends_at_the_limit_whatever_that_is),
    };

    return cmocka_run_group_tests_name("test_backoff", tests, NULL, NULL);
}
