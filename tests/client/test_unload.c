/* A DLL with the static library: after it was unloaded, nothing of the library remains. */
#include "stage.h"

#include <string.h>

#define SHMB_STATIC /* only for the numbers: nothing of it is linked here */
#include "shmb.h"

#define MORE_THAN_SLOTS 1200 /* a process has 1088 TLS slots */

typedef int32_t (*host_call)(void);

static HMODULE load(const char *call, host_call *use)
{
    HMODULE host = LoadLibraryW(support_wide(support_sibling("test_host.dll")));
    FARPROC found;

    assert_non_null(host);
    found = GetProcAddress(host, call);
    assert_non_null(found);
    memcpy(use, &found, sizeof(found));
    return host;
}

static void unload(HMODULE host)
{
    assert_true(FreeLibrary(host));
    assert_null(GetModuleHandleW(L"test_host.dll"));
}

struct user {
    HANDLE used, end;
    host_call use;
    int32_t result;
};

static DWORD WINAPI use_and_wait(void *context)
{
    struct user *user = context;

    user->result = user->use();
    SetEvent(user->used);
    WaitForSingleObject(user->end, INFINITE);
    return 7;
}

static void thread_can_end_afterwards(const char *call)
{
    struct user user = {.used = CreateEventW(NULL, TRUE, FALSE, NULL),
                        .end = CreateEventW(NULL, TRUE, FALSE, NULL)};
    HMODULE host = load(call, &user.use);
    HANDLE thread = CreateThread(NULL, 0, use_and_wait, &user, 0, NULL);
    DWORD code;

    assert_non_null(thread);
    assert_int_equal(WaitForSingleObject(user.used, INFINITE), WAIT_OBJECT_0);
    assert_int_equal(user.result, SHMB_BAD_NAME);
    unload(host);
    SetEvent(user.end);
    assert_int_equal(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    assert_true(GetExitCodeThread(thread, &code));
    assert_int_equal(code, 7);
    CloseHandle(thread);
    CloseHandle(user.used);
    CloseHandle(user.end);
}

static void a_thread_that_used_it_can_end_afterwards(void **state)
{
    (void)state;
    thread_can_end_afterwards("host_use");
}

static void load_often(const char *call, int times)
{
    int i;

    for (i = 0; i < times; i++) {
        host_call use;
        HMODULE host = load(call, &use);

        assert_int_equal(use(), SHMB_BAD_NAME);
        unload(host);
    }
}

static void it_can_be_loaded_any_number_of_times(void **state)
{
    (void)state;
    load_often("host_use", MORE_THAN_SLOTS);
}

static int begin(void **state)
{
    (void)state;
    stage_begin();
    stage_segment("ShmbTest.Fast", 100, STAGE_LOCK | STAGE_FAST);
    stage_publish();
    return 0;
}

/* Its slot has nobody to give it back but the system. */
static void a_thread_that_took_a_fast_lock_can_end_afterwards(void **state)
{
    uint32_t i;

    (void)state;
    thread_can_end_afterwards("host_use_fast");
    for (i = 0; i < STAGE_SLOTS; i++) {
        const DWORD answer = WaitForSingleObject(stage_slot_mutex(i), 0);

        assert_true(answer == WAIT_OBJECT_0 || answer == WAIT_ABANDONED);
        ReleaseMutex(stage_slot_mutex(i));
    }
}

/* No slot, no section, and none of the 128 FLS slots of an older Windows remain. */
static void fast_locks_leave_nothing(void **state)
{
    (void)state;
    load_often("host_use_fast", 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_that_used_it_can_end_afterwards),
        cmocka_unit_test(it_can_be_loaded_any_number_of_times),
        cmocka_unit_test_setup_teardown(a_thread_that_took_a_fast_lock_can_end_afterwards, begin,
                                        stage_teardown),
        cmocka_unit_test_setup_teardown(fast_locks_leave_nothing, begin, stage_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
