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
    wchar_t refused;      /* the first letter of an event that the log never takes */
    int refuses_all;      /* it is up, but full */
    wchar_t written[200]; /* first letters of the first values; L and X: 134 and 135 */
    wchar_t late[3000];   /* the value of the last 134 */
    wchar_t lost[20];     /* and of the last 135 */
} there;

static HANDLE do_open(void)
{
    there.open += there.up ? 1 : 0;
    return there.up ? (HANDLE)(uintptr_t)there.number : NULL;
}

static bool do_write(HANDLE log, const struct message_kind *kind, WORD count,
                     const wchar_t **values)
{
    if (!there.up || (uintptr_t)log != (uintptr_t)there.number || there.refuses_all ||
        values[0][0] == there.refused)
        return false;
    if ((kind->id & 0xFFFFu) == EVENT_LOG_LATE || (kind->id & 0xFFFFu) == EVENT_LOG_LOST) {
        bool late = (kind->id & 0xFFFFu) == EVENT_LOG_LATE;

        assert_int_equal(count, 1);
        wcscpy(late ? there.late : there.lost, values[0]);
        wcscat(there.written, late ? L"L" : L"X");
        return true;
    }
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
    check(L"abLc");
    write_one(&log, L'd');
    check(L"abLcd");
    event_log_close(&log);
    check(L"abLcd");
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
    check(L"aL");
    event_log_open(&log, &port);
    there.up = false;
    write_one(&log, L'b');
    event_log_close(&log);
    check(L"aL");
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
    check(L"abcLd");
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
    assert_int_equal(wcslen(there.written), EVENT_LOG_WAITING + 3);
    assert_null(wcschr(there.written, L'b'));
    assert_int_equal(wcscmp(there.lost, L"1"), 0);
    event_log_close(&log);
    assert_int_equal(wcslen(there.written), EVENT_LOG_WAITING + 3);
}

/* No later event comes: a broker may run for weeks without one. */
static void what_waits_is_retried_without_another_event(void **state)
{
    struct event_log log;

    (void)state;
    event_log_open(&log, &port);
    assert_int_equal(event_log_delay(&log), UINT32_MAX);
    write_one(&log, L'a');
    assert_in_range(event_log_delay(&log), 1, 1000);
    there.up = true;
    event_log_retry(&log);
    check(L""); /* it is not due */
    log.tried -= 1000;
    event_log_retry(&log);
    check(L"aL");
    assert_int_equal(event_log_delay(&log), UINT32_MAX);
    event_log_close(&log);
    check(L"aL");
}

static void the_retries_become_rarer(void **state)
{
    struct event_log log;
    int i;

    (void)state;
    event_log_open(&log, &port);
    write_one(&log, L'a');
    for (i = 0; i < 20; i++) {
        log.tried -= 60000;
        event_log_retry(&log);
    }
    assert_in_range(event_log_delay(&log), 50000, 60000);
    event_log_close(&log);
}

static void the_log_says_when_a_late_event_happened(void **state)
{
    struct event_log log;
    wchar_t year[8];
    SYSTEMTIME now;

    (void)state;
    event_log_open(&log, &port);
    GetSystemTime(&now);
    write_one(&log, L'a');
    write_one(&log, L'b');
    there.up = true;
    event_log_close(&log);
    swprintf(year, 8, L"7 at %u", (unsigned)now.wYear);
    assert_int_equal(wcsncmp(there.late, year, wcslen(year)), 0);
    assert_non_null(wcsstr(there.late, L" UTC; 7 at "));
}

static void an_event_that_the_log_never_takes_holds_up_no_other(void **state)
{
    struct event_log log;

    (void)state;
    there.up = true;
    there.refused = L'a';
    event_log_open(&log, &port);
    write_one(&log, L'a');
    write_one(&log, L'b');
    write_one(&log, L'c');
    check(L"bc");
    assert_int_equal(log.waiting, 1);
    write_one(&log, L'd');
    check(L"bcdX");
    assert_int_equal(log.waiting, 0);
    assert_int_equal(wcscmp(there.lost, L"1"), 0);
    event_log_close(&log);
    check(L"bcdX");
}

static void a_full_log_loses_nothing(void **state)
{
    struct event_log log;
    int i;

    (void)state;
    there.up = true;
    there.refuses_all = true;
    event_log_open(&log, &port);
    write_one(&log, L'a');
    write_one(&log, L'b');
    for (i = 0; i < 10; i++) {
        log.tried -= 60000;
        event_log_retry(&log);
    }
    there.refuses_all = false;
    log.tried -= 60000;
    event_log_retry(&log);
    check(L"abL");
    event_log_close(&log);
    check(L"abL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_was_too_early_is_written_later_and_in_order, begin),
        cmocka_unit_test_setup(at_the_end_what_waits_is_written, begin),
        cmocka_unit_test_setup(a_handle_that_is_no_good_any_more_is_replaced, begin),
        cmocka_unit_test_setup(only_so_many_wait, begin),
        cmocka_unit_test_setup(what_waits_is_retried_without_another_event, begin),
        cmocka_unit_test_setup(the_retries_become_rarer, begin),
        cmocka_unit_test_setup(the_log_says_when_a_late_event_happened, begin),
        cmocka_unit_test_setup(an_event_that_the_log_never_takes_holds_up_no_other, begin),
        cmocka_unit_test_setup(a_full_log_loses_nothing, begin),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
