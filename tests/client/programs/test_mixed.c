/*
 * Clients of both bitnesses on one segment of the real broker. Each test goes
 * both ways: what a program does, its counterpart of the other bitness sees.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opened.h"
#include "record.h"

#define NAME   "ShmbTest.Mixed"
#define SIZE   4096u
#define WANTED 100u /* records that a reader sees of each writer */

static const char configuration[] =
    "version: 1\n"
    "segments:\n"
    "  " NAME ": { size: 4096, access: { write: [Interactive] } }\n";

static struct child *broker;

static int start_broker(void **state)
{
    (void)state;
    broker = broker_run_session0(configuration);
    child_keep(broker);
    return 0;
}

static int stop_broker(void **state)
{
    (void)state;
    child_kill(broker);
    return 0;
}

/* ---- the processes ---- */

static shmb_segment *open_here(uint32_t rights)
{
    shmb_segment *segment;
    int32_t result = shmb_open(NAME, rights, 0, &segment);

    if (result == SHMB_OK)
        return segment;
    client_say("shmb_open: %ld", (long)result);
    ExitProcess(1);
}

/* describe: size and generation. */
static int describe(int argc, char **argv)
{
    shmb_info info = {.size = sizeof(info)};
    int32_t result = shmb_describe(NAME, &info);

    (void)argc;
    (void)argv;
    client_say("%ld: %llu bytes, generation %llu, lock %s", (long)result,
               (unsigned long long)info.bytes, (unsigned long long)info.generation, info.lock);
    return 0;
}

/* try: takes the lock if it can be had at once, and says what came out. */
static int try_lock(int argc, char **argv)
{
    shmb_segment *segment = open_here(SHMB_WRITE);

    (void)argc;
    (void)argv;
    client_say("%ld", (long)shmb_lock(segment, 0));
    shmb_close(segment);
    return 0;
}

/* repair: the same, and declares the content good. */
static int repair(int argc, char **argv)
{
    shmb_segment *segment = open_here(SHMB_WRITE);
    int32_t result = shmb_lock(segment, 0);

    (void)argc;
    (void)argv;
    client_say("%ld, %ld", (long)result, (long)shmb_mark_consistent(segment));
    shmb_close(segment);
    return 0;
}

/* half: takes the lock, is in the middle of a write, and waits. */
static int half(int argc, char **argv)
{
    shmb_segment *segment = open_here(SHMB_WRITE);

    (void)argc;
    (void)argv;
    shmb_lock(segment, SHMB_INFINITE);
    client_say("in a write: %ld", (long)shmb_write_begin(segment));
    client_wait_for_end();
    shmb_close(segment);
    return 0;
}

/* write LETTER: one record after the other, until it is killed. */
static int write_records(int argc, char **argv)
{
    static unsigned char record[SIZE];
    shmb_segment *segment = open_here(SHMB_WRITE);
    uint32_t count = 0;
    int32_t result;

    (void)argc;
    do {
        record_fill(record, SIZE, argv[0][0], count);
        result = shmb_update(segment, 0, record, SIZE, SHMB_INFINITE, NULL);
        if (count++ == 0)
            client_say("writing");
    } while (result == SHMB_OK);
    client_say("shmb_update: %ld", (long)result);
    return 1;
}

/* watch LETTERS: snapshots without a lock, until it has seen enough of each writer. */
static int watch(int argc, char **argv)
{
    static unsigned char record[SIZE];
    static struct record_tally tally;
    shmb_segment *segment = open_here(SHMB_READ);
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;

    (void)argc;
    while (!record_enough(&tally, argv[0], WANTED) && GetTickCount64() < until) {
        int32_t result = shmb_snapshot(segment, 0, record, SIZE, NULL);

        if (result == SHMB_OK) {
            record_count(&tally, record, SIZE);
        } else if (result != SHMB_BUSY) {
            client_say("shmb_snapshot: %ld", (long)result);
            return 1;
        }
    }
    client_say(record_enough(&tally, argv[0], WANTED) ? "%u torn"
                                                      : "not seen often enough, %u torn",
               tally.torn);
    shmb_close(segment);
    return 0;
}

/* ---- the tests' side ---- */

static const struct launch user = {.standard_user = true};

typedef struct child *starter(const struct launch *how, const char *format, ...);

static starter *const ways[][2] = {
    {client_start, client_start_other},
    {client_start_other, client_start},
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

static void expect_line(starter *run, const char *verb, const char *line)
{
    struct child *child = run(&user, "%s", verb);

    child_expect(child, line);
    assert_int_equal(child_end(child), 0);
}

/* Kills what is left, and repairs what it may have left. */
static int end(void **state)
{
    support_teardown(state);
    child_end(client_start(NULL, "repair"));
    return support_teardown(state);
}

static void both_are_told_the_same(void **state)
{
    struct child *child = client_start(&user, "describe");
    char line[200];

    (void)state;
    snprintf(line, sizeof(line), "%s", child_line(child));
    assert_int_equal(child_end(child), 0);
    assert_memory_equal(line, "0: 4096 bytes, generation ", 26);
    assert_int_not_equal(line[26], '0');
    expect_line(client_start_other, "describe", line);
}

static void the_lock_keeps_the_other_out(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < WAYS; i++) {
        struct child *holder = ways[i][0](&user, "half");

        child_expect(holder, "in a write: 0");
        expect_line(ways[i][1], "try", "-9"); /* TIMEOUT */
        assert_int_equal(child_end(holder), 0);
        expect_line(ways[i][1], "try", "0");
    }
}

static void a_death_is_told_to_the_other(void **state)
{
    shmb_segment *reader = opened(NAME, SHMB_READ);
    size_t i;
    char byte;

    (void)state;
    for (i = 0; i < WAYS; i++) {
        struct child *holder = ways[i][0](&user, "half");

        child_expect(holder, "in a write: 0");
        child_kill(holder);
        expect_line(ways[i][1], "try", "1"); /* ABANDONED */
        assert_int_equal(shmb_snapshot(reader, 0, &byte, 1, NULL), SHMB_INCONSISTENT);
        expect_line(ways[i][0], "try", "1");
        expect_line(ways[i][1], "repair", "1, 0");
        expect_line(ways[i][0], "try", "0");
        assert_int_equal(shmb_snapshot(reader, 0, &byte, 1, NULL), SHMB_OK);
    }
    shmb_close(reader);
}

static void expect_whole_copies(struct child *watcher)
{
    child_expect(watcher, "0 torn");
    assert_int_equal(child_end(watcher), 0);
}

static void no_copy_of_the_others_writes_is_torn(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < WAYS; i++) {
        struct child *writer = ways[i][0](&user, "write A");

        child_expect(writer, "writing");
        expect_whole_copies(ways[i][1](&user, "watch A"));
        child_kill(writer);
        child_end(client_start(NULL, "repair"));
    }
}

static void no_copy_is_torn_where_both_write(void **state)
{
    struct child *one = client_start(&user, "write A");
    struct child *two = client_start_other(&user, "write B");
    struct child *first, *second;

    (void)state;
    child_expect(one, "writing");
    child_expect(two, "writing");
    first = client_start(&user, "watch AB");
    second = client_start_other(&user, "watch AB");
    expect_whole_copies(first);
    expect_whole_copies(second);
}

static const struct verb verbs[] = {
    {"describe", 0, describe}, {"try", 0, try_lock},        {"repair", 0, repair},
    {"half", 0, half},         {"write", 1, write_records}, {"watch", 1, watch},
};

static void the_other_bitness_is_not_here(void **state)
{
    (void)state;
    skip();
}

#define TEST(name) cmocka_unit_test_teardown(name, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_are_told_the_same),           TEST(the_lock_keeps_the_other_out),
        TEST(a_death_is_told_to_the_other),     TEST(no_copy_of_the_others_writes_is_torn),
        TEST(no_copy_is_torn_where_both_write),
    };
    const struct CMUnitTest alone[] = {cmocka_unit_test(the_other_bitness_is_not_here)};

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    if (support_counterpart() == NULL)
        return cmocka_run_group_tests(alone, NULL, NULL);
    return cmocka_run_group_tests(tests, start_broker, stop_broker);
}
