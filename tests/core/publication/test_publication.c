/* What clients find in the directory, and who may read what of it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "broker_metrics.h"
#include "published.h"
#include "report.h"

#define CONTROL_1 SHMB_CONTROL_PREFIX "1"

static void everything_is_in_the_directory(void **state)
{
    const struct shmb_root *root;
    struct shmb_entry entry;

    (void)state;
    world_start();
    root = (const struct shmb_root *)(const void *)fake_find(world.fake, SHMB_ROOT_NAME)->content;
    assert_int_equal(root->broker_pid, FAKE_PROCESS);
    assert_int_equal(root->broker_started, FAKE_STARTED);
    assert_string_equal(root->version, report_version());
    entry = published_find("prices");
    assert_int_equal(entry.size, 64);
    assert_int_equal(entry.flags, SHMB_ENTRY_INITIAL);
    assert_int_equal(entry.lock_kind, SHMB_ENTRY_LOCK_MUTEX);
    assert_int_equal(entry.control, 1);
    assert_int_equal(published_find("Plain").lock_kind, SHMB_ENTRY_LOCK_NONE);
    assert_int_equal(published_find("Plain").control, 1);
    assert_int_not_equal(published_find("Plain").control_block, entry.control_block);
    assert_int_equal(published_find("Prices.lock").flags, SHMB_ENTRY_COMPANION);
    assert_int_equal(published_find("Prices.lock").control, 0);
    assert_int_equal(published_find("Go").flags, SHMB_ENTRY_MANUAL_RESET);
    assert_int_equal(published_find("Licences").initial, 5);
    assert_int_equal(published_find("Licences").maximum, 5);
    assert_int_not_equal(published_find("Go").generation, published_find("Licences").generation);
    assert_int_equal(
        world_events(EVENT_PUBLICATION_FAILED) + world_events(EVENT_PUBLICATION_CONFLICT), 0);
    world_stop();
}

#define ACCOUNT "S-1-5-21-1-2-3-1001"

static const struct cfg_rule rule = {.name = "MyApp"}, other_rule = {.name = "Others"};
static const struct cfg_request request = {&rule, ACCOUNT};
static const struct cfg_request other_request = {&other_rule, "S-1-5-21-1-2-3-1002"};

static void expect_requested(const char *name, const struct cfg_request *by)
{
    struct shmb_entry_view view = published_view(name);

    assert_true((view.entry.flags & SHMB_ENTRY_REQUESTED) != 0);
    assert_int_equal(view.entry.rule.length, strlen(by->rule->name));
    assert_memory_equal(view.rule, by->rule->name, view.entry.rule.length);
    assert_int_equal(view.entry.account.length, strlen(by->account));
    assert_memory_equal(view.account, by->account, view.entry.account.length);
}

/* A requested object and its companions, among those of the configuration. */
static void who_asked_is_in_the_directory(void **state)
{
    struct metrics metrics = {0};

    (void)state;
    world.sample.objects[0].request = &request;       /* Prices, Prices.lock */
    world.sample.objects[2].request = &other_request; /* Single */
    world.sample.objects[4].request = &request;       /* Licences */
    world_rebuild();
    world_start();
    expect_requested("Prices", &request);
    expect_requested("Prices.lock", &request);
    expect_requested("Single", &other_request);
    expect_requested("Licences", &request);
    assert_int_equal(published_find("Plain").flags & SHMB_ENTRY_REQUESTED, 0);
    assert_null(published_view("Go").rule);
    broker_metrics(world.broker, &metrics);
    assert_int_equal(metrics.requested[SHMB_SECTION], 1);
    assert_int_equal(metrics.requested[SHMB_MUTEX], 1); /* the lock is a companion */
    assert_int_equal(metrics.requested[SHMB_SEMAPHORE], 1);
    assert_int_equal(metrics.requested_bytes, 64);
    metrics_free(&metrics);
    world_stop();
}

static void zeros_that_were_asked_for_are_content(void **state)
{
    static struct cfg_initial zeros = {.place = {"sample.yaml", 7, 1}};

    (void)state;
    world.sample.objects[1].u.segment.initial = &zeros;
    world.sample.objects[0].u.segment.lock.readers_may_wait = true;
    world_rebuild();
    world_start();
    assert_int_equal(published_find("Plain").flags, SHMB_ENTRY_INITIAL);
    assert_int_equal(published_find("Prices").flags,
                     SHMB_ENTRY_INITIAL | SHMB_ENTRY_READERS_MAY_WAIT);
    world_stop();
}

#define OURS                                                                                       \
    "O:S-1-5-32-544G:S-1-5-18D:P(A;;0xf001f;;;" SHMB_SERVICE_SID ")(A;;0xf001f;;;S-1-5-18)"        \
    "(A;;0xf001f;;;S-1-5-32-544)"

static void who_may_read_what(void **state)
{
    static char text[] = "full Everyone, write CORP\\Traders, read Users, deny LocalService";

    (void)state;
    sample_section(&world.sample, "Open", 8, NULL, sample_access(&world.sample, text));
    world_rebuild();
    world_start();
    assert_string_equal(fake_find(world.fake, SHMB_ROOT_NAME)->first_sddl,
                        OURS "(A;;0x20005;;;S-1-5-11)");
    assert_string_equal(fake_find(world.fake, published_table_name())->first_sddl,
                        OURS "(A;;0x20005;;;S-1-5-11)");
    assert_string_equal(fake_find(world.fake, SHMB_REPORT_NAME)->first_sddl, OURS);
    assert_string_equal(fake_find(world.fake, CONTROL_1)->first_sddl,
                        OURS "(A;;0x20005;;;S-1-5-32-545)(A;;0x20007;;;S-1-5-21-1-2-3-1001)");
    /* Full becomes write. */
    assert_int_equal(published_find("Open").control, 2);
    assert_string_equal(fake_find(world.fake, SHMB_CONTROL_PREFIX "2")->first_sddl,
                        "O:S-1-5-32-544G:S-1-5-18D:P(D;;0xf001f;;;S-1-5-19)"
                        "(A;;0xf001f;;;" SHMB_SERVICE_SID
                        ")(A;;0xf001f;;;S-1-5-18)(A;;0xf001f;;;S-1-5-32-544)"
                        "(A;;0x20007;;;S-1-1-0)(A;;0x20007;;;S-1-5-21-1-2-3-1001)"
                        "(A;;0x20005;;;S-1-5-32-545)");
    world_stop();
}

static void the_configuration_names_the_readers_of_the_directory(void **state)
{
    static char text[] = "read Users";
    const char *wanted = OURS "(A;;0x20005;;;S-1-5-32-545)";

    (void)state;
    world.sample.cfg.directory = sample_access(&world.sample, text);
    world_rebuild();
    world_start();
    assert_string_equal(fake_find(world.fake, SHMB_ROOT_NAME)->first_sddl, wanted);
    assert_string_equal(fake_find(world.fake, published_table_name())->first_sddl, wanted);
    world_stop();
}

/* Set 1 has a mutex only, set 2 nothing that can be had, set 3 a segment. */
static void sets_without_a_held_segment_have_no_section(void **state)
{
    static char one[] = "read Users", two[] = "write Users", three[] = "read Everyone";

    (void)state;
    world.sample.cfg.count = world.sample.list_count = world.sample.trustee_count = 0;
    memset(world.sample.objects, 0, 3 * sizeof(*world.sample.objects));
    memset(world.sample.lists, 0, sizeof(*world.sample.lists));
    sample_mutex(&world.sample, "One", sample_access(&world.sample, one));
    sample_section(&world.sample, "Two", 8, NULL, sample_access(&world.sample, two));
    sample_section(&world.sample, "Three", 8, NULL, sample_access(&world.sample, three));
    world_rebuild();
    fake_occupy(world.fake, "Two", SHMB_EVENT, "an event");
    world_start();
    assert_int_equal(published_find("Three").control, 1);
    assert_int_equal(fake_published(world.fake), 4);
    fake_vacate(world.fake, "Two");
    broker_retry(world.broker);
    assert_int_equal(published_find("Two").control, 2);
    assert_int_equal(published_find("Three").control, 1);
    world_stop();
}

static void a_change_is_published(void **state)
{
    const char *first, *second;
    uint64_t revision;

    (void)state;
    fake_occupy(world.fake, "Go", SHMB_MUTEX, "a mutex");
    fake_occupy(world.fake, "Single", SHMB_EVENT, "an event");
    world_start();
    first = published_table_name();
    revision = published_revision();
    assert_int_equal(published_find("Go").state, SHMB_ENTRY_CONFLICT);
    assert_int_equal(published_find("Go").kind, SHMB_EVENT);
    broker_retry(world.broker);
    assert_int_equal(published_revision(), revision); /* nothing new */
    assert_string_equal(published_table_name(), first);
    fake_vacate(world.fake, "Go");
    broker_retry(world.broker);
    second = published_table_name();
    assert_true(published_revision() > revision);
    assert_int_equal(published_find("Go").state, SHMB_ENTRY_HELD);
    assert_int_equal(published_find("Single").state, SHMB_ENTRY_CONFLICT);
    assert_true(published_find("Go").generation > published_find("Licences").generation);
    /* Who has just read the root still finds the old one; not for ever. */
    assert_non_null(fake_find(world.fake, first));
    fake_fail(world.fake, FAKE_CREATE, "Single", SYS_NO_MEMORY);
    broker_retry(world.broker);
    assert_null(fake_find(world.fake, first));
    assert_non_null(fake_find(world.fake, second));
    assert_int_equal(published_find("Single").state, SHMB_ENTRY_FAILED);
    assert_int_equal(fake_published(world.fake), 5);
    fake_mend(world.fake);
    fake_vacate(world.fake, "Single");
    broker_retry(world.broker);
    assert_int_equal(published_find("Single").state, SHMB_ENTRY_HELD);
    assert_int_equal(broker_retry_delay(world.broker), UINT32_MAX);
    world_stop();
}

static void a_late_segment_gets_the_block_kept_for_it(void **state)
{
    struct shmb_entry plain;
    struct shmb_block *block;

    (void)state;
    fake_occupy(world.fake, "Prices", SHMB_SECTION, "a section");
    world_start();
    plain = published_find("Plain");
    assert_int_equal(fake_find(world.fake, CONTROL_1)->content_length,
                     sizeof(struct shmb_control) + 2 * sizeof(struct shmb_block));
    fake_on_effect(world.fake, world_look_not);
    block = published_block(&plain); /* its users have written to it */
    block->sequence = 6;
    block->abandoned = 1;
    fake_vacate(world.fake, "Prices");
    broker_retry(world.broker);
    assert_int_equal(published_find("Prices").control, 1);
    assert_int_equal(
        published_block(&(struct shmb_entry){
                            .control = 1, .control_block = published_find("Prices").control_block})
            ->initialised,
        1);
    assert_int_equal(block->sequence, 6);
    assert_int_equal(block->abandoned, 1);
    assert_int_equal(published_find("Plain").generation, plain.generation);
    assert_int_equal(fake_published(world.fake), 5); /* no second control section */
    world_stop();
}

static void numbers_grow_whatever_the_clock_does(void **state)
{
    uint64_t generation, revision;

    (void)state;
    fake_clock(world.fake, FAKE_STARTED + 1000);
    fake_occupy(world.fake, "Go", SHMB_MUTEX, "a mutex");
    world_start();
    revision = published_revision();
    generation = published_find("Licences").generation;
    assert_true(generation >= FAKE_STARTED + 1000);
    fake_clock(world.fake, FAKE_STARTED + 10);
    fake_vacate(world.fake, "Go");
    broker_retry(world.broker);
    assert_true(published_revision() > revision);
    assert_true(published_find("Go").generation > generation);
    world_stop();
    world.newest = 0;
    fake_clock(world.fake, FAKE_STARTED + 5000);
    world_start();
    assert_true(published_find("Go").generation >= FAKE_STARTED + 5000);
    world_stop();
}

/* The name that clients look for first is there before any object, and goes before any. */
static void the_root_outlives_nothing_it_names(void **state)
{
    size_t i, count, first = SIZE_MAX, made = 0, closed = SIZE_MAX, root_closed = 0;
    const struct fake_record *records;

    (void)state;
    world_start();
    world_stop();
    records = fake_records(world.fake, &count);
    for (i = 0; i < count; i++) {
        bool root = strcmp(records[i].name, SHMB_ROOT_NAME) == 0;
        bool own = strncmp(records[i].name, "ShmBroker.", 10) == 0;

        if (records[i].call == FAKE_CREATE && root)
            made = i;
        if (records[i].call == FAKE_CREATE && !own && first == SIZE_MAX)
            first = i;
        if (records[i].call == FAKE_CLOSE && root)
            root_closed = i;
        if (records[i].call == FAKE_CLOSE && !own && closed == SIZE_MAX)
            closed = i;
    }
    assert_true(made != 0 && made < first);
    assert_true(root_closed != 0 && root_closed < closed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_is_in_the_directory),
        TEST(who_asked_is_in_the_directory),
        TEST(zeros_that_were_asked_for_are_content),
        TEST(who_may_read_what),
        TEST(the_configuration_names_the_readers_of_the_directory),
        TEST(sets_without_a_held_segment_have_no_section),
        TEST(a_change_is_published),
        TEST(a_late_segment_gets_the_block_kept_for_it),
        TEST(numbers_grow_whatever_the_clock_does),
        TEST(the_root_outlives_nothing_it_names),
    };

    return cmocka_run_group_tests_name("test_publication", tests, NULL, NULL);
}
