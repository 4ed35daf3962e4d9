/*
 * A queue as the real broker makes it, seen by a second process that knows nothing but Win32 and
 * the offsets of client/sync/queue_layout.h: its bytes and events, its end with a killed broker,
 * and its retirement.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "service_manager.h"

#define NAME   "ShmbTest.Queue"
#define GLOBAL "Global\\" NAME
#define HEAD   "version: 1\ndefaults: { access: { read: [Users], write: [Interactive] } }\n"
#define QUEUE                                                                                      \
    "queues: { " NAME ": { slots: 4, slot_size: 50, producers: one, overflow: refuse, "            \
    "max_lockers: 2 } }\n"
#define OTHER "mutexes: { ShmbTest.Mutex: {} }\n"

/* Offsets and sizes, written out once more. */
#define AT_GENERATION 64
#define AT_TAIL       192
#define AT_DROPPED    512
#define AT_MESSAGE    (1024 + 64 + 8) /* of the second slot */
#define BYTES         (1024 + 4 * 64)

static const struct launch user = {.standard_user = true};
static const struct launch reader = {.standard_user = true, .deny = "IU"};

/* ---- clients ---- */

static uint64_t number_at(const unsigned char *view, size_t at)
{
    uint64_t number;

    memcpy(&number, view + at, sizeof(number));
    return number;
}

static void say_header(const unsigned char *view)
{
    char hex[2 * 36 + 1];
    size_t i;

    for (i = 0; i < 36; i++)
        snprintf(hex + 2 * i, 3, "%02x", view[i]);
    client_say("%s", hex);
}

static const char *generation_word(const unsigned char *view, uint64_t before)
{
    const uint64_t now = number_at(view, AT_GENERATION);

    return now == UINT64_MAX ? "retired" : now == before ? "same" : "other";
}

/* Their number is in the directory, which a plain program does not read. */
static HANDLE open_slots(void)
{
    HANDLE slots = NULL;
    int number;

    for (number = 1; slots == NULL && number <= 9; number++) {
        wchar_t name[40];

        swprintf(name, 40, L"Global\\ShmBroker.Slots.%d", number);
        slots = OpenFileMappingW(FILE_MAP_WRITE, FALSE, name);
    }
    return slots;
}

/*
 * use: the header, then "holding" with a message in the queue. At each line of input, and at its
 * end: what has become of it.
 */
static int use(int argc, char **argv)
{
    HANDLE queue = OpenFileMappingW(FILE_MAP_WRITE | FILE_MAP_READ, FALSE, L"" GLOBAL);
    HANDLE items = OpenEventW(SYNCHRONIZE | EVENT_MODIFY_STATE, FALSE, L"" GLOBAL ".items");
    HANDLE room = OpenEventW(SYNCHRONIZE | EVENT_MODIFY_STATE, FALSE, L"" GLOBAL ".room");
    /* As a program of the library that has put a message: the slots stay as long. */
    HANDLE slots = open_slots();
    unsigned char *view = queue != NULL ? MapViewOfFile(queue, FILE_MAP_WRITE, 0, 0, BYTES) : NULL;
    const uint64_t tail = 1, dropped = 9;
    uint64_t generation;

    (void)argc;
    (void)argv;
    if (view == NULL || items == NULL || room == NULL || slots == NULL) {
        client_say("error %lu", GetLastError());
        return 1;
    }
    say_header(view);
    generation = number_at(view, AT_GENERATION);
    client_say("%s", generation != 0 && generation != UINT64_MAX && number_at(view, AT_TAIL) == 0 &&
                             number_at(view, AT_DROPPED) == 0 &&
                             WaitForSingleObject(items, 0) == WAIT_TIMEOUT &&
                             WaitForSingleObject(room, 0) == WAIT_TIMEOUT
                         ? "empty"
                         : "not empty");
    memcpy(view + AT_MESSAGE, "hello", 5);
    memcpy(view + AT_DROPPED, &dropped, sizeof(dropped));
    memcpy(view + AT_TAIL, &tail, sizeof(tail));
    client_say("holding");
    client_wait_for_end();
    client_say("%s %.5s %llu %llu items %s room %s", generation_word(view, generation),
               (const char *)view + AT_MESSAGE, (unsigned long long)number_at(view, AT_TAIL),
               (unsigned long long)number_at(view, AT_DROPPED),
               WaitForSingleObject(items, 0) == WAIT_OBJECT_0 ? "set" : "reset",
               WaitForSingleObject(room, 0) == WAIT_OBJECT_0 ? "set" : "reset");
    return 0;
}

/* damage: writes another number of slots and another generation, and waits. */
static int damage(int argc, char **argv)
{
    HANDLE queue = OpenFileMappingW(FILE_MAP_WRITE, FALSE, L"" GLOBAL);
    unsigned char *view = queue != NULL ? MapViewOfFile(queue, FILE_MAP_WRITE, 0, 0, BYTES) : NULL;

    (void)argc;
    (void)argv;
    if (view == NULL)
        return 1;
    memset(view + 16, 0xFF, 4);
    memset(view + AT_GENERATION, 0x11, 8);
    client_say("damaged");
    client_wait_for_end();
    say_header(view);
    return 0;
}

static const struct verb own[] = {{"use", 0, use}, {"damage", 0, damage}};

/* Magic, ABI 1, 1024, 64, 4 slots, 50 bytes, ONE_PRODUCER | REFUSE; then zeros. */
#define HEADER                                                                                     \
    "53484d51"                                                                                     \
    "01000000"                                                                                     \
    "00040000"                                                                                     \
    "40000000"                                                                                     \
    "04000000"                                                                                     \
    "32000000"                                                                                     \
    "00140000"                                                                                     \
    "0000000000000000"

static struct child *start_user(void)
{
    struct child *child = client_start(&user, "use");

    child_expect(child, HEADER);
    child_expect(child, "empty");
    child_expect(child, "holding");
    return child;
}

/* ---- tests ---- */

static void bytes_and_rights(void **state)
{
    struct child *broker = broker_run_session0(HEAD QUEUE), *holder = start_user();

    (void)state;
    assert_int_equal(child_end_with(holder, "same hello 1 9 items reset room reset"), 0);
    assert_string_equal(client_line(&user, "open section " GLOBAL " 0x6 0x40000"), "0 5");
    assert_string_equal(client_line(&reader, "open section " GLOBAL " 0x4 0x2"), "0 5");
    assert_string_equal(client_line(&user, "open event " GLOBAL ".lock 0x100002 0x40000"), "0 5");
    assert_string_equal(client_line(&user, "open event " GLOBAL ".items 0x100002"), "0");
    assert_string_equal(client_line(&user, "open event " GLOBAL ".room 0x100002"), "0");
    /* A wait of a reader would take the signal of a program that may write. */
    assert_string_equal(client_line(&reader, "open event " GLOBAL ".lock 0x20000 0x100000 0x2"),
                        "0 5 5");
    assert_string_equal(client_line(&reader, "open event " GLOBAL ".items 0x20000 0x100000 0x2"),
                        "0 5 5");
    assert_string_equal(client_line(&reader, "open event " GLOBAL ".room 0x20000 0x100000 0x2"),
                        "0 5 5");
    child_kill(broker);
}

static void messages_outlive_a_killed_broker(void **state)
{
    struct child *broker = broker_run_session0(HEAD QUEUE), *holder = start_user();

    (void)state;
    child_kill(broker);
    broker = broker_run_session0(HEAD QUEUE);
    assert_int_equal(child_end_with(holder, "same hello 1 9 items reset room reset"), 0);
    child_kill(broker);
}

static void a_start_repairs_what_a_program_has_damaged(void **state)
{
    struct child *broker = broker_run_session0(HEAD QUEUE), *holder = start_user(), *other;

    (void)state;
    other = client_start(&user, "damage");
    child_expect(other, "damaged");
    child_kill(broker);
    broker = broker_run_session0(HEAD QUEUE);
    assert_int_equal(child_end_with(other, HEADER), 0);
    assert_int_equal(child_end_with(holder, "same hello 1 9 items reset room reset"), 0);
    child_kill(broker);
}

/* With another access: that is for a segment. Its lock is missing, and made again as the event. */
static void a_start_that_wants_a_segment_leaves_it(void **state)
{
    static const char *const events[] = {"lock", "items", "room"};
    struct child *broker = broker_run_session0(HEAD QUEUE), *holder = start_user();
    char command[128];
    size_t i;

    (void)state;
    child_kill(broker);
    broker = broker_run_session0("version: 1\nsegments: { " NAME ": { size: 100, lock: { kind: "
                                 "mutex }, access: { write: [Users] } } }\n");
    assert_string_equal(client_line(&reader, "open section " GLOBAL " 0x4 0x2"), "0 5");
    for (i = 0; i < 3; i++) {
        snprintf(command, sizeof(command), "open event " GLOBAL ".%s 0x100002", events[i]);
        assert_string_equal(client_line(&user, command), "0");
        snprintf(command, sizeof(command), "open event " GLOBAL ".%s 0x20000 0x100000 0x2",
                 events[i]);
        assert_string_equal(client_line(&reader, command), "0 5 5");
    }
    assert_int_equal(child_end_with(holder, "same hello 1 9 items reset room reset"), 0);
    child_kill(broker);
}

static void reload(const char *text, DWORD code, const char *part)
{
    scm_file(text);
    broker_says("reload", code, part);
}

static void a_retired_queue_says_so(void **state)
{
    char arguments[1024];
    struct child *holder, *again;

    (void)state;
    snprintf(arguments, sizeof(arguments), "--config \"%s\"", scm_file(HEAD QUEUE OTHER));
    scm_create(arguments);
    scm_start();
    scm_wait(SERVICE_RUNNING);
    holder = start_user();
    reload(HEAD "queues: { " NAME ": { slots: 8, slot_size: 50 } }\n" OTHER, 1,
           "defer    " GLOBAL ": the slots cannot change from 4 to 8");
    broker_says("reload --recreate " NAME, 1, "a program has it open");
    reload(HEAD OTHER, 0, "retire   " GLOBAL ": done");
    assert_int_equal(child_end_with(holder, "retired hello 1 9 items set room set"), 0);
    /* Nobody has it any more: it comes back empty. */
    reload(HEAD QUEUE OTHER, 0, "create   " GLOBAL ": done");
    again = start_user();
    assert_int_equal(child_end(again), 0);
    broker_says("reload --recreate " NAME, 0, "recreate " GLOBAL ": done");
    again = start_user();
    assert_int_equal(child_end(again), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(bytes_and_rights, support_teardown),
        cmocka_unit_test_teardown(messages_outlive_a_killed_broker, support_teardown),
        cmocka_unit_test_teardown(a_start_repairs_what_a_program_has_damaged, support_teardown),
        cmocka_unit_test_teardown(a_start_that_wants_a_segment_leaves_it, support_teardown),
        cmocka_unit_test_teardown(a_retired_queue_says_so, scm_teardown),
    };

    support_client(own, sizeof(own) / sizeof(own[0]));
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
