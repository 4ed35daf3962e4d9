/* A reload: from one configuration to another while clients hold what there is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "control.h"
#include "directory.h"
#include "fake_system.h"
#include "lifecycle.h"
#include "state.h"
#include "status_report.h"

#define FILE_NAME "C:\\ProgramData\\ShmBroker\\shmbroker.yaml"
#define HEAD      "version: 1\ndefaults: { access: { read: Users } }\nsegments:\n"

static const char first[] = HEAD "  Prices: { size: 64, initial: { text: none } }\n"
                                 "  Plain: { size: 4 KiB, lock: none }\n"
                                 "events: { Go: { reset: manual } }\n";

static struct fake *fake;
static void (*at_wait)(size_t number);
static char report_text[SHMB_REPORT_TEXT_MAX + 1];

static void on_wait(struct fake *which, size_t number)
{
    (void)which;
    at_wait(number);
}

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_owner(fake, "S-1-5-80-1-2-3-4-5");
    fake_account(fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    fake_file(fake, FILE_NAME, first);
    fake_on_wait(fake, on_wait);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static struct shmb_report report(void)
{
    const struct fake_object *section = fake_find(fake, SHMB_REPORT_NAME);
    struct shmb_report header;

    assert_non_null(section);
    assert_int_equal(
        shmb_report_read(section->content, section->content_length, &header, report_text),
        SHMB_READ_OK);
    return header;
}

/* The line "reload\tGlobal\<name>\t<step>\t..." of the report; its outcome. */
static bool told(const char *name, const char *step, const char *outcome)
{
    char line[256];

    (void)report();
    (void)snprintf(line, sizeof(line), "reload\tGlobal\\%s\t%s\t%s", name, step, outcome);
    return strstr(report_text, line) != NULL;
}

/* Lives through `waits` waits; a configuration that was changed is read at each wake. */
static void live(void (*script)(size_t number), size_t waits)
{
    at_wait = script;
    fake_stop_at(fake, FAKE_WAIT, waits);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
}

static void change(const char *text)
{
    fake_file(fake, FILE_NAME, text);
    fake_wake(fake, SYS_WAKE_RELOAD);
}

static const uint8_t *content;

#define PAIR(access) HEAD "  One: { size: 10 }\n  Two: { size: 10" access " }\n"

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
        change(PAIR(", access: { write: Users }"));
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
    live(part_of_a_set, 2);
}

static void create_keep_retire(size_t number)
{
    if (number == 1) {
        content = fake_find(fake, "Prices")->content;
        change(HEAD "  Prices: { size: 64, initial: { text: none } }\n"
                    "  Fresh: { size: 10, lock: none }\n");
        return;
    }
    assert_int_equal(fake_event_count(fake, EVENT_RELOADED), 1);
    assert_ptr_equal(fake_find(fake, "Prices")->content, content);
    assert_int_equal(fake_find(fake, "Prices")->handles, 1);
    assert_non_null(fake_find(fake, "Fresh"));
    assert_null(fake_find(fake, "Plain"));
    assert_null(fake_find(fake, "Go"));
    assert_int_equal(report().reloads, 2); /* begun and ended */
    assert_int_equal(report().reload_result, SHMB_RELOAD_APPLIED);
    assert_int_equal(report().held, 3);
    assert_true(told("Fresh", "create", "done"));
    assert_true(told("Plain", "retire", "done"));
    assert_true(told("Go", "retire", "done"));
    assert_non_null(strstr(report_text, "reload\t2\tkeep\tdone\n"));
}

static void look_up(const char *name, struct shmb_entry *out)
{
    const struct fake_object *root = fake_find(fake, SHMB_ROOT_NAME), *table;
    struct shmb_root_slot slot;
    struct shmb_table_view view;
    struct shmb_entry_view entry;
    char table_name[SHMB_TABLE_NAME_BYTES];

    assert_int_equal(shmb_root_read(root->content, root->content_length, &slot), SHMB_READ_OK);
    shmb_table_name(slot.suffix, table_name);
    table = fake_find(fake, table_name);
    assert_int_equal(shmb_table_check(table->content, table->content_length, &slot, &view),
                     SHMB_READ_OK);
    assert_int_equal(shmb_table_find(&view, name, strlen(name), &entry), SHMB_READ_OK);
    *out = entry.entry;
}

static bool listed_with(const char *name, uint32_t flag)
{
    struct shmb_entry entry;

    look_up(name, &entry);
    return (entry.flags & flag) != 0;
}

static void add_and_remove_notify(size_t number)
{
    if (number == 1) {
        assert_null(fake_find(fake, "Prices.changed.0"));
        assert_false(listed_with("Prices", SHMB_ENTRY_NOTIFY));
        content = fake_find(fake, "Prices")->content;
        change(HEAD "  Prices: { size: 64, notify: true, initial: { text: none } }\n");
    } else if (number == 2) {
        assert_ptr_equal(fake_find(fake, "Prices")->content, content);
        assert_non_null(fake_find(fake, "Prices.changed.0"));
        assert_true(fake_find(fake, "Prices.changed.3")->spec.manual_reset);
        assert_non_null(strstr(fake_find(fake, "Prices.changed.3")->sddl, "(A;;0x120001;;;"));
        assert_true(told("Prices.changed.2", "create", "done"));
        assert_true(listed_with("Prices", SHMB_ENTRY_NOTIFY));
        assert_true(listed_with("Prices.changed.1", SHMB_ENTRY_COMPANION));
        fake_anew(fake, "Prices.changed.1");
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else if (number == 3) {
        assert_true(told("Prices.changed.1", "recreate", "done"));
        assert_int_equal(fake_find(fake, "Prices.changed.1")->spec.kind, SHMB_EVENT);
        change(HEAD "  Prices: { size: 64, initial: { text: none } }\n");
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
    live(add_and_remove_notify, 4);
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_DEFERRED), 0);
}

static void what_is_new_comes_and_what_is_gone_goes(void **state)
{
    (void)state;
    live(create_keep_retire, 2);
    assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 1);
}

static void change_access(size_t number)
{
    if (number == 1) {
        change("version: 1\ndefaults: { access: { read: Users, write: 'CORP\\Traders' } }\n"
               "segments:\n  Prices: { size: 64, initial: { text: none } }\n"
               "  Plain: { size: 4 KiB, lock: none }\nevents: { Go: { reset: manual } }\n");
        return;
    }
    assert_non_null(strstr(fake_find(fake, "Prices")->sddl, "(A;;0x20007;;;S-1-5-21-1-2-3-1001)"));
    assert_non_null(strstr(fake_find(fake, "Go")->sddl, "S-1-5-21-1-2-3-1001"));
    assert_non_null(
        strstr(fake_find(fake, "ShmBroker.Control.1")->sddl, "0x20007;;;S-1-5-21-1-2-3-1001"));
    assert_null(fake_find(fake, "ShmBroker.Control.2"));
    assert_true(told("Prices", "access", "done; programs that have it open keep what they have"));
}

static void access_changes_in_place(void **state)
{
    (void)state;
    live(change_access, 2);
}

static void refuse_errors(size_t number)
{
    if (number == 1) {
        change(HEAD "  Prices: { size: 65, colour: red }\n");
        return;
    }
    assert_int_equal(fake_event_count(fake, EVENT_RELOAD_REFUSED), 1);
    assert_int_equal(report().reload_result, SHMB_RELOAD_REFUSED);
    assert_non_null(strstr(report_text, "message\t" FILE_NAME ":4:23\terror\t"));
    assert_non_null(fake_find(fake, "Plain"));
    assert_int_equal(fake_find(fake, "Prices")->spec.size, 64);
}

static void errors_change_nothing(void **state)
{
    (void)state;
    live(refuse_errors, 2);
}

static void defer_size(size_t number)
{
    if (number == 1) {
        change(HEAD "  Prices: { size: 128, lock: none }\n  Plain: { size: 4 KiB, lock: none }\n"
                    "events: { Go: { reset: auto, access: { write: Users } } }\n");
    } else if (number == 2) {
        assert_int_equal(fake_events_about(fake, EVENT_OBJECT_DEFERRED, "Prices"), 1);
        assert_int_equal(fake_find(fake, "Prices")->spec.size, 64);
        assert_int_equal(fake_find(fake, "Prices.lock")->handles, 1); /* its clients use it */
        assert_true(told("Prices", "defer", "the size cannot change from 64 to 128 bytes"));
        assert_true(told("Go", "defer", "the reset cannot change from manual to auto"));
        assert_int_equal(report().reload_result, SHMB_RELOAD_INCOMPLETE);
        fake_anew(fake, "prices");
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else {
        assert_int_equal(fake_find(fake, "Prices")->spec.size, 128);
        assert_memory_equal(fake_find(fake, "Prices")->content, "none", 4); /* copied over */
        assert_null(fake_find(fake, "Prices.lock"));
        assert_true(told("Prices", "recreate", "done"));
    }
}

static void a_size_changes_only_when_asked_for(void **state)
{
    (void)state;
    live(defer_size, 3);
}

static void recreate_in_use(size_t number)
{
    if (number == 1) {
        fake_client_open(fake, "Prices");
        content = fake_find(fake, "Prices")->content;
        fake_anew(fake, "Prices");
        change(HEAD "  Prices: { size: 128 }\n");
    } else {
        assert_ptr_equal(fake_find(fake, "Prices")->content, content);
        assert_int_equal(fake_find(fake, "Prices")->handles, 1);
        assert_true(told("Prices", "recreate", "somebody has it open"));
        fake_client_close(fake, "Prices");
    }
}

static void what_is_open_is_not_made_anew(void **state)
{
    (void)state;
    live(recreate_in_use, 2);
}

static size_t failing; /* which call of the reload */

static void recreate_as_event(size_t number)
{
    const struct fake_object *prices = fake_find(fake, "Prices");

    if (number == 1) {
        fake_anew(fake, "Prices");
        change(HEAD
               "  Plain: { size: 4 KiB, lock: none }\nevents: { Prices: { reset: manual } }\n");
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
            assert_int_equal(tear_down(state) + set_up(state), 0);
        failing = n;
        live(recreate_as_event, 2);
    }
    assert_true(n > 10);
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
        change(HEAD "  Prices: { size: 128 }\n");
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
    live(recreate_too_late, 2);
}

static void come_back(size_t number)
{
    if (number == 1) {
        fake_client_open(fake, "Plain");
        change(HEAD "  Prices: { size: 64 }\n");
    } else if (number == 2) {
        assert_int_equal(fake_find(fake, "Plain")->handles, 0);
        content = fake_find(fake, "Plain")->content;
        change(first);
    } else {
        assert_int_equal(fake_find(fake, "Plain")->handles, 1);
        assert_ptr_equal(fake_find(fake, "Plain")->content, content);
        assert_true(told("Plain", "adopt", "done"));
        fake_client_close(fake, "Plain");
    }
}

/* Of the first two segments, in the section they share. */
static struct shmb_block *block_of(const char *name)
{
    const uint32_t block = strcmp(name, "Two") == 0;
    uint8_t *control = fake_find(fake, "ShmBroker.Control.1")->content;

    return (struct shmb_block *)(void *)(control + sizeof(struct shmb_control)) + block;
}

static const char *left_over; /* what stays while Two is not asked for */

static void return_to_the_block(size_t number)
{
    struct shmb_entry entry;

    if (number == 1) {
        fake_client_open(fake, "Two");
        fake_client_open(fake, "ShmBroker.Control.1");
        block_of("Two")->sequence = 6;
        block_of("Two")->abandoned = SHMB_DIED_OWNING;
        change(left_over);
    } else if (number == 2) {
        assert_int_equal(fake_find(fake, "Two")->handles, 0);
        change(PAIR(""));
    } else {
        assert_true(told("Two", "adopt", "done"));
        look_up("Two", &entry);
        assert_int_equal(entry.control, 1);
        assert_int_equal(entry.control_block, 1);
        assert_int_equal(block_of("Two")->generation, entry.generation);
        assert_int_equal(block_of("Two")->sequence, 6);
        assert_int_equal(block_of("Two")->abandoned, SHMB_DIED_OWNING);
        look_up("One", &entry);
        assert_true(entry.control != 1 || entry.control_block != 1);
        assert_int_equal(fake_find(fake, "ShmBroker.Control.1")->handles, 1);
        fake_client_close(fake, "Two");
        fake_client_close(fake, "ShmBroker.Control.1");
    }
}

static void what_returns_has_the_block_its_users_have(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, PAIR(""));
    left_over = HEAD "  One: { size: 10 }\n";
    live(return_to_the_block, 3);
}

static void what_returns_when_its_section_has_gone_has_the_same_block(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, PAIR(""));
    left_over = HEAD "  Other: { size: 10, access: { write: Users } }\n";
    live(return_to_the_block, 3);
}

static void return_to_another_set(size_t number)
{
    struct shmb_entry entry;

    if (number < 2) {
        return_to_the_block(number);
    } else if (number == 2) {
        change(PAIR(", access: { write: Users }"));
    } else {
        assert_true(block_of("Two")->generation == SHMB_BLOCK_MOVED);
        look_up("Two", &entry);
        assert_int_not_equal(entry.control, 1);
        fake_client_close(fake, "Two");
        fake_client_close(fake, "ShmBroker.Control.1");
    }
}

static void what_returns_with_another_access_tells_its_users(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, PAIR(""));
    left_over = HEAD "  One: { size: 10 }\n";
    live(return_to_another_set, 3);
}

static void what_returns_while_clients_hold_it_is_adopted(void **state)
{
    (void)state;
    fake_owner(fake, "S-1-5-32-544"); /* only what is remembered proves it */
    live(come_back, 3);
}

static uint32_t publication(void)
{
    return ((const struct shmb_root *)(const void *)fake_find(fake, SHMB_ROOT_NAME)->content)
        ->publication;
}

static void hold_and_go(size_t number)
{
    (void)number;
    fake_client_open(fake, "Prices");
    fake_client_open(fake, "ShmBroker.Control.1");
    fake_client_open(fake, SHMB_ROOT_NAME);
    fake_find(fake, "Prices")->content[5] = 77;
    fake_find(fake, "ShmBroker.Control.1")->content[64 + 8] = 1; /* abandoned */
    fake_clock(fake, FAKE_STARTED + 1000);
}

static void find_again(size_t number)
{
    const struct fake_object *prices = fake_find(fake, "Prices");

    (void)number;
    assert_int_equal(prices->handles, 1);
    assert_int_equal(prices->content[5], 77);
    assert_int_equal(fake_find(fake, "ShmBroker.Control.1")->handles, 1);
    assert_int_equal(fake_find(fake, "ShmBroker.Control.1")->content[64 + 8], 1);
    assert_int_equal(fake_find(fake, SHMB_ROOT_NAME)->clients, 1);
    assert_int_equal(publication(), 2);
    assert_int_equal(report().held, 4);
    assert_int_equal(report().result, SHMB_REPORT_COMPLETE);
}

static void check_adopted(const char *owner)
{
    char generation[64];

    fake_owner(fake, owner);
    live(hold_and_go, 1);
    (void)snprintf(generation, sizeof(generation), "%s",
                   strstr(fake_state_text(fake, STATE_FILE), "object section 64 "));
    *strchr(generation + 18, ' ') = '\0';
    at_wait = find_again;
    fake_stop_at(fake, FAKE_WAIT, 2);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
    assert_non_null(strstr(fake_state_text(fake, STATE_FILE), generation));
    assert_int_equal(fake_event_count(fake, EVENT_OBJECT_CONFLICT) +
                         fake_event_count(fake, EVENT_PUBLICATION_CONFLICT) +
                         fake_event_count(fake, EVENT_OBJECT_ADOPTED),
                     0);
    fake_client_close(fake, "Prices");
    fake_client_close(fake, "ShmBroker.Control.1");
    fake_client_close(fake, SHMB_ROOT_NAME);
}

static void what_clients_kept_is_found_again(void **state)
{
    check_adopted("S-1-5-80-1-2-3-4-5");
    tear_down(state);
    set_up(state);
    check_adopted("S-1-5-32-544");
}

static void conflict(size_t number)
{
    (void)number;
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_CONFLICT, "Prices"), 1);
    assert_int_equal(fake_find(fake, "Prices")->handles, 0);
}

static void without_proof_it_is_a_stranger_s(void **state)
{
    (void)state;
    fake_owner(fake, "S-1-5-32-544");
    live(hold_and_go, 1);
    fake_boot(fake, "boot-2"); /* the state speaks of objects that cannot be these */
    at_wait = conflict;
    fake_stop_at(fake, FAKE_WAIT, 2);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
    fake_client_close(fake, "Prices");
    fake_client_close(fake, "ShmBroker.Control.1");
    fake_client_close(fake, SHMB_ROOT_NAME);
}

static void other_size(size_t number)
{
    (void)number;
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_DEFERRED, "Prices"), 1);
    assert_int_equal(fake_find(fake, "Prices")->handles, 1);
}

static void the_exact_size_clients_were_told_stays(void **state)
{
    (void)state;
    live(hold_and_go, 1);
    fake_file(fake, FILE_NAME, HEAD "  Prices: { size: 65 }\n");
    at_wait = other_size;
    fake_stop_at(fake, FAKE_WAIT, 2);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
    assert_non_null(strstr(fake_state_text(fake, STATE_FILE), "object section 64 "));
    fake_client_close(fake, "Prices");
    fake_client_close(fake, "ShmBroker.Control.1");
    fake_client_close(fake, SHMB_ROOT_NAME);
}

static void a_newer_state_is_not_touched(void **state)
{
    static const char newer[] = "shmbroker-state 2\nwhatever\n";

    (void)state;
    fake_state_file(fake, STATE_FILE, newer);
    assert_int_not_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
    assert_int_equal(fake_event_count(fake, EVENT_STATE_NEWER), 1);
    assert_string_equal(fake_state_text(fake, STATE_FILE), newer);
    assert_int_equal(fake_calls(fake, FAKE_CREATE), 0);
}

static void look_on(size_t number)
{
    (void)number;
}

static void hold_the_directory(size_t number)
{
    (void)number;
    fake_client_open(fake, SHMB_ROOT_NAME);
}

/* One that clients have kept of a broker with another order of it, ours to judge by its owner. */
static void a_newer_directory_is_not_touched(void **state)
{
    struct shmb_root *root;
    size_t protected;

    (void)state;
    live(hold_the_directory, 1);
    root = (struct shmb_root *)(void *)fake_find(fake, SHMB_ROOT_NAME)->content;
    root->abi_version = SHMB_ABI_VERSION + 1;
    root->broker_pid = 1;
    protected = fake_calls(fake, FAKE_PROTECT);
    fake_stop_at(fake, FAKE_WAIT, 2);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_SYSTEM);
    assert_int_equal(fake_event_count(fake, EVENT_DIRECTORY_NEWER), 1);
    assert_null(fake_find(fake, "Prices"));
    assert_int_equal(fake_calls(fake, FAKE_PROTECT), protected);
    assert_int_equal(root->broker_pid, 1);
    /* One of this version stops nothing. */
    root->abi_version = SHMB_ABI_VERSION;
    at_wait = look_on;
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
    assert_int_equal(root->broker_pid, FAKE_PROCESS);
    fake_client_close(fake, SHMB_ROOT_NAME);
    assert_int_equal(fake_event_count(fake, EVENT_DIRECTORY_NEWER), 1);
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
        published = publication();
        if (failing > 0)
            fake_fail_nth(fake, fake_can_fail_calls(fake) + failing, failure);
        calls_of_reload = fake_can_fail_calls(fake);
        change("version: 1\ndefaults: { access: { read: Users, write: 'CORP\\Traders' } }\n"
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
    assert_int_equal(publication(), published);
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
    live(fail_in_reload, 2);
    calls = calls_of_reload;
    assert_in_range(calls, 15, 60);
    for (failing = 1; failing <= calls; failing++) {
        for (how = 0; how < sizeof(kinds) / sizeof(kinds[0]); how++) {
            tear_down(state);
            set_up(state);
            failure = kinds[how];
            live(fail_in_reload, 2);
        }
    }
    assert_in_range(refused, 30, calls * 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(users_of_a_block_that_moves_are_told),
        TEST(what_is_new_comes_and_what_is_gone_goes),
        TEST(change_events_come_and_go_beside_their_segment),
        TEST(access_changes_in_place),
        TEST(errors_change_nothing),
        TEST(a_size_changes_only_when_asked_for),
        TEST(what_is_open_is_not_made_anew),
        TEST(what_cannot_become_another_kind_keeps_its_content),
        TEST(a_stranger_who_takes_a_name_in_between_gets_nothing),
        TEST(what_returns_while_clients_hold_it_is_adopted),
        TEST(what_returns_has_the_block_its_users_have),
        TEST(what_returns_when_its_section_has_gone_has_the_same_block),
        TEST(what_returns_with_another_access_tells_its_users),
        TEST(what_clients_kept_is_found_again),
        TEST(without_proof_it_is_a_stranger_s),
        TEST(the_exact_size_clients_were_told_stays),
        TEST(a_newer_state_is_not_touched),
        TEST(a_newer_directory_is_not_touched),
        TEST(each_call_of_a_reload_fails),
    };

    return cmocka_run_group_tests_name("test_apply", tests, NULL, NULL);
}
