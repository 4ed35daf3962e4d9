/*
 * The installed service against real standard users, who are made for it and
 * removed again: what each may open, and what nobody of them can touch.
 */
#include "installing.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "clients.h"

static struct account reader, writer, stranger;
static wchar_t data[MAX_PATH], aside[MAX_PATH];

/* ---- what the users try; the exit code is the error ------------------------- */

static int result_of(HANDLE handle)
{
    return handle != NULL && handle != INVALID_HANDLE_VALUE ? 0 : (int)GetLastError();
}

static int try_open(int argc, char **argv)
{
    (void)argc;
    return result_of(client_open(argv[0], argv[1], (DWORD)strtoul(argv[2], NULL, 16)));
}

static int try_service(int argc, char **argv)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);

    (void)argc;
    if (manager == NULL)
        return (int)GetLastError();
    return result_of(
        (HANDLE)OpenServiceW(manager, L"ShmBroker", (DWORD)strtoul(argv[0], NULL, 16)));
}

/* Every control a program may send, with the rights users have; 0: one was taken. */
static int try_controls(int argc, char **argv)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service = manager != NULL ? OpenServiceW(manager, L"ShmBroker",
                                                       SERVICE_QUERY_STATUS | SERVICE_INTERROGATE)
                                        : NULL;
    SERVICE_STATUS status;
    DWORD control;

    (void)argc;
    (void)argv;
    if (service == NULL)
        return 901;
    for (control = 1; control < 256; control++)
        if (control != SERVICE_CONTROL_INTERROGATE && ControlService(service, control, &status))
            return 0;
    return ERROR_ACCESS_DENIED;
}

static int try_process(int argc, char **argv)
{
    (void)argc;
    return result_of(
        OpenProcess((DWORD)strtoul(argv[1], NULL, 16), FALSE, (DWORD)strtoul(argv[0], NULL, 10)));
}

static int try_write(int argc, char **argv)
{
    (void)argc;
    return result_of(CreateFileW(support_wide(argv[0]), GENERIC_WRITE, FILE_SHARE_READ, NULL,
                                 OPEN_EXISTING, 0, NULL));
}

static int try_add(int argc, char **argv)
{
    (void)argc;
    return result_of(
        CreateFileW(support_wide(argv[0]), GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
}

static int try_folder(int argc, char **argv)
{
    (void)argc;
    return CreateDirectoryW(support_wide(argv[0]), NULL) ? 0 : (int)GetLastError();
}

static int try_key(int argc, char **argv)
{
    HKEY key;

    (void)argc;
    return (int)RegOpenKeyExW(HKEY_LOCAL_MACHINE, support_wide(argv[0]), 0, KEY_SET_VALUE, &key);
}

static int try_junction(int argc, char **argv)
{
    char command[2048];

    (void)argc;
    snprintf(command, sizeof(command), "mklink /J \"%s\" \"%s\" >nul", argv[0], argv[1]);
    return system(command);
}

#define PLANTED "Global\\ShmbTest.Planted"
#define TAKEN   "Global\\ShmbTest.Taken"

static bool adds(const char *folder, const char *tail)
{
    char path[1024];
    HANDLE file;

    snprintf(path, sizeof(path), "%s%s", folder, tail);
    file = CreateFileW(support_wide(path), GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    CloseHandle(file);
    return true;
}

/*
 * Makes a folder and keeps it open with rights that no share mode tells of;
 * after the installation he gives himself everything through that handle. 0:
 * something of the folder that has this name now is his.
 */
static int try_plant(int argc, char **argv)
{
    const DWORD all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    HANDLE planted = OpenEventW(EVENT_MODIFY_STATE, FALSE, L"" PLANTED);
    HANDLE taken = OpenEventW(SYNCHRONIZE, FALSE, L"" TAKEN), folder;
    PSECURITY_DESCRIPTOR everything;
    bool had;

    (void)argc;
    if (planted == NULL || taken == NULL || !CreateDirectoryW(support_wide(argv[0]), NULL) ||
        !adds(argv[0], "\\planted.yaml"))
        return 901;
    folder = CreateFileW(support_wide(argv[0]), WRITE_DAC | WRITE_OWNER, all, NULL, OPEN_EXISTING,
                         FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (folder == INVALID_HANDLE_VALUE || !SetEvent(planted))
        return 902;
    if (WaitForSingleObject(taken, SUPPORT_DEADLINE_MS) != WAIT_OBJECT_0 ||
        !ConvertStringSecurityDescriptorToSecurityDescriptorW(L"D:P(A;OICI;FA;;;WD)",
                                                              SDDL_REVISION_1, &everything, NULL))
        return 903;
    /* What is put aside is still his. */
    if (!SetKernelObjectSecurity(folder, DACL_SECURITY_INFORMATION, everything))
        return 904;
    had = adds(argv[0], "\\more.yaml") || adds(argv[0], "\\state\\more") ||
          adds(argv[0], "\\keep\\more");
    return had ? 0 : ERROR_ACCESS_DENIED;
}

static const struct verb verbs[] = {
    {"try-open", 3, try_open},       {"try-service", 1, try_service},
    {"try-process", 2, try_process}, {"try-write", 1, try_write},
    {"try-add", 1, try_add},         {"try-folder", 1, try_folder},
    {"try-key", 1, try_key},         {"try-junction", 2, try_junction},
    {"try-plant", 1, try_plant},     {"try-controls", 0, try_controls},
};

/* ---- the world -------------------------------------------------------------- */

static const char *in_data(const char *tail)
{
    static char paths[4][MAX_PATH * 3];
    static unsigned turn;
    char *path = paths[turn++ % 4];

    snprintf(path, sizeof(paths[0]), "%s%s", support_narrow(data), tail);
    return path;
}

/* What `install` has put aside: its path and `tail`; NULL: nothing, or more than one folder. */
static const wchar_t *put_aside(const wchar_t *tail)
{
    static wchar_t path[MAX_PATH * 2];
    WIN32_FIND_DATAW entry;
    HANDLE search;
    bool one;

    swprintf(path, MAX_PATH * 2, L"%ls.planted-*", data);
    search = FindFirstFileW(path, &entry);
    if (search == INVALID_HANDLE_VALUE)
        return NULL;
    swprintf(path, MAX_PATH * 2, L"%.*ls%ls%ls", (int)(wcsrchr(data, L'\\') + 1 - data), data,
             entry.cFileName, tail);
    one = !FindNextFileW(search, &entry);
    FindClose(search);
    return one ? path : NULL;
}

static void remove_aside(void)
{
    if (put_aside(L"") == NULL)
        return;
    DeleteFileW(put_aside(L"\\planted.yaml"));
    RemoveDirectoryW(put_aside(L""));
}

static void remove_data(void)
{
    remove_aside();
    support_forget();
    DeleteFileW(support_wide(in_data("\\shmbroker.yaml")));
    DeleteFileW(support_wide(in_data("\\planted.yaml")));
    RemoveDirectoryW(support_wide(in_data("\\state")));
    RemoveDirectoryW(support_wide(in_data("\\keep")));
    RemoveDirectoryW(data);
}

static int begin(void **state)
{
    int result = scm_setup(state);

    if (!accounts_possible() || result != 0)
        return result;
    assert_true(ExpandEnvironmentStringsW(L"%ProgramData%\\ShmBroker", data, MAX_PATH) > 0);
    wcscpy(aside, data);
    wcscat(aside, L" aside");
    /* What is there is somebody's, and what these tests are about is that nothing is. */
    if (GetFileAttributesW(data) != INVALID_FILE_ATTRIBUTES)
        assert_true(MoveFileW(data, aside));
    account_make(&reader, L"shmbtest_reader");
    account_make(&writer, L"shmbtest_writer");
    account_make(&stranger, L"shmbtest_stranger");
    return 0;
}

static int end(void **state)
{
    (void)state;
    if (!accounts_possible())
        return 0;
    account_remove(&reader);
    account_remove(&writer);
    account_remove(&stranger);
    remove_data();
    if (GetFileAttributesW(aside) != INVALID_FILE_ATTRIBUTES)
        MoveFileW(aside, data);
    return 0;
}

static int tear_down(void **state)
{
    int result = scm_teardown(state);

    if (accounts_possible())
        remove_data();
    return result;
}

/* The service as `install` makes it; on Windows its rules for files are in force. */
static void serve(void)
{
    char text[512];
    HANDLE file;
    DWORD done;

    snprintf(text, sizeof(text),
             "version: 1\n"
             "segments:\n"
             "  ShmbTest.Data:\n"
             "    size: 64\n"
             "    access: { read: [%s], write: [%s] }\n",
             account_trustee(&reader), account_trustee(&writer));
    install_plainly("is installed");
    file = CreateFileW(support_wide(in_data("\\shmbroker.yaml")), GENERIC_WRITE, 0, NULL,
                       TRUNCATE_EXISTING, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, text, (DWORD)strlen(text), &done, NULL));
    CloseHandle(file);
    broker_says("start", 0, "runs");
}

#define DATA "Global\\ShmbTest.Data"

/* As an administrator with SeRestorePrivilege may. */
static void give(const char *path, const char *sid)
{
    const SECURITY_INFORMATION what = OWNER_SECURITY_INFORMATION;
    TOKEN_PRIVILEGES one = {1, {{{0, 0}, SE_PRIVILEGE_ENABLED}}};
    PSECURITY_DESCRIPTOR owner;
    char sddl[256];
    HANDLE token;

    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token));
    assert_true(LookupPrivilegeValueW(NULL, SE_RESTORE_NAME, &one.Privileges[0].Luid));
    assert_true(AdjustTokenPrivileges(token, FALSE, &one, 0, NULL, NULL));
    snprintf(sddl, sizeof(sddl), "O:%s", sid);
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        support_wide(sddl), SDDL_REVISION_1, &owner, NULL));
    assert_true(SetFileSecurityW(support_wide(path), what, owner));
    LocalFree(owner);
    one.Privileges[0].Attributes = 0;
    AdjustTokenPrivileges(token, FALSE, &one, 0, NULL, NULL);
    CloseHandle(token);
}

/* ---- tests ------------------------------------------------------------------ */

static void each_account_has_the_rights_of_its_level(void **state)
{
    (void)state;
    if (!accounts_possible())
        skip(); /* one user for everything */
    serve();
    assert_int_equal(account_run(&reader, "try-open section " DATA " 4"), 0);
    assert_int_equal(account_run(&reader, "try-open section " DATA " 6"), ERROR_ACCESS_DENIED);
    assert_int_equal(account_run(&reader, "try-open mutex " DATA ".lock 100000"),
                     ERROR_ACCESS_DENIED);
    assert_int_equal(account_run(&writer, "try-open section " DATA " 6"), 0);
    assert_int_equal(account_run(&writer, "try-open mutex " DATA ".lock 100001"), 0);
    assert_int_equal(account_run(&writer, "try-open section " DATA " 40000"), ERROR_ACCESS_DENIED);
    assert_int_equal(account_run(&stranger, "try-open section " DATA " 4"), ERROR_ACCESS_DENIED);
    assert_int_equal(account_run(&stranger, "try-open mutex " DATA ".lock 100000"),
                     ERROR_ACCESS_DENIED);
}

static void users_may_ask_the_service_and_nothing_else(void **state)
{
    static const char *const refused[] = {
        "2" /* change */,      "10" /* start */,     "20" /* stop */,   "40" /* pause */,
        "100" /* own codes */, "10000" /* delete */, "40000" /* DAC */, "80000" /* owner */,
    };
    size_t i;

    (void)state;
    if (support_wine())
        skip(); /* its service manager does not look at who asks */
    serve();
    assert_int_equal(account_run(&stranger, "try-service 5"), 0);
    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(account_run(&stranger, "try-service %s", refused[i]), ERROR_ACCESS_DENIED);
}

/* PRESHUTDOWN (15), which a service obeys, and those of 128 and above among them. */
static void users_can_send_no_control(void **state)
{
    DWORD process;

    (void)state;
    if (support_wine())
        skip(); /* its service manager does not look at who asks */
    serve();
    process = scm_wait(SERVICE_RUNNING).dwProcessId;
    assert_int_equal(account_run(&stranger, "try-controls"), ERROR_ACCESS_DENIED);
    assert_int_equal(scm_wait(SERVICE_RUNNING).dwProcessId, process);
}

static void users_cannot_open_the_process(void **state)
{
    static const char *const rights[] = {"1", "8", "10", "20", "40", "400", "1000", "40000"};
    DWORD process;
    size_t i;

    (void)state;
    if (!accounts_possible())
        skip(); /* one user for everything */
    serve();
    process = scm_wait(SERVICE_RUNNING).dwProcessId;
    for (i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
        assert_int_equal(account_run(&stranger, "try-process %lu %s", process, rights[i]),
                         ERROR_ACCESS_DENIED);
}

/* `shmbroker check` of a configuration that denies this account something. */
static void expect_undeniable(const char *sid)
{
    static char said[SUPPORT_LINE_MAX];
    char text[512];
    DWORD code;

    snprintf(
        text, sizeof(text),
        "version: 1\nmutexes: { ShmbTest.M: { access: { read: [Interactive], deny: [%s] } } }\n",
        sid);
    code = child_said(child_start(NULL, "\"%s\" check --allow-unsafe-config \"%s\"",
                                  support_sibling("shmbroker.exe"), support_file(text)),
                      said, sizeof(said));
    if (code != 1 || strstr(said, "would lock the broker itself out") == NULL)
        fail_msg("the service has the group %s, and it may be denied: code %lu, %s", sid, code,
                 said);
}

/* Of the installed service's token, but for those that nobody can name: log-on, integrity. */
static void no_group_of_the_service_can_be_denied(void **state)
{
    union {
        TOKEN_GROUPS groups;
        BYTE bytes[16384];
    } buffer;
    HANDLE process, token;
    DWORD size, i;

    (void)state;
    if (support_wine())
        skip(); /* runs every service as one user */
    serve();
    process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE,
                          scm_wait(SERVICE_RUNNING).dwProcessId);
    assert_non_null(process);
    assert_true(OpenProcessToken(process, TOKEN_QUERY, &token));
    assert_true(GetTokenInformation(token, TokenGroups, &buffer, sizeof(buffer), &size));
    for (i = 0; i < buffer.groups.GroupCount; i++) {
        const SID_AND_ATTRIBUTES *group = &buffer.groups.Groups[i];
        wchar_t *text;

        if ((group->Attributes & SE_GROUP_ENABLED) == 0 ||
            (group->Attributes & (SE_GROUP_INTEGRITY | SE_GROUP_LOGON_ID)) != 0)
            continue;
        assert_true(ConvertSidToStringSidW(group->Sid, &text));
        expect_undeniable(support_narrow(text));
        LocalFree(text);
    }
    CloseHandle(token);
    CloseHandle(process);
}

static void users_can_write_nothing_of_the_installation(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* keeps hardly anything of access lists of files */
    serve();
    assert_int_equal(
        account_run(&stranger, "try-write \"%s\"", support_narrow(scm_program(L"\\shmbroker.exe"))),
        ERROR_ACCESS_DENIED);
    assert_int_equal(
        account_run(&stranger, "try-add \"%s\"", support_narrow(scm_program(L"\\version.dll"))),
        ERROR_ACCESS_DENIED);
    assert_int_equal(account_run(&stranger, "try-write \"%s\"", in_data("\\shmbroker.yaml")),
                     ERROR_ACCESS_DENIED);
    assert_int_equal(account_run(&stranger, "try-add \"%s\"", in_data("\\more.yaml")),
                     ERROR_ACCESS_DENIED);
    assert_int_equal(account_run(&stranger, "try-add \"%s\"", in_data("\\state\\more")),
                     ERROR_ACCESS_DENIED);
    assert_int_equal(
        account_run(&stranger, "try-key SYSTEM\\CurrentControlSet\\Services\\ShmBroker"),
        ERROR_ACCESS_DENIED);
    assert_int_equal(
        account_run(&stranger,
                    "try-key SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters"),
        ERROR_ACCESS_DENIED);
    assert_int_equal(
        account_run(&stranger,
                    "try-key SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters\\Orders"),
        ERROR_ACCESS_DENIED);
}

static void users_cannot_install(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* its service manager does not look at who asks */
    serve();    /* where the program is, the user can read it */
    assert_int_equal(account_run_program(&stranger, support_narrow(scm_program(L"\\shmbroker.exe")),
                                         "install --to C:\\Users\\Public\\x"),
                     3);
    assert_int_equal(
        account_run_program(&stranger, support_narrow(scm_program(L"\\shmbroker.exe")), "stop"), 3);
}

static void the_installed_service_verifies(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* it knows neither service SIDs nor lists of files */
    serve();
    broker_says("status --verify", 0, "ok       folder of its state: as it should be");
}

static HANDLE event_for_all(const wchar_t *name)
{
    SECURITY_ATTRIBUTES security = {.nLength = sizeof(security)};
    HANDLE event;

    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        L"D:(A;;GA;;;BA)(A;;0x100002;;;WD)", SDDL_REVISION_1, &security.lpSecurityDescriptor,
        NULL));
    event = CreateEventW(&security, TRUE, FALSE, name);
    LocalFree(security.lpSecurityDescriptor);
    assert_non_null(event);
    return event;
}

/* A user was first, and has the folder open while it is taken from him. */
static void a_planted_folder_is_put_aside(void **state)
{
    HANDLE planted, taken, planter;

    (void)state;
    if (support_wine())
        skip(); /* all files are of one user */
    planted = event_for_all(L"" PLANTED);
    taken = event_for_all(L"" TAKEN);
    planter = account_start(&stranger, "try-plant \"%s\"", in_data(""));
    assert_int_equal(WaitForSingleObject(planted, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    broker_says("install", 0, "shmbtest_stranger; it is put aside as");
    assert_true(SetEvent(taken));
    assert_int_equal(account_end(planter), ERROR_ACCESS_DENIED);
    CloseHandle(planted);
    CloseHandle(taken);
    assert_non_null(put_aside(L""));
    assert_true(GetFileAttributesW(put_aside(L"\\planted.yaml")) != INVALID_FILE_ATTRIBUTES);
    assert_true(GetFileAttributesW(support_wide(in_data("\\planted.yaml"))) ==
                INVALID_FILE_ATTRIBUTES);
    serve();
    broker_says("status --verify", 0, "ok       folder of its data: as it should be");
}

/* What a stranger has left in a folder of the administrators' is theirs to judge. */
static void a_users_file_in_it_is_refused(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* all files are of one user */
    serve();
    broker_says("uninstall", 0, "removed");
    give(in_data("\\shmbroker.yaml"), stranger.sid);
    broker_says("install", 3, "shmbtest_stranger");
    assert_false(scm_installed());
}

static void a_planted_link_is_refused(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* makes no links */
    assert_int_equal(account_run(&stranger, "try-junction \"%s\" C:\\Users\\Public", in_data("")),
                     0);
    broker_says("install", 3, "is a link to somewhere else");
    assert_false(scm_installed());
    assert_true(RemoveDirectoryW(data));
}

/* Users may add folders to ProgramData: their configurations are not read. */
static void a_users_configuration_is_refused(void **state)
{
    char arguments[1024];

    (void)state;
    if (support_wine())
        skip(); /* all files are of one user */
    assert_int_equal(account_run(&stranger, "try-folder \"%s\"", in_data("")), 0);
    assert_int_equal(account_run(&stranger, "try-add \"%s\"", in_data("\\planted.yaml")), 0);
    snprintf(arguments, sizeof(arguments), "check \"%s\"", in_data("\\planted.yaml"));
    broker_says(arguments, 3, "shmbtest_stranger");
    assert_true(DeleteFileW(support_wide(in_data("\\planted.yaml"))));
    assert_true(RemoveDirectoryW(data));
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_account_has_the_rights_of_its_level),
        TEST(users_may_ask_the_service_and_nothing_else),
        TEST(users_can_send_no_control),
        TEST(users_cannot_open_the_process),
        TEST(no_group_of_the_service_can_be_denied),
        TEST(users_can_write_nothing_of_the_installation),
        TEST(users_cannot_install),
        TEST(the_installed_service_verifies),
        TEST(a_planted_folder_is_put_aside),
        TEST(a_users_file_in_it_is_refused),
        TEST(a_planted_link_is_refused),
        TEST(a_users_configuration_is_refused),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, begin, end);
}
