/* Calls that hang: the caller goes on showing that it lives, and a stop ends the wait. */
#include "support.h"

#include <stdlib.h>

#include "slow_call.h"

/* A call that hangs until `let_go`. */
struct job {
    HANDLE let_go, freed;
    DWORD thread;
    bool done;
};

static unsigned ticks, last_tick;
static struct job job;

static void hang(void *context)
{
    struct job *of = context;

    of->thread = GetCurrentThreadId();
    WaitForSingleObject(of->let_go, SUPPORT_DEADLINE_MS);
    of->done = true;
}

static void free_job(void *context)
{
    SetEvent(((struct job *)context)->freed);
}

static bool until_last(void *context)
{
    ticks++;
    if (context != NULL && ticks == last_tick)
        SetEvent(context);
    return context != NULL || ticks < last_tick;
}

static int set_up(void **state)
{
    (void)state;
    ticks = 0;
    last_tick = 2;
    job = (struct job){CreateEventW(NULL, TRUE, FALSE, NULL), CreateEventW(NULL, TRUE, FALSE, NULL),
                       0, false};
    return job.let_go == NULL || job.freed == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    CloseHandle(job.let_go);
    CloseHandle(job.freed);
    return 0;
}

static void the_caller_is_asked_meanwhile(void **state)
{
    const struct slow_call slow = {hang, free_job, until_last, job.let_go};

    (void)state;
    assert_true(slow_call_run(&slow, &job));
    assert_true(job.done);
    assert_true(ticks >= 2); /* more where the call is slow to go on */
    assert_int_not_equal(job.thread, GetCurrentThreadId());
    assert_int_equal(WaitForSingleObject(job.freed, 0), WAIT_TIMEOUT); /* it is ours */
}

static void what_is_given_up_ends_by_itself(void **state)
{
    const struct slow_call slow = {hang, free_job, until_last, NULL};
    ULONGLONG start = GetTickCount64();

    (void)state;
    assert_false(slow_call_run(&slow, &job));
    assert_int_equal(ticks, 2);
    assert_true(GetTickCount64() - start < SUPPORT_DEADLINE_MS);
    assert_false(job.done);
    assert_int_equal(WaitForSingleObject(job.freed, 0), WAIT_TIMEOUT); /* it is still used */
    SetEvent(job.let_go);
    assert_int_equal(WaitForSingleObject(job.freed, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    assert_true(job.done);
}

static void where_nobody_asks_it_is_a_plain_call(void **state)
{
    const struct slow_call slow = {hang, free_job, NULL, NULL};

    (void)state;
    SetEvent(job.let_go);
    assert_true(slow_call_run(&slow, &job));
    assert_int_equal(job.thread, GetCurrentThreadId());
    assert_int_equal(WaitForSingleObject(job.freed, 0), WAIT_TIMEOUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_caller_is_asked_meanwhile),
        TEST(what_is_given_up_ends_by_itself),
        TEST(where_nobody_asks_it_is_a_plain_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
