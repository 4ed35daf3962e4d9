/* What a reload lets go of and another one asks for again while clients hold it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "compiler.h"
#include "control.h"
#include "names.h"
#include "reloads.h"

static const uint8_t *content;

static void come_back(size_t number)
{
    if (number == 1) {
        fake_client_open(fake, "Plain");
        reloads_change(HEAD "  Prices: { size: 64 }\n");
    } else if (number == 2) {
        assert_int_equal(fake_find(fake, "Plain")->handles, 0);
        content = fake_find(fake, "Plain")->content;
        reloads_change(reloads_first);
    } else {
        assert_int_equal(fake_find(fake, "Plain")->handles, 1);
        assert_ptr_equal(fake_find(fake, "Plain")->content, content);
        assert_true(reloads_told("Plain", "adopt", "done"));
        fake_client_close(fake, "Plain");
    }
}

/* Of the first two segments, in the section they share. */
static struct shmb_block *block_of(const char *name)
{
    const uint32_t block = strcmp(name, "Two") == 0;
    uint8_t *control = fake_find(fake, "ShmBroker.Control.1")->content;

    return (struct shmb_block *)(void *)(control + sizeof(struct shmb_control)) + block;
}

static const char *left_over; /* what stays while Two is not asked for */

static void return_to_the_block(size_t number)
{
    struct shmb_entry entry;

    if (number == 1) {
        fake_client_open(fake, "Two");
        fake_client_open(fake, "ShmBroker.Control.1");
        block_of("Two")->sequence = 6;
        block_of("Two")->abandoned = SHMB_DIED_OWNING;
        reloads_change(left_over);
    } else if (number == 2) {
        assert_int_equal(fake_find(fake, "Two")->handles, 0);
        assert_true(block_of("Two")->generation == SHMB_BLOCK_MOVED); /* its users are told */
        reloads_change(PAIR(""));
    } else {
        assert_true(reloads_told("Two", "adopt", "done"));
        entry = reloads_entry("Two");
        assert_int_equal(entry.control, 1);
        assert_int_equal(entry.control_block, 1);
        assert_int_equal(block_of("Two")->generation, entry.generation);
        assert_int_equal(block_of("Two")->sequence, 6);
        assert_int_equal(block_of("Two")->abandoned, SHMB_DIED_OWNING);
        entry = reloads_entry("One");
        assert_true(entry.control != 1 || entry.control_block != 1);
        assert_int_equal(fake_find(fake, "ShmBroker.Control.1")->handles, 1);
        fake_client_close(fake, "Two");
        fake_client_close(fake, "ShmBroker.Control.1");
    }
}

static void what_returns_has_the_block_its_users_have(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, PAIR(""));
    left_over = HEAD "  One: { size: 10 }\n";
    reloads_live(return_to_the_block, 3);
}

static void what_returns_when_its_section_has_gone_has_the_same_block(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, PAIR(""));
    left_over = HEAD "  Other: { size: 10, access: { write: Users } }\n";
    reloads_live(return_to_the_block, 3);
}

static void return_to_another_set(size_t number)
{
    struct shmb_entry entry;

    if (number < 2) {
        return_to_the_block(number);
    } else if (number == 2) {
        reloads_change(PAIR(", access: { write: Users }"));
    } else {
        assert_true(block_of("Two")->generation == SHMB_BLOCK_MOVED);
        entry = reloads_entry("Two");
        assert_int_not_equal(entry.control, 1);
        fake_client_close(fake, "Two");
        fake_client_close(fake, "ShmBroker.Control.1");
    }
}

static void what_returns_with_another_access_tells_its_users(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, PAIR(""));
    left_over = HEAD "  One: { size: 10 }\n";
    reloads_live(return_to_another_set, 3);
}

/* A reload that is undone after it has adopted the segment: it is retired as before. */
static void return_in_vain(size_t number)
{
    struct shmb_entry entry;

    if (number < 2) {
        return_to_the_block(number);
    } else if (number == 2) {
        assert_true(block_of("Two")->generation == SHMB_BLOCK_MOVED);
        fake_fail(fake, FAKE_RANDOM, NULL, SYS_FAILED); /* no name for the table */
        reloads_change(PAIR(""));
    } else if (number == 3) {
        assert_true(block_of("Two")->generation == SHMB_BLOCK_MOVED);
        fake_mend(fake);
        reloads_change(PAIR(""));
    } else {
        entry = reloads_entry("Two");
        assert_int_equal(block_of("Two")->generation, entry.generation);
        fake_client_close(fake, "Two");
        fake_client_close(fake, "ShmBroker.Control.1");
    }
}

static void what_returns_in_vain_stays_retired(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, PAIR(""));
    left_over = HEAD "  One: { size: 10 }\n";
    reloads_live(return_in_vain, 4);
}

#define NOTIFYING HEAD "  One: { size: 10 }\n  Two: { size: 10, notify: true }\n"

/* In what order the last reload told the clients of Two. */
static size_t last_call(enum fake_call call, const char *name)
{
    size_t count, i;
    const struct fake_record *records = fake_records(fake, &count);

    for (i = count; i-- > 0;)
        if (records[i].call == call && strcmp(records[i].name, name) == 0)
            return i;
    fail_msg("no such call about %s", name);
    return 0;
}

static const struct fake_object *event_of(unsigned number)
{
    char name[32];

    (void)snprintf(name, sizeof(name), "Two.changed.%u", number);
    return fake_find(fake, name);
}

static uint64_t seen_at_signal; /* the generation in the block as an event was set */
static uint32_t published_before, published_at_signal;

static void look_at_signal(struct fake *which)
{
    (void)which;
    if (seen_at_signal != 0 || event_of(0) == NULL || !event_of(0)->signalled)
        return;
    seen_at_signal = block_of("Two")->generation;
    published_at_signal = reloads_publication();
}

static void wake_the_waiters(size_t number)
{
    unsigned i;

    if (number == 1) {
        fake_client_open(fake, "Two");
        fake_client_open(fake, "ShmBroker.Control.1");
        for (i = 0; i < SHMB_CHANGE_EVENTS; i++) {
            char name[32];

            (void)snprintf(name, sizeof(name), "Two.changed.%u", i);
            fake_client_open(fake, name);
            assert_false(event_of(i)->signalled);
        }
        published_before = reloads_publication();
        fake_on_effect(fake, look_at_signal);
        reloads_change(left_over);
    } else if (number == 2) {
        fake_on_effect(fake, NULL);
        for (i = 0; i < SHMB_CHANGE_EVENTS; i++)
            assert_true(event_of(i)->signalled);
        assert_true(seen_at_signal == SHMB_BLOCK_MOVED);
        assert_true(published_at_signal > published_before);
        assert_true(last_call(FAKE_SIGNAL, "Two.changed.0") < last_call(FAKE_CLOSE, "Two"));
        reloads_change(NOTIFYING);
    } else {
        for (i = 0; i < SHMB_CHANGE_EVENTS; i++)
            assert_false(event_of(i)->signalled);
        fake_client_close(fake, "Two");
        fake_client_close(fake, "ShmBroker.Control.1");
    }
}

static void who_waits_is_woken_after_the_publication(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, NOTIFYING);
    left_over = HEAD "  One: { size: 10 }\n";
    reloads_live(wake_the_waiters, 3);
}

static void what_returns_while_clients_hold_it_is_adopted(void **state)
{
    (void)state;
    fake_owner(fake, "S-1-5-32-544"); /* only what is remembered proves it */
    reloads_live(come_back, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reloads_begin, reloads_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_returns_while_clients_hold_it_is_adopted),
        TEST(what_returns_has_the_block_its_users_have),
        TEST(what_returns_when_its_section_has_gone_has_the_same_block),
        TEST(what_returns_with_another_access_tells_its_users),
        TEST(what_returns_in_vain_stays_retired),
        TEST(who_waits_is_woken_after_the_publication),
    };

    return cmocka_run_group_tests_name("test_apply_return", tests, NULL, NULL);
}
