/* What the broker's thread does while it waits, with the real port. */
#include "support.h"

#include <string.h>

#include "event_sink.h"
#include "port.h"

static struct {
    HANDLE stop;
    bool up; /* the service of the event log runs */
    int written;
} there;

static HANDLE log_open(void)
{
    return there.up ? (HANDLE)(uintptr_t)1 : NULL;
}

/* The first event that the log takes ends the wait. */
static bool log_write(HANDLE log, const struct message_kind *kind, WORD count,
                      const wchar_t **values)
{
    (void)log;
    (void)kind;
    (void)count;
    (void)values;
    there.written++;
    return SetEvent(there.stop) != FALSE;
}

static void log_close(HANDLE log)
{
    (void)log;
}

static const struct event_log_port log_port = {log_open, log_write, log_close};

static int begin(void **state)
{
    (void)state;
    memset(&there, 0, sizeof(there));
    there.stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    return there.stop != NULL ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    CloseHandle(there.stop);
    return 0;
}

static void an_event_that_came_too_early_is_written_while_the_broker_waits(void **state)
{
    const struct port_host host = {.stop = there.stop, .any_file = true};
    const char *inserts[] = {"1"};
    struct event_sink sink = {.console = false};
    struct system system;
    struct port port;

    (void)state;
    event_log_open(&sink.log, &log_port);
    port_open(&port, &host, &sink, &system);
    system.log(system.self, EVENT_STOPPED, inserts, 1);
    assert_int_equal(there.written, 0);
    there.up = true;
    assert_int_equal(system.wait(system.self, SUPPORT_DEADLINE_MS), SYS_WAKE_STOP);
    assert_int_equal(there.written, 2); /* it, and the one that tells its time */
    port_close(&port);
    event_sink_close(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            an_event_that_came_too_early_is_written_while_the_broker_waits, begin, end),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
