/*
 * Damaged state files, each kind of damage at each place: no record that was never written, and a
 * broker that starts and holds everything.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "hash.h"
#include "life.h"
#include "names.h"
#include "state.h"
#include "state_damage.h"

#define TEXT_MAX  16384u
#define GIVEN_UP  7u /* bytes that a window of damage has */
#define OBJECTS   5u
#define PUBLISHED 4u /* root, report, control section, table */

static const char configuration[] = "version: 1\ndefaults: { access: { write: [Users] } }\n"
                                    "segments:\n"
                                    "  One: { size: 64 }\n"
                                    "  Two: { size: 64, lock: none }\n"
                                    "mutexes: { Three: {} }\n"
                                    "events: { Four: { reset: manual } }\n";

static struct fake *fake;
static struct sys_failure why;
static char whole[TEXT_MAX], text[TEXT_MAX];

static int set_up(void **state)
{
    (void)state;
    fake = life_begin(SHMB_SERVICE_SID);
    return 0;
}

/* ---- kinds of damage; each works at a byte, and returns false where there is nothing to do ----
 */

typedef bool (*damage)(char *bytes, size_t length, size_t at);

static bool cut(char *bytes, size_t length, size_t at)
{
    (void)length;
    bytes[at] = '\0';
    return true;
}

static bool flip(char *bytes, size_t length, size_t at)
{
    (void)length;
    bytes[at] = (char)(bytes[at] ^ 1);
    return bytes[at] != '\0';
}

static bool fill(char *bytes, size_t length, size_t at)
{
    size_t i;

    for (i = at; i < length && i < at + GIVEN_UP; i++)
        bytes[i] = (char)0xFF;
    return true;
}

/* The start of the line at a byte, and of the next one. */
static size_t line_start(const char *bytes, size_t at)
{
    while (at > 0 && bytes[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const char *bytes, size_t at)
{
    at += strcspn(bytes + at, "\n");
    return bytes[at] == '\n' ? at + 1 : at;
}

static bool lose_line(char *bytes, size_t length, size_t at)
{
    const size_t next = line_end(bytes, at);

    if (line_start(bytes, at) != at)
        return false;
    memmove(bytes + at, bytes + next, length + 1 - next);
    return true;
}

static bool double_line(char *bytes, size_t length, size_t at)
{
    const size_t size = line_end(bytes, at) - at;

    if (line_start(bytes, at) != at || length + size >= TEXT_MAX)
        return false;
    memmove(bytes + at + size, bytes + at, length + 1 - at);
    return true;
}

/* An old line comes again at the end: later lines win. */
static bool repeat_line(char *bytes, size_t length, size_t at)
{
    const size_t size = line_end(bytes, at) - at;

    if (line_start(bytes, at) != at || length + size >= TEXT_MAX)
        return false;
    memmove(bytes + length, bytes + at, size);
    bytes[length + size] = '\0';
    return true;
}

static bool swap_lines(char *bytes, size_t length, size_t at)
{
    static char first[TEXT_MAX];
    const size_t next = line_end(bytes, at), end = line_end(bytes, next);

    (void)length;
    if (line_start(bytes, at) != at || next == end)
        return false;
    memcpy(first, bytes + at, next - at);
    memmove(bytes + at, bytes + next, end - next);
    memcpy(bytes + at + (end - next), first, next - at);
    return true;
}

/* What a disk did not come to write, in the middle: everything up to the end is gone but a tail. */
static bool lose_middle(char *bytes, size_t length, size_t at)
{
    const size_t from = at + (length - at) / 2;

    memmove(bytes + at, bytes + from, length + 1 - from);
    return from != at;
}

static const damage damages[] = {cut,         flip,        fill,       lose_line,
                                 double_line, repeat_line, swap_lines, lose_middle};
#define DAMAGES      (sizeof(damages) / sizeof(damages[0]))
#define BYTE_DAMAGES 3u /* the first ones; the others concern lines */

/* ---- records ---- */

static const struct state_record records[] = {
    {.name = "Prices and more",
     .kind = SHMB_SECTION,
     .size = 65,
     .generation = 1000,
     .control = 3,
     .block = 2,
     .lock = "A lock"},
    {.name = "Old",
     .kind = SHMB_SECTION,
     .size = 9,
     .generation = 1001,
     .control = 3,
     .block = 1,
     .retired = true,
     .lock = ""},
    {.name = "Lock", .kind = SHMB_MUTEX, .generation = 1002},
};
#define RECORDS (sizeof(records) / sizeof(records[0]))

static void write_records(void)
{
    static const struct sys_keeper keeper = {.process = 4711, .started = 99};
    struct state *state = state_new(fake_system(fake), "b1");
    size_t i;

    assert_non_null(state);
    assert_int_equal(state_load(state, &why), SYS_OK);
    for (i = 0; i < RECORDS; i++)
        state_put(state, &records[i]);
    state_put_sid(state, "CORP\\Some Traders", "S-1-5-21-9");
    state_put_stamp(state, 1002);
    state_put_keeper(state, &keeper);
    assert_int_equal(state_commit(state, &why), SYS_OK);
    state_free(state);
    assert_true(strlen(fake_state_text(fake, STATE_FILE)) < TEXT_MAX);
    strcpy(whole, fake_state_text(fake, STATE_FILE));
}

/* Each record that is read is one that was written; where the lock is not known, it says so. */
static void expect_known_records(const struct state *state)
{
    const struct state_record *found;
    size_t at = 0, i;

    while ((found = state_next(state, &at)) != NULL) {
        for (i = 0; i < RECORDS && strcmp(found->name, records[i].name) != 0; i++)
            continue;
        assert_true(i < RECORDS);
        assert_int_equal(found->kind, records[i].kind);
        assert_int_equal(found->size, records[i].size);
        assert_int_equal(found->generation, records[i].generation);
        assert_int_equal(found->control, records[i].control);
        assert_int_equal(found->block, records[i].block);
        assert_int_equal(found->retired, records[i].retired);
        if (found->lock != NULL)
            assert_string_equal(found->lock, records[i].lock);
    }
}

static void no_record_that_was_never_written(void **unused)
{
    size_t kind, at, length, tried = 0;

    (void)unused;
    write_records();
    length = strlen(whole);
    for (kind = 0; kind < DAMAGES; kind++) {
        for (at = 0; at < length; at++) {
            struct state *state;
            enum sys_status status;

            strcpy(text, whole);
            if (!damages[kind](text, length, at))
                continue;
            fake_state_file(fake, STATE_FILE, text);
            state = state_new(fake_system(fake), "b1");
            assert_non_null(state);
            status = state_load(state, &why);
            assert_true(status == SYS_OK || status == SYS_NEWER); /* a digit of the head */
            expect_known_records(state);
            state_free(state);
            tried++;
        }
    }
    assert_true(tried > 64);
}

/* ---- lines with a right sum that no broker writes ---- */

static void no_line_that_no_broker_writes(void **unused)
{
    static const char *const lines[] = {
        "object section 65 1000 3 2 held", /* no name */
        "object section 65 1000 3 2 held ",
        "object section 65 1000 3 2 held a\\b",
        "object section 65 1000 3 2 held Local\\a",
        "object section 65 1000 3 held Bad",
        "object section 65 1000 3 4294967296 held Bad",
        "object section 65 1000 -1 2 held Bad",
        "object section 18446744073709551616 1000 3 2 held Bad",
        "object section 65 18446744073709551616 3 2 held Bad",
        "object section 0x41 1000 3 2 held Bad",
        "object section  1000 3 2 held Bad",
        "object Section 65 1000 3 2 held Bad",
        "object nothing 65 1000 3 2 held Bad",
        "object",
        "object ",
        "lock 1000",
        "lock 1000 Bad",
        "lock 1000 Bad\\a\\b",
        "lock 1000 \\Bad",
        "lock x Bad\\Lock",
        "sid S-1-5-21-9",
        "sid S-1-5-21-9 ",
        "sid",
        "stamp",
        "stamp x",
        "stamp 18446744073709551616",
        "keeper",
        "keeper 4294967296 1 lives",
        "keeper 1 x lives",
        "keeper 1",
    };
    size_t i, at;

    (void)unused;
    write_records();
    for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        for (at = 0; at < 2; at++) { /* behind all others, and behind the head and the boot */
            const size_t where = at == 0 ? strlen(whole) : line_end(whole, line_end(whole, 0));
            struct state *state = state_new(fake_system(fake), "b1");

            (void)snprintf(text, sizeof(text), "%.*s%08x %s\n%s", (int)where, whole,
                           (unsigned)shmb_hash_bytes(SHMB_HASH_START, lines[i], strlen(lines[i])),
                           lines[i], whole + where);
            fake_state_file(fake, STATE_FILE, text);
            assert_non_null(state);
            assert_int_equal(state_load(state, &why), SYS_OK);
            expect_known_records(state);
            assert_null(state_find(state, "Bad"));
            assert_true(state_stamp(state) <= 1002);
            /* What comes before is read, and what comes behind a damaged line is not trusted. */
            assert_true((state_find(state, "Lock") != NULL) == (at == 0));
            state_free(state);
        }
    }
}

/* ---- a broker ---- */

/* What clients have open outlives the broker: the next one adopts it, or says why not. */
static void let_clients_open(size_t number)
{
    (void)number;
    fake_client_open(fake, "One");
    fake_client_open(fake, "Two");
    fake_client_open(fake, "Three");
    fake_client_open(fake, SHMB_CONTROL_PREFIX "1");
}

static void expect_service(size_t number)
{
    (void)number;
    assert_int_equal(life_report().held, OBJECTS);
    assert_int_equal(life_report().missing, 0);
}

/* A new machine each time: a first broker, whose objects programs have open; its state. */
static size_t live_once(void)
{
    (void)life_end(NULL);
    fake = life_begin(SHMB_SERVICE_SID);
    life_run(configuration, let_clients_open, 1);
    assert_true(strlen(fake_state_text(fake, STATE_FILE)) < TEXT_MAX);
    strcpy(text, fake_state_text(fake, STATE_FILE));
    return strlen(text);
}

static void a_broker_serves_over_each_of_them(void **unused)
{
    size_t kind, at, length, first, tried = 0;

    (void)unused;
    length = live_once();
    strcpy(whole, text);
    first = line_end(whole, 0); /* not the version: over a newer broker's state nothing is served */
    for (kind = 0; kind < DAMAGES; kind++) {
        for (at = first; at < length; at++) {
            /* Of the damages to bytes, some in each line. */
            const size_t in_line = at - line_start(whole, at);

            if (kind < BYTE_DAMAGES ? in_line % 16 != 9 : in_line != 0)
                continue;
            assert_int_equal(live_once(), length);
            if (!damages[kind](text, length, at))
                continue;
            fake_state_file(fake, STATE_FILE, text);
            life_run(configuration, expect_service, 1);
            tried++;
        }
    }
    assert_true(tried > 64);
}

/* ---- a damaged file that another program holds, too ---- */

static void let_go_and_reload(size_t number)
{
    if (number == 1)
        fake_mend(fake);
    fake_wake(fake, SYS_WAKE_RELOAD);
}

/* Also where a reload is the first to write: what is damaged is told, and put aside. */
static void one_that_is_held_is_told_late(void **unused)
{
    size_t length = live_once();

    (void)unused;
    text[length / 2] ^= 1;
    fake_state_file(fake, STATE_FILE, text);
    fake_fail(fake, FAKE_STATE_READ, STATE_FILE, SYS_LATER);
    life_run(configuration, let_go_and_reload, 3);
    assert_int_equal(fake_event_count(fake, EVENT_RELOADED), 2);
    assert_int_equal(fake_event_count(fake, EVENT_STATE_DAMAGED), 1);
    assert_string_equal(fake_state_text(fake, STATE_DAMAGED_FILE), text);
}

static bool retired;

static void let_go_and_look_at_the_retired(size_t number)
{
    if (number == 1)
        fake_mend(fake);
    retired |= life_reports("retired\tGlobal\\Two\t");
    if (number >= 7)
        fake_wake(fake, SYS_WAKE_SESSIONS);
}

/* It is no longer configured, and a program has it open. */
static void what_is_retired_in_one_that_is_held_is_found_late(void **unused)
{
    (void)unused;
    (void)live_once();
    retired = false;
    fake_state_file(fake, STATE_FILE, text);
    fake_fail(fake, FAKE_STATE_READ, STATE_FILE, SYS_LATER);
    life_run("version: 1\ndefaults: { access: { write: [Users] } }\n"
             "segments: { One: { size: 64 } }\n",
             let_go_and_look_at_the_retired, 8);
    assert_true(retired);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, life_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_record_that_was_never_written),
        TEST(no_line_that_no_broker_writes),
        TEST(a_broker_serves_over_each_of_them),
        TEST(one_that_is_held_is_told_late),
        TEST(what_is_retired_in_one_that_is_held_is_found_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
