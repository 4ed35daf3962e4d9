/* Results in words, and the last failure of each thread. */
#include "stage.h"

#include <stdio.h>
#include <string.h>

#include "opened.h"
#include "result.h"

static int begin(void **state)
{
    (void)state;
    stage_begin();
    stage_segment("ShmbTest.One", 100, STAGE_LOCK);
    stage_publish();
    return 0;
}

static void check_last(int32_t result, uint32_t code, const char *call)
{
    uint32_t last_code = 77;
    const char *last_call = NULL;

    assert_int_equal(shmb_last_failure(&last_code, &last_call), result);
    assert_int_equal(last_code, code);
    assert_string_equal(last_call, call);
    assert_int_equal(shmb_last_failure(NULL, NULL), result);
}

static void every_result_has_its_sentence(void **state)
{
    char text[256], other[256];
    wchar_t wide[256];
    int32_t result, earlier;

    (void)state;
    for (result = SHMB_QUOTA; result <= SHMB_ABANDONED; result++) {
        assert_int_equal(shmb_result_text(result, text, sizeof(text)), SHMB_OK);
        assert_true(strlen(text) > 3);
        assert_string_not_equal(text, "unknown result");
        for (earlier = SHMB_QUOTA; earlier < result; earlier++) {
            shmb_result_text(earlier, other, sizeof(other));
            assert_string_not_equal(text, other);
        }
        assert_int_equal(shmb_result_textW(result, wide, 256), SHMB_OK);
        assert_int_equal(wcslen(wide), strlen(text));
    }
    shmb_result_text(2, text, sizeof(text));
    assert_string_equal(text, "unknown result");
    shmb_result_text(SHMB_QUOTA - 1, text, sizeof(text));
    assert_string_equal(text, "unknown result");
    shmb_result_text(INT32_MIN, text, sizeof(text));
    assert_string_equal(text, "unknown result");
}

static void the_call_and_its_code_are_named(void **state)
{
    shmb_segment *segment;
    char text[256];

    (void)state;
    shmb_open("ShmbTest.One", SHMB_READ, 0, &segment);
    shmb_lock(segment, 0);
    shmb_close(segment);
    stage_root_close();
    stage_broker_dies();
    assert_int_equal(shmb_open("ShmbTest.None", SHMB_READ, 0, &segment), SHMB_NO_BROKER);
    check_last(SHMB_NO_BROKER, ERROR_FILE_NOT_FOUND, "OpenFileMappingW");
    shmb_result_text(SHMB_NO_BROKER, text, sizeof(text));
    assert_int_equal(strncmp(text, "no such object, and no broker runs (OpenFileMappingW: 2, ", 57),
                     0);
    /* Another result than the last one is only what it is. */
    shmb_result_text(SHMB_NOT_FOUND, text, sizeof(text));
    assert_null(strchr(text, '('));
    /* A success changes nothing; a failure without a call leaves none behind. */
    assert_int_equal(shmb_open("ShmbTest.One", SHMB_READ, 0, &segment), SHMB_OK);
    check_last(SHMB_NO_BROKER, ERROR_FILE_NOT_FOUND, "OpenFileMappingW");
    assert_int_equal(shmb_unlock(segment), SHMB_NOT_OWNER);
    check_last(SHMB_NOT_OWNER, 0, "");
    shmb_close(segment);
    /* Nor one that failed on the way: the directory's, which is gone round. */
    stage_object(SHMB_SECTION, "ShmbTest.Squat", 16, STAGE_STRANGER, STAGE_SECTION_READ);
    assert_int_equal(shmb_open("ShmbTest.Squat", SHMB_READ, 0, &segment), SHMB_NOT_OURS);
    check_last(SHMB_NOT_OURS, 0, "");
}

/* No assertion may leave a thread: the code says what was seen. */
static DWORD WINAPI fail_there(void *unused)
{
    int32_t before = shmb_last_failure(NULL, NULL);

    (void)unused;
    shmb_lock(NULL, 0);
    return before == 0 && shmb_last_failure(NULL, NULL) == SHMB_BAD_ARGUMENT;
}

static void each_thread_has_its_own(void **state)
{
    shmb_segment *segment;
    HANDLE thread;
    DWORD seen = 0;

    (void)state;
    shmb_open("ShmbTest.None", SHMB_READ, 0, &segment);
    check_last(SHMB_NOT_FOUND, 0, "");
    thread = CreateThread(NULL, 0, fail_there, NULL, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &seen);
    CloseHandle(thread);
    assert_int_equal(seen, 1);
    check_last(SHMB_NOT_FOUND, 0, "");
}

static void texts_are_cut_between_characters(void **state)
{
    char text[8];
    wchar_t wide[4];
    uint32_t size;

    (void)state;
    for (size = 1; size <= sizeof(text); size++) {
        memset(text, 0x7F, sizeof(text));
        assert_int_equal(shmb_result_text(SHMB_OK, text, size), SHMB_OK);
        assert_int_equal(strlen(text), size <= 4 ? size - 1 : 4);
        assert_int_equal(strncmp(text, "done", strlen(text)), 0);
    }
    assert_int_equal(shmb_result_textW(SHMB_OK, wide, 4), SHMB_OK);
    assert_int_equal(wcscmp(wide, L"don"), 0);
    assert_int_equal(shmb_result_text(SHMB_OK, NULL, 4), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_result_text(SHMB_OK, text, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_result_textW(SHMB_OK, NULL, 4), SHMB_BAD_ARGUMENT);
}

/* From the inside: codes that no test can make the system give. */
static void codes_become_results(void **state)
{
    static const struct {
        uint32_t code;
        int32_t result;
    } codes[] = {
        {ERROR_FILE_NOT_FOUND, SHMB_NOT_FOUND},      {ERROR_ACCESS_DENIED, SHMB_ACCESS_DENIED},
        {ERROR_INVALID_HANDLE, SHMB_WRONG_KIND},     {ERROR_NOT_ENOUGH_MEMORY, SHMB_NO_MEMORY},
        {ERROR_OUTOFMEMORY, SHMB_NO_MEMORY},         {ERROR_COMMITMENT_LIMIT, SHMB_NO_MEMORY},
        {ERROR_NO_SYSTEM_RESOURCES, SHMB_NO_MEMORY}, {ERROR_GEN_FAILURE, SHMB_SYSTEM},
    };
    struct fault fault;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        int32_t result = fault_win32(&fault, CALL_MAP, codes[i].code);

        assert_int_equal(result_end(result, &fault), codes[i].result);
        check_last(codes[i].result, codes[i].code, "MapViewOfFile");
    }
    result_end(fault_call(&fault, SHMB_SYSTEM, CALL_RELEASE, 0xC0000022u), &fault);
    check_last(SHMB_SYSTEM, 0x1FFFFF, "ReleaseMutex");
    result_end(fault_call(&fault, SHMB_SYSTEM, CALL_RELEASE, 0x1FFFFE), &fault);
    check_last(SHMB_SYSTEM, 0x1FFFFE, "ReleaseMutex");
    assert_int_equal(result_end(SHMB_ABANDONED, &fault), SHMB_ABANDONED);
    check_last(SHMB_SYSTEM, 0x1FFFFE, "ReleaseMutex");
}

static void the_version_is_a_number(void **state)
{
    int major, minor, patch;

    (void)state;
    assert_string_equal(shmb_version(), SHMB_VERSION);
    assert_int_equal(sscanf(shmb_version(), "%d.%d.%d", &major, &minor, &patch), 3);
    assert_int_equal(major, SHMB_VERSION_MAJOR);
    assert_int_equal(minor, SHMB_VERSION_MINOR);
    assert_int_equal(patch, SHMB_VERSION_PATCH);
    assert_true(SHMB_SUCCEEDED(SHMB_OK) && SHMB_SUCCEEDED(SHMB_ABANDONED));
    assert_false(SHMB_SUCCEEDED(SHMB_NOT_FOUND));
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(every_result_has_its_sentence), STAGED(the_call_and_its_code_are_named),
        STAGED(each_thread_has_its_own),       STAGED(texts_are_cut_between_characters),
        STAGED(codes_become_results),          STAGED(the_version_is_a_number),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
