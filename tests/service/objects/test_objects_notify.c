/* Changes that are told through what the broker makes: change events and the waiters section. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "shmb.h"

#define NAME    "ShmbTest.Watched"
#define WAITERS "Global\\ShmBroker.Waiters.1"
#define CONTROL "Global\\ShmBroker.Control.1"

static const char configuration[] = "version: 1\n"
                                    "defaults:\n"
                                    "  access: { read: [Users], write: [Interactive] }\n"
                                    "segments:\n"
                                    "  " NAME ": { size: 64, notify: true }\n";

static const struct launch writer = {.standard_user = true};
static const struct launch reader = {.standard_user = true, .deny = "IU"};

static int start_broker(void **state)
{
    *state = broker_run_session0(configuration);
    return 0;
}

static int stop_all(void **state)
{
    return support_teardown(state);
}

/* Who may only read the segment says there that he waits; nothing more. */
static void readers_may_write_into_the_waiters_section_alone(void **state)
{
    (void)state;
    assert_string_equal(client_line(&reader, "open section " WAITERS " 0x6"), "0");
    assert_string_equal(client_line(&writer, "open section " WAITERS " 0x6"), "0");
    assert_string_equal(client_line(&reader, "open section " CONTROL " 0x6"), "5");
    assert_string_equal(client_line(&reader, "open section " WAITERS " 0x40000"), "5");
}

/* follow COUNT: says each change number, by the event of a subscription. */
static int follow(int argc, char **argv)
{
    shmb_subscription *subscription;
    shmb_segment *segment;
    uint64_t seen = 0, number;
    void *event;
    int left = atoi(argv[0]);

    (void)argc;
    if (shmb_open(NAME, SHMB_READ, 0, &segment) != SHMB_OK ||
        shmb_subscribe(segment, 0, &subscription, &event) != SHMB_OK)
        return 1;
    client_say("follows");
    while (left > 0 && WaitForSingleObject(event, SUPPORT_DEADLINE_MS) == WAIT_OBJECT_0) {
        if (shmb_change_number(segment, &number) != SHMB_OK)
            return 2;
        if (number == seen)
            continue;
        seen = number;
        client_say("%u", (unsigned)number);
        left--;
    }
    shmb_unsubscribe(subscription);
    shmb_close(segment);
    return left;
}

/* change: changes the segment once. */
static int change(int argc, char **argv)
{
    shmb_segment *segment;
    int32_t result;

    (void)argc;
    (void)argv;
    result = shmb_open(NAME, SHMB_WRITE, SUPPORT_DEADLINE_MS, &segment);
    if (result == SHMB_OK)
        result = shmb_update(segment, 0, "a", 1, SUPPORT_DEADLINE_MS, NULL);
    client_say("%d", result);
    return 0;
}

/* Also when the broker was killed meanwhile, and the next one has adopted it all. */
static void a_reader_is_told_of_changes(void **state)
{
    struct child *follows = client_start(&reader, "follow 3");

    child_expect(follows, "follows");
    assert_string_equal(client_line(&writer, "change"), "0");
    child_expect(follows, "1");
    child_kill(*state);
    *state = broker_run_session0(configuration);
    assert_string_equal(client_line(&writer, "change"), "0");
    child_expect(follows, "2");
    assert_string_equal(client_line(&reader, "open section " WAITERS " 0x6"), "0");
    assert_string_equal(client_line(&writer, "change"), "0");
    child_expect(follows, "3");
    assert_int_equal(child_end(follows), 0);
}

static const struct verb verbs[] = {{"follow", 1, follow}, {"change", 0, change}};

#define HELD(test) cmocka_unit_test_setup_teardown(test, start_broker, stop_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELD(readers_may_write_into_the_waiters_section_alone),
        HELD(a_reader_is_told_of_changes),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
