/* Files for other programs: replaced as a whole, in folders that nobody else may change. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "installing.h"
#include "output_file.h"

static char folder[1024], path[1100], fresh[1200];

/* In ProgramData: what is above a folder in the temporary one is a user's. */
static int make_place(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "%s\\shmb output %lu",
             support_narrow(in_program_data(L"%ProgramData%")), GetCurrentProcessId());
    snprintf(path, sizeof(path), "%s\\figures.prom", folder);
    snprintf(fresh, sizeof(fresh), "%s.new", path);
    assert_true(CreateDirectoryW(support_wide(folder), NULL));
    return 0;
}

static int remove_place(void **state)
{
    DeleteFileW(support_wide(path));
    DeleteFileW(support_wide(fresh));
    RemoveDirectoryW(support_wide(folder));
    return support_teardown(state);
}

static const char *content(void)
{
    static char text[64];
    HANDLE file = CreateFileW(support_wide(path), GENERIC_READ, FILE_SHARE_READ, NULL,
                              OPEN_EXISTING, 0, NULL);
    DWORD got = 0;

    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(ReadFile(file, text, sizeof(text) - 1, &got, NULL));
    text[got] = '\0';
    CloseHandle(file);
    return text;
}

static void it_is_replaced_and_removed(void **state)
{
    struct sys_failure why = {0};
    HANDLE file;

    (void)state;
    if (output_file_write(path, true, "one", 3, true, &why) != SYS_OK)
        fail_msg("%s: %s", why.call != NULL ? why.call : "", why.text);
    assert_string_equal(content(), "one");
    /* What a write that did not finish has left is in nobody's way. */
    file = CreateFileW(support_wide(fresh), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    CloseHandle(file);
    assert_int_equal(output_file_write(path, true, "second", 6, true, &why), SYS_OK);
    assert_string_equal(content(), "second");
    assert_false(exists(support_wide(fresh)));
    assert_int_equal(output_file_remove(path, true, &why), SYS_OK);
    assert_false(exists(support_wide(path)));
    assert_int_equal(output_file_remove(path, true, &why), SYS_NOT_FOUND);
}

static void a_folder_that_everybody_may_change_is_refused(void **state)
{
    struct sys_failure why = {0};

    (void)state;
    assert_int_equal(output_file_write(path, true, "one", 3, true, &why), SYS_OK);
    protect(support_wide(folder), EVERYTHING);
    assert_int_equal(output_file_write(path, true, "two", 3, true, &why), SYS_DENIED);
    assert_non_null(strstr(why.text, "Everyone"));
    assert_non_null(strstr(why.text, folder));
    assert_string_equal(content(), "one");
    assert_false(exists(support_wide(fresh)));
    assert_int_equal(output_file_remove(path, true, &why), SYS_DENIED);
    assert_true(exists(support_wide(path)));
    /* Unless it does not matter. */
    assert_int_equal(output_file_write(path, false, "two", 3, true, &why), SYS_OK);
    assert_string_equal(content(), "two");
}

static void the_service_may_be_in_the_list(void **state)
{
    struct sys_failure why = {0};

    (void)state;
    if (support_wine()) {
        print_message("    Wine keeps no entry of the service in the list of a folder\n");
        skip();
    }
    protect(support_wide(folder),
            "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;"
            "S-1-5-80-4278917904-4027446710-1448384935-3026862272-1677383374)");
    assert_int_equal(output_file_write(path, true, "one", 3, true, &why), SYS_OK);
    protect(support_wide(folder), "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;LS)");
    assert_int_equal(output_file_write(path, true, "two", 3, true, &why), SYS_DENIED);
    assert_string_equal(content(), "one");
}

static void a_file_that_is_held_stays(void **state)
{
    struct sys_failure why = {0};
    HANDLE file;

    (void)state;
    assert_int_equal(output_file_write(path, true, "one", 3, true, &why), SYS_OK);
    file = CreateFileW(support_wide(path), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                       OPEN_EXISTING, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    assert_int_not_equal(output_file_write(path, true, "two", 3, false, &why), SYS_OK);
    assert_false(exists(support_wide(fresh)));
    assert_string_equal(content(), "one");
    CloseHandle(file);
    assert_int_equal(output_file_write(path, true, "two", 3, false, &why), SYS_OK);
    assert_string_equal(content(), "two");
}

static void without_its_folder_it_fails(void **state)
{
    struct sys_failure why = {0};
    char other[1200];

    (void)state;
    snprintf(other, sizeof(other), "%s\\none\\figures.prom", folder);
    assert_int_equal(output_file_write(other, true, "one", 3, true, &why), SYS_NOT_FOUND);
    assert_int_equal(output_file_write(other, false, "one", 3, true, &why), SYS_NOT_FOUND);
    assert_int_equal(output_file_remove(other, true, &why), SYS_NOT_FOUND);
    assert_true(CreateDirectoryW(support_wide(path), NULL));
    assert_int_not_equal(output_file_write(path, true, "one", 3, true, &why), SYS_OK);
    assert_false(exists(support_wide(fresh)));
    assert_true(RemoveDirectoryW(support_wide(path)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_replaced_and_removed),     TEST(a_folder_that_everybody_may_change_is_refused),
        TEST(the_service_may_be_in_the_list), TEST(a_file_that_is_held_stays),
        TEST(without_its_folder_it_fails),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_output_file", tests, NULL, NULL);
}
