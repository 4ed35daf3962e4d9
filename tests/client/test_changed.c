/* Waiting for changes: many waiters, few rights, writers that die or are mute. */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "opened.h"

#define NAME    "ShmbTest.Watched"
#define READERS "ShmbTest.ReadOnly"
#define ACK     "ShmbTest.Ack"
#define THREADS 4u /* of each waiting process */
#define STEPS   100u
#define BURSTS  60u

static const struct launch user = {.standard_user = true};
static struct directory_row *row, *read_only;
static HANDLE ack;

static int begin(void **state)
{
    (void)state;
    stage_begin();
    row = stage_segment(NAME, 64, STAGE_LOCK | STAGE_NOTIFY);
    read_only =
        stage_segment(READERS, 64, STAGE_LOCK | STAGE_NOTIFY | STAGE_READ_ONLY | STAGE_WAITERS);
    stage_segment("ShmbTest.Silent", 64, STAGE_LOCK);
    ack = stage_object(SHMB_SEMAPHORE, ACK, 1000, STAGE_OURS, 0x00120003);
    stage_publish();
    return 0;
}

/* The change event `which` of a row, with all rights. */
static HANDLE change_event(const struct directory_row *of, unsigned which)
{
    char name[SHMB_NAME_BYTES];
    HANDLE event;

    snprintf(name, sizeof(name), "Global\\%s.changed.%u", of->name, which);
    event = OpenEventW(EVENT_ALL_ACCESS, FALSE, support_wide(name));
    assert_non_null(event);
    return event;
}

static bool is_set(const struct directory_row *of, unsigned which)
{
    HANDLE event = change_event(of, which);
    bool set = WaitForSingleObject(event, 0) == WAIT_OBJECT_0;

    CloseHandle(event);
    return set;
}

/* ---- one process ---- */

static void the_number_counts_finished_writes(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE), *reader = opened(NAME, SHMB_READ);
    uint64_t number = 7;

    (void)state;
    assert_int_equal(shmb_change_number(reader, &number), SHMB_OK);
    assert_int_equal(number, 0);
    assert_int_equal(shmb_update(segment, 0, "a", 1, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_write_begin(segment), SHMB_OK);
    assert_int_equal(shmb_write(segment, 0, "b", 1, NULL), SHMB_OK);
    assert_int_equal(shmb_change_number(reader, &number), SHMB_OK);
    assert_int_equal(number, 1);
    assert_int_equal(shmb_write_end(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_change_number(reader, &number), SHMB_OK);
    assert_int_equal(number, 2);
    shmb_close(segment);
    shmb_close(reader);
}

static void of_the_events_those_are_set_that_are_past(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    unsigned change, i;

    (void)state;
    for (change = 1; change <= 3 * SHMB_CHANGE_EVENTS; change++) {
        assert_int_equal(shmb_update(segment, 0, &change, 4, 0, NULL), SHMB_OK);
        for (i = 0; i < SHMB_CHANGE_EVENTS; i++) {
            bool due = i == (change + 1) % SHMB_CHANGE_EVENTS;
            bool never = change < SHMB_CHANGE_EVENTS && (i == 0 || i > change);

            assert_int_equal(is_set(row, i), !due && !never);
        }
    }
    shmb_close(segment);
}

static void a_change_is_told_once(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE), *reader = opened(NAME, SHMB_READ);
    uint64_t number = 0;

    (void)state;
    assert_int_equal(shmb_wait_changed(reader, &number, 0), SHMB_TIMEOUT);
    assert_int_equal(shmb_wait_changed(reader, &number, 20), SHMB_TIMEOUT);
    assert_int_equal(number, 0);
    assert_int_equal(shmb_update(segment, 0, "a", 1, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_update(segment, 0, "b", 1, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_wait_changed(reader, &number, SHMB_INFINITE), SHMB_OK);
    assert_int_equal(number, 2);
    assert_int_equal(shmb_wait_changed(reader, &number, 0), SHMB_TIMEOUT);
    assert_int_equal(number, 2);
    shmb_close(segment);
    shmb_close(reader);
}

static void what_has_no_change_events_says_so(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Silent", SHMB_WRITE);
    uint64_t number = 5;
    void *event = segment;
    const char *call;
    char text[256];
    uint32_t code;

    (void)state;
    assert_int_equal(shmb_wait_changed(segment, &number, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_result_text(SHMB_BAD_ARGUMENT, text, sizeof(text)), SHMB_OK);
    assert_non_null(strstr(text, "notify: true"));
    assert_int_equal(shmb_last_failure(&code, &call), SHMB_BAD_ARGUMENT);
    assert_string_equal(call, "");
    assert_int_equal(code, 0);
    assert_int_equal(number, 5);
    assert_int_equal(shmb_change_event(segment, 0, &event), SHMB_BAD_ARGUMENT);
    assert_null(event);
    assert_int_equal(shmb_update(segment, 0, "a", 1, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_change_number(segment, &number), SHMB_OK);
    assert_int_equal(number, 1);
    assert_int_equal(shmb_wait_changed(NULL, &number, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_wait_changed(segment, NULL, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_change_number(NULL, &number), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_change_number(segment, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_change_event(segment, 0, NULL), SHMB_BAD_ARGUMENT);
    shmb_close(segment);
}

static void without_directory_nothing_is_told(void **state)
{
    shmb_segment *segment;
    uint64_t number = 5;
    char text[256];

    (void)state;
    stage_root_close();
    segment = opened(NAME, SHMB_READ);
    assert_int_equal(shmb_change_number(segment, &number), SHMB_BAD_ARGUMENT);
    assert_int_equal(number, 0);
    assert_int_equal(shmb_result_text(SHMB_BAD_ARGUMENT, text, sizeof(text)), SHMB_OK);
    assert_non_null(strstr(text, "without the broker's directory"));
    assert_int_equal(shmb_wait_changed(segment, &number, 0), SHMB_BAD_ARGUMENT);
    shmb_close(segment);
}

/* The events are not there: a writer writes all the same, a waiter is told. */
static void events_that_are_missing_stop_no_writer(void **state)
{
    struct directory_row *mute = stage_segment("ShmbTest.Mute", 64, STAGE_LOCK);
    shmb_segment *segment;
    uint64_t number = 0;

    (void)state;
    mute->flags |= SHMB_ENTRY_NOTIFY;
    stage_publish();
    segment = opened("ShmbTest.Mute", SHMB_WRITE);
    assert_int_equal(shmb_wait_changed(segment, &number, SUPPORT_DEADLINE_MS), SHMB_NOT_FOUND);
    assert_int_equal(shmb_update(segment, 0, "a", 1, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_wait_changed(segment, &number, 0), SHMB_OK);
    assert_int_equal(number, 1);
    shmb_close(segment);
}

static void a_strangers_event_is_neither_waited_for_nor_set(void **state)
{
    struct directory_row *mute = stage_segment("ShmbTest.Mute", 64, STAGE_LOCK);
    shmb_segment *segment;
    uint64_t number = 0;
    HANDLE stranger = NULL;
    unsigned i;

    (void)state;
    mute->flags |= SHMB_ENTRY_NOTIFY;
    for (i = 0; i < SHMB_CHANGE_EVENTS; i++) {
        char name[64];

        snprintf(name, sizeof(name), "ShmbTest.Mute.changed.%u", i);
        stranger = stage_object(i == 2 ? SHMB_MUTEX : SHMB_EVENT, name, 0,
                                i == 2 ? STAGE_OURS : STAGE_STRANGER, 0x001F0003);
    }
    stage_publish();
    segment = opened("ShmbTest.Mute", SHMB_WRITE);
    assert_int_equal(shmb_wait_changed(segment, &number, SUPPORT_DEADLINE_MS), SHMB_NOT_OURS);
    for (i = 1; i < 6; i++)
        assert_int_equal(shmb_update(segment, 0, "a", 1, 0, NULL), SHMB_OK);
    assert_int_equal(WaitForSingleObject(stranger, 0), WAIT_TIMEOUT);
    number = 5;
    /* the mutex */
    assert_int_equal(shmb_wait_changed(segment, &number, SUPPORT_DEADLINE_MS), SHMB_NOT_OURS);
    shmb_close(segment);
}

/* Anybody who may write may set the events: that must not make waiters run hot. */
static void false_alarms_are_no_changes_and_cost_little(void **state)
{
    shmb_segment *reader = opened(NAME, SHMB_READ);
    FILETIME unused, before[2], after[2];
    uint64_t number = 0, spent;
    unsigned i;

    (void)state;
    for (i = 0; i < SHMB_CHANGE_EVENTS; i++) {
        HANDLE event = change_event(row, i);

        SetEvent(event);
        CloseHandle(event);
    }
    GetThreadTimes(GetCurrentThread(), &unused, &unused, &before[0], &before[1]);
    assert_int_equal(shmb_wait_changed(reader, &number, 1500), SHMB_TIMEOUT);
    GetThreadTimes(GetCurrentThread(), &unused, &unused, &after[0], &after[1]);
    spent = 0;
    for (i = 0; i < 2; i++)
        spent += after[i].dwLowDateTime - before[i].dwLowDateTime;
    assert_true(spent < 5000000u); /* half a second, in 100 ns */
    shmb_close(reader);
}

/* ---- writers that die ---- */

/* What a writer leaves that was killed between the number and the signal. */
static DWORD WINAPI change_without_signal(void *unused)
{
    struct shmb_block *block = stage_block(row);

    (void)unused;
    Sleep(50);
    block->change = block->change + 1;
    return 0;
}

static void a_writer_that_dies_before_the_signal_is_noticed(void **state)
{
    shmb_segment *reader = opened(NAME, SHMB_READ);
    ULONGLONG start = GetTickCount64();
    uint64_t number = 0;
    HANDLE thread = CreateThread(NULL, 0, change_without_signal, NULL, 0, NULL);

    (void)state;
    assert_non_null(thread);
    /* Who looked at the end of its time only would find it, too, but later. */
    assert_int_equal(shmb_wait_changed(reader, &number, 2 * SUPPORT_DEADLINE_MS), SHMB_OK);
    assert_int_equal(number, 1);
    assert_true(GetTickCount64() - start < SUPPORT_DEADLINE_MS);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    shmb_close(reader);
}

/* half NAME: takes the lock, is in the middle of a write, and waits to be killed. */
static int half(int argc, char **argv)
{
    shmb_segment *segment;

    (void)argc;
    if (shmb_open(argv[0], SHMB_WRITE, 0, &segment) != SHMB_OK ||
        shmb_lock(segment, 0) != SHMB_OK || shmb_write_begin(segment) != SHMB_OK)
        return 1;
    client_say("in a write");
    client_wait_for_end();
    return 0;
}

static void a_writer_that_dies_in_its_write_has_changed_nothing(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    struct child *child = client_start(NULL, "half %s", NAME);
    uint64_t number = 0;

    (void)state;
    child_expect(child, "in a write");
    child_kill(child);
    assert_int_equal(shmb_wait_changed(segment, &number, 10), SHMB_TIMEOUT);
    assert_int_equal(shmb_update(segment, 0, "a", 1, 0, NULL), SHMB_ABANDONED);
    assert_int_equal(shmb_wait_changed(segment, &number, 0), SHMB_OK);
    assert_int_equal(number, 1);
    assert_true(is_set(row, 1));
    assert_false(is_set(row, 2));
    shmb_close(segment);
}

/* ---- many waiters ---- */

struct waiter {
    shmb_segment *segment;
    HANDLE ack;
};

/*
 * Waits for an event as the reference of shmb_change_event has it, but a change that is found when
 * the time is over counts only if the event is set, too: a lost wake-up would be the end.
 */
static bool wait_strictly(HANDLE event, shmb_segment *segment, uint64_t seen)
{
    uint64_t number;

    if (WaitForSingleObject(event, SHMB_RECHECK_MS) == WAIT_OBJECT_0)
        return true;
    return shmb_change_number(segment, &number) == SHMB_OK &&
           (number == seen || WaitForSingleObject(event, SUPPORT_DEADLINE_MS) == WAIT_OBJECT_0);
}

/* Acknowledges each change, of which there is one at a time. */
static DWORD WINAPI follow_strictly(void *argument)
{
    const struct waiter *waiter = argument;
    uint64_t seen = 0, number;
    void *event;

    while (seen < STEPS) {
        if (shmb_change_event(waiter->segment, seen, &event) != SHMB_OK ||
            shmb_change_number(waiter->segment, &number) != SHMB_OK)
            return 1;
        if (number == seen && !wait_strictly(event, waiter->segment, seen))
            return 2;
        if (shmb_change_number(waiter->segment, &number) != SHMB_OK)
            return 3;
        if (number == seen)
            continue;
        if (number != seen + 1)
            return 4;
        seen = number;
        ReleaseSemaphore(waiter->ack, 1, NULL);
    }
    return 0;
}

/* The same by shmb_wait_changed, for the bursts of which only the end is acknowledged. */
static DWORD WINAPI follow_bursts(void *argument)
{
    const struct waiter *waiter = argument;
    uint64_t number = 0, last = 0, end;

    while (last < BURSTS) {
        if (shmb_wait_changed(waiter->segment, &number, SUPPORT_DEADLINE_MS) != SHMB_OK)
            return 1;
        while (shmb_snapshot(waiter->segment, 0, &end, sizeof(end), NULL) == SHMB_BUSY)
            continue;
        if (end == last)
            continue;
        last = end;
        ReleaseSemaphore(waiter->ack, 1, NULL);
    }
    return 0;
}

/* follow strictly|bursts NAME: with some threads of one handle; says how each ended. */
static int follow(int argc, char **argv)
{
    struct waiter waiter;
    HANDLE threads[THREADS];
    DWORD code, worst = 0;
    void *semaphore;
    unsigned i;

    (void)argc;
    if (shmb_open(argv[1], SHMB_READ, 0, &waiter.segment) != SHMB_OK)
        return 1;
    semaphore = OpenSemaphoreW(SEMAPHORE_MODIFY_STATE, FALSE, L"Global\\" ACK);
    if (semaphore == NULL)
        return 1;
    waiter.ack = semaphore;
    for (i = 0; i < THREADS; i++) {
        threads[i] =
            CreateThread(NULL, 0, strcmp(argv[0], "bursts") == 0 ? follow_bursts : follow_strictly,
                         &waiter, 0, NULL);
        if (threads[i] == NULL)
            return 1;
    }
    client_say("following");
    for (i = 0; i < THREADS; i++) {
        WaitForSingleObject(threads[i], INFINITE);
        GetExitCodeThread(threads[i], &code);
        worst = code > worst ? code : worst;
        CloseHandle(threads[i]);
    }
    client_say("%lu", (unsigned long)worst);
    shmb_close(waiter.segment);
    return 0;
}

#define WAITERS 3u

static void start_waiters(struct child *waiters[WAITERS], const char *how, const char *name)
{
    const struct launch here = {0};
    size_t i;

    for (i = 0; i < WAITERS; i++) {
        waiters[i] = client_start(i == 0 ? &here : &user, "follow %s %s", how, name);
        child_expect(waiters[i], "following");
    }
}

static void expect_acks(void)
{
    unsigned i;

    for (i = 0; i < WAITERS * THREADS; i++)
        assert_int_equal(WaitForSingleObject(ack, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(ack, 0), WAIT_TIMEOUT);
}

static void end_waiters(struct child *waiters[WAITERS])
{
    size_t i;

    for (i = 0; i < WAITERS; i++) {
        child_expect(waiters[i], "0");
        assert_int_equal(child_end(waiters[i]), 0);
    }
}

/* With a waiters section, and without. */
static const char *const names[] = {READERS, NAME};

static void change_for_all(const char *name)
{
    shmb_segment *segment = opened(name, SHMB_WRITE);
    struct child *waiters[WAITERS];
    uint64_t i;

    start_waiters(waiters, "strictly", name);
    for (i = 1; i <= STEPS; i++) {
        assert_int_equal(shmb_update(segment, 0, &i, sizeof(i), 0, NULL), SHMB_OK);
        expect_acks();
    }
    end_waiters(waiters);
    shmb_close(segment);
}

static void each_change_wakes_all_waiters(void **state)
{
    (void)state;
    change_for_all(names[0]);
    change_for_all(names[1]);
}

/* Bursts of 1 to 9 changes, so that waiters are overtaken by exactly all events, too. */
static void burst_for_all(const char *name)
{
    shmb_segment *segment = opened(name, SHMB_WRITE);
    struct child *waiters[WAITERS];
    uint64_t burst, i;

    start_waiters(waiters, "bursts", name);
    for (burst = 1; burst <= BURSTS; burst++) {
        for (i = 0; i < burst % 9; i++)
            assert_int_equal(shmb_update(segment, 8, &i, sizeof(i), 0, NULL), SHMB_OK);
        assert_int_equal(shmb_update(segment, 0, &burst, sizeof(burst), 0, NULL), SHMB_OK);
        expect_acks();
    }
    end_waiters(waiters);
    shmb_close(segment);
}

static void the_last_change_of_a_burst_is_not_lost(void **state)
{
    (void)state;
    burst_for_all(names[0]);
    burst_for_all(names[1]);
}

static const struct verb verbs[] = {{"half", 1, half}, {"follow", 2, follow}};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(the_number_counts_finished_writes),
        STAGED(of_the_events_those_are_set_that_are_past),
        STAGED(a_change_is_told_once),
        STAGED(what_has_no_change_events_says_so),
        STAGED(without_directory_nothing_is_told),
        STAGED(events_that_are_missing_stop_no_writer),
        STAGED(a_strangers_event_is_neither_waited_for_nor_set),
        STAGED(false_alarms_are_no_changes_and_cost_little),
        STAGED(a_writer_that_dies_before_the_signal_is_noticed),
        STAGED(a_writer_that_dies_in_its_write_has_changed_nothing),
        STAGED(each_change_wakes_all_waiters),
        STAGED(the_last_change_of_a_burst_is_not_lost),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
