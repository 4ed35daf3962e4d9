/*
 * A keeper ends with its broker until it has been settled, wherever the broker
 * is killed; and keepers whose broker has ended are found by their processes.
 * The broker's side is played by a client of this program.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptors.h"
#include "identity.h"
#include "keeper.h"
#include "keeper_find.h"
#include "process_id.h"
#include "processes.h"

#define ROUNDS 8
#define PLACE  4711u

static const struct launch alone = {.breakaway = true};
static const struct launch in_job = {0};
static struct keeper_options wish = {.hold_ms = 600000, .place = PLACE, .console = true};

/* ---- the broker's side, in a process of its own ---- */

/* make settled|tied: says which process it is, and waits. */
static int do_make(int argc, char **argv)
{
    struct keeper keeper = {0};
    struct sys_keeper made;
    struct sys_failure why;

    (void)argc;
    wish.program = support_sibling("shmbroker.exe");
    if (keeper_make(&keeper, &wish, &made, &why) != SYS_OK ||
        (strcmp(argv[0], "settled") == 0 && keeper_settle(&keeper, &why) != SYS_OK))
        return 1;
    client_say("%lu", (unsigned long)made.process);
    client_wait_for_end();
    return 0;
}

/* make-many: one after the other, until it is killed. */
static int do_make_many(int argc, char **argv)
{
    struct keeper keeper = {0};
    struct sys_keeper made;
    struct sys_failure why;

    (void)argc;
    (void)argv;
    wish.program = support_sibling("shmbroker.exe");
    client_say("begun");
    while (keeper_make(&keeper, &wish, &made, &why) == SYS_OK &&
           keeper_end(&keeper, &made, &why) == SYS_OK)
        continue;
    return 1;
}

static const struct verb verbs[] = {{"make", 1, do_make}, {"make-many", 0, do_make_many}};

/* ---- what the test sees ---- */

static struct child *maker(const struct launch *how, const char *word, DWORD *keeper)
{
    struct child *child = client_start(how, "make %s", word);

    *keeper = strtoul(child_line(child), NULL, 10);
    assert_int_not_equal(*keeper, 0);
    return child;
}

/* The client alone, whose keeper is not ended with it as its job would. */
static void kill_maker(struct child *child)
{
    processes_kill(child_id(child));
}

/* Whether it is among the keepers that are left; `which` may be NULL. */
static bool is_found(DWORD process, struct sys_keeper *which)
{
    struct sys_keeper *found;
    struct sys_failure why;
    size_t count, i;
    bool is = false;

    assert_int_equal(keeper_find(PLACE, &found, &count, &why), SYS_OK);
    for (i = 0; i < count; i++) {
        if (found[i].process != process)
            continue;
        is = true;
        if (which != NULL)
            *which = found[i];
    }
    free(found);
    return is;
}

/* ---- the tie ---- */

static void expect_tied(const struct launch *how)
{
    DWORD keeper;
    struct child *child = maker(how, "tied", &keeper);
    HANDLE process = processes_open(keeper);

    assert_int_equal(WaitForSingleObject(process, 0), WAIT_TIMEOUT);
    kill_maker(child);
    processes_wait(process);
}

static void it_ends_with_its_broker_until_it_is_settled(void **state)
{
    (void)state;
    expect_tied(&alone);
}

/* The one job stands in the other. */
static void also_in_the_job_of_its_broker(void **state)
{
    (void)state;
    expect_tied(&in_job);
}

static void then_it_stays(void **state)
{
    DWORD keeper;
    struct child *child = maker(&alone, "settled", &keeper);
    HANDLE process = processes_open(keeper);

    (void)state;
    kill_maker(child);
    assert_int_equal(WaitForSingleObject(process, 300), WAIT_TIMEOUT);
    assert_true(TerminateProcess(process, 0));
    processes_wait(process);
}

/* Also in the middle of CreateProcess, which leaves a process that never begins. */
static void killed_at_any_moment_it_leaves_no_process(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < ROUNDS; i++) {
        struct child *child = client_start(&alone, "make-many");

        child_expect(child, "begun");
        Sleep((DWORD)(20 + 7 * i)); /* anywhere */
        kill_maker(child);
        processes_expect(0);
    }
}

/* ---- those that are left ---- */

static void expect_found_and_end(DWORD keeper)
{
    struct keeper none = {0};
    struct sys_keeper which;
    struct sys_failure why;

    assert_true(is_found(keeper, &which));
    assert_int_equal(keeper_end(&none, &which, &why), SYS_OK);
    assert_false(is_found(keeper, NULL));
    processes_expect(0);
}

static void whose_broker_has_ended_is_found(void **state)
{
    DWORD keeper;
    struct child *child = maker(&alone, "settled", &keeper);

    (void)state;
    assert_false(is_found(keeper, NULL));
    kill_maker(child);
    expect_found_and_end(keeper);
}

/* Starts this program of ours; suspended, it has not begun, and never will. `owner` is a SID. */
static DWORD start_owned(const char *owner, const char *arguments, DWORD flags)
{
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    SECURITY_ATTRIBUTES attributes;
    struct sys_descriptor *descriptor;
    char sddl[SYS_SID_MAX + 40];
    PROCESS_INFORMATION made;
    char command[1024];
    wchar_t *line;

    snprintf(command, sizeof(command), "\"%s\" %s", support_sibling("shmbroker.exe"), arguments);
    line = _wcsdup(support_wide(command));
    assert_non_null(line);
    snprintf(sddl, sizeof(sddl), "O:%sD:P(A;;GA;;;WD)", owner);
    assert_int_equal(descriptors_make(sddl, &descriptor, NULL), SYS_OK);
    attributes = descriptors_attributes(descriptor);
    assert_true(CreateProcessW(NULL, line, &attributes, NULL, FALSE, flags | DETACHED_PROCESS, NULL,
                               NULL, &startup, &made));
    descriptors_free(descriptor);
    free(line);
    CloseHandle(made.hThread);
    CloseHandle(made.hProcess);
    return made.dwProcessId;
}

static DWORD start(const char *arguments, DWORD flags)
{
    return start_owned("BA", arguments, flags);
}

static void and_one_that_never_began(void **state)
{
    char arguments[80];
    DWORD keeper;

    (void)state;
    /* This process, but not of this time: its broker has ended, and the number is another's. */
    snprintf(arguments, sizeof(arguments), "keeper %lu 1 600000 4711 console",
             GetCurrentProcessId());
    keeper = start(arguments, CREATE_SUSPENDED);
    expect_found_and_end(keeper);
}

static void whose_broker_lives_is_not(void **state)
{
    char arguments[80];
    DWORD keeper;

    (void)state;
    snprintf(arguments, sizeof(arguments), "keeper %lu %llu 600000 4711", GetCurrentProcessId(),
             (unsigned long long)process_id_started(GetCurrentProcess()));
    keeper = start(arguments, CREATE_SUSPENDED);
    assert_false(is_found(keeper, NULL));
    processes_kill(keeper);
}

/* Any user can start the program with a keeper's words, and let everybody end the process. */
static void nor_is_what_a_user_starts(void **state)
{
    char user[SYS_SID_MAX];
    DWORD fake, real;

    (void)state;
    assert_true(identity_user(user));
    fake = start_owned(user, "keeper 1 1 600000 4711", CREATE_SUSPENDED);
    real = start("keeper 1 1 600000 4711", CREATE_SUSPENDED);
    assert_true(is_found(real, NULL));
    assert_false(is_found(fake, NULL));
    processes_kill(fake);
    processes_kill(real);
}

static void nor_is_what_is_no_keeper(void **state)
{
    static const char *const others[] = {"run --config none",
                                         "keeper",
                                         "keeper 1 1",
                                         "keepers 1 1 600000 4711",
                                         "keeper 1x 1 600000 4711",
                                         "keeper 1 1 600000",
                                         "keeper 1 1 600000 4712",
                                         "\"keeper 1 1 600000 4711\"",
                                         ""};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        DWORD other = start(others[i], CREATE_SUSPENDED);

        if (is_found(other, NULL))
            fail_msg("%s is taken for a keeper", others[i]);
        processes_kill(other);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_ends_with_its_broker_until_it_is_settled),
        TEST(also_in_the_job_of_its_broker),
        TEST(then_it_stays),
        TEST(killed_at_any_moment_it_leaves_no_process),
        TEST(whose_broker_has_ended_is_found),
        TEST(and_one_that_never_began),
        TEST(whose_broker_lives_is_not),
        TEST(nor_is_what_a_user_starts),
        TEST(nor_is_what_is_no_keeper),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
