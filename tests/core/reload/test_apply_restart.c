/* A broker that starts again on what clients have kept. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "control.h"
#include "directory.h"
#include "lifecycle.h"
#include "reloads.h"
#include "state.h"

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
    assert_int_equal(reloads_publication(), 2);
    assert_int_equal(reloads_report().held, 4);
    assert_int_equal(reloads_report().result, SHMB_REPORT_COMPLETE);
}

static void check_adopted(const char *owner)
{
    char generation[64];

    fake_owner(fake, owner);
    reloads_live(hold_and_go, 1);
    (void)snprintf(generation, sizeof(generation), "%s",
                   strstr(fake_state_text(fake, STATE_FILE), "object section 64 "));
    *strchr(generation + 18, ' ') = '\0';
    reloads_live(find_again, 2);
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
    reloads_end(state);
    reloads_begin(state);
    check_adopted("S-1-5-32-544");
}

static void conflict(size_t number)
{
    (void)number;
    assert_int_equal(fake_events_about(fake, EVENT_OBJECT_CONFLICT, "Prices"), 1);
    assert_int_equal(fake_find(fake, "Prices")->handles, 0);
}

/* How often the broker has looked into an object that is not one of its own sections. */
static size_t looks_inside(void)
{
    size_t i, count, looks = 0;
    const struct fake_record *records = fake_records(fake, &count);

    for (i = 0; i < count; i++)
        looks += (records[i].call == FAKE_MAP || records[i].call == FAKE_PEEK) &&
                 strncmp(records[i].name, "ShmBroker.", 10) != 0;
    return looks;
}

static void change_and_recreate(size_t number)
{
    if (number == 1) {
        reloads_change(HEAD "  Prices: { size: 65, access: { write: Users }, notify: true }\n");
    } else if (number == 2) {
        assert_int_equal(looks_inside(), 0);
        fake_client_close(fake, "Prices");
        fake_anew(fake, "Prices");
        reloads_change(HEAD "  Prices: { size: 65 }\n");
    } else {
        assert_true(reloads_told("Prices", "recreate", "done"));
        assert_int_equal(looks_inside(), 1); /* to copy the content */
    }
}

/* Start, adoption, reload, stop: what programs write in a segment decides nothing. */
static void no_byte_of_a_segment_is_looked_at(void **state)
{
    (void)state;
    reloads_live(hold_and_go, 1);
    reloads_live(change_and_recreate, 3);
    fake_client_close(fake, "ShmBroker.Control.1");
    fake_client_close(fake, SHMB_ROOT_NAME);
}

static void without_proof_it_is_a_stranger_s(void **state)
{
    (void)state;
    fake_owner(fake, "S-1-5-32-544");
    reloads_live(hold_and_go, 1);
    fake_boot(fake, "boot-2"); /* the state speaks of objects that cannot be these */
    reloads_live(conflict, 2);
    fake_client_close(fake, "Prices");
    fake_client_close(fake, "ShmBroker.Control.1");
    fake_client_close(fake, SHMB_ROOT_NAME);
}

static void open_the_mutex(size_t number)
{
    (void)number;
    fake_client_open(fake, "M");
}

static const char back_to_a_mutex[] =
    "version: 1\nmutexes: { M: { access: { write: CORP\\Traders } } }\n";

static void make_it_a_mutex_again(size_t number)
{
    if (number == 2) {
        assert_int_equal(fake_events_about(fake, EVENT_OBJECT_DEFERRED, "M"), 1);
        assert_int_equal(fake_find(fake, "M")->spec.kind, SHMB_MUTEX);
        reloads_change(back_to_a_mutex);
        return;
    }
    assert_true(reloads_told("M", "access", "done"));
    assert_non_null(strstr(fake_find(fake, "M")->sddl, "S-1-5-21-1-2-3-1001"));
}

/* Its access was that of the first configuration all the time. */
static void what_was_another_kind_gets_the_access_of_its_own(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, "version: 1\nmutexes: { M: { access: { write: Users } } }\n");
    reloads_live(open_the_mutex, 1);
    fake_file(fake, FILE_NAME,
              "version: 1\nevents: { M: { reset: manual, access: { write: CORP\\Traders } } }\n");
    reloads_live(make_it_a_mutex_again, 3);
    fake_client_close(fake, "M");
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
    reloads_live(hold_and_go, 1);
    fake_file(fake, FILE_NAME, HEAD "  Prices: { size: 65 }\n");
    reloads_live(other_size, 2);
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
    reloads_live(hold_the_directory, 1);
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
    reloads_live(look_on, 2);
    assert_int_equal(root->broker_pid, FAKE_PROCESS);
    fake_client_close(fake, SHMB_ROOT_NAME);
    assert_int_equal(fake_event_count(fake, EVENT_DIRECTORY_NEWER), 1);
}

/* Of the first segment in the first section. */
static const struct shmb_block *prices_block(void)
{
    uint8_t *control = fake_find(fake, "ShmBroker.Control.1")->content;

    return (const struct shmb_block *)(const void *)(control + sizeof(struct shmb_control));
}

static void find_it_disowned(size_t number)
{
    (void)number;
    assert_int_equal(fake_find(fake, "Prices")->handles, 0);
    assert_true(prices_block()->generation == SHMB_BLOCK_MOVED);
    assert_int_equal(prices_block()->abandoned, 1);
}

static void find_it_back(size_t number)
{
    struct shmb_entry entry;

    (void)number;
    entry = reloads_entry("Prices");
    assert_int_equal(entry.control, 1);
    assert_int_equal(prices_block()->generation, entry.generation);
    assert_int_equal(prices_block()->abandoned, 1);
}

/* The configuration was changed while no broker ran. */
static void who_uses_what_a_start_left_out_is_told(void **state)
{
    (void)state;
    reloads_live(hold_and_go, 1);
    fake_file(fake, FILE_NAME, HEAD "  Plain: { size: 4 KiB, lock: none }\n");
    reloads_live(find_it_disowned, 2);
    fake_file(fake, FILE_NAME, reloads_first);
    reloads_live(find_it_back, 3);
    fake_client_close(fake, "Prices");
    fake_client_close(fake, "ShmBroker.Control.1");
    fake_client_close(fake, SHMB_ROOT_NAME);
}

static void hold_plain_too(size_t number)
{
    hold_and_go(number);
    fake_client_open(fake, "Plain");
}

static void find_it_disowned_in_use(size_t number)
{
    assert_int_equal(fake_find(fake, "ShmBroker.Control.1")->handles, 1);
    find_it_disowned(number);
}

static void so_is_who_shares_a_section_with_others(void **state)
{
    (void)state;
    reloads_live(hold_plain_too, 1);
    fake_file(fake, FILE_NAME, HEAD "  Plain: { size: 4 KiB, lock: none }\n");
    reloads_live(find_it_disowned_in_use, 2);
    fake_client_close(fake, "Plain");
    fake_client_close(fake, "Prices");
    fake_client_close(fake, "ShmBroker.Control.1");
    fake_client_close(fake, SHMB_ROOT_NAME);
}

static void hold_the_bytes_alone(size_t number)
{
    (void)number;
    fake_client_open(fake, "Prices");
    fake_clock(fake, FAKE_STARTED + 1000);
}

/* Plain has the block now that Prices had, in a new section of the same number. */
static void find_the_other_unharmed(size_t number)
{
    struct shmb_entry plain, prices;

    plain = reloads_entry("Plain");
    assert_int_equal(plain.control, 1);
    assert_int_equal(plain.control_block, 0);
    assert_int_equal(prices_block()->generation, plain.generation);
    if (number == 2) {
        reloads_change(reloads_first);
        return;
    }
    prices = reloads_entry("Prices");
    assert_true(prices.control != plain.control || prices.control_block != plain.control_block);
    assert_int_not_equal(prices.control, 0);
}

static void a_block_of_a_former_section_is_nobody_s(void **state)
{
    (void)state;
    reloads_live(hold_the_bytes_alone, 1);
    fake_file(fake, FILE_NAME, HEAD "  Plain: { size: 4 KiB, lock: none }\n");
    reloads_live(find_the_other_unharmed, 3);
    fake_client_close(fake, "Prices");
}

/* How often a broker has looked for the control section. */
static size_t looks_for_control(void)
{
    size_t i, count, looks = 0;
    const struct fake_record *records = fake_records(fake, &count);

    for (i = 0; i < count; i++)
        looks += records[i].call == FAKE_INSPECT && records[i].name != NULL &&
                 strcmp(records[i].name, "ShmBroker.Control.1") == 0;
    return looks;
}

static void hold_both(size_t number)
{
    (void)number;
    fake_client_open(fake, "One");
    fake_client_open(fake, "Two");
}

static void hold_one(size_t number)
{
    (void)number;
    fake_client_open(fake, "One");
}

static void nothing(size_t number)
{
    struct shmb_entry one;

    (void)number;
    one = reloads_entry("One");
    assert_int_not_equal(one.control, 0);
}

static size_t looks_of_a_start(void (*hold)(size_t number))
{
    size_t before;

    fake_file(fake, FILE_NAME, PAIR(""));
    reloads_live(hold, 1);
    before = looks_for_control();
    reloads_live(nothing, 2);
    fake_client_close(fake, "One");
    if (hold == hold_both)
        fake_client_close(fake, "Two");
    return looks_for_control() - before;
}

/* Its segments are many: each of them would look for it. */
static void a_section_that_is_gone_is_looked_for_once(void **state)
{
    size_t one = looks_of_a_start(hold_one), both;

    assert_int_not_equal(one, 0);
    reloads_end(state);
    reloads_begin(state);
    both = looks_of_a_start(hold_both);
    assert_int_equal(both, one);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reloads_begin, reloads_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_clients_kept_is_found_again),
        TEST(no_byte_of_a_segment_is_looked_at),
        TEST(without_proof_it_is_a_stranger_s),
        TEST(what_was_another_kind_gets_the_access_of_its_own),
        TEST(the_exact_size_clients_were_told_stays),
        TEST(a_newer_state_is_not_touched),
        TEST(a_newer_directory_is_not_touched),
        TEST(who_uses_what_a_start_left_out_is_told),
        TEST(so_is_who_shares_a_section_with_others),
        TEST(a_block_of_a_former_section_is_nobody_s),
        TEST(a_section_that_is_gone_is_looked_for_once),
    };

    return cmocka_run_group_tests_name("test_apply_restart", tests, NULL, NULL);
}
