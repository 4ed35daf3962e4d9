/*
 * Objects on request of several accounts: real users, made for it and removed again. Whose an
 * object is, and what each has of a quota.
 */
#include "requesting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "shmb.h"

static const char configuration[] = "version: 1\n"
                                    "defaults: { access: { read: [Users] } }\n"
                                    "requests:\n"
                                    "  Own:\n"
                                    "    names: 'ShmbOwn.*'\n"
                                    "    who: [Users]\n"
                                    "    size: 4 KiB\n"
                                    "    each: { objects: 1, memory: 64 KiB }\n"
                                    "    total: { objects: 2, memory: 64 KiB }\n"
                                    "    access: { read: [Users], write: [Requester] }\n"
                                    "    lives: until released\n";

static struct account first, second, third;

static int begin(void **state)
{
    (void)state;
    if (support_wine())
        return 0;
    account_make(&first, L"ShmbTestOne");
    account_make(&second, L"ShmbTestTwo");
    account_make(&third, L"ShmbTestThree");
    child_keep(broker_run_session0(configuration));
    return 0;
}

static int end(void **state)
{
    account_remove(&first);
    account_remove(&second);
    account_remove(&third);
    return support_teardown(state);
}

/* is TEXT NAME: asks for the object; ends with 0 if that is the answer. */
static int do_is(int argc, char **argv)
{
    (void)argc;
    return strcmp(requesting_request(argv[1], 64), argv[0]) != 0;
}

/* opens NAME RESULT: opens the segment for writing; ends with 0 if that is the result. */
static int do_opens(int argc, char **argv)
{
    shmb_segment *segment;
    int32_t result = shmb_open(argv[0], SHMB_WRITE, SUPPORT_DEADLINE_MS, &segment);

    (void)argc;
    return result != atoi(argv[1]);
}

/* releases NAME RESULT */
static int do_releases(int argc, char **argv)
{
    (void)argc;
    return shmb_release(argv[0], SUPPORT_DEADLINE_MS) != atoi(argv[1]);
}

static const struct verb verbs[] = {
    {"is", 2, do_is}, {"opens", 2, do_opens}, {"releases", 2, do_releases}};

static void objects_are_the_account_s_that_asked(void **state)
{
    (void)state;
    if (support_wine())
        skip();
    assert_int_equal(account_run(&first, "is made ShmbOwn.A"), 0);
    assert_int_equal(account_run(&second, "is exists ShmbOwn.A"), 0);
    assert_int_equal(account_run(&first, "opens ShmbOwn.A %d", SHMB_OK), 0);
    assert_int_equal(account_run(&second, "opens ShmbOwn.A %d", SHMB_ACCESS_DENIED), 0);
    assert_int_equal(account_run(&second, "releases ShmbOwn.A %d", SHMB_ACCESS_DENIED), 0);
    assert_int_equal(account_run(&first, "releases ShmbOwn.A %d", SHMB_OK), 0);
}

static void quotas_are_counted_by_account(void **state)
{
    char each[64], total[64];

    (void)state;
    if (support_wine())
        skip();
    snprintf(each, sizeof(each), "\"%d %u 1 1\"", SHMB_QUOTA, SHMB_REASON_EACH_OBJECTS);
    snprintf(total, sizeof(total), "\"%d %u 2 2\"", SHMB_QUOTA, SHMB_REASON_TOTAL_OBJECTS);
    assert_int_equal(account_run(&first, "is made ShmbOwn.1"), 0);
    assert_int_equal(account_run(&first, "is %s ShmbOwn.2", each), 0);
    assert_int_equal(account_run(&second, "is made ShmbOwn.2"), 0);
    assert_int_equal(account_run(&third, "is %s ShmbOwn.3", total), 0);
    assert_int_equal(account_run(&first, "releases ShmbOwn.1 %d", SHMB_OK), 0);
    assert_int_equal(account_run(&third, "is made ShmbOwn.3"), 0);
    assert_int_equal(shmb_release("ShmbOwn.2", SUPPORT_DEADLINE_MS), SHMB_OK);
    assert_int_equal(shmb_release("ShmbOwn.3", SUPPORT_DEADLINE_MS), SHMB_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_the_account_s_that_asked),
        cmocka_unit_test(quotas_are_counted_by_account),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, begin, end);
}
