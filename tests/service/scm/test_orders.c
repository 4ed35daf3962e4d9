/* Names to be made anew, on their way from `shmbroker reload` to the service. */
#include "service_manager.h"

#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "orders.h"

#define SERVICE_KEY "SYSTEM\\CurrentControlSet\\Services\\ShmBroker"
#define PARAMETERS  SERVICE_KEY "\\Parameters"
#define KEY         PARAMETERS "\\Orders"

static int remove_key(void **state)
{
    RegDeleteTreeW(HKEY_LOCAL_MACHINE, support_wide(SERVICE_KEY));
    return scm_teardown(state);
}

static void expect(const char *const *names, size_t count)
{
    struct sys_failure why;
    char **taken;
    size_t got, i;

    assert_int_equal(recreate_take(&taken, &got, &why), SYS_OK);
    assert_int_equal(got, count);
    assert_int_equal(taken == NULL, count == 0);
    for (i = 0; i < got; i++) {
        assert_string_equal(taken[i], names[i]);
        free(taken[i]);
    }
    free(taken);
}

static void without_names_there_are_none(void **state)
{
    (void)state;
    expect(NULL, 0);
    assert_int_equal(recreate_forget(), 0);
    assert_int_equal(recreate_prepare(), 0);
    assert_int_equal(recreate_prepare(), 0);
    expect(NULL, 0);
}

static void names_are_taken_once(void **state)
{
    static const char *const names[] = {"Prices", "Kurse \xC3\xA9", "x"};

    (void)state;
    assert_int_equal(recreate_ask(names, 3), 0);
    expect(names, 3);
    expect(NULL, 0);
    assert_string_equal(scm_registry(KEY, "Recreate"), "(none)");
}

static void the_last_ones_left_count(void **state)
{
    static const char *const names[] = {"Prices", "Orders"};

    (void)state;
    assert_int_equal(recreate_ask(names, 2), 0);
    assert_int_equal(recreate_ask(names + 1, 1), 0);
    expect(names + 1, 1);
}

static void what_is_forgotten_is_not_taken(void **state)
{
    static const char *const names[] = {"Prices"};

    (void)state;
    assert_int_equal(recreate_ask(names, 1), 0);
    assert_int_equal(recreate_forget(), 0);
    expect(NULL, 0);
}

static void what_cannot_be_a_list_of_names_is_refused(void **state)
{
    static const char *const empty[] = {"Prices", ""}, *const broken[] = {"\xFF"};
    static char name[200];
    const char *many[400];
    size_t i;

    (void)state;
    memset(name, 'x', sizeof(name) - 1);
    for (i = 0; i < 400; i++)
        many[i] = name;
    assert_int_not_equal(recreate_ask(empty, 2), 0);
    assert_int_not_equal(recreate_ask(broken, 1), 0);
    assert_int_not_equal(recreate_ask(many, 400), 0);
    expect(NULL, 0);
}

static bool has_entry_of_service(const char *path)
{
    static BYTE descriptor[2048];
    DWORD size = sizeof(descriptor);
    wchar_t *text;
    bool found;
    HKEY key;

    assert_int_equal(RegOpenKeyExW(HKEY_LOCAL_MACHINE, support_wide(path), 0, READ_CONTROL, &key),
                     0);
    assert_int_equal(RegGetKeySecurity(key, DACL_SECURITY_INFORMATION, descriptor, &size), 0);
    RegCloseKey(key);
    assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorW(
        descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, NULL));
    found = wcsstr(text, support_wide(SHMB_SERVICE_SID)) != NULL;
    LocalFree(text);
    return found;
}

/* Parameters tells administrators which files to remove: the service must not write it. */
static void the_service_may_write_orders_alone(void **state)
{
    (void)state;
    assert_int_equal(recreate_prepare(), 0);
    assert_true(has_entry_of_service(KEY));
    assert_false(has_entry_of_service(PARAMETERS));
}

/* Not ours: another type, or more than there may be. It is no list, and it does nothing. */
static void another_value_of_that_name_fails(void **state)
{
    struct sys_failure why;
    DWORD number = 1;
    char **taken;
    size_t count;
    HKEY key;

    (void)state;
    assert_int_equal(recreate_prepare(), 0);
    assert_int_equal(RegOpenKeyExW(HKEY_LOCAL_MACHINE, support_wide(KEY), 0, KEY_SET_VALUE, &key),
                     0);
    RegSetValueExW(key, L"Recreate", 0, REG_DWORD, (const BYTE *)&number, sizeof(number));
    RegCloseKey(key);
    assert_int_equal(recreate_take(&taken, &count, &why), SYS_FAILED);
    assert_null(taken);
    assert_int_equal(count, 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, remove_key)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_names_there_are_none),
        TEST(names_are_taken_once),
        TEST(the_last_ones_left_count),
        TEST(what_is_forgotten_is_not_taken),
        TEST(what_cannot_be_a_list_of_names_is_refused),
        TEST(the_service_may_write_orders_alone),
        TEST(another_value_of_that_name_fails),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
