/* What a reload lets go of and another one asks for again while clients hold it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "compiler.h"
#include "control.h"
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
        reloads_change(PAIR(""));
    } else {
        assert_true(reloads_told("Two", "adopt", "done"));
        reloads_look_up("Two", &entry);
        assert_int_equal(entry.control, 1);
        assert_int_equal(entry.control_block, 1);
        assert_int_equal(block_of("Two")->generation, entry.generation);
        assert_int_equal(block_of("Two")->sequence, 6);
        assert_int_equal(block_of("Two")->abandoned, SHMB_DIED_OWNING);
        reloads_look_up("One", &entry);
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
        reloads_look_up("Two", &entry);
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
    };

    return cmocka_run_group_tests_name("test_apply_return", tests, NULL, NULL);
}
