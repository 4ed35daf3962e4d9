/*
 * Requests where calls fail, and where the broker is killed: an answer is true, nothing is held in
 * part, and what was granted before goes on.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "lifecycle.h"
#include "names.h"
#include "state.h"

#define RULES                                                                                      \
    "version: 1\ndefaults: { access: { read: Users } }\nsegments: { Fixed: { size: 64 } }\n"       \
    "requests:\n  App:\n    names: 'App.*'\n    who: [Users]\n    kinds: [segment, mutex]\n"       \
    "    size: 16 KiB\n    access: { read: [Users], write: [Requester] }\n    lock: mutex\n"       \
    "    notify: true\n    snapshots: double\n    lives: until released\n"

static struct fake *fake;
static size_t n[8];

static int set_up(void **state)
{
    (void)state;
    fake = asking_begin();
    memset(n, 0, sizeof(n));
    return 0;
}

/* The object and all its companions are held, or none is. */
static bool is_whole(const char *name)
{
    static const char *const suffixes[] = {".lock",      ".changed.0", ".changed.1",
                                           ".changed.2", ".changed.3", ".snapshots"};
    bool held = asking_is_held(name);
    char companion[64];
    size_t i;

    for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        assert_true(strlen(name) + strlen(suffixes[i]) < sizeof(companion));
        strcpy(companion, name);
        strcat(companion, suffixes[i]);
        if (asking_is_held(companion) != held)
            fail_msg("%s is held, or is not, without %s", name, companion);
    }
    return held;
}

static bool is_recorded(const char *name)
{
    const char *text = fake_state_text(fake, STATE_FILE);
    char line[96] = "App\\";

    strcat(line, name);
    strcat(line, "\n");
    return text != NULL && strstr(text, line) != NULL;
}

static size_t fault;
static enum sys_status failing;
static bool hidden_once;

/* One is held; with the fault, one more is asked for and the first one is released. */
static void script(size_t number)
{
    if (number == 1) {
        n[0] = asking_segment(ALICE, "App.Old", 5000);
        n[1] = asking_segment(ALICE, "App.Stays", 5000);
    } else if (number == 2) {
        asking_expect_made(n[0], true);
        assert_true(is_whole("App.Stays"));
        fake_client_open(fake, "App.Stays");
        n[2] = asking_segment(BOB, "App.New", 5000);
        n[3] = asking_release(ALICE, "App.Old");
        if (failing == SYS_OK)
            fake_crash_nth(fake, fault);
        else
            fake_fail_nth(fake, fake_can_fail_calls(fake) + fault, failing);
    } else if (failing == SYS_OK) {
        return; /* it may be killed by now */
    } else if (number == 3) {
        fake_fail_nth(fake, 0, SYS_OK);
        assert_true(is_whole("App.Stays"));
        /* The answer is true. */
        assert_int_equal(is_whole("App.New"), asking_answer(n[2]).reason == SHMB_WHY_NONE);
        assert_int_equal(is_whole("App.Old"), asking_answer(n[3]).reason != SHMB_WHY_NONE);
        n[4] = asking_segment(BOB, "App.New", 5000);
        n[5] = asking_release(ALICE, "App.Old");
    } else if (number == 4) {
        asking_expect(n[4], SHMB_WHY_NONE);
        assert_true(is_whole("App.New"));
        assert_false(is_whole("App.Old"));
        assert_true(is_whole("App.Stays"));
    }
}

static void each_call_fails(enum sys_status status)
{
    bool reached = true;
    void *none = NULL;

    failing = status;
    for (fault = 1; reached; fault++) {
        life_end(&none);
        set_up(&none);
        life_run(RULES, script, 4);
        reached = fake_failed(fake) != FAKE_CALL_COUNT;
    }
    assert_in_range(fault, 40, 1000);
}

static void a_call_fails(void **state)
{
    (void)state;
    each_call_fails(SYS_FAILED);
}

static void a_name_is_taken_meanwhile(void **state)
{
    (void)state;
    each_call_fails(SYS_TAKEN);
}

static void no_memory_in_the_system(void **state)
{
    (void)state;
    each_call_fails(SYS_NO_MEMORY);
}

/*
 * An object of the broker's owner has the name, but the look-up before the creation, or any other
 * call, says otherwise: it is never given to who asks.
 */
static void hidden(size_t number)
{
    static const char ours[] =
        "O:" SHMB_SERVICE_SID "G:S-1-5-18D:P(A;;0xf001f;;;" SHMB_SERVICE_SID ")";

    if (number == 1) {
        fake_occupy(fake, "App.New", SHMB_MUTEX, ours);
        n[0] = asking_object(BOB, "App.New", SHMB_MUTEX, 0);
        fake_fail_nth(fake, fake_can_fail_calls(fake) + fault, SYS_NOT_FOUND);
    } else if (number == 2) {
        assert_true(asking_answer(n[0]).reason == SHMB_WHY_FOREIGN ||
                    asking_answer(n[0]).reason == SHMB_WHY_WHO ||
                    asking_answer(n[0]).reason == SHMB_WHY_SYSTEM);
        assert_false(asking_is_held("App.New"));
        if (fake_failed(fake) == FAKE_INSPECT)
            hidden_once = true;
        fake_vacate(fake, "App.New");
    }
}

static void what_exists_is_never_given_to_who_asks(void **state)
{
    for (fault = 1; fault <= 12; fault++) {
        life_end(state);
        set_up(state);
        life_run(RULES, hidden, 2);
    }
    assert_true(hidden_once);
}

static bool new_held, old_held;

static void look(size_t number)
{
    if (number == 1) {
        assert_true(is_whole("App.Stays"));
        assert_int_equal(fake_find(fake, "App.Stays")->clients, 1);
        new_held = is_whole("App.New");
        old_held = is_whole("App.Old");
        n[4] = asking_segment(BOB, "App.New", 5000);
        n[5] = asking_release(ALICE, "App.Old");
        n[6] = asking_segment(ALICE, "App.Stays", 5000);
    } else if (number == 2) {
        asking_expect_made(n[4], !new_held);
        asking_expect(n[5], old_held ? SHMB_WHY_NONE : SHMB_WHY_NOT_REQUESTED);
        asking_expect_made(n[6], false);
        assert_true(is_whole("App.New"));
        assert_false(is_whole("App.Old"));
        assert_true(is_recorded("App.Stays"));
    }
}

/* Wherever the broker is killed: the next one has all of an object or nothing of it. */
static void killed_at_each_call(void **state)
{
    bool whole = false;
    size_t answered = 0;

    failing = SYS_OK;
    for (fault = 1; !whole; fault++) {
        bool told_new, told_old;
        size_t length;

        life_end(state);
        set_up(state);
        fake_release(fake, false);
        life_run(RULES, script, 3);
        whole = fake_answer(fake, n[3], &length) != NULL;
        fake_crash_nth(fake, 0);
        told_new = fake_answer(fake, n[2], &length) != NULL;
        told_old = fake_answer(fake, n[3], &length) != NULL;
        fake_forget_events(fake);
        life_run(RULES, look, 2);
        /* What a program was told is so. */
        if (told_new)
            assert_true(new_held);
        if (told_old)
            assert_false(old_held);
        answered += told_new;
        /* Killed after the state was written and before the keeper had it: it is made again. */
        if (told_new)
            assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
    }
    assert_in_range(fault, 40, 1000);
    assert_int_equal(answered, 1);
}

/* ---- the pipe ---- */

static const char *trouble;
static uint32_t pipe_waits[8];

/* What programs read of the pipe where they cannot see whose it is. */
static uint32_t published(void)
{
    const struct fake_object *root = fake_find(fake, SHMB_ROOT_NAME);

    assert_non_null(root);
    return ((const struct shmb_root *)(const void *)root->content)->requests;
}

/* Everything else works, and each try comes later than the one before. */
static void pipe_missing(size_t number)
{
    assert_in_range(number, 1, 7);
    pipe_waits[number] = fake_wait_ms(fake, number);
    if (number <= 4) {
        assert_null(fake_pipe(fake));
        assert_int_equal(published(), SHMB_ROOT_REQUESTS_NONE);
        assert_true(life_reports(trouble));
        assert_int_equal(life_report().result, SHMB_REPORT_INCOMPLETE);
        assert_true(asking_is_held("Fixed"));
        if (number > 1)
            assert_true(pipe_waits[number] > pipe_waits[number - 1]);
        if (number == 4)
            fake_mend(fake);
    } else if (fake_pipe(fake) != NULL) {
        assert_true(life_reports("requests\tpipe\topen"));
        assert_int_equal(published(), SHMB_ROOT_REQUESTS_OPEN);
        fake_stop_at(fake, FAKE_WAIT, fake_calls(fake, FAKE_WAIT));
    }
}

static void pipe_missing_with(enum sys_status status, enum event_id told, const char *says)
{
    trouble = says;
    fake_fail(fake, FAKE_LISTEN, NULL, status);
    life_run(RULES, pipe_missing, 100);
    assert_int_equal(fake_event_count(fake, EVENT_REQUESTS_TAKEN), told == EVENT_REQUESTS_TAKEN);
    assert_int_equal(fake_event_count(fake, EVENT_REQUESTS_FAILED), told == EVENT_REQUESTS_FAILED);
    assert_int_equal(fake_event_count(fake, EVENT_REQUESTS_RECOVERED), 1);
    assert_int_equal(fake_event_count(fake, EVENT_RUNNING_DEGRADED), 1);
}

static void a_pipe_that_fails_is_tried_again(void **state)
{
    (void)state;
    pipe_missing_with(SYS_FAILED, EVENT_REQUESTS_FAILED, "requests\tpipe\tfailed\t");
}

/* Told once, however often it is tried; and nothing but the end of the other program is needed. */
static void a_pipe_of_another_program_is_waited_out(void **state)
{
    (void)state;
    pipe_missing_with(SYS_TAKEN, EVENT_REQUESTS_TAKEN, "requests\tpipe\tconflict\t");
}

/* ---- what is missing ---- */

static uint32_t waits[10];

static void ask_while_one_is_missing(size_t number)
{
    if (number == 6)
        n[0] = asking_segment(ALICE, "App.A", 5000);
    else if (number == 7)
        asking_expect_made(n[0], true);
    waits[number] = fake_wait_ms(fake, number);
}

/* The pace at which the broker tries what it could not make is not the programs' to set. */
static void who_asks_makes_no_retry_sooner(void **state)
{
    (void)state;
    fake_occupy(fake, "Fixed", SHMB_SECTION, "other.exe");
    life_run(RULES, ask_while_one_is_missing, 9);
    assert_int_equal(waits[6], 30000);
    /* One second of them until the report of the request was written. */
    assert_int_equal(waits[7] + waits[8], 30000);
}

/* ---- restarts ---- */

static void ask(size_t number)
{
    if (number == 1) {
        n[0] = asking_segment(ALICE, "App.A", 5000);
    } else if (number == 2) {
        asking_expect_made(n[0], true);
    }
}

static void find(size_t number)
{
    if (number == 1) {
        assert_true(is_whole("App.A"));
        n[1] = asking_segment(ALICE, "App.A", 5000);
    } else if (number == 2) {
        asking_expect_made(n[1], false);
        n[2] = asking_release(ALICE, "App.A");
    } else if (number == 3) {
        asking_expect(n[2], SHMB_WHY_NONE);
    }
}

static void a_restart_takes_them_over(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(RULES, ask, 2);
    fake_forget_events(fake);
    life_run(RULES, find, 3);
    assert_int_equal(fake_event_count(fake, EVENT_GRANTS_DROPPED), 0);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECTS_LOST), 0);
}

static void find_nothing(size_t number)
{
    (void)number;
    assert_null(fake_find(fake, "App.A"));
}

static void a_stop_with_release_ends_them(void **state)
{
    (void)state;
    fake_release(fake, true);
    life_run(RULES, ask, 2);
    assert_null(fake_find(fake, "App.A"));
    life_run(RULES, find_nothing, 1);
    assert_int_equal(fake_event_count(fake, EVENT_GRANTS_DROPPED), 0);
}

static void those_of_another_boot_are_gone(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(RULES, ask, 2);
    fake_keeper_dies(fake, 0);
    fake_boot(fake, "boot-2");
    life_run(RULES, find_nothing, 1);
    assert_int_equal(fake_event_count(fake, EVENT_GRANTS_DROPPED), 0);
}

static void a_start_with_other_rules_drops_them(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(RULES, ask, 2);
    fake_release(fake, true);
    life_run("version: 1\ndefaults: { access: { read: Users } }\nmutexes: { Some: {} }\n",
             find_nothing, 1);
    assert_int_equal(fake_event_count(fake, EVENT_GRANTS_DROPPED), 1);
    assert_false(is_recorded("App.A"));
}

static void ask_and_open(size_t number)
{
    ask(number);
    if (number == 2)
        fake_client_open(fake, "App.A");
}

static void ask_without_record(size_t number)
{
    if (number == 1) {
        n[1] = asking_segment(BOB, "App.A", 5000);
    } else if (number == 2) {
        asking_expect(n[1], SHMB_WHY_FOREIGN);
        fake_client_close(fake, "App.A");
        n[2] = asking_segment(BOB, "App.A", 5000);
    } else if (number == 3) {
        asking_expect_made(n[2], true);
        assert_true(is_whole("App.A"));
    }
}

/* What Alice's program has open is nobody else's, also where the record of it is lost. */
static void without_its_record_nobody_gets_it(void **state)
{
    (void)state;
    fake_release(fake, false);
    life_run(RULES, ask_and_open, 2);
    fake_state_file(fake, STATE_FILE, NULL);
    life_run(RULES, ask_without_record, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call_fails, set_up, life_end),
        cmocka_unit_test_setup_teardown(a_name_is_taken_meanwhile, set_up, life_end),
        cmocka_unit_test_setup_teardown(no_memory_in_the_system, set_up, life_end),
        cmocka_unit_test_setup_teardown(what_exists_is_never_given_to_who_asks, set_up, life_end),
        cmocka_unit_test_setup_teardown(killed_at_each_call, set_up, life_end),
        cmocka_unit_test_setup_teardown(a_pipe_that_fails_is_tried_again, set_up, life_end),
        cmocka_unit_test_setup_teardown(a_pipe_of_another_program_is_waited_out, set_up, life_end),
        cmocka_unit_test_setup_teardown(who_asks_makes_no_retry_sooner, set_up, life_end),
        cmocka_unit_test_setup_teardown(a_restart_takes_them_over, set_up, life_end),
        cmocka_unit_test_setup_teardown(without_its_record_nobody_gets_it, set_up, life_end),
        cmocka_unit_test_setup_teardown(a_stop_with_release_ends_them, set_up, life_end),
        cmocka_unit_test_setup_teardown(those_of_another_boot_are_gone, set_up, life_end),
        cmocka_unit_test_setup_teardown(a_start_with_other_rules_drops_them, set_up, life_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
