/* shmb read, write and dump: bytes. */
#include "shmb_objects.h"

#include <stdlib.h>
#include <string.h>

#include "opened.h"

static void every_byte_comes_back_as_it_went_in(void **state)
{
    static const enum shmb_input from[] = {SHMB_FROM_PIPE, SHMB_FROM_FILE};
    static char bytes[300000];
    char *output;
    size_t length, i;

    (void)state;
    /* all values, CR LF and Ctrl+Z among them, over more than one read of the input */
    for (i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i % 256);
    for (i = 0; i < sizeof(bytes) - 4; i += 1000)
        memcpy(bytes + i, "\r\n\x1a\n", 4);
    for (i = 0; i < 2; i++) {
        size_t count = from[i] == SHMB_FROM_FILE ? sizeof(bytes) : 4000;

        bytes[1] = (char)i;
        assert_int_equal(shmb_bytes(from[i], bytes, count, &output, &length, "write ShmbTest.Wide"),
                         0);
        assert_int_equal(length, 0);
        free(output);
        assert_int_equal(shmb_bytes(from[i], "", 0, &output, &length,
                                    "read ShmbTest.Wide --count %lu", (unsigned long)count),
                         0);
        assert_int_equal(length, count);
        assert_memory_equal(output, bytes, count);
        free(output);
    }
}

/* Over the border of what is read at once. */
static void much_is_read_in_pieces(void **state)
{
    const size_t border = 16u * 1024 * 1024, from = 1000, count = border + 500;
    char *output;
    size_t length;

    (void)state;
    assert_int_equal(shmb_bytes(SHMB_FROM_PIPE, "border", 6, &output, &length,
                                "write \"" GROUP "\" --offset %lu",
                                (unsigned long)(from + border - 3)),
                     0);
    free(output);
    assert_int_equal(shmb_bytes(SHMB_FROM_PIPE, "", 0, &output, &length,
                                "read \"" GROUP "\" --offset %lu --count %lu", (unsigned long)from,
                                (unsigned long)count),
                     0);
    assert_int_equal(length, count);
    assert_memory_equal(output + border - 4, "\0border\0", 8);
    free(output);
    shmb_expect(0,
                "000003e8  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n"
                "*\n"
                "010003d8  00 00 00 00 00 00 00 00  00 00 00 00 00 62 6f 72  |.............bor|\n"
                "010003e8  64 65 72 00 00 00 00 00  00 00 00 00 00 00 00 00  |der.............|\n"
                "010003f8\n",
                "dump \"" GROUP "\" --offset 1000 --count 0x1000010");
}

static void a_range_over_the_end_is_cut(void **state)
{
    char *output;
    size_t length;

    (void)state;
    shmb_expect(0, "", "write ShmbTest.Data --offset 95 --text 12345");
    shmb_expect(0, "12345\n", "read ShmbTest.Data --offset 95");
    shmb_expect(0, "345\n", "read --count 0xFFFFFFFFFFFFFFFE --offset 0x61 ShmbTest.Data");
    shmb_expect(0, "23\n", "read ShmbTest.Data --offset 96 --count 2");
    shmb_expect(0, "", "read ShmbTest.Data --count 0");
    shmb_expect(0, "", "read ShmbTest.Data --offset 100");
    shmb_expect_line(1, "beyond the end", "read ShmbTest.Data --offset 101");
    shmb_expect_line(1, "beyond the end", "dump ShmbTest.Data --offset 101");
    shmb_expect_line(1, "beyond the end", "write ShmbTest.Data --offset 101 --text \"\"");
    shmb_expect_line(1, "beyond the end", "read ShmbTest.Data --offset 18446744073709551614");
    assert_int_equal(shmb_bytes(SHMB_FROM_FILE, "", 0, &output, &length, "read ShmbTest.Data"), 0);
    assert_int_equal(length, 100);
    free(output);
}

static void a_text_without_an_end_is_cut_and_said(void **state)
{
    const size_t piece = 0x1000000;
    char *many = malloc(piece), *output, *file = _strdup(support_file(""));
    const char *said;
    size_t length;

    (void)state;
    assert_non_null(many);
    memset(many, 'm', piece);
    assert_int_equal(
        shmb_bytes(SHMB_FROM_FILE, many, piece, &output, &length, "write \"" GROUP "\""), 0);
    free(output);
    shmb_expect_line(1,
                     "the text goes on: --text writes at most 16 MiB; the rest begins at "
                     "--offset 16777216",
                     "read \"" GROUP "\" --text --output \"%s\"", file);
    support_writable(file);
    shmb_expect(0, "", "read \"" GROUP "\" --text --count 0x1000000 --output \"%s\"", file);
    support_writable(file);
    assert_int_equal(
        shmb_run(NULL, &said, "write \"" GROUP "\" --offset 0xFFFFFF --text \"\" --pad 1"), 0);
    shmb_expect(0, "", "read \"" GROUP "\" --text --output \"%s\"", file);
    free(file);
    free(many);
    if (sizeof(void *) == 4) { /* 5 GB are more than the address space */
        assert_int_equal(shmb_run(NULL, &said, "write \"" GROUP "\" --text x --zero"), 7);
        assert_non_null(strstr(said, "nothing was written: --zero takes all 5000000000 bytes"));
    }
}

static void what_does_not_fit_is_left_out_and_said(void **state)
{
    static char many[200000];
    char *output;
    size_t length;

    (void)state;
    memset(many, 'm', sizeof(many));
    shmb_expect_line(1, "written: 3", "write ShmbTest.Data --offset 97 --text abcd");
    shmb_expect(0, "abc\n", "read ShmbTest.Data --offset 97");
    shmb_expect_line(1, "written: 0", "write ShmbTest.Data --offset 100 --text x");
    shmb_expect(0, "", "write ShmbTest.Data --offset 100 --text \"\"");
    assert_int_equal(shmb_bytes(SHMB_FROM_FILE, many, sizeof(many), &output, &length,
                                "write ShmbTest.Data --offset 90"),
                     1);
    free(output);
    shmb_expect(0, "mmmmmmmmmm\n", "read ShmbTest.Data --offset 90");
    /* exactly to the end is no cut */
    assert_int_equal(
        shmb_bytes(SHMB_FROM_FILE, many, 10, &output, &length, "write ShmbTest.Data --offset 90"),
        0);
    free(output);
    /* nor is it missed where a whole read ends just there */
    assert_int_equal(shmb_bytes(SHMB_FROM_FILE, many, 65537, &output, &length,
                                "write ShmbTest.Wide --offset %d", 300000 - 65536),
                     1);
    free(output);
}

/* Of the old text nothing is left, and what is before the offset stays. */
static void zero_and_pad_end_a_text(void **state)
{
    char *output;
    size_t length;

    (void)state;
    shmb_expect(0, "", "write ShmbTest.Data --text 100.25");
    shmb_expect(0, "", "write ShmbTest.Data --offset 50 --text rest");
    shmb_expect(0, "", "write ShmbTest.Data --text 1.25");
    shmb_expect(0, "1.2525\n", "read ShmbTest.Data --text");
    shmb_expect(0, "", "write ShmbTest.Data --text 1.25 --pad 6");
    shmb_expect(0, "1.25\n", "read ShmbTest.Data --text");
    shmb_expect(0, "rest\n", "read ShmbTest.Data --text --offset 50");
    shmb_expect_line(1, "7 bytes, more than --pad 6", "write ShmbTest.Data --text 1000.25 --pad 6");
    shmb_expect(0, "1.25\n", "read ShmbTest.Data --text");
    shmb_expect_line(1, "beyond the end", "write ShmbTest.Data --offset 95 --text 1 --pad 6");
    shmb_expect(0, "", "write ShmbTest.Data --offset 2 --text x --zero");
    shmb_expect(0, "1.x\n", "read ShmbTest.Data --text");
    shmb_expect(0,
                "00000000  31 2e 78 00 00 00 00 00  00 00 00 00 00 00 00 00  |1.x.............|\n"
                "00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n"
                "*\n"
                "00000060  00 00 00 00                                       |....|\n"
                "00000064\n",
                "dump ShmbTest.Data");
    assert_int_equal(
        shmb_bytes(SHMB_FROM_PIPE, "piped", 5, &output, &length, "write ShmbTest.Data --zero"), 0);
    free(output);
    shmb_expect(0, "piped\n", "read ShmbTest.Data --text");
    shmb_expect(0, "", "write ShmbTest.Data --text \"\" --zero");
    shmb_expect(0, "\n", "read ShmbTest.Data --text");
    shmb_expect(0, "\n", "read ShmbTest.Data --text --count 0");
    shmb_expect_line(2, "do not go together", "write ShmbTest.Data --text x --zero --pad 5");
}

/* More than out_text takes at once, and a character where it is cut. */
static void a_long_text_is_whole(void **state)
{
    static char text[9000], expected[9002];
    char *output;
    size_t length, i;

    (void)state;
    for (i = 0; i + 3 <= sizeof(text) - 2; i += 3)
        memcpy(text + 1 + i, "\xe2\x82\xac", 3);
    text[0] = 'x';
    text[sizeof(text) - 1] = 'y';
    assert_int_equal(i, 8997);
    text[8998] = 'z';
    assert_int_equal(shmb_bytes(SHMB_FROM_FILE, text, sizeof(text), &output, &length,
                                "write ShmbTest.Wide --zero"),
                     0);
    free(output);
    memcpy(expected, text, sizeof(text));
    expected[sizeof(text)] = '\n';
    assert_int_equal(
        shmb_bytes(SHMB_FROM_PIPE, "", 0, &output, &length, "read ShmbTest.Wide --text"), 0);
    assert_int_equal(length, sizeof(text) + 1);
    assert_memory_equal(output, expected, length);
    free(output);
}

static void a_text_has_its_encoding(void **state)
{
    (void)state;
    shmb_expect(0, "",
                "write ShmbTest.Data --text gr\xc3\xb6\xc3\x9f\x65 --encoding utf-16le --zero");
    shmb_expect(0,
                "00000000  67 00 72 00 f6 00 df 00  65 00 00 00              |g.r.....e...|\n"
                "0000000c\n",
                "dump ShmbTest.Data --count 12");
    shmb_expect(0, "gr\xc3\xb6\xc3\x9f\x65\n", "read ShmbTest.Data --text --encoding utf-16le");
    /* From an odd offset, and a unit cut in half. */
    shmb_expect(0, "", "write ShmbTest.Data --offset 1 --text ab --encoding utf-16le --zero");
    shmb_expect(0, "a\n", "read ShmbTest.Data --offset 1 --count 3 --text --encoding utf-16le");
    shmb_expect(0, "", "write ShmbTest.Data --text gr\xc3\xb6 --encoding ansi --zero");
    shmb_expect(0, "gr\xc3\xb6\n", "read ShmbTest.Data --text --encoding ansi");
    if (GetACP() == 1252) {
        shmb_expect(0,
                    "00000000  67 72 f6 00                                       |gr..|\n"
                    "00000004\n",
                    "dump ShmbTest.Data --count 4");
        shmb_expect_line(2, "1252 lacks a character",
                         "write ShmbTest.Data --text \xd0\x96 --encoding ansi");
    }
    shmb_expect_line(2, "utf-8, utf-16le or ansi, not \"utf8\"",
                     "write ShmbTest.Data --text x --encoding utf8");
    shmb_expect_line(2, "utf-8, utf-16le or ansi", "read ShmbTest.Data --text --encoding utf-16");
    shmb_expect_line(2, "--encoding is for --text", "read ShmbTest.Data --encoding ansi");
    shmb_expect_line(2, "--encoding is for --text", "write ShmbTest.Data --encoding ansi");
}

/* Whoever may write the segment does not write to the screen of those who read it. */
static void a_text_shows_no_control_characters(void **state)
{
    char *output;
    size_t length;

    (void)state;
    assert_int_equal(shmb_bytes(SHMB_FROM_PIPE, "a\x1b[2Jb\tc\nd\xff\xe2\x80\xae", 14, &output,
                                &length, "write ShmbTest.Data --zero"),
                     0);
    free(output);
    shmb_expect(0, "a?[2Jb\tc\nd??\n", "read ShmbTest.Data --text");
    assert_int_equal(shmb_bytes(SHMB_FROM_PIPE,
                                "a\0\x1b\0\0\xd8"
                                "b\0",
                                8, &output, &length, "write ShmbTest.Data --zero"),
                     0);
    free(output);
    shmb_expect(0,
                "a?\xef\xbf\xbd"
                "b\n",
                "read ShmbTest.Data --text --encoding utf-16le");
}

/* The input has nothing: the pipe of child_end is closed at once. */
static void no_input_writes_nothing(void **state)
{
    struct child *child = shmb_start(&shmb_user, "write ShmbTest.Data");

    (void)state;
    assert_int_equal(child_end(child), 0);
    shmb_expect(0, "00000000  00 00 00 00                                       |....|\n00000004\n",
                "dump ShmbTest.Data --count 4");
}

static void dump_is_hex_and_text(void **state)
{
    (void)state;
    shmb_expect(0, "", "write ShmbTest.Data --text \"Hello | \xc3\xb6\x7f 0123456789\"");
    shmb_expect(0,
                "00000000  48 65 6c 6c 6f 20 7c 20  c3 b6 7f 20 30 31 32 33  |Hello | ... 0123|\n"
                "00000010  34 35 36 37 38 39 00 00  00 00 00 00 00 00 00 00  |456789..........|\n"
                "00000020  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n"
                "*\n"
                "00000060  00 00 00 00                                       |....|\n"
                "00000064\n",
                "dump ShmbTest.Data");
    shmb_expect(0,
                "00000006  7c 20 c3                                          || .|\n"
                "00000009\n",
                "dump ShmbTest.Data --offset 6 --count 3");
    shmb_expect(0, "00000064\n", "dump ShmbTest.Data --offset 100");
    /* more than 4 GiB, and far in */
    shmb_expect(0,
                "12a05f1fe  00 00                                             |..|\n"
                "12a05f200\n",
                "dump \"" GROUP "\" --offset 0x12a05f1fe");
}

static void a_write_waits_for_the_lock(void **state)
{
    struct child *holder = client_start(NULL, "hold Global\\ShmbTest.Data.lock");
    struct child *writer;

    (void)state;
    child_expect(holder, "holding");
    shmb_expect_line(4, "ShmbTest.Data: ", "write ShmbTest.Data --text x --timeout 0");
    shmb_expect_line(4, "ShmbTest.Data: ", "write ShmbTest.Data --timeout 0x10 --text x");
    shmb_expect_line(4, "ShmbTest.Data: ", "repair ShmbTest.Data --timeout 0");
    writer = shmb_start(&shmb_user, "write ShmbTest.Data --text late");
    assert_int_equal(child_end(holder), 0);
    assert_int_equal(child_end(writer), 0);
    shmb_expect(0, "late\n", "read ShmbTest.Data --count 4");
}

static void rights_and_owners_are_told_apart(void **state)
{
    (void)state;
    stage_object(SHMB_SECTION, "ShmbTest.Squat", 100, STAGE_STRANGER, STAGE_SECTION_WRITE);
    stage_object(SHMB_MUTEX, "ShmbTest.Secret", 0, STAGE_OURS, 0);
    stage_row("ShmbTest.Squat", SHMB_SECTION)->size = 100;
    stage_row("ShmbTest.Secret", SHMB_MUTEX);
    stage_publish();
    shmb_expect_line(3, "access list", "write ShmbTest.Read --text x");
    shmb_expect_line(3, "access list", "repair ShmbTest.Read");
    shmb_expect_line(6, "did not make it", "read ShmbTest.Squat");
    shmb_expect_line(6, "did not make it", "read ShmbTest.Taken");
    shmb_expect_line(6, "another kind", "read ShmbTest.Event");
    shmb_expect_line(6, "another kind", "event set ShmbTest.Data");
    shmb_expect_line(6, "another kind", "semaphore info ShmbTest.Data");
    shmb_expect_line(126, "another kind", "mutex lock ShmbTest.Data -- cmd");
    shmb_expect_line(123, "access list", "mutex lock ShmbTest.Secret -- cmd");
    shmb_expect_line(1, "holds no object", "dump " GROUP "x");
    shmb_expect_line(1, GROUP "x: ", "read " GROUP "x");
}

/* What a dead writer has left is not passed off as whole. */
static void half_a_write_is_read_only_when_asked_for(void **state)
{
    struct child *child = client_start(NULL, "lib-write-half ShmbTest.Data");

    (void)state;
    child_expect(child, "ready");
    child_kill(child);
    shmb_expect_line(4, "try again", "read ShmbTest.Data");
    shmb_expect_line(0, "warning", "write ShmbTest.Data --offset 50 --text x");
    shmb_expect_line(0, "warning", "write ShmbTest.Data --offset 50 --text x"); /* each time */
    shmb_expect(0, "", "write ShmbTest.Data --offset 50 --text x --quiet");
    shmb_expect_line(1, "died", "read ShmbTest.Data");
    shmb_expect_line(1, "died", "dump ShmbTest.Data");
    shmb_expect(0, "half\n", "read ShmbTest.Data --raw --count 4");
    shmb_expect(0, "ShmbTest.Data: declared consistent\n", "repair ShmbTest.Data");
    shmb_expect(0, "half\n", "read ShmbTest.Data --count 4");
    shmb_expect(0, "ShmbTest.Data: there was nothing to repair\n", "repair ShmbTest.Data");
}

/* lib-write-half NAME: dies, by the test's hand, in the middle of a write. */
static int lib_write_half(int argc, char **argv)
{
    shmb_segment *segment;

    (void)argc;
    if (shmb_open(argv[0], SHMB_WRITE, 0, &segment) != SHMB_OK ||
        shmb_lock(segment, 0) != SHMB_OK || shmb_write_begin(segment) != SHMB_OK ||
        shmb_write(segment, 0, "half", 4, NULL) != SHMB_OK)
        return 1;
    client_say("ready");
    client_wait_for_end();
    return 1;
}

static const struct verb verbs[] = {{"lib-write-half", 1, lib_write_half}};

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_byte_comes_back_as_it_went_in),
        TEST(much_is_read_in_pieces),
        TEST(a_range_over_the_end_is_cut),
        TEST(a_text_without_an_end_is_cut_and_said),
        TEST(what_does_not_fit_is_left_out_and_said),
        TEST(zero_and_pad_end_a_text),
        TEST(a_long_text_is_whole),
        TEST(a_text_has_its_encoding),
        TEST(a_text_shows_no_control_characters),
        TEST(no_input_writes_nothing),
        TEST(dump_is_hex_and_text),
        TEST(a_write_waits_for_the_lock),
        TEST(rights_and_owners_are_told_apart),
        TEST(half_a_write_is_read_only_when_asked_for),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests_name("test_verb_read_write", tests, NULL, NULL);
}
