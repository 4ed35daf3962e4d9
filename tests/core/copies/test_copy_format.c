/* The file of a copy: nothing but a whole one of the right segment is taken for one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "copy_format.h"
#include "crc64.h"

#define CONTENT "what was there"

static uint8_t file[1024];
static size_t length;

static const struct copy made = {.number = 7,
                                 .saved = 133000000000000000,
                                 .generation = 5,
                                 .size = sizeof(CONTENT),
                                 .flags = COPY_INITIALISED | COPY_CONSISTENT,
                                 .boot = "boot-1"};

static void build(const char *name)
{
    struct copy copy = made;

    copy.sum = crc64(0, CONTENT, sizeof(CONTENT));
    length = copy_head(&copy, name, file);
    memcpy(file + length, CONTENT, sizeof(CONTENT));
    length += sizeof(CONTENT);
}

static enum copy_verdict read_as(const char *name, size_t bytes)
{
    /* Exactly as long as it says, for the sanitizer. */
    uint8_t *exact = malloc(bytes > 0 ? bytes : 1);
    enum copy_verdict verdict;
    struct copy out;

    assert_non_null(exact);
    memcpy(exact, file, bytes);
    verdict = copy_read(exact, bytes, name, NULL, NULL, &out);
    if (verdict == COPY_WHOLE) {
        assert_true(out.number == made.number && out.saved == made.saved);
        assert_true(out.generation == made.generation && out.size == made.size);
        assert_int_equal(out.flags, made.flags);
        assert_string_equal(out.boot, made.boot);
        assert_memory_equal(out.content, CONTENT, sizeof(CONTENT));
    } else {
        assert_true(out.size == 0 && out.content == NULL && out.number == 0);
    }
    free(exact);
    return verdict;
}

static void the_sum_is_the_one_it_says(void **state)
{
    uint8_t pattern[100];
    uint64_t bytewise = 0;
    size_t count;

    (void)state;
    assert_true(crc64(0, "123456789", 9) == UINT64_C(0x995DC9BBDF1939FA));
    assert_true(crc64(crc64(0, "1234", 4), "56789", 5) == UINT64_C(0x995DC9BBDF1939FA));
    assert_true(crc64(0, "", 0) == 0);
    for (count = 1; count < sizeof(pattern); count++) {
        pattern[count - 1] = (uint8_t)(count * 37);
        bytewise = crc64(bytewise, pattern + count - 1, 1);
        assert_true(crc64(0, pattern, count) == bytewise);
        assert_true(crc64(crc64(0, pattern, count / 3), pattern + count / 3, count - count / 3) ==
                    bytewise);
    }
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    build("Prices");
    assert_int_equal(read_as("Prices", length), COPY_WHOLE);
    assert_int_equal(read_as("PRICES", length), COPY_WHOLE);
    assert_int_equal(read_as("Price", length), COPY_OTHERS);
}

/* The bytes as the header says, so that the next broker reads what this one wrote. */
static void the_layout_stays(void **state)
{
    (void)state;
    build("Prices");
    assert_memory_equal(file, "SHMBCOPY\1\0\0\0\x80\0\0\0\7\0\0\0\0\0\0\0", 24);
    assert_memory_equal(file + 32, "\5\0\0\0\0\0\0\0\xF\0\0\0\0\0\0\0\3\0\0\0\6\0\0\0boot-1\0", 31);
    assert_memory_equal(file + 128, "Prices" CONTENT, 6 + sizeof(CONTENT));
    assert_int_equal(length, 128 + 6 + sizeof(CONTENT));
}

static void a_turned_bit_is_found(void **state)
{
    size_t bit;

    (void)state;
    build("Prices");
    for (bit = 0; bit < length * 8; bit++) {
        file[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        assert_int_not_equal(read_as("Prices", length), COPY_WHOLE);
        file[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    assert_int_equal(read_as("Prices", length), COPY_WHOLE);
}

static void a_cut_or_longer_file_is_found(void **state)
{
    size_t bytes;

    (void)state;
    build("Prices");
    for (bytes = 0; bytes < length; bytes++)
        assert_int_equal(read_as("Prices", bytes), bytes < 8 ? COPY_FOREIGN : COPY_SHORT);
    for (bytes = length + 1; bytes < length + 20; bytes++)
        assert_int_equal(read_as("Prices", bytes), COPY_SHORT);
}

/* Zeros in place of what a disk did not come to write. */
static void a_tail_of_zeros_is_found(void **state)
{
    size_t from;

    (void)state;
    for (from = 0; from + 1 < length; from++) {
        build("Prices");
        memset(file + from, 0, length - from);
        assert_int_not_equal(read_as("Prices", length), COPY_WHOLE);
    }
}

/* ---- kinds of damage to `size` bytes at a place ---- */

static void fill_ones(size_t at, size_t size)
{
    memset(file + at, 0xFF, size);
}

static void fill_zeros(size_t at, size_t size)
{
    memset(file + at, 0, size);
}

static void lose(size_t at, size_t size)
{
    memmove(file + at, file + at + size, length - at - size);
    length -= size;
}

static void write_twice(size_t at, size_t size)
{
    memmove(file + at + size, file + at, length - at);
    length += size;
}

/* As write_twice, but the file keeps its length: a block went to the place of the next one. */
static void overwrite_next(size_t at, size_t size)
{
    if (at + 2 * size <= length)
        memmove(file + at + size, file + at, size);
}

static void swap_with_next(size_t at, size_t size)
{
    uint8_t first[sizeof(file)];

    if (at + 2 * size > length)
        return;
    memcpy(first, file + at, size);
    memmove(file + at, file + at + size, size);
    memcpy(file + at + size, first, size);
}

static void each_damage_at_each_place_is_found(void **state)
{
    static void (*const damages[])(size_t at, size_t size) = {
        fill_ones, fill_zeros, lose, write_twice, overwrite_next, swap_with_next};
    static const size_t sizes[] = {1, 3, 8, 16, 64};
    uint8_t before[sizeof(file)];
    size_t kind, size, at, whole, tried = 0;

    (void)state;
    build("Prices");
    whole = length;
    memcpy(before, file, sizeof(file));
    for (kind = 0; kind < sizeof(damages) / sizeof(damages[0]); kind++) {
        for (size = 0; size < sizeof(sizes) / sizeof(sizes[0]); size++) {
            for (at = 0; at + sizes[size] <= whole; at++) {
                memcpy(file, before, sizeof(file));
                length = whole;
                damages[kind](at, sizes[size]);
                if (length == whole && memcmp(file, before, whole) == 0)
                    continue; /* the same bytes */
                assert_int_not_equal(read_as("Prices", length), COPY_WHOLE);
                tried++;
            }
        }
    }
    assert_true(tried > 58);
    /* The same file twice in one, and the start of one with the end of another. */
    build("Prices");
    memcpy(file + whole, before, whole);
    assert_int_equal(read_as("Prices", 2 * whole), COPY_SHORT);
    build("Bricks");
    for (at = 0; at <= whole; at++) {
        const bool other =
            memcmp(file, before, at) == 0 || memcmp(file + at, before + at, whole - at) == 0;

        memcpy(file + at, before + at, whole - at);
        if (!other)
            assert_int_not_equal(read_as("Prices", whole), COPY_WHOLE);
        build("Bricks");
    }
}

static void put(size_t at, uint64_t value, size_t bytes)
{
    for (; bytes > 0; bytes--, value >>= 8)
        file[at++] = (uint8_t)value;
}

/* Fields that no broker writes, under sums that are right. */
static void fields_that_do_not_fit_are_refused(void **state)
{
    static const struct {
        size_t at, bytes;
        uint64_t value;
    } fields[] = {
        {8, 4, 0},           {12, 4, 0},    {12, 4, 127},         {12, 4, 129},
        {12, 4, UINT32_MAX}, {40, 8, 0},    {40, 8, 14},          {40, 8, 16},
        {40, 8, UINT64_MAX}, {48, 4, 0x10}, {48, 4, 0x80000003u}, {52, 4, 0},
        {52, 4, 5},          {52, 4, 7},    {52, 4, 600},         {52, 4, UINT32_MAX},
        {95, 1, 'x'},        {96, 1, 1},    {111, 1, 1},          {112, 8, 1},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        size_t name;

        build("Prices");
        put(fields[i].at, fields[i].value, fields[i].bytes);
        name = (size_t)file[52] | (size_t)file[53] << 8 | (size_t)file[54] << 16;
        if (name <= length - COPY_HEADER_SIZE)
            put(120, crc64(crc64(0, file, 120), file + COPY_HEADER_SIZE, name), 8);
        assert_int_not_equal(read_as("Prices", length), COPY_WHOLE);
    }
    build("Prices");
    put(120, crc64(crc64(0, file, 120), file + COPY_HEADER_SIZE, 6), 8);
    assert_int_equal(read_as("Prices", length), COPY_WHOLE); /* so the sums above are right */
}

static void other_files_are_refused(void **state)
{
    (void)state;
    memset(file, 0, sizeof(file));
    assert_int_equal(read_as("Prices", sizeof(file)), COPY_FOREIGN);
    memset(file, 'x', sizeof(file));
    assert_int_equal(read_as("Prices", sizeof(file)), COPY_FOREIGN);
    build("Prices");
    file[8] = 2; /* and all its sums may be others */
    assert_int_equal(read_as("Prices", length), COPY_NEWER);
    assert_int_equal(read_as("Prices", 20), COPY_NEWER);
    file[8] = 0;
    assert_int_equal(read_as("Prices", length), COPY_DAMAGED);
}

static void check_file_name(const char *name)
{
    char out[COPY_FILE_MAX];
    size_t i;

    copy_file_name(name, ".0123456789abcdef.refused", out);
    assert_true(strlen(out) < COPY_FILE_MAX - 1); /* or it may have been cut off */
    for (i = 0; out[i] != '\0'; i++)
        assert_true(islower((unsigned char)out[i]) || isdigit((unsigned char)out[i]) ||
                    out[i] == '-' || out[i] == '.');
    assert_true(isxdigit((unsigned char)out[0]));
}

static bool same_file(const char *a, const char *b)
{
    char x[COPY_FILE_MAX], y[COPY_FILE_MAX];

    copy_file_name(a, ".copy", x);
    copy_file_name(b, ".copy", y);
    return strcmp(x, y) == 0;
}

static void file_names_are_safe_and_different(void **state)
{
    static const char *const names[] = {"Prices",
                                        "Price",
                                        "Pr ices",
                                        "Pr-ices",
                                        "Pr.ices",
                                        "con",
                                        "nul",
                                        "..",
                                        "a/b:c*?<>|\"",
                                        "Pr\xC3\xA9"
                                        "cis",
                                        "Pr\xC3\xA8"
                                        "cis",
                                        "Prix\xE2\x82\xAC",
                                        "\xF0\x9F\x98\x80"};
    char name[SHMB_NAME_BYTES];
    size_t i, k;

    (void)state;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        check_file_name(names[i]);
        for (k = 0; k < i; k++)
            assert_false(same_file(names[i], names[k]));
    }
    assert_true(same_file("Prices", "pRICES"));
    assert_true(same_file("PR\xC3\x89"
                          "CIS",
                          "pr\xC3\xA9"
                          "cis"));
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    check_file_name(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sum_is_the_one_it_says),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(the_layout_stays),
        cmocka_unit_test(a_turned_bit_is_found),
        cmocka_unit_test(a_cut_or_longer_file_is_found),
        cmocka_unit_test(a_tail_of_zeros_is_found),
        cmocka_unit_test(each_damage_at_each_place_is_found),
        cmocka_unit_test(fields_that_do_not_fit_are_refused),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(file_names_are_safe_and_different),
    };

    return cmocka_run_group_tests_name("test_copy_format", tests, NULL, NULL);
}
