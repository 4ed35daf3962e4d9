/*
 * Objects on request, the client's side: against a pipe that the test serves, as the broker does
 * and as a hostile program would.
 */
#include "stage_pipe.h"

#include <string.h>

#include "shmb.h"
#include "shmb_flat.h"

/* Long enough for any machine; a call that waits for this long has failed. */
#define LONG_MS 60000u
/* The time of a call that is to run out of time. */
#define SHORT_MS 200u

static int begin(void **state)
{
    (void)state;
    stage_begin();
    stage_publish();
    stage_pipe_answer = (struct shmb_request_answer){.flags = SHMB_ANSWER_MADE, .size = 4096};
    return 0;
}

static int end(void **state)
{
    stage_pipe_close();
    return stage_teardown(state);
}

static void serve(stage_pipe_serve *how)
{
    stage_pipe_open(STAGE_OURS, SHMB_REQUEST_PIPE_RIGHTS, how);
}

static shmb_request_options options_of(uint32_t kind, uint32_t timeout_ms)
{
    shmb_request_options options;

    memset(&options, 0, sizeof(options));
    options.size = sizeof(options);
    options.kind = kind;
    options.timeout_ms = timeout_ms;
    return options;
}

static int32_t request_within(uint32_t timeout_ms, shmb_request_info *info)
{
    shmb_request_options options = options_of(SHMB_KIND_SEGMENT, timeout_ms);

    info->size = sizeof(*info);
    return shmb_request("MyApp.1", 4096, &options, info);
}

/* ---- what is sent, and what comes back ---- */

static void each_call_says_what_the_caller_wants(void **state)
{
    const struct shmb_request_message *sent = stage_pipe_request();
    shmb_request_options options = options_of(SHMB_KIND_EVENT, 0);

    (void)state;
    serve(stage_pipe_answers);
    assert_int_equal(shmb_request("Global\\MyApp.1", 70000, NULL, NULL), SHMB_OK);
    assert_int_equal(sent->what, SHMB_REQUEST_MAKE);
    assert_int_equal(sent->kind, SHMB_SECTION);
    assert_int_equal(sent->size, 70000);
    assert_string_equal(sent->name, "MyApp.1");
    options.flags = SHMB_REQUEST_MANUAL_RESET | SHMB_REQUEST_SET;
    assert_int_equal(shmb_request_askW(L"MyApp.\x00E9", 0, &options, NULL), SHMB_OK);
    assert_int_equal(sent->what, SHMB_REQUEST_ASK);
    assert_int_equal(sent->kind, SHMB_EVENT);
    assert_int_equal(sent->flags, 3);
    assert_string_equal(sent->name, "MyApp.\xC3\xA9");
    options = options_of(SHMB_KIND_SEMAPHORE, 0);
    options.initial = 1;
    options.maximum = 7;
    assert_int_equal(shmb_requestW(L"MyApp.2", 0, &options, NULL), SHMB_OK);
    assert_int_equal(sent->initial, 1);
    assert_int_equal(sent->maximum, 7);
    assert_int_equal(shmb_release("MyApp.3", 0), SHMB_OK);
    assert_int_equal(sent->what, SHMB_REQUEST_RELEASE);
    assert_int_equal(sent->kind, 0);
    assert_int_equal(shmb_releaseW(L"MyApp.4", 0), SHMB_OK);
    assert_string_equal(sent->name, "MyApp.4");
}

static void the_flat_calls_say_the_same(void **state)
{
    const struct shmb_request_message *sent = stage_pipe_request();

    (void)state;
    serve(stage_pipe_answers);
    assert_int_equal(shmbf_request("MyApp.1", 0, 4096, 0), 1);
    assert_int_equal(sent->size, 4096);
    assert_int_equal(shmbf_requestW(L"MyApp.1", 1, 0, 0), 1);
    assert_int_equal(sent->kind, SHMB_MUTEX);
    stage_pipe_answer.flags = 0;
    assert_int_equal(shmbf_request_ask("MyApp.1", 0, 4096, 0), 0);
    assert_int_equal(sent->what, SHMB_REQUEST_ASK);
    assert_int_equal(shmbf_request_askW(L"MyApp.1", 0, 4096, 0), 0);
    assert_int_equal(shmbf_request_event("MyApp.1", 2, 0), 0);
    assert_int_equal(sent->flags, SHMB_REQUEST_SET);
    assert_int_equal(shmbf_request_eventW(L"MyApp.1", 1, 0), 0);
    assert_int_equal(shmbf_request_semaphore("MyApp.1", 0, 5, 0), 0);
    assert_int_equal(sent->maximum, 5);
    assert_int_equal(shmbf_request_semaphoreW(L"MyApp.1", 1, 5, 0), 0);
    assert_int_equal(shmbf_release("MyApp.1", 0), 0);
    assert_int_equal(shmbf_releaseW(L"MyApp.1", -1), 0);
    assert_int_equal(shmbf_request("MyApp.1", 0, -1, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmbf_request_reason(), 0);
    stage_pipe_answer =
        (struct shmb_request_answer){.result = SHMB_QUOTA, .reason = SHMB_REASON_EACH_OBJECTS};
    assert_int_equal(shmbf_request("MyApp.1", 0, 1, 0), SHMB_QUOTA);
    assert_int_equal(shmbf_request_reason(), 5);
}

static void what_was_answered_is_told(void **state)
{
    shmb_request_info info;
    char text[256];

    (void)state;
    serve(stage_pipe_answers);
    assert_int_equal(request_within(LONG_MS, &info), SHMB_OK);
    assert_int_equal(info.made, 1);
    assert_int_equal(info.bytes, 4096);
    stage_pipe_answer = (struct shmb_request_answer){.result = SHMB_QUOTA,
                                                     .reason = SHMB_REASON_EACH_OBJECTS,
                                                     .used = 20,
                                                     .most = 20,
                                                     .rule = "MyApp"};
    assert_int_equal(request_within(LONG_MS, &info), SHMB_QUOTA);
    assert_int_equal(info.made, 0);
    assert_int_equal(info.reason, 5);
    assert_int_equal(info.used, 20);
    assert_int_equal(info.most, 20);
    assert_string_equal(info.rule, "MyApp");
    shmb_request_text(SHMB_QUOTA, &info, text, sizeof(text));
    assert_string_equal(text,
                        "this account has 20 of the 20 objects that rule MyApp allows to one");
    shmb_result_text(SHMB_QUOTA, text, sizeof(text));
    assert_string_equal(text, "this account has as many objects as the rule allows to one");
    stage_pipe_answer = (struct shmb_request_answer){
        .result = SHMB_BUSY, .reason = SHMB_REASON_RATE, .retry_ms = 120};
    assert_int_equal(request_within(LONG_MS, &info), SHMB_BUSY);
    assert_int_equal(info.retry_ms, 120);
    stage_pipe_answer = (struct shmb_request_answer){
        .result = SHMB_SYSTEM, .reason = SHMB_REASON_SYSTEM, .win32_code = 1450};
    assert_int_equal(request_within(LONG_MS, &info), SHMB_SYSTEM);
    shmb_request_text(SHMB_SYSTEM, &info, text, sizeof(text));
    assert_non_null(strstr(text, "the broker: 1450"));
}

static void a_structure_of_another_version_is_filled_as_far_as_it_reaches(void **state)
{
    union {
        shmb_request_info info;
        uint8_t bytes[SHMB_STRUCT_SIZE_MAX];
    } small, large;

    (void)state;
    stage_pipe_answer = (struct shmb_request_answer){
        .result = SHMB_NOT_ALLOWED, .reason = SHMB_REASON_KIND, .rule = "MyApp"};
    serve(stage_pipe_answers);
    memset(&small, 0x55, sizeof(small));
    small.info.size = SHMB_REQUEST_INFO_SIZE_MIN + 8; /* a part of the rule */
    assert_int_equal(shmb_request("MyApp.1", 1, NULL, &small.info), SHMB_NOT_ALLOWED);
    assert_int_equal(small.info.reason, 3);
    assert_int_equal(small.info.rule[0], 0);
    assert_int_equal(small.bytes[SHMB_REQUEST_INFO_SIZE_MIN + 8], 0x55);
    memset(&large, 0x55, sizeof(large));
    large.info.size = sizeof(large.info) + 8;
    assert_int_equal(shmb_request("MyApp.1", 1, NULL, &large.info), SHMB_NOT_ALLOWED);
    assert_string_equal(large.info.rule, "MyApp");
    assert_int_equal(large.bytes[sizeof(large.info)], 0);
    assert_int_equal(large.bytes[sizeof(large.info) + 8], 0x55);
}

static void a_wrong_call_is_never_sent(void **state)
{
    shmb_request_options options = options_of(SHMB_KIND_SEGMENT, 0);
    shmb_request_info info = {.size = 7};

    (void)state;
    serve(stage_pipe_answers);
    assert_int_equal(shmb_request(NULL, 1, NULL, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_request("a\\b", 1, NULL, NULL), SHMB_BAD_NAME);
    assert_int_equal(shmb_requestW(L"a\\b", 1, NULL, NULL), SHMB_BAD_NAME);
    assert_int_equal(shmb_request("MyApp.1", 0, NULL, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_request("MyApp.1", 1, NULL, &info), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_requestW(L"MyApp.1", 1, NULL, &info), SHMB_BAD_ARGUMENT);
    options.flags = SHMB_REQUEST_SET;
    assert_int_equal(shmb_request("MyApp.1", 1, &options, NULL), SHMB_BAD_ARGUMENT);
    options = options_of(SHMB_KIND_QUEUE, 0);
    assert_int_equal(shmb_request("MyApp.1", 0, &options, NULL), SHMB_BAD_ARGUMENT);
    options = options_of(SHMB_KIND_SEMAPHORE, 0);
    assert_int_equal(shmb_request("MyApp.1", 0, &options, NULL), SHMB_BAD_ARGUMENT);
    options = options_of(SHMB_KIND_MUTEX, 0);
    assert_int_equal(shmb_request("MyApp.1", 1, &options, NULL), SHMB_BAD_ARGUMENT);
    options.reserved_pointer = &options;
    assert_int_equal(shmb_request("MyApp.1", 0, &options, NULL), SHMB_BAD_ARGUMENT);
    options = options_of(SHMB_KIND_MUTEX, 0);
    options.owner = "nobody";
    assert_int_equal(shmb_request("MyApp.1", 0, &options, NULL), SHMB_BAD_ARGUMENT);
    options.size = 0;
    assert_int_equal(shmb_request("MyApp.1", 0, &options, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(stage_pipe_clients(), 0);
}

/* ---- the pipe of somebody else ---- */

static void reads_all(HANDLE pipe)
{
    stage_pipe_wait(pipe);
}

static void a_stranger_with_the_pipes_name_gets_nothing(void **state)
{
    shmb_request_options options = options_of(SHMB_KIND_SEGMENT, LONG_MS);
    shmb_request_info info;
    char text[256];

    (void)state;
    stage_pipe_open(STAGE_STRANGER, SHMB_REQUEST_PIPE_RIGHTS, reads_all);
    assert_int_equal(request_within(LONG_MS, &info), SHMB_NOT_OURS);
    shmb_request_text(SHMB_NOT_OURS, &info, text, sizeof(text));
    assert_non_null(strstr(text, "another program has the broker's pipe"));
    assert_int_equal(shmb_release("MyApp.1", LONG_MS), SHMB_NOT_OURS);
    assert_int_equal(shmb_request_ask("MyApp.1", 1, NULL, NULL), SHMB_NOT_OURS);
    stage_pipe_close(); /* all has been read that was sent */
    assert_int_equal(stage_pipe_bytes(), 0);
    /* The owner that a program trusts is no stranger. */
    stage_pipe_open(STAGE_STRANGER, SHMB_REQUEST_PIPE_RIGHTS, stage_pipe_answers);
    options.owner = stage_user();
    assert_int_equal(shmb_request("MyApp.1", 1, &options, NULL), SHMB_OK);
}

/* ---- a server that does not keep to it ---- */

static uint8_t spoiled[2 * SHMB_ANSWER_BYTES];
static size_t spoiled_length;

static void answers_spoiled(HANDLE pipe)
{
    uint8_t request[SHMB_REQUEST_BYTES];

    if (stage_pipe_read(pipe, request) && stage_pipe_write(pipe, spoiled, spoiled_length) &&
        spoiled_length >= SHMB_ANSWER_BYTES)
        stage_pipe_wait(pipe);
    else
        FlushFileBuffers(pipe); /* what was sent is read before the end */
}

static void good_answer(void)
{
    memset(spoiled, 0, sizeof(spoiled));
    shmb_answer_write(&stage_pipe_answer, spoiled);
    spoiled_length = SHMB_ANSWER_BYTES;
}

static void refused(void)
{
    shmb_request_info info;

    assert_int_equal(request_within(LONG_MS, &info), SHMB_VERSION_MISMATCH);
    assert_int_equal(info.made, 0);
    assert_int_equal(info.bytes, 0);
}

static void a_spoiled_answer_is_no_answer(void **state)
{
    static const int32_t results[] = {1, -9, -10, -11, -13, -14, -16, -21, -1000, INT32_MIN};
    shmb_request_info info;
    size_t i;

    (void)state;
    good_answer();
    serve(answers_spoiled);
    assert_int_equal(request_within(LONG_MS, &info), SHMB_OK);
    for (i = 0; i < 8; i++) { /* magic and version */
        good_answer();
        spoiled[i] ^= 0x40;
        refused();
    }
    for (i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
        good_answer();
        memcpy(spoiled + 8, &results[i], sizeof(results[i]));
        spoiled[12] = SHMB_REASON_NO_RULE;
        refused();
    }
    good_answer();
    spoiled[12] = SHMB_REASON_WHO; /* done, but refused */
    refused();
    good_answer();
    spoiled[8] = 0xED; /* SHMB_NOT_ALLOWED, without a reason */
    memset(spoiled + 9, 0xFF, 3);
    refused();
    spoiled[12] = SHMB_REASON_NO_PIPE; /* came through it */
    refused();
    good_answer();
    spoiled_length = SHMB_ANSWER_BYTES + 1;
    refused();
    spoiled_length = 2 * SHMB_ANSWER_BYTES;
    refused();
    spoiled_length = SHMB_ANSWER_BYTES - 1;
    refused();
    spoiled_length = 1;
    refused();
}

static void a_name_that_is_refused_is_told(void **state)
{
    shmb_request_info info;
    char text[256];

    (void)state;
    stage_pipe_answer =
        (struct shmb_request_answer){.result = SHMB_BAD_NAME, .reason = SHMB_REASON_MESSAGE};
    serve(stage_pipe_answers);
    assert_int_equal(request_within(LONG_MS, &info), SHMB_BAD_NAME);
    shmb_request_text(SHMB_BAD_NAME, &info, text, sizeof(text));
    assert_non_null(strstr(text, "a character that nobody sees"));
    shmb_result_text(SHMB_BAD_NAME, text, sizeof(text));
    assert_string_equal(text, "not a valid object name");
}

static void answers_in_pieces(HANDLE pipe)
{
    uint8_t request[SHMB_REQUEST_BYTES];
    size_t i;

    if (!stage_pipe_read(pipe, request))
        return;
    for (i = 0; i < SHMB_ANSWER_BYTES; i++)
        if (!stage_pipe_write(pipe, spoiled + i, 1))
            return;
    stage_pipe_wait(pipe);
}

static void an_answer_may_come_in_pieces(void **state)
{
    shmb_request_info info;

    (void)state;
    good_answer();
    serve(answers_in_pieces);
    assert_int_equal(request_within(LONG_MS, &info), SHMB_OK);
    assert_int_equal(info.bytes, 4096);
}

static void is_silent(HANDLE pipe)
{
    uint8_t request[SHMB_REQUEST_BYTES];

    if (stage_pipe_read(pipe, request))
        stage_pipe_wait(pipe);
}

static void begins_an_answer(HANDLE pipe)
{
    uint8_t request[SHMB_REQUEST_BYTES];

    if (stage_pipe_read(pipe, request) && stage_pipe_write(pipe, spoiled, 64))
        stage_pipe_wait(pipe);
}

static void a_server_without_an_answer_costs_no_more_than_the_time(void **state)
{
    static stage_pipe_serve *const servers[] = {stage_pipe_idle, is_silent, begins_an_answer};
    shmb_request_info info;
    size_t i;

    (void)state;
    good_answer();
    for (i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
        serve(servers[i]);
        assert_int_equal(request_within(SHORT_MS, &info), SHMB_TIMEOUT);
        assert_int_equal(shmb_release("MyApp.1", SHORT_MS), SHMB_TIMEOUT);
        stage_pipe_close();
    }
}

static void a_pipe_that_is_always_in_use_costs_no_more_than_the_time(void **state)
{
    shmb_request_info info;
    HANDLE other;

    (void)state;
    serve(is_silent);
    other = CreateFileW(L"" SHMB_REQUEST_PIPE, SHMB_REQUEST_PIPE_RIGHTS, 0, NULL, OPEN_EXISTING, 0,
                        NULL);
    assert_true(other != INVALID_HANDLE_VALUE);
    assert_int_equal(request_within(SHORT_MS, &info), SHMB_TIMEOUT);
    stage_publish();
    stage_root()->requests = SHMB_ROOT_REQUESTS_OPEN;
    assert_int_equal(request_within(SHORT_MS, &info), SHMB_TIMEOUT);
    CloseHandle(other);
}

/* Its owner cannot be seen; but the broker says that it has none. */
static void a_strangers_pipe_that_is_always_in_use_is_told(void **state)
{
    shmb_request_info info;
    char text[256];
    HANDLE other;

    (void)state;
    stage_pipe_open(STAGE_STRANGER, SHMB_REQUEST_PIPE_RIGHTS, is_silent);
    stage_publish();
    stage_root()->requests = SHMB_ROOT_REQUESTS_NONE;
    other = CreateFileW(L"" SHMB_REQUEST_PIPE, SHMB_REQUEST_PIPE_RIGHTS, 0, NULL, OPEN_EXISTING, 0,
                        NULL);
    assert_true(other != INVALID_HANDLE_VALUE);
    assert_int_equal(request_within(SHMB_INFINITE, &info), SHMB_NOT_OURS);
    shmb_request_text(SHMB_NOT_OURS, &info, text, sizeof(text));
    assert_non_null(strstr(text, "another program has the broker's pipe"));
    CloseHandle(other);
}

/* ---- a broker that ends, starts, or has no pipe ---- */

static volatile LONG hang_ups;

static void hangs_up_at_first(HANDLE pipe)
{
    uint8_t request[SHMB_REQUEST_BYTES];

    switch (InterlockedIncrement(&hang_ups)) {
    case 1:
        return;
    case 2:
        (void)stage_pipe_read(pipe, request);
        return;
    default:
        stage_pipe_answers(pipe);
    }
}

static void a_lost_connection_is_tried_again(void **state)
{
    shmb_request_info info;

    (void)state;
    hang_ups = 0;
    serve(hangs_up_at_first);
    assert_int_equal(request_within(LONG_MS, &info), SHMB_OK);
    assert_int_equal(stage_pipe_clients(), 3);
    /* What an earlier try may have released is released. */
    stage_pipe_answer =
        (struct shmb_request_answer){.result = SHMB_NOT_FOUND, .reason = SHMB_REASON_NOT_REQUESTED};
    hang_ups = 1;
    assert_int_equal(shmb_release("MyApp.1", LONG_MS), SHMB_OK);
    assert_int_equal(shmb_release("MyApp.1", LONG_MS), SHMB_NOT_FOUND);
}

static void starts_and_serves(HANDLE pipe)
{
    uint8_t request[SHMB_REQUEST_BYTES], answer[SHMB_ANSWER_BYTES];
    struct shmb_request_answer busy = {.result = SHMB_NO_BROKER, .reason = SHMB_REASON_STOPPING};

    if (InterlockedIncrement(&hang_ups) > 2) {
        stage_pipe_answers(pipe);
        return;
    }
    shmb_answer_write(&busy, answer);
    if (stage_pipe_read(pipe, request) && stage_pipe_write(pipe, answer, sizeof(answer)))
        stage_pipe_wait(pipe);
}

static void a_broker_that_starts_is_waited_for(void **state)
{
    shmb_request_info info;

    (void)state;
    hang_ups = 0;
    serve(starts_and_serves);
    assert_int_equal(request_within(LONG_MS, &info), SHMB_OK);
    assert_int_equal(stage_pipe_clients(), 3);
}

static DWORD WINAPI opens_the_pipe(void *waiting)
{
    WaitForSingleObject(waiting, 50); /* the other thread waits by then, or not: both are right */
    serve(stage_pipe_answers);
    return 0;
}

static void a_pipe_that_comes_is_waited_for(void **state)
{
    HANDLE never = CreateEventW(NULL, TRUE, FALSE, NULL), thread;
    shmb_request_info info;

    (void)state;
    stage_broker_dies();
    thread = CreateThread(NULL, 0, opens_the_pipe, never, 0, NULL);
    assert_int_equal(request_within(LONG_MS, &info), SHMB_OK);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(never);
}

static void without_a_pipe_the_reason_is_told(void **state)
{
    shmb_request_info info;
    char text[256];

    (void)state;
    assert_int_equal(request_within(LONG_MS, &info), SHMB_NOT_ALLOWED);
    assert_int_equal(info.reason, 21);
    shmb_request_text(SHMB_NOT_ALLOWED, &info, text, sizeof(text));
    assert_non_null(strstr(text, "takes no requests"));
    assert_int_equal(shmb_release("MyApp.1", LONG_MS), SHMB_NOT_ALLOWED);
    stage_broker_dies();
    assert_int_equal(request_within(SHORT_MS, &info), SHMB_NO_BROKER);
    assert_int_equal(info.reason, 0);
}

/* ---- after it ---- */

static void what_was_made_can_be_opened_at_once(void **state)
{
    shmb_segment *segment;
    shmb_info info = {.size = sizeof(info)};

    (void)state;
    /* The process has the directory mapped, and it does not have the name yet. */
    assert_int_equal(shmb_describe("MyApp.1", &info), SHMB_NOT_FOUND);
    assert_int_equal(shmb_open("MyApp.1", SHMB_READ, 0, &segment), SHMB_NOT_FOUND);
    serve(stage_pipe_answers);
    stage_segment("MyApp.1", 4096, STAGE_LOCK);
    stage_publish(); /* before it answers, as the broker does */
    assert_int_equal(shmb_request("MyApp.1", 4096, NULL, NULL), SHMB_OK);
    assert_int_equal(shmb_open("MyApp.1", SHMB_WRITE, 0, &segment), SHMB_OK);
    shmb_close(segment);
    info.size = sizeof(info);
    assert_int_equal(shmb_describe("MyApp.1", &info), SHMB_OK);
}

static void nothing_stays_open(void **state)
{
    shmb_request_info info;
    DWORD before, after;
    int i;

    (void)state;
    serve(stage_pipe_answers);
    assert_int_equal(request_within(LONG_MS, &info), SHMB_OK);
    assert_true(GetProcessHandleCount(GetCurrentProcess(), &before));
    for (i = 0; i < 50; i++)
        assert_int_equal(request_within(LONG_MS, &info), SHMB_OK);
    assert_true(GetProcessHandleCount(GetCurrentProcess(), &after));
    assert_in_range(after, 0, before + 4); /* the server's thread may be between two clients */
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(each_call_says_what_the_caller_wants),
        STAGED(the_flat_calls_say_the_same),
        STAGED(what_was_answered_is_told),
        STAGED(a_structure_of_another_version_is_filled_as_far_as_it_reaches),
        STAGED(a_wrong_call_is_never_sent),
        STAGED(a_stranger_with_the_pipes_name_gets_nothing),
        STAGED(a_spoiled_answer_is_no_answer),
        STAGED(a_name_that_is_refused_is_told),
        STAGED(an_answer_may_come_in_pieces),
        STAGED(a_server_without_an_answer_costs_no_more_than_the_time),
        STAGED(a_pipe_that_is_always_in_use_costs_no_more_than_the_time),
        STAGED(a_strangers_pipe_that_is_always_in_use_is_told),
        STAGED(a_lost_connection_is_tried_again),
        STAGED(a_broker_that_starts_is_waited_for),
        STAGED(a_pipe_that_comes_is_waited_for),
        STAGED(without_a_pipe_the_reason_is_told),
        STAGED(what_was_made_can_be_opened_at_once),
        STAGED(nothing_stays_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
