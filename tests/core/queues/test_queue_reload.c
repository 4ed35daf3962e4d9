/* Queues that a reload changes, makes anew, turns into something else, or retires. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "queue_world.h"

/* ---- reloaded ---- */

static const struct {
    const char *keys, *reason;
} changes[] = {
    {"slots: 9, slot_size: 100", "the slots cannot change from 8 to 9"},
    {"slots: 8, slot_size: 101", "the slot_size cannot change from 100 to 101 bytes"},
    {"slots: 8, slot_size: 100, producers: one", "producers cannot change from many to one"},
    {"slots: 8, slot_size: 100, consumers: one", "consumers cannot change from many to one"},
    {"slots: 8, slot_size: 100, overflow: refuse", "overflow cannot change from block to refuse"},
};
#define CHANGES (sizeof(changes) / sizeof(changes[0]))

static void change_layout(size_t number)
{
    char text[256];

    if (number == 1) {
        fake_client_open(fake, "Q");
        queue_use();
        queue_remember();
    }
    if (number > 1) {
        assert_true(reloads_told("Q", "defer", changes[number - 2].reason));
        queue_expect(8, 100, 0);
        queue_expect_used();
        assert_true(reloads_entry("Q").generation == queue_first_generation);
    }
    if (number > CHANGES) {
        fake_client_close(fake, "Q");
        return;
    }
    (void)snprintf(text, sizeof(text), ACCESS "queues: { Q: { %s } }\n", changes[number - 1].keys);
    reloads_change(text);
}

static void what_programs_have_taken_over_is_deferred(void **state)
{
    (void)state;
    reloads_live(change_layout, CHANGES + 1);
}

#define NO_QUEUE ACCESS "segments: { Q: { size: 100, lock: none } }\n"

static void expect_events(size_t handles)
{
    static const char *const events[] = {"Q.lock", "Q.items", "Q.room"};
    size_t i;

    for (i = 0; i < 3; i++) {
        const struct fake_object *event = fake_find(fake, events[i]);

        if (handles == 0) {
            assert_null(event);
            continue;
        }
        assert_non_null(event);
        assert_int_equal(event->handles, handles);
        assert_int_equal(reloads_entry(events[i]).state, SHMB_ENTRY_HELD);
        assert_non_null(strstr(event->sddl, "(A;;0x120003;;;S-1-5-21-1-2-3-1001)"));
    }
}

/* Another access, too: that is for a segment. */
static void become_a_segment(size_t number)
{
    switch (number) {
    case 1:
        fake_client_open(fake, "Q");
        queue_use();
        queue_remember();
        reloads_change("version: 1\nsegments: { Q: { size: 100, lock: none, access: { write: "
                       "Interactive } } }\n");
        break;
    case 2:
        assert_true(reloads_told("Q", "defer", "it is a queue and cannot become a section"));
        queue_expect(8, 100, 0);
        queue_expect_used();
        expect_events(1);
        fake_anew(fake, "Q"); /* in vain: it is in use */
        reloads_change(NO_QUEUE);
        break;
    case 3:
        queue_expect(8, 100, 0);
        expect_events(1);
        reloads_change(ACCESS QUEUE);
        break;
    case 4:
        queue_expect(8, 100, 0);
        queue_expect_used();
        expect_events(1);
        assert_true(reloads_entry("Q").generation == queue_first_generation);
        reloads_change(NO_QUEUE);
        break;
    case 5:
        expect_events(1);
        fake_client_close(fake, "Q");
        fake_anew(fake, "Q");
        reloads_change(NO_QUEUE);
        break;
    default:
        assert_int_equal(reloads_entry("Q").kind, SHMB_SECTION);
        reloads_change(NO_QUEUE);
        if (number > 6)
            expect_events(0);
    }
}

static void a_queue_that_is_to_be_something_else_keeps_its_events(void **state)
{
    (void)state;
    reloads_live(become_a_segment, 7);
}

static void retire_deferred(size_t number)
{
    static const char *const texts[] = {ACCESS "mutexes: { Q: }\n", ACCESS OTHER};
    static const char *const events[] = {"Q.lock", "Q.items", "Q.room"};
    size_t i;

    for (i = 0; number == 1 && i < 3; i++)
        fake_client_open(fake, events[i]);
    if (number < 3) {
        reloads_change(texts[number - 1]);
        return;
    }
    for (i = 0; i < 3; i++) {
        assert_true(fake_find(fake, events[i])->signalled);
        fake_client_close(fake, events[i]);
    }
}

static void those_who_sleep_learn_of_its_end(void **state)
{
    (void)state;
    reloads_live(retire_deferred, 3);
}

#define LARGER ACCESS "queues: { Q: { slots: 16, slot_size: 100, overflow: refuse } }\n"

static void recreate(size_t number)
{
    if (number == 1) {
        fake_client_open(fake, "Q");
        queue_use();
        queue_remember();
        fake_anew(fake, "Q");
        reloads_change(LARGER);
    } else if (number == 2) {
        assert_true(reloads_told("Q", "recreate", "a program has it open"));
        queue_expect(8, 100, 0);
        queue_expect_used();
        fake_client_close(fake, "Q");
        fake_anew(fake, "Q");
        reloads_change(LARGER);
    } else {
        assert_true(reloads_told("Q", "recreate", "done"));
        queue_expect(16, 100, SHMB_ENTRY_REFUSE);
        assert_int_equal(queue_now()->tail, 0);
        assert_int_equal(queue_now()->dropped, 0);
        assert_int_equal(fake_find(fake, "Q")->content[sizeof(struct shmb_queue_header) + 8], 0);
        assert_true(reloads_entry("Q").generation > queue_first_generation);
        /* A view of the old one may be left somewhere. */
        assert_true(
            ((const struct shmb_queue_header *)(const void *)queue_first_content)->generation ==
            UINT64_MAX);
    }
}

static void a_queue_that_is_made_anew_is_empty(void **state)
{
    (void)state;
    reloads_live(recreate, 3);
}

/* ---- retired ---- */

static void retire_and_return(size_t number)
{
    if (number == 1) {
        fake_client_open(fake, "Q");
        fake_client_open(fake, "Q.items");
        fake_client_open(fake, "Q.room");
        fake_client_open(fake, SLOTS);
        queue_use();
        queue_remember();
        reloads_change(ACCESS OTHER);
    } else if (number == 2) {
        assert_true(reloads_told("Q", "retire", "done"));
        assert_true(queue_now()->generation == UINT64_MAX);
        assert_true(fake_find(fake, "Q.items")->signalled);
        assert_true(fake_find(fake, "Q.room")->signalled);
        assert_true(queue_now()->put_lock == UINT64_MAX); /* also for those that wait for it */
        assert_true(queue_now()->get_lock == UINT64_MAX);
        queue_expect_used();
        reloads_change(ACCESS QUEUE);
    } else {
        assert_true(reloads_told("Q", "adopt", "done"));
        queue_expect(8, 100, 0);
        queue_expect_used();
        assert_int_equal(queue_now()->put_lock, 0);
        assert_int_equal(queue_now()->get_lock, 0);
        assert_true(reloads_entry("Q").generation == queue_first_generation);
        assert_int_equal(fake_event_count(fake, EVENT_QUEUE_REPAIRED), 0);
        fake_client_close(fake, "Q");
        fake_client_close(fake, "Q.items");
        fake_client_close(fake, "Q.room");
        fake_client_close(fake, SLOTS);
    }
}

static void a_retired_queue_says_so(void **state)
{
    (void)state;
    reloads_live(retire_and_return, 3);
}

static void return_in_vain(size_t number)
{
    if (number == 1) {
        fake_client_open(fake, "Q");
        reloads_change(ACCESS OTHER);
    } else if (number == 2) {
        assert_true(queue_now()->generation == UINT64_MAX);
        fake_fail(fake, FAKE_RANDOM, NULL, SYS_FAILED); /* no name for a new table */
        reloads_change(ACCESS OTHER QUEUE);
    } else {
        fake_mend(fake);
        assert_int_equal(reloads_report().reload_result, SHMB_RELOAD_REFUSED);
        assert_int_equal(fake_find(fake, "Q")->handles, 0);
        assert_true(queue_now()->generation == UINT64_MAX);
        fake_client_close(fake, "Q");
    }
}

static void a_reload_that_fails_retires_it_again(void **state)
{
    (void)state;
    reloads_live(return_in_vain, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, queue_begin, reloads_end)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(what_programs_have_taken_over_is_deferred),
        TEST(a_queue_that_is_to_be_something_else_keeps_its_events),
        TEST(those_who_sleep_learn_of_its_end),
        TEST(a_queue_that_is_made_anew_is_empty),
        TEST(a_retired_queue_says_so),
        TEST(a_reload_that_fails_retires_it_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
