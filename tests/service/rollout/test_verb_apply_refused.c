/* The verb apply: what is refused changes nothing, or is taken back. */
#include "applying.h"

static void a_file_with_errors_changes_nothing(void **state)
{
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    broker_says("apply gone.yaml", 1, "gone.yaml: error: cannot be read");
    apply("version: 1\nsegments: { A: { sise: 1 } }\n", "", 1, "not usable");
    said =
        apply("version: 1\nsegments: { A: { sise: 1 } }\n", "--json", 1, "\"result\": \"invalid\"");
    said_too(said, "\"changed\": false");
    said_too(said, "\"line\": 2");
    expect_content("", HEAD DATA);
    expect_content(".former", NULL);
    expect_nothing_left();
    expect_open("ShmbTest.Data", "0");
}

static void what_is_no_configuration_changes_nothing(void **state)
{
    static const wchar_t wide[] = L"\xFEFFversion: 1\nsegments: { A: { size: 1 } }\n";
    LARGE_INTEGER end = {.QuadPart = 1 << 30};
    HANDLE file;

    (void)state;
    install_and_start(HEAD DATA);
    apply("", "", 1, "the file is empty");
    broker_says("apply NUL", 1, "a device, not a file");
    broker_says("apply C:\\windows", 1, "a folder, not a file");
    write_bytes("large.yaml", wide, sizeof(wide) - sizeof(wide[0]));
    apply_file(in_folder("large.yaml"), "", 1, "UTF-16");
    file = CreateFileW(support_wide(in_folder("large.yaml")), GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                       0, NULL);
    assert_true(SetFilePointerEx(file, end, NULL, FILE_BEGIN) && SetEndOfFile(file));
    CloseHandle(file);
    apply_file(in_folder("large.yaml"), "", 1, "more than the limit");
    DeleteFileW(support_wide(in_folder("large.yaml")));
    expect_content("", HEAD DATA);
    expect_content(".former", NULL);
    /* What editors on Windows write is one. */
    apply("\xEF\xBB\xBFversion: 1\r\ndefaults: { access: { write: [Users] } }\r\n"
          "segments:\r\n  ShmbTest.New: { size: 64 }\r\n",
          "", 0, "has applied");
}

static void a_place_that_others_can_change_is_refused(void **state)
{
    (void)state;
    apply(HEAD NEW, to("my config.yaml", ""), 3, "cannot be the place of a configuration");
    expect_content("", HEAD DATA);
    apply(HEAD NEW, to("my config.yaml.none\\x.yaml", "--allow-unsafe-config"), 1,
          "make its folder");
}

static void a_place_that_is_read_only_stays(void **state)
{
    (void)state;
    install_and_start(HEAD DATA);
    assert_true(SetFileAttributesW(beside(""), FILE_ATTRIBUTE_READONLY));
    apply(HEAD NEW, "", 3, "it is read-only; attrib -r");
    expect_content("", HEAD DATA);
    expect_content(".former", NULL);
    expect_nothing_left();
    assert_true(SetFileAttributesW(beside(""), FILE_ATTRIBUTE_HIDDEN));
    apply(HEAD NEW, "", 0, "has applied");
    apply(HEAD NEW, to("my config.yaml:stream", "--allow-unsafe-config"), 1, "a stream of a file");
}

/* The next reload fails: the names it is to recreate are no text. */
static void break_next_reload(void)
{
    static const wchar_t list[] = {0xD800, 0, 0};

    assert_int_equal(RegSetKeyValueW(HKEY_LOCAL_MACHINE,
                                     L"SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters"
                                     L"\\Orders",
                                     L"Recreate", REG_MULTI_SZ, list, sizeof(list)),
                     ERROR_SUCCESS);
}

static void what_the_service_refuses_is_taken_back(void **state)
{
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    break_next_reload();
    said = apply(HEAD DATA NEW, "", 1, "is refused");
    said_too(said, "the former configuration is in place again, and the service has reloaded it");
    expect_content("", HEAD DATA);
    expect_content(".former", NULL);
    expect_nothing_left();
    expect_open("ShmbTest.New", "2");
    broker_says("status --json", 0, "\"result\": \"applied\"");
    break_next_reload();
    said = apply(HEAD DATA NEW, "--json", 1, "\"result\": \"refused\"");
    said_too(said, "\"changed\": false");
    said_too(said, "\"restored\": true");
    said_too(said, "\"former\": null");
    said_too(said, "\"degraded\": false");
    /* There was none: it is removed again. */
    assert_true(DeleteFileW(beside("")));
    break_next_reload();
    apply(HEAD DATA NEW, "", 1, "is removed again");
    expect_content("", NULL);
    apply(HEAD DATA NEW, "", 0, "has applied");
    expect_open("ShmbTest.New", "0");
}

/* A new file is removed again, and one that was there is back; the service has the rest. */
static void an_included_file_that_is_refused_is_taken_back(void **state)
{
    const char *said;

    (void)state;
    install_and_start(PARTS);
    break_next_reload();
    said = apply(HEAD NEW, to("parts\\app.yaml", ""), 1, "is removed again");
    said_too(said, "the service has reloaded it");
    expect_part("parts\\app.yaml", NULL);
    broker_says("status --json", 0, "\"result\": \"applied\"");
    apply(HEAD NEW, to("parts\\app.yaml", ""), 0, "has applied");
    break_next_reload();
    said = apply(HEAD NEW "# 2\n", to("parts\\app.yaml", "--json"), 1, "\"restored\": true");
    said_too(said, "\"result\": \"refused\"");
    expect_part("parts\\app.yaml", HEAD NEW);
    expect_part("parts\\app.yaml.former", NULL);
    expect_open("ShmbTest.New", "0");
}

/*
 * Under Wine, the service of a process that was killed counts as running. On Windows it is not
 * running, or starts again.
 */
static void what_cannot_be_told_to_the_service_is_taken_back(void **state)
{
    HANDLE process;
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    process =
        OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, scm_wait(SERVICE_RUNNING).dwProcessId);
    assert_non_null(process);
    assert_true(TerminateProcess(process, 1));
    assert_int_equal(WaitForSingleObject(process, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    CloseHandle(process);
    if (!support_wine()) {
        apply(HEAD NEW, "", 0, "configuration");
        return;
    }
    said = apply(HEAD NEW, "--json", 7, "\"result\": \"refused\"");
    said_too(said, "\"restored\": true");
    expect_content("", HEAD DATA);
    expect_content(".former", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        APPLY_TEST(a_file_with_errors_changes_nothing),
        APPLY_TEST(what_is_no_configuration_changes_nothing),
        APPLY_TEST(a_place_that_others_can_change_is_refused),
        APPLY_TEST(a_place_that_is_read_only_stays),
        APPLY_TEST(what_the_service_refuses_is_taken_back),
        PARTS_TEST(an_included_file_that_is_refused_is_taken_back),
        APPLY_TEST(what_cannot_be_told_to_the_service_is_taken_back),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_verb_apply_refused", tests, scm_setup, NULL);
}
