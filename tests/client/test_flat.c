/*
 * The flat calls, the way Visual FoxPro and Visual Basic make them: found in the
 * DLL by name, with 32-bit integers and strings, stdcall.
 */
#include "stage.h"
#include "stage_queue.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHMB_STATIC /* only for the numbers: nothing of it is linked here */
#include "shmb_flat.h"

/* DECLARE INTEGER ... IN shmbclient.dll: INTEGER is int, STRING and STRING @ are char *. */
typedef int(__stdcall *call0)(void);
typedef int(__stdcall *call_i)(int);
typedef int(__stdcall *call_ii)(int, int);
typedef int(__stdcall *call_si)(const char *, int);
typedef int(__stdcall *call_sii)(const char *, int, int);
typedef int(__stdcall *call_isi)(int, char *, int);
typedef int(__stdcall *call_iisi)(int, int, const char *, int);
typedef int(__stdcall *call_iibi)(int, int, char *, int);
typedef int(__stdcall *call_iisii)(int, int, const char *, int, int);
typedef int(__stdcall *call_iibii)(int, int, char *, int, int);
typedef int(__stdcall *call_wi)(const wchar_t *, int);
typedef int(__stdcall *call_wii)(const wchar_t *, int, int);
typedef int(__stdcall *call_iwi)(int, wchar_t *, int);
typedef int(__stdcall *call_isii)(int, const char *, int, int);
typedef int(__stdcall *call_ibii)(int, char *, int, int);
typedef int(__stdcall *call_siii)(const char *, int, int, int);
typedef int(__stdcall *call_wiii)(const wchar_t *, int, int, int);

static struct {
    call_sii open;
    call_wii openW;
    call_si private_;
    call_wi privateW;
    call_i subscribe, unsubscribe;
    call_i close, size, unlock, mark_consistent, restore, abandoned, init_done, state;
    call_isi name, result_text;
    call_iwi nameW, result_textW;
    call_iibi read, snapshot;
    call_iibii snapshot_wait;
    call_iisi write;
    call_iisii update;
    call_ii lock, first, wait_changed;
    call0 system_code;
    call_sii queue_open;
    call_wii queue_openW;
    call_isii queue_put;
    call_ibii queue_get;
    call_isi queue_peek;
    call_i queue_messages, queue_slot_size, queue_clear;
    call0 list_open;
    call_i list_next, list_kind, list_state, list_flags, list_bytes;
    call_isi list_name;
    call_iwi list_nameW;
    call_i write_begin, write_end;
    call_siii open_object;
    call_wiii open_objectW;
} dll;

static const struct {
    const char *name;
    void *place;
} calls[] = {
    {"shmbf_open", &dll.open},
    {"shmbf_openW", &dll.openW},
    {"shmbf_private", &dll.private_},
    {"shmbf_privateW", &dll.privateW},
    {"shmbf_close", &dll.close},
    {"shmbf_size", &dll.size},
    {"shmbf_unlock", &dll.unlock},
    {"shmbf_mark_consistent", &dll.mark_consistent},
    {"shmbf_restore", &dll.restore},
    {"shmbf_abandoned", &dll.abandoned},
    {"shmbf_init_done", &dll.init_done},
    {"shmbf_state", &dll.state},
    {"shmbf_name", &dll.name},
    {"shmbf_nameW", &dll.nameW},
    {"shmbf_result_text", &dll.result_text},
    {"shmbf_result_textW", &dll.result_textW},
    {"shmbf_read", &dll.read},
    {"shmbf_snapshot", &dll.snapshot},
    {"shmbf_snapshot_wait", &dll.snapshot_wait},
    {"shmbf_write", &dll.write},
    {"shmbf_update", &dll.update},
    {"shmbf_lock", &dll.lock},
    {"shmbf_first", &dll.first},
    {"shmbf_wait_changed", &dll.wait_changed},
    {"shmbf_subscribe", &dll.subscribe},
    {"shmbf_unsubscribe", &dll.unsubscribe},
    {"shmbf_system_code", &dll.system_code},
    {"shmbf_queue_open", &dll.queue_open},
    {"shmbf_queue_openW", &dll.queue_openW},
    {"shmbf_queue_put", &dll.queue_put},
    {"shmbf_queue_get", &dll.queue_get},
    {"shmbf_queue_peek", &dll.queue_peek},
    {"shmbf_queue_messages", &dll.queue_messages},
    {"shmbf_queue_slot_size", &dll.queue_slot_size},
    {"shmbf_queue_clear", &dll.queue_clear},
    {"shmbf_list_open", &dll.list_open},
    {"shmbf_list_next", &dll.list_next},
    {"shmbf_list_name", &dll.list_name},
    {"shmbf_list_nameW", &dll.list_nameW},
    {"shmbf_list_kind", &dll.list_kind},
    {"shmbf_list_state", &dll.list_state},
    {"shmbf_list_flags", &dll.list_flags},
    {"shmbf_list_bytes", &dll.list_bytes},
    {"shmbf_write_begin", &dll.write_begin},
    {"shmbf_write_end", &dll.write_end},
    {"shmbf_open_object", &dll.open_object},
    {"shmbf_open_objectW", &dll.open_objectW},
};

static struct directory_row *row;

static int load(void **state)
{
    HMODULE library = LoadLibraryW(support_wide(support_sibling("shmbclient.dll")));
    size_t i;

    (void)state;
    assert_non_null(library);
    for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        FARPROC found = GetProcAddress(library, calls[i].name);

        if (found == NULL)
            fail_msg("%s is not exported", calls[i].name);
        memcpy(calls[i].place, &found, sizeof(found));
    }
    return 0;
}

static int begin(void **state)
{
    (void)state;
    stage_begin();
    row = stage_segment("ShmbTest.Flat", 100, STAGE_LOCK | STAGE_NOTIFY);
    stage_segment("ShmbTest.ReadOnly", 100, STAGE_LOCK | STAGE_READ_ONLY);
    stage_segment("ShmbTest.Twice", 100, STAGE_LOCK | STAGE_DOUBLE);
    stage_segment("ShmbTest.Gr\xC3\xB6\xC3\x9F"
                  "e",
                  100, 0);
    stage_queue("ShmbTest.FlatQueue", 2, 16, 0, 0);
    stage_row("ShmbTest.FlatMutex", SHMB_MUTEX);
    stage_object(SHMB_MUTEX, "ShmbTest.FlatMutex", 0, STAGE_OURS, 0x120001);
    stage_segment("ShmbTest.\xE2\x82\xAC\xE4\xB8\x80", 100, 0);
    stage_publish();
    return 0;
}

static int opened(void)
{
    int segment = dll.open("ShmbTest.Flat", 2, 0);

    assert_true(segment > 0);
    return segment;
}

static void a_segment_is_a_number_and_ends_with_it(void **state)
{
    int one = opened(), two = opened();

    (void)state;
    assert_int_not_equal(one, two);
    assert_int_equal(dll.size(one), 100);
    assert_int_equal(dll.state(one), SHMB_OK);
    assert_int_equal(dll.close(one), SHMB_OK);
    assert_int_equal(dll.close(one), SHMB_BAD_ARGUMENT);
    one = opened();
    assert_int_not_equal(one, two);
    assert_int_equal(dll.close(one), SHMB_OK);
    assert_int_equal(dll.close(two), SHMB_OK);
}

static void a_number_that_is_none_is_refused_by_all(void **state)
{
    const int closed = opened();
    int bad[5] = {0, -1, 5, INT_MAX, 0};
    wchar_t wide[8];
    char bytes[8];
    size_t i;

    (void)state;
    assert_int_equal(dll.close(closed), SHMB_OK);
    bad[4] = closed;
    for (i = 0; i < 5; i++) {
        const int n = bad[i];

        assert_int_equal(dll.close(n), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.size(n), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.name(n, bytes, 8), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.nameW(n, wide, 8), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.read(n, 0, bytes, 8), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.write(n, 0, bytes, 8), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.update(n, 0, bytes, 8, 0), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.snapshot(n, 0, bytes, 8), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.snapshot_wait(n, 0, bytes, 8, 0), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.lock(n, 0), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.unlock(n), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.mark_consistent(n), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.restore(n), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.abandoned(n), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.first(n, 0), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.init_done(n), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.wait_changed(n, 0), SHMB_BAD_ARGUMENT);
        assert_int_equal(dll.state(n), SHMB_BAD_ARGUMENT);
    }
}

static void failures_are_negative_results(void **state)
{
    char text[200];
    int length;

    (void)state;
    assert_int_equal(dll.open("ShmbTest.None", 1, 0), SHMB_NOT_FOUND);
    assert_int_equal(dll.open("a\\b", 1, 0), SHMB_BAD_NAME);
    assert_int_equal(dll.open("ShmbTest.Flat", 3, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.open(NULL, 1, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.openW(NULL, 1, 0), SHMB_BAD_ARGUMENT);
    length = dll.result_text(SHMB_BAD_NAME, text, sizeof(text));
    assert_int_equal(length, strlen(text));
    assert_string_equal(text, "not a valid object name");
    assert_int_equal(dll.result_text(SHMB_BAD_NAME, text, 5), 4);
    assert_string_equal(text, "not ");
    assert_int_equal(dll.result_text(0, text, 0), SHMB_BAD_ARGUMENT);
    stage_root_close();
    assert_int_equal(dll.open("ShmbTest.None", 1, 0), SHMB_NOT_FOUND);
    assert_int_equal(dll.system_code(), ERROR_FILE_NOT_FOUND);
}

static void bytes_are_moved_and_cut_at_the_end(void **state)
{
    int segment = opened();
    char bytes[200];

    (void)state;
    assert_int_equal(dll.write(segment, 0, "abc", 3), SHMB_NOT_OWNER);
    assert_int_equal(dll.update(segment, 0, "a\0c", 3, 5000), 3);
    memset(bytes, '#', sizeof(bytes));
    assert_int_equal(dll.read(segment, 0, bytes, 3), 3);
    assert_memory_equal(bytes, "a\0c#", 4);
    assert_int_equal(dll.read(segment, 98, bytes, 10), 2);
    assert_int_equal(dll.read(segment, 100, bytes, 10), 0);
    assert_int_equal(dll.read(segment, 101, bytes, 10), SHMB_RANGE);
    assert_int_equal(dll.read(segment, 0, bytes, INT_MAX), 100);
    assert_int_equal(dll.update(segment, 90, bytes, 20, 0), 10);
    assert_int_equal(dll.read(segment, -1, bytes, 1), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.read(segment, 0, bytes, -1), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.write(segment, INT_MIN, bytes, 1), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.lock(segment, -1), SHMB_OK);
    assert_int_equal(dll.write(segment, 1, "b", 1), 1);
    assert_int_equal(dll.unlock(segment), SHMB_OK);
    assert_int_equal(dll.snapshot(segment, 0, bytes, 3), 3);
    assert_int_equal(dll.snapshot_wait(segment, 0, bytes, 3, 0), 3);
    stage_block(row)->sequence++;
    assert_int_equal(dll.snapshot_wait(segment, 0, bytes, 3, 0), SHMB_BUSY);
    stage_block(row)->sequence++;
    assert_memory_equal(bytes, "abc", 3);
    assert_int_equal(dll.close(segment), SHMB_OK);
    segment = dll.open("ShmbTest.ReadOnly", 1, 0);
    assert_int_equal(dll.update(segment, 0, "a", 1, 0), SHMB_ACCESS_DENIED);
    assert_int_equal(dll.close(segment), SHMB_OK);
}

/* take NAME: takes the lock as plain programs do, and waits to be killed. */
static int take(int argc, char **argv)
{
    HANDLE mutex = OpenMutexW(SYNCHRONIZE, FALSE, support_wide(argv[0]));

    (void)argc;
    if (mutex == NULL || WaitForSingleObject(mutex, 0) != WAIT_OBJECT_0)
        return 1;
    client_say("taken");
    client_wait_for_end();
    return 0;
}

static void a_dead_owner_is_told(void **state)
{
    struct child *child = client_start(NULL, "seize Global\\ShmbTest.Flat.lock");
    int segment = opened();

    (void)state;
    child_expect(child, "taken");
    assert_int_equal(dll.lock(segment, 0), SHMB_TIMEOUT);
    child_kill(child);
    assert_int_equal(dll.lock(segment, -1), SHMB_ABANDONED);
    assert_int_equal(dll.abandoned(segment), 1);
    assert_int_equal(dll.unlock(segment), SHMB_OK);
    assert_int_equal(dll.unlock(segment), SHMB_NOT_OWNER);
    assert_int_equal(dll.update(segment, 0, "x", 1, 0), 1); /* bytes, so ask: */
    assert_int_equal(dll.abandoned(segment), 1);
    assert_int_equal(dll.lock(segment, 0), SHMB_ABANDONED);
    assert_int_equal(dll.mark_consistent(segment), SHMB_OK);
    assert_int_equal(dll.restore(segment), SHMB_BAD_ARGUMENT); /* no double snapshots */
    assert_int_equal(dll.unlock(segment), SHMB_OK);
    assert_int_equal(dll.update(segment, 0, "y", 1, 0), 1);
    assert_int_equal(dll.abandoned(segment), 0);
    assert_int_equal(dll.close(segment), SHMB_OK);
}

static DWORD WINAPI close_there(void *segment)
{
    return (DWORD)-dll.close(*(int *)segment);
}

static DWORD closed_there(int segment)
{
    HANDLE thread = CreateThread(NULL, 0, close_there, &segment, 0, NULL);
    DWORD code = 0;

    assert_non_null(thread);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    return code;
}

/* Its number stays valid, too. */
static void only_the_owner_closes(void **state)
{
    int segment = opened();

    (void)state;
    assert_int_equal(dll.lock(segment, 0), SHMB_OK);
    assert_int_equal(closed_there(segment), (DWORD)-SHMB_NOT_OWNER);
    assert_int_equal(dll.write(segment, 0, "x", 1), 1);
    assert_int_equal(dll.unlock(segment), SHMB_OK);
    assert_int_equal(closed_there(segment), 0);
    assert_int_equal(dll.close(segment), SHMB_BAD_ARGUMENT);
}

static void one_is_first(void **state)
{
    int one = opened(), two = opened();

    (void)state;
    assert_int_equal(dll.first(one, 0), 1);
    assert_int_equal(dll.write(one, 0, "made", 4), 4);
    assert_int_equal(dll.init_done(two), SHMB_OK); /* the thread is first, by any handle */
    assert_int_equal(dll.init_done(one), SHMB_NOT_OWNER);
    assert_int_equal(dll.first(one, 0), 0);
    assert_int_equal(dll.first(two, 0), 0);
    assert_int_equal(dll.close(one), SHMB_OK);
    assert_int_equal(dll.close(two), SHMB_OK);
}

static void changes_are_told_from_the_opening_on(void **state)
{
    int writer = opened(), reader;

    (void)state;
    assert_int_equal(dll.update(writer, 0, "a", 1, 0), 1);
    reader = opened();
    assert_int_equal(dll.wait_changed(reader, 0), SHMB_TIMEOUT);
    assert_int_equal(dll.update(writer, 0, "b", 1, 0), 1);
    assert_int_equal(dll.wait_changed(reader, -1), SHMB_OK);
    assert_int_equal(dll.wait_changed(reader, 0), SHMB_TIMEOUT);
    assert_int_equal(dll.close(writer), SHMB_OK);
    assert_int_equal(dll.close(reader), SHMB_OK);
}

static void one_event_for_all_changes(void **state)
{
    int writer = opened(), reader = opened(), event;
    HANDLE handle;

    (void)state;
    event = dll.subscribe(reader);
    assert_true(event > 0);
    assert_int_equal(dll.subscribe(reader), event);
    handle = (HANDLE)(intptr_t)event;
    assert_int_equal(WaitForSingleObject(handle, 0), WAIT_TIMEOUT);
    assert_int_equal(dll.update(writer, 0, "a", 1, 0), 1);
    assert_int_equal(WaitForSingleObject(handle, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    assert_int_equal(dll.wait_changed(reader, 0), SHMB_OK);
    assert_int_equal(dll.unsubscribe(reader), SHMB_OK);
    assert_int_equal(dll.unsubscribe(reader), SHMB_OK);
    assert_true(dll.subscribe(reader) > 0);
    assert_int_equal(dll.close(reader), SHMB_OK); /* ends it, too */
    assert_int_equal(dll.subscribe(reader), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.unsubscribe(reader), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.close(writer), SHMB_OK);
}

static void names_in_the_code_page_and_in_utf_16(void **state)
{
    wchar_t wide[40];
    char bytes[40];
    int segment = opened();

    (void)state;
    assert_int_equal(dll.name(segment, bytes, sizeof(bytes)), 13);
    assert_string_equal(bytes, "ShmbTest.Flat");
    assert_int_equal(dll.name(segment, bytes, 13), SHMB_RANGE);
    assert_int_equal(dll.name(segment, bytes, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.nameW(segment, wide, 14), 13);
    assert_int_equal(dll.close(segment), SHMB_OK);
    segment = dll.openW(L"ShmbTest.\x20AC\x4E00", 1, 0);
    assert_true(segment > 0);
    assert_int_equal(dll.name(segment, bytes, sizeof(bytes)), SHMB_BAD_NAME);
    assert_string_equal(bytes, "");
    assert_int_equal(dll.nameW(segment, wide, 40), 11);
    assert_memory_equal(wide, L"ShmbTest.\x20AC\x4E00", 12 * sizeof(wchar_t));
    assert_int_equal(dll.close(segment), SHMB_OK);
    if (GetACP() != 1252)
        return;
    segment = dll.open("ShmbTest.Gr\xF6\xDF"
                       "e",
                       1, 0);
    assert_true(segment > 0);
    assert_int_equal(dll.name(segment, bytes, sizeof(bytes)), 14);
    assert_string_equal(bytes, "ShmbTest.Gr\xF6\xDF"
                               "e");
    assert_int_equal(dll.close(segment), SHMB_OK);
}

static void private_memory_has_a_first_one(void **state)
{
    char name[64], bytes[4];
    int one = dll.private_("", 16), two;

    (void)state;
    assert_true(one > 0);
    assert_true(dll.name(one, name, sizeof(name)) > 0);
    two = dll.private_(name, 16);
    assert_true(two > 0);
    assert_int_equal(dll.size(two), 16);
    assert_int_equal(dll.first(two, 0), 0);
    assert_int_equal(dll.init_done(two), SHMB_NOT_OWNER);
    assert_int_equal(dll.first(one, 0), 1);
    assert_int_equal(dll.write(one, 0, "made", 4), 4);
    assert_int_equal(dll.init_done(one), SHMB_OK);
    assert_int_equal(dll.first(one, 0), 0);
    assert_int_equal(dll.read(two, 0, bytes, 4), 4);
    assert_memory_equal(bytes, "made", 4);
    assert_int_equal(dll.close(two), SHMB_OK);
    two = dll.privateW(L"ShmbTest.FlatPrivate", 16);
    assert_true(two > 0);
    assert_int_equal(dll.close(two), SHMB_OK);
    assert_int_equal(dll.close(one), SHMB_OK);
    assert_int_equal(dll.private_("x", 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.private_("x", -1), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.private_(NULL, 1), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.privateW(NULL, 1), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.private_("a\\b", 1), SHMB_BAD_NAME);
}

static void there_is_an_end_to_the_numbers(void **state)
{
    static int all[SHMBF_MOST + 1];
    size_t i, count = 0;

    (void)state;
    for (;;) {
        all[count] = dll.open("ShmbTest.Flat", 1, 0);
        if (all[count] < 0 || count == SHMBF_MOST)
            break;
        count++;
    }
    assert_int_equal(count, SHMBF_MOST);
    assert_int_equal(all[count], SHMB_NO_MEMORY);
    for (i = 0; i < count; i++)
        assert_int_equal(dll.close(all[i]), SHMB_OK);
    i = (size_t)opened();
    assert_int_equal(dll.close((int)i), SHMB_OK);
}

static void a_queue_is_a_number_of_its_own(void **state)
{
    int queue = dll.queue_open("ShmbTest.FlatQueue", 2, 0), segment = opened();
    int second = dll.queue_openW(L"ShmbTest.FlatQueue", 1, 0);
    char buffer[16];

    (void)state;
    assert_true(queue > 0 && second > 0);
    assert_int_equal(dll.queue_slot_size(queue), 16);
    assert_int_equal(dll.queue_put(queue, "one", 3, 0), SHMB_OK);
    assert_int_equal(dll.queue_put(queue, "two", 3, -1), SHMB_OK);
    assert_int_equal(dll.queue_put(queue, "three", 5, 0), SHMB_TIMEOUT);
    assert_int_equal(dll.queue_messages(second), 2);
    assert_int_equal(dll.queue_peek(second, buffer, 16), 3);
    assert_int_equal(dll.queue_get(queue, buffer, 2, 0), SHMB_RANGE);
    assert_int_equal(dll.queue_get(queue, buffer, 16, 0), 3);
    assert_memory_equal(buffer, "one", 3);
    assert_int_equal(dll.queue_clear(queue), 1);
    assert_int_equal(dll.queue_get(queue, buffer, 16, 0), SHMB_TIMEOUT);
    assert_int_equal(dll.queue_put(queue, "x", -1, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.queue_get(queue, buffer, -1, 0), SHMB_BAD_ARGUMENT);
    /* Neither is the other. */
    assert_int_equal(dll.queue_put(segment, "x", 1, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.queue_messages(segment), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.read(queue, 0, buffer, 1), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.close(queue), SHMB_OK);
    assert_int_equal(dll.close(queue), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.queue_clear(queue), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.close(second), SHMB_OK);
    assert_int_equal(dll.close(segment), SHMB_OK);
    assert_int_equal(dll.queue_open("ShmbTest.Flat", 2, 0), SHMB_WRONG_KIND);
}

static void a_list_shows_each_object(void **state)
{
    int list = dll.list_open(), segment = opened(), found = 0, german = 0, next, length;
    wchar_t wide[SHMB_NAME_SIZE];
    char name[SHMB_NAME_SIZE];

    (void)state;
    assert_true(list > 0);
    assert_int_equal(dll.list_kind(list), SHMB_BAD_ARGUMENT); /* at none yet */
    assert_int_equal(dll.list_name(list, name, sizeof(name)), SHMB_BAD_ARGUMENT);
    while ((next = dll.list_next(list)) == 0) {
        length = dll.list_nameW(list, wide, SHMB_NAME_SIZE);
        assert_true(length > 0 && (size_t)length == wcslen(wide));
        german += wcscmp(wide, L"ShmbTest.Gr\u00F6\u00DFe") == 0;
        if (wcscmp(wide, L"ShmbTest.Flat") != 0)
            continue;
        found++;
        assert_int_equal(dll.list_name(list, name, sizeof(name)), strlen("ShmbTest.Flat"));
        assert_string_equal(name, "ShmbTest.Flat");
        assert_int_equal(dll.list_name(list, name, 13), SHMB_RANGE);
        assert_string_equal(name, "");
        assert_int_equal(dll.list_nameW(list, wide, 13), SHMB_RANGE);
        assert_int_equal(wide[0], 0);
        assert_int_equal(dll.list_kind(list), SHMB_KIND_SEGMENT);
        assert_int_equal(dll.list_state(list), SHMB_STATE_HELD);
        assert_int_equal(dll.list_bytes(list), 100);
        assert_true(((unsigned)dll.list_flags(list) & SHMB_FLAG_NOTIFY) != 0);
    }
    assert_int_equal(next, SHMB_NOT_FOUND);
    assert_int_equal(found, 1);
    assert_int_equal(german, 1);
    assert_int_equal(dll.list_kind(list), SHMB_BAD_ARGUMENT);
    /* A list is no segment, and a segment no list. */
    assert_int_equal(dll.list_next(segment), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.size(list), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.close(list), SHMB_OK);
    assert_int_equal(dll.list_next(list), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.list_bytes(list), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.close(segment), SHMB_OK);
}

static void writes_that_belong_together(void **state)
{
    int segment = opened();
    char byte[2] = "";

    (void)state;
    assert_int_equal(dll.write_begin(segment), SHMB_NOT_OWNER);
    assert_int_equal(dll.lock(segment, 0), SHMB_OK);
    assert_int_equal(dll.write_end(segment), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.write_begin(segment), SHMB_OK);
    assert_int_equal(dll.write(segment, 0, "a", 1), 1);
    assert_int_equal(dll.snapshot_wait(segment, 0, byte, 1, 0), SHMB_BUSY);
    assert_int_equal(dll.write(segment, 1, "b", 1), 1);
    assert_int_equal(dll.write_end(segment), SHMB_OK);
    assert_int_equal(dll.snapshot(segment, 0, byte, 1), 1);
    assert_string_equal(byte, "a");
    assert_int_equal(dll.unlock(segment), SHMB_OK);
    assert_int_equal(dll.close(segment), SHMB_OK);
    assert_int_equal(dll.write_begin(segment), SHMB_BAD_ARGUMENT);
    assert_int_equal(dll.write_end(segment), SHMB_BAD_ARGUMENT);
}

static void an_object_is_a_handle(void **state)
{
    int handle = dll.open_object("ShmbTest.FlatMutex", SHMB_KIND_MUTEX, SHMB_WRITE, 0);
    int second = dll.open_objectW(L"ShmbTest.FlatMutex", SHMB_KIND_MUTEX, SHMB_WRITE, 0);
    HANDLE mutex = (HANDLE)(intptr_t)handle;

    (void)state;
    assert_true(handle > 0 && second > 0);
    assert_int_equal(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    assert_int_not_equal(ReleaseMutex(mutex), 0);
    assert_int_not_equal(CloseHandle(mutex), 0);
    assert_int_not_equal(CloseHandle((HANDLE)(intptr_t)second), 0);
    assert_int_equal(dll.open_object("ShmbTest.Missing", SHMB_KIND_MUTEX, SHMB_WRITE, 0),
                     SHMB_NOT_FOUND);
    assert_int_equal(dll.open_object("ShmbTest.FlatMutex", SHMB_KIND_EVENT, SHMB_WRITE, 0),
                     SHMB_WRONG_KIND);
}

static const struct verb verbs[] = {{"seize", 1, take}};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_queues_teardown)

/* What was published last comes back; the value before that does not. */
static void the_last_published_value_comes_back(void **state)
{
    int segment = dll.open("ShmbTest.Twice", SHMB_WRITE, 0);
    char byte[2] = "";

    (void)state;
    assert_true(segment > 0);
    assert_int_equal(dll.update(segment, 0, "a", 1, 0), 1);
    assert_int_equal(dll.update(segment, 0, "b", 1, 0), 1);
    assert_string_equal(client_line(NULL, "write Global\\ShmbTest.Twice 0 x"), "written");
    assert_int_equal(dll.snapshot(segment, 0, byte, 1), 1);
    assert_string_equal(byte, "b");
    assert_int_equal(dll.lock(segment, 0), SHMB_OK);
    assert_int_equal(dll.restore(segment), SHMB_OK);
    assert_int_equal(dll.read(segment, 0, byte, 1), 1);
    assert_string_equal(byte, "b");
    assert_int_equal(dll.unlock(segment), SHMB_OK);
    assert_int_equal(dll.close(segment), SHMB_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(a_segment_is_a_number_and_ends_with_it),
        STAGED(the_last_published_value_comes_back),
        STAGED(a_number_that_is_none_is_refused_by_all),
        STAGED(failures_are_negative_results),
        STAGED(bytes_are_moved_and_cut_at_the_end),
        STAGED(a_dead_owner_is_told),
        STAGED(only_the_owner_closes),
        STAGED(one_is_first),
        STAGED(changes_are_told_from_the_opening_on),
        STAGED(one_event_for_all_changes),
        STAGED(names_in_the_code_page_and_in_utf_16),
        STAGED(private_memory_has_a_first_one),
        STAGED(there_is_an_end_to_the_numbers),
        STAGED(a_queue_is_a_number_of_its_own),
        STAGED(a_list_shows_each_object),
        STAGED(writes_that_belong_together),
        STAGED(an_object_is_a_handle),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, load, NULL);
}
