/* Every length and offset, and not a byte beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared_copy.h"

#define MOST 300u

static void every_length_is_exact(void **state)
{
    static uint8_t from[MOST + 16], to[MOST + 32];
    size_t length, shift, i;

    (void)state;
    for (i = 0; i < sizeof(from); i++)
        from[i] = (uint8_t)(i * 7 + 1);
    for (length = 0; length <= MOST; length++)
        for (shift = 0; shift < 16; shift++) {
            memset(to, 0xEE, sizeof(to));
            shared_copy(to + 16, from + shift, length);
            for (i = 0; i < 16; i++)
                assert_int_equal(to[i], 0xEE);
            assert_memory_equal(to + 16, from + shift, length);
            for (i = 16 + length; i < sizeof(to); i++)
                assert_int_equal(to[i], 0xEE);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_length_is_exact)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
