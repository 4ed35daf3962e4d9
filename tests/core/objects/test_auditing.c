/* Objects with `audit: true`: entries are there from the start, and it is said where they are not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "auditing.h"
#include "life.h"

#define HEAD    "version: 1\ndefaults: { access: { read: [Users] } }\n"
#define PLAIN   "  Plain: { size: 64, lock: none }\n"
#define AUDITED HEAD "segments:\n  Data: { size: 64, notify: true, audit: true }\n" PLAIN
#define QUIET   HEAD "segments:\n  Data: { size: 64, notify: true }\n" PLAIN

/* By hand: changes to the content or the access that went well, and whatever was refused. */
#define ON_SECTIONS "S:(AU;SA;0xc0002;;;S-1-1-0)(AU;FA;0xf001f;;;S-1-1-0)"
#define ON_MUTEXES  "S:(AU;SA;0xc0001;;;S-1-1-0)(AU;FA;0x1f0001;;;S-1-1-0)"
#define ON_EVENTS   "S:(AU;SA;0xc0002;;;S-1-1-0)(AU;FA;0x1f0003;;;S-1-1-0)"

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = life_begin(NULL);
    return 0;
}

static void expect_audit(const char *name, const char *entries)
{
    const struct fake_object *object = fake_find(fake, name);

    assert_non_null(object);
    if (entries == NULL)
        assert_null(object->audit);
    else
        assert_string_equal(object->audit, entries);
}

/* What the report says, and with which result. */
static void expect_report(uint32_t result, const char *line, bool there)
{
    assert_int_equal(life_report().result, result);
    assert_int_equal(life_reports(line), there);
}

static void look_at_all(size_t number)
{
    (void)number;
    expect_audit("Data", ON_SECTIONS);
    expect_audit("Data.lock", ON_MUTEXES);
    expect_audit("Data.changed.1", ON_EVENTS);
    expect_audit("Plain", NULL);
    expect_report(SHMB_REPORT_COMPLETE, "\naudit\t", false);
}

static void what_belongs_to_a_segment_is_audited_with_it(void **state)
{
    (void)state;
    life_run(AUDITED, look_at_all, 1);
    assert_int_equal(fake_calls(fake, FAKE_AUDIT), 6); /* the segment, its lock, four events */
    assert_int_equal(fake_event_count(fake, EVENT_AUDIT_REFUSED), 0);
    assert_int_equal(fake_event_count(fake, EVENT_RUNNING), 1);
}

static void look_at_refusal(size_t number)
{
    (void)number;
    expect_audit("Data", NULL);
    expect_report(SHMB_REPORT_INCOMPLETE, "audit\tGlobal\\Data\trefused\tthe service has no", true);
    expect_report(SHMB_REPORT_INCOMPLETE, "audit\tGlobal\\Plain", false);
    /* A privilege does not come back: nothing is tried again. */
    assert_int_equal(fake_calls(fake, FAKE_AUDIT), 6);
}

static void without_the_privilege_all_is_served_and_said(void **state)
{
    (void)state;
    fake_fail(fake, FAKE_AUDIT, NULL, SYS_DENIED);
    life_run(AUDITED, look_at_refusal, 1);
    assert_int_equal(fake_event_count(fake, EVENT_AUDIT_REFUSED), 1);
    assert_string_equal(fake_last_event(fake, EVENT_AUDIT_REFUSED)->inserts[0], "6");
    assert_int_equal(fake_event_count(fake, EVENT_RUNNING_DEGRADED), 1);
    assert_non_null(strstr(fake_last_event(fake, EVENT_RUNNING_DEGRADED)->inserts[3],
                           "6 objects are not audited"));
}

static void mend_and_look(size_t number)
{
    if (number == 1) {
        assert_true(fake_wait_ms(fake, 1) < UINT32_MAX);
        expect_report(SHMB_REPORT_INCOMPLETE, "audit\tGlobal\\Data\tfailed", true);
        fake_mend(fake);
        return;
    }
    expect_audit("Data", ON_SECTIONS);
    expect_report(SHMB_REPORT_COMPLETE, "\naudit\t", false);
}

static void what_fails_otherwise_is_tried_again(void **state)
{
    (void)state;
    fake_fail(fake, FAKE_AUDIT, "Data", SYS_NO_MEMORY);
    life_run(AUDITED, mend_and_look, 2);
    assert_int_equal(fake_event_count(fake, EVENT_AUDIT_REFUSED), 1);
    assert_int_equal(fake_event_count(fake, EVENT_AUDIT_RECOVERED), 1);
}

static void reload_to_and_fro(size_t number)
{
    if (number == 1) {
        expect_audit("Data", NULL);
        fake_file(fake, LIFE_FILE, AUDITED);
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else if (number == 2) {
        look_at_all(number);
        expect_report(SHMB_REPORT_COMPLETE, "reload\tGlobal\\Data\taudit\ton\n", true);
        fake_file(fake, LIFE_FILE, QUIET);
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else {
        expect_audit("Data", NULL);
        expect_audit("Data.lock", NULL);
        expect_report(SHMB_REPORT_COMPLETE, "reload\tGlobal\\Data\taudit\toff\n", true);
    }
}

static void a_reload_changes_it_in_place(void **state)
{
    (void)state;
    life_run(QUIET, reload_to_and_fro, 3);
    assert_int_equal(fake_calls(fake, FAKE_AUDIT), 12);
}

static void reload_refused(size_t number)
{
    if (number == 1) {
        fake_fail(fake, FAKE_AUDIT, NULL, SYS_DENIED);
        fake_file(fake, LIFE_FILE, AUDITED);
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else {
        expect_report(SHMB_REPORT_INCOMPLETE, "reload\tGlobal\\Data\taudit\tthe service has no",
                      true);
        expect_report(SHMB_REPORT_INCOMPLETE, "audit\tGlobal\\Data\trefused", true);
    }
}

static void a_reload_says_what_it_could_not(void **state)
{
    (void)state;
    life_run(QUIET, reload_refused, 2);
    assert_int_equal(fake_event_count(fake, EVENT_AUDIT_REFUSED), 1);
}

static void expect_none(size_t number)
{
    (void)number;
    expect_audit("Data", NULL);
    expect_report(SHMB_REPORT_COMPLETE, "\naudit\t", false);
}

static void hold_on(size_t number)
{
    if (number == 1)
        fake_client_open(fake, "Data");
}

static void what_is_taken_over_is_audited_as_it_says_now(void **state)
{
    (void)state;
    life_run(AUDITED, hold_on, 1);
    expect_audit("Data", ON_SECTIONS);
    life_run(QUIET, expect_none, 1);
    /* Who may not, takes nothing away, and nothing is missing. */
    life_run(AUDITED, hold_on, 1);
    fake_fail(fake, FAKE_AUDIT, NULL, SYS_DENIED);
    life_run(QUIET, hold_on, 1);
    expect_audit("Data", ON_SECTIONS);
    fake_mend(fake);
    fake_client_close(fake, "Data");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_belongs_to_a_segment_is_audited_with_it, set_up,
                                        life_end),
        cmocka_unit_test_setup_teardown(without_the_privilege_all_is_served_and_said, set_up,
                                        life_end),
        cmocka_unit_test_setup_teardown(what_fails_otherwise_is_tried_again, set_up, life_end),
        cmocka_unit_test_setup_teardown(a_reload_changes_it_in_place, set_up, life_end),
        cmocka_unit_test_setup_teardown(a_reload_says_what_it_could_not, set_up, life_end),
        cmocka_unit_test_setup_teardown(what_is_taken_over_is_audited_as_it_says_now, set_up,
                                        life_end),
    };

    return cmocka_run_group_tests_name("test_auditing", tests, NULL, NULL);
}
