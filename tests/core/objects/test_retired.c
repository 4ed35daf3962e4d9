/* What has been let go while programs have it open: listed, and forgotten when it is gone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_system.h"
#include "lifecycle.h"
#include "state.h"
#include "status_report.h"

#define FILE_NAME "C:\\here\\broker.yaml"
#define HEAD      "version: 1\ndefaults: { access: { read: Users } }\n"
#define BOTH      HEAD "segments: { Stays: { size: 10, lock: none }, Old: { size: 20, lock: none } }\n"
#define ONE       HEAD "segments: { Stays: { size: 10, lock: none } }\n"

static struct fake *fake;
static char report_text[SHMB_REPORT_TEXT_MAX + 1];
static size_t listed[16]; /* by number of the wait: was Old listed? */

static bool is_listed(struct fake *which)
{
    const struct fake_object *object = fake_find(which, SHMB_REPORT_NAME);
    struct shmb_report header;

    assert_non_null(object);
    assert_non_null(object->content);
    assert_int_equal(shmb_report_read(object->content, SHMB_REPORT_SIZE, &header, report_text),
                     SHMB_READ_OK);
    return strstr(report_text, "retired\tGlobal\\Old\tsection\tprograms have it open") != NULL;
}

static bool is_remembered(struct fake *which)
{
    struct state *state = state_new(fake_system(which), "boot-1");
    struct sys_failure why;
    bool found;

    assert_non_null(state);
    assert_int_equal(state_load(state, &why), SYS_OK);
    found = state_find(state, "Old") != NULL;
    state_free(state);
    return found;
}

static void live(void (*on_wait)(struct fake *, size_t), size_t waits)
{
    memset(listed, 0, sizeof(listed));
    fake_on_wait(fake, on_wait);
    fake_stop_at(fake, FAKE_WAIT, fake_calls(fake, FAKE_WAIT) + waits);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
}

static size_t base;

/* A client has Old open, the configuration loses it, and then the client ends. */
static void lose_and_end(struct fake *which, size_t number)
{
    size_t at = number - base;

    if (at == 1) {
        fake_client_open(which, "Old");
        fake_file(which, FILE_NAME, ONE);
        fake_wake(which, SYS_WAKE_RELOAD);
    } else if (at == 2) {
        assert_false(is_listed(which)); /* not asked for yet */
        assert_int_equal(fake_wait_ms(which, number), 1000);
    } else if (at == 3) {
        assert_true(is_listed(which));
        assert_true(is_remembered(which));
        assert_int_equal(fake_wait_ms(which, number), 30000);
        fake_client_close(which, "Old");
        assert_null(fake_find(which, "Old")); /* nobody kept it */
    } else if (at == 4) {
        assert_false(is_listed(which));
        assert_false(is_remembered(which));
    }
}

static void it_is_listed_until_its_last_program_ends(void **state)
{
    (void)state;
    base = 0;
    live(lose_and_end, 4);
    assert_int_equal(fake_wait_ms(fake, 4), UINT32_MAX); /* there is nothing more to ask for */
}

/* Its last program ends, and an event of this owner has the name. The record must not prove that.
 */
static void take_name(struct fake *which, size_t number, const char *owner)
{
    size_t at = number - base;

    if (at == 1) {
        fake_client_open(which, "Old");
        fake_file(which, FILE_NAME, ONE);
        fake_wake(which, SYS_WAKE_RELOAD);
    } else if (at == 2) {
        fake_client_close(which, "Old");
        fake_occupy(which, "Old", SHMB_EVENT, owner);
    } else if (at == 3) {
        assert_false(is_listed(which));
        assert_false(is_remembered(which));
    }
}

static void strange_again(struct fake *which, size_t number)
{
    take_name(which, number, "an event owned by a stranger");
}

static void a_stranger_at_its_name_ends_it(void **state)
{
    (void)state;
    base = 0;
    live(strange_again, 3);
    fake_vacate(fake, "Old");
}

/* An event of a program, where the name was an event's: of that kind one looks like another. */
static void strange_of_the_same_kind(struct fake *which, size_t number)
{
    take_name(which, number, "O:S-1-5-21-7G:S-1-5-18D:P(A;;0x1f0003;;;WD)");
}

static void so_does_one_of_the_same_kind(void **state)
{
    (void)state;
    base = 0;
    fake_file(fake, FILE_NAME, ONE "events: { Old: { reset: manual } }\n");
    live(strange_of_the_same_kind, 3);
    fake_vacate(fake, "Old");
}

/* A client with `full` has changed the owner: it may still be ours when the name comes back. */
static void change_the_owner(struct fake *which, size_t number)
{
    size_t at = number - base;

    if (at == 1) {
        fake_client_open(which, "Old");
        fake_file(which, FILE_NAME, ONE);
        fake_wake(which, SYS_WAKE_RELOAD);
    } else if (at == 2) {
        fake_change_access(which, "Old",
                           "O:S-1-5-21-1-2-3-1001G:S-1-5-18D:P(A;;0xf001f;;;S-1-5-32-544)");
    } else if (at == 3) {
        assert_false(is_listed(which)); /* it may be another one's */
        assert_true(is_remembered(which));
        assert_int_equal(fake_wait_ms(which, number), 30000);
        fake_client_close(which, "Old");
    } else if (at == 4) {
        assert_false(is_remembered(which));
    }
}

static void another_owner_alone_does_not_end_it(void **state)
{
    (void)state;
    base = 0;
    live(change_the_owner, 4);
}

/* The former broker was stopped, and the configuration has changed since. */
static void see_old(struct fake *which, size_t number)
{
    size_t at = number - base;

    if (at == 2) {
        assert_true(is_listed(which));
        fake_client_close(which, "Old");
    } else if (at == 3) {
        assert_false(is_listed(which));
        assert_false(is_remembered(which));
    }
}

static void keep_open(struct fake *which, size_t number)
{
    if (number == 1)
        fake_client_open(which, "Old");
}

static void a_start_finds_it_again(void **state)
{
    (void)state;
    live(keep_open, 1);
    assert_non_null(fake_find(fake, "Old"));
    fake_file(fake, FILE_NAME, ONE);
    base = fake_calls(fake, FAKE_WAIT);
    live(see_old, 3);
}

/* Many are asked for in turns: no round takes long. */
static void many(struct fake *which, size_t number)
{
    static size_t before;
    size_t asked = fake_calls(which, FAKE_INSPECT) - before;

    before = fake_calls(which, FAKE_INSPECT);
    if (number == 1) {
        fake_file(which, FILE_NAME, ONE);
        fake_wake(which, SYS_WAKE_RELOAD);
    } else if (number >= 3) {
        assert_in_range(asked, number < 6 ? 1 : 0, 64);
    }
}

static void many_are_asked_for_in_turns(void **state)
{
    char text[8192];
    size_t used, i;

    (void)state;
    used = (size_t)snprintf(text, sizeof(text), HEAD "mutexes:\n");
    for (i = 0; i < 200; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "  M%03zu: {}\n", i);
    fake_file(fake, FILE_NAME, text);
    live(many, 6);
    /* 200 names that are free now: 4 rounds, and then none. */
    assert_int_equal(fake_wait_ms(fake, 3), 100);
    assert_int_equal(fake_wait_ms(fake, 6), UINT32_MAX);
}

/* What cannot be told stays as it is. */
static void denied(struct fake *which, size_t number)
{
    lose_and_end(which, number == 3 ? 0 : number);
    if (number == 2)
        fake_fail(which, FAKE_INSPECT, "Old", SYS_DENIED);
    if (number == 3) {
        assert_false(is_listed(which));
        assert_true(is_remembered(which));
        fake_mend(which);
    }
    if (number == 4)
        fake_client_close(which, "Old");
}

static void what_cannot_be_asked_stays_remembered(void **state)
{
    (void)state;
    base = 0;
    fake_on_wait(fake, denied);
    fake_stop_at(fake, FAKE_WAIT, 3);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
    fake_client_close(fake, "Old");
}

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_file(fake, FILE_NAME, BOTH);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_listed_until_its_last_program_ends),
        TEST(a_stranger_at_its_name_ends_it),
        TEST(so_does_one_of_the_same_kind),
        TEST(another_owner_alone_does_not_end_it),
        TEST(a_start_finds_it_again),
        TEST(many_are_asked_for_in_turns),
        TEST(what_cannot_be_asked_stays_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
