/* What the writer of JSON makes of keys, values and their order. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "json.h"

static void a_document(void **state)
{
    struct json json = {0};

    (void)state;
    json_object(&json, NULL);
    json_string(&json, "name", "Global\\Prices");
    json_number(&json, "size", JSON_NUMBER_MAX);
    json_signed(&json, "count", -JSON_NUMBER_MAX);
    json_bool(&json, "held", true);
    json_string(&json, "none", NULL);
    json_array(&json, "empty");
    json_array_end(&json);
    json_array(&json, "list");
    json_bool(&json, NULL, false);
    json_object(&json, NULL);
    json_object_end(&json);
    json_array(&json, NULL);
    json_number(&json, NULL, 0);
    json_array_end(&json);
    json_array_end(&json);
    json_object_end(&json);
    assert_string_equal(json.text.at, "{\n"
                                      "  \"name\": \"Global\\\\Prices\",\n"
                                      "  \"size\": 9007199254740991,\n"
                                      "  \"count\": -9007199254740991,\n"
                                      "  \"held\": true,\n"
                                      "  \"none\": null,\n"
                                      "  \"empty\": [],\n"
                                      "  \"list\": [\n"
                                      "    false,\n"
                                      "    {},\n"
                                      "    [\n"
                                      "      0\n"
                                      "    ]\n"
                                      "  ]\n"
                                      "}");
    assert_false(json.text.failed);
    json_free(&json);
    assert_null(json.text.at);
}

static void check_string(const char *value, const char *wanted)
{
    struct json json = {0};

    json_string(&json, NULL, value);
    assert_string_equal(json.text.at, wanted);
    json_free(&json);
}

static void what_must_be_escaped(void **state)
{
    (void)state;
    check_string("", "\"\"");
    check_string("plain", "\"plain\"");
    check_string("C:\\a \"b\"\n\t\r\x01\x1F\x7F",
                 "\"C:\\\\a \\\"b\\\"\\n\\t\\u000D\\u0001\\u001F\\u007F\"");
    check_string("\xC2\x85\xE2\x80\xA8\xE2\x80\xA9", "\"\\u0085\\u2028\\u2029\"");
    /* Controls of the direction of text: an override, an isolate, a mark. */
    check_string("\xE2\x80\xAE\xE2\x81\xA6\xD8\x9C", "\"\\u202E\\u2066\\u061C\"");
    check_string("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x92",
                 "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x92\"");
    /* Ill-formed bytes, one by one; also a surrogate and an end too early. */
    check_string("a\xFF\xC3", "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
    check_string("\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    check_string("%s%n", "\"%s%n\"");
}

static void numbers_that_some_readers_would_round(void **state)
{
    struct json json = {.one_line = true};

    (void)state;
    json_array(&json, NULL);
    json_number(&json, NULL, (uint64_t)JSON_NUMBER_MAX + 1);
    json_number(&json, NULL, UINT64_MAX);
    json_signed(&json, NULL, JSON_NUMBER_MAX + 1);
    json_signed(&json, NULL, INT64_MIN);
    json_decimal(&json, NULL, UINT64_MAX);
    json_decimal(&json, NULL, 0);
    json_array_end(&json);
    assert_string_equal(json.text.at, "[null,null,null,null,\"18446744073709551615\",\"0\"]");
    json_free(&json);
}

static void names_of_objects(void **state)
{
    struct json json = {.one_line = true};

    (void)state;
    json_object(&json, NULL);
    json_name(&json, "a", "Global\\A");
    json_name(&json, "b", "global\\B");
    json_name(&json, "c", NULL);
    json_names(&json, "Global\\D", false);
    json_names(&json, "E", false);
    json_names(&json, "F\xFF", true);
    json_object_end(&json);
    assert_string_equal(json.text.at,
                        "{\"a\": \"A\",\"b\": \"B\",\"c\": null,"
                        "\"name\": \"D\",\"full_name\": \"Global\\\\D\","
                        "\"name\": \"E\",\"full_name\": \"Global\\\\E\","
                        "\"name\": \"F\xEF\xBF\xBD\",\"full_name\": \"Local\\\\F\xEF\xBF\xBD\"}");
    json_free(&json);
}

static void a_key_is_escaped_too(void **state)
{
    struct json json = {0};

    (void)state;
    json_object(&json, NULL);
    json_bool(&json, "a\"b", true);
    json_object_end(&json);
    assert_string_equal(json.text.at, "{\n  \"a\\\"b\": true\n}");
    json_free(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document),
        cmocka_unit_test(what_must_be_escaped),
        cmocka_unit_test(numbers_that_some_readers_would_round),
        cmocka_unit_test(names_of_objects),
        cmocka_unit_test(a_key_is_escaped_too),
    };

    return cmocka_run_group_tests_name("test_json", tests, NULL, NULL);
}
