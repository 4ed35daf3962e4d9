/*
 * Objects on request from end to end: a real broker, and programs that ask it, each a process of
 * its own, in other sessions and with weaker tokens.
 */
#include "requesting.h"

#include <stdio.h>
#include <string.h>

#include "shmb.h"

/* Several rules, so that one broker serves all tests. Each test has names of its own. */
static const char configuration[] =
    "version: 1\n"
    "defaults: { access: { read: [Users] } }\n"
    "segments:\n"
    "  ShmbTest.Configured: { size: 100, access: { write: [Interactive] } }\n"
    "requests:\n"
    "  Open:\n"
    "    names: 'ShmbOpen.*'\n"
    "    who: [Users]\n"
    "    kinds: [segment, mutex, event, semaphore]\n"
    "    size: 64 KiB\n"
    "    each: { objects: 8, memory: 128 KiB }\n"
    "    rate: 10000\n"
    "    access: { read: [Users], write: [Requester] }\n"
    "  Few:\n"
    "    names: 'ShmbFew.*'\n"
    "    who: [Users]\n"
    "    size: 64 KiB\n"
    "    each: { objects: 3, memory: 100 KiB }\n"
    "    total: { objects: 3, memory: 100 KiB }\n"
    "    rate: 10000\n"
    "    access: { write: [Requester] }\n"
    "  Kinds:\n"
    "    names: 'ShmbKind.*'\n"
    "    who: [Users]\n"
    "    kinds: [mutex, event, semaphore]\n"
    "    access: { write: [Requester] }\n"
    "    lives: until released\n"
    "  Kept:\n"
    "    names: 'ShmbKept.*'\n"
    "    who: [Users]\n"
    "    size: 4 KiB\n"
    "    each: { objects: 2, memory: 64 KiB }\n"
    "    rate: 10000\n"
    "    access: { write: [Requester] }\n"
    "    lives: until released\n"
    "  Long:\n"
    "    names: 'ShmbLong.*'\n"
    "    who: [Users]\n"
    "    size: 4 KiB\n"
    "    access: { write: [Requester] }\n"
    "    lives: as long as the broker\n"
    "  Some:\n"
    "    names: 'ShmbSome.*'\n"
    "    who: { allow: [Users], deny: [Interactive] }\n"
    "    size: 4 KiB\n"
    "    access: { write: [Requester] }\n"
    "  Old:\n"
    "    names: 'ShmbOld.*'\n"
    "    who: [Users]\n"
    "    size: 4 KiB\n"
    "    access: { full: [Users] }\n"
    "    lock: none\n"
    "    lives: until released\n"
    "  Slow:\n"
    "    names: 'ShmbSlow.*'\n"
    "    who: [Users]\n"
    "    size: 4 KiB\n"
    "    rate: 1\n"
    "    access: { write: [Requester] }\n"
    "  Fast:\n"
    "    names: 'ShmbFast.*'\n"
    "    who: [Users]\n"
    "    size: 4 KiB\n"
    "    access: { write: [Requester] }\n"
    "    lock: fast\n"
    "    notify: true\n"
    "    snapshots: double\n";

static const struct launch user = {.standard_user = true};
static struct child *broker;

static int start_broker(void **state)
{
    (void)state;
    broker = broker_run_session0(configuration);
    child_keep(broker);
    return 0;
}

static int stop_broker(void **state)
{
    (void)state;
    if (broker != NULL)
        child_kill(broker);
    return support_teardown(state);
}

/* ---- made and there ----------------------------------------------------------------------- */

static void what_is_asked_for_is_made_once(void **state)
{
    struct child *keeper = requesting_start(&user, "made", "keep ShmbOpen.Once 1000");
    shmb_info info = {.size = sizeof(info)};

    (void)state;
    child_expect(keeper, "open 0");
    requesting_expect(&user, "exists", "request ShmbOpen.Once 1000");
    requesting_expect(&user, "exists", "request ShmbOpen.Once 10");
    requesting_expect(&user, "exists", "ask ShmbOpen.Once 1000");
    assert_int_equal(shmb_describe("ShmbOpen.Once", &info), SHMB_OK);
    assert_int_equal(info.bytes, 1000);
    assert_true((info.flags & SHMB_FLAG_REQUESTED) != 0);
    assert_string_equal(info.rule, "Open");
    assert_int_equal(strncmp(info.account, "S-1-5-21-", 9), 0);
    /* A program that knows nothing of the broker, in any session. */
    assert_string_equal(client_line(&user, "open section Global\\ShmbOpen.Once 6"), "0");
    assert_string_equal(client_line(&user, "open mutex Global\\ShmbOpen.Once.lock 0x100001"), "0");
    assert_int_equal(child_end(keeper), 0);
}

static void programs_of_both_bitnesses_and_all_sessions_share_it(void **state)
{
    static const char *const sessions[] = {"1", "2", "7"};
    struct child *maker, *other;
    size_t i;

    (void)state;
    if (!support_wine() || support_counterpart() == NULL)
        skip();
    maker = requesting_start(&user, "made", "keep ShmbOpen.Shared 64");
    child_expect(maker, "open 0");
    assert_string_equal(client_line(&user, "write Global\\ShmbOpen.Shared 0 abc"), "written");
    other = client_start_other(&user, "keep ShmbOpen.Shared 64");
    child_expect(other, "exists");
    child_expect(other, "open 0");
    for (i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++) {
        struct launch there = {.session = sessions[i], .standard_user = true};

        requesting_expect(&there, "exists", "request ShmbOpen.Shared 64");
        assert_string_equal(client_line(&there, "dump Global\\ShmbOpen.Shared"), "4096: 616263");
    }
    assert_int_equal(child_end(maker), 0);
    assert_int_equal(child_end(other), 0);
}

static void each_kind_is_made(void **state)
{
    (void)state;
    requesting_expect(&user, "made", "request ShmbKind.Mutex 0 mutex");
    assert_string_equal(client_line(&user, "open mutex Global\\ShmbKind.Mutex 0x100001"), "0");
    requesting_expect(&user, "made", "request ShmbKind.Event 0 event");
    assert_string_equal(client_line(&user, "open event Global\\ShmbKind.Event 0x100002"), "0");
    requesting_expect(&user, "made", "request ShmbKind.Semaphore 0 semaphore");
    assert_string_equal(client_line(&user, "open semaphore Global\\ShmbKind.Semaphore 0x100002"),
                        "0");
    requesting_expect(&user, "0", "release ShmbKind.Mutex");
    requesting_expect(&user, "0", "release ShmbKind.Event");
    requesting_expect(&user, "0", "release ShmbKind.Semaphore");
}

/* Of eight processes that ask at the same time one has made it, and one is first to fill it. */
static void many_who_ask_at_once_get_one_object(void **state)
{
    enum { RACERS = 8 };
    static const char event_name[] = "Global\\ShmbTest.Start";
    HANDLE start = CreateEventW(NULL, TRUE, FALSE, support_wide(event_name));
    unsigned round;

    (void)state;
    assert_non_null(start);
    for (round = 0; round < 2; round++) {
        struct child *racers[RACERS];
        unsigned made = 0, first = 0, i;

        for (i = 0; i < RACERS; i++) {
            racers[i] =
                i % 2 == 1 && support_counterpart() != NULL
                    ? client_start_other(&user, "race ShmbOpen.Race%u 5000 %s", round, event_name)
                    : client_start(&user, "race ShmbOpen.Race%u 5000 %s", round, event_name);
            child_expect(racers[i], "ready");
        }
        assert_true(SetEvent(start));
        for (i = 0; i < RACERS; i++) {
            const char *line = child_line(racers[i]);

            assert_non_null(line);
            made += strncmp(line, "made;", 5) == 0;
            first += strstr(line, "; first") != NULL;
            if (strcmp(line, "made; first") != 0 && strcmp(line, "made; filled") != 0 &&
                strcmp(line, "exists; first") != 0 && strcmp(line, "exists; filled") != 0)
                fail_msg("%s", line);
        }
        assert_int_equal(made, 1);
        assert_int_equal(first, 1);
        for (i = 0; i < RACERS; i++)
            assert_int_equal(child_end(racers[i]), 0);
        assert_true(ResetEvent(start));
    }
    CloseHandle(start);
}

static void a_fast_lock_pair_and_events_come_with_it(void **state)
{
    struct child *keeper = requesting_start(&user, "made", "lock ShmbFast.A 4096");
    shmb_segment *segment;

    (void)state;
    child_expect(keeper, "open 0");
    assert_int_equal(shmb_open("ShmbFast.A", SHMB_WRITE, 0, &segment), SHMB_OK);
    assert_int_equal(shmb_lock(segment, 0), SHMB_TIMEOUT);
    child_kill(keeper);
    assert_int_equal(shmb_lock(segment, SUPPORT_DEADLINE_MS), SHMB_ABANDONED);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_close(segment), SHMB_OK);
    requesting_await_gone("ShmbFast.A");
    requesting_await_gone("ShmbFast.A.lock");
}

/* ---- old programs --------------------------------------------------------------------------- */

static void an_old_program_creates_what_was_asked_for(void **state)
{
    char plain[MAX_PATH * 4 + 64];

    (void)state;
    requesting_expect(&user, "made", "request ShmbOld.A 4096");
    snprintf(plain, sizeof(plain), "\"%s\" write-msdn Global\\ShmbOld.A hello",
             support_sibling("plain.exe"));
    {
        struct child *old = child_start(&user, "%s", plain);

        child_expect(old, "was there");
        assert_int_equal(child_end(old), 0);
        snprintf(plain, sizeof(plain), "\"%s\" read-msdn Global\\ShmbOld.A",
                 support_sibling("plain.exe"));
        old = child_start(&user, "%s", plain);
        child_expect(old, "hello");
        assert_int_equal(child_end(old), 0);
    }
}

/* ---- refused ----------------------------------------------------------------------------------
 */

static void what_no_rule_allows_is_refused(void **state)
{
    char line[64];

    (void)state;
    snprintf(line, sizeof(line), "%d %u 0 0", SHMB_NOT_ALLOWED, SHMB_REASON_NO_RULE);
    requesting_expect(&user, line, "request ShmbNone.A 10");
    requesting_expect(&user, line, "ask ShmbNone.A 10");
    snprintf(line, sizeof(line), "%d %u 0 0", SHMB_NOT_ALLOWED, SHMB_REASON_KIND);
    requesting_expect(&user, line, "request ShmbKept.Mutex 0 mutex");
    snprintf(line, sizeof(line), "%d %u 0 4096", SHMB_NOT_ALLOWED, SHMB_REASON_SIZE);
    requesting_expect(&user, line, "request ShmbKept.Large 4097");
    snprintf(line, sizeof(line), "%d %u 0 4096", SHMB_NOT_ALLOWED, SHMB_REASON_SIZE);
    requesting_expect(&user, line, "request ShmbKept.Huge 0xffffffffffffffff");
    assert_string_equal(client_line(&user, "open section Global\\ShmbNone.A 4"), "2");
}

static void who_asks_too_often_is_put_off(void **state)
{
    (void)state;
    requesting_expect(&user, "served, put off", "hurry ShmbSlow.Often 64 100");
    /* The rate is the account's, and comes back. */
    requesting_expect(&user, "made", "request ShmbSlow.Later 64");
    requesting_expect(&user, "made", "request ShmbOpen.Later 64");
}

static void who_is_denied_is_refused(void **state)
{
    char line[64];

    (void)state;
    snprintf(line, sizeof(line), "%d %u 0 0", SHMB_NOT_ALLOWED, SHMB_REASON_WHO);
    requesting_expect(&user, line, "request ShmbSome.A 10");
    requesting_expect(&user, line, "ask ShmbSome.A 10");
    assert_string_equal(client_line(&user, "open section Global\\ShmbSome.A 4"), "2");
}

/* Groups count as the client's token has them. */
static void a_group_that_is_off_gives_nothing(void **state)
{
    const struct launch no_user = {.standard_user = true, .deny = "BU"};
    char line[64];

    (void)state;
    if (support_wine())
        skip();
    snprintf(line, sizeof(line), "%d %u 0 0", SHMB_NOT_ALLOWED, SHMB_REASON_WHO);
    requesting_expect(&no_user, line, "request ShmbOpen.NoUser 10");
    requesting_expect(&user, "made", "request ShmbOpen.NoUser 10");
}

static void names_of_the_configuration_win(void **state)
{
    char line[64];

    (void)state;
    requesting_expect(&user, "exists", "request ShmbTest.Configured 100");
    snprintf(line, sizeof(line), "%d %u 0 0", SHMB_RANGE, SHMB_REASON_OTHER);
    requesting_expect(&user, line, "request ShmbTest.Configured 101");
    snprintf(line, sizeof(line), "%d %u 0 0", SHMB_WRONG_KIND, SHMB_REASON_OTHER);
    requesting_expect(&user, line, "request ShmbTest.Configured 0 mutex");
    snprintf(line, sizeof(line), "%d", SHMB_NOT_FOUND);
    requesting_expect(&user, line, "release ShmbTest.Configured");
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Configured 4"), "0");
}

static void a_stranger_keeps_its_name(void **state)
{
    SECURITY_ATTRIBUTES *none = NULL;
    HANDLE strange = CreateMutexW(none, FALSE, L"Global\\ShmbOpen.Strange");
    char line[64];

    (void)state;
    assert_non_null(strange);
    snprintf(line, sizeof(line), "%d %u 0 0", SHMB_NOT_OURS, SHMB_REASON_FOREIGN);
    requesting_expect(&user, line, "request ShmbOpen.Strange 10");
    CloseHandle(strange);
    /* Also where only a companion of it would be in the way. */
    strange = CreateMutexW(none, FALSE, L"Global\\ShmbOpen.Strange.lock");
    requesting_expect(&user, line, "request ShmbOpen.Strange 10");
    CloseHandle(strange);
    requesting_expect(&user, "made", "request ShmbOpen.Strange 10");
}

/* ---- quotas ------------------------------------------------------------------------------------
 */

static void objects_are_counted_and_given_back(void **state)
{
    struct child *greedy;
    char line[64], kept[80];

    (void)state;
    snprintf(line, sizeof(line), "%d %u 3 3", SHMB_QUOTA, SHMB_REASON_EACH_OBJECTS);
    snprintf(kept, sizeof(kept), "kept 3, %s", line);
    greedy = requesting_start(&user, kept, "many ShmbFew.O 4096 10");
    requesting_expect(&user, line, "request ShmbFew.Another 4096");
    requesting_expect(&user, line, "ask ShmbFew.Another 4096");
    requesting_expect(&user, "exists", "request ShmbFew.O0 4096");
    assert_int_equal(child_end(greedy), 0);
    requesting_await_gone("ShmbFew.O0");
    requesting_await_gone("ShmbFew.O1");
    requesting_await_gone("ShmbFew.O2");
    requesting_expect(&user, "made", "request ShmbFew.Another 4096");
    requesting_await_gone("ShmbFew.Another");
}

static void memory_is_counted_in_pages_and_given_back(void **state)
{
    struct child *greedy;
    char line[64], kept[80];

    (void)state;
    snprintf(line, sizeof(line), "%d %u %u %u", SHMB_QUOTA, SHMB_REASON_EACH_MEMORY, 2 * 45056,
             100 * 1024);
    snprintf(kept, sizeof(kept), "kept 2, %s", line);
    greedy = requesting_start(&user, kept, "many ShmbFew.M 40961 10");
    requesting_expect(&user, "made", "ask ShmbFew.Small 8192");
    child_kill(greedy);
    requesting_await_gone("ShmbFew.M0");
    requesting_await_gone("ShmbFew.M1");
    requesting_expect(&user, "made", "request ShmbFew.Again 65536");
    requesting_await_gone("ShmbFew.Again");
}

/* ---- lives
 * --------------------------------------------------------------------------------------- */

/* The broker holds nothing that no program has open; who comes later gets zeros. */
static void while_open_ends_with_the_last_program(void **state)
{
    struct child *one = requesting_start(&user, "made", "keep ShmbOpen.Life 64"), *two;
    uint64_t generation;
    ULONGLONG since;

    (void)state;
    child_expect(one, "open 0");
    two = client_start(&user, "write-wait Global\\ShmbOpen.Life 0 mark");
    child_expect(two, "written");
    generation = requesting_generation("ShmbOpen.Life");
    assert_int_equal(child_end(one), 0);
    /* Longer than the broker waits, whatever the machine does: it makes two other objects end. */
    requesting_expect(&user, "made", "request ShmbOpen.Clock1 64");
    requesting_await_gone("ShmbOpen.Clock1");
    requesting_expect(&user, "made", "request ShmbOpen.Clock2 64");
    requesting_await_gone("ShmbOpen.Clock2");
    assert_int_equal(requesting_generation("ShmbOpen.Life"), generation);
    child_kill(two);
    since = GetTickCount64();
    requesting_await_gone("ShmbOpen.Life");
    print_message("    ended %llu ms after the last program\n", GetTickCount64() - since);
    assert_string_equal(client_line(&user, "open section Global\\ShmbOpen.Life 4"), "2");
    one = requesting_start(&user, "made", "keep ShmbOpen.Life 64");
    child_expect(one, "open 0");
    assert_string_equal(client_line(&user, "dump Global\\ShmbOpen.Life"), "4096: ");
    assert_true(requesting_generation("ShmbOpen.Life") > generation);
    assert_int_equal(child_end(one), 0);
}

static void until_released_needs_no_program(void **state)
{
    char line[64];

    (void)state;
    requesting_expect(&user, "made", "request ShmbKept.A 64");
    assert_string_equal(client_line(&user, "write Global\\ShmbKept.A 0 abc"), "written");
    requesting_expect(&user, "made", "request ShmbOpen.Clock3 64");
    requesting_await_gone("ShmbOpen.Clock3");
    assert_string_equal(client_line(&user, "dump Global\\ShmbKept.A"), "4096: 616263");
    requesting_expect(&user, "made", "request ShmbKept.B 64");
    snprintf(line, sizeof(line), "%d %u 2 2", SHMB_QUOTA, SHMB_REASON_EACH_OBJECTS);
    requesting_expect(&user, line, "request ShmbKept.C 64");
    requesting_expect(&user, "0", "release ShmbKept.A");
    assert_string_equal(client_line(&user, "open section Global\\ShmbKept.A 4"), "2");
    requesting_expect(&user, "made", "request ShmbKept.C 64");
    requesting_expect(&user, "0", "release ShmbKept.B");
    requesting_expect(&user, "0", "release ShmbKept.C");
    snprintf(line, sizeof(line), "%d", SHMB_NOT_FOUND);
    requesting_expect(&user, line, "release ShmbKept.C");
}

/* It counts until the last program has closed it; the library says that it is stale. */
static void what_is_released_lives_for_who_has_it_open(void **state)
{
    shmb_segment *segment;
    void *content;
    char line[64];

    (void)state;
    requesting_expect(&user, "made", "request ShmbKept.Held 64");
    assert_int_equal(shmb_open("ShmbKept.Held", SHMB_WRITE, 0, &segment), SHMB_OK);
    assert_int_equal(shmb_update(segment, 0, "abc", 3, SUPPORT_DEADLINE_MS, NULL), SHMB_OK);
    requesting_expect(&user, "0", "release ShmbKept.Held");
    assert_int_equal(shmb_lock(segment, 0), SHMB_STALE);
    assert_int_equal(shmb_data(segment, &content), SHMB_OK);
    assert_memory_equal(content, "abc", 3);
    snprintf(line, sizeof(line), "%d %u 0 0", SHMB_NOT_ALLOWED, SHMB_REASON_TAKEN);
    requesting_expect(&user, line, "request ShmbKept.Held 64");
    assert_int_equal(shmb_close(segment), SHMB_OK);
    {
        const ULONGLONG end = GetTickCount64() + SUPPORT_DEADLINE_MS;

        while (strcmp(requesting_request("ShmbKept.Held", 64), "made") != 0) {
            assert_true(GetTickCount64() < end);
            Sleep(100);
        }
    }
    requesting_expect(&user, "0", "release ShmbKept.Held");
}

static void as_long_as_the_broker_cannot_be_released(void **state)
{
    char line[64];

    (void)state;
    requesting_expect(&user, "made", "request ShmbLong.A 64");
    snprintf(line, sizeof(line), "%d", SHMB_NOT_ALLOWED);
    requesting_expect(&user, line, "release ShmbLong.A");
    assert_string_equal(client_line(&user, "open section Global\\ShmbLong.A 4"), "0");
}

/* ---- without
 * ---------------------------------------------------------------------------------------- */

static const char nothing[] = "version: 1\n"
                              "defaults: { access: { write: [Users] } }\n"
                              "segments: { ShmbTest.Data: { size: 64 } }\n";

static void without_requests_there_is_no_pipe(void **state)
{
    char line[64];
    struct child *own;

    (void)state;
    assert_true(requesting_pipe_is_there());
    child_kill(broker);
    broker = NULL;
    own = broker_run_session0(nothing);
    assert_false(requesting_pipe_is_there());
    snprintf(line, sizeof(line), "%d %u 0 0", SHMB_NOT_ALLOWED, SHMB_REASON_NO_PIPE);
    requesting_expect(&user, line, "request ShmbOpen.A 10");
    child_kill(own);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_asked_for_is_made_once),
        TEST(programs_of_both_bitnesses_and_all_sessions_share_it),
        TEST(each_kind_is_made),
        TEST(many_who_ask_at_once_get_one_object),
        TEST(a_fast_lock_pair_and_events_come_with_it),
        TEST(an_old_program_creates_what_was_asked_for),
        TEST(what_no_rule_allows_is_refused),
        TEST(who_is_denied_is_refused),
        TEST(who_asks_too_often_is_put_off),
        TEST(a_group_that_is_off_gives_nothing),
        TEST(names_of_the_configuration_win),
        TEST(a_stranger_keeps_its_name),
        TEST(objects_are_counted_and_given_back),
        TEST(memory_is_counted_in_pages_and_given_back),
        TEST(while_open_ends_with_the_last_program),
        TEST(until_released_needs_no_program),
        TEST(what_is_released_lives_for_who_has_it_open),
        TEST(as_long_as_the_broker_cannot_be_released),
        TEST(without_requests_there_is_no_pipe),
    };

    requesting_client(NULL, 0);
    return cmocka_run_group_tests(tests, start_broker, stop_broker);
}
