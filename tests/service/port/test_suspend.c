/* The machine is about to sleep: who asks for the save, and the broker that does it. */
#include "support.h"

#include "suspend.h"

static struct suspend suspend;
static volatile LONG second_ended;

static DWORD WINAPI ask(void *unused)
{
    (void)unused;
    assert_true(suspend_ask(&suspend, SUPPORT_DEADLINE_MS));
    return (DWORD)InterlockedCompareExchange(&second_ended, 0, 0);
}

static HANDLE start_asking(void)
{
    HANDLE thread = CreateThread(NULL, 0, ask, NULL, 0, NULL);

    assert_non_null(thread);
    assert_int_equal(WaitForSingleObject(suspend.request, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    return thread;
}

static DWORD end_asking(HANDLE thread)
{
    DWORD code;

    assert_int_equal(WaitForSingleObject(thread, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    assert_true(GetExitCodeThread(thread, &code));
    CloseHandle(thread);
    return code;
}

static void the_end_of_the_save_is_the_answer(void **state)
{
    HANDLE thread;
    LONG number;

    (void)state;
    assert_true(suspend_init(&suspend));
    thread = start_asking();
    number = suspend_begin(&suspend);
    second_ended = 1;
    suspend_end(&suspend, number);
    assert_int_equal(end_asking(thread), 1);
    /* An answer that comes twice answers nothing later. */
    suspend_end(&suspend, number);
    assert_false(suspend_ask(&suspend, 0));
    suspend_free(&suspend);
}

/* The first save took too long; the machine slept, woke, and is about to sleep again. */
static void the_end_of_an_earlier_save_is_no_answer(void **state)
{
    LONG first, second;
    HANDLE thread;

    (void)state;
    second_ended = 0;
    assert_true(suspend_init(&suspend));
    assert_false(suspend_ask(&suspend, 0));
    assert_int_equal(WaitForSingleObject(suspend.request, 0), WAIT_OBJECT_0);
    first = suspend_begin(&suspend);
    thread = start_asking();
    suspend_end(&suspend, first);
    assert_int_equal(WaitForSingleObject(thread, 200), WAIT_TIMEOUT);
    second = suspend_begin(&suspend);
    second_ended = 1;
    suspend_end(&suspend, second);
    assert_int_equal(end_asking(thread), 1);
    suspend_free(&suspend);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_the_save_is_the_answer),
        cmocka_unit_test(the_end_of_an_earlier_save_is_no_answer),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
