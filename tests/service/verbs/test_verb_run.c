/* What the broker promises to clients that come and go. */
#include "support.h"

#include <stdio.h>
#include <string.h>

static const char configuration[] = "version: 1\n"
                                    "defaults:\n"
                                    "  access: { write: [Interactive, Users] }\n"
                                    "segments:\n"
                                    "  ShmbTest.Text:\n"
                                    "    size: 300\n"
                                    "    initial: { text: \"nothing yet\", encoding: utf-16le }\n"
                                    "  ShmbTest.Hex:\n"
                                    "    size: 5000\n"
                                    "    initial: { hex: \"01 02 fe ff\" }\n"
                                    "  ShmbTest.Fill:\n"
                                    "    size: 16\n"
                                    "    initial: { fill: 0x41 }\n"
                                    "  ShmbTest.Zero:\n"
                                    "    size: 64 KiB\n"
                                    "  ShmbTest.Shared:\n"
                                    "    size: 4 KiB\n"
                                    "mutexes:\n"
                                    "  ShmbTest.Mutex: {}\n"
                                    "events:\n"
                                    "  ShmbTest.Event: { reset: manual }\n"
                                    "semaphores:\n"
                                    "  ShmbTest.Semaphore: { initial: 2, maximum: 5 }\n";

static const struct {
    const char *kind, *name;
    unsigned long mask;
} all[] = {
    {"section", "Global\\ShmbTest.Text", FILE_MAP_READ},
    {"section", "Global\\ShmbTest.Zero", FILE_MAP_READ},
    {"mutex", "Global\\ShmbTest.Text.lock", SYNCHRONIZE},
    {"mutex", "Global\\ShmbTest.Mutex", SYNCHRONIZE},
    {"event", "Global\\ShmbTest.Event", SYNCHRONIZE},
    {"semaphore", "Global\\ShmbTest.Semaphore", SYNCHRONIZE},
};
#define ALL_COUNT (sizeof(all) / sizeof(all[0]))

static const char *const sessions[] = {"0", "1", "2", "7"};
#define SESSION_COUNT (sizeof(sessions) / sizeof(sessions[0]))

static const struct launch user = {.standard_user = true};
static struct child *broker;

static int start_broker(void **state)
{
    (void)state;
    broker = broker_run_session0(configuration);
    child_keep(broker);
    return 0;
}

static void initial_content_is_there_before_the_first_open(void **state)
{
    (void)state;
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Text"),
                        "4096: 6e006f007400680069006e00670020007900650074");
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Hex"), "8192: 0102feff");
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Fill"),
                        "4096: 41414141414141414141414141414141");
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Zero"), "65536: ");
}

static void bytes_survive_the_exit_of_every_client(void **state)
{
    (void)state;
    assert_string_equal(client_line(&user, "write Global\\ShmbTest.Shared 10 first"), "written");
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Shared"),
                        "4096: 000000000000000000006669727374");
}

static void bytes_survive_the_kill_of_every_client(void **state)
{
    struct child *one = client_start(&user, "write-wait Global\\ShmbTest.Shared 10 one");
    struct child *two = client_start(&user, "write-wait Global\\ShmbTest.Shared 15 two");

    (void)state;
    child_expect(one, "written");
    child_expect(two, "written");
    child_kill(one);
    child_kill(two);
    /* "first" of the test before, or zeros where this test runs alone */
    assert_non_null(strstr(client_line(&user, "dump Global\\ShmbTest.Shared"), "6f6e65"));
    assert_non_null(strstr(client_line(&user, "dump Global\\ShmbTest.Shared"), "74776f"));
}

static void every_session_sees_global_names(void **state)
{
    size_t from, to;

    (void)state;
    if (!support_wine())
        skip();
    for (from = 0; from < SESSION_COUNT; from++) {
        struct launch writer = {.session = sessions[from], .standard_user = true};
        char expected[40];

        assert_string_equal(
            client_line(&writer, "write Global\\ShmbTest.Zero 0 s%s", sessions[from]), "written");
        snprintf(expected, sizeof(expected), "65536: 73%02x", (unsigned)sessions[from][0]);
        for (to = 0; to < SESSION_COUNT; to++) {
            struct launch reader = {.session = sessions[to], .standard_user = true};

            assert_string_equal(client_line(&reader, "dump Global\\ShmbTest.Zero"), expected);
        }
    }
}

/* Session 0 has no namespace of its own: there the plain name is the global one. */
static void a_plain_name_is_another_object_in_each_session(void **state)
{
    const struct launch two = {.session = "2", .standard_user = true},
                        seven = {.session = "7", .standard_user = true};
    const struct launch zero = {.session = "0", .standard_user = true};
    const char *global = "dump Global\\ShmbTest.Shared";
    struct child *twin;
    const char *before;

    (void)state;
    if (!support_wine())
        skip();
    before = client_line(&two, "%s", global);
    twin = client_start(&two, "create section ShmbTest.Shared");
    child_expect(twin, "created");
    assert_string_equal(client_line(&two, "write ShmbTest.Shared 0 twin"), "written");
    assert_string_equal(client_line(&two, "dump ShmbTest.Shared"), "4096: 7477696e");
    assert_string_equal(client_line(&two, "%s", global), before);
    assert_string_equal(client_line(&seven, "%s", global), before);
    assert_string_equal(client_line(&seven, "open section ShmbTest.Shared 4"), "2");
    assert_string_equal(client_line(&zero, "dump ShmbTest.Shared"), before);
    assert_int_equal(child_end(twin), 0);
}

static void the_broker_holds_what_no_client_has_open(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < ALL_COUNT; i++)
        assert_string_equal(
            client_line(&user, "open %s %s %lu", all[i].kind, all[i].name, all[i].mask), "0");
}

/* Ends the broker of those before. */
static void names_are_gone_after_the_broker(void **state)
{
    struct child *client = client_start(&user, "write-wait Global\\ShmbTest.Shared 0 last");
    size_t i;

    (void)state;
    child_expect(client, "written");
    child_kill(broker);
    broker = NULL;
    for (i = 0; i < ALL_COUNT; i++)
        assert_string_equal(
            client_line(&user, "open %s %s %lu", all[i].kind, all[i].name, all[i].mask), "2");
    /* What a client still has open lives on, with its bytes. */
    assert_int_equal(
        strncmp(client_line(&user, "dump Global\\ShmbTest.Shared"), "4096: 6c617374", 14), 0);
    assert_int_equal(child_end(client), 0);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Shared 4"), "2");
}

/* Outside session 0 a broker that forgot the prefix would be alone with its objects. */
static void a_broker_in_a_session_of_users_serves_all_sessions(void **state)
{
    const struct launch two = {.session = "2"};
    struct child *own;
    size_t i, k;

    (void)state;
    if (!support_wine())
        skip();
    own = broker_run(&two, configuration);
    for (i = 0; i < SESSION_COUNT; i++) {
        struct launch client = {.session = sessions[i], .standard_user = true};

        for (k = 0; k < ALL_COUNT; k++)
            assert_string_equal(
                client_line(&client, "open %s %s %lu", all[k].kind, all[k].name, all[k].mask), "0");
    }
    for (k = 0; k < ALL_COUNT; k++)
        assert_string_equal(client_line(&two, "open %s %s %lu", all[k].kind,
                                        all[k].name + strlen("Global\\"), all[k].mask),
                            "2");
    child_kill(own);
}

static void ctrl_c_ends_it_cleanly(void **state)
{
    const struct launch console = {.console = true};
    struct child *own = broker_run(&console, configuration);
    size_t i;

    (void)state;
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Text 4"), "0");
    child_interrupt(own);
    /* 5 sections, each with its lock, and 3 others */
    assert_non_null(strstr(child_find(own, "info 102:", SUPPORT_DEADLINE_MS), "13"));
    assert_int_equal(child_end(own), 0);
    for (i = 0; i < ALL_COUNT; i++)
        assert_string_equal(
            client_line(&user, "open %s %s %lu", all[i].kind, all[i].name, all[i].mask), "2");
}

static int stop_broker(void **state)
{
    (void)state;
    if (broker != NULL)
        child_kill(broker);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(initial_content_is_there_before_the_first_open, support_teardown),
        cmocka_unit_test_teardown(bytes_survive_the_exit_of_every_client, support_teardown),
        cmocka_unit_test_teardown(bytes_survive_the_kill_of_every_client, support_teardown),
        cmocka_unit_test_teardown(every_session_sees_global_names, support_teardown),
        cmocka_unit_test_teardown(a_plain_name_is_another_object_in_each_session, support_teardown),
        cmocka_unit_test_teardown(the_broker_holds_what_no_client_has_open, support_teardown),
        cmocka_unit_test_teardown(names_are_gone_after_the_broker, support_teardown),
        cmocka_unit_test_teardown(a_broker_in_a_session_of_users_serves_all_sessions,
                                  support_teardown),
        cmocka_unit_test_teardown(ctrl_c_ends_it_cleanly, support_teardown),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, start_broker, stop_broker);
}
