/* What the report says of objects on request, and the same as JSON. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "report_json.h"
#include "request_lines.h"

static struct report_lines lines;

static int end(void **state)
{
    (void)state;
    report_lines_free(&lines);
    return 0;
}

static void expect_line(size_t index, const char *kind, const char *name, const char *state,
                        const char *reason)
{
    assert_true(index < lines.count);
    assert_string_equal(lines.items[index].kind, kind);
    assert_string_equal(lines.items[index].name, name);
    assert_string_equal(lines.items[index].state, state);
    assert_string_equal(lines.items[index].reason, reason);
}

static void without_requests_there_is_nothing(void **state)
{
    static const struct request_figures nothing;

    (void)state;
    request_lines_add(&nothing, &lines);
    assert_int_equal(lines.count, 0);
}

static void the_pipe_and_why_it_is_not_there(void **state)
{
    struct request_figures figures = {.pipe = REQUEST_PIPE_OPEN, .why = "not said"};

    (void)state;
    request_lines_add(&figures, &lines);
    figures.pipe = REQUEST_PIPE_CONFLICT;
    figures.why = "a pipe of process 7";
    request_lines_add(&figures, &lines);
    figures.pipe = REQUEST_PIPE_FAILED;
    figures.why = "CreateNamedPipeW: no";
    request_lines_add(&figures, &lines);
    assert_int_equal(lines.count, 3);
    expect_line(0, "requests", "pipe", "open", "");
    expect_line(1, "requests", "pipe", "conflict", "a pipe of process 7");
    expect_line(2, "requests", "pipe", "failed", "CreateNamedPipeW: no");
}

static const struct request_rule_figures rules[] = {
    {"MyApp", 12, 1000, 49152, UINT64_C(1) << 30, 3},
    {"Idle", 0, 10, 0, 4096, 0},
};

static void counts_and_what_rules_have_granted(void **state)
{
    struct request_figures figures = {
        .pipe = REQUEST_PIPE_OPEN,
        .rules = rules,
        .rule_count = 2,
        .outcomes = {[SHMB_OUTCOME_MADE] = 31, [SHMB_OUTCOME_REFUSED] = 2},
        .refused = {[SHMB_WHY_EACH_OBJECTS] = 2}};

    (void)state;
    request_lines_add(&figures, &lines);
    assert_int_equal(lines.count, 5);
    expect_line(1, "count", "request", "made", "31");
    expect_line(2, "count", "request", "refused", "2");
    expect_line(3, "count", "refused", "each_objects", "2");
    expect_line(4, "grants", "MyApp", "held",
                "12 of 1000 objects, 49152 of 1073741824 bytes, by 3 accounts");
}

static void numbers_of_a_rule_are_numbers_in_json(void **state)
{
    const struct request_figures figures = {.rules = rules, .rule_count = 1};
    struct json json = {.one_line = true};

    (void)state;
    request_lines_add(&figures, &lines);
    json_array(&json, NULL);
    report_json_grant(&json, lines.items[0].name, lines.items[0].reason);
    report_json_grant(&json, "x", "12 of many");
    json_array_end(&json);
    assert_false(json.text.failed);
    assert_string_equal(json.text.at,
                        "[{\"rule\": \"MyApp\",\"objects\": 12,\"objects_most\": 1000,"
                        "\"bytes\": 49152,\"bytes_most\": 1073741824,\"accounts\": 3},"
                        "{\"rule\": \"x\",\"objects\": 12,\"objects_most\": null,"
                        "\"bytes\": null,\"bytes_most\": null,\"accounts\": null}]");
    json_free(&json);
}

/* Figures and JSON name them: each has a word of its own, and none more. */
static void each_outcome_and_reason_has_a_word(void **state)
{
    unsigned i, j;

    (void)state;
    for (i = 0; i < SHMB_WHY_COUNT; i++) {
        const char *word = shmb_reason_word((enum shmb_request_reason)i);

        assert_non_null(word);
        for (j = 0; j < i; j++)
            assert_string_not_equal(word, shmb_reason_word((enum shmb_request_reason)j));
    }
    assert_null(shmb_reason_word(SHMB_WHY_COUNT));
    for (i = 0; i < SHMB_OUTCOME_COUNT; i++)
        assert_non_null(shmb_outcome_word((enum shmb_request_outcome)i));
    assert_null(shmb_outcome_word(SHMB_OUTCOME_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(without_requests_there_is_nothing, end),
        cmocka_unit_test_teardown(the_pipe_and_why_it_is_not_there, end),
        cmocka_unit_test_teardown(counts_and_what_rules_have_granted, end),
        cmocka_unit_test_teardown(numbers_of_a_rule_are_numbers_in_json, end),
        cmocka_unit_test(each_outcome_and_reason_has_a_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
