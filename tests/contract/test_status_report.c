/* The reader of the report: what is whole is read, what is not is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "status_report.h"

static const char text[] = "version\tShmBroker\t0.1.0\t\n"
                           "section\tGlobal\\Pr\xC3\xA9"
                           "cis\tconflict\ta section owned by CORP\\bob\n";
#define TEXT_SIZE (sizeof(text) - 1)

static struct shmb_report *report;
static struct shmb_report out;
static char copy[SHMB_REPORT_TEXT_MAX + 1];

static int begin(void **state)
{
    (void)state;
    report = calloc(1, SHMB_REPORT_SIZE);
    if (report == NULL)
        return 1;
    report->magic = SHMB_REPORT_MAGIC;
    report->abi_version = SHMB_ABI_VERSION;
    report->header_size = sizeof(*report);
    report->total_size = SHMB_REPORT_SIZE;
    report->sequence = 4;
    report->result = SHMB_REPORT_INCOMPLETE;
    report->revision = UINT64_C(0x100000002);
    report->held = 3;
    report->missing = 1;
    report->text_size = TEXT_SIZE;
    memcpy(report + 1, text, TEXT_SIZE);
    return 0;
}

static int end(void **state)
{
    (void)state;
    free(report);
    return 0;
}

static enum shmb_read read_it(size_t size)
{
    memset(&out, 0xEE, sizeof(out));
    memset(copy, 'x', sizeof(copy));
    return shmb_report_read(report, size, &out, copy);
}

static void check_refused(enum shmb_read verdict)
{
    static const struct shmb_report nothing;

    assert_int_equal(read_it(SHMB_REPORT_SIZE), verdict);
    assert_memory_equal(&out, &nothing, sizeof(out));
    assert_string_equal(copy, "");
}

static void a_whole_report_is_read(void **state)
{
    (void)state;
    assert_int_equal(read_it(SHMB_REPORT_SIZE), SHMB_READ_OK);
    assert_int_equal(out.revision, UINT64_C(0x100000002));
    assert_int_equal(out.held, 3);
    assert_int_equal(out.missing, 1);
    assert_string_equal(copy, text);
    assert_int_equal(read_it(SHMB_REPORT_SIZE - 1), SHMB_READ_CORRUPT);
    assert_int_equal(read_it(0), SHMB_READ_CORRUPT);
    report->text_size = 0;
    assert_int_equal(read_it(SHMB_REPORT_SIZE), SHMB_READ_OK);
    assert_string_equal(copy, "");
}

static void a_full_text_is_read(void **state)
{
    (void)state;
    memset(report + 1, 'y', SHMB_REPORT_TEXT_MAX);
    report->text_size = SHMB_REPORT_TEXT_MAX;
    assert_int_equal(read_it(SHMB_REPORT_SIZE), SHMB_READ_OK);
    assert_int_equal(strlen(copy), SHMB_REPORT_TEXT_MAX);
}

static void what_is_being_written_is_not_read(void **state)
{
    (void)state;
    report->sequence = 0;
    check_refused(SHMB_READ_EMPTY);
    report->sequence = 5;
    report->magic = 0;
    check_refused(SHMB_READ_AGAIN);
    report->sequence = UINT32_MAX;
    check_refused(SHMB_READ_AGAIN);
}

/* One field at a time. */
static void a_spoiled_header_is_refused(void **state)
{
    static const struct {
        size_t offset;
        uint32_t value;
        enum shmb_read verdict;
    } spoils[] = {
        {0, 0, SHMB_READ_CORRUPT},           {4, 2, SHMB_READ_VERSION},
        {8, 63, SHMB_READ_CORRUPT},          {12, SHMB_REPORT_SIZE - 1, SHMB_READ_CORRUPT},
        {20, 0, SHMB_READ_CORRUPT},          {20, 3, SHMB_READ_CORRUPT},
        {48, 5, SHMB_READ_CORRUPT},          {40, SHMB_REPORT_TEXT_MAX + 1, SHMB_READ_CORRUPT},
        {52, 1, SHMB_READ_CORRUPT},          {60, 1, SHMB_READ_CORRUPT},
        {40, UINT32_MAX, SHMB_READ_CORRUPT},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
        uint8_t *at = (uint8_t *)report + spoils[i].offset;
        uint32_t saved;

        memcpy(&saved, at, sizeof(saved));
        memcpy(at, &spoils[i].value, sizeof(saved));
        check_refused(spoils[i].verdict);
        memcpy(at, &saved, sizeof(saved));
    }
    assert_int_equal(read_it(SHMB_REPORT_SIZE), SHMB_READ_OK);
}

static void a_text_that_is_none_is_refused(void **state)
{
    static const char *const bad[] = {"\x1B[2J", "\xFF", "\xC3", "\xC2\x85", "\x7F", "\r"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        memcpy(report + 1, bad[i], strlen(bad[i]));
        report->text_size = (uint32_t)strlen(bad[i]);
        check_refused(SHMB_READ_CORRUPT);
    }
    ((char *)(report + 1))[0] = '\0';
    report->text_size = 1;
    check_refused(SHMB_READ_CORRUPT);
}

static void check_field(const struct shmb_report_line *line, size_t field, const char *wanted)
{
    assert_int_equal(line->length[field], strlen(wanted));
    assert_memory_equal(line->field[field], wanted, strlen(wanted));
}

static void lines_fall_into_fields(void **state)
{
    static const char odd[] = "a\tb\tc\td\te\n\nonly\nlast\t";
    struct shmb_report_line line;
    size_t at = 0;

    (void)state;
    assert_true(shmb_report_next(text, TEXT_SIZE, &at, &line));
    check_field(&line, 0, "version");
    check_field(&line, 3, "");
    assert_true(shmb_report_next(text, TEXT_SIZE, &at, &line));
    check_field(&line, 1,
                "Global\\Pr\xC3\xA9"
                "cis");
    check_field(&line, 3, "a section owned by CORP\\bob");
    assert_false(shmb_report_next(text, TEXT_SIZE, &at, &line));
    assert_null(line.field[0]);

    at = 0;
    assert_true(shmb_report_next(odd, sizeof(odd) - 1, &at, &line));
    check_field(&line, 3, "d\te"); /* what is too much belongs to the last */
    assert_true(shmb_report_next(odd, sizeof(odd) - 1, &at, &line));
    check_field(&line, 0, "");
    assert_true(shmb_report_next(odd, sizeof(odd) - 1, &at, &line));
    check_field(&line, 0, "only");
    check_field(&line, 1, "");
    assert_true(shmb_report_next(odd, sizeof(odd) - 1, &at, &line));
    check_field(&line, 0, "last");
    check_field(&line, 1, "");
    assert_false(shmb_report_next(odd, sizeof(odd) - 1, &at, &line));
    at = 0;
    assert_false(shmb_report_next("", 0, &at, &line));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_whole_report_is_read),
        TEST(a_full_text_is_read),
        TEST(what_is_being_written_is_not_read),
        TEST(a_spoiled_header_is_refused),
        TEST(a_text_that_is_none_is_refused),
        TEST(lines_fall_into_fields),
    };

    return cmocka_run_group_tests_name("test_status_report", tests, NULL, NULL);
}
