/*
 * Change events of the real broker: made with the rights of their segment, and
 * waited for by ordinary users, in other sessions and the other bitness.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

#include "opened.h"

#define NAME "ShmbTest.Watched"

static const char configuration[] =
    "version: 1\n"
    "segments:\n"
    "  " NAME ": { size: 64, notify: true, access: { read: [Interactive] } }\n"
    "  ShmbTest.Writable: { size: 64, notify: true, access: { write: [Interactive] } }\n";

static const struct launch user = {.standard_user = true};

static int start_broker(void **state)
{
    (void)state;
    child_keep(broker_run_session0(configuration));
    return 0;
}

/* wait NUMBER: for a change after that one; what came out, and the number. */
static int wait_changed(int argc, char **argv)
{
    uint64_t number = strtoull(argv[0], NULL, 10);
    shmb_segment *segment;
    int32_t result = shmb_open(NAME, SHMB_READ, 0, &segment);

    (void)argc;
    client_say("%ld", (long)result);
    if (result != SHMB_OK)
        return 1;
    result = shmb_wait_changed(segment, &number, SUPPORT_DEADLINE_MS);
    client_say("%ld: %llu", (long)result, (unsigned long long)number);
    shmb_close(segment);
    return 0;
}

/* change: in the segment that users may write. */
static int change(int argc, char **argv)
{
    shmb_segment *segment;
    int32_t result = shmb_open("ShmbTest.Writable", SHMB_WRITE, 0, &segment);

    (void)argc;
    (void)argv;
    if (result == SHMB_OK)
        result = shmb_update(segment, 0, "a", 1, 0, NULL);
    client_say("%ld", (long)result);
    return 0;
}

static void readers_may_wait_and_not_signal(void **state)
{
    unsigned i;

    (void)state;
    for (i = 0; i < 4; i++) {
        char line[SUPPORT_LINE_MAX / 256];

        snprintf(line, sizeof(line), "open event Global\\" NAME ".changed.%u 0x120001 0x2 0x40000",
                 i);
        assert_string_equal(client_line(&user, "%s", line), "0 5 5");
    }
    assert_string_equal(
        client_line(&user, "open event Global\\ShmbTest.Writable.changed.0 0x120003 0x40000"),
        "0 5");
    assert_string_equal(client_line(&user, "open event Global\\" NAME ".changed.4 0x100000"), "2");
}

static void the_directory_says_what_can_be_waited_for(void **state)
{
    shmb_info info = {.size = sizeof(info)};

    (void)state;
    assert_int_equal(shmb_describe(NAME, &info), SHMB_OK);
    assert_int_equal(info.flags, SHMB_FLAG_NOTIFY | SHMB_FLAG_HAS_LOCK);
    assert_int_equal(shmb_describe(NAME ".changed.3", &info), SHMB_OK);
    assert_int_equal(info.kind, SHMB_KIND_EVENT);
    assert_int_equal(info.flags, SHMB_FLAG_MANUAL_RESET | SHMB_FLAG_COMPANION);
}

typedef struct child *starter(const struct launch *how, const char *format, ...);

static struct child *start_waiter(starter *start, const struct launch *how, uint64_t number)
{
    struct child *child = start(how, "wait %llu", (unsigned long long)number);

    child_expect(child, "0");
    return child;
}

static void expect_number(struct child *child, uint64_t number)
{
    char line[40];

    snprintf(line, sizeof(line), "0: %llu", (unsigned long long)number);
    child_expect(child, line);
    assert_int_equal(child_end(child), 0);
}

/* Users of all sessions, and of the other bitness, see what an administrator writes. */
static void users_of_other_sessions_are_told(void **state)
{
    static const struct launch second = {.standard_user = true, .session = "2"};
    const struct launch *other = support_wine() ? &second : &user;
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    uint64_t round, number;

    (void)state;
    for (round = 1; round <= 3; round++) {
        struct child *waiters[3] = {0};
        size_t i;

        assert_int_equal(shmb_change_number(segment, &number), SHMB_OK);
        waiters[0] = start_waiter(client_start, &user, number);
        waiters[1] = start_waiter(client_start, other, number);
        if (support_counterpart() != NULL)
            waiters[2] = start_waiter(client_start_other, &user, number);
        assert_int_equal(shmb_update(segment, 0, &round, sizeof(round), 0, NULL), SHMB_OK);
        for (i = 0; i < 3; i++)
            if (waiters[i] != NULL)
                expect_number(waiters[i], number + 1);
    }
    shmb_close(segment);
}

/* And an administrator sees what users write, in both bitnesses. */
static void what_users_write_is_told(void **state)
{
    static starter *const starters[] = {client_start, client_start_other};
    shmb_segment *segment = opened("ShmbTest.Writable", SHMB_READ);
    uint64_t number = 0;
    size_t i;

    (void)state;
    for (i = 0; i < (support_counterpart() != NULL ? 2u : 1u); i++) {
        struct child *child = starters[i](&user, "change");

        assert_int_equal(shmb_wait_changed(segment, &number, SUPPORT_DEADLINE_MS), SHMB_OK);
        assert_int_equal(number, i + 1);
        child_expect(child, "0");
        assert_int_equal(child_end(child), 0);
    }
    shmb_close(segment);
}

static const struct verb verbs[] = {{"wait", 1, wait_changed}, {"change", 0, change}};

#define TEST(name) cmocka_unit_test_teardown(name, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(readers_may_wait_and_not_signal),
        TEST(the_directory_says_what_can_be_waited_for),
        TEST(users_of_other_sessions_are_told),
        TEST(what_users_write_is_told),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, start_broker, NULL);
}
