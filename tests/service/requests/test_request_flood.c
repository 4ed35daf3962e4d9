/*
 * Many at the pipe by which programs ask: what they leave behind, and who is served in a crowd.
 */
#include "support.h"

#include <psapi.h>
#include <stdio.h>

#include "pipe_clients.h"
#include "pipe_server.h"
#include "processes.h"

static struct sys_failure why;

static int begin_closed(void **state)
{
    (void)state;
    pipe_server_begin();
    return 0;
}

static int begin(void **state)
{
    (void)begin_closed(state);
    assert_int_equal(pipe_server_listen(pipe_server_sddl(), &why), SYS_OK);
    return 0;
}

static int end(void **state)
{
    pipe_server_end();
    return support_teardown(state);
}

#define ROUNDS  10000u
#define PART    1000u      /* by one client: each has a minute */
#define MEMORY  (2u << 20) /* bytes that a process may differ by */
#define FEW     16u        /* the system's own handles come and go */
#define AT_ONCE 6u
#define A_FEW   200u

static size_t memory_of(void)
{
    PROCESS_MEMORY_COUNTERS now;

    assert_true(K32GetProcessMemoryInfo(GetCurrentProcess(), &now, sizeof(now)));
    return now.PagefileUsage;
}

static void many(struct child *(*begin_client)(const char *steps))
{
    size_t handles, memory, i;

    pipe_client_says(begin_client("loop:200 ask"), "done 200, failed 0");
    handles = processes_handles(GetCurrentProcessId());
    memory = memory_of();
    for (i = 0; i < ROUNDS / PART; i++) {
        pipe_client_says(begin_client("loop:200 ask"), "done 200, failed 0");
        pipe_client_says(begin_client("loop:800 open close"), "done 800, failed 0");
    }
    pipe_client_is_answered();
    assert_true(processes_handles(GetCurrentProcessId()) <= handles + FEW);
    assert_true(memory_of() <= memory + MEMORY);
}

static void ten_thousand_leave_nothing(void **state)
{
    (void)state;
    many(pipe_client);
}

static void nor_do_those_of_the_other_bitness(void **state)
{
    (void)state;
    many(pipe_client_other);
}

/* Some of them ask, others do what no client should; those who ask are answered. */
static void a_crowd_is_served(void **state)
{
    struct child *good[AT_ONCE], *bad[4];
    char steps[64], done[64];
    size_t i;

    (void)state;
    bad[0] = pipe_client("loop:300 open send:100 close");
    bad[1] = pipe_client("loop:3 many:8 open read close");
    bad[2] = pipe_client("loop:300 open send:2000 close");
    bad[3] = pipe_client("loop:300 open " WHOLE " close");
    snprintf(steps, sizeof(steps), "loop:%u ask", A_FEW);
    snprintf(done, sizeof(done), "done %u, failed 0", A_FEW);
    for (i = 0; i < AT_ONCE; i++)
        good[i] = pipe_client(steps);
    for (i = 0; i < AT_ONCE; i++)
        pipe_client_says(good[i], done);
    for (i = 0; i < 4; i++)
        child_kill(bad[i]);
    pipe_client_is_answered();
}

static void opened_and_closed_often_nothing_is_left(void **state)
{
    size_t handles, i;

    (void)state;
    for (i = 0; i < 5; i++) {
        assert_int_equal(pipe_server_listen(pipe_server_sddl(), &why), SYS_OK);
        pipe_client_is_answered();
        assert_int_equal(pipe_server_listen(NULL, &why), SYS_OK);
    }
    handles = processes_handles(GetCurrentProcessId());
    for (i = 0; i < 50; i++) {
        assert_int_equal(pipe_server_listen(pipe_server_sddl(), &why), SYS_OK);
        assert_int_equal(pipe_server_listen(NULL, &why), SYS_OK);
    }
    assert_true(processes_handles(GetCurrentProcessId()) <= handles + FEW);
}

#define TEST(name)   cmocka_unit_test_setup_teardown(name, begin, end)
#define CLOSED(name) cmocka_unit_test_setup_teardown(name, begin_closed, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ten_thousand_leave_nothing),
        TEST(nor_do_those_of_the_other_bitness),
        TEST(a_crowd_is_served),
        CLOSED(opened_and_closed_often_nothing_is_left),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
