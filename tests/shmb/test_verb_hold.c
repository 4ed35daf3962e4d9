/* shmb.exe: commands run under a lock, and what becomes of both when one dies. */
#include "clients.h"
#include "shmb.h"
#include "shmb_run.h"
#include "snapshot_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tlhelp32.h>

#define LOCK "Global\\ShmbTest.Data.lock"

static int begin(void **state)
{
    struct directory_row *row;

    (void)state;
    stage_begin();
    stage_segment("ShmbTest.Data", 100, STAGE_LOCK);
    stage_segment("ShmbTest.Bare", 100, 0);
    row = stage_segment("ShmbTest.Double", 100, STAGE_LOCK | STAGE_DOUBLE);
    stage_pair(row)->version = 2; /* the broker has published the first copy */
    stage_segment("ShmbTest.Read", 100, STAGE_LOCK | STAGE_READ_ONLY);
    stage_segment("ShmbTest.Wait", 100, STAGE_LOCK | STAGE_READ_ONLY | STAGE_READERS_WAIT);
    stage_row("ShmbTest.Mutex", SHMB_MUTEX);
    stage_object(SHMB_MUTEX, "ShmbTest.Mutex", 0, STAGE_OURS, STAGE_MUTEX_USE);
    stage_row("ShmbTest.Squat", SHMB_MUTEX);
    stage_object(SHMB_MUTEX, "ShmbTest.Squat", 0, STAGE_STRANGER, STAGE_MUTEX_USE);
    row = stage_row("ShmbTest.Event", SHMB_EVENT);
    row->flags = SHMB_ENTRY_MANUAL_RESET;
    stage_object(SHMB_EVENT, "ShmbTest.Event", 0, STAGE_OURS, 0x120003);
    /* said to reset itself: opened with the right to write, or not at all */
    stage_row("ShmbTest.Signal", SHMB_EVENT);
    stage_object(SHMB_EVENT, "ShmbTest.Signal", 0, STAGE_OURS, 0x120003);
    row = stage_row("ShmbTest.Watch", SHMB_EVENT);
    row->flags = SHMB_ENTRY_MANUAL_RESET;
    stage_object(SHMB_EVENT, "ShmbTest.Watch", 0, STAGE_OURS, 0x120001);
    row = stage_row("ShmbTest.Three", SHMB_SEMAPHORE);
    row->initial = 1;
    row->maximum = 3;
    stage_object(SHMB_SEMAPHORE, "ShmbTest.Three", 0, STAGE_OURS, 0x120003);
    stage_publish();
    return 0;
}

/* This program as COMMAND. */
static const char *client(const char *verb)
{
    static char texts[4][2048];
    static unsigned turn;
    char *out = texts[turn++ % 4];

    snprintf(out, sizeof(texts[0]), "\"%s\" --client %s", support_own_path(), verb);
    return out;
}

/* ---- running ---- */

static void the_exit_code_is_that_of_the_command(void **state)
{
    static const char *const verbs[] = {"lock ShmbTest.Data", "lock ShmbTest.Mutex",
                                        "mutex lock ShmbTest.Mutex",
                                        "semaphore take ShmbTest.Three"};
    static const DWORD codes[] = {0, 1, 42, 124, 0xC0000005, 0xFFFFFFFF};
    const char *said;
    size_t i, k;

    (void)state;
    for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        for (k = 0; k < sizeof(codes) / sizeof(codes[0]); k++) {
            char verb[64];

            snprintf(verb, sizeof(verb), "end-with %lu", codes[k]);
            assert_int_equal(shmb_run(NULL, &said, "%s -- %s", verbs[i], client(verb)), codes[k]);
            assert_string_equal(said, "");
        }
    }
}

static void the_lock_is_held_while_the_command_runs(void **state)
{
    (void)state;
    shmb_expect(0, "timeout\n", "lock ShmbTest.Data -- %s", client("take " LOCK " 0"));
    shmb_expect(0, "timeout\n", "lock --timeout 0 Global\\ShmbTest.Data -- %s",
                client("take " LOCK " 0"));
    shmb_expect(0, "timeout\n", "mutex lock ShmbTest.Mutex -- %s",
                client("take Global\\ShmbTest.Mutex 0"));
    assert_string_equal(client_line(NULL, "take " LOCK " 0"), "taken");
    assert_string_equal(client_line(NULL, "take Global\\ShmbTest.Mutex 0"), "taken");
}

static void the_command_gets_its_line_as_it_was_typed(void **state)
{
    static const char typed[] =
        "said  \"two  words\" a\\\"b \\\\x \"\" -- --timeout '  \xe2\x82\xac ";
    char expected[256];

    (void)state;
    snprintf(expected, sizeof(expected), "[%s]\n", typed + strlen("said"));
    shmb_expect(0, expected, "lock   ShmbTest.Data \t --   %s", client(typed));
}

/* Input and output of shmb are those of the command. */
static void the_command_has_the_input_and_output(void **state)
{
    struct child *child = shmb_start(&shmb_user, "lock ShmbTest.Data -- %s", client("echo-end"));

    (void)state;
    child_expect(child, "waiting");
    assert_int_equal(child_end_with(child, "ended"), 0);
}

static void own_failures_are_120_and_more(void **state)
{
    struct child *holder = client_start(NULL, "hold " LOCK);
    struct child *other = client_start(NULL, "hold Global\\ShmbTest.Mutex");

    (void)state;
    child_expect(holder, "holding");
    child_expect(other, "holding");
    shmb_expect_line(121, "holds no object", "lock ShmbTest.None -- cmd");
    shmb_expect_line(121, "no lock", "lock ShmbTest.Bare -- cmd");
    shmb_expect_line(123, "access list", "lock ShmbTest.Read -- cmd");
    shmb_expect_line(124, "timed out", "lock ShmbTest.Data --timeout 0 -- cmd");
    shmb_expect_line(124, "timed out", "lock ShmbTest.Data --timeout 50 -- cmd");
    shmb_expect_line(124, "timed out", "mutex lock ShmbTest.Mutex --timeout 0 -- cmd");
    shmb_expect_line(126, "another kind", "lock ShmbTest.Event -- cmd");
    shmb_expect_line(126, "did not make it", "lock ShmbTest.Squat -- cmd");
    shmb_expect_line(127, "CreateProcessW: 2", "lock ShmbTest.Wait -- no-such-program-here.exe");
    shmb_expect_line(127, "CreateProcessW: 2", "semaphore take ShmbTest.Three -- no-such-program");
    /* what had been taken for it has been given back */
    shmb_expect(0, "", "semaphore take ShmbTest.Three --timeout 0 -- %s", client("end-with 0"));
    assert_int_equal(child_end(holder), 0);
    assert_int_equal(child_end(other), 0);
}

static void readers_who_may_wait_may_lock(void **state)
{
    (void)state;
    shmb_expect(0, "timeout\n", "lock ShmbTest.Wait -- %s",
                client("take Global\\ShmbTest.Wait.lock 0"));
}

/* ---- dying ---- */

/* The process of a line "command PID of PID"; the second one is that of shmb. */
static HANDLE read_ids(struct child *child, DWORD *shmb)
{
    const char *line = child_line(child);
    unsigned long own, starter;
    HANDLE process;

    assert_non_null(line);
    assert_int_equal(sscanf(line, "command %lu of %lu", &own, &starter), 2);
    process = OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, own);
    assert_non_null(process);
    *shmb = starter;
    return process;
}

static void kill_process(DWORD id)
{
    HANDLE process = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, id);

    assert_non_null(process);
    assert_true(TerminateProcess(process, 99));
    assert_int_equal(WaitForSingleObject(process, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    CloseHandle(process);
}

static void a_killed_shmb_takes_its_command_along(void **state)
{
    static const char *const verbs[] = {"lock ShmbTest.Data", "mutex lock ShmbTest.Mutex",
                                        "semaphore take ShmbTest.Three"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        struct child *child = shmb_start(NULL, "%s -- %s", verbs[i], client("stay"));
        DWORD shmb;
        HANDLE command = read_ids(child, &shmb);

        kill_process(shmb);
        assert_int_equal(WaitForSingleObject(command, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
        CloseHandle(command);
        child_kill(child);
    }
    assert_string_equal(client_line(NULL, "take Global\\ShmbTest.Mutex 0"), "abandoned");
    /* said until it is put right */
    shmb_expect_line(0, "warning", "lock ShmbTest.Data -- %s", client("end-with 0"));
    shmb_expect_line(7, "warning", "lock ShmbTest.Data -- %s", client("end-with 7"));
    shmb_expect(0, "ShmbTest.Data: declared consistent\n", "repair ShmbTest.Data");
    shmb_expect(0, "", "lock ShmbTest.Data -- %s", client("end-with 0"));
    /* the one exception: what was taken does not come back by itself */
    shmb_expect_line(124, "timed out", "semaphore take ShmbTest.Three --timeout 0 -- cmd");
    shmb_expect(0, "", "semaphore release ShmbTest.Three");
    shmb_expect(0, "", "semaphore take ShmbTest.Three --timeout 0 -- %s", client("end-with 0"));
}

static void the_last_published_value_comes_back(void **state)
{
    shmb_segment *segment;
    void *data;

    (void)state;
    shmb_expect(0, "", "write ShmbTest.Double --text good");
    assert_int_equal(shmb_open("ShmbTest.Double", SHMB_WRITE, 0, &segment), SHMB_OK);
    assert_int_equal(shmb_data(segment, &data), SHMB_OK);
    memcpy(data, "half", 4);
    shmb_expect(0, "ShmbTest.Double: the last published value is back\n",
                "repair ShmbTest.Double --restore");
    assert_memory_equal(data, "good", 4);
    shmb_close(segment);
    shmb_expect_line(1, "only a segment with snapshots: double", "repair ShmbTest.Data --restore");
}

static void a_mutex_says_it_once(void **state)
{
    struct child *holder = client_start(NULL, "hold Global\\ShmbTest.Mutex");

    (void)state;
    child_expect(holder, "holding");
    child_kill(holder);
    shmb_expect_line(3, "warning", "lock ShmbTest.Mutex -- %s", client("end-with 3"));
    shmb_expect(3, "", "lock ShmbTest.Mutex -- %s", client("end-with 3"));
}

/* What the command has left running when it ended is no longer shmb's business. */
static void what_the_command_leaves_running_runs_on(void **state)
{
    HANDLE end = CreateEventW(NULL, TRUE, FALSE, L"Local\\ShmbTest.End");
    HANDLE go = CreateEventW(NULL, TRUE, FALSE, L"Local\\ShmbTest.Go");
    struct child *child = shmb_start(NULL, "lock ShmbTest.Data -- %s", client("leave"));
    DWORD shmb_id;
    HANDLE left = read_ids(child, &shmb_id);
    HANDLE shmb = OpenProcess(SYNCHRONIZE, FALSE, shmb_id);
    DWORD code;

    (void)state;
    assert_non_null(shmb);
    SetEvent(end);
    assert_int_equal(WaitForSingleObject(shmb, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    SetEvent(go);
    assert_int_equal(WaitForSingleObject(left, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    assert_true(GetExitCodeProcess(left, &code));
    assert_int_equal(code, 77);
    assert_int_equal(child_end(child), 5);
    CloseHandle(left);
    CloseHandle(shmb);
    CloseHandle(end);
    CloseHandle(go);
}

static void ctrl_c_is_for_the_command(void **state)
{
    static const struct launch console = {.console = true};
    struct child *child = shmb_start(&console, "lock ShmbTest.Data -- %s", client("obey"));

    (void)state;
    child_expect(child, "ready");
    child_interrupt(child);
    child_expect(child, "interrupted");
    assert_int_equal(child_end(child), 9);
    /* shmb lived to give it back */
    assert_string_equal(client_line(NULL, "take " LOCK " 0"), "taken");
}

/* ---- events and semaphores ---- */

static void events_are_set_reset_and_waited_for(void **state)
{
    struct child *waiter;

    (void)state;
    shmb_expect_line(4, "timed out", "event wait ShmbTest.Event --timeout 0");
    waiter = shmb_start(&shmb_user, "event wait ShmbTest.Event");
    shmb_expect(0, "", "event set ShmbTest.Event");
    assert_int_equal(child_end(waiter), 0);
    shmb_expect(0, "", "event wait Global\\ShmbTest.Event --timeout 0");
    shmb_expect(0, "", "event reset ShmbTest.Event");
    shmb_expect_line(4, "timed out", "event wait ShmbTest.Event --timeout 30");
    shmb_expect(0, "", "event set ShmbTest.Signal");
    shmb_expect(0, "", "event wait ShmbTest.Signal --timeout 0");
    /* one who may only watch */
    shmb_expect_line(4, "timed out", "event wait ShmbTest.Watch --timeout 0");
    shmb_expect_line(3, "access list", "event set ShmbTest.Watch");
}

static void a_semaphore_is_taken_and_given_back(void **state)
{
    const char *said;

    (void)state;
    shmb_expect(0, "taken\n", "semaphore take ShmbTest.Three -- %s",
                client("count-is 0 ShmbTest.Three"));
    assert_int_equal(shmb_run(&shmb_user, &said, "semaphore info ShmbTest.Three"), 0);
    assert_non_null(strstr(said, "count:       1 of 3\n"));
    assert_non_null(strstr(said, "made with:   1 of 3\n"));
    shmb_expect(0, "", "semaphore release ShmbTest.Three --count 2");
    assert_int_equal(shmb_run(&shmb_user, &said, "semaphore info ShmbTest.Three --json"), 0);
    assert_non_null(strstr(
        said, "\"maximum\": 3,\n  \"queue\": null,\n  \"queue_level\": null,\n  \"count\": 3,\n"));
    shmb_expect_line(1, "maximum", "semaphore release ShmbTest.Three");
    shmb_expect_line(1, "maximum", "semaphore release ShmbTest.Three --count 0x7fffffff");
}

/* ---- what COMMAND does ---- */

static int end_with(int argc, char **argv)
{
    (void)argc;
    ExitProcess(strtoul(argv[0], NULL, 0)); /* as a return value some are no verb's code */
}

/* What stands behind the verb on the command line, byte for byte. */
static int said_line(int argc, char **argv)
{
    const wchar_t *line = wcsstr(GetCommandLineW(), L"--client said");

    (void)argc;
    (void)argv;
    client_say("[%s]", support_narrow(line + wcslen(L"--client said")));
    return 0;
}

static int echo_end(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    client_say("waiting");
    client_wait_for_end();
    client_say("ended");
    return 0;
}

static DWORD parent_of(DWORD id)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32W entry;
    DWORD parent = 0;
    BOOL more;

    entry.dwSize = sizeof(entry);
    for (more = Process32FirstW(snapshot, &entry); more; more = Process32NextW(snapshot, &entry))
        if (entry.th32ProcessID == id)
            parent = entry.th32ParentProcessID;
    CloseHandle(snapshot);
    return parent;
}

/* Stays for ever: only a kill ends it. */
static int stay(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    client_say("command %lu of %lu", GetCurrentProcessId(), parent_of(GetCurrentProcessId()));
    Sleep(INFINITE);
    return 1;
}

/* Starts another one, which holds none of our pipes open, and ends. */
static int leave(int argc, char **argv)
{
    wchar_t line[2048];
    STARTUPINFOW startup;
    PROCESS_INFORMATION info;

    (void)argc;
    (void)argv;
    wcscpy(line, support_wide(client("left-behind")));
    memset(&startup, 0, sizeof(startup));
    startup.cb = sizeof(startup);
    if (!CreateProcessW(NULL, line, NULL, NULL, FALSE, DETACHED_PROCESS, NULL, NULL, &startup,
                        &info))
        return 1;
    client_say("command %lu of %lu", info.dwProcessId, parent_of(GetCurrentProcessId()));
    WaitForSingleObject(OpenEventW(SYNCHRONIZE, FALSE, L"Local\\ShmbTest.End"),
                        SUPPORT_DEADLINE_MS);
    return 5;
}

static int left_behind(int argc, char **argv)
{
    HANDLE go = OpenEventW(SYNCHRONIZE, FALSE, L"Local\\ShmbTest.Go");

    (void)argc;
    (void)argv;
    return WaitForSingleObject(go, SUPPORT_DEADLINE_MS) == WAIT_OBJECT_0 ? 77 : 1;
}

static HANDLE interrupted;

static BOOL WINAPI obey_interrupt(DWORD event)
{
    (void)event;
    return SetEvent(interrupted);
}

static int obey(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    interrupted = CreateEventW(NULL, TRUE, FALSE, NULL);
    SetConsoleCtrlHandler(obey_interrupt, TRUE);
    client_say("ready");
    if (WaitForSingleObject(interrupted, SUPPORT_DEADLINE_MS) != WAIT_OBJECT_0)
        return 1;
    client_say("interrupted");
    return 9;
}

/* count-is N NAME: a wait for no time must fail where N is 0. */
static int count_is(int argc, char **argv)
{
    char name[256];
    HANDLE semaphore;
    DWORD waited;

    (void)argc;
    snprintf(name, sizeof(name), "Global\\%s", argv[1]);
    semaphore = client_open("semaphore", name, SYNCHRONIZE);
    waited = WaitForSingleObject(semaphore, 0);
    client_say(waited == (argv[0][0] == '0' ? WAIT_TIMEOUT : WAIT_OBJECT_0) ? "taken" : "free");
    return 0;
}

static const struct verb verbs[] = {
    {"end-with", 1, end_with}, {"said", 0, said_line},    {"echo-end", 0, echo_end},
    {"stay", 0, stay},         {"leave", 0, leave},       {"left-behind", 0, left_behind},
    {"obey", 0, obey},         {"count-is", 2, count_is},
};

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_exit_code_is_that_of_the_command),
        TEST(the_lock_is_held_while_the_command_runs),
        TEST(the_command_gets_its_line_as_it_was_typed),
        TEST(the_command_has_the_input_and_output),
        TEST(own_failures_are_120_and_more),
        TEST(readers_who_may_wait_may_lock),
        TEST(a_killed_shmb_takes_its_command_along),
        TEST(the_last_published_value_comes_back),
        TEST(a_mutex_says_it_once),
        TEST(what_the_command_leaves_running_runs_on),
        TEST(ctrl_c_is_for_the_command),
        TEST(events_are_set_reset_and_waited_for),
        TEST(a_semaphore_is_taken_and_given_back),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
