/* Entries of a path, in a key of the test's own. */
#include "support.h"

#include <string.h>
#include <wchar.h>

#include "machine_path.h"
#include "registry_key.h"

#define FOLDER "C:\\Program Files\\ShmBroker"

static void store(const wchar_t *path, DWORD type)
{
    registry_key_store(L"Path", type, path, (wcslen(path) + 1) * sizeof(wchar_t));
}

static void expect(const wchar_t *path, DWORD wanted)
{
    static wchar_t found[40000];
    DWORD size = sizeof(found), type = 0;

    assert_int_equal(RegQueryValueExW(registry_key, L"Path", NULL, &type, (BYTE *)found, &size),
                     ERROR_SUCCESS);
    assert_int_equal(type, wanted);
    if (wcscmp(found, path) != 0)
        fail_msg("\"%ls\" instead of \"%ls\"", found, path);
    assert_int_equal(size, (wcslen(path) + 1) * sizeof(wchar_t));
}

/* `before` as `after` with the folder, and as it was without it; of both types. */
static void an_entry_comes_and_goes(void **state)
{
    static const struct {
        const wchar_t *before, *after;
    } cases[] = {
        {L"%SystemRoot%;C:\\Tools", L"%SystemRoot%;C:\\Tools;C:\\Program Files\\ShmBroker"},
        {L"C:\\Tools;", L"C:\\Tools;C:\\Program Files\\ShmBroker;"},
        {L"\"C:\\a;b\"", L"\"C:\\a;b\";C:\\Program Files\\ShmBroker"},
        {L"C:\\a;\"C:\\b;C:\\c", L"C:\\a;\"C:\\b;C:\\c;C:\\Program Files\\ShmBroker"},
        {L"C:\\Program Files\\ShmBroker2;;x", L"C:\\Program Files\\ShmBroker2;;x;"
                                              L"C:\\Program Files\\ShmBroker"},
        {L"", L"C:\\Program Files\\ShmBroker"},
    };
    static const DWORD types[] = {REG_EXPAND_SZ, REG_SZ};
    bool added;
    size_t i, k;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (k = 0; k < 2; k++) {
            store(cases[i].before, types[k]);
            assert_int_equal(machine_path_add_in(registry_key, FOLDER, &added), ERROR_SUCCESS);
            assert_true(added);
            expect(cases[i].after, types[k]);
            assert_int_equal(machine_path_add_in(registry_key, FOLDER, &added), ERROR_SUCCESS);
            assert_false(added);
            expect(cases[i].after, types[k]);
            assert_int_equal(machine_path_remove_in(registry_key, FOLDER), ERROR_SUCCESS);
            expect(cases[i].before, types[k]);
        }
}

/* What others have put behind it, or before it, stays. */
static void only_our_entry_goes(void **state)
{
    static const struct {
        const wchar_t *before, *after;
    } cases[] = {
        {L"a;C:\\program files\\shmbroker;b;", L"a;b;"},
        {L"C:\\Program Files\\ShmBroker;b", L"b"},
        {L"C:\\Program Files\\ShmBroker\\;b", L"C:\\Program Files\\ShmBroker\\;b"},
        {L"a;\"C:\\Program Files\\ShmBroker\"", L"a;\"C:\\Program Files\\ShmBroker\""},
        {L"a;b", L"a;b"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        store(cases[i].before, REG_EXPAND_SZ);
        assert_int_equal(machine_path_remove_in(registry_key, FOLDER), ERROR_SUCCESS);
        expect(cases[i].after, REG_EXPAND_SZ);
    }
}

static void the_same_folder_is_not_put_twice(void **state)
{
    static const wchar_t *const paths[] = {
        L"a;C:\\PROGRAM FILES\\SHMBROKER;b",
        L"C:\\Program Files\\ShmBroker\\",
        L"a;\"C:\\Program Files\\ShmBroker\\\"",
        L"%ShmbTestFolder%\\ShmBroker;b",
    };
    bool added;
    size_t i;

    (void)state;
    assert_true(SetEnvironmentVariableW(L"ShmbTestFolder", L"C:\\Program Files"));
    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        store(paths[i], REG_EXPAND_SZ);
        assert_int_equal(machine_path_add_in(registry_key, FOLDER, &added), ERROR_SUCCESS);
        assert_false(added);
        expect(paths[i], REG_EXPAND_SZ);
    }
}

static void what_cannot_stand_there_changes_nothing(void **state)
{
    static wchar_t longest[32760];
    DWORD number = 7;
    bool added;

    (void)state;
    store(L"a", REG_SZ);
    assert_int_equal(machine_path_add_in(registry_key, "C:\\a;b", &added), ERROR_INVALID_NAME);
    assert_int_equal(machine_path_add_in(registry_key, "C:\\%a%", &added), ERROR_INVALID_NAME);
    expect(L"a", REG_SZ);
    wmemset(longest, L'x', 32759);
    store(longest, REG_SZ);
    assert_int_equal(machine_path_add_in(registry_key, FOLDER, &added), ERROR_BUFFER_OVERFLOW);
    expect(longest, REG_SZ);
    registry_key_store(L"Path", REG_DWORD, &number, sizeof(number));
    assert_int_equal(machine_path_add_in(registry_key, FOLDER, &added), ERROR_INVALID_DATA);
    assert_int_equal(machine_path_remove_in(registry_key, FOLDER), ERROR_INVALID_DATA);
    /* A text that goes on behind its end. */
    registry_key_store(L"Path", REG_SZ, L"a\0b", sizeof(L"a\0b"));
    assert_int_equal(machine_path_add_in(registry_key, FOLDER, &added), ERROR_INVALID_DATA);
}

static void no_value_becomes_one_with_variables(void **state)
{
    bool added;

    (void)state;
    assert_int_equal(machine_path_remove_in(registry_key, FOLDER), ERROR_SUCCESS);
    registry_key_expect_none(L"Path");
    assert_int_equal(machine_path_add_in(registry_key, FOLDER, &added), ERROR_SUCCESS);
    expect(L"C:\\Program Files\\ShmBroker", REG_EXPAND_SZ);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, registry_key_make, registry_key_delete)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_entry_comes_and_goes),
        TEST(only_our_entry_goes),
        TEST(the_same_folder_is_not_put_twice),
        TEST(what_cannot_stand_there_changes_nothing),
        TEST(no_value_becomes_one_with_variables),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_machine_path", tests, NULL, NULL);
}
