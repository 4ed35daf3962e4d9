/*
 * Every allocation of the core fails in its turn (the linker sends malloc,
 * calloc and realloc through here). AddressSanitizer and the fake find leaks.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "access_guard.h"
#include "broker.h"
#include "describe.h"
#include "descriptor.h"
#include "fake_system.h"
#include "lifecycle.h"
#include "sample.h"

#define FILE_NAME "shmbroker.yaml"

static const char good[] = "version: 1\n"
                           "include: more*.yaml\n"
                           "directory: { access: { read: 'CORP\\Traders' } }\n"
                           "defaults: { access: { read: Users, write: 'CORP\\Traders' } }\n"
                           "segments:\n"
                           "  Prices: { size: 64, lock: { kind: fast, max_lockers: 2 }, initial: { "
                           "text: none }, keep: reboot }\n"
                           "  Pr\xC3\xA9"
                           "cis: { size: 4 KiB, lock: none }\n"
                           "events: { Go: { reset: manual } }\n"
                           "queues: { Q: { slots: 2, slot_size: 8, max_lockers: 2 } }\n";
static const char more[] = "version: 1\n"
                           "segments: { More: { size: 9, access: { write: Users },\n"
                           "  initial: { file: five.bin } } }\n";
static const char bad[] = "version: 1\nmutexes: { A: { access: { write: Ghost } } }\n";

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static size_t asked, fail_at;
static bool armed;

/* What the fake system itself needs does not count. */
static bool refused(void)
{
    return armed && fake_busy == 0 && ++asked == fail_at;
}

void *__wrap_malloc(size_t size)
{
    return refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refused() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return refused() ? NULL : __real_realloc(old, size);
}

static void arm(size_t n)
{
    asked = 0;
    fail_at = n;
    armed = true;
}

/* True when the n-th allocation was reached. */
static bool disarm(void)
{
    armed = false;
    return asked >= fail_at;
}

/* Nothing is retried: only the guard looks, each minute. */
static bool is_all_well(const struct fake *fake, size_t number)
{
    return fake_wait_ms(fake, number) > GUARD_EVERY_MS / 2;
}

/* A single failure is healed by the first retry; then somebody asks to stop. */
static void stop_when_all_is_well(struct fake *fake, size_t number)
{
    if (is_all_well(fake, number))
        fake_stop_at(fake, FAKE_WAIT, number);
    else
        assert_in_range(number, 1, 2); /* the last good configuration is saved again later */
}

static bool live(const char *text, size_t n)
{
    struct fake *fake = fake_new();
    enum shmb_exit code;
    bool reached;

    fake_account(fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    fake_file(fake, FILE_NAME, text);
    fake_file(fake, "C:\\here\\more.yaml", more);
    fake_file(fake, "C:\\here\\five.bin", "12345");
    fake_stop_at(fake, FAKE_WAIT, SIZE_MAX);
    fake_on_wait(fake, stop_when_all_is_well);
    arm(n);
    code = lifecycle_run(fake_system(fake), FILE_NAME);
    reached = disarm();
    if (code == SHMB_EXIT_DONE) {
        assert_int_equal(fake_event_count(fake, EVENT_STOPPED), 1);
        assert_int_equal(fake_event_count(fake, EVENT_OBJECT_FAILED),
                         fake_event_count(fake, EVENT_OBJECT_RECOVERED));
        assert_int_equal(fake_event_count(fake, EVENT_PUBLICATION_FAILED),
                         fake_event_count(fake, EVENT_PUBLICATION_RECOVERED));
    } else {
        assert_int_equal(fake_event_count(fake, EVENT_START_FAILED) +
                             fake_event_count(fake, EVENT_CONFIG_INVALID),
                         1);
        assert_int_equal(fake_calls(fake, FAKE_RUNNING), 0);
    }
    fake_free(fake);
    return reached;
}

static void a_life(void **state)
{
    size_t n;

    (void)state;
    for (n = 1; live(good, n); n++)
        continue;
    assert_true(n > 20);
    for (n = 1; live(bad, n); n++)
        continue;
    assert_true(n > 10);
}

/* After the start the file and the account are there; it goes on until all is well. */
static void come_later(struct fake *fake, size_t number)
{
    if (number == 1) {
        fake_file(fake, "C:\\here\\five.bin", "12345");
        fake_account(fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    } else if (is_all_well(fake, number)) {
        fake_stop_at(fake, FAKE_WAIT, number);
    } else {
        assert_in_range(number, 1, 6);
    }
}

/* True when the n-th allocation was reached. */
static bool live_lacking(size_t n)
{
    struct fake *fake = fake_new();
    enum shmb_exit code;
    bool reached;

    fake_file(fake, FILE_NAME, good);
    fake_file(fake, "C:\\here\\more.yaml", more);
    fake_stop_at(fake, FAKE_WAIT, SIZE_MAX);
    fake_on_wait(fake, come_later);
    arm(n);
    code = lifecycle_run(fake_system(fake), FILE_NAME);
    reached = disarm();
    if (code == SHMB_EXIT_DONE) {
        assert_int_equal(fake_event_count(fake, EVENT_OBJECT_FAILED),
                         fake_event_count(fake, EVENT_OBJECT_RECOVERED));
        assert_int_equal(fake_event_count(fake, EVENT_TRUSTEE_RESOLVED), 1);
        assert_true(reached || fake_events_about(fake, EVENT_OBJECT_RECOVERED, "More") == 1);
    } else {
        assert_true(reached);
        assert_int_equal(fake_calls(fake, FAKE_RUNNING), 0);
    }
    fake_free(fake);
    return reached;
}

static void a_life_that_lacks_something(void **state)
{
    size_t n;

    (void)state;
    for (n = 1; live_lacking(n); n++)
        continue;
    assert_true(n > 100);
}

static void count_line(void *context, const char *line)
{
    *(size_t *)context += line[0] != '\0';
}

/* True when the n-th allocation was reached. */
static bool expand_and_describe(size_t n)
{
    struct fake *fake = fake_new();
    struct cfg_messages messages;
    struct sample sample;
    struct inventory *inventory = NULL;
    struct trustees *known;
    enum sys_status status = SYS_NO_MEMORY;
    bool reached, described = false;
    size_t lines = 0;

    fake_account(fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    cfg_messages_init(&messages);
    sample_rich(&sample);
    arm(n);
    known = trustees_new(fake_system(fake));
    if (known != NULL)
        status = inventory_build(&sample.cfg, known, &messages, &inventory);
    if (status == SYS_OK)
        described = describe_inventory(inventory, count_line, &lines);
    reached = disarm();
    assert_int_equal(messages.errors, 0);
    if (status == SYS_OK) {
        assert_int_equal(described, lines == SAMPLE_RICH_OBJECTS);
    } else {
        assert_int_equal(status, SYS_NO_MEMORY);
        assert_null(inventory);
    }
    assert_int_equal(reached, status != SYS_OK || !described);
    inventory_free(inventory);
    trustees_free(known);
    sample_free(&sample);
    cfg_messages_free(&messages);
    fake_free(fake);
    return reached;
}

static void an_inventory_and_its_words(void **state)
{
    size_t n;

    (void)state;
    for (n = 1; expand_and_describe(n); n++)
        continue;
    assert_true(n > 8);
}

static void a_growing_descriptor(void **state)
{
    static const struct access_rule rules[] = {
        {"S-1-5-21-1111111111-2222222222-3333333333-1001", SHMB_LEVEL_READ},
        {"S-1-5-21-1111111111-2222222222-3333333333-1002", SHMB_LEVEL_READ},
        {"S-1-5-21-1111111111-2222222222-3333333333-1003", SHMB_LEVEL_READ},
        {"S-1-5-21-1111111111-2222222222-3333333333-1004", SHMB_LEVEL_READ},
    };
    const struct descriptor_use use = {.kind = SHMB_SECTION};
    char *sddl;

    (void)state;
    arm(1);
    assert_null(descriptor_sddl(SID_SYSTEM, &use, rules, 4));
    arm(2);
    assert_null(descriptor_sddl(SID_SYSTEM, &use, rules, 4));
    arm(3);
    sddl = descriptor_sddl(SID_SYSTEM, &use, rules, 4);
    assert_false(disarm());
    assert_non_null(sddl);
    free(sddl);
}

/* Three reloads: something of everything; something made anew; refused. */
static void change_at_wait(struct fake *fake, size_t number)
{
    static const char other[] =
        "version: 1\ninclude: more*.yaml\n"
        "defaults: { access: { read: Users, write: [Interactive, 'CORP\\Guests'] } }\n"
        "segments:\n"
        "  Prices: { size: 128, lock: none }\n"
        "  Fresh: { size: 64, initial: { text: none } }\n";

    fake_wake(fake, number <= 3 ? SYS_WAKE_RELOAD : SYS_WAKE_TIMEOUT);
    if (number == 1) {
        fake_file(fake, "C:\\here\\" FILE_NAME, other);
        fake_file(fake, FILE_NAME, other);
    } else if (number == 2) {
        fake_anew(fake, "Prices");
        fake_anew(fake, "Fresh");
        fake_file(fake, FILE_NAME, good);
    } else if (number == 3) {
        fake_file(fake, FILE_NAME, bad);
    } else if (number == 4) {
        fake_account(fake, "CORP\\Guests", "S-1-5-21-1-2-3-1002");
    }
}

/* True while there was an allocation to refuse. */
static bool live_with_reloads(size_t n)
{
    struct fake *fake = fake_new();
    enum shmb_exit code;
    bool reached;

    fake_account(fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    fake_file(fake, FILE_NAME, good);
    fake_file(fake, "C:\\here\\more.yaml", more);
    fake_file(fake, "C:\\here\\five.bin", "12345");
    fake_on_wait(fake, change_at_wait);
    fake_stop_at(fake, FAKE_WAIT, 6);
    arm(n);
    code = lifecycle_run(fake_system(fake), FILE_NAME);
    reached = disarm();
    if (code == SHMB_EXIT_DONE) {
        assert_int_equal(fake_event_count(fake, EVENT_RELOADED) +
                             fake_event_count(fake, EVENT_RELOAD_REFUSED),
                         3);
        assert_true(reached || fake_event_count(fake, EVENT_RELOADED) == 2);
    } else {
        assert_true(reached);
        assert_int_equal(code, SHMB_EXIT_SYSTEM);
    }
    fake_free(fake);
    return reached;
}

static void a_life_with_reloads(void **state)
{
    size_t n;

    (void)state;
    for (n = 1; live_with_reloads(n); n++)
        continue;
    assert_true(n > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_life),
        cmocka_unit_test(a_life_with_reloads),
        cmocka_unit_test(a_life_that_lacks_something),
        cmocka_unit_test(an_inventory_and_its_words),
        cmocka_unit_test(a_growing_descriptor),
    };

    return cmocka_run_group_tests_name("test_lifecycle_memory", tests, NULL, NULL);
}
