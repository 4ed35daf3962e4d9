/* The documents that a verb prints with --json, from what it answers, warns of and fails with. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "answer.h"

/* The next document must be this one, and leave the exit code `code` as it is. */
static void expect(uint32_t code, const char *document)
{
    uint32_t after = code;

    assert_string_equal(answer_text(&after), document);
    assert_int_equal(after, code);
}

/* One line for each document, so that the tests read easily. */
static void begin(void)
{
    answer_begin();
    answer_lines();
}

static void without_json_nothing_happens(void **state)
{
    (void)state;
    answer_off();
    assert_false(answer_wanted());
    assert_null(answer_open());
    answer_note("a line", false);
    answer_done();
    begin();
    assert_true(answer_wanted());
    expect(0, "");
    answer_off();
    assert_false(answer_wanted());
}

static void an_answer(void **state)
{
    struct json *json;

    (void)state;
    answer_begin();
    answer_verb("event", "wait");
    json = answer_open();
    json_name(json, "name", "Global\\Prices");
    answer_done();
    answer_note("shmb: Prices: warning: half done", true);
    answer_note("shmbroker: warning: of the other program\n", true);
    answer_note("shmbmirror: warning: of the mirror", true);
    expect(1, "{\n"
              "  \"schema\": 1,\n"
              "  \"verb\": \"event wait\",\n"
              "  \"name\": \"Prices\",\n"
              "  \"warnings\": [\n"
              "    \"Prices: warning: half done\",\n"
              "    \"of the other program\",\n"
              "    \"of the mirror\"\n"
              "  ]\n"
              "}\n");
    answer_off();
}

static void a_verb_without_members(void **state)
{
    (void)state;
    answer_begin();
    answer_verb("repair", NULL);
    answer_about("Global\\A");
    expect(0, "{\n  \"schema\": 1,\n  \"verb\": \"repair\",\n  \"name\": \"A\",\n"
              "  \"warnings\": []\n}\n");
    answer_off();
}

static void a_failure_takes_the_place_of_the_answer(void **state)
{
    (void)state;
    begin();
    answer_verb("list", NULL);
    json_array(answer_open(), "objects");
    answer_note("a.yaml:1:2: warning: first", true);
    answer_note("not this line", false);
    answer_note("the reason", false);
    answer_note("warning: not this one, either", true);
    answer_about("A");
    answer_fault("NOT_FOUND", 2);
    expect(1, "{\"schema\": 1,\"verb\": \"list\",\"warnings\": [\"a.yaml:1:2: warning: first\","
              "\"not this line\",\"not this one, either\"],\"error\": {\"code\": \"NOT_FOUND\","
              "\"exit\": 1,\"message\": \"the reason\",\"object\": \"A\",\"system\": 2}}\n");
    answer_off();
}

/* What is said and what fails because of it is not the reason. */
static void the_cause_of_a_failure_is_its_message(void **state)
{
    (void)state;
    begin();
    answer_verb("list", NULL);
    answer_note("before", false);
    answer_fault("NOT_FOUND", 2);
    answer_note("warning: between", true);
    answer_note("the cause\nits second line", false);
    answer_fault("STALE", 3);
    answer_note("another fault", false);
    answer_note("a comfort", false);
    expect(1, "{\"schema\": 1,\"verb\": \"list\",\"warnings\": [\"before\",\"between\","
              "\"its second line\",\"another fault\",\"a comfort\"],\"error\": {\"code\": "
              "\"NOT_FOUND\",\"exit\": 1,\"message\": \"the cause\",\"object\": null,"
              "\"system\": 2}}\n");
    answer_off();
}

static void a_failure_without_a_reason(void **state)
{
    static const char *const codes[] = {"NOT_SO",    "USAGE",    "ACCESS_DENIED", "TIMEOUT",
                                        "NO_BROKER", "CONFLICT", "SYSTEM",        "SYSTEM"};
    char document[256];
    uint32_t i;

    (void)state;
    for (i = 1; i <= 8; i++) {
        snprintf(document, sizeof(document),
                 "{\"schema\": 1,\"verb\": null,\"warnings\": [],\"error\": {\"code\": \"%s\","
                 "\"exit\": %u,\"message\": \"%s\",\"object\": null,\"system\": null}}\n",
                 codes[i - 1], (unsigned)i, codes[i - 1]);
        begin();
        expect(i, document);
    }
    assert_string_equal(answer_code(SHMB_EXIT_OWN + SHMB_EXIT_USAGE), "USAGE");
    answer_off();
}

static void lines_one_after_the_other(void **state)
{
    (void)state;
    begin();
    answer_verb("watch", NULL);
    json_decimal(answer_open(), "change", UINT64_MAX);
    answer_done();
    answer_note("once", false);
    expect(0, "{\"schema\": 1,\"verb\": \"watch\",\"change\": \"18446744073709551615\","
              "\"warnings\": [\"once\"]}\n");
    json_null(answer_open(), "change");
    answer_done();
    expect(0, "{\"schema\": 1,\"verb\": \"watch\",\"change\": null,\"warnings\": []}\n");
    expect(0, "");
    answer_off();
}

static void no_memory(void **state)
{
    uint32_t code = 0;
    struct json *json;

    (void)state;
    answer_begin();
    json = answer_open();
    json->text.failed = true;
    answer_done();
    assert_string_equal(answer_text(&code),
                        "{\"schema\": 1, \"verb\": null, \"warnings\": [], \"error\": {\"code\": "
                        "\"NO_MEMORY\", \"exit\": 7, \"message\": \"out of memory\", \"object\": "
                        "null, \"system\": null}}\n");
    assert_int_equal(code, SHMB_EXIT_SYSTEM);
    /* A line is left out, and the verb's failure comes in its place. */
    begin();
    json = answer_open();
    json->text.failed = true;
    answer_done();
    code = 0;
    assert_string_equal(answer_text(&code), "");
    assert_int_equal(code, SHMB_EXIT_SYSTEM);
    expect(SHMB_EXIT_SYSTEM, "{\"schema\": 1,\"verb\": null,\"warnings\": [],\"error\": "
                             "{\"code\": \"SYSTEM\",\"exit\": 7,\"message\": \"SYSTEM\","
                             "\"object\": null,\"system\": null}}\n");
    answer_off();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_json_nothing_happens),
        cmocka_unit_test(an_answer),
        cmocka_unit_test(a_verb_without_members),
        cmocka_unit_test(a_failure_takes_the_place_of_the_answer),
        cmocka_unit_test(the_cause_of_a_failure_is_its_message),
        cmocka_unit_test(a_failure_without_a_reason),
        cmocka_unit_test(lines_one_after_the_other),
        cmocka_unit_test(no_memory),
    };

    return cmocka_run_group_tests_name("test_answer", tests, NULL, NULL);
}
