/*
 * The file of the program: where `install` puts it, files that others have open, and what Windows
 * does at its next restart.
 */
#include "installing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pending_removal.h"
#include "program_file.h"

static void the_program_goes_where_it_is_told(void **state)
{
    char arguments[1024], command[2048];

    (void)state;
    snprintf(arguments, sizeof(arguments), "install --to \"%s\" --config \"%s\"%s",
             support_narrow(scm_program(L"")), scm_file(configuration), " --allow-unsafe-config");
    broker_says(arguments, 0, "is installed");
    snprintf(command, sizeof(command), "\"%s\" --config \"%s\" --allow-unsafe-config",
             installed_program(), scm_file(configuration));
    assert_string_equal(scm_registry("SYSTEM\\CurrentControlSet\\Services\\ShmBroker", "ImagePath"),
                        command);
    broker_says("uninstall", 0, "removed");
    assert_false(exists(scm_program(L"")));
    snprintf(arguments, sizeof(arguments), "install --to C:\\none\\none --config \"%s\"%s",
             scm_file(configuration), " --allow-unsafe-config");
    broker_says(arguments, 7, "CreateDirectoryW");
    assert_false(scm_installed());
}

/* ---- what Windows does at its next restart -------------------------------------- */

#define SESSION_MANAGER L"SYSTEM\\CurrentControlSet\\Control\\Session Manager"
#define PENDING         L"PendingFileRenameOperations"

/*
 * The list of this machine, which these tests never write; freed with free(). A copy without an
 * entry if there is none.
 */
static wchar_t *read_pending(void)
{
    DWORD size = 0, room;
    wchar_t *list = NULL;
    LSTATUS code;

    do {
        free(list);
        room = size + (DWORD)(4 * sizeof(wchar_t));
        list = calloc(1, room);
        assert_non_null(list);
        size = room - (DWORD)(2 * sizeof(wchar_t));
        code = RegGetValueW(HKEY_LOCAL_MACHINE, SESSION_MANAGER, PENDING,
                            RRF_RT_REG_MULTI_SZ | RRF_ZEROONFAILURE, NULL, list, &size);
    } while (code == ERROR_MORE_DATA);
    assert_true(code == ERROR_SUCCESS || code == ERROR_FILE_NOT_FOUND);
    return list;
}

/* The path of a source, which may begin with * and a digit. NULL: it is no full path. */
static const wchar_t *path_of(const wchar_t *source)
{
    const wchar_t *start = wcsstr(source, L"\\??\\");

    return start != NULL && start - source <= 2 ? start + 4 : NULL;
}

/* Calls `each` for each file that Windows deletes at its next restart. */
static void each_pending(void (*each)(const wchar_t *path, void *context), void *context)
{
    wchar_t *list = read_pending();
    const wchar_t *source, *target;

    for (source = list; *source != 0; source = target + wcslen(target) + 1) {
        target = source + wcslen(source) + 1;
        if (*target == 0 && path_of(source) != NULL)
            each(path_of(source), context);
    }
    free(list);
}

static void delete_ours(const wchar_t *path, void *context)
{
    const wchar_t *folder = scm_program(L"");

    (void)context;
    if (_wcsnicmp(path, folder, wcslen(folder)) == 0 && !DeleteFileW(path))
        RemoveDirectoryW(path);
}

static void count_ours(const wchar_t *path, void *context)
{
    const wchar_t *folder = scm_program(L"");

    *(unsigned *)context += _wcsnicmp(path, folder, wcslen(folder)) == 0;
}

/* Windows deletes these at its next restart; here those of our folder, now. */
static void start_windows(void)
{
    each_pending(delete_ours, NULL);
}

static unsigned pending_of_ours(void)
{
    unsigned count = 0;

    each_pending(count_ours, &count);
    return count;
}

static void forget_ours(const wchar_t *path, void *context)
{
    const wchar_t *folder = scm_program(L"");

    (void)context;
    if (_wcsnicmp(path, folder, wcslen(folder)) == 0)
        (void)pending_removal_forget(path);
}

/* The machine keeps no entry of these tests: of the program, shmb.exe or the library. */
static int forget_pending(void **state)
{
    each_pending(forget_ours, NULL);
    return scm_teardown(state);
}

static void a_program_installed_again_survives_the_next_start(void **state)
{
    (void)state;
    install_and_start(configuration);
    /* It cannot delete its own file. */
    program_says(installed_program(), "uninstall", 0,
                 "it is deleted at the next restart of Windows");
    assert_false(exists(scm_program(L"\\shmbroker.exe")));
    assert_true(pending_of_ours() > 0);
    install_and_start(configuration);
    start_windows();
    program_says(installed_program(), "--version", 0, "shmbroker 1.");
    assert_false(exists(scm_program(L"\\shmbroker.exe.old")));
}

static void install_takes_a_removal_at_the_next_start_back(void **state)
{
    (void)state;
    install_and_start(configuration);
    assert_true(MoveFileExW(scm_program(L"\\shmbroker.exe"), NULL, MOVEFILE_DELAY_UNTIL_REBOOT));
    assert_true(MoveFileExW(scm_program(L""), NULL, MOVEFILE_DELAY_UNTIL_REBOOT));
    assert_int_equal(pending_of_ours(), 2);
    broker_says("install --allow-unsafe-config", 0, "its registration is renewed");
    assert_int_equal(pending_of_ours(), 0);
}

/* Neither now nor at the next restart: the file to delete by hand is named. */
static void a_program_that_cannot_be_deleted_is_named(void **state)
{
    static char said[SUPPORT_LINE_MAX];
    PSECURITY_DESCRIPTOR before = NULL, closed;
    bool warned;
    DWORD size = 0;
    HKEY key;

    (void)state;
    if (!support_wine())
        skip(); /* the key belongs to Windows */
    install_and_start(configuration);
    closed = descriptor_of(L"D:(D;;0x2;;;WD)(A;;KA;;;WD)"); /* no value may be set */
    assert_int_equal(
        RegOpenKeyExW(HKEY_LOCAL_MACHINE, SESSION_MANAGER, 0, READ_CONTROL | WRITE_DAC, &key),
        ERROR_SUCCESS);
    (void)RegGetKeySecurity(key, DACL_SECURITY_INFORMATION, NULL, &size);
    before = malloc(size);
    assert_non_null(before);
    assert_int_equal(RegGetKeySecurity(key, DACL_SECURITY_INFORMATION, before, &size),
                     ERROR_SUCCESS);
    assert_int_equal(RegSetKeySecurity(key, DACL_SECURITY_INFORMATION, closed), ERROR_SUCCESS);
    (void)child_said(child_start(NULL, "\"%s\" install --allow-unsafe-config", installed_program()),
                     said, sizeof(said));
    warned = strstr(said, "PendingFileRenameOperations") != NULL;
    (void)child_said(child_start(NULL, "\"%s\" uninstall", installed_program()), said,
                     sizeof(said));
    assert_int_equal(RegSetKeySecurity(key, DACL_SECURITY_INFORMATION, before), ERROR_SUCCESS);
    RegCloseKey(key);
    LocalFree(closed);
    free(before);
    assert_true(warned);
    assert_non_null(strstr(said, "delete it by hand: "));
    assert_non_null(strstr(said, "shmbroker.exe.old"));
    assert_null(strstr(said, "it is deleted at the next restart"));
}

/* As on a server that is not reachable, where each look-up takes seconds. */
static void a_path_that_cannot_be_looked_up_is_not_tried_again(void **state)
{
    struct program_file_removal removal;
    const ULONGLONG from = GetTickCount64();

    (void)state;
    program_file_remove("C:\\a|b\\shmbroker.exe", &removal);
    assert_int_equal(removal.rest, PROGRAM_FILE_LEFT);
    assert_string_equal(removal.file, "C:\\a|b\\shmbroker.exe");
    program_file_removal_free(&removal);
    program_file_remove("C:\\no such folder\\shmbroker.exe", &removal);
    assert_int_equal(removal.rest, PROGRAM_FILE_GONE);
    program_file_removal_free(&removal);
    assert_true(GetTickCount64() - from < 2000); /* a single name retries for as long */
}

/* An equal file that the service cannot read, or whose owner could change it. */
static void faults_of_an_equal_program_are_mended(void **state)
{
    const wchar_t *program = scm_program(L"\\shmbroker.exe");
    PSECURITY_DESCRIPTOR others;
    BYTE found[512];
    BOOL defaulted;
    DWORD size;
    PSID owner;

    (void)state;
    if (support_wine())
        skip(); /* keeps no owners, encrypts nothing */
    install_and_start(configuration);
    broker_says("stop --release", 0, "stopped");
    if (!EncryptFileW(program))
        skip(); /* not in every edition, nor on every volume */
    others = descriptor_of(L"O:BU");
    (void)SetFileSecurityW(program, OWNER_SECURITY_INFORMATION, others);
    LocalFree(others);
    broker_says("install --allow-unsafe-config", 0, "its registration is renewed");
    assert_int_equal(GetFileAttributesW(program) & FILE_ATTRIBUTE_ENCRYPTED, 0);
    assert_true(GetFileSecurityW(program, OWNER_SECURITY_INFORMATION, found, sizeof(found), &size));
    assert_true(GetSecurityDescriptorOwner(found, &owner, &defaulted));
    assert_true(IsWellKnownSid(owner, WinBuiltinAdministratorsSid));
}

/* ---- files that others have open, and read-only ones ---------------------------- */

static void a_read_only_program_is_copied_without_that(void **state)
{
    wchar_t path[MAX_PATH], folder[MAX_PATH];
    char arguments[1024];

    (void)state;
    assert_true(GetTempPathW(MAX_PATH - 40, folder) > 0);
    swprintf(path, MAX_PATH, L"%lsshmbroker.exe", folder);
    assert_true(CopyFileW(support_wide(support_sibling("shmbroker.exe")), path, FALSE));
    assert_true(SetFileAttributesW(path, FILE_ATTRIBUTE_READONLY));
    snprintf(arguments, sizeof(arguments), "install --config \"%s\" --allow-unsafe-config",
             scm_file(configuration));
    program_says(support_narrow(path), arguments, 0, "is installed");
    assert_true(SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL));
    assert_true(DeleteFileW(path));
    assert_int_equal(GetFileAttributesW(scm_program(L"\\shmbroker.exe")) & FILE_ATTRIBUTE_READONLY,
                     0);
    /* An earlier version left one that is. */
    assert_true(SetFileAttributesW(scm_program(L"\\shmbroker.exe"), FILE_ATTRIBUTE_READONLY));
    broker_says("uninstall", 0, "removed");
    assert_false(exists(scm_program(L"")));
}

static HANDLE open_as(const wchar_t *path, DWORD share)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, share, NULL, OPEN_EXISTING, 0, NULL);

    assert_true(file != INVALID_HANDLE_VALUE);
    return file;
}

/* As a virus scanner may have it. */
static void a_program_that_others_have_open_is_told_of(void **state)
{
    HANDLE file;

    (void)state;
    install_and_start(configuration);
    broker_says("stop --release", 0, "stopped");
    file = open_as(scm_program(L"\\shmbroker.exe"), FILE_SHARE_READ);
    program_says(support_sibling("shmbroker_next.exe"), "install --allow-unsafe-config", 7,
                 "another program may have the file open");
    CloseHandle(file);
    assert_false(exists(scm_program(L"\\shmbroker.exe.new")));
    program_says(installed_program(), "--version", 0, "shmbroker 1.");
}

/* Its name is free for the next installation, although the file is not gone yet. */
static void a_deleted_program_that_others_have_open_is_no_hindrance(void **state)
{
    HANDLE file;

    (void)state;
    install_and_start(configuration);
    file = open_as(scm_program(L"\\shmbroker.exe"),
                   FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE);
    broker_says("uninstall", 0, "removed");
    install_and_start(configuration);
    CloseHandle(file);
    start_windows();
    program_says(installed_program(), "--version", 0, "shmbroker 1.");
}

#define TEST(name)         cmocka_unit_test_teardown(name, scm_teardown)
#define PENDING_TEST(name) cmocka_unit_test_teardown(name, forget_pending)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_program_goes_where_it_is_told),
        PENDING_TEST(a_program_installed_again_survives_the_next_start),
        PENDING_TEST(install_takes_a_removal_at_the_next_start_back),
        PENDING_TEST(a_program_that_cannot_be_deleted_is_named),
        TEST(a_path_that_cannot_be_looked_up_is_not_tried_again),
        TEST(faults_of_an_equal_program_are_mended),
        TEST(a_read_only_program_is_copied_without_that),
        TEST(a_program_that_others_have_open_is_told_of),
        PENDING_TEST(a_deleted_program_that_others_have_open_is_no_hindrance),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
