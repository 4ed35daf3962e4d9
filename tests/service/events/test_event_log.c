/* The event log where Windows' service for it is late, or is started anew. */
#include "support.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "event_log.h"

static struct {
    bool up;              /* the service of the log runs */
    int number;           /* of its start: a handle of an earlier one is no good */
    int open;             /* handles */
    wchar_t written[200]; /* first letters of the first values */
} there;

static HANDLE do_open(void)
{
    there.open += there.up ? 1 : 0;
    return there.up ? (HANDLE)(uintptr_t)there.number : NULL;
}

static bool do_write(HANDLE log, const struct message_kind *kind, WORD count,
                     const wchar_t **values)
{
    if (!there.up || (uintptr_t)log != (uintptr_t)there.number)
        return false;
    assert_int_equal(kind->id, 7);
    assert_int_equal(count, 2);
    assert_int_equal(wcscmp(values[1], L"second"), 0);
    wcsncat(there.written, values[0], 1);
    return true;
}

static void do_close(HANDLE log)
{
    assert_non_null(log);
    there.open--;
}

static const struct event_log_port port = {do_open, do_write, do_close};

static int begin(void **state)
{
    (void)state;
    memset(&there, 0, sizeof(there));
    there.number = 1;
    return 0;
}

static void write_one(struct event_log *log, wchar_t letter)
{
    const struct message_kind kind = {.id = 7};
    wchar_t first[] = {letter, 0};
    const wchar_t *values[] = {first, L"second"};

    event_log_write(log, &kind, 2, values);
}

static void check(const wchar_t *written)
{
    assert_int_equal(wcscmp(there.written, written), 0);
}

static void what_was_too_early_is_written_later_and_in_order(void **state)
{
    struct event_log log;

    (void)state;
    event_log_open(&log, &port);
    write_one(&log, L'a');
    write_one(&log, L'b');
    check(L"");
    there.up = true;
    write_one(&log, L'c');
    check(L"abc");
    write_one(&log, L'd');
    check(L"abcd");
    event_log_close(&log);
    check(L"abcd");
    assert_int_equal(there.open, 0);
}

static void at_the_end_what_waits_is_written(void **state)
{
    struct event_log log;

    (void)state;
    event_log_open(&log, &port);
    write_one(&log, L'a');
    there.up = true;
    event_log_close(&log);
    check(L"a");
    event_log_open(&log, &port);
    there.up = false;
    write_one(&log, L'b');
    event_log_close(&log);
    check(L"a");
    assert_int_equal(there.open, 0);
}

static void a_handle_that_is_no_good_any_more_is_replaced(void **state)
{
    struct event_log log;

    (void)state;
    there.up = true;
    event_log_open(&log, &port);
    write_one(&log, L'a');
    there.number++;
    write_one(&log, L'b');
    check(L"ab");
    there.up = false;
    write_one(&log, L'c');
    there.up = true;
    there.number++;
    write_one(&log, L'd');
    check(L"abcd");
    event_log_close(&log);
    assert_int_equal(there.open, 0);
}

static void only_so_many_wait(void **state)
{
    struct event_log log;
    size_t i;

    (void)state;
    event_log_open(&log, &port);
    for (i = 0; i < EVENT_LOG_WAITING; i++)
        write_one(&log, L'a');
    write_one(&log, L'b');
    there.up = true;
    write_one(&log, L'c');
    assert_int_equal(wcslen(there.written), EVENT_LOG_WAITING + 1);
    assert_null(wcschr(there.written, L'b'));
    event_log_close(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_was_too_early_is_written_later_and_in_order, begin),
        cmocka_unit_test_setup(at_the_end_what_waits_is_written, begin),
        cmocka_unit_test_setup(a_handle_that_is_no_good_any_more_is_replaced, begin),
        cmocka_unit_test_setup(only_so_many_wait, begin),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
