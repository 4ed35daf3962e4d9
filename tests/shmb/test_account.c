/* Names of accounts: a domain that does not answer costs a bounded time. */
#include "support.h"

#include "account.h"

#define LITTLE_MS 300u

static HANDLE answers; /* set: the domain answers */
static volatile LONG ended;

static PSID any_sid(void)
{
    static SID sid = {SID_REVISION, 1, {SECURITY_NT_AUTHORITY}, {SECURITY_BATCH_RID}};

    return &sid;
}

static BOOL WINAPI slow_domain(LPCWSTR system, PSID sid, LPWSTR name, LPDWORD name_length,
                               LPWSTR domain, LPDWORD domain_length, PSID_NAME_USE use)
{
    (void)system;
    (void)sid;
    WaitForSingleObject(answers, INFINITE);
    wcscpy(name, L"Traders");
    wcscpy(domain, L"CORP");
    *name_length = *domain_length = 0;
    *use = SidTypeGroup;
    InterlockedIncrement(&ended);
    return TRUE;
}

static BOOL WINAPI no_such_account(LPCWSTR system, PSID sid, LPWSTR name, LPDWORD name_length,
                                   LPWSTR domain, LPDWORD domain_length, PSID_NAME_USE use)
{
    (void)system;
    (void)sid;
    (void)name;
    (void)name_length;
    (void)domain;
    (void)domain_length;
    (void)use;
    return FALSE;
}

static int begin(void **state)
{
    (void)state;
    answers = CreateEventW(NULL, TRUE, FALSE, NULL);
    return answers != NULL ? 0 : -1;
}

static void an_account_has_a_name(void **state)
{
    struct account_patience patience = {slow_domain, INFINITE};
    char text[64];

    (void)state;
    SetEvent(answers);
    account_text_within(&patience, any_sid(), text, sizeof(text));
    assert_string_equal(text, "CORP\\Traders");
    account_text_within(&patience, any_sid(), text, 10);
    assert_string_equal(text, "CORP\\T...");
    patience.look_up = no_such_account;
    account_text_within(&patience, any_sid(), text, sizeof(text));
    assert_string_equal(text, "S-1-5-3");
}

static void a_domain_that_does_not_answer_is_not_waited_for(void **state)
{
    struct account_patience patience = {slow_domain, LITTLE_MS};
    LONG before = ended;
    char text[64];
    int i;

    (void)state;
    ResetEvent(answers);
    for (i = 0; i < 5; i++) {
        account_text_within(&patience, any_sid(), text, sizeof(text));
        assert_string_equal(text, "S-1-5-3");
    }
    assert_int_equal(patience.left_ms, 0);
    SetEvent(answers);
    while (ended < before + 5) /* they end, with memory that is still theirs */
        Sleep(1);
}

static void this_machine_knows_its_own_accounts(void **state)
{
    static SID users = {SID_REVISION, 1, {SECURITY_WORLD_SID_AUTHORITY}, {SECURITY_WORLD_RID}};
    char text[256];

    (void)state;
    account_text(&users, text, sizeof(text));
    assert_string_not_equal(text, "S-1-1-0");
    assert_string_not_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_has_a_name),
        cmocka_unit_test(a_domain_that_does_not_answer_is_not_waited_for),
        cmocka_unit_test(this_machine_knows_its_own_accounts),
    };

    return cmocka_run_group_tests(tests, begin, NULL);
}
