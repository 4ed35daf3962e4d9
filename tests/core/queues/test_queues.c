/* Queues over the lives of brokers: header, directory, adoption, reload, repair, retirement. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "queue_headers.h"
#include "queue_layout.h"
#include "reloads.h"
#include "slots.h"
#include "state.h"

#define ACCESS "version: 1\ndefaults: { access: { read: Users, write: 'CORP\\Traders' } }\n"
#define QUEUE  "queues: { Q: { slots: 8, slot_size: 100, max_lockers: 2 } }\n"
#define OTHER  "mutexes: { M: }\n"

static const uint8_t *first_content;
static uint64_t first_generation;

static int begin(void **state)
{
    const int result = reloads_begin(state);

    fake_file(fake, FILE_NAME, ACCESS QUEUE);
    return result;
}

static struct shmb_queue_header *header(void)
{
    const struct fake_object *queue = fake_find(fake, "Q");

    assert_non_null(queue);
    assert_int_equal(queue->spec.kind, SHMB_SECTION);
    assert_non_null(queue->content);
    return (struct shmb_queue_header *)(void *)queue->content;
}

static struct shmb_entry entry_of(const char *name)
{
    struct shmb_entry entry;

    reloads_look_up(name, &entry);
    return entry;
}

/* The first two lines, and the entry that leads to them. */
static void expect_header(uint32_t slots, uint32_t slot_size, uint32_t flags)
{
    const struct shmb_entry entry = entry_of("Q");
    struct shmb_queue_header wanted;

    assert_int_equal(entry.kind, SHMB_QUEUE);
    assert_int_equal(entry.state, SHMB_ENTRY_HELD);
    assert_int_equal(entry.queue_slots, slots);
    assert_int_equal(entry.queue_slot_size, slot_size);
    assert_int_equal(entry.flags, flags);
    assert_true(entry.size == shmb_queue_size(slots, slot_size));
    assert_true(entry.size == fake_find(fake, "Q")->spec.size);
    assert_int_equal(entry.lock_kind, SHMB_ENTRY_LOCK_NONE);
    assert_int_equal(entry.control, 0);
    assert_true(entry.generation != 0 && entry.generation != UINT64_MAX);
    shmb_queue_fill_header(slots, slot_size, flags, entry.generation, &wanted);
    assert_memory_equal(header(), &wanted, offsetof(struct shmb_queue_header, put_lock));
}

static void expect_slots(void)
{
    const struct shmb_entry entry = entry_of("Q");
    char name[SHMB_SLOTS_NAME_BYTES];

    assert_int_equal(entry.slot_count, 2);
    shmb_slots_name(entry.slots, name);
    assert_int_equal(fake_find(fake, name)->handles, 1);
}

/* A program puts messages. */
static void use(void)
{
    header()->tail = 7;
    header()->head = 5;
    header()->dropped = 3;
    fake_find(fake, "Q")->content[sizeof(struct shmb_queue_header) + 8] = 0x5A;
}

static void expect_used(void)
{
    assert_int_equal(header()->tail, 7);
    assert_int_equal(header()->head, 5);
    assert_int_equal(header()->dropped, 3);
    assert_int_equal(fake_find(fake, "Q")->content[sizeof(struct shmb_queue_header) + 8], 0x5A);
}

static void remember(void)
{
    first_content = fake_find(fake, "Q")->content;
    first_generation = entry_of("Q").generation;
}

/* ---- made ---- */

/* Whenever a table is published, the queue in it has its header. */
static void not_without_header(struct fake *which)
{
    const struct fake_object *root = fake_find(which, SHMB_ROOT_NAME);
    struct shmb_root_slot slot;

    if (root != NULL && root->content != NULL &&
        shmb_root_read(root->content, root->content_length, &slot) == SHMB_READ_OK)
        assert_true(header()->generation == entry_of("Q").generation);
}

static void look_at_it(size_t number)
{
    static const char *const events[] = {"Q.lock", "Q.items", "Q.room"};
    size_t i;

    (void)number;
    expect_header(8, 100, 0);
    expect_slots();
    assert_int_equal(header()->tail, 0);
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
        assert_int_equal(entry_of(events[i]).flags, SHMB_ENTRY_COMPANION);
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
    expect_header(1, 1048576,
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
        assert_int_equal(entry_of("Q").state, SHMB_ENTRY_FAILED);
        fake_mend(fake);
    } else {
        expect_header(8, 100, 0);
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
    use();
    remember();
    fake_clock(fake, FAKE_STARTED + 1000);
}

static void find_again(size_t number)
{
    (void)number;
    expect_header(8, 100, 0);
    expect_used();
    assert_true(entry_of("Q").generation == first_generation);
    assert_ptr_equal(fake_find(fake, "Q")->content, first_content);
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
        begin(state);
    }
}

static void damage_and_go(size_t number)
{
    hold_and_go(number);
    header()->slots = 4000000000u;
    header()->generation = 12;
    fake_crash_nth(fake, 1); /* killed: an orderly end would repair it, or retire the queue */
}

static void find_repaired(size_t number)
{
    (void)number;
    expect_header(8, 100, 0);
    expect_used();
    assert_true(entry_of("Q").generation == first_generation);
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
    expect_header(8, 100, 0);
    expect_used();
    /* Nobody knows the former one: whoever has the queue open must open it again. */
    assert_true(entry_of("Q").generation > first_generation);
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

static void expect_a_section(size_t number)
{
    (void)number;
    assert_int_equal(entry_of("Q").kind, SHMB_SECTION);
    assert_non_null(strstr(fake_last_event(fake, EVENT_OBJECT_DEFERRED)->inserts[2],
                           "it is a section and cannot become a queue"));
}

static void forge_segment(size_t number)
{
    (void)number;
    fake_client_open(fake, "Q");
    fake_client_open(fake, "Q.lock");
    shmb_queue_fill_header(8, 100, 0, entry_of("Q").generation, header());
}

static void a_segment_that_looks_like_a_queue_is_none(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, ACCESS "segments: { Q: { size: 2048, initial: { text: a } } }\n");
    reloads_live(forge_segment, 1);
    fake_file(fake, FILE_NAME, ACCESS QUEUE);
    reloads_live(expect_a_section, 2);
    fake_client_close(fake, "Q");
    fake_client_close(fake, "Q.lock");
}

static void find_a_section(size_t number)
{
    static uint8_t before[2048];
    static bool seen;

    if (number == 2) {
        assert_int_equal(entry_of("Q").kind, SHMB_SECTION);
        assert_int_equal(entry_of("Q").queue_slots, 0);
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
    header()->magic = 1;
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

static void a_segment_does_not_become_a_queue(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, ACCESS "segments: { Q: { size: 2048 } }\n");
    reloads_live(segment_and_go, 1);
    fake_file(fake, FILE_NAME, ACCESS QUEUE);
    reloads_live(find_a_section, 3);
    fake_client_close(fake, "Q");
    fake_client_close(fake, "Q.lock");
}

static void owned_and_go(size_t number)
{
    (void)number;
    fake_client_open(fake, "Q");
    use();
    header()->put_lock = 0x30001;
    header()->get_lock = 0x30001;
    remember();
}

static void find_renewed(size_t number)
{
    (void)number;
    expect_header(8, 100, 0);
    expect_used();
    expect_slots();
    /* Whoever has it open must not go on with slots of its own. */
    assert_true(entry_of("Q").generation > first_generation);
    assert_int_equal(header()->put_lock, 0);
    assert_int_equal(header()->get_lock, 0);
}

static void find_kept(size_t number)
{
    (void)number;
    assert_true(entry_of("Q").generation == first_generation);
}

static void with_other_slots_a_queue_is_renewed(void **state)
{
    (void)state;
    reloads_live(owned_and_go, 1);
    reloads_live(find_renewed, 2);
    fake_client_close(fake, "Q");
}

#define SPLIT                                                                                      \
    ACCESS "queues:\n  P: { slots: 8, slot_size: 100, max_lockers: 2 }\n"                          \
           "  Q: { slots: 8, slot_size: 100, max_lockers: 2%s }\n"

static void split(size_t number)
{
    static uint64_t other;
    static uint32_t slots;
    char text[512];

    if (number == 1) {
        use();
        header()->put_lock = 0x30001;
        remember();
        other = entry_of("P").generation;
        slots = entry_of("P").slots;
        assert_int_equal(entry_of("Q").slots, slots);
        (void)snprintf(text, sizeof(text), SPLIT, ", access: { write: Users }");
        reloads_change(text);
    } else if (number == 2) {
        expect_header(8, 100, 0);
        expect_used();
        expect_slots();
        assert_true(entry_of("P").generation == other);
        assert_int_equal(entry_of("P").slots, slots);
        assert_true(entry_of("Q").slots != slots);
        assert_true(entry_of("Q").generation > first_generation);
        assert_int_equal(header()->put_lock, 0);
        remember();
        /* Without them, the next start would give it a new generation again. */
        (void)snprintf(text, sizeof(text), " fast %llu %u Q\n",
                       (unsigned long long)first_generation, (unsigned)entry_of("Q").slots);
        assert_non_null(strstr(fake_state_text(fake, STATE_FILE), text));
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else {
        find_kept(number); /* once is enough */
    }
}

static void a_queue_that_gets_another_access_gets_other_slots(void **state)
{
    char text[512];

    (void)state;
    (void)snprintf(text, sizeof(text), SPLIT, "");
    fake_file(fake, FILE_NAME, text);
    reloads_live(split, 3);
}

/* ---- killed, or failing, while a queue gets other slots ---- */

static size_t fails_at, life, calls;
static bool kills;
static uint64_t first_slots;

static void other_access(bool other)
{
    char text[512];

    (void)snprintf(text, sizeof(text), SPLIT, other ? ", access: { write: Users }" : "");
    fake_file(fake, FILE_NAME, text);
}

static void expect_one_domain(void)
{
    const struct shmb_entry entry = entry_of("Q");
    const bool same = entry.generation == first_generation;

    assert_int_equal(entry.state, SHMB_ENTRY_HELD);
    assert_true(header()->generation == entry.generation);
    expect_used();
    /* Either all is as before, or nothing: else two threads get the lock. */
    assert_true((entry.slots == first_slots) == same);
    assert_true(header()->put_lock == (same ? 0x30001 : 0));
}

static void move_and_fail(size_t number)
{
    if (number == life + 1) {
        fake_client_open(fake, "Q");
        fake_client_open(fake, SLOTS);
        use();
        header()->put_lock = 0x30001;
        remember();
        first_slots = entry_of("Q").slots;
        calls = fake_can_fail_calls(fake);
        other_access(true);
        fake_wake(fake, SYS_WAKE_RELOAD);
        if (kills)
            fake_crash_nth(fake, fails_at);
        else
            fake_fail_nth(fake, calls + fails_at, SYS_FAILED);
    } else if (!kills) {
        fake_fail_nth(fake, 0, SYS_OK);
        if (number > life + 2)
            expect_one_domain(); /* what could not be mapped is mapped in the next round */
    }
}

static void find_one_domain(size_t number)
{
    (void)number;
    expect_one_domain();
}

static void at_each_call(void **state, bool killed)
{
    bool whole = false;

    kills = killed;
    for (fails_at = 1; !whole; fails_at++) {
        reloads_end(state);
        reloads_begin(state);
        other_access(false);
        life = 0;
        reloads_live(move_and_fail, 4);
        whole = fake_can_fail_calls(fake) - calls < fails_at;
        fake_crash_nth(fake, 0);
        fake_fail_nth(fake, 0, SYS_OK);
        life = fake_calls(fake, FAKE_WAIT);
        fake_clock(fake, FAKE_STARTED + 1000);
        reloads_live(find_one_domain, life + 1);
        fake_client_close(fake, SLOTS);
        fake_client_close(fake, "Q");
    }
    assert_in_range(fails_at, 20, 400);
}

static void killed_at_any_step_no_two_threads_get_its_lock(void **state)
{
    at_each_call(state, true);
}

static void failing_at_any_step_no_two_threads_get_its_lock(void **state)
{
    at_each_call(state, false);
}

/* Whoever opens the queue with its new slots must not find the old lock words. */
static void not_with_old_words(struct fake *which)
{
    const struct fake_object *queue = fake_find(which, "Q");
    struct shmb_entry entry;

    if (fake_find(which, SHMB_ROOT_NAME) == NULL || queue == NULL || queue->content == NULL)
        return;
    entry = entry_of("Q");
    if (entry.slots != first_slots && header()->generation == entry.generation)
        assert_int_equal(header()->put_lock, 0);
}

static void move_and_look(size_t number)
{
    if (number == 1) {
        use();
        header()->put_lock = 0x30001;
        first_slots = entry_of("Q").slots;
        fake_on_effect(fake, not_with_old_words);
        other_access(true);
        fake_wake(fake, SYS_WAKE_RELOAD);
    } else {
        assert_true(entry_of("Q").slots != first_slots);
        assert_int_equal(header()->put_lock, 0);
    }
}

static void nobody_opens_it_with_the_lock_words_of_others(void **state)
{
    (void)state;
    other_access(false);
    reloads_live(move_and_look, 2);
}

/* A put that is under way has a second; the end for one producer is never free. */
static bool alone;

static void move_while_held(size_t number)
{
    static size_t pauses;

    if (number == 1) {
        header()->put_lock = 0x30001;
        pauses = fake_calls(fake, FAKE_PAUSE);
        fake_wake(fake, SYS_WAKE_RELOAD);
        fake_file(fake, FILE_NAME,
                  alone ? ACCESS "queues: { P: { slots: 8, slot_size: 8 }, Q: { slots: 8, "
                                 "slot_size: 8, producers: one, access: { write: Users } } }\n"
                        : ACCESS "queues: { P: { slots: 8, slot_size: 8 }, Q: { slots: 8, "
                                 "slot_size: 8, access: { write: Users } } }\n");
    } else {
        assert_int_equal(header()->put_lock, 0);
        assert_int_equal(fake_calls(fake, FAKE_PAUSE) - pauses, alone ? 0 : 10);
    }
}

static void a_put_under_way_is_waited_for_a_second(void **state)
{
    (void)state;
    alone = false;
    fake_file(fake, FILE_NAME,
              ACCESS "queues: { P: { slots: 8, slot_size: 8 }, Q: { slots: 8, slot_size: 8 } }\n");
    reloads_live(move_while_held, 2);
}

static void the_end_for_one_producer_is_not_waited_for(void **state)
{
    (void)state;
    alone = true;
    fake_file(fake, FILE_NAME,
              ACCESS "queues: { P: { slots: 8, slot_size: 8 }, Q: { slots: 8, slot_size: 8, "
                     "producers: one } }\n");
    reloads_live(move_while_held, 2);
}

static void start_and_retry(size_t number)
{
    if (number == life + 1) {
        assert_true(entry_of("Q").generation > first_generation);
        remember();
    } else {
        assert_true(entry_of("Q").generation == first_generation);
    }
}

static void a_retry_does_not_renew_it_again(void **state)
{
    (void)state;
    life = 1;
    reloads_live(owned_and_go, 1); /* without its slots */
    fake_file(fake, FILE_NAME, ACCESS QUEUE OTHER);
    fake_fail(fake, FAKE_CREATE, "M", SYS_FAILED);
    reloads_live(start_and_retry, 4);
    fake_client_close(fake, "Q");
}

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
        use();
        remember();
    }
    if (number > 1) {
        assert_true(reloads_told("Q", "defer", changes[number - 2].reason));
        expect_header(8, 100, 0);
        expect_used();
        assert_true(entry_of("Q").generation == first_generation);
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
        assert_int_equal(entry_of(events[i]).state, SHMB_ENTRY_HELD);
        assert_non_null(strstr(event->sddl, "(A;;0x120003;;;S-1-5-21-1-2-3-1001)"));
    }
}

/* Another access, too: that is for a segment. */
static void become_a_segment(size_t number)
{
    switch (number) {
    case 1:
        fake_client_open(fake, "Q");
        use();
        remember();
        reloads_change("version: 1\nsegments: { Q: { size: 100, lock: none, access: { write: "
                       "Interactive } } }\n");
        break;
    case 2:
        assert_true(reloads_told("Q", "defer", "it is a queue and cannot become a section"));
        expect_header(8, 100, 0);
        expect_used();
        expect_events(1);
        fake_anew(fake, "Q"); /* in vain: it is in use */
        reloads_change(NO_QUEUE);
        break;
    case 3:
        expect_header(8, 100, 0);
        expect_events(1);
        reloads_change(ACCESS QUEUE);
        break;
    case 4:
        expect_header(8, 100, 0);
        expect_used();
        expect_events(1);
        assert_true(entry_of("Q").generation == first_generation);
        reloads_change(NO_QUEUE);
        break;
    case 5:
        expect_events(1);
        fake_client_close(fake, "Q");
        fake_anew(fake, "Q");
        reloads_change(NO_QUEUE);
        break;
    default:
        assert_int_equal(entry_of("Q").kind, SHMB_SECTION);
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
        use();
        remember();
        fake_anew(fake, "Q");
        reloads_change(LARGER);
    } else if (number == 2) {
        assert_true(reloads_told("Q", "recreate", "a program has it open"));
        expect_header(8, 100, 0);
        expect_used();
        fake_client_close(fake, "Q");
        fake_anew(fake, "Q");
        reloads_change(LARGER);
    } else {
        assert_true(reloads_told("Q", "recreate", "done"));
        expect_header(16, 100, SHMB_ENTRY_REFUSE);
        assert_int_equal(header()->tail, 0);
        assert_int_equal(header()->dropped, 0);
        assert_int_equal(fake_find(fake, "Q")->content[sizeof(struct shmb_queue_header) + 8], 0);
        assert_true(entry_of("Q").generation > first_generation);
        /* A view of the old one may be left somewhere. */
        assert_true(((const struct shmb_queue_header *)(const void *)first_content)->generation ==
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
        use();
        remember();
        reloads_change(ACCESS OTHER);
    } else if (number == 2) {
        assert_true(reloads_told("Q", "retire", "done"));
        assert_true(header()->generation == UINT64_MAX);
        assert_true(fake_find(fake, "Q.items")->signalled);
        assert_true(fake_find(fake, "Q.room")->signalled);
        assert_true(header()->put_lock == UINT64_MAX); /* also for those that wait for it */
        assert_true(header()->get_lock == UINT64_MAX);
        expect_used();
        reloads_change(ACCESS QUEUE);
    } else {
        assert_true(reloads_told("Q", "adopt", "done"));
        expect_header(8, 100, 0);
        expect_used();
        assert_int_equal(header()->put_lock, 0);
        assert_int_equal(header()->get_lock, 0);
        assert_true(entry_of("Q").generation == first_generation);
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
        assert_true(header()->generation == UINT64_MAX);
        fake_fail(fake, FAKE_RANDOM, NULL, SYS_FAILED); /* no name for a new table */
        reloads_change(ACCESS OTHER QUEUE);
    } else {
        fake_mend(fake);
        assert_int_equal(reloads_report().reload_result, SHMB_RELOAD_REFUSED);
        assert_int_equal(fake_find(fake, "Q")->handles, 0);
        assert_true(header()->generation == UINT64_MAX);
        fake_client_close(fake, "Q");
    }
}

static void a_reload_that_fails_retires_it_again(void **state)
{
    (void)state;
    reloads_live(return_in_vain, 3);
}

static void left_out(size_t number)
{
    if (number == 2)
        assert_true(header()->generation != UINT64_MAX); /* the start itself is not made longer */
    else
        assert_true(header()->generation == UINT64_MAX);
}

static void a_start_that_leaves_it_out_retires_it(void **state)
{
    (void)state;
    reloads_live(hold_and_go, 1);
    fake_file(fake, FILE_NAME, ACCESS OTHER);
    reloads_live(left_out, 3);
    expect_used();
    fake_client_close(fake, SLOTS);
    fake_client_close(fake, "Q");
}

/* ---- guarded ---- */

static void damage(size_t number)
{
    assert_int_equal(fake_wait_ms(fake, number), QUEUE_REPAIR_EVERY_MS);
    if (number == 1) {
        use();
        header()->magic = 0;
        header()->stride = 8;
        header()->reserved1[55] = 1;
    } else if (number == 2) {
        assert_int_equal(fake_event_count(fake, EVENT_QUEUE_REPAIRED), 1);
        assert_string_equal(fake_last_event(fake, EVENT_QUEUE_REPAIRED)->inserts[1], "header");
        header()->generation = UINT64_MAX;
    } else {
        assert_int_equal(fake_event_count(fake, EVENT_QUEUE_REPAIRED), 2);
        assert_string_equal(fake_last_event(fake, EVENT_QUEUE_REPAIRED)->inserts[1], "generation");
    }
    if (number > 1 && number < 3)
        return;
    if (number == 3) {
        expect_header(8, 100, 0);
        expect_used();
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
        assert_int_equal(header()->put_lock, 0);
        assert_int_equal(header()->get_lock, 0);
        assert_int_equal(fake_event_count(fake, EVENT_QUEUE_REPAIRED), number - 1);
        assert_string_equal(fake_last_event(fake, EVENT_QUEUE_REPAIRED)->inserts[1], "lock");
    } else if (number > 1) {
        assert_true(header()->put_lock == sound[number - last - 2]);
        assert_true(header()->get_lock == sound[number - last - 2]);
        assert_int_equal(fake_event_count(fake, EVENT_QUEUE_REPAIRED), last);
    }
    if (number <= all)
        header()->put_lock = header()->get_lock =
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, reloads_end)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_new_queue_has_its_header_before_it_is_published),
        TEST(what_is_configured_is_in_header_and_directory),
        TEST(a_queue_without_header_is_not_held),
        TEST(messages_outlive_the_broker),
        TEST(a_damaged_header_is_repaired_at_a_start),
        TEST(without_state_the_header_proves_the_queue),
        TEST(without_state_and_header_it_is_a_section),
        TEST(with_half_its_record_it_is_a_queue),
        TEST(a_segment_that_looks_like_a_queue_is_none),
        TEST(with_other_slots_a_queue_is_renewed),
        TEST(a_queue_that_gets_another_access_gets_other_slots),
        TEST(killed_at_any_step_no_two_threads_get_its_lock),
        TEST(failing_at_any_step_no_two_threads_get_its_lock),
        TEST(nobody_opens_it_with_the_lock_words_of_others),
        TEST(a_put_under_way_is_waited_for_a_second),
        TEST(the_end_for_one_producer_is_not_waited_for),
        TEST(a_retry_does_not_renew_it_again),
        TEST(a_segment_does_not_become_a_queue),
        TEST(what_programs_have_taken_over_is_deferred),
        TEST(a_queue_that_is_to_be_something_else_keeps_its_events),
        TEST(those_who_sleep_learn_of_its_end),
        TEST(a_queue_that_is_made_anew_is_empty),
        TEST(a_retired_queue_says_so),
        TEST(a_reload_that_fails_retires_it_again),
        TEST(a_start_that_leaves_it_out_retires_it),
        TEST(what_the_broker_wrote_is_repaired_each_minute),
        TEST(lock_words_that_are_none_are_freed),
        TEST(a_queue_that_nobody_writes_needs_no_guard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
