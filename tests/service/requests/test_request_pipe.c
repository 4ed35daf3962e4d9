/*
 * The pipe by which programs ask, with the real port and raw clients of both bitnesses: what each
 * message becomes, and that a client can stop at any step.
 */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "identity.h"
#include "names.h"
#include "pipe_clients.h"
#include "pipe_server.h"
#include "request_message.h"
#include "request_turns.h"
#include "shmb.h"

static const wchar_t pipe_name[] = L"" SHMB_REQUEST_PIPE;
static struct sys_failure why;

/* ---- begin and end ----------------------------------------------------------- */

static int begin(void **state)
{
    (void)state;
    pipe_server_begin();
    assert_int_equal(pipe_server_listen(pipe_server_sddl(), &why), SYS_OK);
    return 0;
}

static int begin_closed(void **state)
{
    (void)state;
    pipe_server_begin();
    return 0;
}

static int end(void **state)
{
    pipe_server_end();
    return support_teardown(state);
}

static DWORD pipe_open_code(void)
{
    HANDLE one = CreateFileW(pipe_name, READ_CONTROL, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD code = one != INVALID_HANDLE_VALUE ? ERROR_SUCCESS : GetLastError();

    if (one != INVALID_HANDLE_VALUE)
        CloseHandle(one);
    return code;
}

/* ---- messages ---------------------------------------------------------------- */

static void a_message_comes_with_its_sender(void **state)
{
    struct child *child = pipe_client("open " WHOLE " read hold");
    struct pipe_server_seen seen;
    char user[SYS_SID_MAX];
    DWORD session;

    (void)state;
    child_expect(child, "answer 128 0 0");
    pipe_server_await(1, &seen);
    assert_int_equal(seen.length, SHMB_REQUEST_BYTES);
    assert_true(identity_user(user));
    assert_string_equal(seen.asker.sid, user);
    assert_int_equal(seen.asker.process, child_id(child));
    assert_true(ProcessIdToSessionId(GetCurrentProcessId(), &session));
    assert_int_equal(seen.asker.session, session);
    child_expect(child, "holding");
    assert_int_equal(child_end(child), 0);
}

static void so_does_one_of_the_other_bitness(void **state)
{
    struct pipe_server_seen seen;

    (void)state;
    pipe_client_says(pipe_client_other("open " WHOLE " read"), "answer 128 0 0");
    pipe_server_await(1, &seen);
    assert_int_equal(seen.length, SHMB_REQUEST_BYTES);
}

static void a_message_in_pieces_is_one(void **state)
{
    struct pipe_server_seen seen;

    (void)state;
    pipe_client_says(pipe_client("open send:1 send:699 send:4 read"), "answer 128 0 0");
    pipe_server_await(1, &seen);
    assert_int_equal(seen.length, SHMB_REQUEST_BYTES);
}

static void a_long_message_shows(void **state)
{
    struct pipe_server_seen seen;

    (void)state;
    pipe_client_says(pipe_client("open send:705 read"), "answer 128 0 0");
    pipe_server_await(1, &seen);
    assert_int_equal(seen.length, SHMB_REQUEST_BYTES + 1);
}

/* However many it sends, there is one answer, and the server has seen one message. */
static void a_second_message_is_never_read(void **state)
{
    struct child *child;

    (void)state;
    child = pipe_client("open " WHOLE " read " WHOLE " gone");
    child_expect(child, "answer 128 0 0");
    child_find(child, "gone", SUPPORT_DEADLINE_MS);
    assert_int_equal(child_end(child), 0);
    assert_int_equal(pipe_server_count(), 1);
    pipe_client_is_answered();
    assert_int_equal(pipe_server_count(), 2);
}

static void half_a_message_is_dropped_in_time(void **state)
{
    struct child *child;

    (void)state;
    child = pipe_client("open send:703 gone");
    pipe_client_says(child, "gone");
    pipe_client_says(pipe_client("open gone"), "gone");
    assert_int_equal(pipe_server_count(), 0);
    pipe_client_is_answered();
}

/* The answer has its time, too: then the instance is another client's. */
static void who_never_closes_is_disconnected(void **state)
{
    struct child *child = pipe_client("open " WHOLE " read gone hold");

    (void)state;
    child_expect(child, "answer 128 0 0");
    child_expect(child, "gone");
    child_expect(child, "holding");
    assert_int_equal(child_end(child), 0);
}

static void a_dropped_one_gets_no_answer(void **state)
{
    (void)state;
    pipe_server_way(PIPE_SERVER_DROPS);
    pipe_client_says(pipe_client("open " WHOLE " gone"), "gone");
    pipe_server_await(1, NULL);
    pipe_server_way(PIPE_SERVER_ANSWERS);
    pipe_client_is_answered();
}

/* ---- leaving at each step ---------------------------------------------------- */

static void a_client_may_leave_at_any_step(void **state)
{
    static const char *const steps[] = {"open close", "open send:100 close", "open " WHOLE " close",
                                        "open " WHOLE " read close", "open send:2000 close"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct child *child = pipe_client(steps[i]);

        child_end(child);
        pipe_client_is_answered();
    }
}

/* It never comes to the broker's thread. */
static void who_has_left_is_not_asked_about(void **state)
{
    (void)state;
    pipe_server_way(PIPE_SERVER_SLEEPS);
    pipe_client_says(pipe_client("loop:100 open " WHOLE " close"), "done 100, failed 0");
    pipe_server_way(PIPE_SERVER_ANSWERS);
    pipe_client_is_answered();
    /* The last of the hundred may not have been seen to leave. */
    assert_true(pipe_server_count() <= 1 + REQUEST_TURNS_SHARE);
}

static void who_leaves_while_the_broker_decides_costs_nothing(void **state)
{
    struct child *child;

    (void)state;
    pipe_server_way(PIPE_SERVER_KEEPS);
    child = pipe_client("open " WHOLE " hold");
    child_expect(child, "holding");
    pipe_server_await(1, NULL);
    child_kill(child);
    pipe_server_way(PIPE_SERVER_ANSWERS);
    pipe_client_is_answered();
    pipe_server_let_go();
    pipe_client_is_answered();
}

/* ---- too many ---------------------------------------------------------------- */

static void an_account_has_a_quarter_of_those_who_wait(void **state)
{
    struct child *waiting[REQUEST_TURNS_SHARE];
    char busy[64];
    size_t i;

    (void)state;
    pipe_server_way(PIPE_SERVER_KEEPS);
    for (i = 0; i < REQUEST_TURNS_SHARE; i++) {
        waiting[i] = pipe_client("open " WHOLE " read");
        pipe_server_await((unsigned)i + 1, NULL);
    }
    /* Answered by the pipe itself. */
    snprintf(busy, sizeof(busy), "answer 128 %d %d", SHMB_BUSY, SHMB_WHY_RATE);
    pipe_client_says(pipe_client("open " WHOLE " read"), busy);
    assert_int_equal(pipe_server_count(), REQUEST_TURNS_SHARE);
    pipe_server_way(PIPE_SERVER_ANSWERS);
    pipe_server_let_go();
    for (i = 0; i < REQUEST_TURNS_SHARE; i++)
        pipe_client_says(waiting[i], "answer 128 0 0");
    pipe_client_is_answered();
}

/* Eight that send nothing, and the next is told so; another process is served. */
static void a_process_has_a_quarter_to_send_with(void **state)
{
    struct child *greedy;
    char busy[64], steps[64];

    (void)state;
    snprintf(steps, sizeof(steps), "many:%u open read hold", REQUEST_TURNS_SHARE);
    snprintf(busy, sizeof(busy), "answer 128 %d %d", SHMB_BUSY, SHMB_WHY_RATE);
    greedy = pipe_client(steps);
    child_find(greedy, "many", SUPPORT_DEADLINE_MS);
    child_expect(greedy, busy);
    pipe_client_is_answered();
    child_expect(greedy, "holding");
    assert_int_equal(child_end(greedy), 0);
}

/* Four processes have all instances between them and say nothing. */
static void with_all_in_use_others_are_served(void **state)
{
    struct child *greedy[REQUEST_TURNS / REQUEST_TURNS_SHARE];
    char steps[64];
    size_t i;

    (void)state;
    snprintf(steps, sizeof(steps), "many:%u hold", REQUEST_TURNS_SHARE);
    for (i = 0; i < sizeof(greedy) / sizeof(greedy[0]); i++) {
        greedy[i] = pipe_client(steps);
        child_find(greedy[i], "holding", SUPPORT_DEADLINE_MS);
    }
    for (i = 0; i < 3; i++)
        pipe_client_is_answered();
    for (i = 0; i < sizeof(greedy) / sizeof(greedy[0]); i++)
        assert_int_equal(child_end(greedy[i]), 0);
}

/* ---- the broker's own duties --------------------------------------------------- */

/* One client that waits for the broker, which takes nothing. */
static struct child *one_that_waits(void)
{
    struct child *child;

    pipe_server_way(PIPE_SERVER_SLEEPS);
    child = pipe_client("open " WHOLE " hold");
    child_expect(child, "holding");
    return child;
}

static void wait_often(struct system *system, void *context)
{
    enum sys_wake *wakes = context;

    wakes[0] = system->wait(system->self, SUPPORT_DEADLINE_MS);
    SetEvent(pipe_server_reload());
    wakes[1] = system->wait(system->self, SUPPORT_DEADLINE_MS);
    wakes[2] = system->wait(system->self, SUPPORT_DEADLINE_MS);
    SetEvent(pipe_server_stop());
    wakes[3] = system->wait(system->self, SUPPORT_DEADLINE_MS);
    ResetEvent(pipe_server_stop());
}

/* What nobody has taken is told of again, after everything else. */
static void requests_come_last(void **state)
{
    struct child *child = one_that_waits();
    enum sys_wake wakes[4];

    (void)state;
    pipe_server_do(wait_often, wakes);
    assert_int_equal(wakes[0], SYS_WAKE_REQUESTS);
    assert_int_equal(wakes[1], SYS_WAKE_RELOAD);
    assert_int_equal(wakes[2], SYS_WAKE_REQUESTS);
    assert_int_equal(wakes[3], SYS_WAKE_STOP);
    assert_int_equal(child_end(child), 0);
}

struct watching {
    const char *path;
    enum sys_status status;
    enum sys_wake wake;
};

static void change(const char *path)
{
    HANDLE file = CreateFileW(support_wide(path), GENERIC_WRITE, FILE_SHARE_READ, NULL,
                              CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD done;

    if (file == INVALID_HANDLE_VALUE)
        return;
    (void)WriteFile(file, "changed", 7, &done, NULL);
    CloseHandle(file);
}

static void watch_file(struct system *system, void *context)
{
    struct watching *it = context;
    const ULONGLONG end = GetTickCount64() + SUPPORT_DEADLINE_MS;

    it->status = system->files.watch(system->self, &it->path, 1, &why);
    change(it->path);
    do {
        it->wake = system->wait(system->self, SUPPORT_DEADLINE_MS);
    } while (it->wake == SYS_WAKE_REQUESTS && GetTickCount64() < end);
    (void)system->files.watch(system->self, NULL, 0, NULL);
}

/* Somebody always asks, so the broker never waits; it learns of the file all the same. */
static void a_changed_file_is_noticed_all_the_same(void **state)
{
    struct child *child = one_that_waits();
    struct watching it = {.path = support_file("first")};

    (void)state;
    pipe_server_do(watch_file, &it);
    assert_int_equal(it.status, SYS_OK);
    assert_int_equal(it.wake, SYS_WAKE_CHANGED);
    assert_int_equal(child_end(child), 0);
}

/* ---- opening, changing and closing ------------------------------------------- */

static void without_listen_there_is_no_pipe(void **state)
{
    (void)state;
    assert_int_equal(pipe_open_code(), ERROR_FILE_NOT_FOUND);
    assert_int_equal(pipe_server_listen(NULL, &why), SYS_OK);
    assert_int_equal(pipe_server_listen("no descriptor", &why), SYS_FAILED);
    assert_int_equal(pipe_open_code(), ERROR_FILE_NOT_FOUND);
}

static void closed_there_is_none_any_more(void **state)
{
    struct child *waiting, *silent;

    (void)state;
    pipe_server_way(PIPE_SERVER_KEEPS);
    waiting = pipe_client("open " WHOLE " gone");
    silent = pipe_client("try gone");
    child_expect(silent, "open 0");
    pipe_server_await(1, NULL);
    assert_int_equal(pipe_server_listen(NULL, &why), SYS_OK);
    pipe_client_says(waiting, "gone");
    pipe_client_says(silent, "gone");
    assert_int_equal(pipe_open_code(), ERROR_FILE_NOT_FOUND);
    /* What the broker still has is its own until then. */
    pipe_server_let_go();
    pipe_server_way(PIPE_SERVER_ANSWERS);
    assert_int_equal(pipe_server_listen(pipe_server_sddl(), &why), SYS_OK);
    pipe_client_is_answered();
}

static void an_answer_is_read_although_the_broker_stops(void **state)
{
    struct child *waiting;

    (void)state;
    pipe_server_way(PIPE_SERVER_KEEPS);
    waiting = pipe_client("open " WHOLE " read");
    pipe_server_await(1, NULL);
    pipe_server_let_go();
    pipe_server_end();
    pipe_client_says(waiting, "answer 128 0 0");
}

static void read_list(char *out, size_t size)
{
    HANDLE one = CreateFileW(pipe_name, READ_CONTROL, 0, NULL, OPEN_EXISTING, 0, NULL);
    BYTE room[1024];
    DWORD needed;

    assert_true(one != INVALID_HANDLE_VALUE);
    assert_true(GetKernelObjectSecurity(one, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                        room, sizeof(room), &needed));
    assert_true(needed <= size);
    memcpy(out, room, needed);
    CloseHandle(one);
}

static size_t entries_of(const char *descriptor)
{
    BOOL present, defaulted;
    ACL *list;

    assert_true(
        GetSecurityDescriptorDacl((void *)(uintptr_t)descriptor, &present, &list, &defaulted));
    assert_true(present);
    return list->AceCount;
}

static void its_access_can_be_replaced(void **state)
{
    char before[1024], after[1024], sddl[600];

    (void)state;
    read_list(before, sizeof(before));
    assert_int_equal(entries_of(before), 4);
    snprintf(sddl, sizeof(sddl), "%s(A;;0x120083;;;IU)", pipe_server_sddl());
    assert_int_equal(pipe_server_listen(sddl, &why), SYS_OK);
    read_list(after, sizeof(after));
    assert_int_equal(entries_of(after), 5);
    pipe_client_is_answered();
    assert_int_equal(pipe_server_listen("no descriptor", &why), SYS_FAILED);
    read_list(after, sizeof(after));
    assert_int_equal(entries_of(after), 5);
    pipe_client_is_answered();
}

static void who_is_not_in_it_cannot_connect(void **state)
{
    const struct launch user = {.standard_user = true};

    (void)state;
    if (support_wine())
        skip();
    assert_int_equal(pipe_server_listen("O:BAD:P(A;;FA;;;SY)(A;;FA;;;BA)", &why), SYS_OK);
    pipe_client_says(pipe_client_as(&user, "try"), "open 5");
    assert_int_equal(pipe_server_listen(pipe_server_sddl(), &why), SYS_OK);
    pipe_client_says(pipe_client_as(&user, "open " WHOLE " read"), "answer 128 0 0");
}

static void no_user_can_add_an_instance(void **state)
{
    const struct launch user = {.standard_user = true};
    struct child *child = pipe_client_as(&user, "create");
    const char *line = child_find(child, "create", SUPPORT_DEADLINE_MS);

    (void)state;
    assert_string_not_equal(line, "create 0");
    assert_int_equal(child_end(child), 0);
}

/* ---- a pipe that was there before -------------------------------------------- */

static void a_planted_pipe_is_told(void **state)
{
    struct child *stranger = pipe_client("create hold");
    char process[32];

    (void)state;
    child_expect(stranger, "create 0");
    child_expect(stranger, "holding");
    assert_int_equal(pipe_server_listen(pipe_server_sddl(), &why), SYS_TAKEN);
    snprintf(process, sizeof(process), "process %lu", (unsigned long)child_id(stranger));
    assert_non_null(strstr(why.text, "another program has a pipe of this name"));
    assert_non_null(strstr(why.text, process));
    child_kill(stranger);
    assert_int_equal(pipe_server_listen(pipe_server_sddl(), &why), SYS_OK);
    pipe_client_is_answered();
}

/* All its instances have clients: nobody can look at it, and it is taken all the same. */
static void so_is_one_that_is_busy(void **state)
{
    struct child *stranger = pipe_client("create try hold");

    (void)state;
    child_expect(stranger, "create 0");
    child_expect(stranger, "open 0");
    child_expect(stranger, "holding");
    assert_int_equal(pipe_server_listen(pipe_server_sddl(), &why), SYS_TAKEN);
    assert_non_null(strstr(why.text, "another program has a pipe of this name"));
    child_kill(stranger);
}

/* ---- who asks ---------------------------------------------------------------- */

#define YES "answer 128 0 1"
#define NO  "answer 128 0 2"

static void the_token_decides(void **state)
{
    (void)state;
    pipe_server_ask("O:SYD:(A;;0x1;;;AU)", 1, false);
    pipe_client_says(pipe_client(ASKS), YES);
    pipe_server_ask("O:SYD:(A;;0x1;;;AU)", 3, false);
    pipe_client_says(pipe_client(ASKS), NO);
    pipe_server_ask("O:SYD:(D;;0x1;;;AU)(A;;0x1;;;WD)", 1, true);
    pipe_client_says(pipe_client(ASKS), NO);
}

static void the_token_is_that_of_the_client(void **state)
{
    const struct launch denied = {.deny = "AU"};

    (void)state;
    if (support_wine())
        skip();
    pipe_server_ask("O:SYD:(A;;0x1;;;AU)", 1, false);
    pipe_client_says(pipe_client_as(&denied, ASKS), NO);
    pipe_client_says(pipe_client(ASKS), YES);
}

static void who_hides_is_refused(void **state)
{
    char refused[64];

    (void)state;
    if (support_wine())
        skip();
    snprintf(refused, sizeof(refused), "answer 128 %d %d", SHMB_NOT_ALLOWED, SHMB_WHY_WHO);
    pipe_client_says(pipe_client("open:anonymous " WHOLE " read"), refused);
    assert_int_equal(pipe_server_count(), 0);
}

/* One that lets the server act for it gets the same answers: nothing is done in its name. */
static void who_allows_more_gets_no_more(void **state)
{
    (void)state;
    pipe_server_ask("O:SYD:(A;;0x1;;;AU)", 1, true);
    pipe_client_says(pipe_client("open:full " WHOLE " read"), YES);
    pipe_server_ask("O:SYD:(A;;0x1;;;S-1-5-21-1-2-3-4)", 1, true);
    pipe_client_says(pipe_client("open:full " WHOLE " read"), NO);
}

static void other_machines_are_rejected(void **state)
{
    wchar_t machine[MAX_COMPUTERNAME_LENGTH + 1], path[128];
    DWORD size = MAX_COMPUTERNAME_LENGTH + 1;
    HANDLE one;

    (void)state;
    if (support_wine())
        skip();
    assert_true(GetComputerNameW(machine, &size));
    swprintf(path, sizeof(path) / sizeof(path[0]), L"\\\\%ls\\%ls", machine, pipe_name + 4);
    one = CreateFileW(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(one == INVALID_HANDLE_VALUE);
}

#define TEST(name)   cmocka_unit_test_setup_teardown(name, begin, end)
#define CLOSED(name) cmocka_unit_test_setup_teardown(name, begin_closed, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_message_comes_with_its_sender),
        TEST(so_does_one_of_the_other_bitness),
        TEST(a_message_in_pieces_is_one),
        TEST(a_long_message_shows),
        TEST(a_second_message_is_never_read),
        TEST(half_a_message_is_dropped_in_time),
        TEST(who_never_closes_is_disconnected),
        TEST(a_dropped_one_gets_no_answer),
        TEST(a_client_may_leave_at_any_step),
        TEST(who_has_left_is_not_asked_about),
        TEST(who_leaves_while_the_broker_decides_costs_nothing),
        TEST(an_account_has_a_quarter_of_those_who_wait),
        TEST(a_process_has_a_quarter_to_send_with),
        TEST(with_all_in_use_others_are_served),
        TEST(requests_come_last),
        TEST(a_changed_file_is_noticed_all_the_same),
        CLOSED(without_listen_there_is_no_pipe),
        TEST(closed_there_is_none_any_more),
        TEST(an_answer_is_read_although_the_broker_stops),
        TEST(its_access_can_be_replaced),
        TEST(who_is_not_in_it_cannot_connect),
        TEST(no_user_can_add_an_instance),
        CLOSED(a_planted_pipe_is_told),
        CLOSED(so_is_one_that_is_busy),
        TEST(the_token_decides),
        TEST(the_token_is_that_of_the_client),
        TEST(who_hides_is_refused),
        TEST(who_allows_more_gets_no_more),
        TEST(other_machines_are_rejected),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
