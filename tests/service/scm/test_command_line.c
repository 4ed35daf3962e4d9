/* The service's command line, as the service manager has it. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "command_line.h"

static void expect(const wchar_t *text, const char *program, const char *config, bool quoted)
{
    struct command_line line;

    assert_true(command_line_read(text, &line));
    assert_string_equal(line.program, program);
    assert_int_equal(line.config != NULL, config != NULL);
    if (config != NULL)
        assert_string_equal(line.config, config);
    assert_int_equal(line.quoted, quoted);
    assert_int_equal(line.ours, strstr(program, "other") == NULL);
    command_line_free(&line);
}

static void quotes_end_the_path(void **state)
{
    (void)state;
    expect(L"\"C:\\Program Files\\S B\\shmbroker.exe\" --config \"D:\\a b.yaml\"",
           "C:\\Program Files\\S B\\shmbroker.exe", "D:\\a b.yaml", true);
    expect(L"\"C:\\Program Files\\a.exe b\\shmbroker.exe\"",
           "C:\\Program Files\\a.exe b\\shmbroker.exe", NULL, true);
}

static void without_quotes_it_ends_with_exe(void **state)
{
    (void)state;
    expect(L"C:\\Program Files\\ShmBroker\\shmbroker.exe",
           "C:\\Program Files\\ShmBroker\\shmbroker.exe", NULL, false);
    expect(L"C:\\Program Files\\ShmBroker\\SHMBROKER.EXE --config \"D:\\a b.yaml\"",
           "C:\\Program Files\\ShmBroker\\SHMBROKER.EXE", "D:\\a b.yaml", false);
    expect(L"C:\\Program Files\\x.exes\\shmbroker.exe\t--config d.yaml",
           "C:\\Program Files\\x.exes\\shmbroker.exe", "d.yaml", false);
}

/* Blanks behind it do no harm. */
static void without_blanks_it_needs_no_quotes(void **state)
{
    (void)state;
    expect(L"C:\\tools\\shmbroker.exe --config \"D:\\a b.yaml\"", "C:\\tools\\shmbroker.exe",
           "D:\\a b.yaml", true);
    expect(L"C:\\other.exe -x", "C:\\other.exe", NULL, true);
    expect(L"C:\\other.exe", "C:\\other.exe", NULL, true);
}

/* Whatever its arguments are. */
static void another_program_that_runs_ours_is_not_ours(void **state)
{
    (void)state;
    expect(L"C:\\other.exe run D:\\x\\shmbroker.exe", "C:\\other.exe", NULL, true);
    expect(L"\"C:\\a b\\other.exe\" \"D:\\x\\shmbroker.exe\" --config d.yaml", "C:\\a b\\other.exe",
           "d.yaml", true);
    expect(L"C:\\shmbroker.exe\\other.exe shmbroker.exe", "C:\\shmbroker.exe\\other.exe", NULL,
           true);
}

/* Windows adds .exe to a name without an extension; and begins no path with a blank. */
static void the_extension_may_be_missing(void **state)
{
    (void)state;
    expect(L"\"C:\\Program Files\\S B\\shmbroker\" --config d.yaml",
           "C:\\Program Files\\S B\\shmbroker.exe", "d.yaml", true);
    expect(L"C:\\Program Files\\S B\\shmbroker --config d.yaml",
           "C:\\Program Files\\S B\\shmbroker.exe", "d.yaml", false);
    expect(L"C:/tools/shmbroker", "C:/tools/shmbroker.exe", NULL, true);
    expect(L" C:\\Program Files\\S B\\shmbroker.exe --x", "C:\\Program Files\\S B\\shmbroker.exe",
           NULL, false);
    expect(L"\t\"C:\\S B\\shmbroker.exe\" --config d.yaml", "C:\\S B\\shmbroker.exe", "d.yaml",
           false);
}

/* A file in the temporary folder; the path is static. */
static const wchar_t *file(const wchar_t *name)
{
    static wchar_t paths[4][MAX_PATH];
    static size_t turn;
    wchar_t *path = paths[turn++ % 4], *end;
    HANDLE made;

    assert_true(GetTempPathW(MAX_PATH - 60, path) > 0);
    wcscat(path, name);
    end = wcsrchr(path, L'\\');
    *end = L'\0';
    CreateDirectoryW(path, NULL);
    *end = L'\\';
    made = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    assert_true(made != INVALID_HANDLE_VALUE);
    CloseHandle(made);
    return path;
}

/* The disk says where the path ends, as it does for Windows. */
static void without_quotes_the_files_decide(void **state)
{
    const wchar_t *ours = file(L"shmb my dir\\shmbroker.exe"), *between = NULL;
    const wchar_t *named = file(L"shmb a.exe b\\shmbroker.exe");
    wchar_t text[MAX_PATH + 20], *cut;
    struct command_line line;

    (void)state;
    /* A folder whose name ends with .exe is no program. */
    swprintf(text, MAX_PATH + 20, L"%ls --audit", named);
    assert_true(command_line_read(text, &line));
    assert_string_equal(line.program, support_narrow(named));
    assert_true(line.audit && line.ours && !line.quoted && line.other == NULL);
    command_line_free(&line);
    /* Windows finds another file first: what the line is meant for is ours all the same. */
    between = file(L"shmb.exe");
    swprintf(text, MAX_PATH + 20, L"%ls --audit", ours);
    assert_true(command_line_read(text, &line));
    assert_string_equal(line.program, support_narrow(ours));
    assert_string_equal(line.other, support_narrow(between));
    assert_true(line.audit && line.ours && !line.quoted);
    command_line_free(&line);
    /* With quotes it finds none. */
    swprintf(text, MAX_PATH + 20, L"\"%ls\" --audit", ours);
    assert_true(command_line_read(text, &line));
    assert_true(line.quoted && line.other == NULL);
    command_line_free(&line);
    /* Ours among the arguments of that file. */
    wcscpy(text, between);
    *wcsrchr(text, L'.') = L'\0';
    wcscat(text, L" C:\\x\\shmbroker.exe");
    assert_true(command_line_read(text, &line));
    assert_string_equal(line.program, support_narrow(between));
    assert_true(!line.ours && line.other == NULL);
    command_line_free(&line);
    DeleteFileW(between);
    DeleteFileW(ours);
    DeleteFileW(named);
    for (size_t i = 0; i < 2; i++) {
        wcscpy(text, i == 0 ? ours : named);
        cut = wcsrchr(text, L'\\');
        *cut = L'\0';
        RemoveDirectoryW(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_end_the_path),
        cmocka_unit_test(without_quotes_it_ends_with_exe),
        cmocka_unit_test(without_blanks_it_needs_no_quotes),
        cmocka_unit_test(another_program_that_runs_ours_is_not_ours),
        cmocka_unit_test(the_extension_may_be_missing),
        cmocka_unit_test(without_quotes_the_files_decide),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
