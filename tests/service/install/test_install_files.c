/* The folder of the service's files: what install puts there, and what it does not take for its
 * own. */
#include "installing.h"

#include <stdio.h>

static void install_puts_a_first_configuration(void **state)
{
    const wchar_t *file = in_program_data(L"%ProgramData%\\ShmBroker\\shmbroker.yaml");
    char arguments[1024];
    HANDLE own;

    (void)state;
    if (exists(file) && !support_wine())
        skip(); /* somebody's */
    DeleteFileW(file);
    install_plainly("a first configuration");
    assert_true(exists(in_program_data(L"%ProgramData%\\ShmBroker\\state")));
    assert_true(exists(in_program_data(L"%ProgramData%\\ShmBroker\\keep")));
    snprintf(arguments, sizeof(arguments), "check \"%s\"%s", support_narrow(file), trying_out());
    broker_says(arguments, 0, "no errors");
    broker_says("start", 0, "runs");
    broker_says("stop", 0, "stopped");
    /* A file that is there stays. */
    own = CreateFileW(file, GENERIC_WRITE, 0, NULL, TRUNCATE_EXISTING, 0, NULL);
    assert_true(own != INVALID_HANDLE_VALUE);
    CloseHandle(own);
    install_plainly("installed");
    broker_says(arguments, 1, "not usable");
    broker_says("uninstall", 0, "its configuration stays");
    assert_true(DeleteFileW(file));
    /* A configuration elsewhere needs none there. */
    install(configuration);
    assert_false(exists(file));
}

/* What only administrators may change: nothing under Wine, where a user owns each file. */
static void an_unsafe_configuration_installs_nothing(void **state)
{
    char arguments[1024];

    (void)state;
    RegDeleteKeyW(HKEY_LOCAL_MACHINE, support_wide(SOURCE_KEY));
    snprintf(arguments, sizeof(arguments), "install --config \"%s\"", scm_file(configuration));
    broker_says(arguments, 3, support_wine() ? "belongs to" : "icacls");
    assert_false(scm_installed());
    assert_false(exists(scm_program(L"")));
    assert_string_equal(scm_registry(SOURCE_KEY, "EventMessageFile"), "(none)");
}

static void a_file_in_the_place_of_the_folder_is_refused(void **state)
{
    const wchar_t *folder = in_program_data(L"%ProgramData%\\ShmBroker");
    const wchar_t *aside = in_program_data(L"%ProgramData%\\ShmBroker aside");
    bool had = exists(folder);
    HANDLE file;

    (void)state;
    if (had)
        assert_true(MoveFileW(folder, aside));
    file = CreateFileW(folder, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    CloseHandle(file);
    broker_says("install", 3, "is a file, not a folder");
    assert_false(scm_installed());
    assert_false(exists(scm_program(L"")));
    assert_true(DeleteFileW(folder));
    if (had)
        assert_true(MoveFileW(aside, folder));
}

#define DATA L"%ProgramData%\\ShmBroker"
#define AWAY L"%ProgramData%\\ShmBroker away"

/* What is there gets out of the way until `give_back`. */
static void take_away(void)
{
    if (exists(in_program_data(DATA)))
        assert_true(MoveFileW(in_program_data(DATA), in_program_data(AWAY)));
}

static void give_back(void)
{
    support_forget();
    DeleteFileW(in_program_data(DATA L"\\shmbroker.yaml"));
    RemoveDirectoryW(in_program_data(DATA L"\\state"));
    RemoveDirectoryW(in_program_data(DATA L"\\keep"));
    assert_true(RemoveDirectoryW(in_program_data(DATA)));
    if (exists(in_program_data(AWAY)))
        assert_true(MoveFileW(in_program_data(AWAY), in_program_data(DATA)));
}

static HANDLE open_folder(const wchar_t *path, DWORD access)
{
    HANDLE folder = CreateFileW(path, access | FILE_READ_ATTRIBUTES,
                                FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                                OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);

    assert_true(folder != INVALID_HANDLE_VALUE);
    return folder;
}

static bool same_folder(HANDLE a, HANDLE b)
{
    BY_HANDLE_FILE_INFORMATION one, other;

    assert_true(GetFileInformationByHandle(a, &one) && GetFileInformationByHandle(b, &other));
    return one.dwVolumeSerialNumber == other.dwVolumeSerialNumber &&
           one.nFileIndexHigh == other.nFileIndexHigh && one.nFileIndexLow == other.nFileIndexLow;
}

/* Who has it open with a right to change its access has the one that is put aside. */
static void a_folder_that_others_could_change_is_put_aside(void **state)
{
    wchar_t aside[MAX_PATH];
    WIN32_FIND_DATAW entry;
    HANDLE held, now, search;

    (void)state;
    take_away();
    assert_true(CreateDirectoryW(in_program_data(DATA), NULL));
    protect(in_program_data(DATA), EVERYTHING);
    held = open_folder(in_program_data(DATA), WRITE_DAC);
    install_plainly("it is put aside as");
    now = open_folder(in_program_data(DATA), 0);
    assert_false(same_folder(held, now));
    CloseHandle(now);
    search = FindFirstFileW(in_program_data(DATA L".planted-*"), &entry);
    assert_true(search != INVALID_HANDLE_VALUE);
    FindClose(search);
    swprintf(aside, MAX_PATH, L"%ls\\%ls", in_program_data(L"%ProgramData%"), entry.cFileName);
    now = open_folder(aside, 0);
    assert_true(same_folder(held, now));
    CloseHandle(now);
    CloseHandle(held);
    assert_true(RemoveDirectoryW(aside));
    /* The one that is there now stays. */
    held = open_folder(in_program_data(DATA), 0);
    install_plainly("its registration is renewed");
    now = open_folder(in_program_data(DATA), 0);
    assert_true(same_folder(held, now));
    CloseHandle(now);
    CloseHandle(held);
    give_back();
}

/* An administrator's with something in it: nothing is taken out of use behind his back. */
static void one_with_something_in_it_is_refused(void **state)
{
    HANDLE own;

    (void)state;
    take_away();
    assert_true(CreateDirectoryW(in_program_data(DATA), NULL));
    own = CreateFileW(in_program_data(DATA L"\\conf.yaml"), GENERIC_WRITE, 0, NULL, CREATE_NEW, 0,
                      NULL);
    assert_true(own != INVALID_HANDLE_VALUE);
    CloseHandle(own);
    protect(in_program_data(DATA), EVERYTHING);
    broker_says("install", 3, "then copy your files back from there: move ");
    assert_false(scm_installed());
    assert_false(exists(scm_program(L"")));
    assert_true(DeleteFileW(in_program_data(DATA L"\\conf.yaml")));
    give_back();
}

#define TEST(name) cmocka_unit_test_teardown(name, scm_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(install_puts_a_first_configuration),
        TEST(an_unsafe_configuration_installs_nothing),
        TEST(a_file_in_the_place_of_the_folder_is_refused),
        TEST(a_folder_that_others_could_change_is_put_aside),
        TEST(one_with_something_in_it_is_refused),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_install_files", tests, scm_setup, NULL);
}
