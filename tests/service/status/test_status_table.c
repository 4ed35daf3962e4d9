/* The rows of held objects on a screen, and whose objects they are. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "status.h"

#define ACCESS "O:BAD:P(A;;0x20007;;;WD)(A;;0x20005;;;AU)"

static struct status_object objects[] = {
    {.kind = SHMB_SECTION, .name = "Global\\A", .sddl = ACCESS},
    {.kind = SHMB_MUTEX, .name = "Global\\Of a name that is rather long", .companion = true},
    {.kind = SHMB_SECTION,
     .name = "Global\\\xc3\xa4\xc3\xb6\xc3\xbc and some more",
     .sddl = ACCESS,
     .rule = "MyApp",
     .account = "S-1-5-18"},
    {.kind = SHMB_EVENT,
     .name = "Global\\Gone",
     .state = STATUS_MISSING,
     .reason = "a reason that is longer than the whole screen, and is never cut"},
};

/* What is printed on a screen of this width, without the lines on the service. */
static const char *printed(size_t width)
{
    const struct status status = {.state_word = "running",
                                  .runs = true,
                                  .selected = true,
                                  .width = width,
                                  .objects = objects,
                                  .object_count = sizeof(objects) / sizeof(objects[0])};
    static char text[4096];
    HANDLE before = GetStdHandle(STD_OUTPUT_HANDLE);
    wchar_t folder[MAX_PATH - 20], path[MAX_PATH];
    DWORD done = 0;
    HANDLE file;

    assert_true(GetTempPathW(MAX_PATH - 20, folder) > 0);
    assert_true(GetTempFileNameW(folder, L"shm", 0, path) != 0);
    file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                       FILE_FLAG_DELETE_ON_CLOSE, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(SetStdHandle(STD_OUTPUT_HANDLE, file));
    assert_true(status_print(&status));
    assert_true(SetStdHandle(STD_OUTPUT_HANDLE, before));
    assert_int_equal(SetFilePointer(file, 0, NULL, FILE_BEGIN), 0);
    assert_true(ReadFile(file, text, sizeof(text) - 1, &done, NULL));
    text[done] = '\0';
    CloseHandle(file);
    return text;
}

static void a_screen_has_columns_and_a_header(void **state)
{
    (void)state;
    assert_string_equal(printed(60),
                        "event Global\\Gone: missing, a reason that is longer than the whole "
                        "screen, and is never cut\n"
                        "KIND       HELD OBJECT                    ACCESS\n"
                        "section    A                              Everyone read ...\n"
                        "mutex      Of a name that is rather long  (not visible)\n"
                        "section    \xc3\xa4\xc3\xb6\xc3\xbc and some more              Everyone "
                        "read ...\n");
}

static void redirected_nothing_is_cut(void **state)
{
    const char *text = printed(0);

    (void)state;
    assert_non_null(strstr(text, "section Global\\A: held; access: Everyone read and write; "));
    assert_non_null(strstr(text, "; requested by System, rule MyApp\n"));
    assert_null(strstr(text, "HELD OBJECT"));
    assert_null(strstr(text, "..."));
}

static void of_a_requested_object_json_says_who_asked(void **state)
{
    struct json json = {.one_line = true};

    (void)state;
    json_object(&json, NULL);
    status_request_json(&objects[0], &json);
    json_object_end(&json);
    json_object(&json, NULL);
    status_request_json(&objects[2], &json);
    json_object_end(&json);
    assert_non_null(strstr(json.text.at, "{\"request\": null}"));
    assert_non_null(strstr(json.text.at,
                           "{\"request\": {\"rule\": \"MyApp\",\"account\": \"System\","
                           "\"sid\": \"S-1-5-18\"}}"));
    json_free(&json);
}

/* The pipe is no trouble while it is there; what rules have granted is none at all. */
static void requests_are_shown_and_their_pipe_may_be_missing(void **state)
{
    static struct status_line lines[] = {{{"requests", "pipe", "open", ""}},
                                         {{"grants", "MyApp", "held", "1 of 10 objects"}}};
    struct status status = {.lines = lines, .line_count = 2, .runs = true, .incomplete = true};

    (void)state;
    assert_false(status_is_trouble(&lines[0]));
    assert_false(status_is_trouble(&lines[1]));
    lines[0].field[2] = "conflict";
    assert_true(status_is_trouble(&lines[0]));
    status_find_reasons(&status);
    assert_int_equal(status.reasons.count, 1);
    assert_string_equal(status.reasons.text[0], "1 pipe for requests that another program has");
}

/* A service that has just stopped: its process runs for a moment longer. */
static void what_a_stopped_service_left_is_not_of_a_broker_in_a_console(void **state)
{
    struct status status = {.publisher = 7, .claimed = true};

    (void)state;
    assert_true(status_broker_beside(&status));
    status.claimed = false;
    assert_false(status_broker_beside(&status));
    assert_false(status_broker_runs(&status));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_screen_has_columns_and_a_header),
        cmocka_unit_test(redirected_nothing_is_cut),
        cmocka_unit_test(of_a_requested_object_json_says_who_asked),
        cmocka_unit_test(requests_are_shown_and_their_pipe_may_be_missing),
        cmocka_unit_test(what_a_stopped_service_left_is_not_of_a_broker_in_a_console),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
