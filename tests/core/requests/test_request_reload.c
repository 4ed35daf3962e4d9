/* A reload with other rules: what they no longer allow is retired, and all else goes on. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "names.h"

#define HEAD "version: 1\ndefaults: { access: { read: Users } }\n"
#define SOME "mutexes: { Some: {} }\n"
#define RULES(names, who, kinds, size, each, total, access, more)                                  \
    HEAD SOME "requests:\n  App:\n    names: '" names "'\n    who: " who "\n    kinds: " kinds     \
              "\n    size: " size "\n    each: { objects: " each ", memory: 1 MiB }\n"             \
              "    total: { objects: " total ", memory: 1 MiB }\n    access: " access "\n"         \
              "    lock: none\n    lives: until released\n" more
#define USUAL                                                                                      \
    RULES("App.*", "[Users]", "[segment, mutex]", "64 KiB", "10", "20", "{ write: [Users] }", "")

static struct fake *fake;
static const char *next;
static void (*look)(void);

static int set_up(void **state)
{
    (void)state;
    fake = asking_begin();
    return 0;
}

static bool all_are_held(void)
{
    return asking_is_held("App.A") && asking_is_held("App.B") && asking_is_held("App.C") &&
           asking_is_held("App.M");
}

static void write_to_a(void)
{
    struct fake_object *a = (struct fake_object *)(uintptr_t)fake_find(fake, "App.A");

    if (a->content == NULL) {
        a->content = calloc(1, 4096);
        a->content_length = 4096;
    }
    a->content[7] = 42;
}

/* A, B and C of Alice, in this order; M, a mutex, is Bob's. */
static void script(size_t number)
{
    if (number == 1) {
        (void)asking_segment(ALICE, "App.A", 4096);
    } else if (number == 2) {
        fake_clock(fake, FAKE_STARTED + 1);
        (void)asking_segment(ALICE, "App.B", 8192);
    } else if (number == 3) {
        fake_clock(fake, FAKE_STARTED + 2);
        (void)asking_segment(ALICE, "App.C", 4096);
        (void)asking_object(BOB, "App.M", SHMB_MUTEX, 0);
    } else if (number == 4) {
        assert_true(all_are_held());
        write_to_a();
        fake_file(fake, LIFE_FILE, next);
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else if (number == 5) {
        assert_int_equal(life_report().reload_result, SHMB_RELOAD_APPLIED);
        look();
    }
}

static void reload(const char *text, void (*then)(void))
{
    next = text;
    look = then;
    life_run(USUAL, script, 5);
}

static void see_nothing_else(void)
{
    assert_true(all_are_held());
    assert_int_equal(fake_find(fake, "App.A")->content[7], 42);
}

static void the_same_rules_change_nothing(void **state)
{
    (void)state;
    reload(USUAL, see_nothing_else);
    assert_int_equal(fake_event_count(fake, EVENT_GRANTS_RETIRED), 0);
}

static void see_none(void)
{
    assert_null(fake_find(fake, "App.A"));
    assert_null(fake_find(fake, "App.M"));
    assert_null(fake_pipe(fake));
}

static void without_rules_all_go(void **state)
{
    (void)state;
    reload(HEAD SOME, see_none);
    assert_int_equal(fake_event_count(fake, EVENT_GRANTS_RETIRED), 1);
    assert_string_equal(fake_last_event(fake, EVENT_GRANTS_RETIRED)->inserts[1], "4");
}

static void see_all_gone(void)
{
    assert_null(fake_find(fake, "App.A"));
    assert_null(fake_find(fake, "App.M"));
    assert_non_null(fake_pipe(fake));
}

static void other_names_go(void **state)
{
    (void)state;
    reload(RULES("New.*", "[Users]", "[segment, mutex]", "64 KiB", "10", "20", "{ write: [Users] }",
                 ""),
           see_all_gone);
}

static void see_segments(void)
{
    assert_true(asking_is_held("App.A") && asking_is_held("App.B") && asking_is_held("App.C"));
    assert_null(fake_find(fake, "App.M"));
}

static void a_kind_that_went_goes(void **state)
{
    (void)state;
    reload(RULES("App.*", "[Users]", "[segment]", "64 KiB", "10", "20", "{ write: [Users] }", ""),
           see_segments);
}

static void see_small(void)
{
    assert_true(asking_is_held("App.A") && asking_is_held("App.C") && asking_is_held("App.M"));
    assert_null(fake_find(fake, "App.B"));
}

static void one_that_is_too_large_goes(void **state)
{
    (void)state;
    reload(RULES("App.*", "[Users]", "[segment, mutex]", "4 KiB", "10", "20", "{ write: [Users] }",
                 ""),
           see_small);
}

static void see_old(void)
{
    assert_true(asking_is_held("App.A") && asking_is_held("App.B") && asking_is_held("App.M"));
    assert_null(fake_find(fake, "App.C"));
}

static void of_a_smaller_quota_the_newest_go(void **state)
{
    (void)state;
    reload(RULES("App.*", "[Users]", "[segment, mutex]", "64 KiB", "2", "20", "{ write: [Users] }",
                 ""),
           see_old);
}

static void see_oldest(void)
{
    assert_true(asking_is_held("App.A") && asking_is_held("App.B"));
    assert_null(fake_find(fake, "App.C"));
    assert_null(fake_find(fake, "App.M"));
}

static void of_a_smaller_total_the_newest_go(void **state)
{
    (void)state;
    reload(
        RULES("App.*", "[Users]", "[segment, mutex]", "64 KiB", "2", "2", "{ write: [Users] }", ""),
        see_oldest);
}

static void see_denied(void)
{
    assert_true(asking_is_held("App.M"));
    assert_null(fake_find(fake, "App.A"));
}

static void an_account_that_is_denied_loses_its_objects(void **state)
{
    (void)state;
    reload(RULES("App.*", "{ allow: [Users], deny: ['" ALICE "'] }", "[segment, mutex]", "64 KiB",
                 "10", "20", "{ write: [Users] }", ""),
           see_denied);
}

static void see_access(void)
{
    see_nothing_else();
    assert_non_null(strstr(fake_find(fake, "App.A")->sddl, "0x20007;;;" ALICE ")"));
    assert_null(strstr(fake_find(fake, "App.A")->sddl, "0x20007;;;S-1-5-32-545)"));
    assert_non_null(strstr(fake_find(fake, "App.M")->sddl, BOB ")"));
}

static void another_access_is_set_in_place(void **state)
{
    (void)state;
    reload(RULES("App.*", "[Users]", "[segment, mutex]", "64 KiB", "10", "20",
                 "{ read: [Users], write: [Requester] }", ""),
           see_access);
}

static void a_name_that_is_configured_now_goes_on(void **state)
{
    (void)state;
    reload(USUAL "segments: { App.A: { size: 4096, lock: none, access: { write: Users } } }\n",
           see_nothing_else);
    assert_int_equal(fake_event_count(fake, EVENT_GRANTS_RETIRED), 0);
}

static void a_rule_with_another_name_takes_them_over(void **state)
{
    (void)state;
    reload(HEAD SOME "requests:\n  Other:\n    names: ['App.*']\n    who: [Users]\n    kinds: "
                     "[segment, mutex]\n    size: 64 KiB\n    access: { write: [Users] }\n    "
                     "lock: none\n    lives: while open\n",
           see_nothing_else);
}

/* Files with an error: the rules in force stay, and so does all that they allowed. */
static void refused(size_t number)
{
    if (number == 1) {
        (void)asking_segment(ALICE, "App.A", 4096);
    } else if (number == 2) {
        fake_file(fake, LIFE_FILE, HEAD "requests: { App: { names: 'x' } }\n");
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else if (number == 3) {
        assert_int_equal(life_report().reload_result, SHMB_RELOAD_REFUSED);
        assert_true(asking_is_held("App.A"));
        (void)asking_segment(ALICE, "App.B", 4096);
    } else if (number == 4) {
        assert_true(asking_is_held("App.B"));
    }
}

static void a_refused_reload_leaves_all_as_it_is(void **state)
{
    (void)state;
    life_run(USUAL, refused, 4);
}

static void unknown_account(size_t number)
{
    if (number == 1) {
        fake_file(fake, LIFE_FILE,
                  RULES("App.*", "['CORP\\Ghost']", "[segment]", "1 KiB", "1", "1",
                        "{ write: [Users] }", ""));
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else if (number == 2) {
        fake_file(fake, LIFE_FILE,
                  RULES("App.*", "[Users]", "[segment]", "1 KiB", "1", "1",
                        "{ write: [Requester, Ghost] }", ""));
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else if (number == 3) {
        assert_int_equal(life_report().reload_result, SHMB_RELOAD_REFUSED);
        assert_true(life_reports("'Ghost' does not exist"));
    }
}

static void an_unknown_account_is_an_error_of_the_file(void **state)
{
    (void)state;
    life_run(USUAL, unknown_account, 3);
}

/* What its account has released is not lost to a reload, whatever the rules say by then. */
static void released_before(size_t number)
{
    if (number == 1) {
        (void)asking_segment(ALICE, "App.A", 4096);
    } else if (number == 2) {
        fake_client_open(fake, "App.A");
        (void)asking_release(ALICE, "App.A");
    } else if (number == 3) {
        assert_false(asking_is_held("App.A"));
        fake_file(fake, LIFE_FILE, HEAD SOME);
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else if (number == 4) {
        assert_int_equal(life_report().reload_result, SHMB_RELOAD_APPLIED);
        fake_client_close(fake, "App.A");
    }
}

static void what_was_released_before_is_not_lost(void **state)
{
    (void)state;
    life_run(USUAL, released_before, 4);
    assert_int_equal(fake_event_count(fake, EVENT_GRANTS_RETIRED), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_rules_change_nothing, set_up, life_end),
        cmocka_unit_test_setup_teardown(without_rules_all_go, set_up, life_end),
        cmocka_unit_test_setup_teardown(other_names_go, set_up, life_end),
        cmocka_unit_test_setup_teardown(a_kind_that_went_goes, set_up, life_end),
        cmocka_unit_test_setup_teardown(one_that_is_too_large_goes, set_up, life_end),
        cmocka_unit_test_setup_teardown(of_a_smaller_quota_the_newest_go, set_up, life_end),
        cmocka_unit_test_setup_teardown(of_a_smaller_total_the_newest_go, set_up, life_end),
        cmocka_unit_test_setup_teardown(an_account_that_is_denied_loses_its_objects, set_up,
                                        life_end),
        cmocka_unit_test_setup_teardown(another_access_is_set_in_place, set_up, life_end),
        cmocka_unit_test_setup_teardown(a_name_that_is_configured_now_goes_on, set_up, life_end),
        cmocka_unit_test_setup_teardown(a_rule_with_another_name_takes_them_over, set_up, life_end),
        cmocka_unit_test_setup_teardown(a_refused_reload_leaves_all_as_it_is, set_up, life_end),
        cmocka_unit_test_setup_teardown(what_was_released_before_is_not_lost, set_up, life_end),
        cmocka_unit_test_setup_teardown(an_unknown_account_is_an_error_of_the_file, set_up,
                                        life_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
