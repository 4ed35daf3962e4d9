/* The lists of files that Windows deletes at its next restart, in a key of the test's own. */
#include "support.h"

#include <string.h>
#include <wchar.h>

#include "pending_removal.h"
#include "registry_key.h"

#define FIRST   L"PendingFileRenameOperations"
#define SECOND  L"PendingFileRenameOperations2"
#define PROGRAM L"C:\\Program Files\\ShmBroker\\shmbroker.exe"

/* What is not ours: a deletion, a rename, and paths that only begin or end as ours. */
#define FOREIGN                                                                                    \
    L"\\??\\C:\\one.tmp\0\0*1\\??\\C:\\two.tmp\0!\\??"                                             \
    L"\\" PROGRAM L"\0*2\\??\\" PROGRAM L".old\0\0*\\C:\\three.tmp\0\0"

static void expect(const wchar_t *value, const wchar_t *wanted, size_t bytes)
{
    static wchar_t found[4096];
    DWORD size = sizeof(found);

    assert_int_equal(RegQueryValueExW(registry_key, value, NULL, NULL, (BYTE *)found, &size),
                     ERROR_SUCCESS);
    assert_int_equal(size, bytes);
    assert_memory_equal(found, wanted, bytes);
}

/* The list, and the same one with `ours` before and behind it; only that goes. */
static void expect_forgotten(const wchar_t *ours, size_t units)
{
    static const wchar_t foreign[] = FOREIGN;
    static wchar_t list[1024];
    const size_t of_foreign = sizeof(foreign) / sizeof(wchar_t) - 1;

    wmemcpy(list, ours, units);
    wmemcpy(list + units, foreign, of_foreign);
    wmemcpy(list + units + of_foreign, ours, units);
    list[2 * units + of_foreign] = L'\0';
    registry_key_store(FIRST, REG_MULTI_SZ, list, (2 * units + of_foreign + 1) * sizeof(wchar_t));
    assert_int_equal(pending_removal_forget_in(registry_key, PROGRAM), ERROR_SUCCESS);
    expect(FIRST, foreign, sizeof(foreign));
}

#define EXPECT_FORGOTTEN(ours) expect_forgotten(ours, sizeof(ours) / sizeof(wchar_t) - 1)

static void ours_go_and_others_stay(void **state)
{
    (void)state;
    EXPECT_FORGOTTEN(L"\\??\\" PROGRAM L"\0\0");
    EXPECT_FORGOTTEN(L"\\??\\" PROGRAM L"\0!\\??\\C:\\elsewhere.exe\0");
    EXPECT_FORGOTTEN(L"\\??\\C:\\PROGRAM FILES\\SHMBROKER\\SHMBROKER.EXE\0\0");
}

static void also_with_the_mark_of_windows_11(void **state)
{
    (void)state;
    EXPECT_FORGOTTEN(L"*1\\??\\" PROGRAM L"\0\0");
    EXPECT_FORGOTTEN(L"*2\\??\\" PROGRAM L"\0\0");
    EXPECT_FORGOTTEN(L"*10\\??\\" PROGRAM L"\0!\\??\\C:\\elsewhere.exe\0");
}

/* An empty value would ask for a restart. */
static void alone_they_leave_no_value(void **state)
{
    static const wchar_t first[] = L"*1\\??\\" PROGRAM L"\0\0";
    static const wchar_t second[] = L"\\??\\" PROGRAM L"\0\0";

    (void)state;
    assert_int_equal(pending_removal_forget_in(registry_key, PROGRAM), ERROR_SUCCESS);
    registry_key_store(FIRST, REG_MULTI_SZ, first, sizeof(first));
    registry_key_store(SECOND, REG_MULTI_SZ, second, sizeof(second));
    assert_int_equal(pending_removal_forget_in(registry_key, PROGRAM), ERROR_SUCCESS);
    registry_key_expect_none(FIRST);
    registry_key_expect_none(SECOND);
}

static void what_is_no_list_is_left_alone(void **state)
{
    static const wchar_t source[] = L"\\??\\" PROGRAM;

    (void)state;
    registry_key_store(FIRST, REG_SZ, source, sizeof(source));
    assert_int_equal(pending_removal_forget_in(registry_key, PROGRAM), ERROR_INVALID_DATA);
    expect(FIRST, source, sizeof(source));
    /* A source without a target. */
    registry_key_store(FIRST, REG_MULTI_SZ, source, sizeof(source));
    assert_int_equal(pending_removal_forget_in(registry_key, PROGRAM), ERROR_SUCCESS);
    expect(FIRST, source, sizeof(source));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, registry_key_make, registry_key_delete)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ours_go_and_others_stay),
        TEST(also_with_the_mark_of_windows_11),
        TEST(alone_they_leave_no_value),
        TEST(what_is_no_list_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
