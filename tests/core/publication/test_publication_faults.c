/* The directory, with names of it taken and with each call failing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "published.h"

#define CONTROL_1 SHMB_CONTROL_PREFIX "1"

static const enum sys_status kinds[] = {SYS_TAKEN, SYS_DENIED,    SYS_NOT_FOUND,
                                        SYS_LATER, SYS_NO_MEMORY, SYS_FAILED};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Of a root or its stand-in; 0: there is none, or it names no table. */
static uint64_t revision_at(const struct fake_object *root)
{
    struct shmb_root_slot slot;

    return root != NULL &&
                   shmb_root_read(root->content, root->content_length, &slot) == SHMB_READ_OK
               ? slot.revision
               : 0;
}

static void a_taken_root_has_a_stand_in_and_is_had_later(void **state)
{
    const struct fake_event *event;
    uint64_t before;
    int i;

    (void)state;
    fake_occupy(world.fake, SHMB_ROOT_NAME, SHMB_EVENT, "an event owned by CORP\\bob");
    world_start();
    for (i = 0; i < 4; i++)
        broker_retry(world.broker);
    assert_int_equal(world_events(EVENT_PUBLICATION_CONFLICT), 1);
    event = fake_last_event(world.fake, EVENT_PUBLICATION_CONFLICT);
    assert_int_equal(event->count, 2);
    assert_string_equal(event->inserts[0], "Global\\" SHMB_ROOT_NAME);
    assert_string_equal(event->inserts[1], "an event owned by CORP\\bob");
    assert_int_equal(broker_counts(world.broker).missing, 0);
    assert_int_not_equal(broker_retry_delay(world.broker), UINT32_MAX);
    /* Nothing is missing for who finds the stand-in. */
    assert_int_equal(published_find("Go").state, SHMB_ENTRY_HELD);
    assert_int_not_equal(published_find("Prices").control, 0);
    before = revision_at(fake_stand_in(world.fake, SHMB_ROOT_NAME));
    assert_int_not_equal(before, 0);
    assert_int_equal(published_report().result, SHMB_REPORT_INCOMPLETE);
    assert_int_equal(published_report().revision, before);
    assert_non_null(strstr(published_report_text,
                           "publication\tGlobal\\ShmBroker.Directory\tconflict\t"
                           "an event owned by CORP\\bob\n"));
    fake_vacate(world.fake, SHMB_ROOT_NAME);
    broker_retry(world.broker);
    assert_true(revision_at(fake_find(world.fake, SHMB_ROOT_NAME)) > before);
    /* Who has found the stand-in finds the same there. */
    assert_int_equal(revision_at(fake_stand_in(world.fake, SHMB_ROOT_NAME)),
                     revision_at(fake_find(world.fake, SHMB_ROOT_NAME)));
    assert_string_equal(fake_stand_in(world.fake, SHMB_ROOT_NAME)->sddl,
                        fake_find(world.fake, SHMB_ROOT_NAME)->sddl);
    assert_int_equal(published_find("Go").state, SHMB_ENTRY_HELD);
    assert_int_equal(world_events(EVENT_PUBLICATION_RECOVERED), 1);
    assert_string_equal(fake_last_event(world.fake, EVENT_PUBLICATION_RECOVERED)->inserts[0],
                        "Global\\" SHMB_ROOT_NAME);
    assert_int_equal(broker_retry_delay(world.broker), UINT32_MAX);
    assert_int_equal(published_report().result, SHMB_REPORT_COMPLETE);
    assert_int_equal(published_report().revision, published_revision());
    world_stop();
    assert_null(fake_stand_in(world.fake, SHMB_ROOT_NAME));
}

/* The random name is another one each time, so that nobody can take it before. */
static void each_broker_has_another_stand_in(void **state)
{
    char first[SHMB_STAND_IN_BYTES];

    (void)state;
    fake_occupy(world.fake, SHMB_ROOT_NAME, SHMB_MUTEX, "a mutex owned by CORP\\bob");
    world_start();
    strcpy(first, fake_stand_in(world.fake, SHMB_ROOT_NAME)->name);
    world_stop();
    world.newest = 0;
    world_start();
    assert_string_not_equal(fake_stand_in(world.fake, SHMB_ROOT_NAME)->name, first);
    world_stop();
}

/* Tried again, as the name itself. */
static void a_stand_in_that_fails_is_made_later(void **state)
{
    (void)state;
    fake_occupy(world.fake, SHMB_ROOT_NAME, SHMB_MUTEX, "a mutex owned by CORP\\bob");
    fake_fail(world.fake, FAKE_RANDOM, "", SYS_FAILED);
    world_start();
    assert_null(fake_stand_in(world.fake, SHMB_ROOT_NAME));
    assert_int_equal(published_report().revision, 0);
    fake_mend(world.fake);
    broker_retry(world.broker);
    assert_int_equal(published_find("Go").state, SHMB_ENTRY_HELD);
    world_stop();
}

static void a_taken_report_has_a_stand_in(void **state)
{
    (void)state;
    fake_occupy(world.fake, SHMB_REPORT_NAME, SHMB_SECTION, "a section");
    world_start();
    broker_retry(world.broker);
    assert_int_equal(published_find("Go").state, SHMB_ENTRY_HELD);
    assert_int_equal(world_events(EVENT_PUBLICATION_CONFLICT), 1);
    assert_ptr_not_equal(fake_stand_in(world.fake, SHMB_REPORT_NAME), NULL);
    assert_int_equal(published_report().result, SHMB_REPORT_INCOMPLETE);
    assert_int_equal(published_report().revision, published_revision());
    fake_vacate(world.fake, SHMB_REPORT_NAME);
    broker_retry(world.broker);
    assert_int_equal(published_report().result, SHMB_REPORT_COMPLETE);
    assert_int_equal(world_events(EVENT_PUBLICATION_RECOVERED), 1);
    world_stop();
}

static void a_taken_control_number_is_avoided(void **state)
{
    static const char *const names[] = {"Prices", "A", "B", "C"};
    static char a[] = "read Everyone", b[] = "read Interactive", c[] = "write Users";
    uint32_t numbers[4];
    size_t i, k;

    (void)state;
    sample_section(&world.sample, names[1], 8, NULL, sample_access(&world.sample, a));
    sample_section(&world.sample, names[2], 8, NULL, sample_access(&world.sample, b));
    sample_section(&world.sample, names[3], 8, NULL, sample_access(&world.sample, c));
    world_rebuild();
    fake_occupy(world.fake, CONTROL_1, SHMB_MUTEX, "a mutex owned by CORP\\bob");
    world_start();
    for (i = 0; i < 4; i++) {
        numbers[i] = published_find(names[i]).control;
        /* Not of those that count up: somebody may hold as many as he likes of them. */
        assert_true(numbers[i] >= 0x80000000u);
        for (k = 0; k < i; k++)
            assert_int_not_equal(numbers[i], numbers[k]);
    }
    assert_int_equal(published_find("Plain").control, numbers[0]);
    assert_int_equal(world_events(EVENT_PUBLICATION_CONFLICT), 1);
    assert_string_equal(fake_last_event(world.fake, EVENT_PUBLICATION_CONFLICT)->inserts[0],
                        "Global\\" CONTROL_1);
    assert_int_equal(broker_retry_delay(world.broker), UINT32_MAX);
    assert_int_equal(published_report().result, SHMB_REPORT_COMPLETE);
    assert_non_null(
        strstr(published_report_text, "publication\tGlobal\\" CONTROL_1 "\tavoided\ta mutex"));
    assert_true(fake_find(world.fake, CONTROL_1)->stranger);
    world_stop();
}

static void without_a_control_section_a_segment_is_published_all_the_same(void **state)
{
    (void)state;
    fake_fail(world.fake, FAKE_MAP, CONTROL_1, SYS_NO_MEMORY);
    world_start();
    assert_int_equal(published_find("Prices").state, SHMB_ENTRY_HELD);
    assert_int_equal(published_find("Prices").control, 0);
    assert_int_equal(world_events(EVENT_PUBLICATION_FAILED), 1);
    assert_null(fake_find(world.fake, CONTROL_1));
    fake_fail(world.fake, FAKE_MAP, SHMB_CONTROL_PREFIX "2", SYS_NO_MEMORY);
    broker_retry(world.broker);
    assert_int_equal(world_events(EVENT_PUBLICATION_FAILED), 1); /* the same */
    broker_retry(world.broker);
    assert_int_equal(published_find("Prices").control, 3);
    assert_int_equal(world_events(EVENT_PUBLICATION_RECOVERED), 1);
    assert_int_equal(broker_retry_delay(world.broker), UINT32_MAX);
    world_stop();
}

/* Each call from a point on fails in its turn; look() is there after each effect. */
static bool fail_from(size_t n, enum sys_status how, bool late)
{
    void *state = NULL;
    size_t before;
    int i;

    assert_int_equal(world_open(&state), 0);
    if (late) {
        fake_occupy(world.fake, "Prices", SHMB_SECTION, "a section");
        fake_occupy(world.fake, "Go", SHMB_SECTION, "a section");
        world_start();
        fake_vacate(world.fake, "Prices");
        fake_vacate(world.fake, "Go");
    }
    before = fake_can_fail_calls(world.fake);
    fake_fail_nth(world.fake, before + (late ? 0 : 3) + n, how); /* 3: who are we, are we alone */
    if (late)
        broker_retry(world.broker);
    else
        world_start();
    n += before + (late ? 0 : 3);
    for (i = 0; i < 3 && broker_retry_delay(world.broker) != UINT32_MAX; i++)
        broker_retry(world.broker);
    assert_int_equal(broker_retry_delay(world.broker), UINT32_MAX);
    assert_int_equal(published_find("Go").state, SHMB_ENTRY_HELD);
    assert_int_not_equal(published_find("Prices").control, 0);
    assert_int_equal(published_report().result, SHMB_REPORT_COMPLETE);
    assert_int_equal(published_report().revision, published_revision());
    n = fake_can_fail_calls(world.fake) >= n;
    world_stop();
    world_close(&state);
    return n != 0;
}

static void readers_see_the_old_or_the_new_whatever_fails(void **state)
{
    size_t n, how;

    (void)state;
    for (how = 0; how < KINDS; how++) {
        for (n = 1; fail_from(n, kinds[how], false); n++)
            continue;
        assert_true(n > 25);
        for (n = 1; fail_from(n, kinds[how], true); n++)
            continue;
        assert_true(n > 8);
    }
}

/* What never works: nothing leaks, nothing is said twice. */
static void lasting_faults(void **state)
{
    static const enum fake_call calls[] = {FAKE_MAP, FAKE_RANDOM};
    size_t i, how;
    int tries;

    for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        for (how = 0; how < KINDS; how++) {
            size_t said;

            assert_int_equal(world_open(state), 0);
            fake_fail(world.fake, calls[i], NULL, kinds[how]);
            world_start();
            said = world_events(EVENT_PUBLICATION_FAILED);
            assert_in_range(said, 1, 2);
            for (tries = 0; tries < 4; tries++)
                broker_retry(world.broker);
            assert_int_equal(world_events(EVENT_PUBLICATION_FAILED), said);
            assert_int_equal(world_events(EVENT_PUBLICATION_CONFLICT), 0);
            assert_int_equal(broker_counts(world.broker).missing, 0);
            fake_mend(world.fake);
            broker_retry(world.broker);
            assert_int_equal(world_events(EVENT_PUBLICATION_RECOVERED), said);
            assert_int_equal(published_find("Go").state, SHMB_ENTRY_HELD);
            world_stop();
            world_close(state);
        }
    }
}

static void a_stop_during_the_start_publishes_nothing(void **state)
{
    struct shmb_root_slot slot;
    struct shmb_report header;
    const struct fake_object *root, *report;

    (void)state;
    fake_stop_at(world.fake, FAKE_CREATE, 4);
    world_start();
    root = fake_find(world.fake, SHMB_ROOT_NAME);
    assert_int_equal(shmb_root_read(root->content, root->content_length, &slot), SHMB_READ_EMPTY);
    report = fake_find(world.fake, SHMB_REPORT_NAME);
    assert_int_equal(
        shmb_report_read(report->content, report->content_length, &header, published_report_text),
        SHMB_READ_EMPTY);
    world_stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_taken_root_has_a_stand_in_and_is_had_later),
        TEST(each_broker_has_another_stand_in),
        TEST(a_stand_in_that_fails_is_made_later),
        TEST(a_taken_report_has_a_stand_in),
        TEST(a_taken_control_number_is_avoided),
        TEST(without_a_control_section_a_segment_is_published_all_the_same),
        cmocka_unit_test(readers_see_the_old_or_the_new_whatever_fails),
        cmocka_unit_test(lasting_faults),
        TEST(a_stop_during_the_start_publishes_nothing),
    };

    return cmocka_run_group_tests_name("test_publication_faults", tests, NULL, NULL);
}
