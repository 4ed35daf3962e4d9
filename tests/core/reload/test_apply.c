/* A reload: from one configuration to another while clients hold what there is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "compiler.h"
#include "control.h"
#include "reloads.h"

static const uint8_t *content;

/* One of two segments of a set gets another access: the other's users notice nothing. */
static void part_of_a_set(size_t number)
{
    const size_t generation = sizeof(struct shmb_control) + offsetof(struct shmb_block, generation);
    const uint8_t *control = fake_find(fake, "ShmBroker.Control.1")->content;
    uint64_t of_one, of_two;

    memcpy(&of_one, control + generation, sizeof(of_one));
    memcpy(&of_two, control + generation + sizeof(struct shmb_block), sizeof(of_two));
    assert_true(of_one != 0 && of_one != SHMB_BLOCK_MOVED);
    if (number == 1) {
        assert_true(of_two != 0 && of_two != SHMB_BLOCK_MOVED);
        reloads_change(PAIR(", access: { write: Users }"));
        return;
    }
    assert_true(of_two == SHMB_BLOCK_MOVED);
    memcpy(&of_two, fake_find(fake, "ShmBroker.Control.2")->content + generation, sizeof(of_two));
    assert_true(of_two != 0 && of_two != SHMB_BLOCK_MOVED);
}

static void users_of_a_block_that_moves_are_told(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, PAIR(""));
    reloads_live(part_of_a_set, 2);
}

#define THREE(of_one)                                                                              \
    HEAD "  One: { size: 64" of_one " }\n"                                                         \
         "  Two: { size: 64 }\n"                                                                   \
         "  Three: { size: 64 }\n"

/* The first segment of a set gets another access: it moves, and not all of the others. */
static void first_of_a_set(size_t number)
{
    const uint8_t *control = fake_find(fake, "ShmBroker.Control.1")->content;
    size_t i;

    if (number == 1) {
        reloads_change(THREE(", access: { write: Users }"));
        return;
    }
    for (i = 0; i < 3; i++) {
        struct shmb_block block;

        memcpy(&block, control + sizeof(struct shmb_control) + i * sizeof(block), sizeof(block));
        assert_int_equal(block.generation == SHMB_BLOCK_MOVED, i == 0);
    }
}

static void a_change_of_one_moves_one_block(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, THREE(""));
    reloads_live(first_of_a_set, 2);
}

static void create_keep_retire(size_t number)
{
    if (number == 1) {
        content = fake_find(fake, "Prices")->content;
        reloads_change(HEAD "  Prices: { size: 64, initial: { text: none } }\n"
                            "  Fresh: { size: 10, lock: none }\n");
        return;
    }
    assert_int_equal(fake_event_count(fake, EVENT_RELOADED), 1);
    assert_ptr_equal(fake_find(fake, "Prices")->content, content);
    assert_int_equal(fake_find(fake, "Prices")->handles, 1);
    assert_non_null(fake_find(fake, "Fresh"));
    assert_null(fake_find(fake, "Plain"));
    assert_null(fake_find(fake, "Go"));
    assert_int_equal(reloads_report().reloads, 2); /* begun and ended */
    assert_int_equal(reloads_report().reload_result, SHMB_RELOAD_APPLIED);
    assert_int_equal(reloads_report().held, 3);
    assert_true(reloads_told("Fresh", "create", "done"));
    assert_true(reloads_told("Plain", "retire", "done"));
    assert_true(reloads_told("Go", "retire", "done"));
    assert_non_null(strstr(reloads_text, "reload\t2\tkeep\tdone\n"));
}

static bool listed_with(const char *name, uint32_t flag)
{
    return (reloads_entry(name).flags & flag) != 0;
}

static void add_and_remove_notify(size_t number)
{
    if (number == 1) {
        assert_null(fake_find(fake, "Prices.changed.0"));
        assert_false(listed_with("Prices", SHMB_ENTRY_NOTIFY));
        content = fake_find(fake, "Prices")->content;
        reloads_change(HEAD "  Prices: { size: 64, notify: true, initial: { text: none } }\n");
    } else if (number == 2) {
        assert_ptr_equal(fake_find(fake, "Prices")->content, content);
        assert_non_null(fake_find(fake, "Prices.changed.0"));
        assert_true(fake_find(fake, "Prices.changed.3")->spec.manual_reset);
        assert_non_null(strstr(fake_find(fake, "Prices.changed.3")->sddl, "(A;;0x120001;;;"));
        assert_true(reloads_told("Prices.changed.2", "create", "done"));
        assert_true(listed_with("Prices", SHMB_ENTRY_NOTIFY));
        assert_true(listed_with("Prices.changed.1", SHMB_ENTRY_COMPANION));
        fake_anew(fake, "Prices.changed.1");
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else if (number == 3) {
        assert_true(reloads_told("Prices.changed.1", "recreate", "done"));
        assert_int_equal(fake_find(fake, "Prices.changed.1")->spec.kind, SHMB_EVENT);
        reloads_change(HEAD "  Prices: { size: 64, initial: { text: none } }\n");
    } else {
        assert_ptr_equal(fake_find(fake, "Prices")->content, content);
        assert_null(fake_find(fake, "Prices.changed.0"));
        assert_null(fake_find(fake, "Prices.changed.3"));
        assert_false(listed_with("Prices", SHMB_ENTRY_NOTIFY));
    }
}

static void change_events_come_and_go_beside_their_segment(void **state)
{
    (void)state;
    reloads_live(add_and_remove_notify, 4);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_DEFERRED), 0);
}

static void what_is_new_comes_and_what_is_gone_goes(void **state)
{
    (void)state;
    reloads_live(create_keep_retire, 2);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 1);
}

static void change_access(size_t number)
{
    if (number == 1) {
        reloads_change("version: 1\ndefaults: { access: { read: Users, write: 'CORP\\Traders' } }\n"
                       "segments:\n  Prices: { size: 64, initial: { text: none } }\n"
                       "  Plain: { size: 4 KiB, lock: none }\nevents: { Go: { reset: manual } }\n");
        return;
    }
    assert_non_null(strstr(fake_find(fake, "Prices")->sddl, "(A;;0x20007;;;S-1-5-21-1-2-3-1001)"));
    assert_non_null(strstr(fake_find(fake, "Go")->sddl, "S-1-5-21-1-2-3-1001"));
    assert_non_null(
        strstr(fake_find(fake, "ShmBroker.Control.1")->sddl, "0x20007;;;S-1-5-21-1-2-3-1001"));
    assert_null(fake_find(fake, "ShmBroker.Control.2"));
    assert_true(
        reloads_told("Prices", "access", "done; programs that have it open keep what they have"));
}

static void access_changes_in_place(void **state)
{
    (void)state;
    reloads_live(change_access, 2);
}

static void refuse_errors(size_t number)
{
    if (number == 1) {
        reloads_change(HEAD "  Prices: { size: 65, colour: red }\n");
        return;
    }
    assert_int_equal(fake_event_count(fake, EVENT_RELOAD_REFUSED), 1);
    assert_int_equal(reloads_report().reload_result, SHMB_RELOAD_REFUSED);
    assert_non_null(strstr(reloads_text, "message\t" FILE_NAME ":4:23\terror\t"));
    assert_non_null(fake_find(fake, "Plain"));
    assert_int_equal(fake_find(fake, "Prices")->spec.size, 64);
}

static void errors_change_nothing(void **state)
{
    (void)state;
    reloads_live(refuse_errors, 2);
}

static void defer_size(size_t number)
{
    if (number == 1) {
        reloads_change(HEAD
                       "  Prices: { size: 128, lock: none }\n  Plain: { size: 4 KiB, lock: none }\n"
                       "events: { Go: { reset: auto, access: { write: Users } } }\n");
    } else if (number == 2) {
        assert_int_equal(fake_events_about(fake, EVENT_OBJECT_DEFERRED, "Prices"), 1);
        assert_int_equal(fake_find(fake, "Prices")->spec.size, 64);
        assert_int_equal(fake_find(fake, "Prices.lock")->handles, 1); /* its clients use it */
        assert_true(reloads_told("Prices", "defer", "the size cannot change from 64 to 128 bytes"));
        assert_true(reloads_told("Go", "defer", "the reset cannot change from manual to auto"));
        assert_int_equal(reloads_report().reload_result, SHMB_RELOAD_INCOMPLETE);
        fake_anew(fake, "prices");
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else {
        assert_int_equal(fake_find(fake, "Prices")->spec.size, 128);
        assert_memory_equal(fake_find(fake, "Prices")->content, "none", 4); /* copied over */
        assert_null(fake_find(fake, "Prices.lock"));
        assert_true(reloads_told("Prices", "recreate", "done"));
    }
}

static void a_size_changes_only_when_asked_for(void **state)
{
    (void)state;
    reloads_live(defer_size, 3);
}

static void recreate_in_use(size_t number)
{
    if (number == 1) {
        fake_client_open(fake, "Prices");
        content = fake_find(fake, "Prices")->content;
        fake_anew(fake, "Prices");
        reloads_change(HEAD "  Prices: { size: 128 }\n");
    } else {
        assert_ptr_equal(fake_find(fake, "Prices")->content, content);
        assert_int_equal(fake_find(fake, "Prices")->handles, 1);
        assert_true(reloads_told("Prices", "recreate", "a program has it open"));
        fake_client_close(fake, "Prices");
    }
}

static void what_is_open_is_not_made_anew(void **state)
{
    (void)state;
    reloads_live(recreate_in_use, 2);
}

static size_t failing; /* which call of the reload */

static size_t shut_serial;

static void recreate_what_a_client_has_shut(size_t number)
{
    if (number == 1) {
        fake_client_open(fake, "Prices");
        shut_serial = fake_find(fake, "Prices")->serial;
        fake_change_access(fake, "Prices", "O:S-1-5-21-9-9-9-1001G:S-1-5-18D:P");
        fake_anew(fake, "Prices");
        reloads_change(HEAD "  Prices: { size: 128 }\n  Plain: { size: 4 KiB, lock: none }\n"
                            "events: { Go: { reset: manual } }\n");
        return;
    }
    assert_true(reloads_told("Prices", "recreate", "a program has it open"));
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_CONFLICT), 0);
    assert_int_equal(fake_find(fake, "Prices")->handles, 1);
    assert_int_equal(fake_find(fake, "Prices")->serial, shut_serial);
    fake_client_close(fake, "Prices");
}

/* The client that has it open has shut the broker out: it is the broker's all the same. */
static void what_a_client_has_shut_is_not_lost_to_it(void **state)
{
    (void)state;
    reloads_live(recreate_what_a_client_has_shut, 2);
}

static void recreate_as_event(size_t number)
{
    const struct fake_object *prices = fake_find(fake, "Prices");

    if (number == 1) {
        fake_anew(fake, "Prices");
        reloads_change(
            HEAD "  Plain: { size: 4 KiB, lock: none }\nevents: { Prices: { reset: manual } }\n");
        fake_fail_nth(fake, fake_can_fail_calls(fake) + failing, SYS_NO_MEMORY);
        failing += fake_can_fail_calls(fake);
    } else if (prices != NULL && prices->spec.kind == SHMB_SECTION) {
        assert_non_null(prices->content);
        assert_memory_equal(prices->content, "none", 4);
    }
}

/* Whatever fails in between: it is the event that was wanted, or what it was. */
static void what_cannot_become_another_kind_keeps_its_content(void **state)
{
    size_t n;

    for (n = 1; n == 1 || fake_can_fail_calls(fake) >= failing; n++) {
        if (n > 1)
            assert_int_equal(reloads_end(state) + reloads_begin(state), 0);
        failing = n;
        reloads_live(recreate_as_event, 2);
    }
    assert_true(n > 10);
}

static void recreate_without_memory(size_t number)
{
    if (number == 1) {
        fake_anew(fake, "Prices");
        reloads_change(HEAD "  Prices: { size: 128 }\n  Plain: { size: 4 KiB, lock: none }\n"
                            "events: { Go: { reset: manual } }\n");
        fake_fail(fake, FAKE_CREATE, "ShmBroker.Room", SYS_NO_MEMORY);
        shut_serial = fake_find(fake, "Prices")->serial;
        return;
    }
    fake_mend(fake);
    assert_true(reloads_told("Prices", "recreate", ""));
    assert_int_equal(fake_find(fake, "Prices")->serial, shut_serial);
    assert_memory_equal(fake_find(fake, "Prices")->content, "none", 4);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_FAILED), 0);
}

/* There is no room for a second section, so that the old one could not be put back: it stays. */
static void without_memory_nothing_is_made_anew(void **state)
{
    (void)state;
    reloads_live(recreate_without_memory, 2);
}

static void take_at_once(struct fake *which)
{
    if (fake_find(which, "Prices") == NULL)
        fake_occupy(which, "Prices", SHMB_SECTION, "a stranger's section");
}

static void recreate_too_late(size_t number)
{
    if (number == 1) {
        fake_on_effect(fake, take_at_once);
        fake_anew(fake, "Prices");
        reloads_change(HEAD "  Prices: { size: 128 }\n");
    } else {
        fake_on_effect(fake, NULL);
        assert_true(fake_find(fake, "Prices")->stranger);
        assert_int_equal(fake_find(fake, "Prices")->handles, 0);
        assert_int_equal(fake_events_about(fake, EVENT_OBJECT_CONFLICT, "Prices"), 1);
        fake_vacate(fake, "Prices");
    }
}

/* Between its end and its new beginning a name is free. */
static void a_stranger_who_takes_a_name_in_between_gets_nothing(void **state)
{
    (void)state;
    reloads_live(recreate_too_late, 2);
}

static char before[8][1024];

static const char *const watched[] = {"Prices", "Prices.lock", "Plain", "Go",
                                      "ShmBroker.Control.1"};
#define WATCHED (sizeof(watched) / sizeof(watched[0]))

static size_t failing, calls_of_reload, refused;
static uint32_t published;
static enum sys_status failure;

static void fail_in_reload(size_t number)
{
    size_t i;

    if (number == 1) {
        for (i = 0; i < WATCHED; i++)
            (void)snprintf(before[i], sizeof(before[i]), "%s", fake_find(fake, watched[i])->sddl);
        published = reloads_publication();
        if (failing > 0)
            fake_fail_nth(fake, fake_can_fail_calls(fake) + failing, failure);
        calls_of_reload = fake_can_fail_calls(fake);
        reloads_change("version: 1\ndefaults: { access: { read: Users, write: 'CORP\\Traders' } }\n"
                       "segments:\n  Prices: { size: 64, initial: { text: none } }\n"
                       "  Fresh: { size: 4 KiB, initial: { text: new } }\n"
                       "events: { Go: { reset: manual } }\n");
        return;
    }
    if (number != 2)
        return;
    calls_of_reload = fake_can_fail_calls(fake) - calls_of_reload;
    if (fake_event_count(fake, EVENT_RELOAD_REFUSED) == 0) {
        assert_int_equal(fake_event_count(fake, EVENT_RELOADED), 1);
        assert_null(fake_find(fake, "Plain"));
        return;
    }
    refused++;
    assert_null(fake_find(fake, "Fresh"));
    assert_int_equal(reloads_publication(), published);
    for (i = 0; i < WATCHED; i++) {
        assert_int_equal(fake_find(fake, watched[i])->handles, 1);
        assert_string_equal(fake_find(fake, watched[i])->sddl, before[i]);
    }
}

static void each_call_of_a_reload_fails(void **state)
{
    static const enum sys_status kinds[] = {SYS_TAKEN, SYS_DENIED,    SYS_NOT_FOUND,
                                            SYS_LATER, SYS_NO_MEMORY, SYS_FAILED};
    size_t calls, how;

    failing = refused = 0;
    reloads_live(fail_in_reload, 2);
    calls = calls_of_reload;
    assert_in_range(calls, 15, 60);
    for (failing = 1; failing <= calls; failing++) {
        for (how = 0; how < sizeof(kinds) / sizeof(kinds[0]); how++) {
            reloads_end(state);
            reloads_begin(state);
            failure = kinds[how];
            reloads_live(fail_in_reload, 2);
        }
    }
    assert_in_range(refused, 30, calls * 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reloads_begin, reloads_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(users_of_a_block_that_moves_are_told),
        TEST(a_change_of_one_moves_one_block),
        TEST(what_is_new_comes_and_what_is_gone_goes),
        TEST(change_events_come_and_go_beside_their_segment),
        TEST(access_changes_in_place),
        TEST(errors_change_nothing),
        TEST(a_size_changes_only_when_asked_for),
        TEST(what_is_open_is_not_made_anew),
        TEST(what_a_client_has_shut_is_not_lost_to_it),
        TEST(what_cannot_become_another_kind_keeps_its_content),
        TEST(without_memory_nothing_is_made_anew),
        TEST(a_stranger_who_takes_a_name_in_between_gets_nothing),
        TEST(each_call_of_a_reload_fails),
    };

    return cmocka_run_group_tests_name("test_apply", tests, NULL, NULL);
}
