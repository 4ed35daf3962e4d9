/* Opening: what is found, what is told, and how it stands later. */
#include "opening.h"

#include <string.h>

#include "names.h"

static const struct launch user = {.standard_user = true};

static void size_and_name_are_exact(void **state)
{
    shmb_segment *segment = opened("ShmbTest.One", SHMB_WRITE);
    uint64_t size;
    char name[16];
    wchar_t wide[16];
    void *data;

    (void)state;
    assert_int_equal(shmb_size(segment, &size), SHMB_OK);
    assert_int_equal(size, 300);
    assert_int_equal(shmb_name(segment, name, 13), SHMB_OK);
    assert_string_equal(name, "ShmbTest.One");
    assert_int_equal(shmb_name(segment, name, 12), SHMB_RANGE);
    assert_string_equal(name, "");
    assert_int_equal(shmb_nameW(segment, wide, 13), SHMB_OK);
    assert_int_equal(wcscmp(wide, L"ShmbTest.One"), 0);
    assert_int_equal(shmb_nameW(segment, wide, 12), SHMB_RANGE);
    assert_int_equal(wide[0], 0);
    assert_int_equal(shmb_data(segment, &data), SHMB_OK);
    memcpy(data, "plain", 6);
    shmb_close(segment);
}

static void what_is_written_is_what_the_section_holds(void **state)
{
    shmb_segment *segment = opened("ShmbTest.One", SHMB_WRITE);
    HANDLE section = OpenFileMappingW(FILE_MAP_READ, FALSE, L"Global\\ShmbTest.One");
    const char *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);

    (void)state;
    assert_int_equal(shmb_update(segment, 290, "abc", 3, 0, NULL), SHMB_OK);
    assert_memory_equal(view + 290, "abc", 3);
    UnmapViewOfFile(view);
    CloseHandle(section);
    shmb_close(segment);
}

static void names_are_found_in_every_spelling(void **state)
{
    shmb_segment *segment;
    char name[32];

    (void)state;
    assert_int_equal(try_open("Global\\ShmbTest.One", SHMB_READ), SHMB_OK);
    segment = opened("shmbtest.ONE", SHMB_READ);
    assert_int_equal(shmb_name(segment, name, sizeof(name)), SHMB_OK);
    assert_string_equal(name, "ShmbTest.One");
    shmb_close(segment);
    assert_int_equal(shmb_openW(L"Global\\ShmbTest.\x00C4", SHMB_READ, 0, &segment), SHMB_OK);
    assert_int_equal(shmb_name(segment, name, sizeof(name)), SHMB_OK);
    assert_string_equal(name, "ShmbTest.\xC3\xA4");
    shmb_close(segment);
}

static void bad_names_are_told(void **state)
{
    static const char *const names[] = {
        "",      "Global\\", "Local\\x", "a\\b",        "ShmBroker.Directory",
        "a\x01", "\xC3",     "global",   "shmbroker.x",
    };
    char longest[210];
    size_t i;
    shmb_segment *segment = (shmb_segment *)(void *)longest;
    shmb_info info = {.size = sizeof(info), .kind = 7};

    (void)state;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_int_equal(try_open(names[i], SHMB_READ), SHMB_BAD_NAME);
    memset(longest, 'x', 201);
    longest[201] = 0;
    assert_int_equal(try_open(longest, SHMB_READ), SHMB_BAD_NAME);
    longest[200] = 0;
    assert_int_equal(try_open(longest, SHMB_READ), SHMB_NOT_FOUND);
    assert_int_equal(shmb_openW(L"\xD800", SHMB_READ, 0, &segment), SHMB_BAD_NAME);
    assert_null(segment);
    assert_int_equal(shmb_describe("a\\b", &info), SHMB_BAD_NAME);
    assert_int_equal(info.kind, 0);
}

static void bad_arguments_are_told(void **state)
{
    shmb_segment *segment;
    shmb_options options = {.size = sizeof(options), .rights = SHMB_READ};
    shmb_info info = {.size = 0};
    uint64_t size = 1;
    void *pointer = &size;

    (void)state;
    assert_int_equal(try_open(NULL, SHMB_READ), SHMB_BAD_ARGUMENT);
    assert_int_equal(try_open("ShmbTest.One", 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(try_open("ShmbTest.One", 3), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_open("ShmbTest.One", SHMB_READ, 0, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_openW(NULL, SHMB_READ, 0, &segment), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_open_with("ShmbTest.One", NULL, &segment), SHMB_BAD_ARGUMENT);
    options.size--;
    assert_int_equal(shmb_open_with("ShmbTest.One", &options, &segment), SHMB_BAD_ARGUMENT);
    options.size++;
    options.reserved = 1;
    assert_int_equal(shmb_open_with("ShmbTest.One", &options, &segment), SHMB_BAD_ARGUMENT);
    options.reserved = 0;
    options.owner = "nobody";
    assert_int_equal(shmb_open_with("ShmbTest.One", &options, &segment), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_close(NULL), SHMB_OK);
    assert_int_equal(shmb_size(NULL, &size), SHMB_BAD_ARGUMENT);
    assert_int_equal(size, 0);
    assert_int_equal(shmb_data(NULL, &pointer), SHMB_BAD_ARGUMENT);
    assert_null(pointer);
    assert_int_equal(shmb_describe("ShmbTest.One", &info), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_describe("ShmbTest.One", NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_list_open(NULL, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_list_next(NULL, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_list_close(NULL), SHMB_OK);
    assert_int_equal(shmb_state(NULL, NULL), SHMB_BAD_ARGUMENT);
}

static void absence_has_two_names(void **state)
{
    shmb_info info = {.size = sizeof(info)};
    shmb_list *list;
    void *handle;

    (void)state;
    assert_int_equal(try_open("ShmbTest.None", SHMB_READ), SHMB_NOT_FOUND);
    assert_int_equal(shmb_describe("ShmbTest.None", &info), SHMB_NOT_FOUND);
    assert_int_equal(shmb_open_object("ShmbTest.None", SHMB_KIND_EVENT, SHMB_WRITE, 0, &handle),
                     SHMB_NOT_FOUND);
    stage_broker_dies();
    assert_int_equal(try_open("ShmbTest.None", SHMB_READ), SHMB_NO_BROKER);
    stage_root_close();
    assert_int_equal(try_open("ShmbTest.None", SHMB_READ), SHMB_NO_BROKER);
    assert_int_equal(shmb_describe("ShmbTest.One", &info), SHMB_NO_BROKER);
    assert_int_equal(shmb_list_open(&list, NULL), SHMB_NO_BROKER);
    assert_null(list);
    assert_int_equal(shmb_open_object("ShmbTest.None", SHMB_KIND_EVENT, SHMB_WRITE, 0, &handle),
                     SHMB_NO_BROKER);
    stage_broker_returns();
    assert_int_equal(shmb_describe("ShmbTest.One", &info), SHMB_NOT_FOUND);
    assert_int_equal(shmb_list_open(&list, NULL), SHMB_NOT_FOUND);
}

/* A client that may not even map it: the broker's own instance counts as proof of life. */
static void a_standard_user_sees_the_same(void **state)
{
    (void)state;
    assert_string_equal(client_line(&user, "lib-open 1 ShmbTest.One"), "0");
    assert_string_equal(client_line(&user, "lib-open 2 ShmbTest.One"), "0");
    assert_string_equal(client_line(&user, "lib-open 1 ShmbTest.Read"), "0");
    assert_string_equal(client_line(&user, "lib-open 2 ShmbTest.Read"), "-3");
    assert_string_equal(client_line(&user, "lib-open 1 ShmbTest.None"), "-1");
    stage_broker_dies();
    assert_string_equal(client_line(&user, "lib-open 1 ShmbTest.None"), "-2");
}

static void kinds_are_told_apart(void **state)
{
    void *handle = &handle;

    (void)state;
    stage_row("ShmbTest.Event", SHMB_EVENT);
    stage_object(SHMB_EVENT, "ShmbTest.Event", 0, STAGE_OURS, 0x120003);
    stage_object(SHMB_EVENT, "ShmbTest.Wrong", 0, STAGE_OURS, 0x120003);
    stage_row("ShmbTest.Wrong", SHMB_SECTION)->size = 1;
    stage_publish();
    assert_int_equal(try_open("ShmbTest.Event", SHMB_READ), SHMB_WRONG_KIND);
    assert_int_equal(try_open("ShmbTest.Wrong", SHMB_READ), SHMB_WRONG_KIND);
    assert_int_equal(shmb_open_object("ShmbTest.Event", SHMB_KIND_MUTEX, SHMB_WRITE, 0, &handle),
                     SHMB_WRONG_KIND);
    assert_null(handle);
}

static void objects_are_opened_by_kind_and_right(void **state)
{
    HANDLE handle;

    (void)state;
    stage_row("ShmbTest.Event", SHMB_EVENT)->flags = SHMB_ENTRY_MANUAL_RESET;
    stage_object(SHMB_EVENT, "ShmbTest.Event", 0, STAGE_OURS, 0x120003);
    stage_row("ShmbTest.Auto", SHMB_EVENT);
    stage_object(SHMB_EVENT, "ShmbTest.Auto", 0, STAGE_OURS, 0x120003);
    stage_row("ShmbTest.Mutex", SHMB_MUTEX);
    stage_object(SHMB_MUTEX, "ShmbTest.Mutex", 0, STAGE_OURS, 0x120001);
    stage_row("ShmbTest.Count", SHMB_SEMAPHORE)->maximum = 3;
    stage_object(SHMB_SEMAPHORE, "ShmbTest.Count", 0, STAGE_OURS, 0x120003);
    stage_row("ShmbTest.Squat", SHMB_EVENT);
    stage_object(SHMB_EVENT, "ShmbTest.Squat", 0, STAGE_STRANGER, 0x120003);
    stage_publish();
    assert_int_equal(shmb_open_object("shmbtest.event", 2, SHMB_READ, 0, &handle), SHMB_OK);
    assert_int_equal(WaitForSingleObject(handle, 0), WAIT_TIMEOUT);
    assert_false(SetEvent(handle));
    CloseHandle(handle);
    assert_int_equal(shmb_open_objectW(L"ShmbTest.Event", 2, SHMB_WRITE, 0, &handle), SHMB_OK);
    assert_true(SetEvent(handle));
    CloseHandle(handle);
    assert_int_equal(shmb_open_object("ShmbTest.Auto", 2, SHMB_READ, 0, &handle),
                     SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_open_object("ShmbTest.Auto", 2, SHMB_WRITE, 0, &handle), SHMB_OK);
    CloseHandle(handle);
    assert_int_equal(shmb_open_object("ShmbTest.Mutex", 1, SHMB_READ, 0, &handle),
                     SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_open_object("ShmbTest.Mutex", 1, SHMB_WRITE, 0, &handle), SHMB_OK);
    assert_int_equal(WaitForSingleObject(handle, 0), WAIT_OBJECT_0);
    assert_true(ReleaseMutex(handle));
    CloseHandle(handle);
    assert_int_equal(shmb_open_object("ShmbTest.Count", 3, SHMB_READ, 0, &handle), SHMB_OK);
    assert_false(ReleaseSemaphore(handle, 1, NULL));
    CloseHandle(handle);
    assert_int_equal(shmb_open_object("ShmbTest.Count", 3, SHMB_WRITE, 0, &handle), SHMB_OK);
    assert_true(ReleaseSemaphore(handle, 1, NULL));
    CloseHandle(handle);
    assert_int_equal(shmb_open_object("ShmbTest.Squat", 2, SHMB_WRITE, 0, &handle), SHMB_NOT_OURS);
    assert_null(handle);
    assert_int_equal(shmb_open_object("ShmbTest.Count", 0, SHMB_WRITE, 0, &handle),
                     SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_open_object("ShmbTest.Count", 4, SHMB_WRITE, 0, &handle),
                     SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_open_object("ShmbTest.Count", 3, 3, 0, &handle), SHMB_BAD_ARGUMENT);
}

static void a_part_is_as_good_as_a_segment(void **state)
{
    static const struct {
        uint64_t offset, length;
        int32_t result;
        uint64_t size;
    } parts[] = {
        {0, 0, SHMB_OK, 200000},        {199999, 0, SHMB_OK, 1},
        {65536, 10, SHMB_OK, 10},       {131071, 2, SHMB_OK, 2},
        {0, 200000, SHMB_OK, 200000},   {200000, 0, SHMB_RANGE, 0},
        {200001, 0, SHMB_RANGE, 0},     {199999, 2, SHMB_RANGE, 0},
        {0, 200001, SHMB_RANGE, 0},     {1, UINT64_MAX, SHMB_RANGE, 0},
        {UINT64_MAX, 1, SHMB_RANGE, 0}, {UINT64_MAX, UINT64_MAX, SHMB_RANGE, 0},
    };
    shmb_segment *whole, *part;
    size_t i;

    (void)state;
    stage_segment("ShmbTest.Large", 200000, STAGE_LOCK);
    stage_publish();
    whole = opened("ShmbTest.Large", SHMB_WRITE);
    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        shmb_options options = {.size = sizeof(options),
                                .rights = SHMB_WRITE,
                                .offset = parts[i].offset,
                                .length = parts[i].length};
        char mark = (char)('a' + i), seen = 0;
        uint64_t size;

        assert_int_equal(shmb_open_with("ShmbTest.Large", &options, &part), parts[i].result);
        if (parts[i].result != SHMB_OK)
            continue;
        assert_int_equal(shmb_size(part, &size), SHMB_OK);
        assert_int_equal(size, parts[i].size);
        assert_int_equal(shmb_update(part, size - 1, &mark, 1, 0, NULL), SHMB_OK);
        assert_int_equal(shmb_snapshot(whole, parts[i].offset + size - 1, &seen, 1, NULL), SHMB_OK);
        assert_int_equal(seen, mark);
        shmb_close(part);
    }
    shmb_close(whole);
}

static DWORD WINAPI publish_late(void *unused)
{
    (void)unused;
    stage_publish();
    return 0;
}

static void waiting_ends_when_the_name_appears(void **state)
{
    shmb_segment *segment;
    struct child *child;
    HANDLE thread;

    (void)state;
    child = client_start(NULL, "lib-wait ShmbTest.Late");
    child_expect(child, "-1");
    stage_segment("ShmbTest.Late", 77, STAGE_LOCK);
    thread = CreateThread(NULL, 0, publish_late, NULL, 0, NULL);
    assert_int_equal(shmb_open("ShmbTest.Late", SHMB_WRITE, SHMB_INFINITE, &segment), SHMB_OK);
    shmb_close(segment);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    child_expect(child, "0");
    assert_int_equal(child_end(child), 0);
}

static void waiting_ends_in_time(void **state)
{
    ULONGLONG start = GetTickCount64();
    shmb_segment *segment;

    (void)state;
    assert_int_equal(shmb_open("ShmbTest.None", SHMB_READ, 200, &segment), SHMB_NOT_FOUND);
    assert_true(GetTickCount64() - start >= 100); /* clocks go in steps */
    start = GetTickCount64();
    /* What waiting does not change is told at once. */
    assert_int_equal(shmb_open("a\\b", SHMB_READ, SHMB_INFINITE, &segment), SHMB_BAD_NAME);
}

static void state_follows_the_broker(void **state)
{
    struct directory_row *row = stage_segment("ShmbTest.Turn", 16, 0);
    shmb_segment *segment, *renewed;
    shmb_info info;
    uint64_t generation = row->generation;

    (void)state;
    stage_publish();
    segment = opened("ShmbTest.Turn", SHMB_WRITE);
    assert_int_equal(shmb_state(segment, NULL), SHMB_OK);
    stage_publish();
    assert_int_equal(shmb_state(segment, NULL), SHMB_OK);
    row->generation = stage_block(row)->generation = 5000;
    stage_publish();
    assert_int_equal(shmb_state(segment, NULL), SHMB_STALE);
    renewed = opened("ShmbTest.Turn", SHMB_READ);
    assert_int_equal(shmb_state(renewed, NULL), SHMB_OK);
    shmb_close(renewed);
    stage_block(row)->generation = generation;
    row->name = "ShmbTest.Renamed";
    stage_publish();
    assert_int_equal(shmb_state(segment, NULL), SHMB_NOT_FOUND);
    row->name = "ShmbTest.Turn";
    row->state = SHMB_ENTRY_FAILED;
    stage_publish();
    assert_int_equal(shmb_state(segment, NULL), SHMB_NOT_FOUND);
    info.size = sizeof(info);
    stage_broker_dies();
    assert_int_equal(shmb_state(segment, &info), SHMB_NO_BROKER);
    assert_int_equal(info.bytes, 16);
    assert_int_equal(info.generation, generation);
    assert_string_equal(info.name, "ShmbTest.Turn");
    stage_end();
    assert_int_equal(shmb_state(segment, NULL), SHMB_NO_BROKER);
    assert_int_equal(shmb_write(segment, 0, "alive", 5, NULL), SHMB_OK);
    shmb_close(segment);
}

static volatile LONG recreating;

static HANDLE attempted;

/* Now and then holds still for one attempt from its start to its end: the third signal's. */
static DWORD WINAPI recreate_often(void *row)
{
    int i, signals;

    for (i = 0; i < 200; i++) {
        stage_recreate(row);
        for (signals = 0; i % 10 == 0 && signals < 3; signals++)
            WaitForSingleObject(attempted, INFINITE);
    }
    InterlockedExchange(&recreating, 0);
    return 0;
}

/* Opens once, with no assertion while the other thread runs. */
static bool fits(bool *found)
{
    shmb_segment *segment;
    shmb_info info;
    uint64_t generation = 0;
    int32_t result = shmb_open("ShmbTest.Turn", SHMB_READ, 0, &segment);

    *found = result == SHMB_OK;
    if (!*found)
        return result == SHMB_NOT_FOUND;
    info = info_of(segment);
    shmb_read(segment, 0, &generation, sizeof(generation), NULL);
    shmb_close(segment);
    return info.flags == 0 && generation == info.generation;
}

/* Entry and section are always of one generation, however the broker hurries. */
static void what_is_opened_is_what_was_listed(void **state)
{
    struct directory_row *row = stage_segment("ShmbTest.Turn", 16, 0);
    unsigned times = 0, wrong = 0;
    bool found;
    HANDLE thread;

    (void)state;
    stage_recreate(row);
    InterlockedExchange(&recreating, 1);
    attempted = CreateEventW(NULL, FALSE, FALSE, NULL);
    thread = CreateThread(NULL, 0, recreate_often, row, 0, NULL);
    while (InterlockedCompareExchange(&recreating, 0, 0) != 0) {
        wrong += !fits(&found);
        times += found;
        SetEvent(attempted);
    }
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(attempted);
    assert_int_equal(wrong, 0);
    assert_true(times >= 20);
}

static void the_list_is_in_order_and_of_one_moment(void **state)
{
    shmb_info info = {.size = sizeof(info)};
    shmb_list *list;
    uint32_t count;

    (void)state;
    assert_int_equal(shmb_list_open(&list, &count), SHMB_OK);
    assert_int_equal(count, 3);
    assert_int_equal(shmb_list_next(list, &info), SHMB_OK);
    assert_string_equal(info.name, "ShmbTest.One");
    assert_string_equal(info.lock, "ShmbTest.One.lock");
    assert_int_equal(info.bytes, 300);
    assert_int_equal(info.flags, SHMB_FLAG_HAS_LOCK);
    stage_segment("ShmbTest.New", 1, 0);
    stage_publish();
    assert_int_equal(shmb_list_next(list, &info), SHMB_OK);
    assert_string_equal(info.name, "ShmbTest.\xC3\xA4");
    assert_string_equal(info.lock, "");
    assert_int_equal(shmb_list_next(list, &info), SHMB_OK);
    assert_int_equal(shmb_list_next(list, &info), SHMB_NOT_FOUND);
    assert_string_equal(info.name, "");
    assert_int_equal(info.size, sizeof(info));
    assert_int_equal(shmb_list_close(list), SHMB_OK);
    assert_int_equal(described("shmbtest.new").bytes, 1);
}

static int lib_open(int argc, char **argv)
{
    shmb_segment *segment;
    uint32_t rights = argv[0][0] == '2' ? SHMB_WRITE : SHMB_READ;

    (void)argc;
    client_say("%d", (int)shmb_open(argv[1], rights, 0, &segment));
    shmb_close(segment);
    return 0;
}

static int lib_wait(int argc, char **argv)
{
    shmb_segment *segment;

    (void)argc;
    client_say("%d", (int)shmb_open(argv[0], SHMB_WRITE, 0, &segment));
    client_say("%d", (int)shmb_open(argv[0], SHMB_WRITE, SUPPORT_DEADLINE_MS, &segment));
    shmb_close(segment);
    return 0;
}

static const struct verb verbs[] = {{"lib-open", 2, lib_open}, {"lib-wait", 1, lib_wait}};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(size_and_name_are_exact),
        STAGED(what_is_written_is_what_the_section_holds),
        STAGED(names_are_found_in_every_spelling),
        STAGED(bad_names_are_told),
        STAGED(bad_arguments_are_told),
        STAGED(absence_has_two_names),
        STAGED(a_standard_user_sees_the_same),
        STAGED(kinds_are_told_apart),
        STAGED(objects_are_opened_by_kind_and_right),
        STAGED(a_part_is_as_good_as_a_segment),
        STAGED(waiting_ends_when_the_name_appears),
        STAGED(waiting_ends_in_time),
        STAGED(state_follows_the_broker),
        STAGED(what_is_opened_is_what_was_listed),
        STAGED(the_list_is_in_order_and_of_one_moment),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests_name("test_open", tests, NULL, NULL);
}
