/* A configuration that has rules of `requests` and no object: the broker runs and holds nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_system.h"
#include "life.h"

#define RULES                                                                                      \
    "version: 1\nrequests:\n"                                                                      \
    "  R: { names: 'App.*', who: Users, size: 1, access: { read: Users, write: Requester } }\n"
#define ONE RULES "mutexes: { M: { access: { read: Users } } }\n"

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = life_begin(NULL);
    return 0;
}

static void holds_nothing(size_t number)
{
    (void)number;
    assert_int_equal(life_report().held, 0);
    assert_int_equal(life_report().result, SHMB_REPORT_COMPLETE);
    assert_non_null(fake_find(fake, SHMB_ROOT_NAME));
}

/* Also after a life with objects, and for the next one. */
static void it_holds_nothing(void **state)
{
    (void)state;
    life_run(RULES, holds_nothing, 1);
    life_run(RULES, holds_nothing, 1);
    assert_int_equal(fake_event_count(fake, EVENT_RUNNING), 2);
    assert_int_equal(fake_event_count(fake, EVENT_CONFIG_INVALID), 0);
}

static void change(size_t number)
{
    static const char *const next[] = {ONE, RULES, ONE};
    static const size_t held[] = {0, 1, 0, 1};

    assert_int_equal(life_report().held, held[number - 1]);
    assert_int_equal(life_report().result, SHMB_REPORT_COMPLETE);
    assert_true((fake_find(fake, "M") != NULL) == (held[number - 1] == 1));
    if (number > 3)
        return;
    fake_file(fake, LIFE_FILE, next[number - 1]);
    fake_wake(fake, SYS_WAKE_RELOAD);
}

/* The last object goes with a reload, and comes back. */
static void objects_come_and_go(void **state)
{
    (void)state;
    life_run(RULES, change, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_holds_nothing, set_up, life_end),
        cmocka_unit_test_setup_teardown(objects_come_and_go, set_up, life_end),
    };

    return cmocka_run_group_tests_name("test_lifecycle_rules", tests, NULL, NULL);
}
