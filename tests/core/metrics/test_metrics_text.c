/* The text with figures: its form, which readers are strict about, and what is in it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics_text.h"

static struct metrics metrics;
static struct text text;

static int set_up(void **state)
{
    (void)state;
    metrics = (struct metrics){0};
    text = (struct text){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    metrics_free(&metrics);
    text_free(&text);
    return 0;
}

static bool has(const char *line)
{
    size_t length = strlen(line);
    const char *at = text.at;

    while ((at = strstr(at, line)) != NULL) {
        if ((at == text.at || at[-1] == '\n') && at[length] == '\n')
            return true;
        at += length;
    }
    return false;
}

static void expect(const char *line)
{
    if (!has(line))
        fail_msg("no line \"%s\" in:\n%s", line, text.at);
}

/* Every series once, each in the family before it, each family once: else a reader refuses all. */
static void check_form(void)
{
    char *lines = malloc(text.length + 1), *line, family[100] = "";
    char **series = calloc(20000, sizeof(*series));
    size_t count = 0, i;

    assert_non_null(lines);
    assert_non_null(series);
    memcpy(lines, text.at, text.length + 1);
    assert_int_equal(text.at[text.length - 1], '\n');
    for (line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char name[100];

        if (sscanf(line, "# HELP %99s", name) == 1) {
            snprintf(family, sizeof(family), "%s", name);
        } else if (sscanf(line, "# TYPE %99s", name) == 1) {
            assert_string_equal(name, family);
            continue;
        } else {
            char *value = strrchr(line, ' ');

            assert_non_null(value);
            assert_int_equal(strspn(value + 1, "0123456789."), strlen(value + 1));
            *value = '\0';
            i = strcspn(line, "{");
            assert_int_equal(i, strlen(family));
            assert_memory_equal(line, family, i);
        }
        for (i = 0; i < count; i++)
            if (strcmp(series[i], line) == 0)
                fail_msg("twice: %s", line);
        assert_in_range(count, 0, 19999);
        series[count++] = line;
    }
    free(series);
    free(lines);
}

static void nothing_is_known(void **state)
{
    (void)state;
    assert_true(metrics_text(&metrics, &text));
    check_form();
    expect("shmbroker_up 0");
    assert_null(strstr(text.at, "shmbroker_objects"));
    assert_null(strstr(text.at, "shmbroker_degraded"));
    assert_null(strstr(text.at, "_time_seconds"));
}

static void read_report(const char *lines, uint32_t result, uint32_t reload)
{
    struct shmb_report report = {
        .result = result, .text_size = (uint32_t)strlen(lines), .reload_result = reload};

    metrics_report(&metrics, &report, lines);
}

static void requests(void **state)
{
    (void)state;
    metrics_object(&metrics, SHMB_SECTION, METRICS_HELD, 64);
    metrics_object(&metrics, SHMB_SECTION, METRICS_HELD, 100);
    metrics_object(&metrics, SHMB_MUTEX, METRICS_HELD, 0);
    metrics_requested(&metrics, SHMB_SECTION, false, 64);
    metrics_requested(&metrics, SHMB_SECTION, true, 100);
    metrics_requested(&metrics, SHMB_MUTEX, true, 0);
    metrics_requested(&metrics, SHMB_KIND_COUNT, false, 1);
    read_report("requests\tpipe\topen\t\n"
                "grants\tMyApp\theld\t1 of 10 objects, 4096 of 8192 bytes, by 1 account\n"
                "count\trequest\tmade\t31\n"
                "count\trequest\trefused\t3\n"
                "count\trequest\tunheard\t9\n"
                "count\trefused\teach_objects\t2\n"
                "count\trefused\tno_rule\t1\n"
                "count\trefused\tunheard\t9\n",
                SHMB_REPORT_COMPLETE, SHMB_RELOAD_NONE);
    assert_true(metrics_text(&metrics, &text));
    check_form();
    expect("shmbroker_requested_objects{kind=\"section\"} 1");
    expect("shmbroker_requested_objects{kind=\"mutex\"} 0");
    expect("shmbroker_requested_memory_bytes 164");
    expect("shmbroker_requests_listening 1");
    expect("shmbroker_requests_total{result=\"made\"} 31");
    expect("shmbroker_requests_total{result=\"existed\"} 0");
    expect("shmbroker_requests_total{result=\"refused\"} 3");
    expect("shmbroker_requests_refused_total{reason=\"each_objects\"} 2");
    expect("shmbroker_requests_refused_total{reason=\"no_rule\"} 1");
    expect("shmbroker_requests_refused_total{reason=\"message\"} 0");
    expect("shmbroker_degraded_reasons{reason=\"requests_name_taken\"} 0");
    assert_null(strstr(text.at, "unheard"));
    assert_null(strstr(text.at, "MyApp")); /* a label for each rule would have no bound */
}

static void a_pipe_that_another_program_has(void **state)
{
    (void)state;
    read_report("requests\tpipe\tconflict\ta pipe of process 7\n", SHMB_REPORT_INCOMPLETE,
                SHMB_RELOAD_NONE);
    assert_true(metrics_text(&metrics, &text));
    check_form();
    expect("shmbroker_requests_listening 0");
    expect("shmbroker_degraded_reasons{reason=\"requests_name_taken\"} 1");
    expect("shmbroker_degraded_reasons{reason=\"requests_failed\"} 0");
}

static void a_report(void **state)
{
    (void)state;
    metrics.up = true;
    metrics.now = UINT64_C(116444736000000000) + UINT64_C(17000000001234567);
    metrics.every_ms = 1500;
    metrics_event(&metrics, 300, 0);
    metrics_event(&metrics, 301, 0);
    metrics_event(&metrics, 99, 1);
    metrics_event(&metrics, 400, 1);
    read_report("version\tShmBroker\t1.2.3\t\n"
                "file\tC:\\shmbroker.yaml\tused\tread 2026-11-21 05:09:35 UTC\n"
                "count\tadopted\tobjects\t57\n"
                "count\treload\tapplied\t3\n"
                "count\treload\trefused\t1\n"
                "count\tevent\t300\t2\n"
                "count\tevent\t999\t2\n"
                "publication\tGlobal\\ShmBroker.Control.1\tavoided\ta mutex\n"
                "publication\tGlobal\\ShmBroker.Directory\tconflict\ta mutex\n"
                "degraded\tCORP\\A\tpending\tx\n"
                "degraded\tCORP\\B\tpending\tx\n"
                "degraded\tC:\\m.prom\tunwritten\tx\n"
                "access\tGlobal\\Bids\tdue\tx\n"
                "access\tGlobal\\Old\tcorrected\tx\n"
                "retired\tGlobal\\Old\tsection\tx\n"
                "keeper\t4711\tholds\t57 objects, since 2026-11-21 05:09:35 UTC\n"
                "copy\tGlobal\\A\tfailed\tWriteFile: x; last saved: 1970-01-01 00:00:01 UTC\n"
                "copy\tGlobal\\B\tsaved\t2000-02-29 23:59:59 UTC\n"
                "copy\tGlobal\\C\tnone\tnot saved yet\n"
                "copy\tGlobal\\D\tfailed\tx; last saved: never\n"
                "cut\t17\tlines\t\n",
                SHMB_REPORT_INCOMPLETE, SHMB_RELOAD_REFUSED);
    assert_true(metrics_text(&metrics, &text));
    check_form();
    expect("shmbroker_up 1");
    expect("shmbroker_build_info{version=\"1.2.3\"} 1");
    expect("shmbroker_metrics_time_seconds 1700000000.123");
    expect("shmbroker_metrics_interval_seconds 1.500");
    expect("shmbroker_config_read_time_seconds 1795237775");
    expect("shmbroker_adopted_objects 57");
    expect("shmbroker_reloads_total{result=\"applied\"} 3");
    expect("shmbroker_reloads_total{result=\"held\"} 0");
    expect("shmbroker_reloads_total{result=\"refused\"} 1");
    expect("shmbroker_config_last_reload_successful 0");
    expect("shmbroker_events_total{event=\"300\"} 2");
    expect("shmbroker_events_total{event=\"301\"} 0");
    assert_null(strstr(text.at, "event=\"999\""));
    assert_null(strstr(text.at, "event=\"99\""));
    assert_null(strstr(text.at, "event=\"400\""));
    expect("shmbroker_degraded 1");
    expect("shmbroker_degraded_reasons{reason=\"publication_incomplete\"} 1");
    expect("shmbroker_degraded_reasons{reason=\"account_pending\"} 2");
    expect("shmbroker_degraded_reasons{reason=\"metrics_not_written\"} 1");
    expect("shmbroker_degraded_reasons{reason=\"object_access_due\"} 1");
    expect("shmbroker_degraded_reasons{reason=\"copy_failed\"} 2");
    expect("shmbroker_degraded_reasons{reason=\"last_good_configuration\"} 0");
    expect("shmbroker_retired_objects 1");
    expect("shmbroker_keeper_up 1");
    expect("shmbroker_keeper_objects 57");
    expect("shmbroker_copy_failed{segment=\"A\"} 1");
    expect("shmbroker_copy_failed{segment=\"B\"} 0");
    expect("shmbroker_copy_saved_time_seconds{segment=\"A\"} 1");
    expect("shmbroker_copy_saved_time_seconds{segment=\"B\"} 951868799");
    assert_null(strstr(text.at, "time_seconds{segment=\"C\"}"));
    assert_null(strstr(text.at, "time_seconds{segment=\"D\"}"));
    expect("shmbroker_report_lines_cut 17");
}

/* Whatever stands in a report gives a text of the right form. */
static void a_report_of_rubbish(void **state)
{
    (void)state;
    read_report("\n\t\t\t\ncount\ncount\treload\ncount\tevent\t-1\t5\ncount\tevent\t300\tx\n"
                "copy\ncopy\tA\tsaved\t2000\ncopy\tGlobal\\A\tsaved\t2000-13-01 00:00:00 UTC\n"
                "copy\tGlobal\\B\tsaved\t1969-12-31 00:00:00 UTC\nkeeper\ncut\nversion\nfile\n"
                "count\tevent\t301\t99999999999999999999999999\nversion\tx\t1.2\"\\\xFF\t\n",
                77, 99);
    assert_true(metrics_text(&metrics, &text));
    check_form();
    expect("shmbroker_build_info{version=\"1.2\\\"\\\\x5c\\\\xff\"} 1");
    expect("shmbroker_events_total{event=\"300\"} 0");
    assert_null(strstr(text.at, "time_seconds{segment="));
}

static void add(const char *name, const char *lock)
{
    struct metrics_segment *segment = metrics_segment(&metrics, name);

    assert_non_null(segment);
    segment->lock = lock;
    segment->bytes = 64;
}

static void hostile_names(void **state)
{
    static const char *const names[] = {
        "a\"} 1",   "a\nb",         "a\\x0ab", "\xFF\xFE", "\xC3\xB6l", "\xF0\x9F\x90\x99",
        "a,b{c}=d", "\xED\xA0\x80", "a\rb",    "\x7F",     "a\xC3"};
    size_t i;

    (void)state;
    metrics_object(&metrics, SHMB_SECTION, METRICS_HELD, 1);
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        add(names[i], "mutex");
    assert_true(metrics_text(&metrics, &text));
    check_form();
    expect("shmbroker_segment_bytes{segment=\"a\\\"} 1\"} 64");
    expect("shmbroker_segment_bytes{segment=\"a\\\\x0ab\"} 64");
    expect("shmbroker_segment_bytes{segment=\"a\\\\x5cx0ab\"} 64");
    expect("shmbroker_segment_bytes{segment=\"a\\\\x0db\"} 64");
    expect("shmbroker_segment_bytes{segment=\"\\\\xff\\\\xfe\"} 64");
    expect("shmbroker_segment_bytes{segment=\"\\\\xed\\\\xa0\\\\x80\"} 64");
    expect("shmbroker_segment_bytes{segment=\"a\\\\xc3\"} 64");
    expect("shmbroker_segment_bytes{segment=\"\xC3\xB6l\"} 64");
    expect("shmbroker_segment_lock_info{segment=\"a,b{c}=d\",lock=\"mutex\"} 1");
}

static void objects_and_segments(void **state)
{
    struct metrics_segment *segment;

    (void)state;
    metrics_object(&metrics, SHMB_SECTION, METRICS_HELD, 64);
    metrics_object(&metrics, SHMB_SECTION, METRICS_DEFERRED, 100);
    metrics_object(&metrics, SHMB_SECTION, METRICS_CONFLICT, 1000);
    metrics_object(&metrics, SHMB_MUTEX, METRICS_FAILED, 0);
    metrics_object(&metrics, SHMB_KIND_COUNT, METRICS_FAILED, 0);
    metrics.reported = true;
    segment = metrics_segment(&metrics, "A");
    assert_non_null(segment);
    segment->lock = "fast";
    metrics_block(segment, UINT64_MAX, 7, 1);
    add("B", "none");
    assert_true(metrics_text(&metrics, &text));
    check_form();
    expect("shmbroker_objects{kind=\"section\",state=\"held\"} 1");
    expect("shmbroker_objects{kind=\"section\",state=\"deferred\"} 1");
    expect("shmbroker_objects{kind=\"section\",state=\"conflict\"} 1");
    expect("shmbroker_objects{kind=\"mutex\",state=\"failed\"} 1");
    expect("shmbroker_objects{kind=\"queue\",state=\"held\"} 0");
    expect("shmbroker_memory_bytes 164");
    expect("shmbroker_degraded_reasons{reason=\"object_conflict\"} 1");
    expect("shmbroker_degraded_reasons{reason=\"object_failed\"} 1");
    expect("shmbroker_degraded_reasons{reason=\"object_deferred\"} 1");
    expect("shmbroker_segment_lock_info{segment=\"A\",lock=\"fast\"} 1");
    expect("shmbroker_segment_change_number{segment=\"A\"} 18446744073709551615");
    expect("shmbroker_segment_writes_total{segment=\"A\"} 3");
    expect("shmbroker_segment_abandoned{segment=\"A\"} 1");
    expect("shmbroker_segment_lock_info{segment=\"B\",lock=\"none\"} 1");
    assert_null(strstr(text.at, "abandoned{segment=\"B\"}"));
}

static void too_many_segments(void **state)
{
    char name[16];
    size_t i;

    (void)state;
    metrics_object(&metrics, SHMB_SECTION, METRICS_HELD, 64);
    for (i = 0; i < METRICS_SEGMENTS_MOST + 5; i++) {
        snprintf(name, sizeof(name), "S%zu", i);
        assert_int_equal(metrics_segment(&metrics, name) != NULL, i < METRICS_SEGMENTS_MOST);
    }
    assert_true(metrics_text(&metrics, &text));
    expect("shmbroker_segments_left_out 5");
    assert_non_null(strstr(text.at, "segment=\"S999\""));
    assert_null(strstr(text.at, "segment=\"S1000\""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_known),
        TEST(a_report),
        TEST(a_report_of_rubbish),
        TEST(hostile_names),
        TEST(objects_and_segments),
        TEST(too_many_segments),
        TEST(requests),
        TEST(a_pipe_that_another_program_has),
    };

    return cmocka_run_group_tests_name("test_metrics_text", tests, NULL, NULL);
}
