/* Answers that the lives of a broker do not come to; and the numbers of results. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "request_decide.h"
#include "request_rate.h"

/* After the others: its SHMB_WHY_... are macros of the same names. */
#define SHMB_STATIC
#ifndef _WIN32
#define __stdcall
#endif
#include "shmb.h"

static bool yes(void *context)
{
    (void)context;
    return true;
}

static bool no(void *context)
{
    (void)context;
    return false;
}

static enum decide_names names;

static enum decide_names tell_names(void *context)
{
    (void)context;
    return names;
}

static struct cfg_rule rule;
static struct cfg config;
static struct shmb_request_message message;
static struct decide decide;
static struct shmb_request_answer answer;

static int set_up(void **state)
{
    (void)state;
    rule = (struct cfg_rule){.name = "App",
                             .size = 4096,
                             .each = {.objects = 2, .memory = 8192},
                             .total = {.objects = 4, .memory = 16384},
                             .kinds = 1u << SHMB_SECTION | 1u << SHMB_EVENT};
    config = (struct cfg){.rules = &rule, .rule_count = 1};
    message = (struct shmb_request_message){
        .what = SHMB_REQUEST_MAKE, .kind = SHMB_SECTION, .size = 4096, .name = "App.A"};
    decide = (struct decide){.message = &message,
                             .config = &config,
                             .rule = &rule,
                             .memory = 4096,
                             .may_open = yes,
                             .may_ask = yes,
                             .names = tell_names};
    names = DECIDE_NAMES_FREE;
    return 0;
}

static void expect(unsigned reason, int32_t result)
{
    assert_false(request_decide(&decide, &answer));
    assert_int_equal(answer.reason, reason);
    assert_int_equal(answer.result, result);
}

static void results_are_those_of_the_library(void **state)
{
    static const int32_t results[SHMB_WHY_COUNT] = {
        SHMB_OK,          SHMB_NOT_ALLOWED,   SHMB_NOT_ALLOWED,
        SHMB_NOT_ALLOWED, SHMB_NOT_ALLOWED,   SHMB_QUOTA,
        SHMB_QUOTA,       SHMB_QUOTA,         SHMB_QUOTA,
        SHMB_QUOTA,       SHMB_BUSY,          SHMB_NOT_ALLOWED,
        SHMB_NOT_OURS,    SHMB_WRONG_KIND,    SHMB_ACCESS_DENIED,
        SHMB_NOT_FOUND,   SHMB_ACCESS_DENIED, SHMB_NOT_ALLOWED,
        SHMB_NO_BROKER,   SHMB_SYSTEM,        SHMB_VERSION_MISMATCH,
        SHMB_NO_BROKER};
    unsigned reason;

    (void)state;
    for (reason = 0; reason < SHMB_WHY_COUNT; reason++)
        assert_int_equal(request_answer((enum shmb_request_reason)reason).result, results[reason]);
}

static void quotas_count_to_the_last(void **state)
{
    (void)state;
    decide.each = (struct grant_sum){1, 4096, 1};
    decide.total = (struct grant_sum){3, 12288, 1};
    assert_true(request_decide(&decide, &answer));
    decide.each.memory++;
    expect(SHMB_WHY_EACH_MEMORY, SHMB_QUOTA);
    decide.each = (struct grant_sum){2, 0, 1};
    expect(SHMB_WHY_EACH_OBJECTS, SHMB_QUOTA);
    decide.each.objects = 0;
    decide.total.memory++;
    expect(SHMB_WHY_TOTAL_MEMORY, SHMB_QUOTA);
    decide.total.objects = 4;
    expect(SHMB_WHY_TOTAL_OBJECTS, SHMB_QUOTA);
    /* No number wraps. */
    decide.total = (struct grant_sum){0, 0, 0};
    decide.memory = UINT64_MAX;
    expect(SHMB_WHY_EACH_MEMORY, SHMB_QUOTA);
}

static void limits_count_everything(void **state)
{
    (void)state;
    decide.totals = (struct totals){.entries = CFG_OBJECTS_MAX, .objects = 10, .memory = 100};
    assert_true(request_decide(&decide, &answer));
    decide.totals.entries++;
    expect(SHMB_WHY_LIMITS, SHMB_QUOTA);
    decide.totals.entries = 1;
    config.limits.objects = (struct cfg_limit){.most = 9, .place = {.line = 1}};
    expect(SHMB_WHY_LIMITS, SHMB_QUOTA);
    config.limits.objects.most = 10;
    config.limits.memory = (struct cfg_limit){.most = 99, .place = {.line = 1}};
    expect(SHMB_WHY_LIMITS, SHMB_QUOTA);
}

static void names_decide_last(void **state)
{
    (void)state;
    names = DECIDE_NAMES_TAKEN;
    expect(SHMB_WHY_TAKEN, SHMB_NOT_ALLOWED);
    names = DECIDE_NAMES_FOREIGN;
    expect(SHMB_WHY_FOREIGN, SHMB_NOT_OURS);
    names = DECIDE_NAMES_BAD;
    expect(SHMB_WHY_MESSAGE, SHMB_BAD_NAME);
    names = DECIDE_NAMES_UNKNOWN;
    expect(SHMB_WHY_SYSTEM, SHMB_SYSTEM);
    rule.kinds = 0;
    expect(SHMB_WHY_KIND, SHMB_NOT_ALLOWED);
}

/* Who may not ask learns no rule and no quota; who may not open, no size. */
static void outsiders_learn_nothing(void **state)
{
    (void)state;
    decide.may_ask = no;
    decide.each.objects = 100;
    expect(SHMB_WHY_WHO, SHMB_NOT_ALLOWED);
    assert_string_equal(answer.rule, "");
    assert_int_equal(answer.used + answer.most, 0);
    decide.there = DECIDE_HELD;
    decide.may_open = no;
    decide.configured = true;
    decide.held_rule = "App";
    decide.size = 4096;
    expect(SHMB_WHY_NO_ACCESS, SHMB_ACCESS_DENIED);
    assert_string_equal(answer.rule, "");
    assert_int_equal(answer.size + answer.flags, 0);
    decide.there = DECIDE_PART;
    expect(SHMB_WHY_NO_ACCESS, SHMB_ACCESS_DENIED);
}

static void what_is_held_is_compared(void **state)
{
    (void)state;
    decide.there = DECIDE_HELD;
    decide.size = 4096;
    expect(SHMB_WHY_NONE, SHMB_OK);
    decide.size = 4095;
    expect(SHMB_WHY_OTHER, SHMB_RANGE);
    decide.kind = SHMB_QUEUE;
    expect(SHMB_WHY_OTHER, SHMB_WRONG_KIND);
    message.kind = decide.kind = SHMB_EVENT;
    expect(SHMB_WHY_NONE, SHMB_OK);
    message.flags = SHMB_REQUEST_MANUAL_RESET;
    expect(SHMB_WHY_OTHER, SHMB_WRONG_KIND);
    decide.there = DECIDE_LEFT;
    expect(SHMB_WHY_TAKEN, SHMB_NOT_ALLOWED);
    assert_true(answer.retry_ms > 0);
}

static void a_bucket_empties_and_fills(void **state)
{
    static struct request_rate rate;
    uint32_t retry;
    unsigned i;

    (void)state;
    for (i = 0; i < 100; i++) /* two seconds of 50 */
        assert_true(request_rate_take(&rate, "S-1-1", 50, 1000, &retry));
    assert_false(request_rate_take(&rate, "S-1-1", 50, 1000, &retry));
    assert_int_equal(retry, 20);
    assert_true(request_rate_empty(&rate, "S-1-1", 1000, &retry));
    assert_int_equal(retry, 1);
    assert_true(request_rate_take(&rate, "S-1-2", 50, 1000, &retry)); /* another account */
    assert_false(request_rate_take(&rate, "S-1-1", 50, 1019, &retry));
    assert_true(request_rate_take(&rate, "S-1-1", 50, 1020, &retry));
    assert_false(request_rate_take(&rate, "S-1-1", 50, 1020, &retry));
    assert_false(request_rate_empty(&rate, "S-1-1", 1021, &retry));
    for (i = 0; i < 100; i++)
        assert_true(request_rate_take(&rate, "S-1-1", 50, 10000, &retry));
    assert_false(request_rate_take(&rate, "S-1-1", 50, 10000, &retry));
}

/* More accounts than buckets: each can ask, and none of them for ever. */
static void many_accounts_need_no_more_memory(void **state)
{
    static struct request_rate rate;
    char account[32];
    uint32_t retry;
    unsigned i;

    (void)state;
    for (i = 0; i < 20000; i++) {
        (void)snprintf(account, sizeof(account), "S-1-5-%u", i);
        assert_true(request_rate_take(&rate, account, 1, 5, &retry));
        assert_true(request_rate_take(&rate, account, 1, 5, &retry));
        assert_false(request_rate_take(&rate, account, 1, 5, &retry));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_those_of_the_library),
        cmocka_unit_test_setup(quotas_count_to_the_last, set_up),
        cmocka_unit_test_setup(limits_count_everything, set_up),
        cmocka_unit_test_setup(names_decide_last, set_up),
        cmocka_unit_test_setup(outsiders_learn_nothing, set_up),
        cmocka_unit_test_setup(what_is_held_is_compared, set_up),
        cmocka_unit_test(a_bucket_empties_and_fills),
        cmocka_unit_test(many_accounts_need_no_more_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
