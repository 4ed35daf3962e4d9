/* SIDs as text: strict, canonical. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sid.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIFTEEN      "-4294967295-4294967295-4294967295-4294967295-4294967295" /* three times five */

static void good_ones_become_canonical(void **state)
{
    static const char *const rows[][2] = {
        {"S-1-1-0", "S-1-1-0"},
        {"s-1-5-32-544", "S-1-5-32-544"},
        {"S-1-0005-00000000000000000032-0544", "S-1-5-32-544"},
        {"S-01-5-18", "S-1-5-18"},
        {"S-1-0x5-18", "S-1-5-18"},
        {"S-1-0X000000000005-18", "S-1-5-18"},
        {"S-1-4294967295-1", "S-1-4294967295-1"},
        {"S-1-4294967296-1", "S-1-0x000100000000-1"},
        {"S-1-281474976710655-1", "S-1-0xFFFFFFFFFFFF-1"},
        {"S-1-0xffffffffffff-1", "S-1-0xFFFFFFFFFFFF-1"},
        {"S-1-5-4294967295", "S-1-5-4294967295"},
        {"S-1-281474976710655" FIFTEEN FIFTEEN FIFTEEN,
         "S-1-0xFFFFFFFFFFFF" FIFTEEN FIFTEEN FIFTEEN},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        char out[SYS_SID_MAX];

        assert_true(sid_looks_like(rows[i][0]));
        assert_true(sid_canonical(rows[i][0], out));
        assert_string_equal(out, rows[i][1]);
    }
}

static void bad_ones_are_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "S",
        "S-",
        "S-1",
        "S-1-",
        "S-1-5",
        "S-1-5-",
        "S-1-5-32-",
        "S-1-5--32",
        "S--1-5-32",
        "S-0-5-32",
        "S-2-5-32",
        "S-11-5-32",
        "S-1-5-32 ",
        " S-1-5-32",
        "S-1-5-+32",
        "S-1-5-3x2",
        "S-1-5-0x20",
        "S-1-0x-20",
        "S-1-0xG-20",
        "S-1-5-4294967296",
        "S-1-5-18446744073709551616",
        "S-1-5-99999999999999999999999999999999",
        "S-1-281474976710656-1",
        "S-1-0x1000000000000-1",
        "S-1-5" FIFTEEN FIFTEEN FIFTEEN "-1",
        "S-1-5-18)(A;;GA;;;WD",
        "Users",
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        char out[SYS_SID_MAX] = "full";

        if (sid_canonical(rows[i], out))
            fail_msg("'%s' is taken for a SID", rows[i]);
        assert_string_equal(out, "");
    }
}

static void what_is_meant_as_a_sid(void **state)
{
    (void)state;
    assert_true(sid_looks_like("S-1-"));
    assert_true(sid_looks_like("s-2-5-banana"));
    assert_false(sid_looks_like("S-1"));
    assert_false(sid_looks_like("S-team-1"));
    assert_false(sid_looks_like("Sales"));
    assert_false(sid_looks_like("S"));
    assert_false(sid_looks_like(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones_become_canonical),
        cmocka_unit_test(bad_ones_are_refused),
        cmocka_unit_test(what_is_meant_as_a_sid),
    };

    return cmocka_run_group_tests_name("test_sid", tests, NULL, NULL);
}
