/*
 * Raw clients that keep to no rule, of both bitnesses, against a real broker: it goes on with its
 * duties, answers who asks properly, and has nothing left of them.
 */
#include "requesting.h"

#include <aclapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipe_clients.h"
#include "processes.h"
#include "request_message.h"
#include "shmb.h"

static const char configuration[] = "version: 1\n"
                                    "defaults: { access: { full: [Users] } }\n"
                                    "segments: { ShmbTest.Guarded: { size: 64 } }\n"
                                    "requests:\n"
                                    "  Some:\n"
                                    "    names: 'ShmbSome.*'\n"
                                    "    who: [Users]\n"
                                    "    size: 4 KiB\n"
                                    "    rate: 10000\n"
                                    "    access: { write: [Requester] }\n"
                                    "    lives: until released\n";

/* Handles that come and go by themselves, such as those of a look or of a save. */
#define FEW 24u

static const struct launch alone = {.console = true, .breakaway = true};
static const struct launch user = {.standard_user = true};
static struct child *broker;

static int begin(void **state)
{
    (void)state;
    broker = broker_run(&alone, configuration);
    return 0;
}

static int end(void **state)
{
    if (broker != NULL)
        processes_kill(child_id(broker));
    broker = NULL;
    return support_teardown(state);
}

/* Waits until the broker has no more handles than that and a few. */
static void expect_handles(size_t before)
{
    const ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;
    size_t now;

    while ((now = processes_handles(child_id(broker))) > before + FEW) {
        if (GetTickCount64() > until)
            fail_msg("the broker has %lu handles, and had %lu", (unsigned long)now,
                     (unsigned long)before);
        Sleep(50);
    }
}

static void expect_served(const char *name)
{
    char command[128];
    const char *said;

    /* It exists where the first answer was lost, and the library has asked again. */
    said = client_line(&user, "request %s 64", name);
    if (strcmp(said, "made") != 0 && strcmp(said, "exists") != 0)
        fail_msg("%s: %s", name, said);
    snprintf(command, sizeof(command), "release %s", name);
    requesting_expect(&user, "0", command);
}

static struct child *client(const char *steps, bool other)
{
    return other && getenv("SHMB_OTHER_BIN") != NULL ? pipe_client_other(steps)
                                                     : pipe_client(steps);
}

/* ---- tests ---- */

static void bytes_that_are_no_message_are_refused(void **state)
{
    char line[64];

    (void)state;
    snprintf(line, sizeof(line), "answer 128 %d %d", SHMB_VERSION_MISMATCH, SHMB_REASON_MESSAGE);
    pipe_client_says(client("open " WHOLE " read", false), line);
    pipe_client_says(client("open send:705 read", true), line);
    expect_served("ShmbSome.AfterBytes");
}

static const char *const bad_ways[] = {"loop:100000 open " WHOLE " read close",
                                       "loop:100000 open send:300 close",
                                       "loop:100000 open send:4000 close",
                                       "loop:100000 open " WHOLE " close",
                                       "loop:100000 open close",
                                       "loop:100000 many:8 open read close",
                                       "many:16 hold",
                                       "open send:703 hold"};
#define WAYS (sizeof(bad_ways) / sizeof(bad_ways[0]))

/* Shuts everybody out of an object, as who has full rights can. */
static void shut(const wchar_t *name)
{
    HANDLE section = OpenFileMappingW(WRITE_DAC, FALSE, name);
    ACL empty;

    assert_non_null(section);
    assert_true(InitializeAcl(&empty, sizeof(empty), ACL_REVISION));
    assert_int_equal(
        SetSecurityInfo(section, SE_KERNEL_OBJECT,
                        DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, NULL, NULL,
                        &empty, NULL),
        ERROR_SUCCESS);
    CloseHandle(section);
}

static void duties_go_on_under_a_flood(void **state)
{
    const ULONGLONG until = GetTickCount64() + 4 * SUPPORT_DEADLINE_MS;
    struct child *bad[WAYS];
    size_t handles, i;

    (void)state;
    expect_served("ShmbSome.Before");
    handles = processes_handles(child_id(broker));
    for (i = 0; i < WAYS; i++)
        bad[i] = client(bad_ways[i], i % 2 == 1);
    child_find(bad[6], "holding", SUPPORT_DEADLINE_MS);
    expect_served("ShmbSome.During");
    /* The broker looks once a minute whether a program has changed an access list. */
    shut(L"Global\\ShmbTest.Guarded");
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Guarded 4"), "5");
    while (strcmp(client_line(&user, "open section Global\\ShmbTest.Guarded 4"), "0") != 0) {
        assert_true(GetTickCount64() < until);
        Sleep(500);
    }
    expect_served("ShmbSome.Still");
    for (i = 0; i < WAYS; i++)
        child_kill(bad[i]);
    expect_served("ShmbSome.After");
    expect_handles(handles);
}

static void ten_thousand_connections_leave_nothing(void **state)
{
    size_t handles;
    int i;

    (void)state;
    expect_served("ShmbSome.First");
    handles = processes_handles(child_id(broker));
    for (i = 0; i < 40; i++) { /* each has a minute */
        struct child *one = client("loop:250 open close", i % 2 == 1);

        child_find(one, "done 250", SUPPORT_DEADLINE_MS);
        assert_int_equal(child_end(one), 0);
    }
    expect_served("ShmbSome.Last");
    expect_handles(handles);
}

static void requests_and_releases_leave_nothing(void **state)
{
    size_t handles;
    int i;

    (void)state;
    expect_served("ShmbSome.One");
    handles = processes_handles(child_id(broker));
    for (i = 0; i < 10; i++) { /* each has a minute */
        struct child *one = client_start(&user, "cycle ShmbSome.C 64 20");

        child_expect(one, "done");
        assert_int_equal(child_end(one), 0);
    }
    expect_handles(handles);
}

/* It has sent a whole message and is killed; or waits for nothing. */
static void who_is_killed_while_it_asks_leaves_nothing(void **state)
{
    size_t handles, i;

    (void)state;
    handles = processes_handles(child_id(broker));
    for (i = 0; i < 8; i++) {
        struct child *one =
            client(i % 2 == 0 ? "open " WHOLE " hold" : "open send:9 hold", i % 4 > 1);

        child_find(one, "holding", SUPPORT_DEADLINE_MS);
        child_kill(one);
    }
    expect_served("ShmbSome.Killed");
    expect_handles(handles);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bytes_that_are_no_message_are_refused),
        TEST(who_is_killed_while_it_asks_leaves_nothing),
        TEST(requests_and_releases_leave_nothing),
        TEST(ten_thousand_connections_leave_nothing),
        TEST(duties_go_on_under_a_flood),
    };

    requesting_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
