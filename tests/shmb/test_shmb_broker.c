/* shmb.exe against the real broker, as a user has both. */
#include "shmb_run.h"

#include <string.h>

static const char configuration[] =
    "version: 1\n"
    "defaults: { access: { read: [Users], write: [Interactive] } }\n"
    "segments:\n"
    "  ShmbTest.Prices: { size: 1000, initial: { text: nothing yet } }\n"
    "  ShmbTest.\xc3\x96l: { size: 64 KiB, lock: none }\n"
    "mutexes:\n"
    "  ShmbTest.One: { access: { write: [Interactive] } }\n"
    "events:\n"
    "  ShmbTest.Auto: { reset: auto, access: { write: [Interactive] } }\n"
    "  ShmbTest.Stop: { reset: manual }\n"
    "semaphores:\n"
    "  ShmbTest.Five: { initial: 3, maximum: 5 }\n";

static int start_broker(void **state)
{
    *state = broker_run_session0(configuration);
    return 0;
}

static void everything_in_the_configuration_is_listed(void **state)
{
    static const char *const lines[] = {
        "segment    held               1000  ShmbTest.Prices\n",
        "mutex      held                     ShmbTest.Prices.lock\n",
        "segment    held              65536  ShmbTest.\xc3\x96l\n",
        "mutex      held                     ShmbTest.One\n",
        "event      held                     ShmbTest.Auto\n",
        "event      held                     ShmbTest.Stop\n",
        "semaphore  held                     ShmbTest.Five\n",
    };
    const char *said;
    size_t i, length = 0;

    (void)state;
    assert_int_equal(shmb_run(&shmb_user, &said, "list"), 0);
    for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_non_null(strstr(said, lines[i]));
        length += strlen(lines[i]);
    }
    assert_int_equal(strlen(said), length);
}

static void bytes_locks_and_signals_work(void **state)
{
    (void)state;
    shmb_expect(0, "nothing yet\n", "read ShmbTest.Prices --count 11");
    shmb_expect(0, "", "write ShmbTest.Prices --offset 996 --text 1.25");
    shmb_expect(0,
                "000003e0  00 00 00 00 31 2e 32 35                           |....1.25|\n"
                "000003e8\n",
                "dump ShmbTest.Prices --offset 0x3e0");
    shmb_expect(0, "", "write ShmbTest.\xc3\x96l --text \xe2\x82\xac");
    shmb_expect(0, "\xe2\x82\xac\n", "read ShmbTest.\xc3\x96l --count 3");
    shmb_expect(9, "", "lock ShmbTest.Prices -- cmd /c exit 9");
    shmb_expect(9, "", "mutex lock ShmbTest.One -- cmd /c exit 9");
    shmb_expect(9, "", "semaphore take ShmbTest.Five -- cmd /c exit 9");
    shmb_expect(0, "", "event set ShmbTest.Stop");
    shmb_expect(0, "", "event wait ShmbTest.Stop");
    shmb_expect(0, "", "event set ShmbTest.Auto");
    shmb_expect(0, "", "event wait ShmbTest.Auto --timeout 0");
    shmb_expect_line(4, "timed out", "event wait ShmbTest.Auto --timeout 0");
}

static void every_session_is_served(void **state)
{
    static const struct launch two = {.session = "2", .standard_user = true},
                               seven = {.session = "7", .standard_user = true};
    const char *said;

    (void)state;
    if (!support_wine())
        skip();
    assert_int_equal(shmb_run(&two, &said, "write ShmbTest.Prices --text from2"), 0);
    assert_int_equal(shmb_run(&seven, &said, "read ShmbTest.Prices --count 5"), 0);
    assert_string_equal(said, "from2\n");
}

static void the_rights_are_those_of_the_configuration(void **state)
{
    static const struct launch reader = {.standard_user = true, .deny = "IU"};
    const char *said;

    (void)state;
    assert_int_equal(shmb_run(&reader, &said, "info ShmbTest.Prices"), 0);
    assert_non_null(strstr(said, "your rights: read\n"));
    assert_int_equal(shmb_run(&reader, &said, "read ShmbTest.Prices --count 11"), 0);
    assert_string_equal(said, "nothing yet\n");
    assert_int_equal(shmb_run(&reader, &said, "write ShmbTest.Prices --text x"), 3);
    assert_int_equal(shmb_run(&reader, &said, "lock ShmbTest.Prices -- cmd"), 123);
    assert_int_equal(shmb_run(&reader, &said, "mutex lock ShmbTest.One -- cmd"), 123);
    assert_int_equal(shmb_run(&reader, &said, "event set ShmbTest.Stop"), 3);
    assert_int_equal(shmb_run(&reader, &said, "event wait ShmbTest.Stop --timeout 0"), 4);
    assert_int_equal(shmb_run(&reader, &said, "semaphore info ShmbTest.Five"), 0);
    assert_non_null(strstr(said, "count:       3 of 5\n"));
}

static void after_the_broker_nobody_is_there(void **state)
{
    child_kill(*state);
    shmb_expect_line(5, "no broker runs", "list");
    shmb_expect_line(5, "no broker runs", "read ShmbTest.Prices");
    shmb_expect_line(125, "no broker runs", "lock ShmbTest.Prices -- cmd");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_broker, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_in_the_configuration_is_listed),
        TEST(bytes_locks_and_signals_work),
        TEST(every_session_is_served),
        TEST(the_rights_are_those_of_the_configuration),
        TEST(after_the_broker_nobody_is_there),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
