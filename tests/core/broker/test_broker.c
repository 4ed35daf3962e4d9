/* The broker over a healthy system, and with names that are taken. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "names.h"
#include "broker.h"
#include "fake_system.h"
#include "sample.h"

#define OWNER     SHMB_SERVICE_SID
#define PUBLISHED 4 /* root, report, control section, table; the first two before the objects */

struct world {
    struct fake *fake;
    struct trustees *known;
    struct cfg_messages messages;
    struct sample sample;
    struct inventory *inventory;
    struct broker *broker;
    struct sys_failure why;
};

static struct world w;

static int set_up(void **state)
{
    (void)state;
    memset(&w, 0, sizeof(w));
    w.fake = fake_new();
    w.known = trustees_new(fake_system(w.fake));
    cfg_messages_init(&w.messages);
    fake_owner(w.fake, OWNER);
    fake_account(w.fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    sample_rich(&w.sample);
    return inventory_build(&w.sample.cfg, w.known, &w.messages, &w.inventory) != SYS_OK;
}

static int tear_down(void **state)
{
    (void)state;
    inventory_free(w.inventory);
    trustees_free(w.known);
    cfg_messages_free(&w.messages);
    sample_free(&w.sample);
    fake_free(w.fake);
    return 0;
}

static void start(void)
{
    assert_int_equal(broker_start(fake_system(w.fake), w.inventory, &w.broker, &w.why), SYS_OK);
    assert_non_null(w.broker);
}

static void check_counts(size_t held, size_t missing)
{
    assert_int_equal(broker_counts(w.broker).held, held);
    assert_int_equal(broker_counts(w.broker).missing, missing);
    assert_int_equal(fake_held(w.fake), held);
}

static size_t event_total(void)
{
    size_t count;

    (void)fake_events(w.fake, &count);
    return count;
}

static void all_objects_with_their_descriptors(void **state)
{
    static const char head[] = "O:" OWNER "G:S-1-5-18D:P";
    const struct fake_object *object;

    (void)state;
    start();
    check_counts(6, 0);
    assert_int_equal(broker_retry_delay(w.broker), UINT32_MAX);
    assert_int_equal(event_total(), 0);
    object = fake_find(w.fake, "Plain");
    assert_string_equal(object->sddl,
                        "O:" OWNER "G:S-1-5-18D:P(A;;0xf001f;;;" OWNER ")(A;;0xf001f;;;S-1-5-18)"
                        "(A;;0xf001f;;;S-1-5-32-544)(A;;0x20005;;;S-1-5-32-545)"
                        "(A;;0x20007;;;S-1-5-21-1-2-3-1001)");
    assert_int_equal(strncmp(fake_find(w.fake, "Go")->sddl, head, strlen(head)), 0);
    assert_non_null(strstr(fake_find(w.fake, "Prices.lock")->sddl, "(A;;0x20000;;;S-1-5-32-545)"));
    assert_non_null(strstr(fake_find(w.fake, "Go")->sddl, "(A;;0x120001;;;S-1-5-32-545)"));
    assert_non_null(strstr(fake_find(w.fake, "Licences")->sddl, "(A;;0x120003;;;S-1-5-21-1-2-3-1"));
    /* One for each kind, one for the claim, one for a section that is not filled yet; published. */
    assert_int_equal(fake_calls(w.fake, FAKE_DESCRIPTOR), 6 + PUBLISHED);
    assert_int_equal(fake_published(w.fake), PUBLISHED);
    assert_int_equal(fake_calls(w.fake, FAKE_PROGRESS), 7); /* one was for the look-up */
    assert_int_equal(broker_stop(w.broker), 6);
    assert_int_equal(fake_calls(w.fake, FAKE_PROGRESS), 13);
    assert_null(fake_find(w.fake, "Plain"));
}

static void readers_of_an_open_lock_may_wait(void **state)
{
    (void)state;
    w.inventory->items[0].readers_may_wait = true;
    start();
    assert_non_null(strstr(fake_find(w.fake, "Prices.lock")->sddl, "(A;;0x120001;;;S-1-5-32-545)"));
    /* The same set, but not for other mutexes. */
    assert_non_null(strstr(fake_find(w.fake, "Single")->sddl, "(A;;0x20000;;;S-1-5-32-545)"));
    broker_stop(w.broker);
}

static void content_is_there_before_anybody_may_look(void **state)
{
    const struct fake_object *prices;
    const struct fake_record *records;
    size_t i, count, order = 0;

    (void)state;
    start();
    prices = fake_find(w.fake, "Prices");
    assert_int_equal(prices->content_length, 64);
    assert_memory_equal(prices->content, "none\xEE\xEE", 6);
    assert_int_equal(prices->content[63], 0xEE);
    assert_string_equal(prices->first_sddl,
                        "O:" OWNER "G:S-1-5-18D:P(A;;0xf001f;;;" OWNER ")(A;;0xf001f;;;S-1-5-18)"
                        "(A;;0xf001f;;;S-1-5-32-544)");
    assert_string_equal(prices->sddl, fake_find(w.fake, "Plain")->sddl);
    records = fake_records(w.fake, &count);
    for (i = 0; i < count; i++) {
        static const enum fake_call wanted[] = {FAKE_CREATE, FAKE_FILL, FAKE_PROTECT};

        if (strcmp(records[i].name, "Prices") == 0)
            assert_int_equal(records[i].call, wanted[order++]);
    }
    assert_int_equal(order, 3);
    assert_int_equal(fake_calls(w.fake, FAKE_FILL), 1); /* the others hold zeros as they are */
    broker_stop(w.broker);
}

static void a_taken_name_stops_nobody_else(void **state)
{
    (void)state;
    fake_occupy(w.fake, "Prices.lock", SHMB_EVENT, "an event owned by CORP\\bob");
    start();
    check_counts(5, 1);
    assert_int_equal(event_total(), 1);
    assert_int_equal(fake_events_about(w.fake, EVENT_OBJECT_CONFLICT, "Prices.lock"), 1);
    assert_string_equal(fake_last_event(w.fake, EVENT_OBJECT_CONFLICT)->inserts[0], "mutex");
    assert_string_equal(fake_last_event(w.fake, EVENT_OBJECT_CONFLICT)->inserts[2],
                        "an event owned by CORP\\bob");
    assert_int_equal(w.inventory->items[0].state, ITEM_CONFLICT);
    assert_non_null(fake_find(w.fake, "Prices")); /* its segment */
    assert_int_equal(broker_stop(w.broker), 5);
    assert_true(fake_find(w.fake, "Prices.lock")->stranger);
}

static void a_taken_segment_does_not_stop_its_lock(void **state)
{
    (void)state;
    fake_occupy(w.fake, "Prices", SHMB_SECTION, "a section owned by CORP\\bob");
    start();
    check_counts(5, 1);
    assert_false(fake_find(w.fake, "Prices.lock")->stranger);
    assert_int_equal(fake_calls(w.fake, FAKE_FILL), 0); /* a stranger's is not written to */
    broker_stop(w.broker);
}

static void a_name_that_comes_free_is_taken_and_said_once(void **state)
{
    (void)state;
    fake_occupy(w.fake, "Go", SHMB_SECTION, "a section");
    start();
    broker_retry(w.broker);
    broker_retry(w.broker);
    assert_int_equal(event_total(), 1);
    fake_vacate(w.fake, "Go");
    broker_retry(w.broker);
    check_counts(6, 0);
    assert_int_equal(event_total(), 2);
    assert_int_equal(fake_events_about(w.fake, EVENT_OBJECT_RECOVERED, "Go"), 1);
    assert_int_equal(fake_last_event(w.fake, EVENT_OBJECT_RECOVERED)->count, 2);
    broker_retry(w.broker);
    assert_int_equal(event_total(), 2);
    broker_stop(w.broker);
}

static void a_change_of_cause_is_said(void **state)
{
    (void)state;
    fake_occupy(w.fake, "Go", SHMB_SECTION, "a section owned by bob");
    start();
    fake_vacate(w.fake, "Go");
    fake_occupy(w.fake, "Go", SHMB_MUTEX, "a mutex owned by eve");
    broker_retry(w.broker);
    broker_retry(w.broker);
    assert_int_equal(fake_events_about(w.fake, EVENT_OBJECT_CONFLICT, "Go"), 2);
    fake_fail(w.fake, FAKE_CREATE, "Go", SYS_NO_MEMORY);
    broker_retry(w.broker);
    broker_retry(w.broker);
    assert_int_equal(fake_events_about(w.fake, EVENT_OBJECT_FAILED, "Go"), 1);
    assert_string_equal(fake_last_event(w.fake, EVENT_OBJECT_FAILED)->inserts[2],
                        "CreateFileMappingW: made to fail (error 1455)");
    assert_int_equal(w.inventory->items[4].state, ITEM_FAILED);
    fake_mend(w.fake);
    broker_retry(w.broker);
    assert_int_equal(fake_events_about(w.fake, EVENT_OBJECT_CONFLICT, "Go"), 3);
    check_counts(5, 1);
    broker_stop(w.broker);
}

static void tries_become_rarer_until_something_comes(void **state)
{
    static const uint32_t wanted[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
    size_t i;

    (void)state;
    fake_occupy(w.fake, "Go", SHMB_SECTION, "a section");
    fake_occupy(w.fake, "Plain", SHMB_SECTION, "a section");
    start();
    for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        assert_int_equal(broker_retry_delay(w.broker), wanted[i]);
        broker_retry(w.broker);
    }
    fake_vacate(w.fake, "Go");
    broker_retry(w.broker);
    assert_int_equal(broker_retry_delay(w.broker), 1000);
    fake_vacate(w.fake, "Plain");
    broker_retry(w.broker);
    assert_int_equal(broker_retry_delay(w.broker), UINT32_MAX);
    broker_stop(w.broker);
}

static void asked_to_stop_it_makes_nothing_more(void **state)
{
    (void)state;
    fake_stop_at(w.fake, FAKE_CREATE, 2 + 2);
    start();
    /* The lock; its segment is made, but the stop ends the filling. */
    check_counts(1, 5);
    assert_int_equal(fake_published(w.fake), 2);
    assert_int_equal(event_total(), 0);
    broker_retry(w.broker);
    check_counts(1, 5);
    assert_int_equal(broker_stop(w.broker), 1);
}

static void refused(enum fake_call call, enum sys_status made, enum sys_status wanted,
                    enum event_id event)
{
    fake_fail(w.fake, call, NULL, made);
    w.broker = (struct broker *)&w;
    assert_int_equal(broker_start(fake_system(w.fake), w.inventory, &w.broker, &w.why), wanted);
    assert_null(w.broker);
    assert_int_equal(event_total(), 1);
    assert_int_equal(fake_event_count(w.fake, event), 1);
    assert_int_equal(fake_calls(w.fake, FAKE_CREATE), 0);
    fake_forget_events(w.fake);
}

static void what_ends_the_start(void **state)
{
    (void)state;
    refused(FAKE_IDENTIFY, SYS_DENIED, SYS_DENIED, EVENT_NO_OWNER);
    refused(FAKE_IDENTIFY, SYS_FAILED, SYS_FAILED, EVENT_START_FAILED);
    refused(FAKE_CLAIM, SYS_SECOND_BROKER, SYS_SECOND_BROKER, EVENT_SECOND_BROKER);
    refused(FAKE_CLAIM, SYS_NO_MEMORY, SYS_NO_MEMORY, EVENT_START_FAILED);
    refused(FAKE_CLAIM, SYS_FAILED, SYS_FAILED, EVENT_START_FAILED);
    /* No second broker and no missing owner, whatever the system calls it. */
    refused(FAKE_DESCRIPTOR, SYS_TAKEN, SYS_FAILED, EVENT_START_FAILED);
    refused(FAKE_DESCRIPTOR, SYS_DENIED, SYS_FAILED, EVENT_START_FAILED);
}

static void a_start_that_failed_says_what(void **state)
{
    const struct fake_event *event;

    (void)state;
    fake_fail(w.fake, FAKE_CLAIM, NULL, SYS_FAILED);
    assert_int_equal(broker_start(fake_system(w.fake), w.inventory, &w.broker, &w.why), SYS_FAILED);
    event = fake_last_event(w.fake, EVENT_START_FAILED);
    assert_int_equal(event->count, 1);
    assert_string_equal(event->inserts[0], "CreateMutexW: made to fail (error 1455)");
    assert_int_equal(w.why.code, FAKE_CODE);
}

static void a_squatter_on_the_broker_s_own_name_is_only_reported(void **state)
{
    (void)state;
    fake_fail(w.fake, FAKE_CLAIM, NULL, SYS_DENIED);
    start();
    check_counts(6, 0);
    assert_int_equal(event_total(), 1);
    assert_string_equal(fake_last_event(w.fake, EVENT_INSTANCE_SQUATTED)->inserts[0],
                        "made to fail");
    broker_stop(w.broker);
}

static void the_broker_s_own_name_is_had_when_it_comes_free(void **state)
{
    (void)state;
    fake_fail(w.fake, FAKE_CLAIM, NULL, SYS_DENIED);
    start();
    broker_retry(w.broker);
    /* Another broker came first: still not ours. */
    fake_mend(w.fake);
    fake_fail(w.fake, FAKE_CLAIM, NULL, SYS_SECOND_BROKER);
    broker_retry(w.broker);
    assert_int_equal(event_total(), 1);
    assert_int_not_equal(broker_retry_delay(w.broker), UINT32_MAX);
    fake_mend(w.fake);
    broker_retry(w.broker);
    broker_retry(w.broker);
    assert_int_equal(fake_event_count(w.fake, EVENT_INSTANCE_RECOVERED), 1);
    assert_int_equal(event_total(), 2);
    assert_int_equal(broker_retry_delay(w.broker), UINT32_MAX);
    broker_stop(w.broker);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_objects_with_their_descriptors),
        TEST(readers_of_an_open_lock_may_wait),
        TEST(content_is_there_before_anybody_may_look),
        TEST(a_taken_name_stops_nobody_else),
        TEST(a_taken_segment_does_not_stop_its_lock),
        TEST(a_name_that_comes_free_is_taken_and_said_once),
        TEST(a_change_of_cause_is_said),
        TEST(tries_become_rarer_until_something_comes),
        TEST(asked_to_stop_it_makes_nothing_more),
        TEST(what_ends_the_start),
        TEST(a_start_that_failed_says_what),
        TEST(a_squatter_on_the_broker_s_own_name_is_only_reported),
        TEST(the_broker_s_own_name_is_had_when_it_comes_free),
    };

    return cmocka_run_group_tests_name("test_broker", tests, NULL, NULL);
}
