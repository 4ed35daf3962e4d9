/* The advice for starts that fail. Most codes come from Windows alone; see test_verb_start_stop. */
#include "support.h"

#include <string.h>

#include "start_error.h"

static char advice[900];

static void expect(DWORD code, const wchar_t *account, const char *part)
{
    assert_true(start_error_advice(code, account, advice, sizeof(advice)));
    if (strstr(advice, part) == NULL)
        fail_msg("%lu: no \"%s\" in: %s", code, part, advice);
}

static void a_refused_logon_names_right_and_account(void **state)
{
    (void)state;
    expect(1069, L"NT SERVICE\\ShmBroker", "add NT SERVICE\\ALL SERVICES");
    expect(1069, L"NT SERVICE\\ShmBroker", "SeServiceLogonRight");
    assert_null(strstr(advice, "password"));
    expect(1069, L"CORP\\shm", "enter its password again in services.msc");
    expect(1069, L"CORP\\shm", "CORP\\shm");
    expect(1385, L"CORP\\shm", "User Rights Assignment");
    /* Windows knows the password of a managed account. */
    expect(1069, L"CORP\\shm$", "SeServiceLogonRight");
    assert_null(strstr(advice, "password"));
    assert_false(start_error_advice(1069, NULL, advice, sizeof(advice)));
}

static void a_virtual_account_is_known_by_its_name(void **state)
{
    (void)state;
    assert_true(start_error_is_virtual(L"NT SERVICE\\ShmBroker"));
    assert_true(start_error_is_virtual(L"nt service\\x"));
    assert_false(start_error_is_virtual(L"NT AUTHORITY\\LocalService"));
    assert_false(start_error_is_virtual(NULL));
}

static void each_code_that_an_administrator_meets_has_advice(void **state)
{
    static const struct {
        DWORD code;
        const char *part;
    } codes[] = {
        {2, "registered path"},   {3, "registered path"},
        {5, "status --verify"},   {193, "without quotes"},
        {225, "virus scanner"},   {577, "sign it"},
        {1053, "did not answer"}, {1058, "shmbroker install --start-type auto"},
        {1072, "services.msc"},   {1260, "AppLocker"},
        {1275, "App Control"},    {1297, "shmbroker install"},
        {4551, "App Control"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        expect(codes[i].code, L"NT SERVICE\\ShmBroker", codes[i].part);
    assert_false(start_error_advice(ERROR_SUCCESS, L"x", advice, sizeof(advice)));
    assert_false(start_error_advice(ERROR_NOT_ENOUGH_MEMORY, L"x", advice, sizeof(advice)));
}

/* An account's name may be long; no text is longer than its buffer. */
static void a_long_name_is_cut(void **state)
{
    static wchar_t name[2048];
    char small[64];
    size_t i;

    (void)state;
    for (i = 0; i < 2000; i++)
        name[i] = L'x';
    expect(1069, name, "cannot log on");
    assert_true(start_error_advice(1069, name, small, sizeof(small)));
    assert_true(strlen(small) < sizeof(small));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_logon_names_right_and_account),
        cmocka_unit_test(a_virtual_account_is_known_by_its_name),
        cmocka_unit_test(each_code_that_an_administrator_meets_has_advice),
        cmocka_unit_test(a_long_name_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
