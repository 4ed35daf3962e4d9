/* Who may log on as a service, by the lists of a policy. */
#include "support.h"

#include <wchar.h>

#include "logon_right.h"
#include "names.h"

#define VIRTUAL      SHMB_SERVICE_SID
#define ALL_SERVICES "S-1-5-80-0"
#define PERSON       "S-1-5-21-1-2-3-1001"
#define GROUP        "S-1-5-21-1-2-3-512"

static enum logon_right judge(const char *has, const char *denied, const char *sid, bool service)
{
    struct logon_right_policy policy = {0};

    if (has != NULL)
        strcpy(policy.has[policy.has_count++], has);
    if (denied != NULL)
        strcpy(policy.denied[policy.denied_count++], denied);
    return logon_right_judge(&policy, sid, service);
}

static void a_virtual_account_has_it_by_all_services(void **state)
{
    (void)state;
    assert_int_equal(judge(ALL_SERVICES, NULL, VIRTUAL, true), LOGON_RIGHT_HAS);
    assert_int_equal(judge(VIRTUAL, NULL, VIRTUAL, true), LOGON_RIGHT_HAS);
    assert_int_equal(judge("S-1-1-0", NULL, VIRTUAL, true), LOGON_RIGHT_HAS);
}

/* The list of the group policy names the accounts of the domain's own services. */
static void a_policy_without_all_services_takes_it_away(void **state)
{
    (void)state;
    assert_int_equal(judge(PERSON, NULL, VIRTUAL, true), LOGON_RIGHT_LACKS);
    assert_int_equal(judge(NULL, NULL, VIRTUAL, true), LOGON_RIGHT_LACKS);
    assert_int_equal(judge("S-1-5-6", NULL, VIRTUAL, true), LOGON_RIGHT_BY_GROUP);
}

static void a_denial_wins(void **state)
{
    (void)state;
    assert_int_equal(judge(ALL_SERVICES, VIRTUAL, VIRTUAL, true), LOGON_RIGHT_DENIED);
    assert_int_equal(judge(ALL_SERVICES, ALL_SERVICES, VIRTUAL, true), LOGON_RIGHT_DENIED);
    assert_int_equal(judge(PERSON, PERSON, PERSON, false), LOGON_RIGHT_DENIED);
    assert_int_equal(judge(PERSON, ALL_SERVICES, PERSON, false), LOGON_RIGHT_BY_GROUP);
}

/* In the token of each service, but not certainly asked about its logon. */
static void a_group_of_its_token_leaves_it_open(void **state)
{
    static const char *const groups[] = {"S-1-5-6", "S-1-5-32-545", "S-1-5-15"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        assert_int_equal(judge(groups[i], NULL, VIRTUAL, true), LOGON_RIGHT_BY_GROUP);
        assert_int_equal(judge(ALL_SERVICES, groups[i], VIRTUAL, true), LOGON_RIGHT_BY_GROUP);
        assert_int_equal(judge(PERSON, groups[i], PERSON, false), LOGON_RIGHT_BY_GROUP);
        assert_int_equal(judge(GROUP, groups[i], VIRTUAL, true), LOGON_RIGHT_LACKS);
    }
}

/* Security baselines deny it to guests. */
static void what_is_denied_to_others_does_not_count(void **state)
{
    (void)state;
    assert_int_equal(judge(ALL_SERVICES, "S-1-5-32-546", VIRTUAL, true), LOGON_RIGHT_HAS);
    assert_int_equal(judge(ALL_SERVICES, GROUP, VIRTUAL, true), LOGON_RIGHT_HAS);
    assert_int_equal(judge(PERSON, "S-1-5-32-546", PERSON, false), LOGON_RIGHT_HAS);
    assert_int_equal(judge(PERSON, GROUP, PERSON, false), LOGON_RIGHT_BY_GROUP);
}

/* Its groups are not known here. */
static void a_person_may_have_it_by_a_group(void **state)
{
    (void)state;
    assert_int_equal(judge(PERSON, NULL, PERSON, false), LOGON_RIGHT_HAS);
    assert_int_equal(judge(GROUP, NULL, PERSON, false), LOGON_RIGHT_BY_GROUP);
    assert_int_equal(judge(NULL, NULL, PERSON, false), LOGON_RIGHT_LACKS);
}

static void built_in_accounts_always_have_it(void **state)
{
    static const wchar_t *const accounts[] = {NULL,
                                              L"LocalSystem",
                                              L"NT AUTHORITY\\LocalService",
                                              L"NT AUTHORITY\\NetworkService",
                                              L"NT AUTHORITY\\Local Service",
                                              L"nt authority\\network service"};
    enum logon_right right;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
        assert_int_equal(logon_right_ask(accounts[i], &right), ERROR_SUCCESS);
        assert_int_equal(right, LOGON_RIGHT_BUILT_IN);
    }
}

/* As the service manager stores it. */
static void a_local_account_is_found(void **state)
{
    wchar_t name[256], computer[MAX_COMPUTERNAME_LENGTH + 1], account[260], domain[256];
    DWORD units = 256, computer_units = MAX_COMPUTERNAME_LENGTH + 1, size, domain_units = 256;
    BYTE sid[SECURITY_MAX_SID_SIZE];
    SID_NAME_USE use;
    bool local;
    enum logon_right right;
    uint32_t code;

    (void)state;
    assert_true(GetUserNameW(name, &units));
    assert_true(GetComputerNameW(computer, &computer_units));
    swprintf(account, 260, L"%ls\\%ls", computer, name);
    size = sizeof(sid);
    local = LookupAccountNameW(NULL, account, sid, &size, domain, &domain_units, &use);
    swprintf(account, 260, L".\\%ls", name);
    code = logon_right_ask(account, &right);
    assert_int_equal(code != ERROR_NONE_MAPPED, local); /* else it is of a domain */
    if (!support_wine() && local)
        assert_int_equal(code, ERROR_SUCCESS);
    assert_int_equal(logon_right_ask(L".\\no such account", &right), ERROR_NONE_MAPPED);
}

static void the_policy_of_this_machine_has_an_answer(void **state)
{
    enum logon_right right;

    (void)state;
    if (support_wine())
        skip(); /* no account has a right */
    assert_int_equal(logon_right_ask(L"NT SERVICE\\ShmBroker", &right), ERROR_SUCCESS);
    assert_int_not_equal(right, LOGON_RIGHT_BUILT_IN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_virtual_account_has_it_by_all_services),
        cmocka_unit_test(a_policy_without_all_services_takes_it_away),
        cmocka_unit_test(a_denial_wins),
        cmocka_unit_test(a_group_of_its_token_leaves_it_open),
        cmocka_unit_test(what_is_denied_to_others_does_not_count),
        cmocka_unit_test(a_person_may_have_it_by_a_group),
        cmocka_unit_test(built_in_accounts_always_have_it),
        cmocka_unit_test(a_local_account_is_found),
        cmocka_unit_test(the_policy_of_this_machine_has_an_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
