/* The service's command line, as the service manager has it. */
#include "support.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_end_the_path),
        cmocka_unit_test(without_quotes_it_ends_with_exe),
        cmocka_unit_test(without_blanks_it_needs_no_quotes),
        cmocka_unit_test(another_program_that_runs_ours_is_not_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
