/* shmb watch: where two copies differ. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ranges.h"

static uint8_t before[2000], after[2000];

static int begin(void **state)
{
    (void)state;
    memset(before, 0x55, sizeof(before));
    memset(after, 0x55, sizeof(after));
    return 0;
}

/* The ranges of the first `size` bytes are these pairs of offset and length. */
static void expect(size_t size, const struct range *ranges, size_t count)
{
    struct range got;
    size_t at = 0, i;

    for (i = 0; i < count; i++) {
        assert_true(ranges_next(before, after, size, &at, &got));
        assert_int_equal(got.offset, ranges[i].offset);
        assert_int_equal(got.length, ranges[i].length);
    }
    assert_false(ranges_next(before, after, size, &at, &got));
    assert_false(ranges_next(before, after, size, &at, &got));
}

static void equal_bytes_have_no_ranges(void **state)
{
    (void)state;
    expect(sizeof(before), NULL, 0);
    expect(0, NULL, 0);
    after[10] = 0;
    expect(10, NULL, 0);
}

static void each_difference_is_found(void **state)
{
    static const struct range ranges[] = {{0, 1}, {100, 300}, {1999, 1}};

    (void)state;
    after[0] = after[1999] = 0;
    memset(after + 100, 0, 300);
    expect(sizeof(before), ranges, 3);
}

static void near_ones_are_joined(void **state)
{
    static const struct range joined[] = {{10, 9}}, apart[] = {{10, 1}, {19, 1}};

    (void)state;
    after[10] = after[18] = 0; /* seven equal bytes between */
    expect(sizeof(before), joined, 1);
    after[18] = 0x55;
    after[19] = 0;
    expect(sizeof(before), apart, 2);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(equal_bytes_have_no_ranges),
        TEST(each_difference_is_found),
        TEST(near_ones_are_joined),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
