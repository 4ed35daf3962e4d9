/* A writer signals a change only while a program says that it waits: the waiters section. */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "opened.h"

#define NAME    "ShmbTest.Watched"
#define READERS "ShmbTest.ReadOnly"

static const struct launch user = {.standard_user = true};
static struct directory_row *row, *read_only;

static int begin(void **state)
{
    (void)state;
    stage_begin();
    row = stage_segment(NAME, 64, STAGE_LOCK | STAGE_NOTIFY | STAGE_WAITERS);
    read_only =
        stage_segment(READERS, 64, STAGE_LOCK | STAGE_NOTIFY | STAGE_READ_ONLY | STAGE_WAITERS);
    stage_publish();
    return 0;
}

static HANDLE change_event(const struct directory_row *of, unsigned which)
{
    char name[SHMB_NAME_BYTES];
    HANDLE event;

    snprintf(name, sizeof(name), "Global\\%s.changed.%u", of->name, which);
    event = OpenEventW(EVENT_ALL_ACCESS, FALSE, support_wide(name));
    assert_non_null(event);
    return event;
}

/* The change events that are set: a bit each. */
static unsigned set_events(const struct directory_row *of)
{
    unsigned found = 0, i;

    for (i = 0; i < SHMB_CHANGE_EVENTS; i++) {
        HANDLE event = change_event(of, i);

        if (WaitForSingleObject(event, 0) == WAIT_OBJECT_0)
            found |= 1u << i;
        CloseHandle(event);
    }
    return found;
}

static void set_all_events(const struct directory_row *of)
{
    unsigned i;

    for (i = 0; i < SHMB_CHANGE_EVENTS; i++) {
        HANDLE event = change_event(of, i);

        SetEvent(event);
        CloseHandle(event);
    }
}

static void change(shmb_segment *segment)
{
    assert_int_equal(shmb_update(segment, 0, "a", 1, SHMB_INFINITE, NULL), SHMB_OK);
}

/* follow NAME COUNT: says each change number, as shmb_wait_changed tells it. */
static int follow(int argc, char **argv)
{
    shmb_segment *segment;
    uint64_t number = 0;
    int left = atoi(argv[1]);

    (void)argc;
    if (shmb_open(argv[0], SHMB_READ, 0, &segment) != SHMB_OK)
        return 1;
    client_say("follows");
    for (; left > 0; left--) {
        int32_t result = shmb_wait_changed(segment, &number, SUPPORT_DEADLINE_MS);

        client_say("%d %u", result, (unsigned)number);
    }
    shmb_close(segment);
    return 0;
}

/* Until a program says that it waits. */
static void expect_waiting(const struct directory_row *of)
{
    const ULONGLONG start = GetTickCount64();

    while (*stage_waiting_until(of) <= GetTickCount64()) {
        assert_true(GetTickCount64() - start < SUPPORT_DEADLINE_MS);
        Sleep(1);
    }
}

static void without_a_waiter_no_event_is_touched(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    uint64_t number;
    int i;

    (void)state;
    for (i = 1; i <= 10; i++) {
        change(segment);
        assert_int_equal(set_events(row), 0);
    }
    assert_int_equal(shmb_change_number(segment, &number), SHMB_OK);
    assert_int_equal(number, 10);
    assert_int_equal(stage_block(row)->signalled, UINT64_C(10) << 8);
    /* A wait that is over counts no more. */
    *stage_waiting_until(row) = GetTickCount64() - 1;
    change(segment);
    assert_int_equal(set_events(row), 0);
    shmb_close(segment);
}

/* What was set for a waiter is reset before the event's turn comes again. */
static void one_that_waits_is_woken_and_the_event_reset_later(void **state)
{
    shmb_segment *segment = opened(READERS, SHMB_WRITE);
    struct child *reader = client_start(&user, "follow %s 1", READERS);
    int i;

    (void)state;
    child_expect(reader, "follows");
    expect_waiting(read_only);
    change(segment);
    child_expect(reader, "0 1");
    assert_int_equal(child_end(reader), 0);
    assert_int_equal(set_events(read_only), 1u << 1);
    *stage_waiting_until(read_only) = 0; /* as if it had waited long ago */
    for (i = 2; i < (int)SHMB_CHANGE_EVENTS; i++)
        change(segment);
    assert_int_equal(set_events(read_only), 1u << 1);
    change(segment);
    assert_int_equal(set_events(read_only), 0);
    shmb_close(segment);
}

/* Who follows the reference of shmb_change_event says that it waits as well. */
static void a_loop_of_its_own_says_so_too(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE), *reader = opened(NAME, SHMB_READ);
    const uint64_t before = GetTickCount64();
    uint64_t number;
    void *event;

    (void)state;
    assert_int_equal(shmb_change_number(reader, &number), SHMB_OK);
    assert_int_equal(shmb_change_event(reader, number, &event), SHMB_OK);
    assert_true(*stage_waiting_until(row) >= before + SHMB_RECHECK_MS);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    change(segment);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    shmb_close(segment);
    shmb_close(reader);
}

/* Nobody lowers what another one has stored, and nobody is disturbed by a time far ahead. */
static void the_latest_time_counts(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    uint64_t number = 0;

    (void)state;
    *stage_waiting_until(row) = UINT64_MAX;
    assert_int_equal(shmb_wait_changed(segment, &number, 1), SHMB_TIMEOUT);
    assert_int_equal(*stage_waiting_until(row), UINT64_MAX);
    change(segment);
    assert_int_equal(set_events(row), 1u << 1);
    shmb_close(segment);
}

/* A program without this library has set events, or the set is rubbish: all are reset in turn. */
static void a_set_of_another_number_is_no_set(void **state)
{
    static const uint64_t rubbish[] = {0, UINT64_MAX, UINT64_C(99) << 8};
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    unsigned i, k;

    (void)state;
    change(segment);
    for (i = 0; i < 3; i++) {
        set_all_events(row);
        stage_block(row)->signalled = rubbish[i];
        for (k = 0; k < SHMB_CHANGE_EVENTS; k++)
            change(segment);
        assert_int_equal(set_events(row), 0);
    }
    shmb_close(segment);
}

/* A writer that died between the number and the set. */
static void a_writer_that_dies_leaves_no_event_set_in_vain(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    unsigned k;

    (void)state;
    change(segment);
    set_all_events(row);
    stage_block(row)->change++; /* the set is as of the number before */
    for (k = 0; k < SHMB_CHANGE_EVENTS; k++)
        change(segment);
    assert_int_equal(set_events(row), 0);
    shmb_close(segment);
}

/* ---- a waiters section that is not as it should be ---- */

#define TAMPERED_CHANGES 20

/* The first change may be found when the sleep ends; then the program looks more often. */
static void who_lowers_the_time_delays_others_once(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    struct child *reader = client_start(NULL, "follow %s %d", NAME, TAMPERED_CHANGES);
    ULONGLONG start;
    char line[16];
    int i;

    (void)state;
    child_expect(reader, "follows");
    start = GetTickCount64();
    for (i = 1; i <= TAMPERED_CHANGES; i++) {
        expect_waiting(row);
        *stage_waiting_until(row) = 0;
        change(segment);
        snprintf(line, sizeof(line), "0 %d", i);
        child_expect(reader, line);
    }
    assert_true(GetTickCount64() - start < TAMPERED_CHANGES * SHMB_RECHECK_MS / 2);
    assert_int_equal(child_end(reader), 0);
    shmb_close(segment);
}

/* The directory promises it, and it is not there, too short, or another program's. */
static void without_the_section_each_change_is_signalled(void **state)
{
    static const enum stage_owner owners[] = {STAGE_OURS, STAGE_OURS, STAGE_STRANGER};
    static const uint64_t sizes[] = {0, 64, 8192};
    /* Of their own: the directory of the one before is kept for a moment. */
    static const char *const names[] = {"ShmbTest.None", "ShmbTest.Short", "ShmbTest.Foreign"};
    unsigned i;

    (void)state;
    for (i = 0; i < 3; i++) {
        struct directory_row *other;
        shmb_segment *segment;
        struct child *reader;
        uint64_t number = 0;

        stage_end();
        stage_begin();
        if (sizes[i] != 0)
            stage_object(SHMB_SECTION, SHMB_WAITERS_PREFIX "1", sizes[i], owners[i],
                         STAGE_SECTION_WRITE);
        other = stage_segment(names[i], 64, STAGE_LOCK | STAGE_NOTIFY);
        other->flags |= SHMB_ENTRY_WAITERS;
        other->control_block = sizes[i] == 64 ? STAGE_BLOCKS - 1 : 0;
        if (sizes[i] == 64)
            ((struct shmb_block *)(void *)(stage_control(1) + 1))[STAGE_BLOCKS - 1].generation =
                other->generation;
        stage_publish();
        segment = opened(names[i], SHMB_WRITE);
        reader = client_start(NULL, "follow %s 2", names[i]);
        child_expect(reader, "follows");
        change(segment);
        child_expect(reader, "0 1");
        assert_true((set_events(other) & 1u << 1) != 0);
        change(segment);
        child_expect(reader, "0 2");
        assert_int_equal(child_end(reader), 0);
        assert_int_equal(shmb_wait_changed(segment, &number, 0), SHMB_OK);
        assert_int_equal(number, 2);
        shmb_close(segment);
    }
}

static const struct verb verbs[] = {{"follow", 2, follow}};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(without_a_waiter_no_event_is_touched),
        STAGED(one_that_waits_is_woken_and_the_event_reset_later),
        STAGED(a_loop_of_its_own_says_so_too),
        STAGED(the_latest_time_counts),
        STAGED(a_set_of_another_number_is_no_set),
        STAGED(a_writer_that_dies_leaves_no_event_set_in_vain),
        STAGED(who_lowers_the_time_delays_others_once),
        STAGED(without_the_section_each_change_is_signalled),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
