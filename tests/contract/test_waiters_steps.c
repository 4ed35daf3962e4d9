/* The pure steps of waiters.h. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "names.h"
#include "waiters.h"

static uint64_t time_now;
static int asked;

static uint64_t now(void)
{
    asked++;
    return time_now;
}

static void the_time_is_raised_never_lowered(void **state)
{
    volatile uint64_t until = 0;

    (void)state;
    shmb_waiters_raise(&until, 1000);
    assert_int_equal(until, 1000);
    shmb_waiters_raise(&until, 999);
    assert_int_equal(until, 1000);
    shmb_waiters_raise(&until, UINT64_C(1) << 40);
    assert_int_equal(until, UINT64_C(1) << 40);
}

static void a_wait_counts_until_it_is_over(void **state)
{
    volatile uint64_t until = 0;

    (void)state;
    asked = 0;
    assert_false(shmb_waiters_wait(&until, now));
    assert_int_equal(asked, 0); /* nobody has ever waited */
    until = 1000;
    time_now = 999;
    assert_true(shmb_waiters_wait(&until, now));
    time_now = 1000;
    assert_true(shmb_waiters_wait(&until, now));
    time_now = 1001;
    assert_false(shmb_waiters_wait(&until, now));
}

static void the_set_counts_as_of_its_number(void **state)
{
    static const uint64_t numbers[] = {0, 1, 255, 256, UINT64_C(1) << 55, UINT64_MAX};
    uint32_t events;
    size_t i;

    (void)state;
    assert_int_equal(shmb_signalled_events(0, 0), 0); /* a block that the broker has cleared */
    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        for (events = 0; events < 1u << SHMB_CHANGE_EVENTS; events++) {
            const uint64_t word = shmb_signalled_word(events, numbers[i]);

            assert_int_equal(shmb_signalled_events(word, numbers[i]), events);
            assert_int_equal(shmb_signalled_events(word, numbers[i] + 1), 0xFF);
            assert_int_equal(shmb_signalled_events(word, numbers[i] - 1), 0xFF);
        }
}

static void a_line_lies_within_what_is_mapped(void **state)
{
    uint64_t memory[3 * 64 / 8] = {0};

    (void)state;
    assert_int_equal(shmb_waiters_size(2), sizeof(memory));
    assert_ptr_equal(shmb_waiters_at(memory, sizeof(memory), 1), memory + 16);
    assert_null(shmb_waiters_at(memory, sizeof(memory), 2));
    assert_null(shmb_waiters_at(memory, sizeof(memory) - 1, 1));
    assert_null(shmb_waiters_at(memory, sizeof(memory), UINT32_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_time_is_raised_never_lowered),
        cmocka_unit_test(a_wait_counts_until_it_is_over),
        cmocka_unit_test(the_set_counts_as_of_its_number),
        cmocka_unit_test(a_line_lies_within_what_is_mapped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
