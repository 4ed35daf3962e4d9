/* The broker's own files: whole or not at all, whatever ends a write; and the boot they belong to.
 */
#include "squatter.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "copy_files.h"
#include "owner.h"
#include "state_files.h"

#define LARGE   (1024u * 1024)
#define ROUNDS  12
#define LIMIT   (4u * 1024 * 1024)
#define RECORD  "sixteen bytes..\n"
#define RECORDS 40

static char folder[1024], above[1024]; /* of one test */
static struct sys_failure why;

static int make_place(void **state)
{
    wchar_t temporary[MAX_PATH];

    (void)state;
    if (GetTempPathW(MAX_PATH, temporary) == 0)
        return -1;
    snprintf(above, sizeof(above), "%sshmb-state-%lu", support_narrow(temporary),
             GetCurrentProcessId());
    snprintf(folder, sizeof(folder), "%s\\state", above);
    return 0;
}

static const char *path_of(const char *name)
{
    static char path[4][1200];
    static size_t turn;

    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof(path[turn]), "%s\\%s", folder, name);
    return path[turn];
}

static int remove_place(void **state)
{
    static const char *const names[] = {"one", "one.new", "log", "two.json"};
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        SetFileAttributesW(support_wide(path_of(names[i])), FILE_ATTRIBUTE_NORMAL);
        DeleteFileW(support_wide(path_of(names[i])));
    }
    RemoveDirectoryW(support_wide(folder));
    DeleteFileW(support_wide(folder));
    RemoveDirectoryW(support_wide(above));
    return support_teardown(state);
}

static bool exists(const char *path)
{
    return GetFileAttributesW(support_wide(path)) != INVALID_FILE_ATTRIBUTES;
}

static void put(const char *name, const char *text)
{
    assert_int_equal(state_files_write(folder, name, text, strlen(text), &why), SYS_OK);
}

static void expect(const char *name, const char *text)
{
    size_t length;
    char *content;

    assert_int_equal(state_files_read(folder, name, LIMIT, &content, &length, &why), SYS_OK);
    assert_int_equal(length, strlen(text));
    assert_memory_equal(content, text, length);
    free(content);
}

static void expect_unreadable(const char *name, size_t limit, enum sys_status status)
{
    char *content = (char *)"set before";
    size_t length = 1;

    assert_int_equal(state_files_read(folder, name, limit, &content, &length, &why), status);
    assert_null(content);
    assert_int_equal(length, 0);
}

/* ---- in a process of its own, to be killed ---- */

/* overwrite FOLDER: one large file of the same letter, again and again. */
static int do_overwrite(int argc, char **argv)
{
    char *bytes = malloc(LARGE);
    unsigned letter;

    (void)argc;
    if (bytes == NULL)
        return 1;
    for (letter = 0;; letter = (letter + 1) % 26) {
        memset(bytes, 'A' + (int)letter, LARGE);
        if (state_files_write(argv[0], "one", bytes, LARGE, &why) != SYS_OK)
            return 1;
        client_say("written");
    }
}

/* append FOLDER: one record after the other. */
static int do_append(int argc, char **argv)
{
    (void)argc;
    for (;;) {
        if (state_files_append(argv[0], "log", RECORD, strlen(RECORD), true, &why) != SYS_OK)
            return 1;
        client_say("written");
    }
}

static int do_boot(int argc, char **argv)
{
    char text[SYS_BOOT_MAX];

    (void)argc;
    (void)argv;
    boot_text(text);
    client_say("%s", text);
    return 0;
}

/* ---- tests ---- */

static void what_is_written_is_read(void **state)
{
    static const char zeros[3];
    size_t length;
    char *content;

    (void)state;
    put("one", "first");
    expect("one", "first");
    put("one", "second, and longer");
    put("two.json", "");
    expect("one", "second, and longer");
    expect("two.json", "");
    assert_int_equal(state_files_write(folder, "one", zeros, 3, &why), SYS_OK);
    assert_int_equal(state_files_read(folder, "one", 3, &content, &length, &why), SYS_OK);
    assert_int_equal(length, 3);
    assert_memory_equal(content, zeros, 3);
    free(content);
    assert_false(exists(path_of("one.new")));
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    expect_unreadable("one", LIMIT, SYS_NOT_FOUND); /* nor the folder */
    assert_false(exists(above));
    put("two.json", "x");
    expect_unreadable("one", LIMIT, SYS_NOT_FOUND);
}

static void a_file_beyond_the_limit_fails(void **state)
{
    (void)state;
    put("one", "1234");
    expect("one", "1234");
    expect_unreadable("one", 3, SYS_FAILED);
}

static void appending_makes_and_adds(void **state)
{
    (void)state;
    assert_int_equal(state_files_append(folder, "log", "one\n", 4, true, &why), SYS_OK);
    assert_int_equal(state_files_append(folder, "log", "two\n", 4, true, &why), SYS_OK);
    expect("log", "one\ntwo\n");
    put("log", "snapshot\n");
    assert_int_equal(state_files_append(folder, "log", "three\n", 6, true, &why), SYS_OK);
    expect("log", "snapshot\nthree\n");
}

/* The child is ended at whatever it does; what is there is whole in any case. */
static void a_kill_leaves_the_old_or_the_new_file(void **state)
{
    int round;

    (void)state;
    for (round = 0; round < ROUNDS; round++) {
        struct child *writer = client_start(NULL, "overwrite \"%s\"", folder);
        size_t length, i;
        char *content;
        int lines;

        for (lines = 0; lines <= round; lines++)
            child_expect(writer, "written");
        child_kill(writer);
        assert_int_equal(state_files_read(folder, "one", LIMIT, &content, &length, &why), SYS_OK);
        assert_int_equal(length, LARGE);
        for (i = 1; i < length && content[i] == content[0]; i++)
            ;
        assert_int_equal(i, length);
        free(content);
    }
    put("one", "and it can be written again");
    expect("one", "and it can be written again");
    assert_false(exists(path_of("one.new")));
}

static void what_a_crash_left_is_in_nobodys_way(void **state)
{
    HANDLE left;

    (void)state;
    put("one", "before");
    left =
        CreateFileW(support_wide(path_of("one.new")), GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    assert_true(left != INVALID_HANDLE_VALUE);
    CloseHandle(left);
    expect("one", "before");
    put("one", "after");
    expect("one", "after");
    assert_false(exists(path_of("one.new")));
}

static void a_kill_leaves_the_records_before(void **state)
{
    struct child *writer = client_start(NULL, "append \"%s\"", folder);
    const size_t size = strlen(RECORD);
    size_t length, i;
    char *content;

    (void)state;
    for (i = 0; i < RECORDS; i++)
        child_expect(writer, "written");
    child_kill(writer);
    assert_int_equal(state_files_read(folder, "log", LIMIT, &content, &length, &why), SYS_OK);
    assert_true(length >= RECORDS * size);
    for (i = 0; i + size <= length; i += size)
        assert_memory_equal(content + i, RECORD, size);
    free(content);
}

/* What is held by somebody else stays as it is, and nothing half made lies about. */
static void a_file_that_is_held_stays(void **state)
{
    HANDLE held;

    (void)state;
    put("one", "before");
    held = CreateFileW(support_wide(path_of("one")), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(held != INVALID_HANDLE_VALUE);
    assert_int_not_equal(state_files_append(folder, "one", "x", 1, true, &why), SYS_OK);
    assert_int_equal(why.code, ERROR_SHARING_VIOLATION);
    expect_unreadable("one", LIMIT, SYS_LATER);
    CloseHandle(held);
    expect("one", "before");
    put("one", "after");
    expect("one", "after");
}

static void only_plain_names_are_taken(void **state)
{
    static const char *const names[] = {
        "",         ".",
        "..",       "..\\one",
        "a\\b",     "a/b",
        "C:one",    "one:stream",
        ".one",     "one*",
        "\xC3\xA9", "a name of more than sixty-four letters, which nobody would give to a file"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(state_files_write(folder, names[i], "x", 1, &why), SYS_FAILED);
        assert_int_equal(state_files_append(folder, names[i], "x", 1, true, &why), SYS_FAILED);
        expect_unreadable(names[i], LIMIT, SYS_FAILED);
    }
    assert_false(exists(folder));
}

static void a_file_in_place_of_the_folder_is_refused(void **state)
{
    HANDLE file;

    (void)state;
    assert_true(CreateDirectoryW(support_wide(above), NULL));
    file = CreateFileW(support_wide(folder), GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    CloseHandle(file);
    assert_int_equal(state_files_write(folder, "one", "x", 1, &why), SYS_FAILED);
    assert_non_null(strstr(why.text, "not a folder"));
    expect_unreadable("one", LIMIT, SYS_FAILED);
}

static void the_folder_is_not_for_everybody(void **state)
{
    static const struct launch user = {.standard_user = true};

    (void)state;
    if (support_wine())
        skip(); /* it keeps hardly anything of a folder's access, and root may all */
    put("one", "x");
    put("one", "x");
    assert_string_equal(client_line(&user, "overwrite \"%s\"", folder), "");
    expect("one", "x");
}

/* The owner of a file or folder, and whether its list has an entry for whoever owns it. */
static void expect_owned(const char *path)
{
    PSECURITY_DESCRIPTOR descriptor;
    char sid[OWNER_SID_MAX];
    wchar_t *text;
    PSID owner;

    assert_int_equal(GetNamedSecurityInfoW((wchar_t *)(uintptr_t)support_wide(path), SE_FILE_OBJECT,
                                           OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                           &owner, NULL, NULL, NULL, &descriptor),
                     ERROR_SUCCESS);
    assert_true(owner_sid_text(owner, sid));
    assert_true(owner_trusted(sid));
    assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorW(
        descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, NULL));
    assert_true(wcsstr(text, L";;;OW)") != NULL || wcsstr(text, L";;;S-1-3-4)") != NULL);
    LocalFree(text);
    LocalFree(descriptor);
}

/* Not this account's: the next account, and administrators, are to go on with them. */
static void the_owner_is_that_of_the_objects(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* it keeps neither owners nor lists of files */
    put("one", "x");
    assert_int_equal(state_files_append(folder, "log", "x", 1, true, &why), SYS_OK);
    expect_owned(folder);
    expect_owned(path_of("one"));
    expect_owned(path_of("log"));
}

static void give_to(const char *path, const wchar_t *text)
{
    PSID sid;

    assert_true(ConvertStringSidToSidW(text, &sid));
    assert_int_equal(SetNamedSecurityInfoW((wchar_t *)(uintptr_t)support_wide(path), SE_FILE_OBJECT,
                                           OWNER_SECURITY_INFORMATION, sid, NULL, NULL, NULL),
                     ERROR_SUCCESS);
    LocalFree(sid);
}

static void expect_refused(const char *owner)
{
    char *content;
    size_t length;

    assert_int_equal(state_files_read(folder, "one", LIMIT, &content, &length, &why), SYS_DENIED);
    assert_non_null(strstr(why.text, owner));
    assert_int_not_equal(state_files_append(folder, "one", "x", 1, true, &why), SYS_OK);
}

/* Whoever owns it could have written it: a user, another service, and so with the folder. */
static void files_of_other_owners_are_refused(void **state)
{
    (void)state;
    if (support_wine())
        skip();       /* it keeps neither owners nor lists of files */
    squatter_begin(); /* the privilege to give a file away */
    put("one", "x");
    give_to(path_of("one"), L"S-1-5-21-1-2-3-1001");
    expect_refused("S-1-5-21-1-2-3-1001");
    give_to(path_of("one"), L"S-1-5-19");
    expect_refused("S-1-5-19");
    give_to(path_of("one"), L"S-1-5-32-544");
    expect("one", "x");
    give_to(folder, L"S-1-5-21-1-2-3-1001");
    expect_refused("S-1-5-21-1-2-3-1001");
    give_to(folder, L"S-1-5-32-544");
}

static void a_boot_has_one_text(void **state)
{
    char text[SYS_BOOT_MAX], again[SYS_BOOT_MAX];

    (void)state;
    assert_true(boot_text(text));
    assert_true(strlen(text) > 20);
    assert_true(boot_text(again));
    assert_string_equal(text, again);
    assert_string_equal(text, client_line(NULL, "boot"));
}

/* The unfinished file of a save that failed takes no room any more. */
static void a_discarded_copy_is_gone(void **state)
{
    struct sys_copy *copy;

    (void)state;
    assert_int_equal(copy_files_create(folder, "one.new", &copy, NULL), SYS_OK);
    assert_int_equal(copy_files_write(copy, "half", 4, NULL), SYS_OK);
    assert_true(exists(path_of("one.new")));
    copy_files_discard(copy);
    assert_false(exists(path_of("one.new")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    static const struct verb verbs[] = {
        {"overwrite", 1, do_overwrite}, {"append", 1, do_append}, {"boot", 0, do_boot}};
    const struct CMUnitTest tests[] = {
        TEST(what_is_written_is_read),
        TEST(what_is_not_there_is_not_found),
        TEST(a_file_beyond_the_limit_fails),
        TEST(appending_makes_and_adds),
        TEST(a_kill_leaves_the_old_or_the_new_file),
        TEST(what_a_crash_left_is_in_nobodys_way),
        TEST(a_kill_leaves_the_records_before),
        TEST(a_file_that_is_held_stays),
        TEST(only_plain_names_are_taken),
        TEST(a_file_in_place_of_the_folder_is_refused),
        TEST(the_folder_is_not_for_everybody),
        TEST(the_owner_is_that_of_the_objects),
        TEST(files_of_other_owners_are_refused),
        TEST(a_discarded_copy_is_gone),
        TEST(a_boot_has_one_text),
    };

    support_client(verbs, 3);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
