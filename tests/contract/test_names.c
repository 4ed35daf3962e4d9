/* Which names are allowed, and when two are the same. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "names.h"
#include "utf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT(text)   text, sizeof(text) - 1

static void faults(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        enum shmb_name_fault fault;
    } rows[] = {
        {TEXT("X"), SHMB_NAME_OK},
        {TEXT("Prices.lock"), SHMB_NAME_OK},
        {TEXT("with space and / : * ?"), SHMB_NAME_OK},
        {TEXT("Global\\X"), SHMB_NAME_OK},
        {TEXT("gLOBAL\\X"), SHMB_NAME_OK},
        {TEXT("Globals"), SHMB_NAME_OK},
        {TEXT("Sessions"), SHMB_NAME_OK},
        {TEXT("ShmBroker"), SHMB_NAME_OK},
        {TEXT("ShmBrokerX"), SHMB_NAME_OK},
        {TEXT("Pr\xC3\xA9"
              "cis"),
         SHMB_NAME_OK},
        {TEXT("\xF0\x9F\x98\x80"), SHMB_NAME_OK},
        {TEXT("\xC2\xA0"), SHMB_NAME_OK}, /* the first beyond the control characters */
        {TEXT(""), SHMB_NAME_EMPTY},
        {TEXT("Global\\"), SHMB_NAME_EMPTY},
        {TEXT("a\xFF"), SHMB_NAME_NOT_UTF8},
        {TEXT("\xC0\x80"), SHMB_NAME_NOT_UTF8},
        {TEXT("\xED\xA0\x80"), SHMB_NAME_NOT_UTF8},
        {TEXT("a\0b"), SHMB_NAME_CONTROL},
        {TEXT("a\x1F"), SHMB_NAME_CONTROL},
        {TEXT("a\x7F"), SHMB_NAME_CONTROL},
        {TEXT("a\xC2\x80"), SHMB_NAME_CONTROL},
        {TEXT("a\xC2\x9F"), SHMB_NAME_CONTROL},
        {TEXT("a\nb"), SHMB_NAME_CONTROL},
        {TEXT("Local\\X"), SHMB_NAME_OTHER_PREFIX},
        {TEXT("LOCAL\\"), SHMB_NAME_OTHER_PREFIX},
        {TEXT("Session\\1\\X"), SHMB_NAME_OTHER_PREFIX},
        {TEXT("Global\\Local\\X"), SHMB_NAME_OTHER_PREFIX},
        {TEXT("Global\\Global\\X"), SHMB_NAME_BACKSLASH},
        {TEXT("a\\b"), SHMB_NAME_BACKSLASH},
        {TEXT("\\"), SHMB_NAME_BACKSLASH},
        {TEXT("X\\"), SHMB_NAME_BACKSLASH},
        {TEXT("Global"), SHMB_NAME_RESERVED_WORD},
        {TEXT("LOCAL"), SHMB_NAME_RESERVED_WORD},
        {TEXT("session"), SHMB_NAME_RESERVED_WORD},
        {TEXT("Restricted"), SHMB_NAME_RESERVED_WORD},
        {TEXT("appcontainernamedobjects"), SHMB_NAME_RESERVED_WORD},
        {TEXT("Global\\Global"), SHMB_NAME_RESERVED_WORD},
        {TEXT("ShmBroker.Directory"), SHMB_NAME_RESERVED},
        {TEXT("SHMBROKER.x"), SHMB_NAME_RESERVED},
        {TEXT("ShmBroker."), SHMB_NAME_RESERVED},
        {TEXT("\xC5\xBFhmBroker.Directory"), SHMB_NAME_RESERVED}, /* long s is an S */
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        const char *bare = "untouched";
        size_t length = 99;
        enum shmb_name_fault fault = shmb_name_check(rows[i].text, rows[i].length, &bare, &length);

        if (fault != rows[i].fault)
            fail_msg("'%s': %d instead of %d", rows[i].text, (int)fault, (int)rows[i].fault);
        assert_int_equal(shmb_name_check(rows[i].text, rows[i].length, NULL, NULL), fault);
        if (fault != SHMB_NAME_OK) {
            assert_string_equal(bare, "untouched");
            assert_int_equal(length, 99);
        }
    }
}

static void the_bare_name_is_behind_the_prefix(void **state)
{
    static const char text[] = "GLOBAL\\Prices";
    const char *bare;
    size_t length;

    (void)state;
    assert_int_equal(shmb_name_check(text, strlen(text), &bare, &length), SHMB_NAME_OK);
    assert_ptr_equal(bare, text + 7);
    assert_int_equal(length, 6);
    assert_int_equal(shmb_name_check(text + 7, 4, &bare, &length), SHMB_NAME_OK);
    assert_ptr_equal(bare, text + 7);
    assert_int_equal(length, 4);
}

/* `count` times one character, behind an optional prefix. */
static enum shmb_name_fault check_repeated(const char *prefix, const char *character, size_t count)
{
    char text[1024];
    size_t i, used = strlen(prefix), n = strlen(character);

    memcpy(text, prefix, used);
    for (i = 0; i < count; i++, used += n)
        memcpy(text + used, character, n);
    return shmb_name_check(text, used, NULL, NULL);
}

static void a_mistyped_prefix_is_found(void **state)
{
    static const struct {
        const char *text, *rest; /* NULL: none */
    } rows[] = {
        {"Globl\\X", "X"},   {"Gobal\\X", "X"},     {"GLOBAL/X", "X"},
        {"Global/X", "X"},   {"Global\\\\X", NULL}, {"Lcal\\X", "X"},
        {"Local\\X", "X"},   {"LOCAL/X.y", "X.y"},  {"Session\\1\\X", "1\\X"},
        {"Global\\X", NULL}, {"gLOBAL\\X", NULL},   {"X", NULL},
        {"", NULL},          {"\\X", NULL},         {"Globl", NULL},
        {"Prices\\X", NULL}, {"Prices/X", NULL},    {"Glob1l\\", ""},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        const char *rest = shmb_name_behind_mistyped(rows[i].text, strlen(rows[i].text));

        if (rows[i].rest == NULL && rest != NULL)
            fail_msg("%s: %s", rows[i].text, rest);
        else if (rows[i].rest != NULL && (rest == NULL || strcmp(rest, rows[i].rest) != 0))
            fail_msg("%s: %s", rows[i].text, rest != NULL ? rest : "none");
    }
}

static void length_is_counted_in_utf16_without_the_prefix(void **state)
{
    (void)state;
    assert_int_equal(check_repeated("", "x", 200), SHMB_NAME_OK);
    assert_int_equal(check_repeated("", "x", 201), SHMB_NAME_TOO_LONG);
    assert_int_equal(check_repeated("Global\\", "x", 200), SHMB_NAME_OK);
    assert_int_equal(check_repeated("Global\\", "x", 201), SHMB_NAME_TOO_LONG);
    assert_int_equal(check_repeated("", "\xE2\x82\xAC", 200), SHMB_NAME_OK);
    assert_int_equal(check_repeated("", "\xE2\x82\xAC", 201), SHMB_NAME_TOO_LONG);
    assert_int_equal(check_repeated("", "\xF0\x9F\x98\x80", 100), SHMB_NAME_OK);
    assert_int_equal(check_repeated("", "\xF0\x9F\x98\x80", 101), SHMB_NAME_TOO_LONG);
    assert_true(SHMB_NAME_BYTES > 200 * 3);
}

static void every_fault_has_a_text(void **state)
{
    int fault;

    (void)state;
    for (fault = SHMB_NAME_OK; fault <= SHMB_NAME_RESERVED; fault++)
        assert_true(strlen(shmb_name_fault_text((enum shmb_name_fault)fault)) > 10);
    assert_non_null(shmb_name_fault_text((enum shmb_name_fault)1000));
}

static const struct {
    const char *a, *b;
    bool same;
} pairs[] = {
    {"", "", true},
    {"Prices", "pRICES", true},
    {"Prices", "Price", false},
    {"Price", "Prices", false},
    {"a[", "A{", false}, /* 0x20 apart, no letters */
    {"@", "`", false},
    {"1_", "1_", true},
    {"\xC3\xA9", "\xC3\x89", true},         /* e acute */
    {"\xC3\x97", "\xC3\xB7", false},        /* multiplication and division sign */
    {"\xC3\xBF", "\xC5\xB8", true},         /* y diaeresis: U+00FF, U+0178 */
    {"\xCE\xA3", "\xCF\x83", true},         /* sigma */
    {"\xCF\x82", "\xCF\x83", true},         /* final sigma */
    {"\xD0\x96", "\xD0\xB6", true},         /* Cyrillic */
    {"\xC2\xB5", "\xCE\xBC", true},         /* micro sign and mu */
    {"\xC3\x9F", "ss", false},              /* sharp s: no simple pair */
    {"\xC3\x9F", "\xE1\xBA\x9E", false},    /* the same with its capital */
    {"i", "\xC4\xB0", false},               /* dotted capital I is not I */
    {"\xC4\xB1", "I", true},                /* dotless i: its upper case is I */
    {"\xEF\xBD\x81", "\xEF\xBC\xA1", true}, /* full width a */
    {"\xEF\xBD\x81", "A", false},
    {"\xF0\x90\x90\xA8", "\xF0\x90\x90\x80", false}, /* Deseret: beyond the table */
    {"\xE2\xB1\xA5", "\xC8\xBA", true},              /* U+2C65, U+023A */
    {"e\xCC\x81", "\xC3\xA9", false},                /* not normalised */
    {"\xFF", "\xFF", true},                          /* ill-formed bytes equal themselves */
    {"\xFF", "\xFE", false},
    {"\xC3", "\xC3\xA9", false},
};

static void a_name_as_a_word_of_a_command(void **state)
{
    char word[SHMB_NAME_WORD], longest[SHMB_NAME_BYTES];

    (void)state;
    assert_string_equal(shmb_name_word("My-App_2.Data", word), "My-App_2.Data");
    assert_string_equal(shmb_name_word("K\xc3\xa4se", word), "K\xc3\xa4se");
    assert_string_equal(shmb_name_word("My Lock", word), "\"My Lock\"");
    assert_string_equal(shmb_name_word("a&calc", word), "\"a&calc\"");
    assert_string_equal(shmb_name_word("a\"&calc", word), "\"a\"\"&calc\"");
    /* Else it would be an option. */
    assert_string_equal(shmb_name_word("-X", word), "\"Global\\-X\"");
    memset(longest, '"', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(strlen(shmb_name_word(longest, word)), 2 * (SHMB_NAME_BYTES - 1) + 2);
}

static void same_without_case(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(pairs); i++) {
        size_t a = strlen(pairs[i].a), b = strlen(pairs[i].b);

        if (shmb_name_same(pairs[i].a, a, pairs[i].b, b) != pairs[i].same ||
            shmb_name_same(pairs[i].b, b, pairs[i].a, a) != pairs[i].same)
            fail_msg("row %u", (unsigned)i);
        if (pairs[i].same)
            assert_int_equal(shmb_name_hash(pairs[i].a, a), shmb_name_hash(pairs[i].b, b));
        else
            assert_int_not_equal(shmb_name_hash(pairs[i].a, a), shmb_name_hash(pairs[i].b, b));
    }
}

/* A hash can be made in parts, cut anywhere between two characters. */
static void hash_in_parts(void **state)
{
    static const char name[] = "Pric\xC3\xA9s.\xC3\x9F.lock";
    const size_t length = sizeof name - 1;
    size_t cut;

    (void)state;
    for (cut = 0; cut <= length; cut++)
        if (((unsigned char)name[cut] & 0xC0u) != 0x80u)
            assert_int_equal(
                shmb_name_hash_more(shmb_name_hash(name, cut), name + cut, length - cut),
                shmb_name_hash(name, length));
}

static void folding_is_stable(void **state)
{
    uint32_t point, lower = 0;

    (void)state;
    for (point = 0; point <= 0x10FFFFu; point++) {
        uint32_t upper = shmb_name_fold(point);

        if (shmb_name_fold(upper) != upper)
            fail_msg("U+%04X folds to U+%04X, which folds on", (unsigned)point, (unsigned)upper);
        lower += upper != point;
    }
    /* Unicode 14.0: characters of the first plane with a simple upper case that maps on no more. */
    assert_in_range(lower, 1100, 1250);
}

static void single_pairs_of_each_shape(void **state)
{
    static const uint32_t rows[][2] = {
        {'a', 'A'},           {'z', 'Z'},       {'A', 'A'},       {'`', '`'},
        {'{', '{'},           {0xE0, 0xC0},     {0xF7, 0xF7},     {0xFE, 0xDE},
        {0x101, 0x100},       {0x100, 0x100},   {0x12F, 0x12E},   {0x130, 0x130},
        {0x138, 0x138},       {0x17F, 'S'},     {0x3C2, 0x3A3},   {0x430, 0x410},
        {0x45F, 0x40F},       {0x561, 0x531},   {0x1E01, 0x1E00}, {0x1E9E, 0x1E9E},
        {0x1F51, 0x1F59},     {0x1F52, 0x1F52}, {0x24D0, 0x24B6}, {0x2D00, 0x10A0},
        {0xAB70, 0x13A0},     {0xFF5A, 0xFF3A}, {0xFF5B, 0xFF5B}, {0x10428, 0x10428},
        {0x10FFFF, 0x10FFFF},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++)
        if (shmb_name_fold(rows[i][0]) != rows[i][1])
            fail_msg("U+%04X: U+%04X", (unsigned)rows[i][0], (unsigned)shmb_name_fold(rows[i][0]));
}

/* Every byte at every place: eight bytes are judged at a time. */
static void plain_names(void **state)
{
    char text[24];
    size_t length, at;
    int byte;

    (void)state;
    for (length = 1; length <= sizeof text; length++)
        for (at = 0; at < length; at++)
            for (byte = 0; byte < 256; byte++) {
                bool plain = byte >= ' ' && byte < 0x7F;

                memset(text, at % 2 == 0 ? ' ' : '~', sizeof text);
                text[at] = (char)byte;
                assert_int_equal(shmb_name_is_plain(text, length), plain && byte != '\\');
                assert_int_equal(shmb_plain_run(text, length), plain ? length : at);
            }
    assert_true(shmb_name_is_plain(text, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults),
        cmocka_unit_test(plain_names),
        cmocka_unit_test(the_bare_name_is_behind_the_prefix),
        cmocka_unit_test(a_mistyped_prefix_is_found),
        cmocka_unit_test(length_is_counted_in_utf16_without_the_prefix),
        cmocka_unit_test(every_fault_has_a_text),
        cmocka_unit_test(a_name_as_a_word_of_a_command),
        cmocka_unit_test(same_without_case),
        cmocka_unit_test(hash_in_parts),
        cmocka_unit_test(folding_is_stable),
        cmocka_unit_test(single_pairs_of_each_shape),
    };

    return cmocka_run_group_tests_name("test_names", tests, NULL, NULL);
}
