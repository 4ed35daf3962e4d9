/* Which privileges the service requires of which account. */
#include "support.h"

#include <wchar.h>

#include "privileges.h"

#define SERVICE L"ShmbTestPrivileges"

#define ONE L"SeChangeNotifyPrivilege\0"
#define TWO L"SeChangeNotifyPrivilege\0SeCreateGlobalPrivilege\0"

static void expect(const wchar_t *account, bool audit, const wchar_t *wanted)
{
    assert_true(privileges_same(privileges_wanted(account, audit), wanted));
}

static void a_service_needs_none_that_a_policy_can_take_away(void **state)
{
    (void)state;
    expect(L"NT SERVICE\\ShmBroker", false, ONE);
    expect(L"NT AUTHORITY\\LocalService", false, ONE);
    expect(L"CORP\\shm$", false, ONE);
    expect(L"NT SERVICE\\ShmBroker", true, L"");
    expect(L"LocalSystem", true, L"");
}

/* It makes links in the sessions of users. */
static void as_localsystem_it_keeps_that_for_global_names(void **state)
{
    (void)state;
    expect(L"LocalSystem", false, TWO);
    expect(L".\\LocalSystem", false, TWO);
    expect(L"nt authority\\system", false, TWO);
    expect(L"", false, TWO);
    expect(NULL, false, TWO);
}

/* There services are not in session zero. */
static void in_a_container_too(void **state)
{
    DWORD two = 2;

    (void)state;
    if (!support_wine())
        skip(); /* the value belongs to Windows */
    assert_int_equal(RegSetKeyValueW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Control",
                                     L"ContainerType", REG_DWORD, &two, sizeof(two)),
                     ERROR_SUCCESS);
    expect(L"NT SERVICE\\ShmBroker", false, TWO);
    assert_int_equal(RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Control",
                                        L"ContainerType"),
                     ERROR_SUCCESS);
    expect(L"NT SERVICE\\ShmBroker", false, ONE);
}

static void lists_compare_by_their_names(void **state)
{
    (void)state;
    assert_true(privileges_same(TWO, L"secreateglobalprivilege\0SeChangeNotifyPrivilege\0"));
    assert_false(privileges_same(TWO, ONE));
    assert_false(privileges_same(ONE, TWO));
    assert_false(privileges_same(ONE, NULL));
    assert_true(privileges_same(NULL, L""));
}

/* A service with the list of an earlier version, which a policy can keep from starting. */
static void the_list_of_an_earlier_version_goes(void **state)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CREATE_SERVICE), service;
    union {
        BYTE bytes[8192];
        SERVICE_REQUIRED_PRIVILEGES_INFOW list;
    } found;
    wchar_t three[] = TWO L"SeSecurityPrivilege\0";
    DWORD size;

    (void)state;
    if (support_wine())
        skip(); /* no required privileges */
    assert_non_null(manager);
    service = CreateServiceW(manager, SERVICE, NULL, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                             SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, L"C:\\none.exe", NULL,
                             NULL, NULL, NULL, NULL);
    CloseServiceHandle(manager);
    assert_non_null(service);
    assert_int_equal(privileges_set(service, three), ERROR_SUCCESS);
    assert_int_equal(privileges_set(service, ONE), ERROR_SUCCESS);
    assert_true(QueryServiceConfig2W(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, found.bytes,
                                     sizeof(found), &size));
    assert_true(privileges_same(found.list.pmszRequiredPrivileges, ONE));
    assert_int_equal(privileges_set(service, privileges_wanted(L"LocalSystem", true)),
                     ERROR_SUCCESS);
    assert_true(QueryServiceConfig2W(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, found.bytes,
                                     sizeof(found), &size));
    assert_true(privileges_same(found.list.pmszRequiredPrivileges, NULL));
    CloseServiceHandle(service);
}

static int remove_service(void **state)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT), service;

    (void)state;
    if (manager == NULL)
        return 1;
    service = OpenServiceW(manager, SERVICE, DELETE);
    CloseServiceHandle(manager);
    if (service != NULL) {
        (void)DeleteService(service);
        CloseServiceHandle(service);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_needs_none_that_a_policy_can_take_away),
        cmocka_unit_test(as_localsystem_it_keeps_that_for_global_names),
        cmocka_unit_test(in_a_container_too),
        cmocka_unit_test(lists_compare_by_their_names),
        cmocka_unit_test_teardown(the_list_of_an_earlier_version_goes, remove_service),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
