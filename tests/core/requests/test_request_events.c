/* Which of many events about requests are logged. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "fake_system.h"
#include "request_events.h"

static struct fake *fake;
static struct request_events events;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    events = (struct request_events){.system = fake_system(fake)};
    return fake != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static void tell(enum event_id id, unsigned account)
{
    char name[32];

    (void)snprintf(name, sizeof(name), "S-1-5-21-%u", account);
    request_events_tell(&events, &(struct request_told){id, "App", name, "App.1", "why", 0});
}

static void the_same_is_counted_and_not_logged_again(void **state)
{
    (void)state;
    tell(EVENT_REQUESTED, 1);
    tell(EVENT_REQUESTED, 1);
    assert_int_equal(fake_event_count(fake, EVENT_REQUESTED), 1);
    request_events_end(&events);
    assert_int_equal(fake_event_count(fake, EVENT_REQUESTED), 2);
}

/* As many accounts as are told apart ask, and some twice; then something is refused. */
static void a_warning_takes_the_place_of_information(void **state)
{
    unsigned i;

    (void)state;
    for (i = 0; i < REQUEST_EVENTS_MOST; i++)
        tell(EVENT_REQUESTED, i);
    tell(EVENT_REQUESTED, 0);
    assert_int_equal(fake_event_count(fake, EVENT_REQUESTED), REQUEST_EVENTS_MOST);
    tell(EVENT_REQUEST_REFUSED, 1000);
    assert_int_equal(fake_event_count(fake, EVENT_REQUEST_REFUSED), 1);
    assert_int_equal(fake_event_count(fake, EVENT_REQUESTED), REQUEST_EVENTS_MOST + 1);
    tell(EVENT_REQUESTED, 2000); /* information takes no place */
    assert_int_equal(fake_event_count(fake, EVENT_REQUESTED), REQUEST_EVENTS_MOST + 1);
}

static void warnings_are_bounded_too(void **state)
{
    unsigned i;

    (void)state;
    for (i = 0; i < 2 * REQUEST_EVENTS_MOST; i++)
        tell(EVENT_REQUEST_REFUSED, i);
    assert_int_equal(fake_event_count(fake, EVENT_REQUEST_REFUSED), REQUEST_EVENTS_MOST);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_same_is_counted_and_not_logged_again),
        TEST(a_warning_takes_the_place_of_information),
        TEST(warnings_are_bounded_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
