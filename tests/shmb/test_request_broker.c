/* Objects on request with the real broker: shmb, the library, and programs that know neither. */
#include "shmb_run.h"

#include <string.h>

#include "shmb.h"

#define UNTIL_OPENED                                                                               \
    "; if no program opens it within seconds, a rule with lives: while open ends it\n"

static const char configuration[] = "version: 1\n"
                                    "defaults: { access: { read: [Users] } }\n"
                                    "segments:\n"
                                    "  MyApp.Fixed: { size: 100, lock: none }\n"
                                    "requests:\n"
                                    "  MyApp:\n"
                                    "    names: 'MyApp.*'\n"
                                    "    who: [Users]\n"
                                    "    kinds: [segment, mutex]\n"
                                    "    size: 1 MiB\n"
                                    "    each: { objects: 3, memory: 4 MiB }\n"
                                    "    access: { read: [Users], write: [Requester] }\n"
                                    "    lives: until released\n"
                                    "  Old:\n"
                                    "    names: 'OldApp.*'\n"
                                    "    who: [Users]\n"
                                    "    size: 64 KiB\n"
                                    "    access: { full: [Users] }\n"
                                    "    lives: until released\n";

static int start_broker(void **state)
{
    *state = broker_run_session0(configuration);
    return 0;
}

static void a_name_is_requested_used_and_released(void **state)
{
    (void)state;
    shmb_expect(0, "MyApp.1: would be made, by rule MyApp\n", "request MyApp.1 --size 1000 --ask");
    shmb_expect_line(1, "holds no object", "read MyApp.1");
    shmb_expect(0, "MyApp.1: made, by rule MyApp" UNTIL_OPENED, "request MyApp.1 --size 1000");
    shmb_expect(0, "MyApp.1: exists already, by rule MyApp\n", "request MyApp.1 --size 1000");
    shmb_expect(0, "", "write MyApp.1 --text hello");
    shmb_expect(0, "hello\n", "read MyApp.1 --text");
    shmb_expect_line(1, "only 1000 bytes", "request MyApp.1 --size 1001");
    shmb_expect_line(6, "another kind", "request MyApp.1 --kind mutex");
    shmb_expect(0, "", "release MyApp.1");
    shmb_expect_line(1, "no program has requested", "release MyApp.1");
    shmb_expect_line(1, "holds no object", "read MyApp.1");
    shmb_expect(0, "MyApp.1: made, by rule MyApp" UNTIL_OPENED, "request MyApp.1 --size 16");
    shmb_expect(0, "\n", "read MyApp.1 --text"); /* zeros again */
}

static void what_no_rule_allows_is_refused(void **state)
{
    (void)state;
    shmb_expect_line(1, "no rule", "request Other.1 --size 1");
    shmb_expect_line(1, "kind", "request MyApp.1 --kind event");
    shmb_expect_line(1, "at most 1048576 bytes", "request MyApp.1 --size 2MiB");
    shmb_expect(0, "", "request MyApp.1 --size 1 --quiet");
    shmb_expect(0, "", "request MyApp.2 --size 1 --quiet");
    shmb_expect(0, "", "request MyApp.3 --kind mutex --quiet");
    shmb_expect_line(1, "3 of the 3 objects", "request MyApp.4 --size 1");
    shmb_expect(0, "", "release MyApp.2");
    shmb_expect(0, "", "request MyApp.4 --size 1 --quiet");
    shmb_expect(0, "MyApp.Fixed: exists already\n", "request MyApp.Fixed --size 100");
}

/* The directory that this process has mapped does not hide what was made since. */
static void the_library_opens_it_at_once(void **state)
{
    shmb_request_options options = {.size = sizeof(options), .kind = SHMB_KIND_MUTEX};
    shmb_request_info made = {.size = sizeof(made)};
    shmb_info info = {.size = sizeof(info)};
    shmb_segment *segment;
    void *mutex;

    (void)state;
    assert_int_equal(shmb_describe("MyApp.L", &info), SHMB_NOT_FOUND);
    assert_int_equal(shmb_request("MyApp.L", 4000, NULL, &made), SHMB_OK);
    assert_int_equal(made.made, 1);
    assert_int_equal(shmb_open("MyApp.L", SHMB_WRITE, 0, &segment), SHMB_OK);
    assert_int_equal(shmb_describe("MyApp.L", &info), SHMB_OK);
    assert_int_equal(info.bytes, 4000);
    assert_int_equal(shmb_request("MyApp.M", 0, &options, NULL), SHMB_OK);
    assert_int_equal(shmb_open_object("MyApp.M", SHMB_KIND_MUTEX, SHMB_WRITE, 0, &mutex), SHMB_OK);
    CloseHandle(mutex);
    assert_int_equal(shmb_release("MyApp.L", 0), SHMB_OK);
    assert_int_equal(shmb_state(segment, NULL), SHMB_NOT_FOUND);
    shmb_close(segment);
}

/* What a program does that asks for all rights, and creates what it can only open. */
static void an_old_program_uses_a_requested_name(void **state)
{
    static const struct launch user = {.standard_user = true};
    struct child *old;

    (void)state;
    shmb_expect(0, "", "request OldApp.Data --size 4096 --quiet");
    old = client_start(&user, "create section Global\\OldApp.Data");
    child_expect(old, "exists"); /* CreateFileMapping, PAGE_READWRITE */
    assert_int_equal(child_end(old), 0);
    old = client_start(&user, "open section Global\\OldApp.Data 0xF001F 0x6");
    child_expect(old, "0 0"); /* FILE_MAP_ALL_ACCESS, and read and write */
    assert_int_equal(child_end(old), 0);
    shmb_expect(0, "", "write OldApp.Data --text seen");
    shmb_expect(0, "seen\n", "read OldApp.Data --text");
}

static void doctor_tells_the_rule(void **state)
{
    const char *said;

    (void)state;
    assert_int_equal(shmb_run(&shmb_user, &said, "doctor MyApp.9 --size 64"), 1);
    assert_non_null(strstr(said, "requestable: nobody has requested it yet; rule MyApp"));
    assert_int_equal(shmb_run(&shmb_user, &said, "doctor Other.9"), 1);
    assert_non_null(strstr(said, "request-no-rule"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_broker, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_name_is_requested_used_and_released),
        TEST(what_no_rule_allows_is_refused),
        TEST(the_library_opens_it_at_once),
        TEST(an_old_program_uses_a_requested_name),
        TEST(doctor_tells_the_rule),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
