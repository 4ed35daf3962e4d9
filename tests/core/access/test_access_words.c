/* The access of an object in words: who is named, in which order, and who goes without saying. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "access_words.h"
#include "descriptor.h"
#include "names.h"

static const char *name(void *context, const char *sid)
{
    const char *word = shmb_sid_word(sid);

    (void)context;
    return word != NULL ? word : sid;
}

static void check(enum shmb_kind kind, const char *sddl, const char *expected)
{
    struct sys_failure why;
    struct text out = {0};
    struct sddl access;

    assert_int_equal(sddl_read_live(sddl, kind, &access, &why), SYS_OK);
    access_words(&access, kind, name, NULL, &out);
    assert_string_equal(out.at, expected);
    text_free(&out);
    sddl_free(&access);
}

#define OURS "(A;;0xf001f;;;SY)(A;;0xf001f;;;BA)"

static void each_entry_has_its_words_in_its_place(void **state)
{
    (void)state;
    check(SHMB_SECTION,
          "O:S-1-5-9D:P(D;;0xf001f;;;S-1-5-20)(A;;0xf001f;;;S-1-5-9)" OURS
          "(A;;0x20005;;;BU)(A;;0x20007;;;S-1-5-21-1-2-3-1001)",
          "deny NetworkService; Users read; S-1-5-21-1-2-3-1001 read and write");
    check(SHMB_SECTION, "D:P(D;;0x2;;;WD)" OURS SDDL_LOW_INTEGRITY,
          "deny Everyone (write), integrity low");
    check(SHMB_MUTEX, "D:P(A;;0x20000;;;BU)(A;;0x120001;;;IU)S:(ML;;NWNR;;;HI)",
          "Users see it but may not wait; Interactive wait and release, "
          "integrity S:(ML;;NWNR;;;S-1-16-12288)");
}

/* Only with all rights: that SYSTEM may merely read would be news. */
static void who_may_everything_anyway_is_left_out(void **state)
{
    (void)state;
    check(SHMB_SECTION, "O:BAD:P(A;;0xf001f;;;" SHMB_SERVICE_SID ")" OURS,
          "nobody but administrators");
    check(SHMB_SECTION, "O:BAD:P(A;;0x20005;;;SY)(A;;0xf001f;;;BA)", "System read");
    check(SHMB_SECTION, "D:P(A;;0xf001f;;;IU)", "Interactive full control");
    check(SHMB_SECTION, "D:P", "nobody but administrators");
}

static void as_json_they_are_a_list(void **state)
{
    struct sys_failure why;
    struct json out = {0};
    struct sddl access;

    (void)state;
    assert_int_equal(sddl_read_live("D:P(D;;0x2;;;WD)" OURS "(A;;0x20005;;;BU)" SDDL_LOW_INTEGRITY,
                                    SHMB_SECTION, &access, &why),
                     SYS_OK);
    json_object(&out, NULL);
    access_words_json(&access, SHMB_SECTION, name, NULL, &out);
    json_object_end(&out);
    assert_string_equal(out.text.at, "{\n"
                                     "  \"access\": [\n"
                                     "    {\n"
                                     "      \"account\": \"Everyone\",\n"
                                     "      \"sid\": \"S-1-1-0\",\n"
                                     "      \"may\": null,\n"
                                     "      \"denied\": \"write\"\n"
                                     "    },\n"
                                     "    {\n"
                                     "      \"account\": \"Users\",\n"
                                     "      \"sid\": \"S-1-5-32-545\",\n"
                                     "      \"may\": \"read\",\n"
                                     "      \"denied\": null\n"
                                     "    }\n"
                                     "  ],\n"
                                     "  \"integrity\": \"low\"\n"
                                     "}");
    json_free(&out);
    sddl_free(&access);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_entry_has_its_words_in_its_place),
        cmocka_unit_test(who_may_everything_anyway_is_left_out),
        cmocka_unit_test(as_json_they_are_a_list),
    };

    return cmocka_run_group_tests_name("test_access_words", tests, NULL, NULL);
}
