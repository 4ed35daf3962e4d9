/*
 * The file with a line for each event: the lines, what happens when it is full, and the file of a
 * real broker.
 */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "event_line.h"
#include "installing.h"
#include "log_file.h"

#define FULL 1000u

static char folder[1024], path[1100];
static struct log_file file;
static struct sys_log wanted;

/* In ProgramData: what is above a folder in the temporary one is a user's. */
static int make_place(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "%s\\shmb log %lu",
             support_narrow(in_program_data(L"%ProgramData%")), GetCurrentProcessId());
    snprintf(path, sizeof(path), "%s\\events.log", folder);
    assert_true(CreateDirectoryW(support_wide(folder), NULL));
    file = (struct log_file){0};
    wanted = (struct sys_log){path, FULL, 2, false};
    return 0;
}

static const char *name_of(unsigned number)
{
    static char name[1200];

    snprintf(name, sizeof(name), number > 0 ? "%s.%u" : "%s", path, number);
    return name;
}

static int remove_place(void **state)
{
    unsigned i;

    log_file_close(&file);
    for (i = 0; i < 9; i++)
        DeleteFileW(support_wide(name_of(i)));
    RemoveDirectoryW(support_wide(folder));
    return support_teardown(state);
}

/* What is in the file of this number; empty: there is none. */
static const char *content(unsigned number)
{
    static char text[65536];
    HANDLE handle = CreateFileW(support_wide(name_of(number)), GENERIC_READ,
                                FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                                OPEN_EXISTING, 0, NULL);
    DWORD got = 0;

    text[0] = '\0';
    if (handle == INVALID_HANDLE_VALUE)
        return text;
    assert_true(ReadFile(handle, text, sizeof(text) - 1, &got, NULL));
    text[got] = '\0';
    CloseHandle(handle);
    return text;
}

static void use(void)
{
    struct sys_failure why = {0};

    if (log_file_use(&file, &wanted, true, &why) != SYS_OK)
        fail_msg("%s: %s", why.call != NULL ? why.call : "", why.text);
}

/* Lines of 100 bytes, numbered. */
static void add(unsigned from, unsigned to)
{
    char line[102];

    for (; from < to; from++) {
        snprintf(line, sizeof(line), "%04u%95s\n", from, "");
        log_file_add(&file, line, 100);
    }
}

static void a_full_file_begins_anew(void **state)
{
    (void)state;
    use();
    add(0, 10);
    assert_int_equal(strlen(content(0)), FULL);
    assert_string_equal(content(1), "");
    add(10, 11);
    assert_memory_equal(content(0), "0010", 4);
    assert_memory_equal(content(1), "0000", 4);
    /* As many former ones as wanted, the newest first; also after it was closed. */
    log_file_close(&file);
    use();
    add(11, 35);
    assert_memory_equal(content(0), "0030", 4);
    assert_memory_equal(content(1), "0020", 4);
    assert_memory_equal(content(2), "0010", 4);
    assert_string_equal(content(3), "");
}

static HANDLE hold(unsigned number)
{
    HANDLE reader = CreateFileW(support_wide(name_of(number)), GENERIC_READ,
                                FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);

    assert_true(reader != INVALID_HANDLE_VALUE);
    return reader;
}

/* A reader that lets nobody rename the file loses no line. */
static void a_file_that_is_held_grows(void **state)
{
    HANDLE reader;

    (void)state;
    use();
    add(0, 10);
    reader = hold(0);
    add(10, 12);
    assert_int_equal(strlen(content(0)), FULL + 200);
    CloseHandle(reader);
    add(12, 13);
    assert_memory_equal(content(0), "0012", 4);
    assert_int_equal(strlen(content(1)), FULL + 200);
}

/* Each line tries to rename; the former files must not move on with each. */
static void a_file_that_is_held_costs_no_former_one(void **state)
{
    HANDLE reader;

    (void)state;
    wanted.former = 3;
    use();
    add(0, 40);
    reader = hold(0);
    add(40, 45);
    assert_memory_equal(content(0), "0030", 4);
    assert_memory_equal(content(2), "0020", 4);
    assert_memory_equal(content(3), "0010", 4);
    CloseHandle(reader);
    add(45, 46);
    assert_memory_equal(content(0), "0045", 4);
    assert_memory_equal(content(1), "0030", 4);
    /* A former one is held. */
    reader = hold(2);
    add(46, 60);
    assert_memory_equal(content(0), "0045", 4);
    assert_memory_equal(content(1), "0030", 4);
    assert_memory_equal(content(2), "0020", 4);
    CloseHandle(reader);
    add(60, 61);
    assert_memory_equal(content(0), "0060", 4);
    assert_memory_equal(content(1), "0045", 4);
    assert_memory_equal(content(2), "0030", 4);
    assert_memory_equal(content(3), "0020", 4);
}

static void a_place_for_everybody_or_none_is_refused(void **state)
{
    struct sys_failure why = {0};
    char none[1200];

    (void)state;
    protect(support_wide(folder), EVERYTHING);
    assert_int_equal(log_file_use(&file, &wanted, true, &why), SYS_DENIED);
    assert_non_null(strstr(why.text, "Everyone"));
    add(0, 1);
    assert_string_equal(content(0), "");
    snprintf(none, sizeof(none), "%s\\none\\events.log", folder);
    wanted.file = none;
    assert_int_equal(log_file_use(&file, &wanted, false, &why), SYS_NOT_FOUND);
    /* Asked again, it is opened as soon as it can be. */
    wanted.file = path;
    assert_int_equal(log_file_use(&file, &wanted, false, &why), SYS_OK);
    add(0, 1);
    assert_memory_equal(content(0), "0000", 4);
    assert_int_equal(log_file_use(&file, NULL, false, &why), SYS_OK);
    add(1, 2);
    assert_int_equal(strlen(content(0)), 100);
}

/* The folder was safe, and is not when the full file begins anew. */
static void a_place_that_is_opened_to_everybody_is_left(void **state)
{
    struct sys_failure why = {0};

    (void)state;
    use();
    add(0, 10);
    protect(support_wide(folder), EVERYTHING);
    add(10, 12);
    assert_string_equal(content(0), "");
    assert_int_equal(strlen(content(1)), FULL);
    assert_int_equal(log_file_use(&file, &wanted, true, &why), SYS_DENIED);
    assert_non_null(strstr(why.text, "Everyone"));
}

#define TIME UINT64_C(134242421751230000) /* 2026-05-26T04:09:35.123Z */

static void lines_of_events(void **state)
{
    const char *inserts[] = {"section", "Global\\a\"\xE2\x80\xAE\x1b[2J", "a\r\nerror 1"};
    struct text line = {0};

    (void)state;
    assert_true(event_line(TIME, EVENT_OBJECT_CONFLICT, inserts, 3, false, &line));
    assert_int_equal(line.at[line.length - 1], '\n');
    assert_ptr_equal(strpbrk(line.at, "\r\n"), line.at + line.length - 1);
    assert_non_null(strstr(line.at, "Z warning 300 The section Global\\a\"??[2J is in conflict: "
                                    "the name is held by a  error 1."));
    assert_memory_equal(line.at, "2026-05-26T04:09:35.123Z ", 25);
    assert_true(event_line(TIME, EVENT_OBJECT_CONFLICT, inserts, 3, true, &line));
    assert_ptr_equal(strpbrk(line.at, "\r\n"), line.at + line.length - 1);
    assert_memory_equal(line.at, "{\"time\": \"2026-05-26T04:09:35.123Z\"", 34);
    assert_non_null(strstr(line.at, "\"severity\": \"warning\""));
    assert_non_null(strstr(line.at, "\"number\": 300"));
    assert_non_null(strstr(line.at, "\"a\\u000D\\nerror 1\""));
    assert_non_null(strstr(line.at, "\"Global\\\\a\\\"\\u202E\\u001B[2J\""));
    assert_string_equal(line.at + line.length - 2, "}\n");
    /* A value that is missing or not UTF-8. */
    inserts[1] = "\xFF";
    inserts[2] = NULL;
    assert_true(event_line(TIME, EVENT_OBJECT_CONFLICT, inserts, 3, false, &line));
    assert_non_null(strstr(line.at, "The section ? is in conflict: the name is held by ?."));
    text_free(&line);
}

static void a_broker_writes_its_events(void **state)
{
    static const struct launch alone = {.console = true};
    struct child *broker;
    char text[4096];

    (void)state;
    snprintf(text, sizeof(text),
             "version: 1\ndefaults: { access: { write: [Interactive, Users] } }\n"
             "log: { file: '%s' }\nmutexes: { ShmbTest.M: }\n",
             path);
    broker = broker_run(&alone, text);
    assert_non_null(strstr(content(0), "Z info 100 ShmBroker "));
    child_interrupt(broker);
    assert_int_equal(child_end(broker), 0);
    assert_non_null(strstr(content(0), "Z info 102 ShmBroker stopped on request"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_full_file_begins_anew),
        TEST(a_file_that_is_held_grows),
        TEST(a_file_that_is_held_costs_no_former_one),
        TEST(a_place_for_everybody_or_none_is_refused),
        TEST(a_place_that_is_opened_to_everybody_is_left),
        TEST(lines_of_events),
        TEST(a_broker_writes_its_events),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_log_file", tests, NULL, NULL);
}
