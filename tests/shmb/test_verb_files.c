/* shmb read and dump to a file, and shmb write from one: no shell in between. */
#include "shmb_objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 300000u /* of ShmbTest.Wide */

static char folder[MAX_PATH], path[MAX_PATH + 32];
static char bytes[SIZE], found[SIZE + 1];

static HANDLE open_file(DWORD access, DWORD share, DWORD how)
{
    HANDLE file = CreateFileW(support_wide(path), access, share, NULL, how, 0, NULL);

    assert_true(file != INVALID_HANDLE_VALUE);
    return file;
}

static void put(const void *content, DWORD length)
{
    HANDLE file = open_file(GENERIC_WRITE, 0, CREATE_ALWAYS);
    DWORD done;

    assert_true(WriteFile(file, content, length, &done, NULL));
    CloseHandle(file);
}

static void expect_file(const void *content, DWORD length)
{
    HANDLE file = open_file(GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING);
    DWORD got;

    assert_true(ReadFile(file, found, sizeof(found), &got, NULL));
    CloseHandle(file);
    assert_int_equal(got, length);
    assert_memory_equal(found, content, length);
}

/* Files that begin with the name: none that shmb made on the way may be left. */
static void expect_files(int expected)
{
    char pattern[sizeof(path) + 1];
    WIN32_FIND_DATAW data;
    HANDLE search;
    int count = 0;

    snprintf(pattern, sizeof(pattern), "%s*", path);
    search = FindFirstFileW(support_wide(pattern), &data);
    assert_true(search != INVALID_HANDLE_VALUE);
    do {
        count += (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
    } while (FindNextFileW(search, &data));
    FindClose(search);
    assert_int_equal(count, expected);
}

static int begin_files(void **state)
{
    wchar_t temp[MAX_PATH];
    char narrow[MAX_PATH];
    size_t i;

    for (i = 0; i < SIZE; i++)
        bytes[i] = (char)(i % 251);
    memcpy(bytes, "\r\n\x1a\xff\xfe", 5);
    GetTempPathW(MAX_PATH, temp);
    WideCharToMultiByte(CP_UTF8, 0, temp, -1, narrow, sizeof(narrow), NULL, NULL);
    snprintf(folder, sizeof(folder), "%sshmb \xc3\xb6 %lu", narrow, GetCurrentProcessId());
    snprintf(path, sizeof(path), "%s\\out.bin", folder);
    CreateDirectoryW(support_wide(folder), NULL);
    return begin(state);
}

static int end_files(void **state)
{
    DeleteFileW(support_wide(path));
    RemoveDirectoryW(support_wide(folder));
    return stage_teardown(state);
}

static void bytes_go_to_a_file_and_back(void **state)
{
    (void)state;
    put(bytes, SIZE);
    shmb_expect(0, "", "write ShmbTest.Wide --input \"%s\"", path);
    DeleteFileW(support_wide(path));
    shmb_expect(0, "", "read ShmbTest.Wide --output \"%s\"", path);
    expect_file(bytes, SIZE);
    /* shorter than what is there */
    shmb_expect(0, "", "read ShmbTest.Wide --output \"%s\" --count 5", path);
    expect_file(bytes, 5);
    shmb_expect(0, "", "dump ShmbTest.Wide --count 3 --output \"%s\"", path);
    expect_file("00000000  0d 0a 1a                                          |...|\n00000003\n",
                strlen("00000000  0d 0a 1a                                          |...|\n"
                       "00000003\n"));
    expect_files(1);
    shmb_expect(0, "", "read ShmbTest.Wide --output NUL");
}

static void a_failure_leaves_the_file_as_it_is(void **state)
{
    HANDLE used;

    (void)state;
    put("before", 6);
    shmb_expect_line(1, "beyond", "read ShmbTest.Wide --offset 400000 --output \"%s\"", path);
    shmb_expect_line(1, "holds no object", "read ShmbTest.None --output \"%s\"", path);
    expect_file("before", 6);
    /* Another program has it open, so it cannot be replaced. */
    used = open_file(GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING);
    shmb_expect_line(7, "replacing the file failed", "read ShmbTest.Wide --output \"%s\"", path);
    CloseHandle(used);
    expect_file("before", 6);
    expect_files(1);
    shmb_expect_line(7, "a folder has this name", "read ShmbTest.Wide --output \"%s\"", folder);
    shmb_expect_line(7, "creating the file failed",
                     "read ShmbTest.Wide --output \"%s\\none\\out.bin\"", folder);
    shmb_expect_line(2, "needs a value", "read ShmbTest.Wide --output");
}

static void what_cannot_be_read_writes_nothing(void **state)
{
    (void)state;
    shmb_expect_line(7, "opening the file failed", "write ShmbTest.Data --input \"%s\"", path);
    shmb_expect_line(2, "do not go together", "write ShmbTest.Data --text a --input \"%s\"", path);
    put("", 0);
    shmb_expect(0, "", "write ShmbTest.Data --input \"%s\"", path);
    shmb_expect(0, "00000000  00 00 00 00                                       |....|\n00000004\n",
                "dump ShmbTest.Data --count 4");
    put(bytes, 200);
    shmb_expect_line(1, "bytes written: 100", "write ShmbTest.Data --input \"%s\"", path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_files, end_files)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bytes_go_to_a_file_and_back),
        TEST(a_failure_leaves_the_file_as_it_is),
        TEST(what_cannot_be_read_writes_nothing),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
