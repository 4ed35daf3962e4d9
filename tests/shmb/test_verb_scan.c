/* shmb scan: what exists, and a configuration for it that is one. */
#include "shmb_run.h"

#include "stage_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCAN "scan \"shmbtest.*\""

static HANDLE open_now[8];
static size_t open_count;

static void keep(HANDLE handle)
{
    assert_non_null(handle);
    assert_int_not_equal(GetLastError(), ERROR_ALREADY_EXISTS);
    open_now[open_count++] = handle;
}

static HANDLE section(const wchar_t *name, DWORD size)
{
    SetLastError(0);
    return CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, size, name);
}

/* As programs make them: a pair, one of its own session, and one the broker holds. */
static int begin(void **state)
{
    (void)state;
    stage_begin();
    stage_segment("ShmbTest.Held", 100, 0);
    stage_queue("ShmbTest.Orders", 4, 64, 0, 0);
    stage_publish();
    keep(section(L"Global\\ShmbTest.Prices", 1000));
    SetLastError(0);
    keep(CreateMutexW(NULL, FALSE, L"Global\\sync_ShmbTest.Prices"));
    keep(CreateEventW(NULL, FALSE, FALSE, L"Global\\ShmbTest.Tick"));
    keep(CreateSemaphoreW(NULL, 2, 7, L"Global\\ShmbTest.Seven"));
    keep(section(L"Local\\ShmbTest.Mine", 70000));
    return 0;
}

static int end(void **state)
{
    while (open_count > 0)
        CloseHandle(open_now[--open_count]);
    return stage_queues_teardown(state);
}

static void expect_part(const char *said, const char *part)
{
    if (strstr(said, part) == NULL)
        fail_msg("\"%s\" is missing:\n%s", part, said);
}

/* A terminal would obey it. */
static void a_name_cannot_move_the_cursor(void **state)
{
    const char *said;

    (void)state;
    keep(CreateEventW(NULL, FALSE, FALSE, L"Global\\ShmbTest.\x1b[2J\x9b\n.\u202e\u2028\xe4"));
    assert_int_equal(shmb_run(NULL, &said, SCAN), 0);
    expect_part(said, "  ShmbTest.?[2J??.??\xc3\xa4\n");
    assert_int_equal(shmb_run(NULL, &said, SCAN " --json"), 0);
    expect_part(said, "\"ShmbTest.\\u001B[2J\\u009B\\n.\\u202E\\u2028\xc3\xa4\"");
    assert_int_equal(shmb_run(NULL, &said, "info \"ShmbTest.\xe2\x80\xae\xc2\x9b\""), 2);
    expect_part(said, "ShmbTest.??");
}

/* Such a name hides nothing: it is counted. */
static void a_name_that_is_no_text_is_counted(void **state)
{
    const char *said;

    (void)state;
    keep(CreateEventW(NULL, FALSE, FALSE, L"Global\\ShmbTest.\xd800"));
    assert_int_equal(shmb_run(NULL, &said, SCAN), 0);
    expect_part(said, "\n1 object not shown: the name is no valid Unicode text\n");
    assert_int_equal(shmb_run(NULL, &said, SCAN " --yaml"), 0);
    expect_part(said, "\n# 1 object not shown: ");
    assert_int_equal(shmb_run(NULL, &said, SCAN " --json"), 0);
    expect_part(said, "\"ill_formed\": 1");
}

static void what_exists_is_listed(void **state)
{
    const char *said;

    (void)state;
    assert_int_equal(shmb_run(NULL, &said, SCAN), 0);
    expect_part(said, "segment    global      broker                100  ShmbTest.Held\n");
    expect_part(said, "segment    global                         <=4096  ShmbTest.Prices\n");
    expect_part(said, "queue      global      broker               1344  ShmbTest.Orders\n");
    expect_part(said, "semaphore  global                                 ShmbTest.Seven\n");
    expect_part(said, "event      global                                 ShmbTest.Tick\n");
    assert_null(strstr(said, "sync_"));      /* does not fit the pattern */
    assert_null(strstr(said, "ShmBroker.")); /* nor are the broker's own shown */
    assert_int_equal(shmb_run(NULL, &said, "scan sync_*"), 0);
    expect_part(said, "mutex      global                                 sync_ShmbTest.Prices\n");
    assert_int_equal(shmb_run(NULL, &said, "scan ShmBroker.*"), 0);
    assert_string_equal(said, "");
}

static void own_session_is_listed_and_no_other(void **state)
{
    static const struct launch two = {.session = "2"};
    char line[128];
    const char *said;
    DWORD session;

    (void)state;
    ProcessIdToSessionId(GetCurrentProcessId(), &session);
    if (session == 0)
        skip();
    snprintf(line, sizeof(line),
             "segment    session %-2lu                    <=73728  ShmbTest.Mine\n", session);
    assert_int_equal(shmb_run(NULL, &said, SCAN), 0);
    expect_part(said, line);
    if (!support_wine())
        return;
    assert_int_equal(shmb_run(&two, &said, SCAN), 0);
    expect_part(said, "ShmbTest.Prices");
    assert_null(strstr(said, "ShmbTest.Mine"));
}

static void in_json_it_is_one_document(void **state)
{
    const char *said;

    (void)state;
    shmb_expect_json(
        0,
        "{\"schema\":1,\"verb\":\"scan\",\"objects\":["
        "{\"name\":\"ShmbTest.Prices\",\"full_name\":\"Global\\\\ShmbTest.Prices\","
        "\"kind\":\"section\",\"held\":false,\"request\":null,\"session\":null,\"bytes\":4096,"
        "\"rounded\":true}],\"left_out\":0,\"ill_formed\":0,\"warnings\":[]}",
        "scan ShmbTest.Prices --json");
    shmb_expect_json(
        0,
        "{\"schema\":1,\"verb\":\"scan\",\"objects\":[],\"left_out\":0,\"ill_formed\":0,"
        "\"warnings\":[]}",
        "scan No.Such.Thing --json");
    assert_int_equal(shmb_run(NULL, &said, "scan --json --yaml"), 2);
    expect_part(said, "shmb: --yaml and --json do not go together\n");
    expect_part(said, "\"message\": \"--yaml and --json do not go together\"");
}

static void objects_of_windows_are_left_out_and_counted(void **state)
{
    const char *said;

    (void)state;
    keep(CreateSemaphoreW(NULL, 1, 9, L"Global\\SM0:1:304:WilStaging_02_ShmbTest.A"));
    keep(section(L"Global\\Cor_Private_IPCBlock_v4_ShmbTest.A", 100));
    assert_int_equal(shmb_run(NULL, &said, "scan *ShmbTest.?"), 0);
    assert_string_equal(said, "2 objects of Windows left out; --all shows them\n");
    assert_int_equal(shmb_run(NULL, &said, "scan *304*ShmbTest.A --all"), 0);
    expect_part(said, "SM0:1:304:WilStaging_02_ShmbTest.A\n");
    assert_null(strstr(said, "left out"));
    assert_int_equal(shmb_run(NULL, &said, "scan *ShmbTest.* --yaml"), 0);
    assert_null(strstr(said, "WilStaging"));
    expect_part(said, "\n# 2 objects of Windows left out; --all shows them\n");
    assert_int_equal(shmb_run(NULL, &said, "scan *ShmbTest.A --json"), 0);
    expect_part(said, "\"left_out\": 2");
    /* One that is configured is not one of Windows. */
    stage_segment("MSCTF.ShmbTest.A", 100, 0);
    stage_publish();
    assert_int_equal(shmb_run(NULL, &said, "scan MSCTF.ShmbTest.A"), 0);
    expect_part(said, "broker                100  MSCTF.ShmbTest.A\n");
}

static void the_configuration_passes_the_check(void **state)
{
    char copy[8192];
    struct child *child;
    const char *said, *line;
    DWORD code;

    (void)state;
    keep(CreateEventW(NULL, TRUE, TRUE, L"Global\\ShmbTest.Ready"));
    assert_int_equal(shmb_run(NULL, &said, "scan *shmbtest.* --yaml"), 0);
    expect_part(said, "    size: 4096  # rounded up to pages");
    expect_part(said, "    lock: { name: \"sync_ShmbTest.Prices\" }\n");
    expect_part(said, "  \"ShmbTest.Tick\": { reset: auto }\n");
    expect_part(said, "  \"ShmbTest.Ready\": { reset: manual, set: true }\n");
    expect_part(said, "  \"ShmbTest.Seven\": { initial: 2, maximum: 7 }\n");
    assert_null(strstr(said, "ShmbTest.Held"));
    assert_null(strstr(said, "\"ShmbTest.Orders\":"));
    snprintf(copy, sizeof(copy), "%s", said);
    child = child_start(NULL, "\"%s\" check --allow-unsafe-config \"%s\"",
                        support_sibling("shmbroker.exe"), support_file(copy));
    copy[0] = '\0';
    while ((line = child_line(child)) != NULL)
        snprintf(copy + strlen(copy), sizeof(copy) - strlen(copy), "%s\n", line);
    code = child_end(child);
    if (code != 0)
        fail_msg("check says %lu:\n%s", code, copy);
    expect_part(copy, "ShmbTest.Prices");
}

/* All there is on the machine, too: whatever its names are. */
static void everything_passes_the_check(void **state)
{
    struct child *child;
    char *text;
    size_t length;

    (void)state;
    assert_int_equal(shmb_bytes(SHMB_FROM_FILE, "", 0, &text, &length, "scan --yaml"), 0);
    text[length] = '\0';
    child = child_start(NULL, "\"%s\" check --allow-unsafe-config \"%s\"",
                        support_sibling("shmbroker.exe"), support_file(text));
    free(text);
    while (child_line(child) != NULL)
        ;
    assert_int_equal(child_end(child), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_name_cannot_move_the_cursor),
        TEST(a_name_that_is_no_text_is_counted),
        TEST(what_exists_is_listed),
        TEST(own_session_is_listed_and_no_other),
        TEST(in_json_it_is_one_document),
        TEST(objects_of_windows_are_left_out_and_counted),
        TEST(the_configuration_passes_the_check),
        TEST(everything_passes_the_check),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
