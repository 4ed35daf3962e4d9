/* What the report says of objects, and how it is cut. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "broker_report.h"
#include "published.h"
#include "request_lines.h"

static void the_report_names_what_is_missing(void **state)
{
    struct shmb_report_line line;
    struct shmb_report report;
    size_t at = 0, lines = 0;

    (void)state;
    fake_occupy(world.fake, "Go", SHMB_MUTEX,
                "a mutex\tof\nCORP\\b\xC3\xB6"
                "b\xFF\xC2\x85");
    fake_fail(world.fake, FAKE_FILL, "Prices", SYS_NO_MEMORY);
    world_start();
    report = published_report();
    assert_int_equal(report.held, 4);
    assert_int_equal(report.missing, 2);
    assert_int_equal(report.result, SHMB_REPORT_INCOMPLETE);
    assert_int_equal(report.revision, published_revision());
    assert_int_equal(strncmp(published_report_text, "version\tShmBroker\t", 18), 0);
    assert_non_null(strstr(published_report_text, "\nfile\tsample.yaml\tused\t\n"));
    assert_non_null(strstr(published_report_text, "\nsection\tGlobal\\Prices\tfailed\t"
                                                  "MapViewOfFile: made to fail (error 1455)\n"));
    /* What would end a field or disturb a console is a space. */
    assert_non_null(strstr(published_report_text, "\nevent\tGlobal\\Go\tconflict\t"
                                                  "a mutex of CORP\\b\xC3\xB6"
                                                  "b  \n"));
    while (shmb_report_next(published_report_text, report.text_size, &at, &line))
        lines++;
    assert_int_equal(lines, 6);
    assert_non_null(strstr(published_report_text, "\ncount\tevent\t300\t1\n"));
    assert_non_null(strstr(published_report_text, "\ncount\tevent\t301\t1\n"));
    fake_mend(world.fake);
    fake_vacate(world.fake, "Go");
    broker_retry(world.broker);
    report = published_report();
    assert_int_equal(report.held, 6);
    assert_int_equal(report.result, SHMB_REPORT_COMPLETE);
    assert_null(strstr(published_report_text, "Global\\"));
    world_stop();
}

#define MANY 1500u

static void a_long_report_is_cut_visibly(void **state)
{
    static char names[MANY][200];
    static char text[] = "read Users";
    struct shmb_report_line line, last = {0};
    struct shmb_report report;
    const struct cfg_access *access;
    size_t at = 0, lines = 0, cut;
    uint32_t i;

    (void)state;
    fake_on_effect(world.fake, world_look_not);
    sample_free(&world.sample);
    sample_init(&world.sample, MANY);
    access = sample_access(&world.sample, text);
    for (i = 0; i < MANY; i++) {
        memset(names[i], 'n', sizeof(names[i]) - 1);
        (void)snprintf(names[i], 8, "%04u", (unsigned)i);
        names[i][4] = i + 1 < MANY ? 'x' : '\0'; /* the last one would have room again */
        sample_mutex(&world.sample, names[i], access);
        fake_occupy(world.fake, names[i], SHMB_EVENT, "an event");
    }
    world_rebuild();
    world_start();
    report = published_report();
    assert_int_equal(report.missing, MANY);
    assert_in_range(report.text_size, SHMB_REPORT_TEXT_MAX - 1000, SHMB_REPORT_TEXT_MAX);
    while (shmb_report_next(published_report_text, report.text_size, &at, &line)) {
        char name[sizeof("Global\\0000")];

        if (line.length[0] == 5 && memcmp(line.field[0], "count", 5) == 0)
            continue;
        (void)snprintf(name, sizeof(name), "Global\\%04u", (unsigned)(lines - 2));
        if (lines >= 2 && line.length[0] == strlen("mutex"))
            assert_memory_equal(line.field[1], name,
                                strlen(name)); /* none is left out in between */
        last = line;
        lines++;
    }
    assert_int_equal(last.length[0], 3);
    assert_memory_equal(last.field[0], "cut", 3);
    assert_int_equal(sscanf(last.field[1], "%zu", &cut), 1);
    assert_int_equal(lines - 3 + cut, MANY);
    world_stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

/* Without a pipe nobody can ask: the broker lacks something. */
static void requests_are_in_the_report(void **state)
{
    static const struct request_rule_figures rules[] = {{"MyApp", 1, 10, 4096, 8192, 1}};
    struct request_figures figures = {.pipe = REQUEST_PIPE_OPEN, .rules = rules, .rule_count = 1};
    struct report_lines lines = {0};

    (void)state;
    world_start();
    request_lines_add(&figures, &lines);
    broker_report_requests(world.broker, &lines);
    assert_int_equal(published_report().result, SHMB_REPORT_COMPLETE);
    assert_non_null(strstr(published_report_text, "\nrequests\tpipe\topen\t\n"));
    assert_non_null(strstr(published_report_text,
                           "\ngrants\tMyApp\theld\t1 of 10 objects, 4096 of 8192 bytes, "));
    figures.pipe = REQUEST_PIPE_CONFLICT;
    figures.why = "a pipe of\nprocess 7";
    request_lines_add(&figures, &lines);
    broker_report_requests(world.broker, &lines);
    assert_int_equal(lines.count, 0); /* taken over */
    assert_int_equal(published_report().result, SHMB_REPORT_INCOMPLETE);
    assert_non_null(
        strstr(published_report_text, "\nrequests\tpipe\tconflict\ta pipe of process 7\n"));
    request_lines_add(&(struct request_figures){0}, &lines);
    broker_report_requests(world.broker, &lines);
    assert_int_equal(published_report().result, SHMB_REPORT_COMPLETE);
    assert_null(strstr(published_report_text, "requests"));
    world_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_report_names_what_is_missing),
        TEST(a_long_report_is_cut_visibly),
        TEST(requests_are_in_the_report),
    };

    return cmocka_run_group_tests_name("test_report", tests, NULL, NULL);
}
