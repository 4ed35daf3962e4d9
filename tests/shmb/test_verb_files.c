/* shmb read and dump to a file, and shmb write from one: no shell in between. */
#include "shmb_objects.h"

#include <sddl.h>
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
    support_writable(path);
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
    support_writable(path);
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
    /* Another program has it open and does not let it be deleted. */
    used = open_file(GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING);
    shmb_expect_line(7, "opening the file failed", "read ShmbTest.Wide --output \"%s\"", path);
    CloseHandle(used);
    expect_file("before", 6);
    expect_files(1);
    shmb_expect_line(7, "a folder has this name", "read ShmbTest.Wide --output \"%s\"", folder);
    shmb_expect_line(7, "opening the file failed",
                     "read ShmbTest.Wide --output \"%s\\none\\out.bin\"", folder);
    shmb_expect_line(2, "needs a value", "read ShmbTest.Wide --output");
}

/* The new file has the access list and the attributes of the one that it replaces. */
static void the_access_list_and_the_attributes_stay(void **state)
{
    const wchar_t *list;
    PSECURITY_DESCRIPTOR before = NULL;
    char after[sizeof(found)];
    DWORD length = 0, size = 0;

    (void)state;
    put("before", 6);
    /* No folder of a user gives this to new files. Wine tells only the owner from others. */
    list = support_wine() ? L"D:P(A;;FA;;;OW)" : L"D:P(A;;FA;;;AU)";
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(list, 1, &before, NULL));
    assert_true(SetFileSecurityW(support_wide(path), DACL_SECURITY_INFORMATION, before));
    LocalFree(before);
    assert_true(GetFileSecurityW(support_wide(path), DACL_SECURITY_INFORMATION, found,
                                 sizeof(found), &length));
    assert_true(SetFileAttributesW(support_wide(path), FILE_ATTRIBUTE_HIDDEN));
    shmb_expect(0, "", "read ShmbTest.Wide --output \"%s\" --count 5", path);
    assert_true(GetFileSecurityW(support_wide(path), DACL_SECURITY_INFORMATION, after,
                                 sizeof(after), &size));
    assert_int_equal(size, length);
    assert_memory_equal(after, found, length);
    assert_true((GetFileAttributesW(support_wide(path)) & FILE_ATTRIBUTE_HIDDEN) != 0);
    expect_files(1);
}

/* A reader that lets the file be deleted does not hinder, and keeps the old bytes. */
static void a_file_that_is_read_is_replaced(void **state)
{
    HANDLE file;
    DWORD got = 0;

    (void)state;
    if (support_wine())
        skip();
    put("before", 6);
    file = open_file(GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                     OPEN_EXISTING);
    shmb_expect(0, "", "read ShmbTest.Wide --output \"%s\" --count 5", path);
    assert_true(ReadFile(file, found, sizeof(found), &got, NULL));
    CloseHandle(file);
    assert_int_equal(got, 6);
    assert_memory_equal(found, "before", 6);
    expect_file("\0\0\0\0\0", 5);
}

static DWORD WINAPI take_message(void *pipe)
{
    DWORD got = 0;

    if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
        return 0;
    (void)ReadFile(pipe, found, sizeof(found), &got, NULL);
    return got;
}

/* shmb connects once: a second connection would find no instance. */
static void a_pipe_with_one_instance_gets_the_bytes(void **state)
{
    HANDLE pipe, thread;
    DWORD got = 0;
    char name[64];

    (void)state;
    snprintf(name, sizeof(name), "\\\\.\\pipe\\ShmbTest.%lu", GetCurrentProcessId());
    pipe = CreateNamedPipeW(support_wide(name), PIPE_ACCESS_INBOUND, PIPE_TYPE_MESSAGE | PIPE_WAIT,
                            1, 4096, 4096, 0, NULL);
    assert_true(pipe != INVALID_HANDLE_VALUE);
    thread = CreateThread(NULL, 0, take_message, pipe, 0, NULL);
    assert_non_null(thread);
    shmb_expect(0, "", "read ShmbTest.Wide --output %s --count 5", name);
    assert_int_equal(WaitForSingleObject(thread, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    assert_true(GetExitCodeThread(thread, &got));
    CloseHandle(thread);
    CloseHandle(pipe);
    assert_int_equal(got, 5);
}

/* The new file of shmb, next to `path`. False: there is none. */
static bool find_new_file(void)
{
    char pattern[sizeof(path) + 8];
    WIN32_FIND_DATAW data;
    HANDLE search;

    snprintf(pattern, sizeof(pattern), "%s.shmb-*", path);
    search = FindFirstFileW(support_wide(pattern), &data);
    if (search == INVALID_HANDLE_VALUE)
        return false;
    FindClose(search);
    return true;
}

static void a_killed_shmb_leaves_no_file(void **state)
{
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;
    struct child *child;

    (void)state;
    put("before", 6);
    /* So many bytes that it is not done when it is killed. */
    child = shmb_start(NULL, "read " GROUP " --output \"%s\"", path);
    while (!find_new_file()) {
        assert_true(GetTickCount64() < until);
        Sleep(1);
    }
    child_kill(child);
    /* Not one byte of the new file is in the old one. */
    expect_file("before", 6);
    expect_files(1);
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
        TEST(the_access_list_and_the_attributes_stay),
        TEST(a_file_that_is_read_is_replaced),
        TEST(a_pipe_with_one_instance_gets_the_bytes),
        TEST(a_killed_shmb_leaves_no_file),
        TEST(what_cannot_be_read_writes_nothing),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
