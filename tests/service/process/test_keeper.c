/*
 * The keeper: brokers that are killed, stopped and restarted with no program
 * that has anything open. The clients use plain Win32.
 */
#include "service_manager.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "processes.h"
#include "shmb.h"

#define HEAD "version: 1\ndefaults: { access: { write: [Interactive, Users] } }\n"
#define OBJECTS                                                                                    \
    "segments:\n"                                                                                  \
    "  ShmbTest.Data: { size: 100, initial: { text: first } }\n"                                   \
    "mutexes: { ShmbTest.Mutex: {} }\n"                                                            \
    "events: { ShmbTest.Set: { reset: manual }, ShmbTest.Clear: { reset: manual } }\n"             \
    "semaphores:\n"                                                                                \
    "  ShmbTest.Five: { initial: 5, maximum: 5 }\n"

static const char configuration[] = HEAD OBJECTS;

static const struct launch alone = {.console = true, .breakaway = true};
static const struct launch in_job = {.console = true};
static const struct launch user = {.standard_user = true};

/* ---- brokers ---- */

/* `said` (NULL: anything) is the beginning of a line before it runs, `running` of that one. */
static struct child *run_until(const struct launch *how, const char *option, const char *text,
                               const char *said, const char *running)
{
    struct child *broker =
        child_start(how, "\"%s\" run %s --allow-unsafe-config --config \"%s\"",
                    support_sibling("shmbroker.exe"), option, support_file(text));

    if (said != NULL)
        child_find(broker, said, SUPPORT_DEADLINE_MS);
    child_find(broker, running, SUPPORT_DEADLINE_MS);
    return broker;
}

static struct child *run(const struct launch *how, const char *option, const char *text,
                         const char *said)
{
    return run_until(how, option, text, said, "info 100:");
}

static DWORD keeper_of(const struct child *broker)
{
    DWORD keeper = processes_child_of(child_id(broker));

    assert_int_not_equal(keeper, 0);
    return keeper;
}

static void kill_broker(struct child *broker)
{
    processes_kill(child_id(broker));
}

static void stop(struct child *broker)
{
    child_interrupt(broker);
    assert_int_equal(child_end(broker), 0);
}

/* Runs shmbroker.exe; its line that begins so must come. */
static void verb(const char *arguments, const char *line)
{
    struct child *child =
        child_start(NULL, "\"%s\" %s", support_sibling("shmbroker.exe"), arguments);

    child_find(child, line, SUPPORT_DEADLINE_MS);
    child_end(child);
}

/* ---- the objects, as a program sees them that holds nothing ---- */

static void expect_open(const char *code)
{
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), code);
    assert_string_equal(client_line(&user, "open mutex Global\\ShmbTest.Data.lock 0x100000"), code);
    assert_string_equal(client_line(&user, "open mutex Global\\ShmbTest.Mutex 0x100000"), code);
    assert_string_equal(client_line(&user, "open event Global\\ShmbTest.Set 0x100000"), code);
    assert_string_equal(client_line(&user, "open semaphore Global\\ShmbTest.Five 0x100000"), code);
}

/* One program after the other leaves its mark, and one dies with a lock. */
static void leave_marks(void)
{
    struct child *owner = client_start(NULL, "hold Global\\ShmbTest.Mutex");
    HANDLE event, semaphore;

    child_expect(owner, "holding");
    child_kill(owner);
    assert_string_equal(client_line(&user, "write Global\\ShmbTest.Data 0 second"), "written");
    event = OpenEventW(EVENT_MODIFY_STATE, FALSE, L"Global\\ShmbTest.Set");
    semaphore = OpenSemaphoreW(SYNCHRONIZE, FALSE, L"Global\\ShmbTest.Five");
    assert_true(event != NULL && semaphore != NULL);
    assert_true(SetEvent(event));
    assert_int_equal(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    CloseHandle(event);
    CloseHandle(semaphore);
}

static DWORD state_of(const wchar_t *event)
{
    HANDLE handle = OpenEventW(SYNCHRONIZE, FALSE, event);
    DWORD state;

    assert_non_null(handle);
    state = WaitForSingleObject(handle, 0);
    CloseHandle(handle);
    return state;
}

static void expect_marks(void)
{
    HANDLE semaphore = OpenSemaphoreW(SEMAPHORE_MODIFY_STATE, FALSE, L"Global\\ShmbTest.Five");
    LONG count = 0;

    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Data"), "4096: 7365636f6e64");
    assert_string_equal(client_line(&user, "take Global\\ShmbTest.Mutex 0"), "abandoned");
    assert_int_equal(state_of(L"Global\\ShmbTest.Set"), WAIT_OBJECT_0);
    assert_int_equal(state_of(L"Global\\ShmbTest.Clear"), WAIT_TIMEOUT);
    assert_non_null(semaphore);
    assert_true(ReleaseSemaphore(semaphore, 1, &count));
    assert_int_equal(count, 3);
    CloseHandle(semaphore);
}

static shmb_info describe(void)
{
    shmb_info info = {.size = sizeof(info)};

    assert_int_equal(shmb_describe("ShmbTest.Data", &info), SHMB_OK);
    assert_int_equal(info.bytes, 100);
    return info;
}

/* ---- crash ---- */

static void a_killed_broker_loses_nothing(void **state)
{
    struct child *broker = run(&alone, "", configuration, NULL);
    DWORD first = keeper_of(broker), second;
    uint64_t generation = describe().generation;
    HANDLE keeper = processes_open(first);

    (void)state;
    leave_marks();
    kill_broker(broker);
    expect_open("0");
    broker = run(&alone, "", configuration, NULL);
    second = keeper_of(broker);
    assert_int_not_equal(first, second);
    processes_wait(keeper); /* the former one is ended */
    assert_int_equal(describe().generation, generation);
    /* And once more, for the second keeper has what was adopted. */
    kill_broker(broker);
    broker = run(&alone, "", configuration, NULL);
    assert_int_equal(describe().generation, generation);
    expect_marks();
    kill_broker(broker);
}

/* The broker is killed between its own keeper and the end of the former one, or thereabouts. */
static void killed_in_the_middle_of_a_start_nothing_is_lost(void **state)
{
    struct child *broker = run(&alone, "", configuration, NULL);
    uint64_t generation = describe().generation;
    int i;

    (void)state;
    leave_marks();
    kill_broker(broker);
    for (i = 0; i < 8; i++) {
        broker = child_start(&alone, "\"%s\" run --allow-unsafe-config --config \"%s\"",
                             support_sibling("shmbroker.exe"), support_file(configuration));
        if (i % 2 == 0)
            while (processes_child_of(child_id(broker)) == 0 &&
                   WaitForSingleObject(GetCurrentProcess(), 0) == WAIT_TIMEOUT)
                Sleep(1); /* how long does not matter: until there is a keeper */
        kill_broker(broker);
    }
    expect_open("0");
    broker = run(&alone, "", configuration, NULL);
    assert_int_equal(describe().generation, generation);
    expect_marks();
    processes_expect(2); /* and its keeper */
    kill_broker(broker);
}

/* ---- clients with full rights shut others out ---- */

static const char shared[] =
    "version: 1\ndefaults: { access: { full: [Interactive, Users] } }\n" OBJECTS;

/* The user of this process as SDDL spells an owner; every program may own what it may change. */
static const wchar_t *own_user(void)
{
    static wchar_t text[300];
    BYTE room[256];
    DWORD size;
    HANDLE token;
    wchar_t *sid;

    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
    assert_true(GetTokenInformation(token, TokenUser, room, sizeof(room), &size));
    CloseHandle(token);
    assert_true(ConvertSidToStringSidW(((TOKEN_USER *)(void *)room)->User.Sid, &sid));
    swprintf(text, 300, L"O:%ls", sid);
    LocalFree(sid);
    return text;
}

/* change KIND NAME MASK LIST [own]: sets the access list and, if asked, itself as the owner. */
static int do_change(int argc, char **argv)
{
    HANDLE object = client_open(argv[0], argv[1], strtoul(argv[2], NULL, 0));
    SECURITY_INFORMATION parts = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    PSECURITY_DESCRIPTOR descriptor;
    wchar_t sddl[600];

    if (object == NULL)
        return (int)GetLastError();
    swprintf(sddl, 600, L"%ls%hs", argc > 4 ? own_user() : L"", argv[3]);
    if (argc > 4)
        parts |= OWNER_SECURITY_INFORMATION;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SDDL_REVISION_1, &descriptor,
                                                              NULL) ||
        !SetKernelObjectSecurity(object, parts, descriptor))
        return (int)GetLastError();
    client_say("changed");
    return 0;
}

static const struct verb own_verbs[] = {{"change", 4, do_change}};

static void change_all(const char *how)
{
    static const char *const objects[] = {
        "section Global\\ShmbTest.Data 0xf001f", "mutex Global\\ShmbTest.Data.lock 0x1f0001",
        "mutex Global\\ShmbTest.Mutex 0x1f0001", "event Global\\ShmbTest.Set 0x1f0003",
        "event Global\\ShmbTest.Clear 0x1f0003", "semaphore Global\\ShmbTest.Five 0x1f0003"};
    char command[200];
    size_t i;

    for (i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        snprintf(command, sizeof(command), "change %s %s", objects[i], how);
        assert_string_equal(client_line(&user, command), "changed");
    }
}

/* An empty list; one that denies everybody; and the same with a new owner. */
static const char *const changes[] = {"D:P", "D:P(D;;GA;;;WD)", "D:P own", "D:P(A;;GA;;;WD) own"};

static void a_killed_broker_takes_back_what_a_client_has_shut(void **state)
{
    struct child *broker = run(&alone, "", shared, NULL);
    uint64_t generation = describe().generation;
    size_t i;

    (void)state;
    leave_marks();
    for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        kill_broker(broker);
        change_all(changes[i]);
        if (i < 2) /* Wine lets an owner wait in any case */
            expect_open("5");
        broker = run(&alone, "", shared,
                     "warning 127: A program with full rights had shut ShmBroker out of the ");
        expect_open("0");
        assert_int_equal(describe().generation, generation);
        processes_expect(2);
    }
    expect_marks();
    kill_broker(broker);
}

/* Nor is it the broker's if only a program holds it: then it is in conflict. */
static void without_the_keeper_it_is_a_conflict(void **state)
{
    struct child *broker = run(&alone, "", shared, NULL);
    struct child *client = client_start(NULL, "write-wait Global\\ShmbTest.Data 0 mine");
    DWORD keeper = keeper_of(broker);

    (void)state;
    child_expect(client, "written");
    kill_broker(broker);
    assert_string_equal(client_line(&user, "change section Global\\ShmbTest.Data 0xf001f D:P own"),
                        "changed");
    processes_kill(keeper);
    broker = child_start(&alone, "\"%s\" run --allow-unsafe-config --config \"%s\"",
                         support_sibling("shmbroker.exe"), support_file(shared));
    child_find(broker, "warning 300: The section Global\\ShmbTest.Data ", SUPPORT_DEADLINE_MS);
    child_find(broker, "warning 101:", SUPPORT_DEADLINE_MS);
    child_end(client);
    child_find(broker, "info 302:", SUPPORT_DEADLINE_MS);
    child_find(broker,
               "warning 123: 1 object(s) that ShmBroker held before were gone and were created "
               "again, with new content: Global\\ShmbTest.Data. ",
               SUPPORT_DEADLINE_MS);
    kill_broker(broker);
}

static void when_both_are_killed_the_next_start_says_what_was_lost(void **state)
{
    struct child *broker = run(&alone, "", configuration, NULL);
    struct child *client = client_start(NULL, "write-wait Global\\ShmbTest.Data 0 mine");
    DWORD keeper = keeper_of(broker);

    (void)state;
    child_expect(client, "written");
    kill_broker(broker);
    processes_kill(keeper);
    broker = run(&alone, "", configuration,
                 "warning 123: 5 object(s) that ShmBroker held before were gone and were created "
                 "again, with new content: Global\\ShmbTest.Data.lock, Global\\ShmbTest.Mutex, "
                 "Global\\ShmbTest.Set, Global\\ShmbTest.Clear, Global\\ShmbTest.Five. ");
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Data"), "4096: 6d696e6574");
    kill_broker(broker);
    child_end(client);
}

/* ---- the keeper's own end ---- */

static void hold_for_ends_it(void **state)
{
    struct child *broker = run(&alone, "", HEAD "hold_for: 200 ms\n" OBJECTS, NULL);
    HANDLE keeper = processes_open(keeper_of(broker));

    (void)state;
    assert_int_equal(WaitForSingleObject(keeper, 400), WAIT_TIMEOUT); /* not while it runs */
    kill_broker(broker);
    processes_wait(keeper);
    expect_open("2");
}

static void a_killed_keeper_is_replaced(void **state)
{
    struct child *broker = run(&alone, "", configuration, NULL);
    DWORD first = keeper_of(broker);
    HANDLE keeper = processes_open(first); /* so that its number is not given to another */
    char line[80];

    (void)state;
    leave_marks();
    processes_kill(first);
    snprintf(line, sizeof(line), "warning 120: The keeper, process %lu, ", first);
    child_find(broker, line, SUPPORT_DEADLINE_MS);
    assert_int_not_equal(keeper_of(broker), first);
    CloseHandle(keeper);
    kill_broker(broker);
    expect_open("0");
    broker = run(&alone, "", configuration, NULL);
    expect_marks();
    kill_broker(broker);
}

/* With its own files, it is another installation: what the first has left is not its own. */
static void a_broker_of_another_folder_lets_it_live(void **state)
{
    struct child *broker = run(&alone, "", configuration, NULL), *other;
    HANDLE keeper = processes_open(keeper_of(broker));
    uint64_t generation = describe().generation;
    wchar_t temporary[MAX_PATH];
    char option[MAX_PATH * 3];

    (void)state;
    assert_true(GetTempPathW(MAX_PATH, temporary) > 0);
    snprintf(option, sizeof(option), "--release --state \"%sshmb-other-%lu\"",
             support_narrow(temporary), GetCurrentProcessId());
    leave_marks();
    kill_broker(broker);
    /* The directory that the keeper holds is not its own. */
    other =
        run_until(&alone, option, HEAD "mutexes: { ShmbTest.Other: {} }\n", NULL, "warning 103:");
    stop(other);
    assert_int_equal(WaitForSingleObject(keeper, 0), WAIT_TIMEOUT);
    broker = run(&alone, "", configuration, NULL);
    processes_wait(keeper);
    assert_int_equal(describe().generation, generation);
    expect_marks();
    kill_broker(broker);
}

static void it_is_harmless_by_hand(void **state)
{
    struct child *child = child_start(NULL, "\"%s\" keeper", support_sibling("shmbroker.exe"));

    (void)state;
    child_find(child, "shmbroker: the keeper is started by the broker itself", SUPPORT_DEADLINE_MS);
    assert_int_equal(child_end(child), 2);
}

/* ---- consoles and jobs ---- */

static void a_console_that_stops_leaves_all_to_the_keeper(void **state)
{
    struct child *broker = run(&alone, "", configuration, NULL);

    (void)state;
    leave_marks();
    stop(broker);
    expect_open("0");
    broker = run(&alone, "--release", configuration, NULL);
    expect_marks();
    stop(broker);
    expect_open("2");
    processes_expect(0);
}

/* It cannot leave: it is there all the same, and ends with the job. */
static void a_job_that_lets_nobody_out(void **state)
{
    struct child *broker = run(&in_job, "", configuration, NULL);
    HANDLE keeper = processes_open(keeper_of(broker));

    (void)state;
    kill_broker(broker);
    expect_open("0");
    child_end(broker); /* and its job */
    processes_wait(keeper);
    expect_open("2");
}

/* ---- the service ---- */

static void serve(const char *text)
{
    char arguments[1024];

    snprintf(arguments, sizeof(arguments), "--config \"%s\"", scm_file(text));
    scm_create(arguments);
    scm_start();
    scm_wait(SERVICE_RUNNING);
}

static void stop_service(void)
{
    scm_stop();
    scm_wait(SERVICE_STOPPED);
}

static void start_service(void)
{
    scm_start();
    scm_wait(SERVICE_RUNNING);
}

static void stop_and_start_of_the_service_lose_nothing(void **state)
{
    uint64_t generation;
    int i;

    (void)state;
    serve(configuration);
    generation = describe().generation;
    leave_marks();
    for (i = 0; i < 3; i++) {
        stop_service();
        expect_open("0");
        start_service();
    }
    assert_int_equal(describe().generation, generation);
    expect_marks();
    processes_expect(2);
}

static void a_killed_service_loses_nothing(void **state)
{
    uint64_t generation;

    (void)state;
    serve(configuration);
    generation = describe().generation;
    leave_marks();
    processes_kill(processes_broker());
    expect_open("0");
    start_service();
    assert_int_equal(describe().generation, generation);
    expect_marks();
}

static void a_stopped_service_takes_back_what_a_client_has_shut(void **state)
{
    uint64_t generation;

    (void)state;
    serve(shared);
    generation = describe().generation;
    leave_marks();
    stop_service();
    change_all("D:P own");
    start_service();
    expect_open("0");
    assert_int_equal(describe().generation, generation);
    expect_marks();
    processes_expect(2);
}

static void release_leaves_no_process_and_no_object(void **state)
{
    (void)state;
    serve(configuration);
    verb("status", "keeper:        process ");
    verb("stop --release", "ShmBroker is stopped and has released all objects");
    expect_open("2");
    processes_expect(0);
    /* It was meant for that stop alone. */
    start_service();
    stop_service();
    expect_open("0");
    processes_expect(1);
    verb("stop --release", "ShmBroker is not running; the objects of its keeper are released");
    expect_open("2");
    processes_expect(0);
}

/* The registration gets the program that `install` would register; Wine has run a launcher. */
static void uninstall(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT), service;

    assert_non_null(manager);
    service = OpenServiceW(manager, L"ShmBroker", SERVICE_CHANGE_CONFIG);
    CloseServiceHandle(manager);
    assert_non_null(service);
    assert_true(ChangeServiceConfigW(
        service, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE,
        support_wide(support_sibling("shmbroker.exe")), NULL, NULL, NULL, NULL, NULL, NULL));
    CloseServiceHandle(service);
    verb("uninstall", "ShmBroker is removed");
}

static void uninstall_leaves_no_process_and_no_object(void **state)
{
    (void)state;
    serve(configuration);
    stop_service();
    expect_open("0");
    uninstall();
    expect_open("2");
    processes_expect(0);
    serve(configuration);
    uninstall();
    expect_open("2");
    processes_expect(0);
}

/* It knows of no keeper any more. */
static void nor_where_the_state_is_lost(void **state)
{
    (void)state;
    serve(configuration);
    stop_service();
    processes_expect(1);
    support_forget();
    uninstall();
    expect_open("2");
    processes_expect(0);
}

static void access_of(DWORD process, char *out, size_t size)
{
    HANDLE handle = OpenProcess(READ_CONTROL, FALSE, process);
    PSECURITY_DESCRIPTOR descriptor = NULL;
    wchar_t *text = NULL;

    assert_non_null(handle);
    assert_int_equal(GetSecurityInfo(handle, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL,
                                     NULL, NULL, NULL, &descriptor),
                     ERROR_SUCCESS);
    assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorW(
        descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, NULL));
    snprintf(out, size, "%s", support_narrow(text));
    LocalFree(text);
    LocalFree(descriptor);
    CloseHandle(handle);
}

static void its_process_is_closed_to_others(void **state)
{
    char broker[1024], keeper[1024];

    (void)state;
    serve(configuration);
    access_of(processes_broker(), broker, sizeof(broker));
    access_of(processes_child_of(processes_broker()), keeper, sizeof(keeper));
    assert_string_equal(keeper, broker);
    assert_non_null(strstr(keeper, "S-1-5-80-"));
    assert_null(strstr(keeper, ";WD)"));
}

static void handles_of_retired_objects_do_not_pile_up(void **state)
{
    static char many[40000];
    size_t used = (size_t)snprintf(many, sizeof(many), "%s", configuration), before = 0;
    DWORD keeper;
    int i;

    (void)state;
    for (i = 0; i < 200; i++)
        used += (size_t)snprintf(many + used, sizeof(many) - used,
                                 "  ShmbTest.S%d: { maximum: 1 }\n", i);
    serve(configuration);
    keeper = processes_child_of(processes_broker());
    verb("reload", "ShmBroker has applied its configuration");
    /* The first round is not counted: a process that has just started closes handles itself. */
    for (i = 0; i <= 3; i++) {
        scm_file(many);
        verb("reload", "ShmBroker has applied its configuration");
        if (i > 0)
            assert_in_range(processes_handles(keeper), before + 200, before + 210);
        scm_file(configuration);
        verb("reload", "ShmBroker has applied its configuration");
        if (i > 0)
            assert_int_equal(processes_handles(keeper), before);
        else
            before = processes_handles(keeper);
    }
    assert_int_equal(processes_child_of(processes_broker()), keeper);
}

#define TEST(name)         cmocka_unit_test_teardown(name, support_teardown)
#define SERVICE_TEST(name) cmocka_unit_test_teardown(name, scm_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_killed_broker_loses_nothing),
        TEST(killed_in_the_middle_of_a_start_nothing_is_lost),
        TEST(a_killed_broker_takes_back_what_a_client_has_shut),
        TEST(without_the_keeper_it_is_a_conflict),
        TEST(when_both_are_killed_the_next_start_says_what_was_lost),
        TEST(hold_for_ends_it),
        TEST(a_killed_keeper_is_replaced),
        TEST(a_broker_of_another_folder_lets_it_live),
        TEST(it_is_harmless_by_hand),
        TEST(a_console_that_stops_leaves_all_to_the_keeper),
        TEST(a_job_that_lets_nobody_out),
        SERVICE_TEST(stop_and_start_of_the_service_lose_nothing),
        SERVICE_TEST(a_killed_service_loses_nothing),
        SERVICE_TEST(a_stopped_service_takes_back_what_a_client_has_shut),
        SERVICE_TEST(release_leaves_no_process_and_no_object),
        SERVICE_TEST(uninstall_leaves_no_process_and_no_object),
        SERVICE_TEST(nor_where_the_state_is_lost),
        SERVICE_TEST(its_process_is_closed_to_others),
        SERVICE_TEST(handles_of_retired_objects_do_not_pile_up),
    };

    support_client(own_verbs, sizeof(own_verbs) / sizeof(own_verbs[0]));
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
