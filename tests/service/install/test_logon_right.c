/* Who may log on as a service, by the lists of a policy. */
#include "support.h"

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
    assert_int_equal(judge(PERSON, ALL_SERVICES, PERSON, false), LOGON_RIGHT_HAS);
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
    static const wchar_t *const accounts[] = {NULL, L"LocalSystem", L"NT AUTHORITY\\LocalService",
                                              L"NT AUTHORITY\\NetworkService"};
    enum logon_right right;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
        assert_int_equal(logon_right_ask(accounts[i], &right), ERROR_SUCCESS);
        assert_int_equal(right, LOGON_RIGHT_BUILT_IN);
    }
}

static void the_policy_of_this_machine_has_an_answer(void **state)
{
    enum logon_right right;

    (void)state;
    if (support_wine())
        skip(); /* no account has a right */
    assert_int_equal(logon_right_ask(L"NT SERVICE\\ShmBroker", &right), ERROR_SUCCESS);
    assert_int_equal(right, LOGON_RIGHT_HAS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_virtual_account_has_it_by_all_services),
        cmocka_unit_test(a_policy_without_all_services_takes_it_away),
        cmocka_unit_test(a_denial_wins),
        cmocka_unit_test(a_person_may_have_it_by_a_group),
        cmocka_unit_test(built_in_accounts_always_have_it),
        cmocka_unit_test(the_policy_of_this_machine_has_an_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
