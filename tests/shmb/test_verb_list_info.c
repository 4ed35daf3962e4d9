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

#define HEAD(verb) "{\"schema\":1,\"verb\":\"" verb "\","
#define TAIL       ",\"warnings\":[]}"

/* The members of an object; `rest` are those that its kind may have, from bytes on. */
#define OBJECT(name, kind, state, generation, companion, rest)                                     \
    "\"name\":\"" name "\",\"full_name\":\"Global\\\\" name "\",\"kind\":\"" kind                  \
    "\",\"state\":\"" state "\",\"generation\":" generation ",\"companion\":" companion            \
    ",\"request\":null" rest
#define SIZES(bytes, rounded, lock, wait, initial, snapshots)                                      \
    ",\"bytes\":" bytes ",\"rounded\":" rounded ",\"lock\":" lock ",\"readers_may_wait\":" wait    \
    ",\"initial_content\":" initial ",\"snapshots\":" snapshots
/* A lock, with its kind. */
#define MUTEX(name) "\"" name "\",\"lock_kind\":\"mutex\""
#define NO_LOCK     "null,\"lock_kind\":null"
#define NO_SIZES    SIZES("null", "null", NO_LOCK, "null", "null", "null")
#define STATES(manual, initial, maximum)                                                           \
    ",\"manual_reset\":" manual ",\"initial\":" initial ",\"maximum\":" maximum ",\"queue\":null"
#define NO_STATES STATES("null", "null", "null")
#define SEGMENT(name, state, generation, bytes, lock, wait, initial)                               \
    OBJECT(name, "section", state, "\"" generation "\"", "false",                                  \
           SIZES(bytes, "false", lock, wait, initial, "\"sequence\"") NO_STATES)
#define OTHER(name, kind, state, generation, companion, states)                                    \
    OBJECT(name, kind, state, "\"" generation "\"", companion, NO_SIZES states)

/* The objects of the list. */
static const char *const listed[] = {
    SEGMENT("ShmbTest.Data", "held", "1001", "100", MUTEX("ShmbTest.Data.lock"), "false", "false"),
    OTHER("ShmbTest.Data.lock", "mutex", "held", "1002", "true", NO_STATES),
    SEGMENT("ShmbTest.Read", "held", "1003", "300000", MUTEX("ShmbTest.Read.lock"), "true",
            "false"),
    SEGMENT(GROUP, "held", "1004", "5000000000", NO_LOCK, "false", "true"),
    OTHER("ShmbTest.\\\"Five\\\"", "semaphore", "held", "1005", "false", STATES("null", "3", "5")),
    OTHER("ShmbTest.Event", "event", "held", "1006", "false", STATES("true", "null", "null")),
    OTHER("ShmbTest.Gone", "mutex", "failed", "1007", "false", NO_STATES),
    SEGMENT("ShmbTest.Taken", "conflict", "1008", "16", NO_LOCK, "false", "false"),
    SEGMENT("ShmbTest.Wide", "held", "1009", "300000", NO_LOCK, "false", "false"),
};

static void list_in_json_is_one_document(void **state)
{
    static char document[8192];
    struct shmb_root *root = stage_root();
    size_t i;

    (void)state;
    strcpy(document, HEAD("list") "\"objects\":[");
    for (i = 0; i < sizeof(listed) / sizeof(listed[0]); i++) {
        strcat(document, i > 0 ? ",{" : "{");
        strcat(document, listed[i]);
        strcat(document, "}");
    }
    strcat(document, "],\"broker_process\":4711,\"broker_version\":\"9.8.7-rc.6\"" TAIL);
    root->broker_pid = 4711;
    strcpy(root->version, "9.8.7-rc.6");
    shmb_expect_json(0, document, "list --json");
    root->broker_pid = 0;
    memset(root->version, 0, sizeof(root->version));
}

/* It begins with this; who has the object open follows. */
static void expect_begin(const char *begin, const char *arguments)
{
    const char *said;
    DWORD code = shmb_run(&shmb_user, &said, "%s", arguments);

    if (code != 0 || strncmp(said, begin, strlen(begin)) != 0)
        fail_msg("shmb %s: code %lu, said:\n%s", arguments, code, said);
}

/* The same for a document. */
static void expect_json_begin(const char *begin, const char *arguments)
{
    const char *said;
    DWORD code = shmb_run_json(&said, "%s", arguments);

    if (code != 0 || strncmp(said, begin, strlen(begin)) != 0)
        fail_msg("shmb %s: code %lu, said:\n%s", arguments, code, said);
}

static void info_says_all_of_one(void **state)
{
    (void)state;
    expect_begin("name:        ShmbTest.Data\n"
                 "kind:        segment\n"
                 "state:       held\n"
                 "generation:  1001\n"
                 "size:        100 bytes\n"
                 "lock:        ShmbTest.Data.lock\n"
                 "your rights: read and write\n"
                 "access:      Everyone read and write\n",
                 "info Global\\ShmbTest.Data");
    expect_begin("name:        ShmbTest.Read\n"
                 "kind:        segment\n"
                 "state:       held\n"
                 "generation:  1003\n"
                 "size:        300000 bytes\n"
                 "lock:        ShmbTest.Read.lock\n"
                 "             readers may wait on it\n"
                 "your rights: read\n"
                 "access:      Everyone read\n",
                 "info ShmbTest.Read");
    expect_begin("name:        ShmbTest.Event\n"
                 "kind:        event\n"
                 "state:       held\n"
                 "generation:  1006\n"
                 "reset:       manual\n"
                 "your rights: wait\n"
                 "access:      Everyone wait\n",
                 "info ShmbTest.Event");
    expect_begin("name:        ShmbTest.Gone\n"
                 "kind:        mutex\n"
                 "state:       failed\n"
                 "generation:  1007\n"
                 "your rights: nothing\n"
                 "access:      you may not read it\n",
                 "info ShmbTest.Gone");
    shmb_expect_line(1, "ShmbTest.None", "info ShmbTest.None");
}

#define HOLDERS ",\"holders\":{\"objects\":[{\"name\":"
#define RIGHTS(count, rights, may, access)                                                         \
    ",\"queue_level\":null,\"count\":" count ",\"rights\":[" rights "],\"may\":\"" may             \
    "\",\"access\":" access
#define EVERYONE_MAY(words)                                                                        \
    "[{\"account\":\"Everyone\",\"sid\":\"S-1-1-0\",\"may\":\"" words "\",\"denied\":null}]"

static void info_in_json_is_one_document(void **state)
{
    (void)state;
    expect_json_begin(HEAD("info") SEGMENT("ShmbTest.Data", "held", "1001", "100",
                                           MUTEX("ShmbTest.Data.lock"), "false", "false")
                          RIGHTS("null", "\"read\",\"write\"", "read and write",
                                 EVERYONE_MAY("read and write")) HOLDERS,
                      "info --json ShmbTest.Data");
    expect_json_begin(
        HEAD("info") SEGMENT("ShmbTest.Taken", "conflict", "1008", "16", NO_LOCK, "false", "false")
            RIGHTS("null", "", "nothing", "null") HOLDERS,
        "info ShmbTest.Taken --json");
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
    expect_begin("name:        ShmbTest.Data\n"
                 "kind:        segment\n"
                 "state:       unknown, found by name without the broker's directory\n"
                 "size:        4096 bytes, rounded up to pages\n"
                 "lock:        ShmbTest.Data.lock\n"
                 "your rights: read and write\n"
                 "access:      Everyone read and write\n",
                 "info Global\\ShmbTest.Data");
    expect_json_begin(HEAD("info") OBJECT("ShmbTest.Read.lock", "mutex", "unknown", "null", "null",
                                          NO_SIZES NO_STATES)
                          RIGHTS("null", "\"write\"", "wait and release",
                                 EVERYONE_MAY("wait and release")) HOLDERS,
                      "info ShmbTest.Read.lock --json");
    expect_json_begin(HEAD("info") OBJECT("ShmbTest.Three", "semaphore", "unknown", "null", "null",
                                          NO_SIZES NO_STATES)
                          RIGHTS("1", "\"read\",\"write\"", "wait and release",
                                 EVERYONE_MAY("wait and release")) HOLDERS,
                      "info ShmbTest.Three --json");
    expect_begin("name:        ShmbTest.Hidden\n"
                 "kind:        event\n"
                 "state:       unknown, found by name without the broker's directory\n"
                 "your rights: nothing\n"
                 "access:      you may not read it\n",
                 "info ShmbTest.Hidden");
    shmb_expect_line(1, "holds no object", "info ShmbTest.None");
    shmb_expect(0, "", "write ShmbTest.Data --text plain");
    shmb_expect(0, "plain\n", "read ShmbTest.Data --count 5");
}

/* The root is there, and names no table yet. */
static void a_broker_that_starts_has_published_nothing(void **state)
{
    const char *said;

    (void)state;
    stage_root_close();
    stage_root_open();
    shmb_expect_line(1, "list: the broker is starting", "list");
    shmb_expect_line(1, "top: the broker is starting", "top --times 1");
    assert_int_equal(shmb_run(NULL, &said, "top --times 1 --json"), 1);
    assert_non_null(strstr(said, "\"code\": \"NOT_PUBLISHED\""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, stage_teardown)

/* ---- objects that programs have asked for ---- */

static int begin_requested(void **state)
{
    struct directory_row *row;

    (void)state;
    stage_begin();
    stage_segment("ShmbTest.Plain", 64, 0);
    row = stage_segment("ShmbTest.Asked", 64, 0);
    row->flags |= SHMB_ENTRY_REQUESTED;
    row->rule = "My app";
    row->account = "S-1-5-18";
    row = stage_row("ShmbTest.Event", SHMB_EVENT);
    row->flags = SHMB_ENTRY_REQUESTED;
    row->rule = "Other";
    row->account = "S-1-5-21-1-2-3-1001"; /* no account here */
    stage_publish();
    return 0;
}

#define UNKNOWN "S-1-5-21-1-2-3-1001"

static void list_says_who_asked(void **state)
{
    const char *said;

    (void)state;
    assert_int_equal(shmb_run(&shmb_user, &said, "list"), 0);
    assert_non_null(strstr(said, "segment    held                 64  ShmbTest.Plain\n"));
    /* The name of an account, where there is one, depends on the language of the system. */
    assert_non_null(strstr(said, "  ShmbTest.Asked  requested by "));
    assert_null(strstr(said, "S-1-5-18"));
    assert_non_null(strstr(said, ", rule My app\n"));
    assert_non_null(strstr(said, "ShmbTest.Event  requested by " UNKNOWN ", rule Other\n"));
    shmb_expect(0, "ShmbTest.Asked\nShmbTest.Event\n", "list --requested --names");
    assert_int_equal(shmb_run(&shmb_user, &said, "list --requested"), 0);
    assert_null(strstr(said, "ShmbTest.Plain"));
    shmb_expect_line(2, "--requested", "info ShmbTest.Asked --requested");
}

#define REQUEST_UNKNOWN                                                                            \
    "\"request\":{\"rule\":\"Other\",\"account\":\"" UNKNOWN "\",\"sid\":\"" UNKNOWN "\"}"

static void who_asked_is_in_json(void **state)
{
    const char *said;

    (void)state;
    assert_int_equal(shmb_run_json(&said, "list --json"), 0);
    assert_non_null(strstr(said, "\"name\":\"ShmbTest.Plain\""));
    assert_non_null(strstr(said, "\"request\":null"));
    assert_non_null(strstr(said, "\"request\":{\"rule\":\"My app\",\"account\":\""));
    assert_non_null(strstr(said, ",\"sid\":\"S-1-5-18\"}"));
    assert_non_null(strstr(said, REQUEST_UNKNOWN));
    assert_int_equal(shmb_run_json(&said, "list --requested --json"), 0);
    assert_null(strstr(said, "ShmbTest.Plain"));
    assert_non_null(strstr(said, REQUEST_UNKNOWN));
    assert_int_equal(shmb_run_json(&said, "top --times 1 --json"), 0);
    assert_non_null(strstr(said, "\"request\":null"));
    assert_non_null(strstr(said, "\"request\":{\"rule\":\"My app\",\"account\":\""));
    assert_int_equal(shmb_run_json(&said, "holders ShmbTest.Asked --json"), 0);
    assert_non_null(strstr(said, "\"request\":{\"rule\":\"My app\",\"account\":\""));
    assert_int_equal(shmb_run_json(&said, "holders ShmbTest.Plain --json"), 0);
    assert_non_null(strstr(said, "\"request\":null"));
    assert_int_equal(shmb_run_json(&said, "scan \"shmbtest.*\" --json"), 0);
    assert_non_null(strstr(said, "\"request\":{\"rule\":\"My app\",\"account\":\""));
}

static void the_other_verbs_say_who_asked(void **state)
{
    static const char *const verbs[] = {"info ShmbTest.Asked", "holders ShmbTest.Asked",
                                        "scan \"shmbtest.*\"", "top --times 1"};
    const char *said;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        assert_int_equal(shmb_run(&shmb_user, &said, "%s", verbs[i]), 0);
        if (strstr(said, "requested by ") == NULL || strstr(said, ", rule My app\n") == NULL)
            fail_msg("shmb %s said:\n%s", verbs[i], said);
    }
    assert_int_equal(shmb_run(&shmb_user, &said, "info ShmbTest.Plain"), 0);
    assert_null(strstr(said, "requested"));
}

#define REQUESTED(name) cmocka_unit_test_setup_teardown(name, begin_requested, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(list_is_one_line_for_each),
        TEST(list_in_json_is_one_document),
        TEST(info_says_all_of_one),
        TEST(info_in_json_is_one_document),
        TEST(names_alone_and_the_largest_segment),
        TEST(a_broker_that_starts_has_published_nothing),
        TEST(without_the_directory_the_name_is_enough),
        REQUESTED(list_says_who_asked),
        REQUESTED(who_asked_is_in_json),
        REQUESTED(the_other_verbs_say_who_asked),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_verb_list_info", tests, NULL, NULL);
}
