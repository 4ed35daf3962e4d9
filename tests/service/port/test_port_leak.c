/*
 * The life of a broker a hundred times in one process, with the real port:
 * what `shmbroker run` does between its command line and its exit code.
 */
#include "support.h"

#include <stdlib.h>

#include "clients.h"
#include "event_sink.h"
#include "lifecycle.h"
#include "port.h"
#include "processes.h"

#define WARM_UP    5
#define ROUNDS     100
#define FEW_ROUNDS 8

static const char good[] = "version: 1\n"
                           "defaults: { access: { read: [Users], write: [Interactive] } }\n"
                           "segments:\n"
                           "  ShmbTest.One: { size: 64, initial: { text: hello } }\n"
                           "  ShmbTest.Two: { size: 1 MiB }\n"
                           "mutexes: { ShmbTest.Mutex: {} }\n"
                           "events: { ShmbTest.Event: { reset: manual } }\n"
                           "semaphores: { ShmbTest.Semaphore: { maximum: 3 } }\n";

static const char bad[] = "version: 1\n"
                          "segments:\n"
                          "  ShmbTest.One: { size: 64, access: { read: [No such account] } }\n";

static HANDLE stop;

/* ---- one life ---- */

/* Asked to stop at once, by the very report that it runs. */
static void on_running(void)
{
    SetEvent(stop);
}

static bool releasing(void)
{
    return true;
}

static enum shmb_exit live(const char *file)
{
    const struct port_host host = {.stop = stop,
                                   .running = on_running,
                                   .any_file = true,
                                   .keeper = support_sibling("shmbroker.exe"),
                                   .releasing = releasing};
    struct event_sink sink;
    struct system system;
    struct port port;
    enum shmb_exit result;

    ResetEvent(stop);
    event_sink_open(&sink, false);
    port_open(&port, &host, &sink, &system);
    result = lifecycle_run(&system, file);
    port_close(&port);
    event_sink_close(&sink);
    return result;
}

static void live_often(const char *file, enum shmb_exit expected, int rounds)
{
    size_t before, after;
    int i;

    for (i = 0; i < WARM_UP && i < rounds / 4; i++)
        assert_int_equal(live(file), expected);
    before = processes_handles(GetCurrentProcessId());
    assert_true(before > 0);
    for (i = 0; i < rounds; i++)
        assert_int_equal(live(file), expected);
    after = processes_handles(GetCurrentProcessId());
    /* The system's own threads in a process come and go with a few. */
    assert_true(after < before + (size_t)rounds / 4);
}

/* ---- tests ---- */

static int make_stop(void **state)
{
    (void)state;
    stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    return stop != NULL ? 0 : -1;
}

static void counting_sees_handles(void **state)
{
    size_t before = processes_handles(GetCurrentProcessId());
    HANDLE many[ROUNDS];
    size_t i;

    (void)state;
    for (i = 0; i < ROUNDS; i++)
        many[i] = CreateEventW(NULL, TRUE, FALSE, NULL);
    assert_true(processes_handles(GetCurrentProcessId()) >= before + ROUNDS / 2);
    for (i = 0; i < ROUNDS; i++)
        CloseHandle(many[i]);
    assert_true(processes_handles(GetCurrentProcessId()) < before + ROUNDS / 2);
}

static void a_life_leaves_no_handle(void **state)
{
    (void)state;
    live_often(support_file(good), SHMB_EXIT_DONE, ROUNDS);
}

static void a_life_with_taken_names_leaves_no_handle(void **state)
{
    HANDLE section = client_create("section", "Global\\ShmbTest.One", NULL);
    HANDLE event = client_create("event", "Global\\ShmbTest.Mutex", NULL);

    (void)state;
    live_often(support_file(good), SHMB_EXIT_DONE, ROUNDS);
    CloseHandle(section);
    CloseHandle(event);
}

static void a_refused_start_leaves_no_handle(void **state)
{
    struct child *other;

    (void)state;
    live_often(support_file(bad), SHMB_EXIT_NOT_SO, ROUNDS);
    live_often("C:\\no such folder\\no file.yaml", SHMB_EXIT_NOT_SO, ROUNDS);
    other = broker_run(NULL, good);
    /* Each waits some seconds for the end of the other one. */
    live_often(support_file(good), SHMB_EXIT_CONFLICT, FEW_ROUNDS);
    child_kill(other);
}

#define TEST(name) cmocka_unit_test_teardown(name, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(counting_sees_handles),
        TEST(a_life_leaves_no_handle),
        TEST(a_life_with_taken_names_leaves_no_handle),
        TEST(a_refused_start_leaves_no_handle),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, make_stop, NULL);
}
