/* Rights by account: what entries add up to, the order, and each form. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "access_by_account.h"

static struct access_by_account audit;

static void name(const char *sid, char out[AUDIT_ACCOUNT_MAX])
{
    if (strcmp(sid, "S-1-5-4") == 0)
        sid = "NT AUTHORITY\\INTERACTIVE";
    else if (strcmp(sid, "S-1-5-32-545") == 0)
        sid = "=cmd|\"x\""; /* no such name exists, but a file must not depend on it */
    (void)snprintf(out, AUDIT_ACCOUNT_MAX, "%s", sid);
}

static void add(enum shmb_kind kind, const char *object, const char *sddl)
{
    struct sys_failure why;
    struct sddl access;

    assert_int_equal(sddl_read_live(sddl, kind, &access, &why), SYS_OK);
    assert_true(access_by_account_add(&audit, kind, object, &access, name));
    sddl_free(&access);
}

static int set_up(void **state)
{
    (void)state;
    add(SHMB_SECTION, "Global\\B", "D:(D;;0x2;;;S-1-5-4)(A;;0x20007;;;S-1-5-4)(A;;0x4;;;BU)");
    add(SHMB_MUTEX, "Global\\A", "D:(A;;0x120001;;;S-1-5-4)(A;;0x1f0001;;;S-1-5-21-1-2-3-1001)");
    access_by_account_sort(&audit);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    access_by_account_free(&audit);
    return 0;
}

static void rows_are_by_account_and_object(void **state)
{
    struct text out = {0};

    (void)state;
    access_by_account_lines(&audit, &out);
    assert_string_equal(out.at, "=cmd|\"x\" (S-1-5-32-545)\n"
                                "    section Global\\B: read\n"
                                "NT AUTHORITY\\INTERACTIVE (S-1-5-4)\n"
                                "    mutex Global\\A: wait and release\n"
                                "    section Global\\B: read; denied: write\n"
                                "S-1-5-21-1-2-3-1001\n"
                                "    mutex Global\\A: full control\n");
    text_free(&out);
}

static void a_spreadsheet_sees_fields_and_no_formula(void **state)
{
    struct text out = {0};

    (void)state;
    access_by_account_csv(&audit, &out);
    assert_string_equal(
        out.at,
        "account,sid,kind,object,may,denied,may_rights,denied_rights\r\n"
        "\"'=cmd|\"\"x\"\"\",\"S-1-5-32-545\",\"section\",\"Global\\B\",\"read\",\"\","
        "0x00000004,0x00000000\r\n"
        "\"NT AUTHORITY\\INTERACTIVE\",\"S-1-5-4\",\"mutex\",\"Global\\A\",\"wait and release\","
        "\"\",0x00120001,0x00000000\r\n"
        "\"NT AUTHORITY\\INTERACTIVE\",\"S-1-5-4\",\"section\",\"Global\\B\",\"read\",\"write\","
        "0x00020005,0x00000002\r\n"
        "\"S-1-5-21-1-2-3-1001\",\"S-1-5-21-1-2-3-1001\",\"mutex\",\"Global\\A\","
        "\"full control\",\"\",0x001f0001,0x00000000\r\n");
    text_free(&out);
}

static void json_has_all_of_it(void **state)
{
    struct json out = {0};

    (void)state;
    json_object(&out, NULL);
    access_by_account_json(&audit, &out);
    json_object_end(&out);
    assert_false(out.text.failed);
    assert_non_null(strstr(out.text.at, "\"account\": \"=cmd|\\\"x\\\"\""));
    assert_non_null(strstr(out.text.at, "\"denied_rights\": 2"));
    assert_non_null(strstr(out.text.at, "\"name\": \"A\""));
    json_free(&out);
}

/* The system goes through the entries in order, and stops at what decides. */
static void entries_count_in_their_order(void **state)
{
    struct access_by_account other = {0};
    struct sys_failure why;
    struct sddl access;

    (void)state;
    assert_int_equal(
        sddl_read_live("D:(A;;0x6;;;BU)(D;;0x7;;;BU)(A;;0x1;;;BU)", SHMB_SECTION, &access, &why),
        SYS_OK);
    assert_true(access_by_account_add(&other, SHMB_SECTION, "Global\\X", &access, name));
    assert_int_equal(other.count, 1);
    assert_int_equal(other.rows[0].may, 0x6);
    assert_int_equal(other.rows[0].denied, 0x1);
    sddl_free(&access);
    access_by_account_free(&other);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void rules_say_who_may_ask(void **state)
{
    struct json json = {.one_line = true};
    struct text out = {0};

    (void)state;
    assert_true(
        access_by_account_add_rule(&audit, "MyApp", "MyApp.*, Other*", "S-1-5-4", false, name));
    assert_true(access_by_account_add_rule(&audit, "A", "=x*", "S-1-5-4", true, name));
    audit.rules = true;
    access_by_account_sort(&audit);
    access_by_account_lines(&audit, &out);
    assert_non_null(strstr(out.at, "NT AUTHORITY\\INTERACTIVE (S-1-5-4)\n"
                                   "    mutex Global\\A: wait and release\n"
                                   "    section Global\\B: read; denied: write\n"
                                   "    rule A: may not ask for =x*\n"
                                   "    rule MyApp: may ask for MyApp.*, Other*\n"));
    text_reset(&out);
    access_by_account_csv(&audit, &out);
    assert_non_null(strstr(out.at, "\"S-1-5-4\",\"rule\",\"A\",\"nothing\",\"ask for =x*\","
                                   "0x00000000,0x00000001\r\n"));
    assert_non_null(strstr(out.at, "\"S-1-5-4\",\"rule\",\"MyApp\",\"ask for MyApp.*, Other*\","
                                   "\"\",0x00000001,0x00000000\r\n"));
    json_object(&json, NULL);
    access_by_account_json(&audit, &json);
    json_object_end(&json);
    assert_null(strstr(json.text.at, "Global\\\\MyApp")); /* a rule is no object */
    assert_non_null(strstr(json.text.at,
                           "\"requests\": [{\"account\": \"NT AUTHORITY\\\\INTERACTIVE\","
                           "\"sid\": \"S-1-5-4\",\"rule\": \"A\",\"asks_for\": \"=x*\","
                           "\"allowed\": false},"));
    text_free(&out);
    json_free(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_are_by_account_and_object),
        TEST(a_spreadsheet_sees_fields_and_no_formula),
        TEST(json_has_all_of_it),
        TEST(rules_say_who_may_ask),
        cmocka_unit_test(entries_count_in_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
