/* Queues over the lives of brokers: header, directory, adoption, repair. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "queue_headers.h"
#include "queue_world.h"
#include "state.h"

/* ---- made ---- */

/* Whenever a table is published, the queue in it has its header. */
static void not_without_header(struct fake *which)
{
    const struct fake_object *root = fake_find(which, SHMB_ROOT_NAME);
    struct shmb_root_slot slot;

    if (root != NULL && root->content != NULL &&
        shmb_root_read(root->content, root->content_length, &slot) == SHMB_READ_OK)
        assert_true(queue_now()->generation == reloads_entry("Q").generation);
}

static void look_at_it(size_t number)
{
    static const char *const events[] = {"Q.lock", "Q.items", "Q.room"};
    size_t i;

    (void)number;
    queue_expect(8, 100, 0);
    queue_expect_slots();
    assert_int_equal(queue_now()->tail, 0);
    assert_non_null(strstr(fake_find(fake, "Q")->sddl, "(A;;0x20005;;;S-1-5-32-545)"));
    assert_non_null(strstr(fake_find(fake, "Q")->sddl, "(A;;0x20007;;;S-1-5-21-1-2-3-1001)"));
    for (i = 0; i < 3; i++) {
        const struct fake_object *event = fake_find(fake, events[i]);

        assert_int_equal(event->spec.kind, SHMB_EVENT);
        assert_false(event->spec.manual_reset);
        assert_false(event->signalled);
        /* A wait of a reader would take the signal. */
        assert_non_null(strstr(event->sddl, "(A;;0x20000;;;S-1-5-32-545)"));
        assert_non_null(strstr(event->sddl, "(A;;0x120003;;;S-1-5-21-1-2-3-1001)"));
        assert_int_equal(reloads_entry(events[i]).flags, SHMB_ENTRY_COMPANION);
    }
    assert_int_equal(fake_calls(fake, FAKE_FILL), 0);
}

static void a_new_queue_has_its_header_before_it_is_published(void **state)
{
    (void)state;
    fake_on_effect(fake, not_without_header);
    reloads_live(look_at_it, 1);
}

static void look_at_flags(size_t number)
{
    (void)number;
    queue_expect(1, 1048576,
                 SHMB_ENTRY_ONE_PRODUCER | SHMB_ENTRY_ONE_CONSUMER | SHMB_ENTRY_DROP_OLDEST);
}

static void what_is_configured_is_in_header_and_directory(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME,
              ACCESS "queues: { Q: { slots: 1, slot_size: 1 MiB, producers: one, consumers: one, "
                     "overflow: drop oldest } }\n");
    reloads_live(look_at_flags, 1);
}

static void look_at_failure(size_t number)
{
    if (number == 1) {
        assert_null(fake_find(fake, "Q"));
        assert_int_equal(reloads_entry("Q").state, SHMB_ENTRY_FAILED);
        fake_mend(fake);
    } else {
        queue_expect(8, 100, 0);
    }
}

static void a_queue_without_header_is_not_held(void **state)
{
    (void)state;
    fake_fail(fake, FAKE_MAP, "Q", SYS_FAILED);
    reloads_live(look_at_failure, 2);
}

/* ---- adopted ---- */

#define SLOTS "ShmBroker.Slots.1"

static void hold_and_go(size_t number)
{
    (void)number;
    fake_client_open(fake, "Q");
    fake_client_open(fake, SLOTS); /* as a program that has put a message */
    queue_use();
    queue_remember();
    fake_clock(fake, FAKE_STARTED + 1000);
}

static void find_again(size_t number)
{
    (void)number;
    queue_expect(8, 100, 0);
    queue_expect_used();
    assert_true(reloads_entry("Q").generation == queue_first_generation);
    assert_ptr_equal(fake_find(fake, "Q")->content, queue_first_content);
    assert_int_equal(fake_event_count(fake, EVENT_QUEUE_REPAIRED), 0);
}

static void messages_outlive_the_broker(void **state)
{
    static const char *const owners[] = {"S-1-5-80-1-2-3-4-5", "S-1-5-32-544"};
    size_t i;

    for (i = 0; i < 2; i++) {
        fake_owner(fake, owners[i]);
        reloads_live(hold_and_go, 1);
        assert_non_null(strstr(fake_state_text(fake, STATE_FILE), "object section 2112 "));
        assert_non_null(strstr(fake_state_text(fake, STATE_FILE), " 8 100 0 Q\n"));
        reloads_live(find_again, 2);
        fake_client_close(fake, SLOTS);
        fake_client_close(fake, "Q");
        reloads_end(state);
        queue_begin(state);
    }
}

static void damage_and_go(size_t number)
{
    hold_and_go(number);
    queue_now()->slots = 4000000000u;
    queue_now()->generation = 12;
    fake_crash_nth(fake, 1); /* killed: an orderly end would repair it, or retire the queue */
}

static void find_repaired(size_t number)
{
    (void)number;
    queue_expect(8, 100, 0);
    queue_expect_used();
    assert_true(reloads_entry("Q").generation == queue_first_generation);
    assert_int_equal(fake_event_count(fake, EVENT_QUEUE_REPAIRED), 1);
    assert_string_equal(fake_last_event(fake, EVENT_QUEUE_REPAIRED)->inserts[0], "Global\\Q");
    assert_string_equal(fake_last_event(fake, EVENT_QUEUE_REPAIRED)->inserts[1],
                        "header, generation");
    (void)reloads_report();
    assert_non_null(
        strstr(reloads_text, "queue\tGlobal\\Q\trepaired\ta program damaged it; times: 1\n"));
}

static void a_damaged_header_is_repaired_at_a_start(void **state)
{
    (void)state;
    reloads_live(damage_and_go, 1);
    fake_crash_nth(fake, 0);
    reloads_live(find_repaired, 2);
    fake_client_close(fake, SLOTS);
    fake_client_close(fake, "Q");
}

static void find_with_new_generation(size_t number)
{
    (void)number;
    queue_expect(8, 100, 0);
    queue_expect_used();
    /* Nobody knows the former one: whoever has the queue open must open it again. */
    assert_true(reloads_entry("Q").generation > queue_first_generation);
    assert_int_equal(fake_event_count(fake, EVENT_QUEUE_REPAIRED), 0);
}

static void without_state_the_header_proves_the_queue(void **state)
{
    (void)state;
    reloads_live(hold_and_go, 1);
    fake_state_file(fake, STATE_FILE, NULL);
    reloads_live(find_with_new_generation, 2);
    fake_client_close(fake, SLOTS);
    fake_client_close(fake, "Q");
}

/* Damages each line of the state about the layout of a queue. */
static void lose_queue_lines(void)
{
    static char text[16384];
    char *at;

    (void)snprintf(text, sizeof(text), "%s", fake_state_text(fake, STATE_FILE));
    at = strstr(text, "queue ");
    assert_non_null(at);
    for (; at != NULL; at = strstr(at, "queue "))
        *at = 'k';
    fake_state_file(fake, STATE_FILE, text);
}

static void with_half_its_record_it_is_a_queue(void **state)
{
    (void)state;
    reloads_live(hold_and_go, 1);
    lose_queue_lines();
    /* Its slots are not known either: it gets others. */
    reloads_live(find_with_new_generation, 2);
    fake_client_close(fake, SLOTS);
    fake_client_close(fake, "Q");
}

static void find_a_section(size_t number)
{
    static uint8_t before[2048];
    static bool seen;

    if (number == 2) {
        assert_int_equal(reloads_entry("Q").kind, SHMB_SECTION);
        assert_int_equal(reloads_entry("Q").queue_slots, 0);
        assert_non_null(strstr(fake_last_event(fake, EVENT_OBJECT_DEFERRED)->inserts[2],
                               "it is a section and cannot become a queue"));
        seen = fake_find(fake, "Q")->content != NULL;
        if (seen)
            memcpy(before, fake_find(fake, "Q")->content, sizeof(before));
        return;
    }
    /* A segment of another configuration: nothing of it is touched. */
    assert_int_equal(fake_find(fake, "Q")->content != NULL, seen);
    if (seen)
        assert_memory_equal(fake_find(fake, "Q")->content, before, sizeof(before));
}

static void forge_and_go(size_t number)
{
    hold_and_go(number);
    queue_now()->magic = 1;
}

static void without_state_and_header_it_is_a_section(void **state)
{
    (void)state;
    reloads_live(forge_and_go, 1);
    fake_state_file(fake, STATE_FILE, NULL);
    reloads_live(find_a_section, 3);
    fake_client_close(fake, SLOTS);
    fake_client_close(fake, "Q");
}

static void segment_and_go(size_t number)
{
    (void)number;
    fake_client_open(fake, "Q");
    fake_client_open(fake, "Q.lock");
}

static void forge_segment(size_t number)
{
    segment_and_go(number);
    shmb_queue_fill_header(8, 100, 0, reloads_entry("Q").generation, queue_now());
}

static void stays_a_segment(const char *keys, void (*go)(size_t number))
{
    char text[256];

    (void)snprintf(text, sizeof(text), ACCESS "segments: { Q: { %s } }\n", keys);
    fake_file(fake, FILE_NAME, text);
    reloads_live(go, 1);
    fake_file(fake, FILE_NAME, ACCESS QUEUE);
    reloads_live(find_a_section, 3);
    fake_client_close(fake, "Q");
    fake_client_close(fake, "Q.lock");
}

static void a_segment_does_not_become_a_queue(void **state)
{
    (void)state;
    stays_a_segment("size: 2048", segment_and_go);
}

static void a_segment_that_looks_like_a_queue_is_none(void **state)
{
    (void)state;
    stays_a_segment("size: 2048, initial: { text: a }", forge_segment);
}

static void left_out(size_t number)
{
    if (number == 2)
        assert_true(queue_now()->generation !=
                    UINT64_MAX); /* the start itself is not made longer */
    else
        assert_true(queue_now()->generation == UINT64_MAX);
}

static void a_start_that_leaves_it_out_retires_it(void **state)
{
    (void)state;
    reloads_live(hold_and_go, 1);
    fake_file(fake, FILE_NAME, ACCESS OTHER);
    reloads_live(left_out, 3);
    queue_expect_used();
    fake_client_close(fake, SLOTS);
    fake_client_close(fake, "Q");
}
/* ---- guarded ---- */

static void damage(size_t number)
{
    assert_int_equal(fake_wait_ms(fake, number), QUEUE_REPAIR_EVERY_MS);
    if (number == 1) {
        queue_use();
        queue_now()->magic = 0;
        queue_now()->stride = 8;
        queue_now()->reserved1[55] = 1;
    } else if (number == 2) {
        assert_int_equal(fake_event_count(fake, EVENT_QUEUE_REPAIRED), 1);
        assert_string_equal(fake_last_event(fake, EVENT_QUEUE_REPAIRED)->inserts[1], "header");
        queue_now()->generation = UINT64_MAX;
    } else {
        assert_int_equal(fake_event_count(fake, EVENT_QUEUE_REPAIRED), 2);
        assert_string_equal(fake_last_event(fake, EVENT_QUEUE_REPAIRED)->inserts[1], "generation");
    }
    if (number > 1 && number < 3)
        return;
    if (number == 3) {
        queue_expect(8, 100, 0);
        queue_expect_used();
    }
}

static void what_the_broker_wrote_is_repaired_each_minute(void **state)
{
    (void)state;
    reloads_live(damage, 3);
}

static void damage_locks(size_t number)
{
    static const uint64_t unsound[] = {UINT64_MAX, UINT64_C(0xFFF0000000000000), 3, 0x30000,
                                       UINT64_C(0x8000000000000001)};
    static const uint64_t sound[] = {0x30001, 0x30002, UINT64_C(0x0003000000030001),
                                     UINT64_C(0x0004000000000000)};
    const size_t last = sizeof(unsound) / sizeof(unsound[0]);
    const size_t all = last + sizeof(sound) / sizeof(sound[0]);

    if (number > 1 && number <= last + 1) {
        assert_int_equal(queue_now()->put_lock, 0);
        assert_int_equal(queue_now()->get_lock, 0);
        assert_int_equal(fake_event_count(fake, EVENT_QUEUE_REPAIRED), number - 1);
        assert_string_equal(fake_last_event(fake, EVENT_QUEUE_REPAIRED)->inserts[1], "lock");
    } else if (number > 1) {
        assert_true(queue_now()->put_lock == sound[number - last - 2]);
        assert_true(queue_now()->get_lock == sound[number - last - 2]);
        assert_int_equal(fake_event_count(fake, EVENT_QUEUE_REPAIRED), last);
    }
    if (number <= all)
        queue_now()->put_lock = queue_now()->get_lock =
            number <= last ? unsound[number - 1] : sound[number - last - 1];
}

static void lock_words_that_are_none_are_freed(void **state)
{
    (void)state;
    reloads_live(damage_locks, 10);
}

static void look_at_delay(size_t number)
{
    assert_true(fake_wait_ms(fake, number) > QUEUE_REPAIR_EVERY_MS);
}

static void a_queue_that_nobody_writes_needs_no_guard(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME,
              "version: 1\nqueues: { Q: { slots: 8, slot_size: 8, access: { read: Users } } }\n");
    reloads_live(look_at_delay, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, queue_begin, reloads_end)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_new_queue_has_its_header_before_it_is_published),
        TEST(what_is_configured_is_in_header_and_directory),
        TEST(a_queue_without_header_is_not_held),
        TEST(messages_outlive_the_broker),
        TEST(a_damaged_header_is_repaired_at_a_start),
        TEST(without_state_the_header_proves_the_queue),
        TEST(with_half_its_record_it_is_a_queue),
        TEST(without_state_and_header_it_is_a_section),
        TEST(a_segment_does_not_become_a_queue),
        TEST(a_segment_that_looks_like_a_queue_is_none),
        TEST(a_start_that_leaves_it_out_retires_it),
        TEST(what_the_broker_wrote_is_repaired_each_minute),
        TEST(lock_words_that_are_none_are_freed),
        TEST(a_queue_that_nobody_writes_needs_no_guard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
