/*
 * Clients that read and write on, plain and with the library, while the
 * configuration under them is changed in every way, and refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "service_manager.h"
#include "shmb.h"

#define NAME   "ShmbTest.Data"
#define ROUNDS 100 /* of a batch */

#define ONE "version: 1\ndefaults: { access: { write: [Interactive] } }\nsegments:\n"
#define OTHER                                                                                      \
    "version: 1\n"                                                                                 \
    "defaults: { access: { write: [Interactive], read: [Users] } }\n"                              \
    "segments:\n"
#define DATA       "  " NAME ": { size: 4096 }\n"
#define DATA_LARGE "  " NAME ": { size: 9000 }\n"
#define FURTHER    "  ShmbTest.Further: { size: 64 }\n"

static const struct launch user = {.standard_user = true};

/* ---- clients ---- */

/* What each writer has in its part of the segment; half written, the two differ. */
struct record {
    uint32_t count;
    uint32_t filling[14];
    uint32_t again;
};

enum { PLAIN_AT = 0, LIBRARY_AT = 1024 };

static void next_record(struct record *record)
{
    size_t i;

    record->count++;
    for (i = 0; i < sizeof(record->filling) / sizeof(record->filling[0]); i++)
        record->filling[i] = record->count * 2654435761u;
    record->again = record->count;
}

/* True if there is one; its first byte alone may be 0. */
static bool has_record(const unsigned char *bytes)
{
    struct record record;

    memcpy(&record, bytes, sizeof(record));
    return record.count != 0;
}

static bool is_whole(const struct record *record)
{
    size_t i;

    for (i = 0; i < sizeof(record->filling) / sizeof(record->filling[0]); i++)
        if (record->filling[i] != record->count * 2654435761u)
            return false;
    return record->again == record->count;
}

/* True until the test closes our input. */
static bool go_on(void)
{
    DWORD left;

    return PeekNamedPipe(GetStdHandle(STD_INPUT_HANDLE), NULL, 0, NULL, &left, NULL) != 0;
}

/* plain: counts under the mutex; "fine TICKS 0" after each batch. */
static int plain(int argc, char **argv)
{
    HANDLE section = OpenFileMappingW(FILE_MAP_WRITE, FALSE, L"Global\\" NAME);
    HANDLE mutex = OpenMutexW(SYNCHRONIZE | MUTEX_MODIFY_STATE, FALSE, L"Global\\" NAME ".lock");
    struct record *shared = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0), own = {0};
    int i;

    (void)argc;
    (void)argv;
    while (shared != NULL && go_on()) {
        unsigned long begun = (unsigned long)GetTickCount64();

        for (i = 0; i < ROUNDS; i++) {
            if (WaitForSingleObject(mutex, SUPPORT_DEADLINE_MS) != WAIT_OBJECT_0) {
                client_say("the lock is not to be had");
                return 1;
            }
            if (memcmp(shared, &own, sizeof(own)) != 0) {
                client_say("record %lu is lost", (unsigned long)own.count);
                return 1;
            }
            next_record(&own);
            *shared = own;
            ReleaseMutex(mutex);
        }
        client_say("fine %lu 0", begun);
    }
    return shared != NULL ? 0 : 1;
}

static int32_t count_once(shmb_segment *segment, struct record *own)
{
    struct record seen, next = *own;
    int32_t result = shmb_lock(segment, SUPPORT_DEADLINE_MS);

    if (result != SHMB_OK)
        return result;
    result = shmb_read(segment, LIBRARY_AT, &seen, sizeof(seen), NULL);
    if (result == SHMB_OK && memcmp(&seen, own, sizeof(seen)) != 0)
        result = 999; /* lost */
    next_record(&next);
    if (result == SHMB_OK)
        result = shmb_write(segment, LIBRARY_AT, &next, sizeof(next), NULL);
    if (result == SHMB_OK)
        *own = next;
    shmb_unlock(segment);
    return result;
}

/*
 * Says how a batch went: with the result of shmb_state, or SHMB_STALE if it was told so. The
 * handle stays open, and the next batch tries again.
 */
static int32_t say_batch(const shmb_segment *segment, unsigned long begun, int32_t result)
{
    if (result != SHMB_OK && result != SHMB_STALE)
        return result;
    client_say("fine %lu %d", begun, (int)(result == SHMB_OK ? shmb_state(segment, NULL) : result));
    return SHMB_OK;
}

/* library: the same, with the result of shmb_state after the time. */
static int library(int argc, char **argv)
{
    shmb_segment *segment;
    struct record own = {0};
    int32_t result = shmb_open(NAME, SHMB_WRITE, 0, &segment);
    int i;

    (void)argc;
    (void)argv;
    while (result == SHMB_OK && go_on()) {
        unsigned long begun = (unsigned long)GetTickCount64();

        for (i = 0; i < ROUNDS && result == SHMB_OK; i++)
            result = count_once(segment, &own);
        result = say_batch(segment, begun, result);
    }
    if (result != SHMB_OK)
        client_say("result %d", (int)result);
    shmb_close(segment);
    return result != SHMB_OK;
}

/* reader: snapshots of what the library writes, never by half, never back in time. */
static int reader(int argc, char **argv)
{
    shmb_segment *segment;
    struct record seen;
    uint32_t last = 0;
    int32_t result = shmb_open(NAME, SHMB_READ, 0, &segment);
    int i;

    (void)argc;
    (void)argv;
    while (result == SHMB_OK && go_on()) {
        unsigned long begun = (unsigned long)GetTickCount64();

        for (i = 0; i < ROUNDS && result == SHMB_OK; i++) {
            do
                result = shmb_snapshot(segment, LIBRARY_AT, &seen, sizeof(seen), NULL);
            while (result == SHMB_BUSY);
            if (result == SHMB_OK && (!is_whole(&seen) || seen.count < last))
                result = 999;
            if (result == SHMB_OK)
                last = seen.count;
        }
        result = say_batch(segment, begun, result);
    }
    if (result != SHMB_OK)
        client_say("result %d", (int)result);
    shmb_close(segment);
    return result != SHMB_OK;
}

/* ---- the service ---- */

static void serve(const char *text)
{
    char arguments[1024];

    snprintf(arguments, sizeof(arguments), "--config \"%s\"", scm_file(text));
    scm_create(arguments);
    scm_start();
    scm_wait(SERVICE_RUNNING);
}

static void reload(const char *text, DWORD code, const char *part)
{
    scm_file(text);
    broker_says("reload", code, part);
}

/* ---- tests ---- */

enum { PLAIN, LIBRARY, READER, WORKERS };
static struct child *workers[WORKERS];

static void start_workers(void)
{
    static const char *const who[WORKERS] = {"plain", "library", "reader"};
    size_t i;

    for (i = 0; i < WORKERS; i++)
        workers[i] = client_start(&user, "%s", who[i]);
}

/* Each does a batch that began later (ticks are long); those with the library know how the segment
 * stands. */
static void they_go_on(int32_t state)
{
    unsigned long now = (unsigned long)GetTickCount64(), begun;
    size_t i;

    for (i = 0; i < WORKERS; i++) {
        long told = 1;

        do {
            const char *line = child_line(workers[i]);
            char *end;

            if (line == NULL || strncmp(line, "fine ", 5) != 0)
                fail_msg("worker %zu: %s", i, line != NULL ? line : "has ended");
            begun = strtoul(line + 5, &end, 10);
            told = strtol(end, NULL, 10);
        } while ((long)(begun - now) <= 0);
        assert_int_equal(told, i == PLAIN ? SHMB_OK : state);
    }
}

static void end_workers(void)
{
    size_t i;

    for (i = 0; i < WORKERS; i++)
        assert_int_equal(child_end(workers[i]), 0);
}

/* The bytes of the two writers; returns the generation. */
static uint64_t read_records(unsigned char *bytes, size_t size, uint64_t segment_size)
{
    shmb_info info = {.size = sizeof(info)};
    shmb_segment *segment;

    assert_int_equal(shmb_open(NAME, SHMB_READ, 0, &segment), SHMB_OK);
    assert_int_equal(shmb_read(segment, 0, bytes, size, NULL), SHMB_OK);
    assert_int_equal(shmb_state(segment, &info), SHMB_OK);
    assert_int_equal(info.bytes, segment_size);
    shmb_close(segment);
    return info.generation;
}

static void clients_go_on_through_every_reload(void **state)
{
    unsigned char before[2048], after[2048];
    uint64_t generation;

    (void)state;
    serve(ONE DATA);
    start_workers();
    they_go_on(SHMB_OK);
    reload(ONE DATA FURTHER, 0, "create   Global\\ShmbTest.Further: done");
    they_go_on(SHMB_OK);
    reload(OTHER DATA FURTHER, 0, "access   Global\\" NAME ": done");
    they_go_on(SHMB_OK);
    assert_string_equal(client_line(&user, "open section Global\\" NAME " 0x6"), "0");
    reload(OTHER FURTHER, 0, "retire   Global\\" NAME ": done");
    they_go_on(SHMB_STALE);
    reload(OTHER DATA FURTHER, 0, "Global\\" NAME ": done");
    they_go_on(SHMB_OK);
    reload(OTHER DATA_LARGE FURTHER, 1, "defer    Global\\" NAME ": ");
    they_go_on(SHMB_OK);
    broker_says("reload --recreate " NAME, 1, "a program has it open");
    they_go_on(SHMB_OK);
    reload(OTHER DATA_LARGE "  Bad: { size: 0 }\n", 1, "nothing has changed");
    they_go_on(SHMB_OK);
    end_workers();
    /* Nobody has it any more: what was deferred can be done. */
    generation = read_records(before, sizeof(before), 4096);
    reload(OTHER DATA_LARGE FURTHER, 1, "defer    Global\\" NAME ": ");
    broker_says("reload --recreate " NAME, 0, "recreate Global\\" NAME ": done");
    assert_true(read_records(after, sizeof(after), 9000) > generation);
    assert_memory_equal(after, before, sizeof(after));
    assert_true(has_record(after + PLAIN_AT));
    assert_true(has_record(after + LIBRARY_AT));
    /* And as if nothing had been. */
    reload(ONE DATA_LARGE, 0, "retire   Global\\ShmbTest.Further: done");
}

static int32_t lock_once(shmb_segment *segment)
{
    int32_t result = shmb_lock(segment, SUPPORT_DEADLINE_MS);

    if (result >= 0)
        shmb_unlock(segment);
    return result;
}

/* One access list becomes two: whose segment has moved hears of it, and opens it again. */
static void where_a_list_is_split_one_opens_again(void **state)
{
    shmb_segment *stays, *moves, *again;
    HANDLE mutex;

    (void)state;
    serve(ONE DATA FURTHER);
    assert_int_equal(shmb_open(NAME, SHMB_WRITE, 0, &stays), SHMB_OK);
    assert_int_equal(shmb_open("ShmbTest.Further", SHMB_WRITE, 0, &moves), SHMB_OK);
    mutex = OpenMutexW(SYNCHRONIZE, FALSE, L"Global\\ShmbTest.Further.lock");
    assert_int_equal(shmb_update(moves, 0, "kept", 5, 0, NULL), SHMB_OK);
    reload(ONE DATA "  ShmbTest.Further: { size: 64, access: { write: [Users] } }\n", 0,
           "access   Global\\ShmbTest.Further: done");
    assert_int_equal(lock_once(stays), SHMB_OK);
    assert_int_equal(shmb_state(moves, NULL), SHMB_STALE);
    assert_int_equal(lock_once(moves), SHMB_STALE);
    assert_int_equal(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    ReleaseMutex(mutex);
    assert_int_equal(shmb_open("ShmbTest.Further", SHMB_WRITE, 0, &again), SHMB_OK);
    assert_int_equal(lock_once(again), SHMB_OK);
    assert_memory_equal(client_line(&user, "dump Global\\ShmbTest.Further"), "4096: 6b657074", 14);
    shmb_close(stays);
    shmb_close(moves);
    shmb_close(again);
    CloseHandle(mutex);
}

/* wait: for a change; the result. */
static int wait_here(int argc, char **argv)
{
    shmb_segment *segment;
    uint64_t number = 0;
    int32_t result = shmb_open(NAME, SHMB_READ, 0, &segment);

    (void)argc;
    (void)argv;
    client_say("waiting");
    if (result == SHMB_OK)
        result = shmb_wait_changed(segment, &number, SHMB_INFINITE);
    client_say("%d", (int)result);
    shmb_close(segment);
    return 0;
}

static void who_waits_for_a_change_hears_of_the_end(void **state)
{
    struct child *child;
    shmb_segment *segment;
    uint64_t number = 0;

    (void)state;
    serve(ONE "  " NAME ": { size: 4096, notify: true }\n" FURTHER);
    assert_int_equal(shmb_open(NAME, SHMB_WRITE, 0, &segment), SHMB_OK);
    child = client_start(&user, "wait");
    child_expect(child, "waiting");
    reload(ONE FURTHER, 0, "retire   Global\\" NAME ": done");
    child_expect(child, "-16");
    assert_int_equal(child_end(child), 0);
    assert_int_equal(shmb_wait_changed(segment, &number, SHMB_INFINITE), SHMB_STALE);
    assert_int_equal(lock_once(segment), SHMB_STALE);
    assert_int_equal(shmb_state(segment, NULL), SHMB_NOT_FOUND);
    assert_int_equal(shmb_read(segment, 0, &number, 1, NULL), SHMB_OK);
    /* It comes back while it is open: it is the same one. */
    reload(ONE "  " NAME ": { size: 4096, notify: true }\n" FURTHER, 0, "Global\\" NAME ": done");
    number = 0;
    child = client_start(&user, "wait");
    child_expect(child, "waiting");
    assert_int_equal(shmb_update(segment, 0, "x", 1, 0, NULL), SHMB_OK);
    child_expect(child, "0");
    assert_int_equal(child_end(child), 0);
    assert_int_equal(shmb_wait_changed(segment, &number, 0), SHMB_OK);
    shmb_close(segment);
}

/* Who published, or did not, opens the segment again: no snapshot shows an old value for ever. */
static void snapshots_change_while_programs_have_the_segment_open(void **state)
{
    shmb_segment *before, *during, *after;
    char text[4] = "";

    (void)state;
    serve(ONE "  " NAME ": { size: 4096 }\n" FURTHER);
    assert_int_equal(shmb_open(NAME, SHMB_WRITE, 0, &before), SHMB_OK);
    assert_int_equal(shmb_update(before, 0, "one", 4, 0, NULL), SHMB_OK);
    reload(ONE "  " NAME ": { size: 4096, snapshots: double }\n" FURTHER, 0,
           "create   Global\\" NAME ".snapshots: done");
    assert_int_equal(shmb_update(before, 0, "bad", 4, 0, NULL), SHMB_STALE);
    assert_int_equal(shmb_open(NAME, SHMB_WRITE, 0, &during), SHMB_OK);
    assert_int_equal(shmb_snapshot(during, 0, text, 4, NULL), SHMB_OK);
    assert_string_equal(text, "one"); /* the broker has published it */
    assert_memory_equal(client_line(&user, "dump Global\\" NAME ".snapshots"), "12288: 01", 9);
    assert_int_equal(shmb_update(during, 0, "two", 4, 0, NULL), SHMB_OK);
    assert_memory_equal(client_line(&user, "dump Global\\" NAME ".snapshots"), "12288: 02", 9);
    assert_memory_equal(client_line(&user, "dump Global\\" NAME), "4096: 74776f", 12);
    reload(ONE "  " NAME ": { size: 4096 }\n" FURTHER, 0,
           "retire   Global\\" NAME ".snapshots: done");
    assert_int_equal(shmb_snapshot(during, 0, text, 4, NULL), SHMB_STALE);
    assert_int_equal(shmb_open(NAME, SHMB_WRITE, 0, &after), SHMB_OK);
    assert_int_equal(shmb_snapshot(after, 0, text, 4, NULL), SHMB_OK);
    assert_string_equal(text, "two");
    shmb_close(before);
    shmb_close(during);
    shmb_close(after);
}

static const struct verb verbs[] = {
    {"plain", 0, plain}, {"library", 0, library}, {"reader", 0, reader}, {"wait", 0, wait_here}};

#define TEST(name) cmocka_unit_test_teardown(name, scm_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clients_go_on_through_every_reload),
        TEST(where_a_list_is_split_one_opens_again),
        TEST(who_waits_for_a_change_hears_of_the_end),
        TEST(snapshots_change_while_programs_have_the_segment_open),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
