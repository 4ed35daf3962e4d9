/* One event for all changes of a segment: shmb_subscribe. */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "opened.h"
#include "processes.h"

#define NAME    "ShmbTest.Watched"  /* with a waiters section */
#define READERS "ShmbTest.ReadOnly" /* without */
#define SILENT  "ShmbTest.Silent"

static const struct launch user = {.standard_user = true};
static struct directory_row *row;

static int begin(void **state)
{
    (void)state;
    stage_begin();
    row = stage_segment(NAME, 64, STAGE_LOCK | STAGE_NOTIFY | STAGE_WAITERS);
    stage_segment(READERS, 64, STAGE_LOCK | STAGE_NOTIFY | STAGE_READ_ONLY);
    stage_segment(SILENT, 64, STAGE_LOCK);
    stage_publish();
    return 0;
}

static shmb_subscription *subscribed(shmb_segment *segment, uint64_t number, HANDLE *event)
{
    shmb_subscription *subscription;

    assert_int_equal(shmb_subscribe(segment, number, &subscription, event), SHMB_OK);
    assert_non_null(*event);
    return subscription;
}

static void change(shmb_segment *segment)
{
    assert_int_equal(shmb_update(segment, 0, "a", 1, SHMB_INFINITE, NULL), SHMB_OK);
}

static void expect_set(HANDLE event)
{
    assert_int_equal(WaitForSingleObject(event, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
}

/* follow NAME COUNT: subscribes, and says each change number that the event tells of. */
static int follow(int argc, char **argv)
{
    shmb_subscription *subscription;
    shmb_segment *segment;
    uint64_t seen = 0, number;
    void *event;
    int left = atoi(argv[1]);

    (void)argc;
    if (shmb_open(argv[0], SHMB_READ, 0, &segment) != SHMB_OK ||
        shmb_subscribe(segment, 0, &subscription, &event) != SHMB_OK)
        return 1;
    client_say("follows");
    while (left > 0 && WaitForSingleObject(event, SUPPORT_DEADLINE_MS) == WAIT_OBJECT_0) {
        if (shmb_change_number(segment, &number) != SHMB_OK)
            return 2;
        if (number == seen)
            continue;
        seen = number;
        client_say("%u", (unsigned)number);
        left--;
    }
    shmb_close(segment);
    shmb_unsubscribe(subscription);
    return left;
}

static void follow_changes_of(const char *name)
{
    shmb_segment *segment = opened(name, SHMB_WRITE);
    struct child *one = client_start(&user, "follow %s 30", name);
    struct child *other = client_start(NULL, "follow %s 30", name);
    char line[16];
    int i;

    child_expect(one, "follows");
    child_expect(other, "follows");
    for (i = 1; i <= 30; i++) {
        change(segment);
        snprintf(line, sizeof(line), "%d", i);
        child_expect(one, line);
        child_expect(other, line);
    }
    assert_int_equal(child_end(one), 0);
    assert_int_equal(child_end(other), 0);
    shmb_close(segment);
}

static void each_change_sets_it(void **state)
{
    (void)state;
    follow_changes_of(NAME);
    follow_changes_of(READERS);
}

static void it_resets_itself_and_tells_what_was_not_seen(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    shmb_subscription *subscription;
    HANDLE event;
    uint64_t number;

    (void)state;
    change(segment);
    subscription = subscribed(segment, 0, &event);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_OBJECT_0); /* change 1 is news */
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    change(segment);
    expect_set(event);
    shmb_unsubscribe(subscription);
    assert_int_equal(shmb_change_number(segment, &number), SHMB_OK);
    subscription = subscribed(segment, number, &event);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    shmb_unsubscribe(subscription);
    shmb_close(segment);
}

#define MANY 150 /* more than one thread can wait for */

static void many_at_once(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE), *other = opened(READERS, SHMB_WRITE);
    shmb_subscription *subscriptions[MANY];
    HANDLE events[MANY];
    int i, round;

    (void)state;
    for (i = 0; i < MANY; i++)
        subscriptions[i] = subscribed(i % 3 == 0 ? other : segment, 0, &events[i]);
    for (round = 0; round < 5; round++) {
        change(segment);
        for (i = 0; i < MANY; i++)
            if (i % 3 != 0)
                expect_set(events[i]);
        for (i = 0; i < MANY; i += 3)
            assert_int_equal(WaitForSingleObject(events[i], 0), WAIT_TIMEOUT);
        change(other);
        for (i = 0; i < MANY; i += 3)
            expect_set(events[i]);
    }
    for (i = 0; i < MANY; i++)
        shmb_unsubscribe(subscriptions[i]);
    shmb_close(segment);
    shmb_close(other);
}

static void it_outlives_the_segments_handle(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_READ), *writer;
    shmb_subscription *subscription;
    HANDLE event;

    (void)state;
    subscription = subscribed(segment, 0, &event);
    shmb_close(segment);
    writer = opened(NAME, SHMB_WRITE);
    change(writer);
    shmb_close(writer);
    expect_set(event);
    shmb_unsubscribe(subscription);
}

static void a_segment_that_is_gone_is_told_and_one_that_is_back(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    const uint64_t generation = stage_block(row)->generation;
    shmb_subscription *subscription;
    uint64_t number;
    HANDLE event;

    (void)state;
    subscription = subscribed(segment, 0, &event);
    stage_block(row)->generation = SHMB_BLOCK_MOVED;
    expect_set(event);
    assert_int_equal(shmb_change_number(segment, &number), SHMB_STALE);
    stage_block(row)->generation = generation;
    expect_set(event);
    change(segment);
    expect_set(event);
    shmb_unsubscribe(subscription);
    shmb_close(segment);
}

static void only_a_segment_with_notify_has_one(void **state)
{
    shmb_segment *segment = opened(SILENT, SHMB_WRITE), *watched = opened(NAME, SHMB_READ);
    shmb_subscription *subscription = (shmb_subscription *)(void *)&subscription;
    void *event = &event;

    (void)state;
    assert_int_equal(shmb_subscribe(segment, 0, &subscription, &event), SHMB_BAD_ARGUMENT);
    assert_null(subscription);
    assert_null(event);
    assert_int_equal(shmb_subscribe(NULL, 0, &subscription, &event), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_subscribe(watched, 0, NULL, &event), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_subscribe(watched, 0, &subscription, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_unsubscribe(NULL), SHMB_OK);
    shmb_close(segment);
    shmb_close(watched);
}

static volatile LONG writing;

static DWORD WINAPI write_on(void *segment)
{
    while (writing != 0)
        if (shmb_update(segment, 0, "a", 1, SHMB_INFINITE, NULL) != SHMB_OK)
            return 1;
    return 0;
}

/* Ends at any moment of a wait; a thread that waits for the event wakes. */
static DWORD WINAPI wait_for_event(void *event)
{
    return WaitForSingleObject(event, SUPPORT_DEADLINE_MS);
}

static void it_ends_while_changes_come(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    shmb_subscription *subscription;
    HANDLE event, thread;
    size_t before = 0;
    DWORD code;
    int i;

    (void)state;
    writing = 1;
    thread = CreateThread(NULL, 0, write_on, segment, 0, NULL);
    assert_non_null(thread);
    for (i = 0; i < 200; i++) {
        subscription = subscribed(segment, 0, &event);
        if (i % 2 == 0)
            expect_set(event);
        assert_int_equal(shmb_unsubscribe(subscription), SHMB_OK);
        if (i == 20) /* the thread pool has its own handles by now */
            before = processes_handles(GetCurrentProcessId());
    }
    assert_true(processes_handles(GetCurrentProcessId()) < before + 20);
    InterlockedExchange(&writing, 0);
    assert_int_equal(WaitForSingleObject(thread, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    assert_true(GetExitCodeThread(thread, &code) && code == 0);
    CloseHandle(thread);

    subscription = subscribed(segment, stage_block(row)->change, &event);
    thread = CreateThread(NULL, 0, wait_for_event, event, 0, NULL);
    assert_non_null(thread);
    while (WaitForSingleObject(thread, 0) == WAIT_TIMEOUT && before-- > 0)
        Sleep(0);
    shmb_unsubscribe(subscription);
    assert_int_equal(WaitForSingleObject(thread, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    CloseHandle(thread);
    shmb_close(segment);
}

/* Anybody who may write may set the change events: that must not make the thread pool run hot. */
static void false_alarms_cost_little(void **state)
{
    shmb_segment *reader = opened(NAME, SHMB_READ);
    FILETIME unused, before[2], after[2];
    shmb_subscription *subscription;
    uint64_t spent = 0;
    HANDLE event;
    unsigned i;

    (void)state;
    for (i = 0; i < SHMB_CHANGE_EVENTS; i++) {
        char name[SHMB_NAME_BYTES];
        HANDLE alarm;

        snprintf(name, sizeof(name), "Global\\%s.changed.%u", NAME, i);
        alarm = OpenEventW(EVENT_ALL_ACCESS, FALSE, support_wide(name));
        assert_non_null(alarm);
        SetEvent(alarm);
        CloseHandle(alarm);
    }
    subscription = subscribed(reader, 0, &event);
    GetProcessTimes(GetCurrentProcess(), &unused, &unused, &before[0], &before[1]);
    assert_int_equal(WaitForSingleObject(event, 1500), WAIT_TIMEOUT);
    GetProcessTimes(GetCurrentProcess(), &unused, &unused, &after[0], &after[1]);
    for (i = 0; i < 2; i++)
        spent += after[i].dwLowDateTime - before[i].dwLowDateTime;
    assert_true(spent < 5000000u); /* half a second, in 100 ns */
    shmb_unsubscribe(subscription);
    shmb_close(reader);
}

static const struct verb verbs[] = {{"follow", 2, follow}};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(each_change_sets_it),
        STAGED(it_resets_itself_and_tells_what_was_not_seen),
        STAGED(many_at_once),
        STAGED(it_outlives_the_segments_handle),
        STAGED(a_segment_that_is_gone_is_told_and_one_that_is_back),
        STAGED(only_a_segment_with_notify_has_one),
        STAGED(it_ends_while_changes_come),
        STAGED(false_alarms_cost_little),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
