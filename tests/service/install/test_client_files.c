/*
 * shmb.exe and the library beside the service's program. The package is laid in a folder of the
 * test's own, from files of this build: what counts is where they are, not what is in them.
 */
#include "installing.h"

#include <stdio.h>
#include <string.h>

#define SERVICE_PARAMETERS "SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters"
#define ENVIRONMENT        "SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment"

static wchar_t package[MAX_PATH];

static wchar_t *in_package(const wchar_t *tail)
{
    static wchar_t paths[4][MAX_PATH * 2];
    static size_t turn;
    wchar_t *path = paths[turn++ % 4];

    swprintf(path, MAX_PATH * 2, L"%ls%ls", package, tail);
    return path;
}

static void lay(const char *from, const wchar_t *tail)
{
    if (!CopyFileW(support_wide(support_sibling(from)), in_package(tail), FALSE))
        fail_msg("%s: error %lu", from, GetLastError());
}

static const wchar_t *const folders[] = {L"", L"\\bin", L"\\x86", L"\\x86\\bin"};
static const wchar_t *const files[] = {L"\\bin\\shmbroker.exe", L"\\bin\\shmb.exe",
                                       L"\\bin\\shmbclient.dll", L"\\x86\\bin\\shmb.exe",
                                       L"\\x86\\bin\\shmbclient.dll"};

static int make_package(void **state)
{
    size_t i;

    (void)state;
    swprintf(package, MAX_PATH, L"%ls", in_program_data(L"%ProgramData%\\shmb package"));
    for (i = 0; i < 4; i++)
        CreateDirectoryW(in_package(folders[i]), NULL);
    lay("shmbroker.exe", L"\\bin\\shmbroker.exe");
    lay("shmb.exe", L"\\bin\\shmb.exe");
    lay("shmbclient.dll", L"\\bin\\shmbclient.dll");
    lay("idle.exe", L"\\x86\\bin\\shmb.exe");
    lay("shmbclient.dll", L"\\x86\\bin\\shmbclient.dll");
    return 0;
}

static void delete_tree(size_t from)
{
    size_t i;

    for (i = from; i < 5; i++)
        DeleteFileW(in_package(files[i]));
    for (i = 4; i-- > 0;)
        RemoveDirectoryW(in_package(folders[i]));
}

static int remove_all(void **state)
{
    static const wchar_t *const put[] = {L"\\x86\\shmb.exe",      L"\\x86\\shmbclient.dll",
                                         L"\\x86\\shmb.exe.old",  L"\\x86\\shmbclient.dll.old",
                                         L"\\bin\\shmbroker.exe", L"\\bin\\shmb.exe"};
    size_t i;

    for (i = 0; i < 6; i++)
        DeleteFileW(scm_program(put[i]));
    RemoveDirectoryW(scm_program(L"\\x86"));
    RemoveDirectoryW(scm_program(L"\\bin"));
    delete_tree(0);
    return scm_teardown(state);
}

static const char *package_says(const char *options, DWORD code, const char *part)
{
    char arguments[256];

    snprintf(arguments, sizeof(arguments), "install%s%s", trying_out(), options);
    return program_says(support_narrow(in_package(L"\\bin\\shmbroker.exe")), arguments, code, part);
}

/*
 * As program_says, with a file: what tells other programs of the path makes a desktop under Wine,
 * whose program would keep a pipe open, and this file.
 */
static void writes(const char *program, const char *arguments, DWORD code, const char *part)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    STARTUPINFOW start = {.cb = sizeof(start), .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;
    static char said[16384];
    wchar_t wide[1024];
    char line[1024];
    DWORD done = 0, ended = 99;
    static unsigned number;
    wchar_t name[16];
    HANDLE file;

    swprintf(name, 16, L"\\said%u", number++);
    file = CreateFileW(in_package(name), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, &inherited,
                       CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);

    assert_true(file != INVALID_HANDLE_VALUE);
    start.hStdOutput = start.hStdError = file;
    snprintf(line, sizeof(line), "\"%s\" %s", program, arguments);
    wcscpy(wide, support_wide(line));
    assert_true(CreateProcessW(NULL, wide, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process));
    assert_int_equal(WaitForSingleObject(process.hProcess, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    assert_true(GetExitCodeProcess(process.hProcess, &ended));
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    assert_true(ReadFile(file, said, sizeof(said) - 1, &done, NULL));
    said[done] = '\0';
    CloseHandle(file);
    if (ended != code || strstr(said, part) == NULL)
        fail_msg("%s: code %lu instead of %lu, or no \"%s\", in:\n%s", line, ended, code, part,
                 said);
}

static bool same_bytes(const wchar_t *a, const wchar_t *b)
{
    static char bytes[2][8 * 1024 * 1024];
    const wchar_t *paths[2] = {a, b};
    DWORD done[2] = {0, 1};
    size_t i;

    for (i = 0; i < 2; i++) {
        HANDLE file =
            CreateFileW(paths[i], GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);

        if (file == INVALID_HANDLE_VALUE ||
            !ReadFile(file, bytes[i], sizeof(bytes[i]), &done[i], NULL))
            return false;
        CloseHandle(file);
    }
    return done[0] == done[1] && memcmp(bytes[0], bytes[1], done[0]) == 0;
}

static void they_come_and_go_with_the_service(void **state)
{
    static const wchar_t *const put[] = {L"\\shmbroker.exe", L"\\shmb.exe", L"\\shmbclient.dll",
                                         L"\\x86\\shmb.exe", L"\\x86\\shmbclient.dll"};
    size_t i;

    (void)state;
    (void)package_says("", 0,
                       "beside it: shmb.exe, shmbclient.dll, x86\\shmb.exe, x86\\shmbclient.dll");
    for (i = 0; i < 5; i++)
        if (!same_bytes(in_package(files[i]), scm_program(put[i])))
            fail_msg("%ls is another file", put[i]);
    (void)package_says("", 0, "its registration is renewed");
    broker_says("uninstall", 0, "removed");
    assert_false(exists(scm_program(L"")));
}

static void what_the_package_lacks_is_told(void **state)
{
    (void)state;
    assert_true(DeleteFileW(in_package(L"\\x86\\bin\\shmb.exe")));
    (void)package_says("", 0, "beside it: shmb.exe, shmbclient.dll, x86\\shmbclient.dll");
    (void)package_says("", 0,
                       "not copied, since they are not where a package has them: x86\\shmb.exe");
    assert_false(exists(scm_program(L"\\x86\\shmb.exe")));
}

/* What `install` has not put there, `uninstall` does not remove. */
static void a_file_of_somebody_else_stays(void **state)
{
    (void)state;
    assert_true(CreateDirectoryW(scm_program(L""), NULL));
    assert_true(CopyFileW(in_package(L"\\bin\\shmb.exe"), scm_program(L"\\shmb.exe"), FALSE));
    (void)package_says("", 0, "beside it: shmbclient.dll, x86\\shmb.exe");
    broker_says("uninstall", 0, "removed");
    assert_true(exists(scm_program(L"\\shmb.exe")));
    assert_false(exists(scm_program(L"\\shmbclient.dll")));
    assert_false(exists(scm_program(L"\\x86")));
}

/* Gives the path to all users, as its creator: needs SeRestorePrivilege. */
static void give_to_users(const wchar_t *path)
{
    TOKEN_PRIVILEGES wanted = {1, {{{0, 0}, SE_PRIVILEGE_ENABLED}}};
    PSECURITY_DESCRIPTOR descriptor = descriptor_of(L"O:BU");
    HANDLE token;

    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token));
    assert_true(LookupPrivilegeValueW(NULL, SE_RESTORE_NAME, &wanted.Privileges[0].Luid));
    assert_true(AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL));
    CloseHandle(token);
    assert_true(SetFileSecurityW(path, OWNER_SECURITY_INFORMATION, descriptor));
    LocalFree(descriptor);
}

static void a_planted_library_is_not_copied(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* keeps no owners of files */
    give_to_users(in_package(L"\\x86"));
    (void)package_says("", 0, "belong to another account than this program: x86\\shmb.exe");
    assert_false(exists(scm_program(L"\\x86")));
    assert_true(exists(scm_program(L"\\shmb.exe")));
}

/* A program has it loaded: it goes on with the former one, and the next start finds the new one. */
static void a_library_in_use_is_replaced(void **state)
{
    wchar_t path[MAX_PATH * 2];
    HMODULE loaded;

    (void)state;
    (void)package_says("", 0, "is installed");
    wcscpy(path, scm_program(L"\\shmbclient.dll"));
    loaded = LoadLibraryW(path);
    assert_non_null(loaded);
    lay("idle.exe", L"\\bin\\shmbclient.dll");
    (void)package_says("", 0, "beside it: shmbclient.dll");
    assert_true(same_bytes(in_package(L"\\bin\\shmbclient.dll"), path));
    assert_true(FreeLibrary(loaded));
    program_says(installed_program(), "start", 0, "runs");
    assert_false(exists(scm_program(L"\\shmbclient.dll.old")));
    broker_says("uninstall", 0, "removed");
    assert_false(exists(scm_program(L"")));
}

/* The registration fails, after the files are in their place: the former ones are there again. */
static void a_failure_takes_them_back(void **state)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CREATE_SERVICE), other;

    (void)state;
    assert_non_null(manager);
    assert_true(CreateDirectoryW(scm_program(L""), NULL));
    assert_true(CopyFileW(in_package(L"\\x86\\bin\\shmb.exe"), scm_program(L"\\shmb.exe"), FALSE));
    other = CreateServiceW(manager, L"ShmbTestOther", L"ShmBroker", DELETE,
                           SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL,
                           L"C:\\other.exe", NULL, NULL, NULL, NULL, NULL);
    CloseServiceHandle(manager);
    assert_non_null(other);
    (void)package_says("", 7, "cannot install the service");
    assert_true(DeleteService(other));
    CloseServiceHandle(other);
    assert_true(same_bytes(in_package(L"\\x86\\bin\\shmb.exe"), scm_program(L"\\shmb.exe")));
    assert_false(exists(scm_program(L"\\shmb.exe.old")));
    assert_false(exists(scm_program(L"\\shmbclient.dll")));
    assert_false(exists(scm_program(L"\\x86")));
    assert_false(exists(scm_program(L"\\shmbroker.exe")));
}

static void a_package_in_the_folder_itself_is_left_as_it_is(void **state)
{
    char arguments[128];

    (void)state;
    assert_true(CreateDirectoryW(scm_program(L""), NULL));
    assert_true(CreateDirectoryW(scm_program(L"\\bin"), NULL));
    assert_true(CopyFileW(in_package(L"\\bin\\shmbroker.exe"), scm_program(L"\\bin\\shmbroker.exe"),
                          FALSE));
    assert_true(CopyFileW(in_package(L"\\bin\\shmb.exe"), scm_program(L"\\bin\\shmb.exe"), FALSE));
    snprintf(arguments, sizeof(arguments), "install%s", trying_out());
    program_says(support_narrow(scm_program(L"\\bin\\shmbroker.exe")), arguments, 0,
                 "is installed");
    assert_false(exists(scm_program(L"\\shmb.exe")));
    broker_says("uninstall", 0, "removed");
    assert_true(exists(scm_program(L"\\bin\\shmb.exe")));
}

static void verify_writes(const char *part)
{
    writes(support_sibling("shmbroker.exe"), "status --verify", 1, part);
}

static void status_verifies_their_version(void **state)
{
    (void)state;
    assert_true(DeleteFileW(in_package(L"\\x86\\bin\\shmb.exe")));
    (void)package_says("", 0, "is installed");
    verify_writes(support_wine() ? "shmb.exe and the library: the f"
                                 : "ok       shmb.exe and the library: only administrators");
    assert_true(
        CopyFileW(support_wide(support_sibling("idle.exe")), scm_program(L"\\shmb.exe"), FALSE));
    verify_writes("shmb.exe has no version, the program 1.");
    verify_writes("; run bin\\shmbroker.exe install of the package");
    assert_true(DeleteFileW(scm_program(L"\\shmb.exe")));
    verify_writes("shmb.exe is missing; run bin\\shmbroker.exe install");
    (void)package_says("", 0, "beside it: shmb.exe");
}

/* No installation renews them any more: their version says nothing. */
static void files_of_a_former_folder_are_not_verified(void **state)
{
    char options[256];

    (void)state;
    (void)package_says("", 0, "is installed");
    snprintf(options, sizeof(options), " --to \"%s\"", support_narrow(in_package(L"\\other")));
    (void)package_says(options, 0, "beside it: shmb.exe, shmbclient.dll");
    assert_true(
        CopyFileW(support_wide(support_sibling("idle.exe")), scm_program(L"\\shmb.exe"), FALSE));
    verify_writes(support_wine() ? "shmb.exe and the library: the f"
                                 : "ok       shmb.exe and the library: only administrators");
    assert_true(CopyFileW(support_wide(support_sibling("idle.exe")),
                          in_package(L"\\other\\shmb.exe"), FALSE));
    verify_writes("other\\shmb.exe has no version, the program 1.");
    broker_says("uninstall", 0, "removed");
    assert_false(exists(scm_program(L"\\shmb.exe")));
    assert_false(exists(in_package(L"\\other")));
    assert_true(DeleteFileW(scm_program(L"\\shmbroker.exe")));
    assert_true(RemoveDirectoryW(scm_program(L"")));
}

static void a_failure_names_the_file(void **state)
{
    (void)state;
    assert_true(CreateDirectoryW(scm_program(L""), NULL));
    assert_true(CreateDirectoryW(scm_program(L"\\shmbclient.dll.new"), NULL));
    (void)package_says("", 7, "shmbroker: shmbclient.dll cannot be copied to its place");
    assert_false(scm_installed());
    assert_false(exists(scm_program(L"\\shmb.exe")));
    assert_false(exists(scm_program(L"\\shmbroker.exe")));
    assert_true(RemoveDirectoryW(scm_program(L"\\shmbclient.dll.new")));
}

/* ---- the path --------------------------------------------------------------- */

static void package_writes(const char *options, DWORD code, const char *part)
{
    char arguments[256];

    snprintf(arguments, sizeof(arguments), "install%s%s", trying_out(), options);
    writes(support_narrow(in_package(L"\\bin\\shmbroker.exe")), arguments, code, part);
}

static void the_path_has_the_folder_on_demand(void **state)
{
    char before[2048], with[4096], path[300], escaped[600];
    size_t i, k;

    (void)state;
    snprintf(before, sizeof(before), "%s", scm_registry(ENVIRONMENT, "Path"));
    snprintf(with, sizeof(with), "%s;%s", before, support_narrow(scm_program(L"")));
    package_writes(" --path --no-path", 2, "--path or --no-path, not both");
    package_writes("", 0, "run: shmbroker install --path");
    assert_string_equal(scm_registry(ENVIRONMENT, "Path"), before);
    package_writes(" --path", 0, "is on the path of this machine now");
    assert_string_equal(scm_registry(ENVIRONMENT, "Path"), with);
    if (support_wine()) /* keeps no access lists of files */
        package_writes(" --path", 0,
                       "warning: others can change C:\\Program Files\\ShmBroker, from");
    snprintf(path, sizeof(path), "\"path\": \"%s\"", scm_registry(SERVICE_PARAMETERS, "Path"));
    for (i = k = 0; k < sizeof(escaped) - 2 && path[i] != '\0'; i++) {
        escaped[k++] = path[i];
        if (path[i] == '\\')
            escaped[k++] = '\\';
    }
    escaped[k] = '\0';
    package_writes(" --json", 0, escaped);
    package_writes(" --json", 0, "\"files\": []");
    package_writes(" --path", 0, "is on the path of this machine already");
    package_writes("", 0, "its registration is renewed");
    assert_string_equal(scm_registry(ENVIRONMENT, "Path"), with);
    verify_writes("ok       path of this machine: ");
    package_writes(" --no-path", 0, "is no longer on the path of this machine");
    assert_string_equal(scm_registry(ENVIRONMENT, "Path"), before);
    package_writes(" --path", 0, "is on the path of this machine now");
    writes(support_sibling("shmbroker.exe"), "uninstall", 0, "removed");
    assert_string_equal(scm_registry(ENVIRONMENT, "Path"), before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_package, remove_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(they_come_and_go_with_the_service),
        TEST(what_the_package_lacks_is_told),
        TEST(a_file_of_somebody_else_stays),
        TEST(a_planted_library_is_not_copied),
        TEST(a_library_in_use_is_replaced),
        TEST(a_failure_takes_them_back),
        TEST(a_package_in_the_folder_itself_is_left_as_it_is),
        TEST(status_verifies_their_version),
        TEST(files_of_a_former_folder_are_not_verified),
        TEST(a_failure_names_the_file),
        TEST(the_path_has_the_folder_on_demand),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_client_files", tests, scm_setup, NULL);
}
