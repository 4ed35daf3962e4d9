#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "report.h"

static struct report_segment segments[] = {
    {"Prices \"of\" C:\\x", true, false, REPORT_AGREED, 64, 7, "m1", 1, 2, 3, 4, 5, 6, 7, 1500, 0,
     ""},
    {"Rates", false, true, REPORT_SIZE, 8, 0, "", 0, 0, 0, 0, 1, 0, 0, 0, 2500, "size: 8 here"},
};

static const struct report whole = {.version = "1.2.3",
                                    .origin = "m1",
                                    .bucket = "shm",
                                    .config = "C:\\a b\\mirror.yaml",
                                    .process = 12,
                                    .process_started = UINT64_MAX,
                                    .written = 1700000000,
                                    .connected = true,
                                    .hearing = false,
                                    .server = "h:6379",
                                    .fault = "no answer in time",
                                    .connections = 3,
                                    .bytes_in = 10,
                                    .bytes_out = 20,
                                    .segments = segments,
                                    .count = 2};

static void what_is_written_is_read(void **state)
{
    struct text text = {0};
    struct report read;

    (void)state;
    report_write(&whole, &text);
    assert_false(text.failed);
    assert_true(report_read(text.at, text.length, &read));
    assert_int_equal(read.count, 2);
    assert_memory_equal(read.segments, segments, sizeof(segments));
    assert_string_equal(read.config, whole.config);
    assert_string_equal(read.fault, whole.fault);
    assert_int_equal(read.process, 12);
    assert_int_equal(read.process_started, UINT64_MAX);
    assert_true(read.connected && !read.hearing);
    report_free(&read);
    text_free(&text);
}

/* Whoever may write the file may write anything into it. */
static void damaged_files_are_survived(void **state)
{
    struct text text = {0};
    struct report read;
    size_t i;

    (void)state;
    report_write(&whole, &text);
    for (i = 0; i < text.length; i++) {
        char kept = text.at[i], cut[] = {'\t', '\n', 'x', '\0'};
        size_t k;

        assert_false(report_read(text.at, i, &read));
        for (k = 0; k < sizeof(cut); k++) {
            text.at[i] = cut[k];
            if (report_read(text.at, text.length, &read))
                report_free(&read);
        }
        text.at[i] = kept;
    }
    text_free(&text);
    assert_false(report_read("", 0, &read));
    assert_false(report_read("shmbmirror-status\t2\nend\n", 24, &read));
    assert_false(report_read("shmbmirror-status\t1\nodd\nend\n", 28, &read));
}

static void has(const struct text *text, const char *part)
{
    if (strstr(text->at, part) == NULL)
        fail_msg("not in the text: %s", part);
}

static void figures_are_as_prometheus_reads_them(void **state)
{
    struct text text = {0};

    (void)state;
    report_metrics(&whole, &text);
    assert_false(text.failed);
    has(&text, "shmb_mirror_info{version=\"1.2.3\",origin=\"m1\"} 1\n");
    has(&text, "# TYPE shmb_mirror_connected gauge\nshmb_mirror_connected 1\n");
    has(&text, "shmb_mirror_hearing 0\n");
    has(&text, "shmb_mirror_sent_total{segment=\"Prices \\\"of\\\" C:\\\\x\"} 1\n");
    has(&text, "shmb_mirror_lost_total{segment=\"Rates\"} 0\n");
    has(&text, "shmb_mirror_lag_seconds{segment=\"Prices \\\"of\\\" C:\\\\x\"} 0.001500\n");
    has(&text, "shmb_mirror_behind_seconds{segment=\"Rates\"} 2.500000\n");
    has(&text, "shmb_mirror_state{segment=\"Rates\",state=\"size differs\"} 1\n");
    has(&text, "shmb_mirror_state{segment=\"Rates\",state=\"agreed\"} 0\n");
    text_free(&text);
}

static void a_document_has_all_of_it(void **state)
{
    struct json json = {0};

    (void)state;
    json_object(&json, NULL);
    report_json(&whole, true, &json);
    json_object_end(&json);
    has(&json.text, "\"connected\": true");
    has(&json.text, "\"state\": \"size differs\"");
    has(&json.text, "\"reason\": \"size: 8 here\"");
    has(&json.text, "\"origin\": null");
    json_free(&json);
    json_object(&json, NULL);
    report_json(&whole, false, &json);
    json_object_end(&json);
    has(&json.text, "\"connected\": false"); /* what a mirror that has ended wrote */
    json_free(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(damaged_files_are_survived),
        cmocka_unit_test(figures_are_as_prometheus_reads_them),
        cmocka_unit_test(a_document_has_all_of_it),
    };

    return cmocka_run_group_tests_name("test_mirror_report", tests, NULL, NULL);
}
