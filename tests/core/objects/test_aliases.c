/* Plain names that lead to objects from every session. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fake_system.h"
#include "lifecycle.h"
#include "status_report.h"

#define FILE_NAME "C:\\ProgramData\\ShmBroker\\shmbroker.yaml"
#define HEAD      "version: 1\ndefaults: { access: { read: Users } }\n"

static const char with_alias[] = HEAD "segments: { Old: { size: 64, lock: { name: sync_Old }, "
                                      "sessions: alias }, New: { size: 64 } }\n";
static const char without[] = HEAD "segments: { Old: { size: 64, lock: { name: sync_Old } }, "
                                   "New: { size: 64 } }\n";
static const char with_all[] =
    HEAD "mutexes: { M: { sessions: alias } }\nevents: { E: { reset: manual, sessions: alias } }\n"
         "semaphores: { S: { maximum: 2, sessions: alias } }\n";

static struct fake *fake;
static char text[SHMB_REPORT_TEXT_MAX + 1];
static struct shmb_report header;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_file(fake, FILE_NAME, with_alias);
    fake_session(fake, 2, true);
    fake_session(fake, 7, true);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static void live(size_t waits, void (*on_wait)(struct fake *which, size_t number))
{
    fake_on_wait(fake, on_wait);
    fake_stop_at(fake, FAKE_WAIT, fake_calls(fake, FAKE_WAIT) + waits);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
}

static bool linked(const char *path)
{
    const struct fake_object *object = fake_find(fake, path);

    return object != NULL && !object->stranger && object->handles == 1;
}

static void read_report(void)
{
    const struct fake_object *section = fake_find(fake, SHMB_REPORT_NAME);

    assert_int_equal(shmb_report_read(section->content, section->content_length, &header, text),
                     SHMB_READ_OK);
}

static void check_both(struct fake *which, size_t number)
{
    (void)which;
    (void)number;
    assert_true(linked("2\\Old") && linked("7\\Old"));
    assert_true(linked("2\\sync_Old") && linked("7\\sync_Old"));
    assert_null(fake_find(fake, "2\\New"));
    read_report();
    assert_int_equal(header.result, SHMB_REPORT_COMPLETE);
}

static void every_session_has_a_link_to_the_object_and_its_lock(void **state)
{
    (void)state;
    live(1, check_both);
    assert_null(fake_find(fake, "2\\Old"));
    assert_null(fake_find(fake, "7\\sync_Old"));
}

static void check_kinds(struct fake *which, size_t number)
{
    (void)which;
    (void)number;
    assert_true(linked("2\\M") && linked("2\\E") && linked("7\\S"));
}

static void every_kind_can_have_links(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, with_all);
    live(1, check_kinds);
}

static void sessions_change(struct fake *which, size_t number)
{
    switch (number) {
    case 1:
        fake_session(which, 7, false);
        fake_session(which, 9, true);
        fake_wake(which, SYS_WAKE_SESSIONS);
        break;
    case 2:
        assert_true(linked("2\\Old") && linked("9\\Old"));
        assert_null(fake_find(which, "7\\Old"));
        fake_session(which, 11, true); /* nobody tells */
        break;
    default:
        assert_true(linked("11\\Old"));
    }
}

static void sessions_come_and_go(void **state)
{
    (void)state;
    live(3, sessions_change);
}

static void key_goes_and_comes(struct fake *which, size_t number)
{
    if (number == 1)
        fake_file(which, FILE_NAME, without);
    if (number == 2) {
        assert_null(fake_find(which, "2\\Old"));
        assert_null(fake_find(which, "7\\sync_Old"));
        assert_non_null(fake_find(which, "Old"));
        fake_file(which, FILE_NAME, with_alias);
    }
    if (number < 3)
        fake_wake(which, SYS_WAKE_RELOAD);
    else
        check_both(which, number);
}

static void a_reload_removes_and_adds_links(void **state)
{
    (void)state;
    live(3, key_goes_and_comes);
}

static void name_is_taken(struct fake *which, size_t number)
{
    if (number == 1) {
        assert_int_equal(fake_event_count(which, EVENT_ALIAS_CONFLICT), 1);
        assert_string_equal(fake_last_event(which, EVENT_ALIAS_CONFLICT)->inserts[0],
                            "Global\\Old");
        assert_string_equal(fake_last_event(which, EVENT_ALIAS_CONFLICT)->inserts[1], "7");
        assert_true(linked("2\\Old") && linked("7\\sync_Old"));
        read_report();
        assert_int_equal(header.result, SHMB_REPORT_INCOMPLETE);
        assert_non_null(strstr(text, "alias\tGlobal\\Old\tconflict\tin session 7: "));
    } else if (number == 3) {
        assert_int_equal(fake_event_count(which, EVENT_ALIAS_CONFLICT), 1);
        fake_vacate(which, "7\\Old");
    } else if (number == 4) {
        assert_int_equal(fake_event_count(which, EVENT_ALIAS_RECOVERED), 1);
        check_both(which, number);
    }
}

static void a_name_that_is_taken_in_a_session_is_a_conflict_there_alone(void **state)
{
    (void)state;
    fake_occupy(fake, "7\\Old", SHMB_MUTEX, "");
    live(4, name_is_taken);
}

static void system_refuses(struct fake *which, size_t number)
{
    if (number < 3) {
        assert_int_equal(fake_event_count(which, EVENT_ALIAS_REFUSED), 1);
        assert_non_null(fake_find(which, "Old"));
        read_report();
        assert_non_null(strstr(text, "alias\tsessions\tfailed\t"));
        assert_int_equal(header.missing, 0);
    }
    if (number == 2)
        fake_mend(which);
    if (number == 3)
        check_both(which, number);
}

static void refused_links_are_said_once_and_stop_nothing(void **state)
{
    static const enum fake_call calls[] = {FAKE_LINK, FAKE_SESSIONS};
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        fake_fail(fake, calls[i], NULL, SYS_DENIED);
        live(3, system_refuses);
        fake_forget_events(fake);
        fake_on_wait(fake, NULL);
        (void)tear_down(NULL);
        (void)set_up(NULL);
    }
}

static void object_comes_late(struct fake *which, size_t number)
{
    if (number == 1) {
        assert_null(fake_find(which, "2\\Old"));
        assert_true(linked("2\\sync_Old"));
        fake_vacate(which, "Old");
    }
    if (number >= 2 && number < 12 && fake_find(which, "2\\Old") != NULL)
        check_both(which, number);
    if (number == 12)
        assert_non_null(fake_find(which, "2\\Old"));
}

static void there_is_no_link_to_a_strangers_object(void **state)
{
    (void)state;
    fake_occupy(fake, "Old", SHMB_SECTION, "O:S-1-5-21-9D:(A;;0xf001f;;;WD)");
    live(12, object_comes_late);
}

/* A broker that ends at once leaves links to its keeper: the next one takes them over. */
static void check_adopted(struct fake *which, size_t number)
{
    (void)number;
    assert_int_equal(fake_find(which, "2\\Old")->clients, 1);
    check_both(which, 1);
    fake_client_close(which, "2\\Old");
}

static void hold_as_keeper(struct fake *which, size_t number)
{
    (void)number;
    fake_client_open(which, "2\\Old");
}

static void a_link_that_is_there_is_taken_over(void **state)
{
    (void)state;
    live(1, hold_as_keeper);
    live(1, check_adopted);
    assert_int_equal(fake_event_count(fake, EVENT_ALIAS_CONFLICT), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_session_has_a_link_to_the_object_and_its_lock, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(every_kind_can_have_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sessions_come_and_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reload_removes_and_adds_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_that_is_taken_in_a_session_is_a_conflict_there_alone,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(refused_links_are_said_once_and_stop_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(there_is_no_link_to_a_strangers_object, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_that_is_there_is_taken_over, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("test_aliases", tests, NULL, NULL);
}
