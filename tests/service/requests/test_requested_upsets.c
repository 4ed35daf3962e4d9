/*
 * Objects on request while brokers are killed, stopped and started again, rules are changed, and
 * another program has the pipe. The programs that have the objects open do not notice.
 */
#include "requesting.h"

#include <stdio.h>
#include <string.h>

#include "processes.h"
#include "service_manager.h"
#include "shmb.h"
#include "stage_pipe.h"

#define HEAD "version: 1\ndefaults: { access: { read: [Users] } }\n"
#define RULE(rule, objects, more)                                                                  \
    HEAD "requests:\n"                                                                             \
         "  " rule ":\n"                                                                           \
         "    names: 'ShmbKept.*'\n"                                                               \
         "    who: [Users]\n"                                                                      \
         "    size: 4 KiB\n"                                                                       \
         "    each: { objects: " objects ", memory: 64 KiB }\n"                                    \
         "    rate: 10000\n"                                                                       \
         "    access: { write: [Requester] }\n"                                                    \
         "    lives: until released\n" more
#define USUAL RULE("Kept", "3", "")

static const struct launch alone = {.console = true, .breakaway = true};
static const struct launch user = {.standard_user = true};

/* ---- brokers ---- */

static struct child *run(const char *text)
{
    struct child *broker = child_start(&alone, "\"%s\" run --allow-unsafe-config --config \"%s\"",
                                       support_sibling("shmbroker.exe"), support_file(text));

    child_find(broker, "info 100:", SUPPORT_DEADLINE_MS);
    return broker;
}

static void kill_broker(struct child *broker)
{
    processes_kill(child_id(broker));
}

/* ---- killed and started again -------------------------------------------------------------- */

static void a_killed_broker_loses_nothing(void **state)
{
    struct child *broker = run(USUAL), *owner;
    uint64_t generation;
    char line[64];
    int i;

    (void)state;
    requesting_expect(&user, "made", "request ShmbKept.Alone 64");
    assert_string_equal(client_line(&user, "write Global\\ShmbKept.Alone 0 abc"), "written");
    owner = requesting_start(&user, "made", "lock ShmbKept.Locked 64");
    child_expect(owner, "open 0");
    generation = requesting_generation("ShmbKept.Alone");
    for (i = 0; i < 2; i++) {
        kill_broker(broker);
        /* No program has it open: the keeper alone holds it. */
        assert_string_equal(client_line(&user, "dump Global\\ShmbKept.Alone"), "4096: 616263");
        broker = run(USUAL);
        assert_string_equal(client_line(&user, "dump Global\\ShmbKept.Alone"), "4096: 616263");
        assert_int_equal(requesting_generation("ShmbKept.Alone"), generation);
        assert_string_equal(client_line(&user, "take Global\\ShmbKept.Locked.lock 0"), "timeout");
        requesting_expect(&user, "exists", "request ShmbKept.Alone 64");
    }
    /* What it was before counts, and is the account's to release. */
    requesting_expect(&user, "made", "request ShmbKept.Third 64");
    snprintf(line, sizeof(line), "%d %u 3 3", SHMB_QUOTA, SHMB_REASON_EACH_OBJECTS);
    requesting_expect(&user, line, "request ShmbKept.Fourth 64");
    requesting_expect(&user, "0", "release ShmbKept.Alone");
    requesting_expect(&user, "made", "request ShmbKept.Fourth 64");
    assert_int_equal(child_end(owner), 0);
    kill_broker(broker);
}

/* ---- the pipe is another program's ----------------------------------------------------------- */

/* plant: has the pipe before any broker; reads what it gets, and tells how much at its end. */
static int do_plant(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    stage_pipe_open(STAGE_STRANGER, SHMB_REQUEST_PIPE_RIGHTS, stage_pipe_wait);
    client_say("planted by process %lu", GetCurrentProcessId());
    client_wait_for_end();
    stage_pipe_close();
    client_say("%s: %u bytes", stage_pipe_clients() != 0 ? "looked at" : "not looked at",
               (unsigned)stage_pipe_bytes());
    return 0;
}

/* The next time that the broker says something of its pipe. */
static const char *about_the_pipe(struct child *broker)
{
    const char *line;

    do {
        line = child_line(broker);
        assert_non_null(line);
    } while (strncmp(line, "warning 370:", 12) != 0 && strncmp(line, "info 372:", 9) != 0);
    return line;
}

/* It is told once, all else works, nothing goes to the stranger, and its end is waited for. */
static void a_planted_pipe_is_waited_out(void **state)
{
    struct child *stranger = client_start(&user, "plant"), *broker;
    const char *process = strstr(child_line(stranger), "process ");
    char who[32], line[64];

    (void)state;
    assert_non_null(process);
    snprintf(who, sizeof(who), "%s", process);
    broker = child_start(&alone, "\"%s\" run --allow-unsafe-config --config \"%s\"",
                         support_sibling("shmbroker.exe"),
                         support_file(USUAL "segments: { ShmbTest.Data: { size: 64 } }\n"));
    assert_non_null(strstr(child_find(broker, "warning 370:", SUPPORT_DEADLINE_MS), who));
    child_find(broker, "warning 103:", SUPPORT_DEADLINE_MS);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 4"), "0");
    program_says(support_sibling("shmbroker.exe"), "status", 1,
                 "requests pipe: conflict, another program has a pipe");
    snprintf(line, sizeof(line), "%d %u 0 0", SHMB_NOT_OURS, SHMB_REASON_NONE);
    requesting_expect(&user, line, "request ShmbKept.A 64");
    requesting_expect(&user, line, "ask ShmbKept.A 64");
    snprintf(line, sizeof(line), "%d", SHMB_NOT_OURS);
    requesting_expect(&user, line, "release ShmbKept.A");
    assert_int_equal(child_end_with(stranger, "looked at: 0 bytes"), 0);
    assert_memory_equal(about_the_pipe(broker), "info 372:", 9);
    requesting_expect(&user, "made", "request ShmbKept.A 64");
    kill_broker(broker);
}

/* ---- reloads, restarts --------------------------------------------------------------------------
 */

static void serve(const char *text)
{
    char arguments[SUPPORT_LINE_MAX];

    snprintf(arguments, sizeof(arguments), "--config \"%s\"", scm_file(text));
    scm_create(arguments);
    scm_start();
    (void)scm_wait(SERVICE_RUNNING);
}

static void reload(const char *text)
{
    (void)scm_file(text);
    broker_says("reload", 0, "has applied");
}

/* Three that are held, each with its number; the last one a program has open. */
static struct child *three(void)
{
    struct child *holder;

    requesting_expect(&user, "made", "request ShmbKept.1 64");
    requesting_expect(&user, "made", "request ShmbKept.2 64");
    holder = requesting_start(&user, "made", "keep ShmbKept.3 64");
    child_expect(holder, "open 0");
    assert_string_equal(client_line(&user, "write Global\\ShmbKept.1 0 one"), "written");
    assert_string_equal(client_line(&user, "write Global\\ShmbKept.3 0 three"), "written");
    return holder;
}

static void a_restart_keeps_what_was_asked_for(void **state)
{
    uint64_t generation;
    struct child *holder;

    (void)state;
    serve(USUAL);
    holder = three();
    generation = requesting_generation("ShmbKept.1");
    scm_stop();
    (void)scm_wait(SERVICE_STOPPED);
    assert_false(requesting_pipe_is_there());
    scm_start();
    (void)scm_wait(SERVICE_RUNNING);
    assert_int_equal(requesting_generation("ShmbKept.1"), generation);
    assert_string_equal(client_line(&user, "dump Global\\ShmbKept.1"), "4096: 6f6e65");
    requesting_expect(&user, "0", "release ShmbKept.1");
    assert_int_equal(child_end(holder), 0);
}

static void a_smaller_quota_takes_the_newest(void **state)
{
    struct child *holder;

    (void)state;
    serve(USUAL);
    holder = three();
    reload(RULE("Kept", "1", ""));
    assert_string_equal(client_line(&user, "dump Global\\ShmbKept.1"), "4096: 6f6e65");
    assert_string_equal(client_line(&user, "open section Global\\ShmbKept.2 4"), "2");
    /* Nothing is torn from who has it open. */
    assert_string_equal(client_line(&user, "dump Global\\ShmbKept.3"), "4096: 7468726565");
    requesting_await_gone("ShmbKept.3");
    assert_int_equal(child_end(holder), 0);
}

static void a_rule_of_another_name_takes_them_over(void **state)
{
    shmb_info info = {.size = sizeof(info)};
    struct child *holder;

    (void)state;
    serve(USUAL);
    holder = three();
    reload(RULE("Renamed", "3", ""));
    assert_string_equal(client_line(&user, "dump Global\\ShmbKept.1"), "4096: 6f6e65");
    assert_int_equal(shmb_describe("ShmbKept.1", &info), SHMB_OK);
    assert_string_equal(info.rule, "Renamed");
    assert_int_equal(child_end(holder), 0);
}

static void a_name_that_is_configured_now_goes_on(void **state)
{
    struct child *holder;
    uint64_t generation;
    char line[64];

    (void)state;
    serve(USUAL);
    holder = three();
    generation = requesting_generation("ShmbKept.1");
    reload(USUAL "segments: { ShmbKept.1: { size: 64, access: { write: [Users] } } }\n");
    assert_string_equal(client_line(&user, "dump Global\\ShmbKept.1"), "4096: 6f6e65");
    assert_int_equal(requesting_generation("ShmbKept.1"), generation);
    snprintf(line, sizeof(line), "%d", SHMB_NOT_FOUND);
    requesting_expect(&user, line, "release ShmbKept.1");
    /* It counts no longer. */
    requesting_expect(&user, "made", "request ShmbKept.4 64");
    assert_int_equal(child_end(holder), 0);
}

static void without_rules_all_goes_and_so_does_the_pipe(void **state)
{
    struct child *holder;
    char line[64];

    (void)state;
    serve(USUAL);
    holder = three();
    reload(HEAD "segments: { ShmbTest.Data: { size: 64 } }\n");
    assert_string_equal(client_line(&user, "open section Global\\ShmbKept.1 4"), "2");
    assert_string_equal(client_line(&user, "dump Global\\ShmbKept.3"), "4096: 7468726565");
    assert_false(requesting_pipe_is_there());
    snprintf(line, sizeof(line), "%d %u 0 0", SHMB_NOT_ALLOWED, SHMB_REASON_NO_PIPE);
    requesting_expect(&user, line, "request ShmbKept.5 64");
    assert_int_equal(child_end(holder), 0);
    reload(USUAL);
    requesting_expect(&user, "made", "request ShmbKept.5 64");
}

#define TEST(name)    cmocka_unit_test_teardown(name, support_teardown)
#define SERVICE(name) cmocka_unit_test_teardown(name, scm_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_killed_broker_loses_nothing),
        SERVICE(a_restart_keeps_what_was_asked_for),
        SERVICE(a_smaller_quota_takes_the_newest),
        SERVICE(a_rule_of_another_name_takes_them_over),
        SERVICE(a_name_that_is_configured_now_goes_on),
        SERVICE(without_rules_all_goes_and_so_does_the_pipe),
        TEST(a_planted_pipe_is_waited_out),
    };
    static const struct verb plant = {"plant", 0, do_plant};

    requesting_client(&plant, 1);
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
