/* shmb request and shmb release, and what shmb doctor says of a name that can be requested. */
#include "shmb_run.h"
#include "stage_pipe.h"

#include <string.h>

#define UNTIL_OPENED                                                                               \
    "; if no program opens it within seconds, a rule with lives: while open ends it\n"

static int begin(void **state)
{
    (void)state;
    stage_begin();
    stage_publish();
    stage_pipe_answer =
        (struct shmb_request_answer){.flags = SHMB_ANSWER_MADE, .size = 4096, .rule = "MyApp"};
    stage_pipe_open(STAGE_OURS, SHMB_REQUEST_PIPE_RIGHTS, stage_pipe_answers);
    return 0;
}

static int end(void **state)
{
    stage_pipe_close();
    return stage_teardown(state);
}

static void what_is_written_is_asked_for(void **state)
{
    const struct shmb_request_message *sent = stage_pipe_request();

    (void)state;
    shmb_expect(0, "MyApp.1: made, by rule MyApp" UNTIL_OPENED, "request MyApp.1 --size 4096");
    assert_int_equal(sent->what, SHMB_REQUEST_MAKE);
    assert_int_equal(sent->size, 4096);
    shmb_expect(0, "MyApp.1: would be made, by rule MyApp\n",
                "request MyApp.1 --ask --size \"3 MiB\"");
    assert_int_equal(sent->what, SHMB_REQUEST_ASK);
    assert_int_equal(sent->size, 3 << 20);
    shmb_expect(0, "", "request MyApp.1 --quiet --size 0x10KiB");
    assert_int_equal(sent->size, 16 << 10);
    stage_pipe_answer = (struct shmb_request_answer){.flags = SHMB_ANSWER_CONFIGURED};
    shmb_expect(0, "MyApp.E: exists already\n",
                "request MyApp.E --kind event --manual-reset --set");
    assert_int_equal(sent->kind, SHMB_EVENT);
    assert_int_equal(sent->flags, 3);
    shmb_expect(0, "MyApp.S: exists already\n",
                "request MyApp.S --kind semaphore --initial 1 --maximum 7");
    assert_int_equal(sent->initial, 1);
    assert_int_equal(sent->maximum, 7);
    shmb_expect(0, "", "release Global\\MyApp.S");
    assert_int_equal(sent->what, SHMB_REQUEST_RELEASE);
    assert_string_equal(sent->name, "MyApp.S");
}

static void a_wrong_command_line_asks_for_nothing(void **state)
{
    (void)state;
    shmb_expect_line(2, "--size", "request MyApp.1");
    shmb_expect_line(2, "--size", "request MyApp.1 --size 0");
    shmb_expect_line(2, "\"4kB\"", "request MyApp.1 --size 4kB");
    shmb_expect_line(2, "\"KiB\"", "request MyApp.1 --size KiB");
    shmb_expect_line(2, "--size", "request MyApp.1 --size 17179869184GiB");
    shmb_expect_line(2, "\"queue\"", "request MyApp.1 --kind queue");
    shmb_expect_line(2, "--size does not go together", "request MyApp.1 --kind mutex --size 1");
    shmb_expect_line(2, "--set does not go together", "request MyApp.1 --size 1 --set");
    shmb_expect_line(2, "--maximum", "request MyApp.1 --kind semaphore");
    shmb_expect_line(2, "--initial", "request MyApp.1 --kind semaphore --initial 2 --maximum 1");
    shmb_expect_line(2, "name", "release");
    assert_int_equal(stage_pipe_clients(), 0);
}

static void a_refusal_has_its_reason_and_its_code(void **state)
{
    static const struct {
        struct shmb_request_answer answer;
        DWORD code;
        const char *part;
    } rows[] = {
        {{.result = -19, .reason = SHMB_WHY_SIZE, .most = 64, .rule = "MyApp"},
         1,
         "rule MyApp allows at most 64 bytes"},
        {{.result = -20, .reason = SHMB_WHY_EACH_OBJECTS, .used = 20, .most = 20, .rule = "A"},
         1,
         "20 of the 20 objects"},
        {{.result = -3, .reason = SHMB_WHY_NO_ACCESS}, 3, "may not open it"},
        {{.result = -12, .reason = SHMB_WHY_RATE, .retry_ms = 9}, 4, "9 ms"},
        {{.result = -5, .reason = SHMB_WHY_FOREIGN}, 6, "did not make"},
        {{.result = -4, .reason = SHMB_WHY_OTHER, .size = 8}, 6, "another kind"},
        {{.result = -8, .reason = SHMB_WHY_OTHER, .size = 8}, 1, "only 8 bytes"},
        {{.result = -18, .reason = SHMB_WHY_SYSTEM, .win32_code = 1455}, 7, "1455"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        stage_pipe_answer = rows[i].answer;
        shmb_expect_line(rows[i].code, rows[i].part, "request MyApp.1 --size 9");
    }
    stage_pipe_answer =
        (struct shmb_request_answer){.result = -1, .reason = SHMB_WHY_NOT_REQUESTED};
    shmb_expect_line(1, "no program has requested", "release MyApp.1");
    stage_pipe_answer = (struct shmb_request_answer){.result = -3, .reason = SHMB_WHY_NOT_YOURS};
    shmb_expect_line(3, "another account", "release MyApp.1");
    stage_pipe_close();
    stage_pipe_open(STAGE_STRANGER, SHMB_REQUEST_PIPE_RIGHTS, stage_pipe_answers);
    shmb_expect_line(6, "another program has the broker's pipe", "request MyApp.1 --size 9");
    stage_pipe_close();
    shmb_expect_line(1, "takes no requests", "request MyApp.1 --size 9");
    stage_broker_dies();
    shmb_expect_line(5, "no broker runs", "request MyApp.1 --size 9 --timeout 0");
}

static void programs_get_json(void **state)
{
    const char *said;

    (void)state;
    shmb_expect_json(0,
                     "{\"schema\":1,\"verb\":\"request\",\"name\":\"MyApp.1\",\"full_name\":"
                     "\"Global\\\\MyApp.1\",\"kind\":\"section\",\"asked\":false,\"made\":true,"
                     "\"bytes\":4096,\"rule\":\"MyApp\",\"warnings\":[]}",
                     "request MyApp.1 --size 4096 --json");
    assert_int_equal(shmb_run_json(&said, "release MyApp.1 --json"), 0);
    assert_non_null(strstr(said, "\"name\":\"MyApp.1\""));
    stage_pipe_answer =
        (struct shmb_request_answer){.result = -20, .reason = SHMB_WHY_TOTAL_MEMORY};
    assert_int_equal(shmb_run_json(&said, "request MyApp.1 --size 1 --json"), 1);
    assert_non_null(strstr(said, "\"code\":\"QUOTA\""));
}

static void doctor_names_the_rule(void **state)
{
    const char *said;

    (void)state;
    assert_int_equal(shmb_run(&shmb_user, &said, "doctor MyApp.1 --size 4096"), 1);
    assert_non_null(strstr(
        said, "requestable: nobody has requested it yet; rule MyApp lets this program request it"));
    assert_int_equal(stage_pipe_request()->what, SHMB_REQUEST_ASK);
    assert_int_equal(stage_pipe_request()->size, 4096);
    stage_pipe_answer =
        (struct shmb_request_answer){.result = -19, .reason = SHMB_WHY_WHO, .rule = "MyApp"};
    assert_int_equal(shmb_run(&shmb_user, &said, "doctor MyApp.1"), 1);
    assert_non_null(strstr(said, "request-who: it cannot be requested: rule MyApp does not let"));
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(what_is_written_is_asked_for),
        STAGED(a_wrong_command_line_asks_for_nothing),
        STAGED(a_refusal_has_its_reason_and_its_code),
        STAGED(programs_get_json),
        STAGED(doctor_names_the_rule),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
