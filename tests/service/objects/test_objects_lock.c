/* Locks whose holders die. */
#include "support.h"

#include <string.h>

static const char configuration[] =
    "version: 1\n"
    "defaults:\n"
    "  access: { write: [Interactive] }\n"
    "segments:\n"
    "  ShmbTest.Data:  { size: 64 }\n"
    "  ShmbTest.Named: { size: 64, lock: { name: sync_ShmbTest } }\n"
    "  ShmbTest.Bare:  { size: 64, lock: none }\n"
    "mutexes:\n"
    "  ShmbTest.Mutex: {}\n";

#define LOCK "Global\\ShmbTest.Data.lock"

static const char *const mutexes[] = {LOCK, "Global\\sync_ShmbTest", "Global\\ShmbTest.Mutex"};
#define MUTEXES (sizeof(mutexes) / sizeof(mutexes[0]))

static const struct launch user = {.standard_user = true};

static int start_broker(void **state)
{
    *state = broker_run_session0(configuration);
    return 0;
}

static int stop_all(void **state)
{
    return support_teardown(state);
}

static void the_broker_never_owns_a_mutex(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < MUTEXES; i++)
        assert_string_equal(client_line(&user, "take %s 0", mutexes[i]), "taken");
}

static void a_segment_has_the_lock_it_asks_for(void **state)
{
    (void)state;
    assert_string_equal(client_line(&user, "open mutex Global\\sync_ShmbTest 0x100000"), "0");
    assert_string_equal(client_line(&user, "open mutex Global\\ShmbTest.Named.lock 0x100000"), "2");
    assert_string_equal(client_line(&user, "open mutex Global\\ShmbTest.Bare.lock 0x100000"), "2");
}

static void a_lock_that_is_held_is_waited_for(void **state)
{
    struct child *holder = client_start(&user, "hold " LOCK);

    (void)state;
    child_expect(holder, "holding");
    assert_string_equal(client_line(&user, "take " LOCK " 0"), "timeout");
    assert_int_equal(child_end(holder), 0);
    assert_string_equal(client_line(&user, "take " LOCK " 0"), "taken");
}

static void the_next_one_is_told_when_the_holder_was_killed(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < MUTEXES; i++) {
        struct child *holder = client_start(&user, "hold %s", mutexes[i]);

        child_expect(holder, "holding");
        child_kill(holder);
        assert_string_equal(client_line(&user, "take %s %u", mutexes[i], SUPPORT_DEADLINE_MS),
                            "abandoned");
        assert_string_equal(client_line(&user, "take %s 0", mutexes[i]), "taken");
    }
}

static void one_who_waits_already_is_told_too(void **state)
{
    struct child *holder = client_start(&user, "hold " LOCK);
    struct child *waiter;

    (void)state;
    child_expect(holder, "holding");
    waiter = client_start(&user, "take-slowly " LOCK);
    child_expect(waiter, "waiting");
    child_kill(holder);
    child_expect(waiter, "abandoned");
    assert_int_equal(child_end(waiter), 0);
    assert_string_equal(client_line(&user, "take " LOCK " 0"), "taken");
}

static void the_end_of_the_broker_abandons_nothing(void **state)
{
    struct child *client = client_start(&user, "wait " LOCK);

    child_expect(client, "opened");
    child_kill(*state);
    /* Its input ends: only now it waits for the mutex. */
    assert_int_equal(child_end_with(client, "taken"), 0);
}

/* take-slowly NAME: says that it will wait, and waits. */
static int take_slowly(int argc, char **argv)
{
    HANDLE mutex = OpenMutexW(SYNCHRONIZE | MUTEX_MODIFY_STATE, FALSE, support_wide(argv[0]));
    DWORD result;

    (void)argc;
    client_say("waiting");
    result = WaitForSingleObject(mutex, SUPPORT_DEADLINE_MS);
    client_say(result == WAIT_ABANDONED  ? "abandoned"
               : result == WAIT_OBJECT_0 ? "taken"
                                         : "not taken");
    return ReleaseMutex(mutex) ? 0 : 1;
}

static const struct verb verbs[] = {{"take-slowly", 1, take_slowly}};

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_broker, stop_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_broker_never_owns_a_mutex),
        TEST(a_segment_has_the_lock_it_asks_for),
        TEST(a_lock_that_is_held_is_waited_for),
        TEST(the_next_one_is_told_when_the_holder_was_killed),
        TEST(one_who_waits_already_is_told_too),
        TEST(the_end_of_the_broker_abandons_nothing),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
