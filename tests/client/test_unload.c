/* A DLL with the static library: after it was unloaded, nothing of the library remains. */
#include "support.h"

#include <string.h>

#define SHMB_STATIC /* only for the numbers: nothing of it is linked here */
#include "shmb.h"

#define MORE_THAN_SLOTS 1200 /* a process has 1088 TLS slots */

typedef int32_t (*host_call)(void);

static HMODULE load(host_call *use)
{
    HMODULE host = LoadLibraryW(support_wide(support_sibling("test_host.dll")));
    FARPROC found;

    assert_non_null(host);
    found = GetProcAddress(host, "host_use");
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

static void a_thread_that_used_it_can_end_afterwards(void **state)
{
    struct user user = {.used = CreateEventW(NULL, TRUE, FALSE, NULL),
                        .end = CreateEventW(NULL, TRUE, FALSE, NULL)};
    HMODULE host = load(&user.use);
    HANDLE thread = CreateThread(NULL, 0, use_and_wait, &user, 0, NULL);
    DWORD code;

    (void)state;
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

static void it_can_be_loaded_any_number_of_times(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < MORE_THAN_SLOTS; i++) {
        host_call use;
        HMODULE host = load(&use);

        assert_int_equal(use(), SHMB_BAD_NAME);
        unload(host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_that_used_it_can_end_afterwards),
        cmocka_unit_test(it_can_be_loaded_any_number_of_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
