/* client/examples/: the first programs of client/README.md, as readers run them. */
#include "shmb_run.h"

#include <stdio.h>
#include <string.h>

#include "prices_yaml.h" /* client/examples/prices.yaml */

static int start_broker(void **state)
{
    *state = broker_run_session0(prices_yaml);
    return 0;
}

/* Runs the program to its end; its one line must begin so. */
static void expect_begin(const struct launch *how, const char *begin, const char *arguments)
{
    struct child *child =
        child_start(how, "\"%s\" %s", support_sibling("example_prices.exe"), arguments);
    const char *line = child_line(child);

    if (line == NULL || strncmp(line, begin, strlen(begin)) != 0)
        fail_msg("said: %s", line != NULL ? line : "nothing");
    assert_null(child_line(child));
    assert_int_equal(child_end(child), 1);
}

/* The same of one that is done; the line must be this. */
static void expect(const struct launch *how, const char *line, const char *arguments)
{
    struct child *child =
        child_start(how, "\"%s\" %s", support_sibling("example_prices.exe"), arguments);

    child_expect(child, line);
    assert_null(child_line(child));
    assert_int_equal(child_end(child), 0);
}

static void a_price_is_shared(void **state)
{
    static const struct launch two = {.session = "2", .standard_user = true};

    (void)state;
    expect(&shmb_user, "", "");
    expect(&shmb_user, "1.25", "1.25");
    expect(support_wine() ? &two : &shmb_user, "1.25", "");
    shmb_expect(0, "1.25\n", "read Prices --text");
}

/* A shorter price after a longer one, by each program: no end of the longer one is shown. */
static void a_shorter_price_is_the_whole_text(void **state)
{
    (void)state;
    expect(&shmb_user, "100.25", "100.25");
    shmb_expect(0, "", "write Prices --text 1.25 --zero");
    shmb_expect(0, "1.25\n", "read Prices --text");
    expect(&shmb_user, "1.25", "");
    shmb_expect(0, "", "write Prices --text 100.25 --zero");
    expect(&shmb_user, "2.5", "2.5");
    shmb_expect(0, "2.5\n", "read Prices --text");
}

static void a_change_is_watched(void **state)
{
    struct child *watch = shmb_start(&shmb_user, "watch Prices --times 1");

    (void)state;
    child_expect(watch, "Prices: watching 64 bytes");
    expect(&shmb_user, "2.5", "2.5");
    child_find(watch, "  00000000 +3  32 2e 35  |2.5|", SUPPORT_DEADLINE_MS);
    assert_int_equal(child_end(watch), 0);
}

static void what_is_wrong_is_said(void **state)
{
    static const struct launch stranger = {.standard_user = true, .deny = "IU"};
    const char *said;

    (void)state;
    expect_begin(&stranger, "Prices: access denied: the access list does not give you this right (",
                 "1.25");
    assert_int_equal(shmb_run(&stranger, &said, "doctor Prices --as write"), 1);
    assert_non_null(strstr(said, "level write (FILE_MAP_WRITE)"));
    child_kill(*state);
    expect_begin(&shmb_user, "Prices: no such object, and no broker runs (", "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_broker, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_price_is_shared),
        TEST(a_shorter_price_is_the_whole_text),
        TEST(a_change_is_watched),
        TEST(what_is_wrong_is_said),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
