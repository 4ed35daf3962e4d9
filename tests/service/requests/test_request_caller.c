/* What a token may do, by AccessCheck: with tokens made here, since Wine's pipes tell none. */
#include "support.h"

#include <string.h>

#include "descriptors.h"
#include "request_caller.h"
#include "sddl_text.h"

static struct sys_failure why;

/* ---- tokens ---------------------------------------------------------------------- */

static HANDLE own_token(void)
{
    HANDLE token;

    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_DUPLICATE, &token));
    return token;
}

/* As a pipe gives it: for questions only. */
static struct request_caller caller_of(HANDLE token, SECURITY_IMPERSONATION_LEVEL level)
{
    struct request_caller caller = {0};

    assert_true(
        DuplicateTokenEx(token, TOKEN_QUERY, NULL, level, TokenImpersonation, &caller.token));
    CloseHandle(token);
    return caller;
}

static struct request_caller caller_without(WELL_KNOWN_SID_TYPE group, WELL_KNOWN_SID_TYPE only)
{
    BYTE off[SECURITY_MAX_SID_SIZE], to[SECURITY_MAX_SID_SIZE];
    SID_AND_ATTRIBUTES disabled = {off, 0}, restricted = {to, 0};
    DWORD size = sizeof(off), to_size = sizeof(to);
    HANDLE own = own_token(), token;

    assert_true(CreateWellKnownSid(group, NULL, off, &size));
    assert_true(CreateWellKnownSid(only, NULL, to, &to_size));
    assert_true(CreateRestrictedToken(own, 0, group != WinNullSid, &disabled, 0, NULL,
                                      only != WinNullSid, &restricted, &token));
    CloseHandle(own);
    return caller_of(token, SecurityIdentification);
}

static bool allowed(struct request_caller *caller, const char *sddl, uint32_t mask, bool write)
{
    struct sys_descriptor *descriptor;
    bool yes = true;

    assert_int_equal(descriptors_make(sddl, &descriptor, &why), SYS_OK);
    assert_int_equal(request_caller_allowed(caller, descriptor, mask, write, &yes, &why), SYS_OK);
    descriptors_free(descriptor);
    return yes;
}

/* ---- tests --------------------------------------------------------------------------- */

static void all_the_rights_must_be_given(void **state)
{
    struct request_caller caller = caller_of(own_token(), SecurityIdentification);

    (void)state;
    assert_true(allowed(&caller, "O:SYD:(A;;0x3;;;AU)", 3, false));
    assert_true(allowed(&caller, "O:SYD:(A;;0x3;;;AU)", 1, true));
    assert_true(allowed(&caller, "O:SYD:(A;;0x1;;;AU)(A;;0x2;;;WD)", 3, true));
    assert_false(allowed(&caller, "O:SYD:(A;;0x1;;;AU)", 3, false));
    assert_false(allowed(&caller, "O:SYD:(A;;0x1;;;S-1-5-21-1-2-3-4)", 1, false));
    assert_false(allowed(&caller, "O:SYD:", 1, false));
    /* With a group or without, with an owner or without. */
    assert_true(allowed(&caller, "O:SYG:SYD:(A;;0x1;;;AU)", 1, false));
    assert_true(allowed(&caller, "D:(A;;0x1;;;AU)", 1, false));
    request_caller_close(&caller);
}

static void an_entry_that_denies_wins(void **state)
{
    struct request_caller caller = caller_of(own_token(), SecurityIdentification);

    (void)state;
    assert_false(allowed(&caller, "O:SYD:(D;;0x1;;;AU)(A;;0x1;;;WD)", 1, true));
    assert_true(allowed(&caller, "O:SYD:(D;;0x2;;;AU)(A;;0x1;;;WD)", 1, true));
    request_caller_close(&caller);
}

static void a_group_without_effect_gives_nothing(void **state)
{
    struct request_caller caller = caller_without(WinAuthenticatedUserSid, WinNullSid);

    (void)state;
    assert_false(allowed(&caller, "O:SYD:(A;;0x1;;;AU)", 1, false));
    assert_true(allowed(&caller, "O:SYD:(A;;0x1;;;WD)", 1, false));
    request_caller_close(&caller);
}

static void a_group_without_effect_still_denies(void **state)
{
    struct request_caller caller;

    (void)state;
    if (support_wine())
        skip();
    caller = caller_without(WinAuthenticatedUserSid, WinNullSid);
    assert_false(allowed(&caller, "O:SYD:(D;;0x1;;;AU)(A;;0x1;;;WD)", 1, false));
    request_caller_close(&caller);
}

static void a_restricted_token_needs_both(void **state)
{
    struct request_caller caller;

    (void)state;
    if (support_wine())
        skip();
    caller = caller_without(WinNullSid, WinAuthenticatedUserSid);
    assert_true(allowed(&caller, "O:SYD:(A;;0x1;;;AU)", 1, false));
    assert_false(allowed(&caller, "O:SYD:(A;;0x1;;;WD)", 1, false));
    request_caller_close(&caller);
}

static void a_label_denies_what_writes(void **state)
{
    struct request_caller caller;

    (void)state;
    if (support_wine())
        skip();
    caller = caller_of(own_token(), SecurityIdentification);
    assert_false(allowed(&caller, "O:SYD:(A;;0x1;;;WD)S:(ML;;NW;;;SI)", 1, true));
    assert_true(allowed(&caller, "O:SYD:(A;;0x1;;;WD)S:(ML;;NW;;;SI)", 1, false));
    assert_true(allowed(&caller, "O:SYD:(A;;0x1;;;WD)S:(ML;;NW;;;LW)", 1, true));
    request_caller_close(&caller);
}

/* A client of low integrity, and of all that this process may otherwise do. */
static struct request_caller low_caller(void)
{
    BYTE low[SECURITY_MAX_SID_SIZE];
    TOKEN_MANDATORY_LABEL label = {{low, SE_GROUP_INTEGRITY}};
    DWORD size = sizeof(low);
    HANDLE own, token;

    assert_true(CreateWellKnownSid(WinLowLabelSid, NULL, low, &size));
    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE, &own));
    assert_true(DuplicateTokenEx(own, TOKEN_QUERY | TOKEN_DUPLICATE | TOKEN_ADJUST_DEFAULT, NULL,
                                 SecurityImpersonation, TokenPrimary, &token));
    assert_true(SetTokenInformation(token, TokenIntegrityLevel, &label, sizeof(label) + size));
    CloseHandle(own);
    return caller_of(token, SecurityIdentification);
}

/* As request_access.c makes them: of a rule without `integrity: low`, and of one with it. */
static void who_is_low_may_ask_where_the_rule_is_low(void **state)
{
    struct request_caller caller;

    (void)state;
    if (support_wine())
        skip();
    caller = low_caller();
    assert_false(allowed(&caller, "O:SYG:SYD:P(A;;0x2;;;WD)", 2, true));
    assert_true(allowed(&caller, "O:SYG:SYD:P(A;;0x2;;;WD)" SDDL_LOW_INTEGRITY, 2, true));
    /* Reading is no writing. */
    assert_true(allowed(&caller, "O:SYG:SYD:P(A;;0x2;;;WD)", 2, false));
    /* The label gives nothing that the list does not. */
    assert_false(
        allowed(&caller, "O:SYG:SYD:P(A;;0x2;;;S-1-5-21-1-2-3-4)" SDDL_LOW_INTEGRITY, 2, true));
    request_caller_close(&caller);
}

/* Until RevertToSelf, this thread has a token that is restricted to this SID. */
static void restrict_thread_to(WELL_KNOWN_SID_TYPE only)
{
    BYTE to[SECURITY_MAX_SID_SIZE];
    SID_AND_ATTRIBUTES restricted = {to, 0};
    DWORD size = sizeof(to);
    HANDLE own, token, thread;

    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &own));
    assert_true(CreateWellKnownSid(only, NULL, to, &size));
    assert_true(CreateRestrictedToken(own, 0, 0, NULL, 0, NULL, 1, &restricted, &token));
    assert_true(DuplicateTokenEx(token, TOKEN_QUERY | TOKEN_IMPERSONATE, NULL,
                                 SecurityImpersonation, TokenImpersonation, &thread));
    assert_true(SetThreadToken(NULL, thread));
    CloseHandle(thread);
    CloseHandle(token);
    CloseHandle(own);
}

/*
 * A client that wants it so (SECURITY_CONTEXT_TRACKING) is who it is when it writes: restricting
 * SIDs that its thread gets behind the connection count. Of all others, the connection counts.
 */
static void whoever_is_restricted_later_is_so(DWORD tracking, bool counts)
{
    const wchar_t *name = L"\\\\.\\pipe\\ShmbTest.Caller";
    HANDLE pipe = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 64, 64, 0, NULL);
    HANDLE client = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                                SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION | tracking, NULL);
    struct request_caller caller;
    char byte = 'x';
    DWORD done;
    BOOL written;

    assert_true(client != INVALID_HANDLE_VALUE);
    restrict_thread_to(WinAuthenticatedUserSid);
    written = WriteFile(client, &byte, 1, &done, NULL);
    assert_true(RevertToSelf());
    assert_true(written);
    assert_true(ReadFile(pipe, &byte, 1, &done, NULL));
    assert_int_equal(request_caller_read(pipe, &caller), ERROR_SUCCESS);
    assert_int_equal(IsTokenRestricted(caller.token) != 0, counts);
    assert_true(allowed(&caller, "O:SYD:(A;;0x1;;;AU)", 1, false));
    assert_int_equal(allowed(&caller, "O:SYD:(A;;0x1;;;WD)", 1, false), !counts);
    request_caller_close(&caller);
    CloseHandle(client);
    CloseHandle(pipe);
}

static void a_token_restricted_later_counts_where_it_is_tracked(void **state)
{
    (void)state;
    if (support_wine())
        skip();
    whoever_is_restricted_later_is_so(SECURITY_CONTEXT_TRACKING, true);
    whoever_is_restricted_later_is_so(0, false);
}

/* A failure lets nobody in. */
static void without_a_list_nobody_is_let_in(void **state)
{
    struct request_caller caller = caller_of(own_token(), SecurityIdentification);
    SECURITY_DESCRIPTOR empty;
    BYTE room[256];
    DWORD size = sizeof(room);
    bool yes = true;

    (void)state;
    assert_true(InitializeSecurityDescriptor(&empty, SECURITY_DESCRIPTOR_REVISION));
    assert_true(MakeSelfRelativeSD(&empty, room, &size));
    assert_int_equal(request_caller_allowed(&caller, (struct sys_descriptor *)(void *)room, 1,
                                            false, &yes, &why),
                     SYS_FAILED);
    assert_false(yes);
    assert_true(SetSecurityDescriptorDacl(&empty, TRUE, NULL, FALSE));
    size = sizeof(room);
    assert_true(MakeSelfRelativeSD(&empty, room, &size));
    yes = true;
    assert_int_equal(request_caller_allowed(&caller, (struct sys_descriptor *)(void *)room, 1,
                                            false, &yes, &why),
                     SYS_FAILED);
    assert_false(yes);
    request_caller_close(&caller);
}

static void without_a_token_neither(void **state)
{
    struct request_caller caller = {0};
    struct sys_descriptor *descriptor;
    bool yes = true;

    (void)state;
    assert_int_equal(descriptors_make("O:SYD:(A;;0x1;;;WD)", &descriptor, &why), SYS_OK);
    assert_int_not_equal(request_caller_allowed(&caller, descriptor, 1, false, &yes, &why), SYS_OK);
    assert_false(yes);
    /* A token that is no impersonation token is not one of a client. */
    caller.token = own_token();
    yes = true;
    assert_int_not_equal(request_caller_allowed(&caller, descriptor, 1, false, &yes, &why), SYS_OK);
    assert_false(yes);
    request_caller_close(&caller);
    assert_null(caller.token);
    descriptors_free(descriptor);
}

static void a_pipe_without_a_client_has_no_caller(void **state)
{
    struct request_caller caller;
    HANDLE pipe = CreateNamedPipeW(L"\\\\.\\pipe\\ShmbTest.Caller", PIPE_ACCESS_DUPLEX,
                                   PIPE_TYPE_BYTE, 1, 64, 64, 0, NULL);

    (void)state;
    assert_true(pipe != INVALID_HANDLE_VALUE);
    /* Wine has an answer to each question. */
    if (!support_wine()) {
        assert_int_not_equal(request_caller_read(pipe, &caller), ERROR_SUCCESS);
        assert_int_equal(request_caller_process(pipe), 0);
    }
    assert_int_not_equal(request_caller_read(INVALID_HANDLE_VALUE, &caller), ERROR_SUCCESS);
    assert_null(caller.token);
    assert_string_equal(caller.asker.sid, "");
    CloseHandle(pipe);
}

/* The thread is itself again, whatever came out. */
static void the_thread_stays_itself(void **state)
{
    HANDLE pipe = CreateNamedPipeW(L"\\\\.\\pipe\\ShmbTest.Caller", PIPE_ACCESS_DUPLEX,
                                   PIPE_TYPE_BYTE, 1, 64, 64, 0, NULL);
    HANDLE client = CreateFileW(L"\\\\.\\pipe\\ShmbTest.Caller", GENERIC_READ | GENERIC_WRITE, 0,
                                NULL, OPEN_EXISTING, 0, NULL);
    struct request_caller caller;
    HANDLE token;
    char byte = 'x';
    DWORD done;

    (void)state;
    assert_true(client != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(client, &byte, 1, &done, NULL));
    assert_true(ReadFile(pipe, &byte, 1, &done, NULL));
    assert_int_equal(request_caller_read(pipe, &caller), ERROR_SUCCESS);
    assert_false(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token));
    assert_int_equal(GetLastError(), ERROR_NO_TOKEN);
    assert_int_equal(caller.asker.process, GetCurrentProcessId());
    /* Nothing can be done in the client's name. */
    assert_false(ImpersonateLoggedOnUser(caller.token));
    assert_false(SetThreadToken(NULL, caller.token));
    request_caller_close(&caller);
    CloseHandle(client);
    CloseHandle(pipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_the_rights_must_be_given),
        cmocka_unit_test(an_entry_that_denies_wins),
        cmocka_unit_test(a_group_without_effect_gives_nothing),
        cmocka_unit_test(a_group_without_effect_still_denies),
        cmocka_unit_test(a_restricted_token_needs_both),
        cmocka_unit_test(a_label_denies_what_writes),
        cmocka_unit_test(who_is_low_may_ask_where_the_rule_is_low),
        cmocka_unit_test(a_token_restricted_later_counts_where_it_is_tracked),
        cmocka_unit_test(without_a_list_nobody_is_let_in),
        cmocka_unit_test(without_a_token_neither),
        cmocka_unit_test(a_pipe_without_a_client_has_no_caller),
        cmocka_unit_test(the_thread_stays_itself),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
