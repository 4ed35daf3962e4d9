/* shmb list and info: what there is. */
#include "shmb_objects.h"

static void list_is_one_line_for_each(void **state)
{
    static const char lines[] = "segment    held                100  ShmbTest.Data\n"
                                "mutex      held                     ShmbTest.Data.lock\n"
                                "segment    held             300000  ShmbTest.Read\n"
                                "segment    held         5000000000  " GROUP "\n"
                                "semaphore  held                     ShmbTest.\"Five\"\n"
                                "event      held                     ShmbTest.Event\n"
                                "mutex      failed                   ShmbTest.Gone\n"
                                "segment    conflict             16  ShmbTest.Taken\n"
                                "segment    held             300000  ShmbTest.Wide\n";

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

/* For scripts: a name is never cut, and a size of any length does not move it. */
static void names_alone_and_the_largest_segment(void **state)
{
    const char *said;

    (void)state;
    stage_row("ShmbTest.Huge", SHMB_SECTION)->size = (uint64_t)1 << 40;
    stage_publish();
    assert_int_equal(shmb_run(&shmb_user, &said, "list"), 0);
    assert_non_null(strstr(said, "\nsegment    held      1099511627776  ShmbTest.Huge\n"));
    assert_non_null(strstr(said, "\nsegment    held             300000  ShmbTest.Wide\n"));
    shmb_expect(0,
                "ShmbTest.Data\nShmbTest.Data.lock\nShmbTest.Read\n" GROUP "\nShmbTest.\"Five\"\n"
                "ShmbTest.Event\nShmbTest.Gone\nShmbTest.Taken\nShmbTest.Wide\nShmbTest.Huge\n",
                "list --names");
    assert_int_equal(shmb_run(&shmb_user, &said, "list --names --json"), 2);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(list_is_one_line_for_each),
        TEST(list_in_json_is_one_document),
        TEST(info_says_all_of_one),
        TEST(info_in_json_is_one_document),
        TEST(names_alone_and_the_largest_segment),
        TEST(without_the_directory_the_name_is_enough),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_verb_list_info", tests, NULL, NULL);
}
