/* The lock of a segment, when the configuration names another one: over reloads and restarts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "life.h"
#include "state.h"

#define HEAD  "version: 1\ndefaults: { access: { read: Users } }\nsegments:\n"
#define USUAL HEAD "  A: { size: 64 }\n"
#define OTHER HEAD "  A: { size: 64, lock: { name: L2 } }\n"
#define NONE  HEAD "  A: { size: 64, lock: none }\n"

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = life_begin("S-1-5-80-1-2-3-4-5");
    fake_account(fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    return 0;
}

static void change(const char *text)
{
    fake_file(fake, LIFE_FILE, text);
    fake_wake(fake, SYS_WAKE_RELOAD);
}

static bool is_held(const char *name)
{
    const struct fake_object *object = fake_find(fake, name);

    return object != NULL && object->handles == 1;
}

/* A is deferred, with the lock it has, and that is held. */
static void check_old(const char *reason)
{
    assert_true(is_held("A"));
    assert_true(is_held("A.lock"));
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_DEFERRED, "A"), 1);
    assert_true(life_reports(reason));
}

#define FROM_USUAL "the lock cannot change from A.lock to L2"

static void open_both(size_t number)
{
    (void)number;
    fake_client_open(fake, "A");
    fake_client_open(fake, "A.lock");
}

static void open_segment(size_t number)
{
    (void)number;
    fake_client_open(fake, "A");
}

static void look_on(size_t number)
{
    (void)number;
}

static void defer(size_t number)
{
    if (number == 1) {
        open_both(number);
        change(OTHER);
    } else {
        check_old(FROM_USUAL);
    }
}

static void still_deferred(size_t number)
{
    (void)number;
    check_old(FROM_USUAL);
}

/* At last nobody has it open, and a person says so. */
static void then_made_anew(size_t number)
{
    if (number == 1) {
        check_old(FROM_USUAL);
        fake_client_close(fake, "A");
        fake_client_close(fake, "A.lock");
        fake_anew(fake, "A");
        change(OTHER);
    } else {
        assert_true(life_reports("reload\tGlobal\\A\trecreate\tdone"));
        assert_null(fake_find(fake, "A.lock"));
        assert_true(is_held("L2"));
    }
}

static void a_deferred_lock_is_deferred_after_a_restart(void **state)
{
    (void)state;
    life_run(USUAL, defer, 2);
    fake_forget_events(fake);
    life_run(OTHER, still_deferred, 1);
    fake_forget_events(fake);
    life_run(OTHER, then_made_anew, 2);
}

/* Those who come later are to find the lock of those who have the segment open. */
static void so_is_one_that_changed_while_nobody_looked(void **state)
{
    (void)state;
    life_run(USUAL, open_segment, 1);
    life_run(OTHER, still_deferred, 1);
    fake_client_close(fake, "A");
}

static void deferred_to_none(size_t number)
{
    (void)number;
    check_old("the lock cannot change from A.lock to none");
}

static void deferred_from_none(size_t number)
{
    (void)number;
    assert_true(life_reports("the lock cannot change from none to L2"));
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_DEFERRED, "A"), 1);
}

static void none_is_a_lock_too(void **state)
{
    (void)state;
    life_run(USUAL, open_segment, 1);
    life_run(NONE, deferred_to_none, 1);
    fake_client_close(fake, "A");
    life_end(state);
    set_up(state);
    life_run(NONE, open_segment, 1);
    life_run(OTHER, deferred_from_none, 1);
    fake_client_close(fake, "A");
}

static void all_is_new(size_t number)
{
    (void)number;
    assert_null(fake_find(fake, "A.lock"));
    assert_true(is_held("L2"));
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_DEFERRED), 0);
}

static void where_nobody_has_it_the_new_lock_counts(void **state)
{
    (void)state;
    life_run(USUAL, look_on, 1);
    life_run(OTHER, all_is_new, 1);
}

/* A file of a broker that remembered no locks. */
static void what_is_not_remembered_is_taken_to_be_right(void **state)
{
    const char *text;
    char *file, *line;

    (void)state;
    life_run(USUAL, open_segment, 1);
    text = fake_state_text(fake, STATE_FILE);
    file = malloc(strlen(text) + 1);
    assert_non_null(file);
    strcpy(file, text);
    while ((line = strstr(file, " lock ")) != NULL) {
        while (line > file && line[-1] != '\n')
            line--;
        memmove(line, strchr(line, '\n') + 1, strlen(strchr(line, '\n') + 1) + 1);
    }
    fake_state_file(fake, STATE_FILE, file);
    free(file);
    life_run(OTHER, all_is_new, 1);
    fake_client_close(fake, "A");
}

static void go_and_return(size_t number)
{
    if (number == 1) {
        open_both(number);
        change(HEAD "  B: { size: 64 }\n");
    } else if (number == 2) {
        assert_false(is_held("A"));
        change(OTHER);
    } else {
        check_old(FROM_USUAL);
    }
}

static void what_returns_while_clients_hold_it_keeps_its_lock(void **state)
{
    (void)state;
    life_run(USUAL, go_and_return, 3);
    fake_client_close(fake, "A");
    fake_client_close(fake, "A.lock");
}

static void recreate_in_use(size_t number)
{
    if (number == 1) {
        open_segment(number);
        fake_anew(fake, "A");
        change(OTHER);
    } else {
        const char *text = fake_state_text(fake, STATE_FILE), *last = NULL, *at = text;

        check_old("a program has it open");
        while ((at = strstr(at, " A.lock\n")) != NULL)
            last = at++;
        assert_non_null(last);
        assert_memory_equal(last - 5, " held", 5);
    }
}

/* It was to be let go, and then was not. */
static void a_lock_that_stays_after_all_is_remembered_as_held(void **state)
{
    (void)state;
    life_run(USUAL, recreate_in_use, 2);
    fake_forget_events(fake);
    life_run(OTHER, still_deferred, 1);
    fake_client_close(fake, "A");
}

static void open_mutex(size_t number)
{
    (void)number;
    fake_client_open(fake, "A");
}

static void change_lock_of_mutex(size_t number)
{
    if (number == 1) {
        assert_true(is_held("A.lock"));
        change(OTHER);
    } else if (number == 2) {
        assert_true(life_reports("it is a mutex and cannot become a section"));
        assert_null(fake_find(fake, "A.lock"));
        assert_true(is_held("L2"));
        change(USUAL);
    } else {
        assert_true(is_held("A.lock"));
    }
}

/* What is adopted as another kind has the configured lock, but nobody uses it. */
static void an_object_of_another_kind_keeps_no_lock(void **state)
{
    (void)state;
    life_run("version: 1\ndefaults: { access: { read: Users } }\nmutexes:\n  A:\n", open_mutex, 1);
    life_run(USUAL, change_lock_of_mutex, 3);
    fake_client_close(fake, "A");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, life_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_deferred_lock_is_deferred_after_a_restart),
        TEST(so_is_one_that_changed_while_nobody_looked),
        TEST(none_is_a_lock_too),
        TEST(where_nobody_has_it_the_new_lock_counts),
        TEST(what_is_not_remembered_is_taken_to_be_right),
        TEST(what_returns_while_clients_hold_it_keeps_its_lock),
        TEST(a_lock_that_stays_after_all_is_remembered_as_held),
        TEST(an_object_of_another_kind_keeps_no_lock),
    };

    return cmocka_run_group_tests_name("test_carried_locks", tests, NULL, NULL);
}
