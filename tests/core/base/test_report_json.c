/* Lines of the report as JSON: what is a number or a time in a text becomes one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "report_json.h"

static void expect(struct json *json, const char *document)
{
    assert_false(json->text.failed);
    assert_string_equal(json->text.at, document);
    json_free(json);
}

static void a_place(const char *place, const char *file_line_column)
{
    struct json json = {.one_line = true};
    char copy[64], document[256];

    (void)strcpy(copy, place);
    report_json_placed(&json, copy, "error", "why");
    (void)strcpy(document, "{\"file\": ");
    (void)strcat(document, file_line_column);
    (void)strcat(document, ",\"severity\": \"error\",\"object\": null,\"text\": \"why\"}");
    expect(&json, document);
}

static void places(void **state)
{
    (void)state;
    a_place("C:\\a.yaml:7:5", "\"C:\\\\a.yaml\",\"line\": 7,\"column\": 5");
    a_place("C:\\a.yaml:7", "\"C:\\\\a.yaml\",\"line\": 7,\"column\": null");
    a_place("C:\\a.yaml", "\"C:\\\\a.yaml\",\"line\": null,\"column\": null");
    a_place("", "\"\",\"line\": null,\"column\": null");
    a_place(":", "\":\",\"line\": null,\"column\": null");
    a_place("a:1x", "\"a:1x\",\"line\": null,\"column\": null");
}

static void copies(void **state)
{
    struct json json = {.one_line = true};

    (void)state;
    json_array(&json, NULL);
    report_json_copy(&json, "Global\\A", "saved", "2026-11-21 05:09:35 UTC");
    report_json_copy(&json, "Global\\B", "failed", "WriteFile: full; last saved: never");
    report_json_copy(&json, "C", "failed", "full; last saved: 2026-11-21 05:09:35 UTC");
    report_json_copy(&json, "D", "none", "not yet");
    json_array_end(&json);
    expect(&json,
           "[{\"name\": \"A\",\"state\": \"saved\",\"saved_at\": \"2026-11-21T05:09:35Z\","
           "\"reason\": null},"
           "{\"name\": \"B\",\"state\": \"failed\",\"saved_at\": null,"
           "\"reason\": \"WriteFile: full\"},"
           "{\"name\": \"C\",\"state\": \"failed\",\"saved_at\": \"2026-11-21T05:09:35Z\","
           "\"reason\": \"full\"},"
           "{\"name\": \"D\",\"state\": \"none\",\"saved_at\": null,\"reason\": \"not yet\"}]");
}

static void keepers(void **state)
{
    struct json json = {.one_line = true};

    (void)state;
    json_object(&json, NULL);
    report_json_keeper(&json, "a", "4711", "holds", "57 objects, since 2026-11-21 05:09:35 UTC");
    report_json_keeper(&json, "b", "x", "partly", "");
    json_object_end(&json);
    expect(&json, "{\"a\": {\"process\": 4711,\"state\": \"holds\",\"objects\": 57,"
                  "\"since\": \"2026-11-21T05:09:35Z\"},"
                  "\"b\": {\"process\": null,\"state\": \"partly\",\"objects\": null,"
                  "\"since\": null}}");
}

static void a_reload(void **state)
{
    static const char text[] = "version\tShmBroker\t0.1.0\n"
                               "reload\tGlobal\\Prices\tcreate\tdone\n"
                               "reload\t9998\tkeep\tdone\n"
                               "message\ta.yaml:7:5\terror\tone\ttwo\n"
                               "cut\t17\tlines\n";
    struct json json = {.one_line = true};

    (void)state;
    json_object(&json, NULL);
    report_json_reload(&json, "applied", text, sizeof(text) - 1);
    json_object_end(&json);
    expect(&json, "{\"result\": \"applied\",\"steps\": ["
                  "{\"action\": \"create\",\"name\": \"Prices\",\"count\": 1,"
                  "\"outcome\": \"done\"},"
                  "{\"action\": \"keep\",\"name\": null,\"count\": 9998,\"outcome\": \"done\"}],"
                  "\"messages\": [{\"file\": \"a.yaml\",\"line\": 7,\"column\": 5,"
                  "\"severity\": \"error\",\"object\": null,\"text\": \"one\\ttwo\"}],"
                  "\"lines_cut\": 17}");
    json.one_line = true;
    json_object(&json, NULL);
    report_json_reload(&json, NULL, "", 0);
    json_object_end(&json);
    expect(&json, "{\"result\": null,\"steps\": [],\"messages\": [],\"lines_cut\": 0}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places),
        cmocka_unit_test(copies),
        cmocka_unit_test(keepers),
        cmocka_unit_test(a_reload),
    };

    return cmocka_run_group_tests_name("test_report_json", tests, NULL, NULL);
}
