/*
 * Every effect of the start fails in its turn, in every way: nothing leaks, all
 * others are served and published, what is missing has exactly one event, and
 * the next try gets it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "broker.h"
#include "fake_system.h"
#include "sample.h"
#include "state.h"

static const enum sys_status kinds[] = {SYS_TAKEN, SYS_DENIED,    SYS_NOT_FOUND,
                                        SYS_LATER, SYS_NO_MEMORY, SYS_FAILED};
#define KINDS     (sizeof(kinds) / sizeof(kinds[0]))
#define PUBLISHED 4 /* root, report, control section, table */

struct world {
    struct fake *fake;
    struct trustees *known;
    struct cfg_messages messages;
    struct sample sample;
    struct inventory *inventory;
    struct broker *broker;
};

static void open_world(struct world *w)
{
    memset(w, 0, sizeof(*w));
    w->fake = fake_new();
    w->known = trustees_new(fake_system(w->fake));
    assert_non_null(w->known);
    cfg_messages_init(&w->messages);
    fake_account(w->fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    sample_rich(&w->sample);
    w->inventory = NULL;
    assert_int_equal(inventory_build(&w->sample.cfg, w->known, &w->messages, &w->inventory),
                     SYS_OK);
}

/* fake_free is what finds objects and descriptors that were not given back. */
static void close_world(struct world *w)
{
    inventory_free(w->inventory);
    trustees_free(w->known);
    cfg_messages_free(&w->messages);
    sample_free(&w->sample);
    fake_free(w->fake);
}

static enum sys_status start(struct world *w)
{
    struct sys_failure why;

    return broker_start(fake_system(w->fake), w->inventory, &w->broker, &why);
}

static size_t event_total(const struct world *w)
{
    size_t count;

    (void)fake_events(w->fake, &count);
    return count;
}

static void check_all_served(const struct world *w)
{
    assert_int_equal(broker_counts(w->broker).missing, 0);
    assert_int_equal(fake_held(w->fake), SAMPLE_RICH_OBJECTS);
    assert_in_range(fake_published(w->fake), PUBLISHED, PUBLISHED + 1); /* the table before */
    assert_memory_equal(fake_find(w->fake, "Prices")->content, "none\xEE", 5);
    assert_string_equal(fake_find(w->fake, "Prices")->sddl, fake_find(w->fake, "Plain")->sddl);
}

static const char *missing_name(const struct world *w)
{
    const char *name = NULL;
    size_t i;

    for (i = 0; i < w->inventory->count; i++) {
        if (w->inventory->items[i].state == ITEM_HELD)
            continue;
        assert_null(name);
        assert_null(w->inventory->items[i].object);
        name = w->inventory->items[i].spec.name;
    }
    assert_non_null(name);
    return name;
}

static void check_one_missing(struct world *w)
{
    const char *name = missing_name(w);

    assert_int_equal(broker_counts(w->broker).missing, 1);
    assert_int_equal(fake_held(w->fake), SAMPLE_RICH_OBJECTS - 1);
    assert_null(fake_find(w->fake, name));
    assert_int_equal(event_total(w), 1);
    assert_int_equal(fake_events_about(w->fake, EVENT_OBJECT_FAILED, name) +
                         fake_events_about(w->fake, EVENT_OBJECT_CONFLICT, name),
                     1);
    assert_int_equal(broker_retry_delay(w->broker), 1000);
    broker_retry(w->broker);
    check_all_served(w);
    assert_int_equal(event_total(w), 2);
    assert_int_equal(fake_events_about(w->fake, EVENT_OBJECT_RECOVERED, name), 1);
    assert_int_equal(broker_retry_delay(w->broker), UINT32_MAX);
}

static size_t publication_events(const struct world *w)
{
    return fake_event_count(w->fake, EVENT_PUBLICATION_FAILED) +
           fake_event_count(w->fake, EVENT_PUBLICATION_CONFLICT);
}

/*
 * Something of the publication failed. Root and report are tried a second time
 * in the start itself, and a control section has another number at once.
 */
static void check_publication(struct world *w)
{
    size_t recovered = fake_event_count(w->fake, EVENT_PUBLICATION_RECOVERED);

    assert_int_equal(event_total(w), 1 + recovered);
    assert_int_equal(broker_counts(w->broker).missing, 0);
    assert_int_equal(fake_held(w->fake), SAMPLE_RICH_OBJECTS);
    if (broker_retry_delay(w->broker) != UINT32_MAX) {
        assert_int_equal(recovered, 0);
        broker_retry(w->broker);
        assert_int_equal(fake_event_count(w->fake, EVENT_PUBLICATION_RECOVERED), 1);
    }
    check_all_served(w);
    assert_int_equal(publication_events(w), 1);
    assert_int_equal(broker_retry_delay(w->broker), UINT32_MAX);
}

/* The state could not be read, or not be written: that is made up for. */
static void check_state(struct world *w)
{
    check_all_served(w);
    broker_retry(w->broker);
    assert_non_null(fake_state_text(w->fake, STATE_FILE));
    assert_int_equal(broker_retry_delay(w->broker), UINT32_MAX);
    assert_int_equal(fake_event_count(w->fake, EVENT_STATE_RECOVERED), 1);
    assert_int_equal(event_total(w), 2);
}

/* True when the start as a whole had to end. */
static bool fail_one(size_t n, enum sys_status how)
{
    struct world w;
    enum sys_status status;

    open_world(&w);
    fake_fail_nth(w.fake, fake_can_fail_calls(w.fake) + n, how);
    status = start(&w);
    if (status != SYS_OK) {
        assert_null(w.broker);
        assert_int_equal(fake_held(w.fake) + fake_published(w.fake), 0);
        assert_int_equal(event_total(&w), 1);
    } else {
        if (publication_events(&w) > 0)
            check_publication(&w);
        else if (fake_event_count(w.fake, EVENT_INSTANCE_SQUATTED) == 1)
            check_all_served(&w);
        else if (fake_event_count(w.fake, EVENT_STATE_FAILED) == 1)
            check_state(&w);
        else if (fake_failed(w.fake) == FAKE_KEEPERS_LEFT)
            check_all_served(&w); /* those that the state lists are known all the same */
        else if ((how == SYS_NOT_FOUND || how == SYS_LATER || fake_failed(w.fake) == FAKE_CLAIM) &&
                 event_total(&w) == 0)
            /* there is no state yet, or it can be read, or the mutex be had, a moment later */
            check_all_served(&w);
        else
            check_one_missing(&w);
        assert_int_equal(broker_stop(w.broker), SAMPLE_RICH_OBJECTS);
    }
    close_world(&w);
    return status != SYS_OK;
}

static size_t calls_of_a_clean_start(void)
{
    struct world w;
    size_t before, calls;

    open_world(&w);
    before = fake_can_fail_calls(w.fake);
    assert_int_equal(start(&w), SYS_OK);
    calls = fake_can_fail_calls(w.fake) - before;
    check_all_served(&w);
    assert_int_equal(event_total(&w), 0);
    broker_stop(w.broker);
    close_world(&w);
    return calls;
}

static void each_call_fails_in_each_way(void **state)
{
    size_t n, how, calls = calls_of_a_clean_start();

    (void)state;
    /*
     * identify, claim; 6 descriptors; 6 creates; fill, protect; the state, read
     * and written twice, for control sections come later; the search for keepers. Then for each
     * section that is published: descriptor, create, map; a random name.
     */
    assert_int_equal(calls, 20 + PUBLISHED * 3 + 1);
    for (n = 1; n <= calls; n++) {
        for (how = 0; how < KINDS; how++) {
            bool ended = fail_one(n, kinds[how]);
            /* identify, the descriptor for the claim, the claim: nothing works without. */
            bool fatal = n < 3 || (n == 3 && kinds[how] != SYS_DENIED && kinds[how] != SYS_TAKEN);

            assert_int_equal(ended, fatal);
        }
    }
}

/* The second try, after a failure in the first, fails too: at any of its calls. */
static void the_retry_fails_as_well(void **state)
{
    size_t n, how;

    (void)state;
    for (n = 1; n <= 4; n++) {
        for (how = 0; how < KINDS; how++) {
            struct world w;

            open_world(&w);
            fake_fail(w.fake, FAKE_CREATE, "Prices", SYS_NO_MEMORY);
            assert_int_equal(start(&w), SYS_OK);
            fake_mend(w.fake);
            fake_fail_nth(w.fake, fake_can_fail_calls(w.fake) + n, kinds[how]);
            broker_retry(w.broker); /* create, fill, protect: the fourth is beyond */
            assert_int_equal(broker_counts(w.broker).missing, n < 4 ? 1 : 0);
            assert_int_equal(fake_event_count(w.fake, EVENT_OBJECT_RECOVERED), n < 4 ? 0 : 1);
            fake_fail_nth(w.fake, 0, SYS_OK);
            broker_retry(w.broker);
            check_all_served(&w);
            assert_int_equal(fake_event_count(w.fake, EVENT_OBJECT_RECOVERED), 1);
            broker_stop(w.broker);
            close_world(&w);
        }
    }
}

/* What never works is said once for each object, however often it is tried. */
static void a_lasting_fault(enum fake_call call, enum sys_status how, size_t held)
{
    /* Only the name itself can be taken. */
    enum event_id event =
        call == FAKE_CREATE && how == SYS_TAKEN ? EVENT_OBJECT_CONFLICT : EVENT_OBJECT_FAILED;
    struct world w;
    size_t i;

    open_world(&w);
    assert_int_equal(start(&w), SYS_OK);
    state_retire_all(broker_state(w.broker));
    broker_remember(w.broker);
    broker_stop(w.broker);
    fake_fail(w.fake, call, NULL, how);
    assert_int_equal(start(&w), SYS_OK);
    for (i = 0; i < 5; i++)
        broker_retry(w.broker);
    assert_int_equal(broker_counts(w.broker).held, held);
    /* Where nothing can be made: the root and the report. */
    assert_int_equal(publication_events(&w), call == FAKE_CREATE ? 2 : 0);
    assert_int_equal(event_total(&w), SAMPLE_RICH_OBJECTS - held + publication_events(&w));
    for (i = 0; i < w.inventory->count; i++)
        if (w.inventory->items[i].state != ITEM_HELD)
            assert_int_equal(fake_events_about(w.fake, event, w.inventory->items[i].spec.name), 1);
    fake_mend(w.fake);
    broker_retry(w.broker);
    check_all_served(&w);
    assert_int_equal(broker_stop(w.broker), SAMPLE_RICH_OBJECTS);
    close_world(&w);
}

static void lasting_faults(void **state)
{
    size_t how;

    (void)state;
    for (how = 0; how < KINDS; how++) {
        a_lasting_fault(FAKE_CREATE, kinds[how], 0);
        a_lasting_fault(FAKE_FILL, kinds[how], SAMPLE_RICH_OBJECTS - 1);
        a_lasting_fault(FAKE_PROTECT, kinds[how], SAMPLE_RICH_OBJECTS - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_fails_in_each_way),
        cmocka_unit_test(the_retry_fails_as_well),
        cmocka_unit_test(lasting_faults),
    };

    return cmocka_run_group_tests_name("test_broker_faults", tests, NULL, NULL);
}
