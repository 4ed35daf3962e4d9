/* Look-ups of accounts that hang: the service manager always sees progress, a stop is heard. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fake_system.h"
#include "lifecycle.h"

#define FILE_NAME "C:\\ProgramData\\ShmBroker\\shmbroker.yaml"
#define ACCOUNTS  100
#define TICK      1000u               /* the port moves the check point as often */
#define LONG      (10u * 60u * 1000u) /* a domain controller that does not answer */
#define SHORT     900u                /* slow, but the port has no reason to move */

static struct fake *fake;

static int set_up(void **state)
{
    char text[64 * ACCOUNTS] = "version: 1\nmutexes: { M: { access: { write: [Users";
    size_t i;

    (void)state;
    fake = fake_new();
    for (i = 0; i < ACCOUNTS; i++) {
        char name[32], sid[48];

        (void)snprintf(name, sizeof(name), "CORP\\Group%zu", i);
        (void)snprintf(sid, sizeof(sid), "S-1-5-21-1-2-3-%zu", 2000 + i);
        fake_account(fake, name, sid);
        (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), ", '%s'", name);
    }
    strcat(text, "] } } }\n");
    fake_file(fake, FILE_NAME, text);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static enum shmb_exit run(void)
{
    return lifecycle_run(fake_system(fake), FILE_NAME);
}

static void a_start_whose_look_ups_hang_shows_that_it_lives(void **state)
{
    (void)state;
    fake_hang(fake, LONG);
    assert_int_equal(run(), SHMB_EXIT_DONE);
    assert_int_equal(fake_calls(fake, FAKE_RESOLVE), ACCOUNTS);
    assert_true(fake_ticks(fake) >= (uint64_t)ACCOUNTS * LONG);
    assert_int_equal(fake_silence(fake), TICK);
    assert_int_equal(fake_event_count(fake, EVENT_RUNNING), 1);
}

/* The port does not move the check point then: the broker does, between them. */
static void many_slow_look_ups_are_no_silence(void **state)
{
    (void)state;
    fake_hang(fake, SHORT);
    assert_int_equal(run(), SHMB_EXIT_DONE);
    assert_true(fake_ticks(fake) >= (uint64_t)ACCOUNTS * SHORT);
    assert_int_equal(fake_silence(fake), SHORT);
}

static void a_stop_ends_a_start_that_hangs(void **state)
{
    (void)state;
    fake_hang(fake, LONG);
    fake_stop_at(fake, FAKE_PROGRESS, 50);
    assert_int_equal(run(), SHMB_EXIT_DONE);
    assert_int_equal(fake_calls(fake, FAKE_RESOLVE), 1); /* no other one is begun */
    assert_true(fake_ticks(fake) <= 50 * TICK);
    assert_int_equal(fake_calls(fake, FAKE_CREATE), 0);
    assert_int_equal(fake_calls(fake, FAKE_RUNNING), 0);
    assert_int_equal(fake_event_count(fake, EVENT_TRUSTEE_PENDING), 0);
}

/* Later the domain does not answer: look-ups in a reload that hang. */
static void reload_and_hang(struct fake *which, size_t number)
{
    if (number != 1)
        return;
    fake_account(which, "CORP\\Late", "S-1-5-21-1-2-3-3001");
    fake_file(which, FILE_NAME,
              "version: 1\nmutexes: { M: { access: { write: 'CORP\\Late' } } }\n");
    fake_hang(which, LONG);
    fake_wake(which, SYS_WAKE_RELOAD);
    fake_stop_at(which, FAKE_PROGRESS, fake_calls(which, FAKE_PROGRESS) + 50);
}

static void a_stop_ends_a_reload_that_hangs(void **state)
{
    (void)state;
    fake_on_wait(fake, reload_and_hang);
    fake_stop_at(fake, FAKE_WAIT, 3);
    assert_int_equal(run(), SHMB_EXIT_DONE);
    assert_int_equal(fake_calls(fake, FAKE_WAIT), 2); /* the second one says stop */
    assert_int_equal(fake_calls(fake, FAKE_RESOLVE), ACCOUNTS + 1);
    assert_true(fake_ticks(fake) <= 50 * TICK);
    assert_int_equal(fake_silence(fake), TICK);
    assert_int_equal(fake_event_count(fake, EVENT_RELOADED), 0);
    assert_int_equal(fake_event_count(fake, EVENT_RELOAD_REFUSED), 0);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_start_whose_look_ups_hang_shows_that_it_lives),
        TEST(many_slow_look_ups_are_no_silence),
        TEST(a_stop_ends_a_start_that_hangs),
        TEST(a_stop_ends_a_reload_that_hangs),
    };

    return cmocka_run_group_tests_name("test_lifecycle_hang", tests, NULL, NULL);
}
