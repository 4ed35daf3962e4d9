/* Who may keep an instance of the pipe, and for how long. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "request_turns.h"

#define START 1000000u

static struct request_turn turns[REQUEST_TURNS];

static int all_free(void **state)
{
    (void)state;
    memset(turns, 0, sizeof(turns));
    return 0;
}

static void put(size_t from, size_t count, enum request_turn_step step, uint32_t process,
                uint64_t since)
{
    size_t i;

    for (i = from; i < from + count; i++)
        turns[i] = (struct request_turn){.step = step, .process = process, .since = since};
}

static void a_process_has_a_quarter_to_send_with(void **state)
{
    (void)state;
    put(0, REQUEST_TURNS_SHARE - 1, REQUEST_TURN_SENDING, 7, START);
    assert_int_equal(request_turns_admit(turns, 7), REQUEST_TURNS_ADMIT);
    put(0, REQUEST_TURNS_SHARE, REQUEST_TURN_SENDING, 7, START);
    assert_int_equal(request_turns_admit(turns, 7), REQUEST_TURNS_BUSY);
    assert_int_equal(request_turns_admit(turns, 8), REQUEST_TURNS_ADMIT);
    assert_int_equal(REQUEST_TURNS_SHARE, REQUEST_TURNS / 4);
}

static void those_who_wait_do_not_count_as_sending(void **state)
{
    (void)state;
    put(0, REQUEST_TURNS - 1, REQUEST_TURN_WAITING, 7, START);
    assert_int_equal(request_turns_admit(turns, 7), REQUEST_TURNS_ADMIT);
}

static void a_process_that_never_closes_has_half(void **state)
{
    (void)state;
    put(0, REQUEST_TURNS_PROCESS - 1, REQUEST_TURN_ANSWERED, 7, START);
    assert_int_equal(request_turns_admit(turns, 7), REQUEST_TURNS_ADMIT);
    put(0, REQUEST_TURNS_PROCESS, REQUEST_TURN_ANSWERED, 7, START);
    assert_int_equal(request_turns_admit(turns, 7), REQUEST_TURNS_DROP);
    put(0, REQUEST_TURNS_SHARE, REQUEST_TURN_SENDING, 7, START);
    assert_int_equal(request_turns_admit(turns, 7), REQUEST_TURNS_DROP);
    assert_int_equal(request_turns_admit(turns, 8), REQUEST_TURNS_ADMIT);
    assert_int_equal(REQUEST_TURNS_PROCESS, REQUEST_TURNS / 2);
}

static void an_account_has_a_quarter_of_those_who_wait(void **state)
{
    size_t i;

    (void)state;
    put(0, REQUEST_TURNS, REQUEST_TURN_WAITING, 7, START);
    for (i = 0; i < REQUEST_TURNS; i++)
        strcpy(turns[i].account, i < REQUEST_TURNS_SHARE ? "S-1-5-21-1" : "S-1-5-21-10");
    assert_true(request_turns_account_full(turns, "S-1-5-21-1"));
    assert_false(request_turns_account_full(turns, "S-1-5-21-2"));
    turns[0].step = REQUEST_TURN_ANSWERED;
    assert_false(request_turns_account_full(turns, "S-1-5-21-1"));
}

static void a_message_has_its_time(void **state)
{
    (void)state;
    assert_int_equal(request_turns_delay(turns, START), UINT32_MAX);
    put(3, 1, REQUEST_TURN_SENDING, 7, START);
    assert_int_equal(request_turns_delay(turns, START + 1), REQUEST_TURNS_SEND_MS - 1);
    assert_int_equal(request_turns_expired(turns, START + REQUEST_TURNS_SEND_MS - 1),
                     REQUEST_TURNS);
    assert_int_equal(request_turns_expired(turns, START + REQUEST_TURNS_SEND_MS), 3);
    assert_int_equal(request_turns_delay(turns, START + 2 * REQUEST_TURNS_SEND_MS), 0);
}

static void an_answer_has_its_time(void **state)
{
    (void)state;
    put(3, 1, REQUEST_TURN_ANSWERED, 7, START);
    assert_int_equal(request_turns_delay(turns, START), REQUEST_TURNS_LEAVE_MS);
    assert_int_equal(request_turns_expired(turns, START + REQUEST_TURNS_LEAVE_MS), 3);
}

static void the_broker_has_as_long_as_it_takes(void **state)
{
    (void)state;
    put(0, REQUEST_TURNS, REQUEST_TURN_WAITING, 7, START);
    assert_int_equal(request_turns_expired(turns, UINT64_MAX - 1), REQUEST_TURNS);
    assert_int_equal(request_turns_delay(turns, START), UINT32_MAX);
}

/* Also of a quarter of the instances each, four processes have all of them. */
static void when_all_are_in_use_the_oldest_goes_early(void **state)
{
    (void)state;
    put(0, REQUEST_TURNS, REQUEST_TURN_SENDING, 7, START + 50);
    put(0, 10, REQUEST_TURN_WAITING, 8, START - 5000);
    turns[20].since = START;
    turns[21].step = REQUEST_TURN_ANSWERED;
    turns[21].since = START + 1;
    assert_int_equal(request_turns_delay(turns, START), REQUEST_TURNS_LEAST_MS);
    assert_int_equal(request_turns_expired(turns, START + REQUEST_TURNS_LEAST_MS - 1),
                     REQUEST_TURNS);
    assert_int_equal(request_turns_expired(turns, START + REQUEST_TURNS_LEAST_MS + 1), 20);
    /* Once one is free, the others have their whole time. */
    turns[20].step = REQUEST_TURN_FREE;
    assert_int_equal(request_turns_expired(turns, START + REQUEST_TURNS_LEAST_MS + 1),
                     REQUEST_TURNS);
    turns[20].step = REQUEST_TURN_WAITING;
    assert_int_equal(request_turns_expired(turns, START + REQUEST_TURNS_LEAST_MS + 1), 21);
}

#define TEST(name) cmocka_unit_test_setup(name, all_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_process_has_a_quarter_to_send_with),
        TEST(those_who_wait_do_not_count_as_sending),
        TEST(a_process_that_never_closes_has_half),
        TEST(an_account_has_a_quarter_of_those_who_wait),
        TEST(a_message_has_its_time),
        TEST(an_answer_has_its_time),
        TEST(the_broker_has_as_long_as_it_takes),
        TEST(when_all_are_in_use_the_oldest_goes_early),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
