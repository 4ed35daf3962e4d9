/* The flat calls in a process whose ANSI code page is UTF-8: its manifest says so. */
#include "stage.h"

#include <string.h>

#include "shmb_flat.h"

#define NAME      "ShmbTest.Gr\xC3\xB6\xC3\x9F\x65"
#define FAR_NAME  "ShmbTest.\xE2\x82\xAC\xE4\xB8\x80"
#define NAME_ROOM 64

static int begin(void **state)
{
    (void)state;
    if (GetACP() != CP_UTF8)
        return 0;
    stage_begin();
    stage_segment(NAME, 100, 0);
    stage_segment(FAR_NAME, 100, 0);
    stage_publish();
    return 0;
}

static void names_are_utf_8(void **state)
{
    static const char *const names[] = {NAME, FAR_NAME};
    char bytes[NAME_ROOM];
    size_t i;

    (void)state;
    if (GetACP() != CP_UTF8)
        skip(); /* before Windows 10 1903 */
    for (i = 0; i < 2; i++) {
        int32_t length = (int32_t)strlen(names[i]), segment = shmbf_open(names[i], 1, 0);

        assert_true(segment > 0);
        assert_int_equal(shmbf_name(segment, bytes, sizeof(bytes)), length);
        assert_string_equal(bytes, names[i]);
        assert_int_equal(shmbf_name(segment, bytes, length), SHMB_RANGE);
        assert_int_equal(shmbf_close(segment), SHMB_OK);
    }
    assert_int_equal(shmbf_open("ShmbTest.Gr\xF6\xDF", 1, 0), SHMB_BAD_NAME);
}

static void results_have_a_text(void **state)
{
    char text[64];

    (void)state;
    if (GetACP() != CP_UTF8)
        skip();
    assert_int_equal(shmbf_result_text(SHMB_BAD_NAME, text, sizeof(text)), 23);
    assert_string_equal(text, "not a valid object name");
    assert_int_equal(shmbf_result_text(SHMB_BAD_NAME, text, 5), 4);
    assert_string_equal(text, "not ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_utf_8, begin, stage_teardown),
        cmocka_unit_test(results_have_a_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
