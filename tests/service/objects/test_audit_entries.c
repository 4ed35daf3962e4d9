/* Audit entries of live objects, read back by another process that may; and who says where not. */
#include "service_manager.h"

#include <aclapi.h>
#include <ntsecapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"

#define HEAD                                                                                       \
    "version: 1\n"                                                                                 \
    "defaults: { access: { write: [Interactive] } }\n"                                             \
    "segments:\n"                                                                                  \
    "  ShmbTest.Plain: { size: 64, lock: none }\n"
#define DATA         "  ShmbTest.Data: { size: 64, integrity: low, notify: true }\n"
#define DATA_AUDITED "  ShmbTest.Data: { size: 64, integrity: low, notify: true, audit: true }\n"
#define OTHERS                                                                                     \
    "semaphores:\n"                                                                                \
    "  ShmbTest.Three: { maximum: 3, audit: true }\n"

/* Changes that go well, and whatever is refused, by everybody. */
#define ON_SECTION   "success 0x000c0002 S-1-1-0; failure 0x000f001f S-1-1-0"
#define ON_MUTEX     "success 0x000c0001 S-1-1-0; failure 0x001f0001 S-1-1-0"
#define ON_EVENT     "success 0x000c0002 S-1-1-0; failure 0x001f0003 S-1-1-0"
#define ON_SEMAPHORE ON_EVENT

static char said[32768];

/* ---- clients ---------------------------------------------------------------- */

static bool may_look(void)
{
    TOKEN_PRIVILEGES privileges = {.PrivilegeCount = 1};
    HANDLE token;
    bool may;

    privileges.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    if (!LookupPrivilegeValueW(NULL, SE_SECURITY_NAME, &privileges.Privileges[0].Luid) ||
        !OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token))
        return false;
    may = AdjustTokenPrivileges(token, FALSE, &privileges, 0, NULL, NULL) && GetLastError() == 0;
    CloseHandle(token);
    return may;
}

static size_t describe(ACL *list, DWORD index, char *out, size_t size)
{
    SYSTEM_AUDIT_ACE *entry;
    wchar_t *sid = NULL;
    void *found;
    int length;

    if (!GetAce(list, index, &found))
        return 0;
    entry = found;
    if (entry->Header.AceType != SYSTEM_AUDIT_ACE_TYPE)
        return 0;
    ConvertSidToStringSidW(&entry->SidStart, &sid);
    length = snprintf(out, size, "%s%s 0x%08lx %ls", index > 0 ? "; " : "",
                      entry->Header.AceFlags == SUCCESSFUL_ACCESS_ACE_FLAG ? "success"
                      : entry->Header.AceFlags == FAILED_ACCESS_ACE_FLAG   ? "failure"
                                                                           : "both",
                      entry->Mask, sid != NULL ? sid : L"?");
    LocalFree(sid);
    return length > 0 && (size_t)length < size ? (size_t)length : 0;
}

/* audits KIND NAME: its audit entries in one line; "none"; or the error. */
static int audits(int argc, char **argv)
{
    char text[512] = "";
    PSECURITY_DESCRIPTOR security = NULL;
    HANDLE handle;
    ACL *list = NULL;
    DWORD code, i;
    size_t used = 0;

    (void)argc;
    if (!may_look()) {
        client_say("no privilege");
        return 0;
    }
    handle = client_open(argv[0], argv[1], ACCESS_SYSTEM_SECURITY | READ_CONTROL);
    code = handle == NULL ? GetLastError()
                          : GetSecurityInfo(handle, SE_KERNEL_OBJECT, SACL_SECURITY_INFORMATION,
                                            NULL, NULL, NULL, &list, &security);
    for (i = 0; code == 0 && list != NULL && i < list->AceCount; i++)
        used += describe(list, i, text + used, sizeof(text) - used);
    if (code != 0)
        client_say("error %lu", code);
    else
        client_say("%s", used > 0 ? text + (strncmp(text, "; ", 2) == 0 ? 2 : 0) : "none");
    return 0;
}

/* label NAME: how many labels of low integrity a section has. */
static int label(int argc, char **argv)
{
    union {
        BYTE bytes[1024];
        SECURITY_DESCRIPTOR_RELATIVE descriptor;
    } found;
    HANDLE handle = client_open("section", argv[0], READ_CONTROL);
    BOOL present = FALSE, defaulted;
    ACL *list = NULL;
    DWORD size, i;
    int count = 0;

    (void)argc;
    if (handle == NULL || !GetKernelObjectSecurity(handle, LABEL_SECURITY_INFORMATION, found.bytes,
                                                   sizeof(found), &size))
        client_say("error %lu", GetLastError());
    else if (GetSecurityDescriptorSacl(found.bytes, &present, &list, &defaulted) && present)
        for (i = 0; list != NULL && i < list->AceCount; i++) {
            void *entry;

            count += GetAce(list, i, &entry) &&
                     ((ACE_HEADER *)entry)->AceType == SYSTEM_MANDATORY_LABEL_ACE_TYPE &&
                     *GetSidSubAuthority(&((SYSTEM_MANDATORY_LABEL_ACE *)entry)->SidStart, 0) ==
                         SECURITY_MANDATORY_LOW_RID;
        }
    client_say("%d", count);
    return 0;
}

/* ---- tests ------------------------------------------------------------------ */

static void expect(const char *kind, const char *name, const char *entries)
{
    const char *found = client_line(NULL, "audits %s Global\\ShmbTest.%s", kind, name);

    if (strcmp(found, entries) != 0)
        fail_msg("%s %s is audited: %s", kind, name, found);
}

static DWORD run(const char *arguments)
{
    return child_said(child_start(NULL, "\"%s\" %s", support_sibling("shmbroker.exe"), arguments),
                      said, sizeof(said));
}

static void verb(const char *arguments, DWORD code, const char *part)
{
    DWORD got = run(arguments);

    if (got != code || strstr(said, part) == NULL)
        fail_msg("shmbroker %s: code %lu instead of %lu, or no \"%s\", in:\n%s", arguments, got,
                 code, part, said);
}

/* Installs, or mends, for this configuration. */
static void install(const char *option, const char *text)
{
    char arguments[1024];

    snprintf(arguments, sizeof(arguments), "install %s --allow-unsafe-config --config \"%s\"",
             option, scm_file(text));
    verb(arguments, 0, "installed");
}

static void expect_data(bool audited)
{
    expect("section", "Data", audited ? ON_SECTION : "none");
    expect("mutex", "Data.lock", audited ? ON_MUTEX : "none");
    expect("event", "Data.changed.0", audited ? ON_EVENT : "none");
    /* Whatever becomes of that, the label is there once. */
    assert_string_equal(client_line(NULL, "label Global\\ShmbTest.Data"), "1");
}

static void entries_come_and_go_with_the_key(void **state)
{
    (void)state;
    install("--audit", HEAD DATA_AUDITED OTHERS);
    verb("start", 0, "runs");
    expect_data(true);
    expect("semaphore", "Three", ON_SEMAPHORE);
    expect("section", "Plain", "none");
    verb("status", 0, "ShmbTest.Data: held");
    scm_file(HEAD DATA OTHERS);
    verb("reload", 0, "audit    Global\\ShmbTest.Data: off");
    expect_data(false);
    expect("semaphore", "Three", ON_SEMAPHORE);
    scm_file(HEAD DATA_AUDITED OTHERS);
    verb("reload", 0, "audit    Global\\ShmbTest.Data: on");
    expect_data(true);
}

static void what_is_taken_over_is_audited_as_the_file_says_then(void **state)
{
    (void)state;
    install("--audit", HEAD DATA_AUDITED);
    verb("start", 0, "runs");
    verb("stop", 0, "stopped"); /* its keeper holds them */
    expect_data(true);
    scm_file(HEAD DATA);
    verb("start", 0, "runs");
    expect_data(false);
    verb("stop", 0, "stopped");
    scm_file(HEAD DATA_AUDITED);
    verb("start", 0, "runs");
    expect_data(true);
}

/* As a refresh of a group policy does. */
static void take_right_away(void)
{
    wchar_t name[] = SE_SECURITY_NAME;
    LSA_UNICODE_STRING right = {(USHORT)(sizeof(name) - sizeof(wchar_t)), sizeof(name), name};
    LSA_OBJECT_ATTRIBUTES attributes = {0};
    LSA_HANDLE policy;
    PSID sid;

    assert_true(ConvertStringSidToSidW(
        L"S-1-5-80-4278917904-4027446710-1448384935-3026862272-1677383374", &sid));
    assert_int_equal(LsaOpenPolicy(NULL, &attributes, POLICY_LOOKUP_NAMES, &policy), 0);
    assert_int_equal(LsaRemoveAccountRights(policy, sid, FALSE, &right, 1), 0);
    LsaClose(policy);
    LocalFree(sid);
}

static void a_policy_that_takes_the_right_away_does_not_stop_it(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* no rights of accounts */
    install("--audit", HEAD DATA_AUDITED);
    take_right_away();
    verb("start", 1, "degraded:      6 objects not audited");
    expect_data(false);
    verb("status", 1, "degraded:      6 objects not audited");
    verb("status --verify", 1, "differs  right to audit: lacks it");
}

static void without_the_privilege_it_is_degraded_and_says_so(void **state)
{
    (void)state;
    install("", HEAD DATA_AUDITED);
    verb("start", 1, "degraded:      6 objects not audited");
    expect_data(false);
    expect("section", "Plain", "none");
    verb("status", 1,
         "audit Global\\ShmbTest.Data: refused, the service has no privilege to audit");
    assert_non_null(strstr(said, "degraded:      6 objects not audited\n"));
    assert_string_equal(client_line(NULL, "open section Global\\ShmbTest.Data 0x6"), "0");
    verb("reload", 1, "audit    Global\\ShmbTest.Data: the service has no privilege to audit");
    /* The privilege comes with the next start after this. */
    install("--audit", HEAD DATA_AUDITED);
    verb("stop", 0, "stopped");
    verb("start", 0, "runs");
    expect_data(true);
    verb("status", 0, "ShmbTest.Data: held");
}

static struct child *run_broker(const char *option)
{
    return child_start(NULL, "\"%s\" run %s --release --allow-unsafe-config --config \"%s\"",
                       support_sibling("shmbroker.exe"), option, support_file(HEAD DATA_AUDITED));
}

static void a_broker_in_a_console_is_told_likewise(void **state)
{
    struct child *broker = run_broker("");

    (void)state;
    child_find(broker, "error 331: ", SUPPORT_DEADLINE_MS);
    child_find(broker, "warning 103: ", SUPPORT_DEADLINE_MS);
    expect_data(false);
    child_kill(broker);
    support_end_keepers();
    broker = run_broker("--audit");
    child_find(broker, "info 100: ", SUPPORT_DEADLINE_MS);
    expect_data(true);
    child_kill(broker);
}

static void check_warns_where_the_service_may_not(void **state)
{
    char arguments[1024];
    const char *file;

    (void)state;
    file = scm_file(HEAD DATA_AUDITED);
    snprintf(arguments, sizeof(arguments), "check --allow-unsafe-config \"%s\"", file);
    /* Nobody knows for which machine it is. */
    verb(arguments, 0, "ShmbTest.Data, 64 bytes, audited");
    assert_null(strstr(said, "has no privilege to audit"));
    install("", HEAD DATA_AUDITED);
    verb(arguments, 0,
         ":5:67: warning: segments.ShmbTest.Data.audit: the installed service has no privilege "
         "to audit; run: shmbroker install --audit");
    install("--audit", HEAD DATA_AUDITED);
    verb(arguments, 0, "ShmbTest.Data, 64 bytes, audited");
    assert_null(strstr(said, "has no privilege to audit"));
}

/* What nobody asks to be changed stays. */
static void install_keeps_it_until_told_otherwise(void **state)
{
    (void)state;
    install("--audit", HEAD DATA);
    verb("status --verify", 1, "right to audit: ");
    /* Wine grants no rights, and remembers none. */
    if (!support_wine()) {
        verb("status --verify", 1, "ok       right to audit: has it");
        assert_non_null(strstr(said, "ok       privileges: no list"));
    }
    install("", HEAD DATA_AUDITED);
    verb("start", 0, "runs");
    expect_data(true);
    install("--no-audit", HEAD DATA_AUDITED);
    verb("status --verify", 1,
         "differs  right to audit: the configuration has audit: true, and the service is not "
         "installed to audit; run: shmbroker install --audit");
    verb("stop", 0, "stopped");
    verb("start", 1, "objects not audited");
    verb("status", 1, "objects not audited");
    verb("install --audit --no-audit", 2, "not both");
}

static const struct verb verbs[] = {{"audits", 2, audits}, {"label", 1, label}};

#define TEST(name) cmocka_unit_test_teardown(name, scm_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(entries_come_and_go_with_the_key),
        TEST(what_is_taken_over_is_audited_as_the_file_says_then),
        TEST(without_the_privilege_it_is_degraded_and_says_so),
        TEST(a_policy_that_takes_the_right_away_does_not_stop_it),
        TEST(a_broker_in_a_console_is_told_likewise),
        TEST(check_warns_where_the_service_may_not),
        TEST(install_keeps_it_until_told_otherwise),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
