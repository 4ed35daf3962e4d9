#include "accounts.h"

#include <lm.h>
#include <objbase.h>
#include <sddl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNTS_MAX 8

static wchar_t made[ACCOUNTS_MAX][21];
static wchar_t copy[MAX_PATH];

bool accounts_possible(void)
{
    return !support_wine() || support_tokens();
}

static void remove_all(void)
{
    size_t i;

    for (i = 0; i < ACCOUNTS_MAX; i++)
        if (made[i][0] != 0)
            NetUserDel(NULL, made[i]);
    if (copy[0] != 0)
        DeleteFileW(copy);
}

/* Upper and lower case, digits and a sign, and nothing anybody can know. */
static void make_password(wchar_t out[33])
{
    GUID random;

    assert_int_equal(CoCreateGuid(&random), S_OK);
    swprintf(out, 33, L"Sh!%08lx%04x%04xQ", random.Data1, random.Data2, random.Data3);
}

/* The name of the group Users differs with the language. */
static void join_users(wchar_t *name)
{
    BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(sid), units = 256, domain_units = 256;
    wchar_t group[256], domain[256];
    LOCALGROUP_MEMBERS_INFO_3 member = {name};
    NET_API_STATUS status;
    SID_NAME_USE use;

    assert_true(CreateWellKnownSid(WinBuiltinUsersSid, NULL, sid, &size));
    assert_true(LookupAccountSidW(NULL, sid, group, &units, domain, &domain_units, &use));
    status = NetLocalGroupAddMembers(NULL, group, 3, (BYTE *)&member, 1);
    assert_true(status == NERR_Success || status == ERROR_MEMBER_IN_ALIAS);
}

static void find_sid(struct account *account)
{
    BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(sid), units = 256;
    wchar_t domain[256], *text;
    SID_NAME_USE use;

    assert_true(LookupAccountNameW(NULL, account->name, sid, &size, domain, &units, &use));
    assert_true(ConvertSidToStringSidW(sid, &text));
    snprintf(account->sid, sizeof(account->sid), "%s", support_narrow(text));
    LocalFree(text);
}

static void make_sid(struct account *account)
{
    static unsigned count;

    snprintf(account->sid, sizeof(account->sid), "S-1-5-21-9-9-9-%u", 1001 + count++);
}

void account_make(struct account *account, const wchar_t *name)
{
    USER_INFO_1 user = {0};
    size_t i = 0;

    memset(account, 0, sizeof(*account));
    wcscpy(account->name, name);
    if (support_wine()) {
        make_sid(account);
        return;
    }
    make_password(account->password);
    while (i < ACCOUNTS_MAX && made[i][0] != 0)
        i++;
    assert_true(i < ACCOUNTS_MAX);
    if (i == 0)
        atexit(remove_all);
    NetUserDel(NULL, account->name); /* of a run that was cut off */
    user.usri1_name = account->name;
    user.usri1_password = account->password;
    user.usri1_priv = USER_PRIV_USER;
    user.usri1_flags = UF_SCRIPT | UF_DONT_EXPIRE_PASSWD;
    assert_int_equal(NetUserAdd(NULL, 1, (BYTE *)&user, NULL), NERR_Success);
    wcscpy(made[i], name);
    join_users(account->name);
    find_sid(account);
}

void account_remove(struct account *account)
{
    size_t i;

    for (i = 0; i < ACCOUNTS_MAX; i++)
        if (account->name[0] != 0 && wcscmp(made[i], account->name) == 0) {
            NetUserDel(NULL, made[i]);
            made[i][0] = 0;
        }
    memset(account, 0, sizeof(*account));
}

const char *account_trustee(const struct account *account)
{
    return support_wine() ? account->sid : support_narrow(account->name);
}

static BOOL start_with_token(const struct account *account, const char *line, STARTUPINFOW *startup,
                             PROCESS_INFORMATION *process)
{
    char command[4096];
    wchar_t *writable;
    BOOL started;

    snprintf(command, sizeof(command), "\"%s\" -u %s -- %s",
             support_sibling("session_launcher.exe"), account->sid, line);
    writable = _wcsdup(support_wide(command));
    assert_non_null(writable);
    started = CreateProcessW(NULL, writable, NULL, NULL, FALSE, CREATE_NO_WINDOW, NULL, NULL,
                             startup, process);
    free(writable);
    return started;
}

static BOOL start_with_logon(const struct account *account, const char *line, STARTUPINFOW *startup,
                             PROCESS_INFORMATION *process)
{
    wchar_t *writable = _wcsdup(support_wide(line));
    BOOL started;

    assert_non_null(writable);
    started = CreateProcessWithLogonW(account->name, L".", account->password, 0, NULL, writable,
                                      CREATE_NO_WINDOW, NULL, L"C:\\Windows", startup, process);
    free(writable);
    return started;
}

static HANDLE start(const struct account *account, const char *program, const char *arguments)
{
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;
    char line[3072];

    snprintf(line, sizeof(line), "\"%s\" %s", program, arguments);
    if (!(support_wine() ? start_with_token : start_with_logon)(account, line, &startup, &process))
        fail_msg("%s as %s: error %lu", line, support_narrow(account->name), GetLastError());
    CloseHandle(process.hThread);
    return process.hProcess;
}

DWORD account_end(HANDLE process)
{
    DWORD code = 0;

    assert_int_equal(WaitForSingleObject(process, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    GetExitCodeProcess(process, &code);
    CloseHandle(process);
    return code;
}

/* A copy of this program where every user can read it: the one that runs may be anywhere. */
static const char *readable_self(void)
{
    if (copy[0] == 0) {
        assert_true(ExpandEnvironmentStringsW(L"%PUBLIC%\\shmb accounts test.exe", copy, MAX_PATH) >
                    0);
        assert_true(CopyFileW(support_wide(support_own_path()), copy, FALSE));
    }
    return support_narrow(copy);
}

static HANDLE start_self(const struct account *account, const char *format, va_list list)
{
    char arguments[2048];

    strcpy(arguments, "--client ");
    vsnprintf(arguments + strlen(arguments), sizeof(arguments) - strlen(arguments), format, list);
    return start(account, readable_self(), arguments);
}

HANDLE account_start(const struct account *account, const char *format, ...)
{
    va_list list;
    HANDLE process;

    va_start(list, format);
    process = start_self(account, format, list);
    va_end(list);
    return process;
}

DWORD account_run(const struct account *account, const char *format, ...)
{
    va_list list;
    HANDLE process;

    va_start(list, format);
    process = start_self(account, format, list);
    va_end(list);
    return account_end(process);
}

DWORD account_run_program(const struct account *account, const char *program, const char *format,
                          ...)
{
    char arguments[2048];
    va_list list;

    va_start(list, format);
    vsnprintf(arguments, sizeof(arguments), format, list);
    va_end(list);
    return account_end(start(account, program, arguments));
}
