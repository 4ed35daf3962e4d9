/* shmb.exe: the command line, what there is, and bytes. */
#include "shmb_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opened.h"

#define GROUP "ShmbTest.Gr\xc3\xb6\xc3\x9f\x65.\xe2\x82\xac.\xf0\x9f\x94\x92"

static struct directory_row *data_row;

static int begin(void **state)
{
    struct directory_row *row;

    (void)state;
    stage_begin();
    data_row = stage_segment("ShmbTest.Data", 100, STAGE_LOCK);
    row = stage_row("ShmbTest.Data.lock", SHMB_MUTEX);
    row->flags = SHMB_ENTRY_COMPANION;
    stage_segment("ShmbTest.Read", 300000, STAGE_LOCK | STAGE_READ_ONLY | STAGE_READERS_WAIT);
    row = stage_segment(GROUP, 5000000000u, STAGE_READ_ONLY);
    row->flags |= SHMB_ENTRY_INITIAL;
    row = stage_row("ShmbTest.\"Five\"", SHMB_SEMAPHORE);
    row->initial = 3;
    row->maximum = 5;
    row = stage_row("ShmbTest.Event", SHMB_EVENT);
    row->flags = SHMB_ENTRY_MANUAL_RESET;
    stage_object(SHMB_EVENT, "ShmbTest.Event", 0, STAGE_OURS, 0x120001);
    row = stage_row("ShmbTest.Gone", SHMB_MUTEX);
    row->state = SHMB_ENTRY_FAILED;
    row = stage_segment("ShmbTest.Taken", 16, 0);
    row->state = SHMB_ENTRY_CONFLICT;
    stage_segment("ShmbTest.Wide", 300000, 0);
    stage_publish();
    return 0;
}

/* ---- the command line ---- */

static void wrong_command_lines_are_one_line_and_code_2(void **state)
{
    static const struct {
        const char *arguments, *part;
        DWORD code;
    } table[] = {
        {"", "--help", 2},
        {"-- list", "--help", 2},
        {"no-such-verb", "no-such-verb", 2},
        {"LIST", "LIST", 2},
        {"--version 2", "--version", 2},
        {"--help list", "--help", 2},
        {"list X", "\"X\"", 2},
        {"list --jsn", "--jsn", 2},
        {"list --json --json", "twice", 2},
        {"info", "name", 2},
        {"info A B", "\"B\"", 2},
        {"info A -- B", "\"B\"", 2},
        {"info A --offset 1", "--offset", 2},
        {"read A --offset", "value", 2},
        {"read A --offset x", "\"x\"", 2},
        {"read A --offset \"\"", "\"\"", 2},
        {"read A --offset 0x", "\"0x\"", 2},
        {"read A --offset -1", "\"-1\"", 2},
        {"read A --offset 1k", "\"1k\"", 2},
        {"read A --offset 0x1g", "\"0x1g\"", 2},
        {"read A --count 18446744073709551616", "18446744073709551616", 2},
        {"read A --count 0xFFFFFFFFFFFFFFFF", "0xFFFF", 2},
        {"read A --timeout 5", "--timeout", 2},
        {"write A --timeout 4294967295", "4294967294", 2},
        {"lock A", "--", 122},
        {"lock A --", "--", 122},
        {"lock A --  \t ", "--", 122},
        {"lock -- cmd", "name", 122},
        {"lock A --json -- cmd", "--json", 122},
        {"mutex", "action", 2},
        {"mutex A", "\"A\"", 2},
        {"mutex lock A", "--", 122},
        {"event", "action", 2},
        {"event pulse A", "\"pulse\"", 2},
        {"event set", "name", 2},
        {"event set A --timeout 0", "--timeout", 2},
        {"semaphore acquire A", "\"acquire\"", 2},
        {"semaphore take A", "--", 122},
        {"semaphore release A --count 0", "--count", 2},
        {"semaphore release A --count 2147483648", "2147483647", 2},
        {"doctor A --as all", "\"all\"", 2},
        {"info \"a\\b\"", "a\\b", 2},
        {"info \"\"", "name", 2},
        {"info \"a\tb\"", "a?b", 2},
        {"info Local\\A", "Local", 2},
        {"info -- --json", "holds no object", 1}, /* a name, behind -- */
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        shmb_expect_line(table[i].code, table[i].part, table[i].arguments);
}

static void help_and_version_are_code_0(void **state)
{
    static const char *const verbs[] = {
        "list", "info",  "doctor", "scan",   "read",  "dump",  "watch",     "wait",
        "top",  "write", "lock",   "repair", "mutex", "event", "semaphore", "completion"};
    static const char *const asking[] = {"event wait --help", "semaphore take A --help",
                                         "read A --help --no-such-option", "list --json --help"};
    const char *said;
    char usage[64], version[64];
    size_t i;

    (void)state;
    assert_int_equal(shmb_run(&shmb_user, &said, "--help"), 0);
    for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        snprintf(usage, sizeof(usage), "  shmb %s ", verbs[i]);
        if (strcmp(verbs[i], "list") != 0 && strcmp(verbs[i], "top") != 0)
            assert_non_null(strstr(said, usage));
    }
    for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        snprintf(usage, sizeof(usage), "shmb %s ", verbs[i]);
        assert_int_equal(shmb_run(&shmb_user, &said, "%s --help", verbs[i]), 0);
        assert_int_equal(strncmp(said, usage, strlen(usage)), 0);
        assert_non_null(strstr(said, "\n  shmb ")); /* an example */
    }
    for (i = 0; i < sizeof(asking) / sizeof(asking[0]); i++) {
        assert_int_equal(shmb_run(&shmb_user, &said, asking[i]), 0);
        assert_int_equal(strncmp(said, "shmb ", 5), 0);
    }
    snprintf(version, sizeof(version), "shmb %s\n", shmb_version());
    shmb_expect(0, version, "--version");
    /* a value is no option */
    shmb_expect(0, "", "write ShmbTest.Data --text --help");
    shmb_expect(0, "--help\n", "read ShmbTest.Data --count 6");
}

static void words_are_cut_as_everywhere(void **state)
{
    static const struct {
        const char *typed, *text;
    } table[] = {
        {"plain", "plain"},
        {"\"two words\"", "two words"},
        {"two\" wor\"ds", "two words"},
        {"a\\b", "a\\b"},
        {"a\\\\b", "a\\\\b"},
        {"a\\\"b", "a\"b"},
        {"a\\\\\\\"b", "a\\\"b"},
        {"\"a\\\\\"", "a\\"},
        {"\"a\\\\\\\\\"", "a\\\\"},
        {"\"a\"\"b c\"", "a\"b c"},
        {"\"\xc3\xb6\xe2\x82\xac\xf0\x9f\x94\x92\"", "\xc3\xb6\xe2\x82\xac\xf0\x9f\x94\x92"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char expected[64];

        snprintf(expected, sizeof(expected), "%s\n", table[i].text);
        shmb_expect(0, "", "write --text %s\t ShmbTest.Data", table[i].typed);
        shmb_expect(0, expected, "read ShmbTest.Data --count %lu",
                    (unsigned long)strlen(table[i].text));
    }
}

/* ---- what there is ---- */

static void list_is_one_line_for_each(void **state)
{
    static const char lines[] = "segment    held               100  ShmbTest.Data\n"
                                "mutex      held                    ShmbTest.Data.lock\n"
                                "segment    held            300000  ShmbTest.Read\n"
                                "segment    held        5000000000  " GROUP "\n"
                                "semaphore  held                    ShmbTest.\"Five\"\n"
                                "event      held                    ShmbTest.Event\n"
                                "mutex      failed                  ShmbTest.Gone\n"
                                "segment    conflict            16  ShmbTest.Taken\n"
                                "segment    held            300000  ShmbTest.Wide\n";

    (void)state;
    shmb_expect(0, lines, "list");
}

#define SEGMENT_JSON(name, state, generation, bytes, lock, wait, initial)                          \
    "{\"name\":\"" name "\",\"kind\":\"segment\",\"state\":\"" state                               \
    "\",\"generation\":\"" generation "\",\"companion\":false,\"bytes\":" bytes                    \
    ",\"rounded\":false,\"lock\":" lock ",\"readers_may_wait\":" wait                              \
    ",\"initial_content\":" initial

static void list_in_json_is_one_document(void **state)
{
    static const char json[] = "{\"objects\":[\n" SEGMENT_JSON(
        "ShmbTest.Data", "held", "1001", "100", "\"ShmbTest.Data.lock\"", "false",
        "false") "},\n"
                 "{\"name\":\"ShmbTest.Data.lock\",\"kind\":\"mutex\",\"state\":\"held\","
                 "\"generation\":\"1002\",\"companion\":true},\n" SEGMENT_JSON(
                     "ShmbTest.Read", "held", "1003", "300000", "\"ShmbTest.Read.lock\"", "true",
                     "false") "},\n" SEGMENT_JSON(GROUP, "held", "1004", "5000000000", "null",
                                                  "false",
                                                  "true") "},\n"
                                                          "{\"name\":\"ShmbTest.\\\"Five\\\"\","
                                                          "\"kind\":\"semaphore\",\"state\":"
                                                          "\"held\","
                                                          "\"generation\":\"1005\",\"companion\":"
                                                          "false,\"initial\":3,\"maximum\":5},\n"
                                                          "{\"name\":\"ShmbTest.Event\",\"kind\":"
                                                          "\"event\",\"state\":\"held\","
                                                          "\"generation\":\"1006\",\"companion\":"
                                                          "false,\"manual_reset\":true},\n"
                                                          "{\"name\":\"ShmbTest.Gone\",\"kind\":"
                                                          "\"mutex\",\"state\":\"failed\","
                                                          "\"generation\":\"1007\",\"companion\":"
                                                          "false},\n" SEGMENT_JSON(
                                                              "ShmbTest.Taken", "conflict", "1008",
                                                              "16", "null", "false",
                                                              "false") "},\n" SEGMENT_JSON("ShmbTes"
                                                                                           "t.Wide",
                                                                                           "held",
                                                                                           "1009",
                                                                                           "300000",
                                                                                           "null",
                                                                                           "false",
                                                                                           "false") "}\n]}\n";

    (void)state;
    shmb_expect(0, json, "list --json");
}

static void info_says_all_of_one(void **state)
{
    (void)state;
    shmb_expect(0,
                "name:        ShmbTest.Data\n"
                "kind:        segment\n"
                "state:       held\n"
                "generation:  1001\n"
                "size:        100 bytes\n"
                "lock:        ShmbTest.Data.lock\n"
                "your rights: read and write\n"
                "access:      Everyone read and write\n",
                "info Global\\ShmbTest.Data");
    shmb_expect(0,
                "name:        ShmbTest.Read\n"
                "kind:        segment\n"
                "state:       held\n"
                "generation:  1003\n"
                "size:        300000 bytes\n"
                "lock:        ShmbTest.Read.lock\n"
                "             readers may wait on it\n"
                "your rights: read\n"
                "access:      Everyone read\n",
                "info ShmbTest.Read");
    shmb_expect(0,
                "name:        ShmbTest.Event\n"
                "kind:        event\n"
                "state:       held\n"
                "generation:  1006\n"
                "reset:       manual\n"
                "your rights: wait\n"
                "access:      Everyone wait\n",
                "info ShmbTest.Event");
    shmb_expect(0,
                "name:        ShmbTest.Gone\n"
                "kind:        mutex\n"
                "state:       failed\n"
                "generation:  1007\n"
                "your rights: nothing\n"
                "access:      you may not read it\n",
                "info ShmbTest.Gone");
    shmb_expect_line(1, "ShmbTest.None", "info ShmbTest.None");
}

#define EVERYONE_MAY(words)                                                                        \
    "\"may\":\"" words                                                                             \
    "\",\"access\":[{\"account\":\"Everyone\",\"sid\":\"S-1-1-0\",\"may\":\"" words                \
    "\",\"denied\":null}]"

static void info_in_json_is_one_document(void **state)
{
    static const char data[] = SEGMENT_JSON(
        "ShmbTest.Data", "held", "1001", "100", "\"ShmbTest.Data.lock\"", "false",
        "false") ","
                 "\"rights\":[\"read\",\"write\"]," EVERYONE_MAY("read and write") "}\n";
    static const char taken[] =
        SEGMENT_JSON("ShmbTest.Taken", "conflict", "1008", "16", "null", "false",
                     "false") ","
                              "\"rights\":[],\"may\":\"nothing\",\"access\":null}\n";

    (void)state;
    shmb_expect(0, data, "info --json ShmbTest.Data");
    shmb_expect(0, taken, "info ShmbTest.Taken --json");
}

/* Who may not read the directory, or finds a stranger's, is told what the object shows. */
static void without_the_directory_the_name_is_enough(void **state)
{
    (void)state;
    stage_object(SHMB_SEMAPHORE, "ShmbTest.Three", 0, STAGE_OURS, 0x120003);
    stage_object(SHMB_EVENT, "ShmbTest.Hidden", 0, STAGE_OURS, 0);
    stage_root_close();
    shmb_expect_line(1, "published", "list");
    shmb_expect(0,
                "name:        ShmbTest.Data\n"
                "kind:        segment\n"
                "state:       unknown, found by name without the broker's directory\n"
                "size:        4096 bytes, rounded up to pages\n"
                "lock:        ShmbTest.Data.lock\n"
                "your rights: read and write\n"
                "access:      Everyone read and write\n",
                "info Global\\ShmbTest.Data");
    shmb_expect(0,
                "{\"name\":\"ShmbTest.Read.lock\",\"kind\":\"mutex\",\"state\":\"unknown\","
                "\"generation\":\"0\",\"companion\":null,\"rights\":[\"write\"]," EVERYONE_MAY(
                    "wait and release") "}\n",
                "info ShmbTest.Read.lock --json");
    shmb_expect(
        0,
        "{\"name\":\"ShmbTest.Three\",\"kind\":\"semaphore\",\"state\":\"unknown\","
        "\"generation\":\"0\",\"companion\":null,\"initial\":null,\"maximum\":null,"
        "\"count\":1,\"rights\":[\"read\",\"write\"]," EVERYONE_MAY("wait and release") "}\n",
        "info ShmbTest.Three --json");
    shmb_expect(0,
                "name:        ShmbTest.Hidden\n"
                "kind:        event\n"
                "state:       unknown, found by name without the broker's directory\n"
                "your rights: nothing\n"
                "access:      you may not read it\n",
                "info ShmbTest.Hidden");
    shmb_expect_line(1, "holds no object", "info ShmbTest.None");
    shmb_expect(0, "", "write ShmbTest.Data --text plain");
    shmb_expect(0, "plain\n", "read ShmbTest.Data --count 5");
}

static void without_a_broker_is_code_5(void **state)
{
    (void)state;
    stage_root_close();
    stage_broker_dies();
    shmb_expect_line(5, "no broker runs", "list");
    shmb_expect_line(5, "no broker runs", "info ShmbTest.None");
    shmb_expect_line(5, "no broker runs", "read ShmbTest.None");
    shmb_expect_line(125, "no broker runs", "lock ShmbTest.None -- cmd");
}

/* ---- bytes ---- */

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

/* Nobody reads any more: not a success, and no end without a word. */
static void output_that_nobody_takes_is_a_failure(void **state)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    HANDLE in, out;
    wchar_t line[1024];
    STARTUPINFOW startup;
    PROCESS_INFORMATION info;
    DWORD code = 0;

    (void)state;
    assert_true(CreatePipe(&in, &out, &inherited, 0));
    CloseHandle(in);
    swprintf(line, sizeof(line) / sizeof(line[0]), L"\"%ls\" read ShmbTest.Data",
             support_wide(support_sibling("shmb.exe")));
    memset(&startup, 0, sizeof(startup));
    startup.cb = sizeof(startup);
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdOutput = out;
    assert_true(CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info));
    CloseHandle(out);
    assert_int_equal(WaitForSingleObject(info.hProcess, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    GetExitCodeProcess(info.hProcess, &code);
    CloseHandle(info.hThread);
    CloseHandle(info.hProcess);
    assert_int_equal(code, 7);
}

static const struct verb verbs[] = {{"lib-write-half", 1, lib_write_half}};

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wrong_command_lines_are_one_line_and_code_2),
        TEST(help_and_version_are_code_0),
        TEST(words_are_cut_as_everywhere),
        TEST(list_is_one_line_for_each),
        TEST(list_in_json_is_one_document),
        TEST(info_says_all_of_one),
        TEST(info_in_json_is_one_document),
        TEST(without_the_directory_the_name_is_enough),
        TEST(without_a_broker_is_code_5),
        TEST(every_byte_comes_back_as_it_went_in),
        TEST(much_is_read_in_pieces),
        TEST(a_range_over_the_end_is_cut),
        TEST(what_does_not_fit_is_left_out_and_said),
        TEST(no_input_writes_nothing),
        TEST(dump_is_hex_and_text),
        TEST(a_write_waits_for_the_lock),
        TEST(rights_and_owners_are_told_apart),
        TEST(half_a_write_is_read_only_when_asked_for),
        TEST(output_that_nobody_takes_is_a_failure),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
