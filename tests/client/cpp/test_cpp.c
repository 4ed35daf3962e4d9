/* The headers for C++, with the tests written in it: cpp_checks.h. */
#include "stage.h"
#include "stage_pipe.h"
#include "stage_queue.h"

#include <string.h>

#include "cpp_checks.h"
#include "shmb.h"

static struct directory_row *row;

static int begin(void **state)
{
    (void)state;
    stage_begin();
    row = stage_segment("ShmbTest.Cpp", 100, STAGE_LOCK | STAGE_NOTIFY);
    stage_segment("ShmbTest.ReadOnly", 100, STAGE_LOCK | STAGE_READ_ONLY);
    stage_queue("ShmbTest.CppQueue", 2, 32, 0, 0);
    stage_segment("ShmbTest.Twice", 100, STAGE_LOCK | STAGE_DOUBLE);
    stage_publish();
    return 0;
}

static void segments_are_open_as_long_as_their_objects(void **state)
{
    (void)state;
    assert_int_equal(cpp_segments(), 0);
}

static void failures_are_values_or_exceptions(void **state)
{
    (void)state;
    assert_int_equal(cpp_results(), 0);
}

static void locks_end_with_their_scope(void **state)
{
    (void)state;
    assert_int_equal(cpp_locks(), 0);
    assert_int_equal(stage_block(row)->sequence & 1, 0);
}

static void values_are_copied_whole(void **state)
{
    (void)state;
    assert_int_equal(cpp_views(), 0);
}

static void who_fills_it_first_and_what_changes(void **state)
{
    (void)state;
    assert_int_equal(cpp_first_and_changes(), 0);
    assert_int_equal(stage_block(row)->initialised, 1);
}

static void queues_pass_bytes_and_values(void **state)
{
    (void)state;
    assert_int_equal(cpp_queues(), 0);
}

static void objects_are_made_on_request(void **state)
{
    (void)state;
    stage_pipe_answer =
        (struct shmb_request_answer){.flags = SHMB_ANSWER_MADE, .size = 4096, .rule = "App"};
    stage_pipe_open(STAGE_OURS, SHMB_REQUEST_PIPE_RIGHTS, stage_pipe_answers);
    assert_int_equal(cpp_requests(), 0);
    stage_pipe_close();
    stage_pipe_answer = (struct shmb_request_answer){.result = SHMB_QUOTA,
                                                     .reason = SHMB_REASON_EACH_OBJECTS,
                                                     .used = 3,
                                                     .most = 3,
                                                     .rule = "App"};
    stage_pipe_open(STAGE_OURS, SHMB_REQUEST_PIPE_RIGHTS, stage_pipe_answers);
    assert_int_equal(cpp_refusals(), 0);
    stage_pipe_close();
}

static void private_memory(void **state)
{
    (void)state;
    assert_int_equal(cpp_private(), 0);
}

static void csharedmemory_has_private_memory(void **state)
{
    (void)state;
    assert_int_equal(cpp_msj_private_wide(), 0);
    assert_int_equal(cpp_msj_private_ansi(), 0);
    stage_end(); /* and without a broker */
    assert_int_equal(cpp_msj_private_wide(), 0);
}

static void csharedmemory_has_the_memory_of_the_broker(void **state)
{
    (void)state;
    assert_int_equal(cpp_msj_broker_wide(), 0);
    stage_block(row)->initialised = 0;
    assert_int_equal(cpp_msj_broker_ansi(), 0);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_queues_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(segments_are_open_as_long_as_their_objects),
        STAGED(failures_are_values_or_exceptions),
        STAGED(locks_end_with_their_scope),
        STAGED(values_are_copied_whole),
        STAGED(who_fills_it_first_and_what_changes),
        STAGED(private_memory),
        STAGED(queues_pass_bytes_and_values),
        STAGED(objects_are_made_on_request),
        STAGED(csharedmemory_has_private_memory),
        STAGED(csharedmemory_has_the_memory_of_the_broker),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
