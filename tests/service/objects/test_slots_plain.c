/*
 * What a broker makes for fast locks, as a second process sees it with plain Win32: the event, the
 * slots and their mutexes; and that a thread that holds a lock notices nothing of a broker that is
 * killed, and of the next one.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "compiler.h"
#include "control.h"
#include "lock_word.h"
#include "slots.h"

#define NAME "ShmbTest.Fast"

static const char configuration[] =
    "version: 1\n"
    "defaults: { access: { write: [Users] } }\n"
    "segments:\n"
    "  " NAME ": { size: 64, lock: { kind: fast, max_lockers: 5 } }\n"
    "  ShmbTest.Read: { size: 64, lock: fast, access: { read: [Users] } }\n";

static const struct launch user = {.standard_user = true};
static const struct launch outlived = {.breakaway = true}; /* a broker, by its keeper */

static void *map(const char *name)
{
    HANDLE section = OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, support_wide(name));

    return section != NULL ? MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0) : NULL;
}

static HANDLE slot_mutex(unsigned slot)
{
    char name[64];

    snprintf(name, sizeof(name), "Global\\ShmBroker.Slot.1.%u", slot);
    return OpenMutexW(SYNCHRONIZE | MUTEX_MODIFY_STATE, FALSE, support_wide(name));
}

/* The lock word of segment `index`: that of its block in the first control section. */
static volatile uint64_t *lock_word(unsigned index)
{
    void *control = map("Global\\ShmBroker.Control.1");

    return control != NULL ? &shmb_control_block(control, 4096, index)->lock_word : NULL;
}

/*
 * take SLOT SEGMENT: as the library, takes a slot and the lock; "holding"; at the end, what it
 * finds.
 */
static int take(int argc, char **argv)
{
    const uint32_t slot = (uint32_t)atoi(argv[0]);
    HANDLE mutex = slot_mutex(slot);
    struct shmb_slots *slots = map("Global\\ShmBroker.Slots.1");
    volatile uint64_t *word = lock_word((unsigned)atoi(argv[1]));
    struct shmb_slots header;
    struct shmb_slot *mine;
    uint64_t identity, expected = 0;

    (void)argc;
    if (mutex == NULL || slots == NULL || word == NULL) {
        client_say("error %lu", GetLastError());
        return 1;
    }
    shmb_slots_header(1, 5, &header);
    if (memcmp(slots, &header, sizeof(header)) != 0 ||
        WaitForSingleObject(mutex, 0) != WAIT_OBJECT_0) {
        client_say("no slot");
        return 1;
    }
    mine = shmb_slots_at(slots, 4096, slot);
    mine->taken = 1;
    mine->generation++;
    identity = (uint64_t)mine->generation << SHMB_LOCK_GENERATION | (slot + 1);
    client_say(shmb_swap64(word, &expected, identity) ? "holding" : "not free");
    client_wait_for_end();
    client_say("%s", shmb_load64(word) == identity && mine->taken == 1 ? "same" : "lost");
    return 0;
}

/* look SLOT SEGMENT: the lock's word, the slot's generation, and what a wait for its mutex says. */
static int look(int argc, char **argv)
{
    const uint32_t slot = (uint32_t)atoi(argv[0]);
    HANDLE mutex = slot_mutex(slot);
    struct shmb_slots *slots = map("Global\\ShmBroker.Slots.1");
    volatile uint64_t *word = lock_word((unsigned)atoi(argv[1]));
    DWORD wait = mutex != NULL ? WaitForSingleObject(mutex, 0) : WAIT_FAILED;

    (void)argc;
    client_say("word %u, generation %u, mutex %s",
               word != NULL ? (unsigned)(shmb_load64(word) & 0xFFFF) : 99,
               slots != NULL ? shmb_slots_at(slots, 4096, slot)->generation : 99,
               wait == WAIT_OBJECT_0    ? "free"
               : wait == WAIT_ABANDONED ? "abandoned"
               : wait == WAIT_TIMEOUT   ? "owned"
                                        : "missing");
    return 0;
}

/* signals: the event wakes one waiter, once. */
static int signals(int argc, char **argv)
{
    HANDLE event = OpenEventW(SYNCHRONIZE | EVENT_MODIFY_STATE, FALSE, L"Global\\" NAME ".lock");
    DWORD first, second;

    (void)argc;
    (void)argv;
    SetEvent(event);
    first = WaitForSingleObject(event, 0);
    second = WaitForSingleObject(event, 0);
    client_say("%s", event != NULL && first == WAIT_OBJECT_0 && second == WAIT_TIMEOUT
                         ? "automatic"
                         : "another event");
    return 0;
}

static void programs_find_event_slots_and_mutexes(void **state)
{
    (void)state;
    broker_run(NULL, configuration);
    assert_string_equal(client_line(&user, "signals"), "automatic");
    /* A mutex of this name does not exist: ERROR_INVALID_HANDLE. */
    assert_string_equal(client_line(&user, "open mutex Global\\" NAME ".lock 0x120001"), "6");
    assert_string_equal(client_line(&user, "open event Global\\" NAME ".lock 0x120003"), "0");
    assert_string_equal(client_line(&user, "open section Global\\ShmBroker.Slots.1 0x20007"), "0");
    assert_string_equal(client_line(&user, "open mutex Global\\ShmBroker.Slot.1.4 0x120001"), "0");
    assert_string_equal(client_line(&user, "open mutex Global\\ShmBroker.Slot.1.5 0x120001"), "2");
    /* Readers see the slots, and take no part: a wait would take a signal, or a slot. */
    assert_string_equal(client_line(&user, "open section Global\\ShmBroker.Slots.2 0x20005"), "0");
    assert_string_equal(client_line(&user, "open section Global\\ShmBroker.Slots.2 0x20007"), "5");
    assert_string_equal(client_line(&user, "open mutex Global\\ShmBroker.Slot.2.1023 0x100000"),
                        "5");
    assert_string_equal(client_line(&user, "open event Global\\ShmbTest.Read.lock 0x100000"), "5");
}

static void a_thread_with_the_lock_notices_nothing_of_a_killed_broker(void **state)
{
    struct child *first = broker_run(&outlived, configuration), *holder;

    (void)state;
    holder = client_start(&user, "take 3 0");
    child_expect(holder, "holding");
    assert_string_equal(client_line(&user, "look 3 0"), "word 4, generation 1, mutex owned");
    child_kill(first);
    /* The keeper has the mutexes that nobody uses, too. */
    assert_string_equal(client_line(&user, "look 2 0"), "word 4, generation 0, mutex free");
    broker_run(NULL, configuration);
    assert_string_equal(client_line(&user, "look 3 0"), "word 4, generation 1, mutex owned");
    /* The same mutex: the client that looked before has ended without releasing it. */
    assert_string_equal(client_line(&user, "look 2 0"), "word 4, generation 0, mutex abandoned");
    assert_int_equal(child_end_with(holder, "same"), 0);
    /* It ended without releasing anything. */
    assert_string_equal(client_line(&user, "look 3 0"), "word 4, generation 1, mutex abandoned");
}

static void what_an_owner_left_that_died_meanwhile_is_there(void **state)
{
    struct child *first = broker_run(&outlived, configuration), *holder;

    (void)state;
    holder = client_start(&user, "take 0 0");
    child_expect(holder, "holding");
    child_kill(first);
    child_kill(holder);
    broker_run(NULL, configuration);
    assert_string_equal(client_line(&user, "look 0 0"), "word 1, generation 1, mutex abandoned");
}

#define MOVING                                                                                     \
    "version: 1\nwatch: true\ndefaults: { access: { write: [Users] } }\nsegments:\n"               \
    "  " NAME ": { size: 64, lock: { kind: fast, max_lockers: 5 } }\n"                             \
    "  ShmbTest.Moves: { size: 64, lock: { kind: fast, max_lockers: 5 }"

static void change_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

/* The segment gets another access list, and so another block and other slots. */
static void a_thread_that_holds_a_moving_lock_loses_it(void **state)
{
    const char *file = support_file(MOVING " }\n");
    struct child *broker, *holder;

    (void)state;
    broker = child_start(&outlived, "\"%s\" run --release --allow-unsafe-config --config \"%s\"",
                         support_sibling("shmbroker.exe"), file);
    assert_non_null(child_find(broker, "info 100:", SUPPORT_DEADLINE_MS));
    holder = client_start(&user, "take 1 1");
    child_expect(holder, "holding");
    change_file(file, MOVING ", access: { write: [Users, Interactive] } }\n");
    assert_non_null(strstr(child_find(broker, "warning 345:", SUPPORT_DEADLINE_MS),
                           "Global\\ShmbTest.Moves for too long (slot 1)"));
    assert_non_null(child_find(broker, "info 210:", SUPPORT_DEADLINE_MS));
    /* All ones: closed. The thread sees it as well. */
    assert_string_equal(client_line(&user, "look 1 1"), "word 65535, generation 1, mutex owned");
    assert_int_equal(child_end_with(holder, "lost"), 0);
    assert_string_equal(client_line(&user, "open section Global\\ShmBroker.Slots.3 0x20007"), "2");
    assert_string_equal(client_line(&user, "open section Global\\ShmBroker.Slots.2 0x20007"), "0");
}

int main(void)
{
    static const struct verb own[] = {
        {"take", 2, take}, {"look", 2, look}, {"signals", 0, signals}};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(programs_find_event_slots_and_mutexes, support_teardown),
        cmocka_unit_test_teardown(a_thread_with_the_lock_notices_nothing_of_a_killed_broker,
                                  support_teardown),
        cmocka_unit_test_teardown(a_thread_that_holds_a_moving_lock_loses_it, support_teardown),
        cmocka_unit_test_teardown(what_an_owner_left_that_died_meanwhile_is_there,
                                  support_teardown),
    };

    support_client(own, sizeof(own) / sizeof(own[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
