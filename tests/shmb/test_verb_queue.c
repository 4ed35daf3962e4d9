/* shmb queue, and what list and info show of a queue. */
#include "shmb_run.h"
#include "stage_queue.h"

#include <stdlib.h>
#include <string.h>

#define NAME "ShmbTest.Orders"

static int begin(void **state)
{
    (void)state;
    stage_begin();
    stage_segment("ShmbTest.Data", 100, 0);
    stage_queue(NAME, 2, 16, 0, 0);
    stage_queue("ShmbTest.Full", 1, 16, SHMB_ENTRY_REFUSE | SHMB_ENTRY_ONE_PRODUCER, 0);
    stage_publish();
    return 0;
}

static void messages_go_in_and_come_out(void **state)
{
    (void)state;
    shmb_expect(0, "", "queue put %s --text \"buy 5\"", NAME);
    shmb_expect(0, "", "queue put %s --hex \"00 0D0aff\"", NAME);
    shmb_expect(0, "buy 5\n", "queue peek %s --text", NAME);
    shmb_expect(0, "6275792035\n", "queue peek %s --hex", NAME);
    shmb_expect(0, "buy 5\n", "queue get %s", NAME);
    shmb_expect(0, "000d0aff\n", "queue get %s --hex --timeout 0", NAME);
    shmb_expect_line(4, "no message came", "queue get %s --timeout 0", NAME);
    shmb_expect_line(4, "no message came", "queue peek %s", NAME);
    shmb_expect_line(6, "it is a queue; shmb queue get waits for a message", "wait %s --timeout 0",
                     NAME);
}

static void bytes_come_from_the_input_unchanged(void **state)
{
    char *output;
    size_t length;

    (void)state;
    assert_int_equal(
        shmb_bytes(SHMB_FROM_PIPE, "\r\n\x1a\0x", 5, &output, &length, "queue put %s", NAME), 0);
    free(output);
    assert_int_equal(
        shmb_bytes(SHMB_FROM_FILE, "", 0, &output, &length, "queue get %s --timeout 0", NAME), 0);
    assert_int_equal(length, 5);
    assert_memory_equal(output, "\r\n\x1a\0x", 5);
    free(output);
    assert_int_equal(
        shmb_bytes(SHMB_FROM_PIPE, "12345678901234567", 17, &output, &length, "queue put %s", NAME),
        1);
    free(output);
    shmb_expect_line(1, "more than the queue's slot_size of 16",
                     "queue put %s --text 12345678901234567", NAME);
}

static void many_messages_are_got_one_after_another(void **state)
{
    struct child *child;

    (void)state;
    shmb_expect(0, "", "queue put %s --text one", NAME);
    shmb_expect(0, "", "queue put %s --text two", NAME);
    shmb_expect(0, "one\ntwo\n", "queue get %s --text --count 2", NAME);
    child = shmb_start(&shmb_user, "queue get %s --text --follow", NAME);
    shmb_expect(0, "", "queue put %s --text three", NAME);
    child_expect(child, "three");
    shmb_expect(0, "", "queue put %s --text four", NAME);
    child_expect(child, "four");
    child_kill(child);
}

static void what_nobody_reads_is_not_taken(void **state)
{
    static const char *const how[] = {"--text", "--json"};
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        shmb_expect(0, "", "queue put %s --text one", NAME);
        shmb_expect(0, "", "queue put %s --text two", NAME);
        assert_int_equal(shmb_unread("queue get %s --count 2 %s", NAME, how[i]), 7);
        shmb_expect(0, "two\n", "queue get %s --text --timeout 0", NAME);
        shmb_expect_line(4, "no message came", "queue get %s --timeout 0", NAME);
    }
}

static void a_full_queue_fails_with_the_reason(void **state)
{
    (void)state;
    shmb_expect(0, "", "queue put ShmbTest.Full --text one");
    shmb_expect_line(4, "the queue is full", "queue put ShmbTest.Full --text two");
    shmb_expect(0, "1 messages removed\n", "queue clear ShmbTest.Full");
    shmb_expect(0, "", "queue put ShmbTest.Full --text two");
    shmb_expect(0, "", "queue put %s --text one", NAME);
    shmb_expect(0, "", "queue put %s --text two", NAME);
    shmb_expect_line(4, "the queue is full", "queue put %s --text two --timeout 10", NAME);
}

static void a_queue_is_shown(void **state)
{
    const char *said;

    (void)state;
    shmb_expect(0, "", "queue put ShmbTest.Full --text one");
    assert_int_equal(shmb_run(&shmb_user, &said, "list"), 0);
    assert_non_null(strstr(said, "queue      held               1216  " NAME "\n"));
    assert_int_equal(shmb_run(&shmb_user, &said, "queue info ShmbTest.Full"), 0);
    assert_non_null(strstr(said, "size:        1 messages of up to 16 bytes\n"
                                 "producers:   one\n"
                                 "consumers:   many\n"
                                 "when full:   refuse\n"
                                 "messages:    1\n"
                                 "             1 put, 0 dropped, 0 refused so far\n"
                                 "your rights: read and write\n"));
    assert_int_equal(shmb_run_json(&said, "info ShmbTest.Full --json"), 0);
    assert_non_null(strstr(said, "\"queue\":{\"slots\":1,\"slot_size\":16,\"producers\":\"one\","
                                 "\"consumers\":\"many\",\"overflow\":\"refuse\"}"));
    assert_non_null(strstr(said, "\"waiting\":1,"));
    shmb_expect_line(6, "another kind", "queue info ShmbTest.Data");
    shmb_expect_line(6, "it is no queue", "queue put ShmbTest.Data --text x");
    shmb_expect_line(6, "it is a queue", "read ShmbTest.Full");
}

static void wrong_options_say_what_goes_together(void **state)
{
    (void)state;
    shmb_expect_line(2, "only one can be given", "queue put %s --text a --hex 00", NAME);
    shmb_expect_line(2, "--hex needs bytes of two digits each", "queue put %s --hex 0d0", NAME);
    shmb_expect_line(2, "--hex needs bytes of two digits each", "queue put %s --hex 0g", NAME);
    shmb_expect_line(2, "--text and --hex", "queue get %s --text --hex", NAME);
    shmb_expect_line(2, "--count and --follow", "queue get %s --count 1 --follow", NAME);
    shmb_expect_line(2, "--encoding is for --text", "queue get %s --encoding ansi", NAME);
    shmb_expect_line(2, "queue needs an action: put, get, peek, info, clear", "queue");
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_queues_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(messages_go_in_and_come_out),
        STAGED(bytes_come_from_the_input_unchanged),
        STAGED(many_messages_are_got_one_after_another),
        STAGED(what_nobody_reads_is_not_taken),
        STAGED(a_full_queue_fails_with_the_reason),
        STAGED(a_queue_is_shown),
        STAGED(wrong_options_say_what_goes_together),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
