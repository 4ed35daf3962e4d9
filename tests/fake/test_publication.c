/*
 * What clients find in the directory: at each step, whatever fails. The fake's
 * memory is read with the same functions that clients use.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "broker.h"
#include "control.h"
#include "directory.h"
#include "fake_system.h"
#include "sample.h"
#include "status_report.h"

#define CONTROL_1 SHMB_CONTROL_PREFIX "1"

static const enum sys_status kinds[] = {SYS_TAKEN, SYS_DENIED,    SYS_NOT_FOUND,
                                        SYS_LATER, SYS_NO_MEMORY, SYS_FAILED};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct fake *fake;
static struct trustees *known;
static struct cfg_messages messages;
static struct sample sample;
static struct inventory *inventory;
static struct broker *broker;
static uint64_t newest; /* the greatest revision seen */

/* ---- reading as a client ---- */

/* False: there is no directory, or nothing in it yet. Anything else that is no table fails. */
static bool read_table(struct shmb_table_view *view)
{
    const struct fake_object *root = fake_find(fake, SHMB_ROOT_NAME), *table;
    char name[SHMB_TABLE_NAME_BYTES];
    struct shmb_root_slot slot;
    enum shmb_read verdict;

    if (root == NULL || root->stranger || root->content == NULL)
        return false;
    verdict = shmb_root_read(root->content, root->content_length, &slot);
    if (verdict == SHMB_READ_EMPTY)
        return false;
    assert_int_equal(verdict, SHMB_READ_OK);
    assert_true(slot.revision >= newest);
    newest = slot.revision;
    shmb_table_name(slot.suffix, name);
    table = fake_find(fake, name);
    assert_non_null(table);
    assert_non_null(table->content);
    assert_int_equal(shmb_table_check(table->content, table->content_length, &slot, view),
                     SHMB_READ_OK);
    return true;
}

static struct shmb_block *block_of(const struct shmb_entry *entry)
{
    char name[SHMB_CONTROL_NAME_BYTES];
    const struct fake_object *control;
    struct shmb_block *block;

    shmb_control_name(entry->control, name);
    control = fake_find(fake, name);
    assert_non_null(control);
    assert_non_null(control->content);
    assert_false(control->stranger);
    assert_int_equal(shmb_control_block(control->content, control->content_length, entry->control,
                                        entry->control_block, &block),
                     SHMB_READ_OK);
    return block;
}

/* A held entry names an object that is there, and a block that is ready. */
static void check_entry(const struct shmb_entry_view *view)
{
    char name[256];
    const struct fake_object *object;

    (void)snprintf(name, sizeof(name), "%.*s", (int)view->entry.name.length, view->name);
    if (view->entry.state != SHMB_ENTRY_HELD) {
        assert_int_equal(view->entry.generation, 0);
        assert_int_equal(view->entry.control, 0);
        return;
    }
    object = fake_find(fake, name);
    assert_non_null(object);
    assert_false(object->stranger);
    assert_int_equal(object->spec.kind, view->entry.kind);
    assert_int_equal(object->spec.size, view->entry.size);
    assert_true(view->entry.generation >= FAKE_STARTED);
    if (view->entry.control != 0) {
        const struct shmb_block *block = block_of(&view->entry);

        assert_int_equal(block->generation, view->entry.generation);
        assert_int_equal(block->initialised, (view->entry.flags & SHMB_ENTRY_INITIAL) != 0);
        assert_int_equal(block->sequence | block->lock_word | block->abandoned | block->change, 0);
    }
}

/* After each effect: the old table or the new one, never garbage, never what is gone. */
static void look(struct fake *which)
{
    struct shmb_table_view view;
    struct shmb_entry_view entry;
    uint32_t i;

    assert_ptr_equal(which, fake);
    if (!read_table(&view))
        return;
    assert_int_equal(view.entry_count, inventory->count);
    for (i = 0; i < view.entry_count; i++) {
        assert_int_equal(shmb_table_entry(&view, i, &entry), SHMB_READ_OK);
        check_entry(&entry);
    }
}

static struct shmb_entry find(const char *name)
{
    struct shmb_table_view view;
    struct shmb_entry_view entry;

    assert_true(read_table(&view));
    assert_int_equal(shmb_table_find(&view, name, strlen(name), &entry), SHMB_READ_OK);
    return entry.entry;
}

static uint64_t published(void)
{
    struct shmb_table_view view;

    assert_true(read_table(&view));
    return view.revision;
}

/* The name of the table that is published. */
static const char *table_name(void)
{
    static char name[4][SHMB_TABLE_NAME_BYTES]; /* the last four that were asked for */
    static unsigned turn;
    struct shmb_root_slot slot;
    const struct fake_object *root = fake_find(fake, SHMB_ROOT_NAME);

    assert_int_equal(shmb_root_read(root->content, root->content_length, &slot), SHMB_READ_OK);
    turn = (turn + 1) % 4;
    shmb_table_name(slot.suffix, name[turn]);
    return name[turn];
}

static char report_text[SHMB_REPORT_TEXT_MAX + 1];

static struct shmb_report read_report(void)
{
    const struct fake_object *report = fake_find(fake, SHMB_REPORT_NAME);
    struct shmb_report header;

    assert_non_null(report);
    assert_int_equal(
        shmb_report_read(report->content, report->content_length, &header, report_text),
        SHMB_READ_OK);
    return header;
}

/* ---- the world ---- */

static int open_world(void **state)
{
    (void)state;
    newest = 0;
    broker = NULL;
    fake = fake_new();
    known = trustees_new(fake_system(fake));
    cfg_messages_init(&messages);
    fake_account(fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    fake_on_effect(fake, look);
    sample_rich(&sample);
    return inventory_build(&sample.cfg, known, &messages, &inventory) != SYS_OK;
}

static int close_world(void **state)
{
    (void)state;
    inventory_free(inventory);
    trustees_free(known);
    cfg_messages_free(&messages);
    sample_free(&sample);
    fake_free(fake);
    return 0;
}

/* Another configuration than the rich one. */
static void rebuild(void)
{
    inventory_free(inventory);
    assert_int_equal(inventory_build(&sample.cfg, known, &messages, &inventory), SYS_OK);
}

static void start(void)
{
    struct sys_failure why;

    assert_int_equal(broker_start(fake_system(fake), inventory, &broker, &why), SYS_OK);
}

static void stop(void)
{
    broker_stop(broker);
    assert_int_equal(fake_held(fake) + fake_published(fake), 0);
}

static size_t events(enum event_id id)
{
    return fake_event_count(fake, id);
}

/* ---- tests ---- */

static void everything_is_in_the_directory(void **state)
{
    const struct shmb_root *root;
    struct shmb_entry entry;

    (void)state;
    start();
    root = (const struct shmb_root *)(const void *)fake_find(fake, SHMB_ROOT_NAME)->content;
    assert_int_equal(root->broker_pid, FAKE_PROCESS);
    assert_int_equal(root->broker_started, FAKE_STARTED);
    entry = find("prices");
    assert_int_equal(entry.size, 64);
    assert_int_equal(entry.flags, SHMB_ENTRY_INITIAL);
    assert_int_equal(entry.lock_kind, SHMB_ENTRY_LOCK_MUTEX);
    assert_int_equal(entry.control, 1);
    assert_int_equal(find("Plain").lock_kind, SHMB_ENTRY_LOCK_NONE);
    assert_int_equal(find("Plain").control, 1);
    assert_int_not_equal(find("Plain").control_block, entry.control_block);
    assert_int_equal(find("Prices.lock").flags, SHMB_ENTRY_COMPANION);
    assert_int_equal(find("Prices.lock").control, 0);
    assert_int_equal(find("Go").flags, SHMB_ENTRY_MANUAL_RESET);
    assert_int_equal(find("Licences").initial, 5);
    assert_int_equal(find("Licences").maximum, 5);
    assert_int_not_equal(find("Go").generation, find("Licences").generation);
    assert_int_equal(events(EVENT_PUBLICATION_FAILED) + events(EVENT_PUBLICATION_CONFLICT), 0);
    stop();
}

static void zeros_that_were_asked_for_are_content(void **state)
{
    (void)state;
    sample.objects[1].u.segment.initial.place.line = 7;
    sample.objects[0].u.segment.lock.readers_may_wait = true;
    rebuild();
    start();
    assert_int_equal(find("Plain").flags, SHMB_ENTRY_INITIAL);
    assert_int_equal(find("Prices").flags, SHMB_ENTRY_INITIAL | SHMB_ENTRY_READERS_MAY_WAIT);
    stop();
}

#define OURS                                                                                       \
    "O:S-1-5-32-544G:S-1-5-18D:P(A;;0xf001f;;;S-1-5-18)"                                           \
    "(A;;0xf001f;;;S-1-5-32-544)"

static void who_may_read_what(void **state)
{
    static char text[] = "full Everyone, write CORP\\Traders, read Users, deny LocalService";

    (void)state;
    sample_section(&sample, "Open", 8, NULL, sample_access(&sample, text));
    rebuild();
    start();
    assert_string_equal(fake_find(fake, SHMB_ROOT_NAME)->first_sddl,
                        OURS "(A;;0x20005;;;S-1-5-11)");
    assert_string_equal(fake_find(fake, table_name())->first_sddl, OURS "(A;;0x20005;;;S-1-5-11)");
    assert_string_equal(fake_find(fake, SHMB_REPORT_NAME)->first_sddl, OURS);
    assert_string_equal(fake_find(fake, CONTROL_1)->first_sddl,
                        OURS "(A;;0x20005;;;S-1-5-32-545)(A;;0x20007;;;S-1-5-21-1-2-3-1001)");
    /* Full becomes write. */
    assert_int_equal(find("Open").control, 2);
    assert_string_equal(fake_find(fake, SHMB_CONTROL_PREFIX "2")->first_sddl,
                        "O:S-1-5-32-544G:S-1-5-18D:P(D;;0xf001f;;;S-1-5-19)"
                        "(A;;0xf001f;;;S-1-5-18)(A;;0xf001f;;;S-1-5-32-544)"
                        "(A;;0x20007;;;S-1-1-0)(A;;0x20007;;;S-1-5-21-1-2-3-1001)"
                        "(A;;0x20005;;;S-1-5-32-545)");
    stop();
}

static void the_configuration_names_the_readers_of_the_directory(void **state)
{
    static char text[] = "read Users";
    const char *wanted = OURS "(A;;0x20005;;;S-1-5-32-545)";

    (void)state;
    sample.cfg.directory = sample_access(&sample, text);
    rebuild();
    start();
    assert_string_equal(fake_find(fake, SHMB_ROOT_NAME)->first_sddl, wanted);
    assert_string_equal(fake_find(fake, table_name())->first_sddl, wanted);
    stop();
}

/* Set 1 has a mutex only, set 2 nothing that can be had, set 3 a segment. */
static void sets_without_a_held_segment_have_no_section(void **state)
{
    static char one[] = "read Users", two[] = "write Users", three[] = "read Everyone";

    (void)state;
    sample.cfg.count = sample.list_count = sample.trustee_count = 0;
    memset(sample.objects, 0, 3 * sizeof(*sample.objects));
    memset(sample.lists, 0, sizeof(*sample.lists));
    sample_mutex(&sample, "One", sample_access(&sample, one));
    sample_section(&sample, "Two", 8, NULL, sample_access(&sample, two));
    sample_section(&sample, "Three", 8, NULL, sample_access(&sample, three));
    rebuild();
    fake_occupy(fake, "Two", SHMB_EVENT, "an event");
    start();
    assert_int_equal(find("Three").control, 1);
    assert_int_equal(fake_published(fake), 4);
    fake_vacate(fake, "Two");
    broker_retry(broker);
    assert_int_equal(find("Two").control, 2);
    assert_int_equal(find("Three").control, 1);
    stop();
}

static void a_change_is_published(void **state)
{
    const char *first, *second;
    uint64_t revision;

    (void)state;
    fake_occupy(fake, "Go", SHMB_MUTEX, "a mutex");
    fake_occupy(fake, "Single", SHMB_EVENT, "an event");
    start();
    first = table_name();
    revision = published();
    assert_int_equal(find("Go").state, SHMB_ENTRY_CONFLICT);
    assert_int_equal(find("Go").kind, SHMB_EVENT);
    broker_retry(broker);
    assert_int_equal(published(), revision); /* nothing new */
    assert_string_equal(table_name(), first);
    fake_vacate(fake, "Go");
    broker_retry(broker);
    second = table_name();
    assert_true(published() > revision);
    assert_int_equal(find("Go").state, SHMB_ENTRY_HELD);
    assert_int_equal(find("Single").state, SHMB_ENTRY_CONFLICT);
    assert_true(find("Go").generation > find("Licences").generation);
    /* Who has just read the root still finds the old one; not for ever. */
    assert_non_null(fake_find(fake, first));
    fake_fail(fake, FAKE_CREATE, "Single", SYS_NO_MEMORY);
    broker_retry(broker);
    assert_null(fake_find(fake, first));
    assert_non_null(fake_find(fake, second));
    assert_int_equal(find("Single").state, SHMB_ENTRY_FAILED);
    assert_int_equal(fake_published(fake), 5);
    fake_mend(fake);
    fake_vacate(fake, "Single");
    broker_retry(broker);
    assert_int_equal(find("Single").state, SHMB_ENTRY_HELD);
    assert_int_equal(broker_retry_delay(broker), UINT32_MAX);
    stop();
}

/* What is never published is never looked at: see check_entry. */
static void look_not(struct fake *which)
{
    (void)which;
}

static void a_late_segment_gets_the_block_kept_for_it(void **state)
{
    struct shmb_entry plain;
    struct shmb_block *block;

    (void)state;
    fake_occupy(fake, "Prices", SHMB_SECTION, "a section");
    start();
    plain = find("Plain");
    assert_int_equal(fake_find(fake, CONTROL_1)->content_length,
                     sizeof(struct shmb_control) + 2 * sizeof(struct shmb_block));
    fake_on_effect(fake, look_not);
    block = block_of(&plain); /* its users have written to it */
    block->sequence = 6;
    block->abandoned = 1;
    fake_vacate(fake, "Prices");
    broker_retry(broker);
    assert_int_equal(find("Prices").control, 1);
    assert_int_equal(
        block_of(&(struct shmb_entry){.control = 1, .control_block = find("Prices").control_block})
            ->initialised,
        1);
    assert_int_equal(block->sequence, 6);
    assert_int_equal(block->abandoned, 1);
    assert_int_equal(find("Plain").generation, plain.generation);
    assert_int_equal(fake_published(fake), 5); /* no second control section */
    stop();
}

static void a_taken_root_is_said_once_and_had_later(void **state)
{
    const struct fake_event *event;
    int i;

    (void)state;
    fake_occupy(fake, SHMB_ROOT_NAME, SHMB_EVENT, "an event owned by CORP\\bob");
    start();
    for (i = 0; i < 4; i++)
        broker_retry(broker);
    assert_int_equal(events(EVENT_PUBLICATION_CONFLICT), 1);
    event = fake_last_event(fake, EVENT_PUBLICATION_CONFLICT);
    assert_int_equal(event->count, 2);
    assert_string_equal(event->inserts[0], "Global\\" SHMB_ROOT_NAME);
    assert_string_equal(event->inserts[1], "an event owned by CORP\\bob");
    assert_int_equal(broker_counts(broker).missing, 0);
    assert_int_not_equal(broker_retry_delay(broker), UINT32_MAX);
    assert_int_equal(fake_published(fake), 1); /* the report */
    assert_int_equal(read_report().result, SHMB_REPORT_INCOMPLETE);
    assert_int_equal(read_report().revision, 0);
    assert_non_null(strstr(report_text, "publication\tGlobal\\ShmBroker.Directory\tconflict\t"
                                        "an event owned by CORP\\bob\n"));
    fake_vacate(fake, SHMB_ROOT_NAME);
    broker_retry(broker);
    assert_int_equal(find("Go").state, SHMB_ENTRY_HELD);
    assert_int_equal(events(EVENT_PUBLICATION_RECOVERED), 1);
    assert_string_equal(fake_last_event(fake, EVENT_PUBLICATION_RECOVERED)->inserts[0],
                        "Global\\" SHMB_ROOT_NAME);
    assert_int_equal(broker_retry_delay(broker), UINT32_MAX);
    assert_int_equal(read_report().result, SHMB_REPORT_COMPLETE);
    assert_int_equal(read_report().revision, published());
    stop();
}

static void a_taken_report_disturbs_nothing_else(void **state)
{
    (void)state;
    fake_occupy(fake, SHMB_REPORT_NAME, SHMB_SECTION, "a section");
    start();
    broker_retry(broker);
    assert_int_equal(find("Go").state, SHMB_ENTRY_HELD);
    assert_int_equal(events(EVENT_PUBLICATION_CONFLICT), 1);
    fake_vacate(fake, SHMB_REPORT_NAME);
    broker_retry(broker);
    assert_int_equal(read_report().result, SHMB_REPORT_COMPLETE);
    assert_int_equal(events(EVENT_PUBLICATION_RECOVERED), 1);
    stop();
}

static void a_taken_control_number_is_avoided(void **state)
{
    static const char *const names[] = {"Prices", "A", "B", "C"};
    static char a[] = "read Everyone", b[] = "read Interactive", c[] = "write Users";
    uint32_t numbers[4];
    size_t i, k;

    (void)state;
    sample_section(&sample, names[1], 8, NULL, sample_access(&sample, a));
    sample_section(&sample, names[2], 8, NULL, sample_access(&sample, b));
    sample_section(&sample, names[3], 8, NULL, sample_access(&sample, c));
    rebuild();
    fake_occupy(fake, CONTROL_1, SHMB_MUTEX, "a mutex owned by CORP\\bob");
    start();
    for (i = 0; i < 4; i++) {
        numbers[i] = find(names[i]).control;
        /* Not of those that count up: somebody may hold as many as he likes of them. */
        assert_true(numbers[i] >= 0x80000000u);
        for (k = 0; k < i; k++)
            assert_int_not_equal(numbers[i], numbers[k]);
    }
    assert_int_equal(find("Plain").control, numbers[0]);
    assert_int_equal(events(EVENT_PUBLICATION_CONFLICT), 1);
    assert_string_equal(fake_last_event(fake, EVENT_PUBLICATION_CONFLICT)->inserts[0],
                        "Global\\" CONTROL_1);
    assert_int_equal(broker_retry_delay(broker), UINT32_MAX);
    assert_int_equal(read_report().result, SHMB_REPORT_COMPLETE);
    assert_non_null(strstr(report_text, "publication\tGlobal\\" CONTROL_1 "\tavoided\ta mutex"));
    assert_true(fake_find(fake, CONTROL_1)->stranger);
    stop();
}

static void without_a_control_section_a_segment_is_published_all_the_same(void **state)
{
    (void)state;
    fake_fail(fake, FAKE_MAP, CONTROL_1, SYS_NO_MEMORY);
    start();
    assert_int_equal(find("Prices").state, SHMB_ENTRY_HELD);
    assert_int_equal(find("Prices").control, 0);
    assert_int_equal(events(EVENT_PUBLICATION_FAILED), 1);
    assert_null(fake_find(fake, CONTROL_1));
    fake_fail(fake, FAKE_MAP, SHMB_CONTROL_PREFIX "2", SYS_NO_MEMORY);
    broker_retry(broker);
    assert_int_equal(events(EVENT_PUBLICATION_FAILED), 1); /* the same */
    broker_retry(broker);
    assert_int_equal(find("Prices").control, 3);
    assert_int_equal(events(EVENT_PUBLICATION_RECOVERED), 1);
    assert_int_equal(broker_retry_delay(broker), UINT32_MAX);
    stop();
}

/* Each call from a point on fails in its turn; look() is there after each effect. */
static bool fail_from(size_t n, enum sys_status how, bool late)
{
    void *state = NULL;
    size_t before;
    int i;

    assert_int_equal(open_world(&state), 0);
    if (late) {
        fake_occupy(fake, "Prices", SHMB_SECTION, "a section");
        fake_occupy(fake, "Go", SHMB_SECTION, "a section");
        start();
        fake_vacate(fake, "Prices");
        fake_vacate(fake, "Go");
    }
    before = fake_can_fail_calls(fake);
    fake_fail_nth(fake, before + (late ? 0 : 3) + n, how); /* 3: who are we, are we alone */
    if (late)
        broker_retry(broker);
    else
        start();
    n += before + (late ? 0 : 3);
    for (i = 0; i < 3 && broker_retry_delay(broker) != UINT32_MAX; i++)
        broker_retry(broker);
    assert_int_equal(broker_retry_delay(broker), UINT32_MAX);
    assert_int_equal(find("Go").state, SHMB_ENTRY_HELD);
    assert_int_not_equal(find("Prices").control, 0);
    assert_int_equal(read_report().result, SHMB_REPORT_COMPLETE);
    assert_int_equal(read_report().revision, published());
    n = fake_can_fail_calls(fake) >= n;
    stop();
    close_world(&state);
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

            assert_int_equal(open_world(state), 0);
            fake_fail(fake, calls[i], NULL, kinds[how]);
            start();
            said = events(EVENT_PUBLICATION_FAILED);
            assert_in_range(said, 1, 2);
            for (tries = 0; tries < 4; tries++)
                broker_retry(broker);
            assert_int_equal(events(EVENT_PUBLICATION_FAILED), said);
            assert_int_equal(events(EVENT_PUBLICATION_CONFLICT), 0);
            assert_int_equal(broker_counts(broker).missing, 0);
            fake_mend(fake);
            broker_retry(broker);
            assert_int_equal(events(EVENT_PUBLICATION_RECOVERED), said);
            assert_int_equal(find("Go").state, SHMB_ENTRY_HELD);
            stop();
            close_world(state);
        }
    }
}

static void numbers_grow_whatever_the_clock_does(void **state)
{
    uint64_t generation, revision;

    (void)state;
    fake_clock(fake, FAKE_STARTED + 1000);
    fake_occupy(fake, "Go", SHMB_MUTEX, "a mutex");
    start();
    revision = published();
    generation = find("Licences").generation;
    assert_true(generation >= FAKE_STARTED + 1000);
    fake_clock(fake, FAKE_STARTED + 10);
    fake_vacate(fake, "Go");
    broker_retry(broker);
    assert_true(published() > revision);
    assert_true(find("Go").generation > generation);
    stop();
    newest = 0;
    fake_clock(fake, FAKE_STARTED + 5000);
    start();
    assert_true(find("Go").generation >= FAKE_STARTED + 5000);
    stop();
}

static void a_stop_during_the_start_publishes_nothing(void **state)
{
    struct shmb_root_slot slot;
    struct shmb_report header;
    const struct fake_object *root, *report;

    (void)state;
    fake_stop_at(fake, FAKE_CREATE, 4);
    start();
    root = fake_find(fake, SHMB_ROOT_NAME);
    assert_int_equal(shmb_root_read(root->content, root->content_length, &slot), SHMB_READ_EMPTY);
    report = fake_find(fake, SHMB_REPORT_NAME);
    assert_int_equal(
        shmb_report_read(report->content, report->content_length, &header, report_text),
        SHMB_READ_EMPTY);
    stop();
}

/* The name that clients look for first is there before any object, and goes before any. */
static void the_root_outlives_nothing_it_names(void **state)
{
    size_t i, count, first = SIZE_MAX, made = 0, closed = SIZE_MAX, root_closed = 0;
    const struct fake_record *records;

    (void)state;
    start();
    stop();
    records = fake_records(fake, &count);
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

static void the_report_names_what_is_missing(void **state)
{
    struct shmb_report_line line;
    struct shmb_report report;
    size_t at = 0, lines = 0;

    (void)state;
    fake_occupy(fake, "Go", SHMB_MUTEX,
                "a mutex\tof\nCORP\\b\xC3\xB6"
                "b\xFF\xC2\x85");
    fake_fail(fake, FAKE_FILL, "Prices", SYS_NO_MEMORY);
    start();
    report = read_report();
    assert_int_equal(report.held, 4);
    assert_int_equal(report.missing, 2);
    assert_int_equal(report.result, SHMB_REPORT_INCOMPLETE);
    assert_int_equal(report.revision, published());
    assert_int_equal(strncmp(report_text, "version\tShmBroker\t", 18), 0);
    assert_non_null(strstr(report_text, "\nfile\tsample.yaml\tused\t\n"));
    assert_non_null(strstr(report_text, "\nsection\tGlobal\\Prices\tfailed\t"
                                        "MapViewOfFile: made to fail (error 1455)\n"));
    /* What would end a field or disturb a console is a space. */
    assert_non_null(strstr(report_text, "\nevent\tGlobal\\Go\tconflict\t"
                                        "a mutex of CORP\\b\xC3\xB6"
                                        "b  \n"));
    while (shmb_report_next(report_text, report.text_size, &at, &line))
        lines++;
    assert_int_equal(lines, 4);
    fake_mend(fake);
    fake_vacate(fake, "Go");
    broker_retry(broker);
    report = read_report();
    assert_int_equal(report.held, 6);
    assert_int_equal(report.result, SHMB_REPORT_COMPLETE);
    assert_null(strstr(report_text, "Global\\"));
    stop();
}

#define MANY 1500u

static void a_long_report_is_cut_visibly(void **state)
{
    static char names[MANY][200];
    static char text[] = "read Users";
    struct shmb_report_line line, last = {0};
    struct shmb_report report;
    const struct cfg_access *access;
    size_t at = 0, lines = 0, cut;
    uint32_t i;

    (void)state;
    fake_on_effect(fake, look_not);
    sample_free(&sample);
    sample_init(&sample, MANY);
    access = sample_access(&sample, text);
    for (i = 0; i < MANY; i++) {
        memset(names[i], 'n', sizeof(names[i]) - 1);
        (void)snprintf(names[i], 8, "%04u", (unsigned)i);
        names[i][4] = i + 1 < MANY ? 'x' : '\0'; /* the last one would have room again */
        sample_mutex(&sample, names[i], access);
        fake_occupy(fake, names[i], SHMB_EVENT, "an event");
    }
    rebuild();
    start();
    report = read_report();
    assert_int_equal(report.missing, MANY);
    assert_in_range(report.text_size, SHMB_REPORT_TEXT_MAX - 1000, SHMB_REPORT_TEXT_MAX);
    while (shmb_report_next(report_text, report.text_size, &at, &line)) {
        char name[sizeof("Global\\0000")];

        (void)snprintf(name, sizeof(name), "Global\\%04u", (unsigned)(lines - 2));
        if (lines >= 2 && line.length[0] == strlen("mutex"))
            assert_memory_equal(line.field[1], name,
                                strlen(name)); /* none is left out in between */
        last = line;
        lines++;
    }
    assert_int_equal(last.length[0], 3);
    assert_memory_equal(last.field[0], "cut", 3);
    assert_int_equal(sscanf(last.field[1], "%zu", &cut), 1);
    assert_int_equal(lines - 3 + cut, MANY);
    stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_is_in_the_directory),
        TEST(zeros_that_were_asked_for_are_content),
        TEST(who_may_read_what),
        TEST(the_configuration_names_the_readers_of_the_directory),
        TEST(sets_without_a_held_segment_have_no_section),
        TEST(a_change_is_published),
        TEST(a_late_segment_gets_the_block_kept_for_it),
        TEST(a_taken_root_is_said_once_and_had_later),
        TEST(a_taken_report_disturbs_nothing_else),
        TEST(a_taken_control_number_is_avoided),
        TEST(without_a_control_section_a_segment_is_published_all_the_same),
        cmocka_unit_test(readers_see_the_old_or_the_new_whatever_fails),
        cmocka_unit_test(lasting_faults),
        TEST(numbers_grow_whatever_the_clock_does),
        TEST(a_stop_during_the_start_publishes_nothing),
        TEST(the_root_outlives_nothing_it_names),
        TEST(the_report_names_what_is_missing),
        TEST(a_long_report_is_cut_visibly),
    };

    return cmocka_run_group_tests_name("core_publication", tests, NULL, NULL);
}
