/* Fast locks with the real broker: programs exclude each other, die, and outlive the broker. */
#include "support.h"

#include <string.h>

#include "opened.h"

#define NAME "ShmbTest.Fast"

static const struct launch user = {.session = "1", .standard_user = true};

static const char configuration[] =
    "version: 1\n"
    "segments:\n"
    "  " NAME ":\n"
    "    { size: 300, lock: { kind: fast, max_lockers: 4 }, access: { write: [Users] } }\n";

static int32_t add_up(shmb_segment *segment, unsigned turns)
{
    uint64_t value;
    int32_t result = SHMB_OK;

    for (; turns > 0 && result == SHMB_OK; turns--) {
        result = shmb_lock(segment, SHMB_INFINITE);
        if (result != SHMB_OK)
            break;
        shmb_read(segment, 0, &value, sizeof(value), NULL);
        value++;
        shmb_write(segment, 0, &value, sizeof(value), NULL);
        result = shmb_unlock(segment);
    }
    return result;
}

#define TURNS 20000u

static void programs_take_turns(void **state)
{
    struct child *broker = broker_run_session0(configuration);
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    struct child *child = client_start(&user, "add " NAME);
    uint64_t value;

    (void)state;
    assert_int_equal(add_up(segment, TURNS), SHMB_OK);
    child_expect(child, "0");
    assert_int_equal(child_end(child), 0);
    shmb_read(segment, 0, &value, sizeof(value), NULL);
    assert_true(value == 2 * TURNS);
    /* A plain program finds no mutex of the lock's name. */
    assert_string_equal(client_line(&user, "open mutex Global\\" NAME ".lock 0x100001"), "6");
    shmb_close(segment);
    child_kill(broker);
}

static void a_death_is_told(void **state)
{
    struct child *broker = broker_run_session0(configuration);
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    struct child *child = client_start(&user, "keep " NAME);

    (void)state;
    child_expect(child, "0");
    assert_int_equal(shmb_lock(segment, 100), SHMB_TIMEOUT);
    child_kill(child);
    assert_int_equal(shmb_lock(segment, SUPPORT_DEADLINE_MS), SHMB_ABANDONED);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    shmb_close(segment);
    child_kill(broker);
}

/*
 * Nobody but its programs holds what a killed broker left, and the next one adopts it. In between,
 * a program without the directory cannot take the lock.
 */
static void the_lock_outlives_the_broker(void **state)
{
    struct child *broker = broker_run_session0(configuration);
    shmb_segment *segment = opened(NAME, SHMB_WRITE);

    (void)state;
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    child_kill(broker);
    assert_string_equal(client_line(&user, "try " NAME), "-7");
    broker = broker_run_session0(configuration);
    assert_string_equal(client_line(&user, "try " NAME), "-9");
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_string_equal(client_line(&user, "try " NAME), "0");
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    shmb_close(segment);
    child_kill(broker);
}

static shmb_segment *open_here(const char *name)
{
    shmb_segment *segment;
    const int32_t result = shmb_open(name, SHMB_WRITE, 0, &segment);

    if (result != SHMB_OK)
        client_say("open: %d", (int)result);
    return segment;
}

static int add(int argc, char **argv)
{
    shmb_segment *segment = open_here(argv[0]);

    (void)argc;
    client_say("%d", (int)add_up(segment, TURNS));
    shmb_close(segment);
    return 0;
}

static int try_once(int argc, char **argv)
{
    shmb_segment *segment = open_here(argv[0]);

    (void)argc;
    client_say("%d", (int)shmb_lock(segment, 0));
    shmb_close(segment);
    return 0;
}

static int keep(int argc, char **argv)
{
    shmb_segment *segment = open_here(argv[0]);

    (void)argc;
    client_say("%d", (int)shmb_lock(segment, SHMB_INFINITE));
    client_wait_for_end();
    shmb_close(segment);
    return 0;
}

static const struct verb verbs[] = {{"add", 1, add}, {"try", 1, try_once}, {"keep", 1, keep}};

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(programs_take_turns, support_teardown),
        cmocka_unit_test_teardown(a_death_is_told, support_teardown),
        cmocka_unit_test_teardown(the_lock_outlives_the_broker, support_teardown),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
