/* What `check` warns of besides errors: each thing once, at its place. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "advice.h"
#include "fake_system.h"
#include "inventory.h"
#include "sample.h"

/* Frees the sample. Each wanted text is the beginning of "path:line:column: text". */
static void check(struct sample *sample, const char *const *wanted, size_t count)
{
    struct fake *fake = fake_new();
    struct trustees *known = trustees_new(fake_system(fake));
    struct cfg_messages messages;
    struct inventory *inventory;
    size_t i;

    fake_account(fake, "Guests", "S-1-5-32-546");
    fake_account(fake, "CORP\\Admins", "S-1-5-32-544");
    cfg_messages_init(&messages);
    assert_int_equal(inventory_build(&sample->cfg, known, &messages, &inventory), SYS_OK);
    advice_add(&sample->cfg, known, &messages);
    cfg_messages_sort(&messages);
    for (i = 0; i < messages.count && i < count; i++) {
        char line[512];

        assert_int_equal(messages.items[i].severity, CFG_WARNING);
        (void)snprintf(line, sizeof(line), "%s:%u:%u: %s", messages.items[i].object,
                       messages.items[i].line, messages.items[i].column, messages.items[i].text);
        if (strncmp(line, wanted[i], strlen(wanted[i])) != 0)
            fail_msg("%s", line);
    }
    assert_int_equal(messages.count, count);
    inventory_free(inventory);
    trustees_free(known);
    cfg_messages_free(&messages);
    fake_free(fake);
    sample_free(sample);
}

static void what_is_modest_is_not_spoken_of(void **state)
{
    char modest[] = "read Everyone, write Users, full System, full CORP\\Admins";
    char denied[] = "read Users, deny Guests";
    struct sample sample;

    (void)state;
    sample_init(&sample, 2);
    sample_section(&sample, "A", 64, "A.lock", sample_access(&sample, modest));
    sample_mutex(&sample, "B", sample_access(&sample, denied));
    check(&sample, NULL, 0);
}

static void double_snapshots_beside_programs_without_the_library_are(void **state)
{
    static const char *const wanted[] = {
        "sample.access:1:1: 'Users' may also change who has access",
        "A.snapshots:1:1: full is for programs without the library, and what they write does not ",
        "B.snapshots:2:1: sessions: alias is for programs without the library, and what they ",
        "E.snapshots:5:1: if sddl is for programs without the library: what they write does not "};
    const struct cfg_snapshots a = {"A.snapshots", {"sample.yaml", 1, 1}};
    const struct cfg_snapshots b = {"B.snapshots", {"sample.yaml", 2, 1}};
    const struct cfg_snapshots c = {"C.snapshots", {"sample.yaml", 3, 1}};
    const struct cfg_snapshots e = {"E.snapshots", {"sample.yaml", 5, 1}};
    struct cfg_access sddl = {.sddl = "D:P(A;;0x20007;;;BU)", .path = "E.sddl"};
    char full[] = "full Users", modest[] = "read Users, write System";
    struct cfg_object *object;
    struct sample sample;

    (void)state;
    sample_init(&sample, 5);
    object = sample_section(&sample, "A", 64, NULL, sample_access(&sample, full));
    object->u.segment.snapshots = &a;
    object = sample_section(&sample, "B", 64, NULL, sample_access(&sample, modest));
    object->u.segment.snapshots = &b;
    object->alias = true;
    object = sample_section(&sample, "C", 64, NULL, object->access);
    object->u.segment.snapshots = &c;
    sample_section(&sample, "D", 64, NULL, object->access)->alias = true;
    object = sample_section(&sample, "E", 64, NULL, &sddl);
    object->u.segment.snapshots = &e;
    check(&sample, wanted, 4);
}

static void what_a_queue_has_no_use_for_is(void **state)
{
    static const char *const wanted[] = {
        "sample.access:1:1: 'Users' may also change who has access",
        "A:3:5: 'Users' has full, which old programs need that ask for all rights; but only "
        "programs that use the library can use a queue, and for them write is enough",
        "B.sddl:4:5: with the rights 0x20002 'Interactive' cannot open the queue with the "
        "library, and plain programs cannot use it; write 0x20007 to put and get, 0x20005 to look"};
    struct cfg_access sddl = {.sddl = "D:P(A;;0x20005;;;BU)(A;;0x20007;;;AU)(A;;0x20002;;;IU)",
                              .path = "B.sddl"};
    char full[] = "full Users", write[] = "full System, write Users";
    struct sample sample;

    (void)state;
    sddl.place = (struct cfg_place){"sample.yaml", 4, 5};
    sample_init(&sample, 3);
    sample_queue(&sample, "A", sample_access(&sample, full))->place =
        (struct cfg_place){"sample.yaml", 3, 5};
    sample_queue(&sample, "B", &sddl);
    sample_queue(&sample, "C", sample_access(&sample, write));
    check(&sample, wanted, 3);
}

/* Each with an access of its own: 4 times 1024 slots and their section. */
static void many_slots_are_spoken_of(void **state)
{
    static const char *const wanted[] = {
        "limits.objects:0:0: fast locks and queues need 4100 slots, and a start makes or adopts"};
    static const char *const names[] = {"A", "B", "C", "D"};
    size_t i, count;

    (void)state;
    for (count = 3; count <= 4; count++) {
        char lists[4][sizeof("write Users")];
        struct sample sample;

        sample_init(&sample, 4);
        sample.cfg.file = "sample.yaml";
        for (i = 0; i < count; i++) {
            memcpy(lists[i], "write Users", sizeof(lists[i]));
            sample_queue(&sample, names[i], sample_access(&sample, lists[i]))->u.queue.max_lockers =
                1024;
        }
        check(&sample, wanted, count == 4);
    }
}

static void a_large_segment_that_is_saved_often_is(void **state)
{
    static const char *const wanted[] = {
        "A:1:1: each save reads all 64 MiB, even if nothing has changed; with this "
        "save_every that takes a noticeable part of a processor core: 8 s or more costs little"};
    char modest[] = "read Users";
    const struct cfg_access *access;
    struct cfg_object *large, *rare, *small;
    struct sample sample;

    (void)state;
    sample_init(&sample, 3);
    access = sample_access(&sample, modest);
    large = sample_section(&sample, "A", UINT64_C(64) << 20, NULL, access);
    rare = sample_section(&sample, "B", UINT64_C(64) << 20, NULL, access);
    small = sample_section(&sample, "C", 8u << 20, NULL, access);
    large->place = (struct cfg_place){"sample.yaml", 1, 1};
    large->u.segment.keep = rare->u.segment.keep = small->u.segment.keep = true;
    large->u.segment.save_every = small->u.segment.save_every = 1000;
    rare->u.segment.save_every = 8000;
    check(&sample, wanted, 1);
}

static void each_rash_entry_has_its_place(void **state)
{
    static const char *const wanted[] = {
        "sample.access:1:2: 'Interactive' may also change who has access",
        "sample.access:2:1: 'Guests' may write",
        "sample.access:3:1: 'Everyone' may also change who has access",
        "sample.access:3:1: 'Everyone' may write",
        "sample.access:3:2: 'S-1-5-7' may write",
    };
    char one[] = "read Users, full Interactive", two[] = "write Guests";
    char three[] = "full Everyone, write S-1-5-7";
    struct sample sample;

    (void)state;
    sample_init(&sample, 3);
    sample_section(&sample, "A", 64, NULL, sample_access(&sample, one));
    sample_mutex(&sample, "B", sample_access(&sample, two));
    sample_event(&sample, "C", false, sample_access(&sample, three));
    check(&sample, wanted, 5);
}

static void defaults_are_spoken_of_once(void **state)
{
    static const char *const wanted[] = {
        "defaults.access:1:1: 'Users' may also change",
        "sample.access:2:1: 'Users' may also change",
    };
    char shared[] = "full Users", own[] = "full Users";
    const struct cfg_access *defaults;
    struct sample sample;

    (void)state;
    sample_init(&sample, 3);
    defaults = sample_access(&sample, shared);
    sample.lists[0].path = "defaults.access";
    sample_mutex(&sample, "A", defaults);
    sample_mutex(&sample, "B", sample_access(&sample, own));
    sample_mutex(&sample, "C", defaults);
    check(&sample, wanted, 2);
}

static void readers_that_may_wait_are_spoken_of(void **state)
{
    static const char *const wanted[] = {"A.lock:7:9: readers can hold this lock"};
    char text[] = "read Users";
    const struct cfg_access *access;
    struct cfg_object *object;
    struct sample sample;

    (void)state;
    sample_init(&sample, 2);
    access = sample_access(&sample, text);
    object = sample_section(&sample, "A", 64, "A.lock", access);
    object->u.segment.lock.readers_may_wait = true;
    object->u.segment.lock.place = (struct cfg_place){"sample.yaml", 7, 9};
    sample_section(&sample, "B", 64, "B.lock", access);
    check(&sample, wanted, 1);
}

static struct cfg_object *fast_section(struct sample *sample, const char *name,
                                       const struct cfg_access *access, unsigned line)
{
    struct cfg_object *object = sample_section(sample, name, 64, "x.lock", access);

    object->u.segment.lock.kind = CFG_LOCK_FAST;
    object->u.segment.lock.place = (struct cfg_place){"sample.yaml", line, 9};
    return object;
}

static void programs_that_do_not_see_a_fast_lock_are_spoken_of(void **state)
{
    static const char *const wanted[] = {
        "sample.access:2:1: 'Users' may also change who has access",
        "sample.access:2:1: 'Users' may also change who has access",
        "B.lock:5:9: 'Users' has full, which only programs without the library need",
        "C.lock:6:9: sessions: alias is for programs without the library",
        "D.lock:7:9: if sddl is for programs without the library",
    };
    char write[] = "write Users", full[] = "full Users", all[] = "full System";
    struct cfg_access sddl = {.sddl = "D:P(A;;0x20007;;;IU)", .path = "D.sddl"};
    const struct cfg_access *access, *old;
    struct sample sample;

    (void)state;
    sample_init(&sample, 6);
    access = sample_access(&sample, write);
    old = sample_access(&sample, full);
    (void)fast_section(&sample, "A", access, 4);
    (void)fast_section(&sample, "B", old, 5);
    fast_section(&sample, "C", access, 6)->alias = true;
    (void)fast_section(&sample, "D", &sddl, 7);
    (void)fast_section(&sample, "E", sample_access(&sample, all), 8);
    sample_section(&sample, "F", 64, "F.lock", old);
    check(&sample, wanted, 5);
}

static void low_integrity_is_spoken_of_where_somebody_writes(void **state)
{
    static const char *const wanted[] = {
        "defaults.integrity:3:1: programs with low integrity",
        "C.integrity:4:5: programs with low integrity",
    };
    char one[] = "read Users, write Interactive", two[] = "read Users";
    const struct cfg_integrity shared = {true, "defaults.integrity", {"sample.yaml", 3, 1}};
    const struct cfg_integrity own = {true, "C.integrity", {"sample.yaml", 4, 5}};
    const struct cfg_access *writing, *reading;
    struct sample sample;

    (void)state;
    sample_init(&sample, 4);
    writing = sample_access(&sample, one);
    reading = sample_access(&sample, two);
    sample_section(&sample, "A", 64, NULL, writing)->integrity = &shared;
    sample_section(&sample, "B", 64, NULL, writing)->integrity = &shared;
    sample_mutex(&sample, "C", writing)->integrity = &own;
    sample_mutex(&sample, "D", reading)->integrity = &own;
    check(&sample, wanted, 2);
}

static void a_label_above_medium_is_spoken_of(void **state)
{
    static const char *const wanted[] = {
        "sample.access:1:0: ordinary programs have medium integrity and may not write this object",
        "sample.access:2:0: ordinary programs have medium integrity and may not read or write",
        "sample.access:2:0: only the service may set a label above HI",
    };
    static const char *const texts[] = {
        "D:(A;;GA;;;BA)S:(ML;;NW;;;HI)", "D:(A;;GA;;;BA)S:(ML;;NWNR;;;SI)",
        "D:(A;;GA;;;BA)S:(ML;;NWNR;;;ME)", "D:(A;;GA;;;BA)S:(ML;;NW;;;LW)"};
    static const char *const names[] = {"A", "B", "C", "D"};
    struct sample sample;
    size_t i;

    (void)state;
    sample_init(&sample, 4);
    for (i = 0; i < 4; i++) {
        char text[] = "read Users";
        struct cfg_access *list = (struct cfg_access *)sample_access(&sample, text);

        list->count = 0;
        list->sddl = texts[i];
        sample_mutex(&sample, names[i], list);
    }
    check(&sample, wanted, 3);
}

static void sddl_is_looked_at_too(void **state)
{
    static const char *const wanted[] = {
        "sample.access:1:0: programs that use the library refuse the object (SHMB_NOT_OURS)",
        "sample.access:1:0: 'Users' may also change who has access",
        "sample.access:1:0: 'Everyone' may write",
    };
    char text[] = "read Users";
    struct cfg_access *list;
    struct sample sample;

    (void)state;
    sample_init(&sample, 1);
    list = (struct cfg_access *)sample_access(&sample, text);
    list->count = 0;
    list->sddl = "O:LSD:(D;;0x2;;;AN)(A;;0xe0005;;;BU)(A;;0x20007;;;WD)(A;;GA;;;BA)";
    sample_section(&sample, "A", 64, NULL, list);
    check(&sample, wanted, 3);
}

/* Windows writes masks in hexadecimal, so a number without 0x is mostly one that lost it. */
static void a_mask_without_0x(void **state)
{
    static const char *const wanted[] = {
        "sample.access:1:0: a number without 0x is not hexadecimal, so the rights are 0x20005 "
        "here; "
        "write 0x20005, or put 0x before the number",
    };
    static const char *const texts[] = {"D:(A;;131077;;;BU)(A;;7;;;IU)",
                                        "D:(A;;0x20005;;;BU)(A;;1;;;IU)"};
    static const char *const names[] = {"A", "B"};
    struct sample sample;
    size_t i;

    (void)state;
    sample_init(&sample, 2);
    for (i = 0; i < 2; i++) {
        char text[] = "read Users";
        struct cfg_access *list = (struct cfg_access *)sample_access(&sample, text);

        list->count = 0;
        list->sddl = texts[i];
        sample_section(&sample, names[i], 64, NULL, list);
    }
    check(&sample, wanted, 1);
}

/* Names by which programs look whether they run already; the others only look a little so. */
static void a_name_that_signals_by_existence(void **state)
{
    static const char *const signals[] = {"AppSingleton",         "App.Single-Instance",
                                          "ACME_ALREADY_RUNNING", "{4F1B}_SingleInstanceMutex",
                                          "Server.IsRunning",     "MyAppInstance",
                                          "app run once"};
    static const char *const others[] = {"ImportRun",     "Instances",        "SinglePrices",
                                         "RunningTotals", "DatabaseInstance", "Once"};
    static const char *const wanted[] = {
        "AppSingleton:1:1: if programs take its existence as a sign that one of them runs already",
        "App.Single-Instance:2:1: if",
        "ACME_ALREADY_RUNNING:3:1: if",
        "{4F1B}_SingleInstanceMutex:4:1: if",
        "Server.IsRunning:5:1: if",
        "MyAppInstance:6:1: if",
        "app run once:7:1: if"};
    char modest[] = "write Users";
    const struct cfg_access *access;
    struct sample sample;
    size_t i;

    (void)state;
    sample_init(&sample, 13);
    access = sample_access(&sample, modest);
    for (i = 0; i < 6; i++)
        sample_mutex(&sample, others[i], access);
    for (i = 0; i < 7; i++) {
        struct cfg_object *object = i % 2 == 0
                                        ? sample_mutex(&sample, signals[i], access)
                                        : sample_section(&sample, signals[i], 64, NULL, access);

        object->place = (struct cfg_place){"sample.yaml", (unsigned)i + 1, 1};
    }
    check(&sample, wanted, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_modest_is_not_spoken_of),
        cmocka_unit_test(double_snapshots_beside_programs_without_the_library_are),
        cmocka_unit_test(a_large_segment_that_is_saved_often_is),
        cmocka_unit_test(many_slots_are_spoken_of),
        cmocka_unit_test(what_a_queue_has_no_use_for_is),
        cmocka_unit_test(each_rash_entry_has_its_place),
        cmocka_unit_test(defaults_are_spoken_of_once),
        cmocka_unit_test(readers_that_may_wait_are_spoken_of),
        cmocka_unit_test(programs_that_do_not_see_a_fast_lock_are_spoken_of),
        cmocka_unit_test(a_label_above_medium_is_spoken_of),
        cmocka_unit_test(low_integrity_is_spoken_of_where_somebody_writes),
        cmocka_unit_test(sddl_is_looked_at_too),
        cmocka_unit_test(a_mask_without_0x),
        cmocka_unit_test(a_name_that_signals_by_existence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
