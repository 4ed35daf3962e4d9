/* From a configuration to the flat list of objects and access sets. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access_sets.h"
#include "descriptor.h"
#include "fake_system.h"
#include "inventory.h"
#include "names.h"
#include "sample.h"

struct world {
    struct fake *fake;
    struct trustees *known;
    struct cfg_messages messages;
    struct sample sample;
    struct inventory *inventory;
};

static struct world w;

static int set_up(void **state)
{
    (void)state;
    memset(&w, 0, sizeof(w));
    w.fake = fake_new();
    w.known = trustees_new(fake_system(w.fake));
    cfg_messages_init(&w.messages);
    fake_account(w.fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    fake_account(w.fake, "Benutzer", "S-1-5-32-545");
    return w.known == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    inventory_free(w.inventory);
    trustees_free(w.known);
    cfg_messages_free(&w.messages);
    sample_free(&w.sample);
    fake_free(w.fake);
    return 0;
}

static enum sys_status build(void)
{
    return inventory_build(&w.sample.cfg, w.known, &w.messages, &w.inventory);
}

static void check_line(size_t which, const char *start, const char *part)
{
    char line[1024];

    assert_true(which < w.messages.count);
    cfg_message_format(&w.messages.items[which], line, sizeof(line));
    if (strncmp(line, start, strlen(start)) != 0 || strstr(line, part) == NULL)
        fail_msg("'%s' is not '%s...%s...'", line, start, part);
}

static void a_lock_stands_before_its_segment(void **state)
{
    const struct item *items;

    (void)state;
    sample_rich(&w.sample);
    w.sample.objects[0].u.segment.lock.readers_may_wait = true;
    assert_int_equal(build(), SYS_OK);
    assert_int_equal(w.inventory->count, SAMPLE_RICH_OBJECTS);
    assert_int_equal(access_sets_count(w.inventory->sets), 1);
    items = w.inventory->items;
    assert_int_equal(items[0].spec.kind, SHMB_MUTEX);
    assert_string_equal(items[0].spec.name, "Prices.lock");
    assert_int_equal(items[0].spec.size, 0);
    assert_ptr_equal(items[0].from, &w.sample.objects[0]);
    assert_true(items[0].readers_may_wait);
    assert_null(item_initial(&items[0]));
    assert_int_equal(items[1].spec.kind, SHMB_SECTION);
    assert_string_equal(items[1].spec.name, "Prices");
    assert_int_equal(items[1].spec.size, 64);
    assert_false(items[1].readers_may_wait);
    assert_ptr_equal(item_initial(&items[1]), w.sample.objects[0].u.segment.initial);
    assert_string_equal(items[2].spec.name, "Plain");
    assert_null(item_initial(&items[2]));
    assert_int_equal(items[3].spec.kind, SHMB_MUTEX);
    assert_true(items[4].spec.manual_reset);
    assert_int_equal(items[5].spec.initial, 5);
    assert_int_equal(items[5].spec.maximum, 5);
    assert_int_equal(items[5].state, ITEM_WANTED);
    assert_null(items[5].object);
}

static void change_events_stand_before_their_segment(void **state)
{
    static const char *const names[] = {"P.changed.0", "P.changed.1", "P.changed.2", "P.changed.3"};
    struct cfg_notify notify = {.place = {"sample.yaml", 1, 1}};
    const struct item *items;
    size_t i;

    (void)state;
    sample_rich(&w.sample);
    memcpy(notify.events, names, sizeof(names));
    w.sample.objects[0].u.segment.notify = &notify;
    assert_int_equal(build(), SYS_OK);
    assert_int_equal(w.inventory->count, SAMPLE_RICH_OBJECTS + SHMB_CHANGE_EVENTS);
    items = w.inventory->items;
    for (i = 0; i < SHMB_CHANGE_EVENTS; i++) {
        assert_int_equal(items[1 + i].spec.kind, SHMB_EVENT);
        assert_string_equal(items[1 + i].spec.name, names[i]);
        assert_true(items[1 + i].spec.manual_reset);
        assert_int_equal(items[1 + i].spec.size, 0);
        assert_ptr_equal(items[1 + i].from, &w.sample.objects[0]);
        assert_int_equal(items[1 + i].access, items[0].access);
    }
    assert_string_equal(items[5].spec.name, "Prices");
    assert_false(items[5].spec.manual_reset);
}

static void zeros_are_no_content_to_write(void **state)
{
    struct cfg_initial *initial;

    (void)state;
    sample_rich(&w.sample);
    initial = w.sample.objects[0].u.segment.initial;
    initial->length = 0;
    initial->fill = 0;
    initial->place.line = 7;
    assert_int_equal(build(), SYS_OK);
    assert_null(item_initial(&w.inventory->items[1]));
}

static void equal_lists_are_one_set(void **state)
{
    char texts[5][64] = {"read Users, write CORP\\Traders", "read Benutzer, write CORP\\Traders",
                         "write CORP\\Traders, read Users", "read Users, full CORP\\Traders",
                         "read Users"};
    const struct access_rule *rules;
    size_t i, count;

    (void)state;
    sample_init(&w.sample, 6);
    for (i = 0; i < 5; i++)
        sample_mutex(&w.sample, texts[i], sample_access(&w.sample, texts[i]));
    assert_int_equal(build(), SYS_OK);
    /* The first two are equal once resolved; another order is another list. */
    assert_int_equal(access_sets_count(w.inventory->sets), 4);
    assert_int_equal(w.inventory->items[0].access, w.inventory->items[1].access);
    assert_int_not_equal(w.inventory->items[0].access, w.inventory->items[2].access);
    assert_int_not_equal(w.inventory->items[0].access, w.inventory->items[3].access);
    assert_int_not_equal(w.inventory->items[0].access, w.inventory->items[4].access);
    rules = access_sets_rules(w.inventory->sets, w.inventory->items[1].access, &count);
    assert_int_equal(count, 2);
    assert_string_equal(rules[0].sid, "S-1-5-32-545");
    assert_int_equal(rules[0].level, SHMB_LEVEL_READ);
    assert_string_equal(rules[1].sid, "S-1-5-21-1-2-3-1001");
    assert_int_equal(rules[1].level, SHMB_LEVEL_WRITE);
}

/* As cfg_load makes it of `sddl`. */
static const struct cfg_access *exact(const char *text)
{
    char none[] = "read Users";
    struct cfg_access *list = (struct cfg_access *)sample_access(&w.sample, none);

    list->count = 0;
    list->sddl = text;
    return list;
}

static void sddl_is_taken_as_it_stands(void **state)
{
    static const char text[] = "D:(D;;0x2;;;BG)(A;;0x60005;;;BU)(A;;0x20007;;;IU)(A;;0x20004;;;LS)"
                               "(A;;0x20001;;;NS)S:(ML;;NW;;;LW)";
    const struct access_rule *rules;
    const struct sddl *whole;
    size_t count, set;

    (void)state;
    sample_init(&w.sample, 4);
    sample_section(&w.sample, "A", 64, "A.lock", exact(text));
    sample_section(&w.sample, "B", 64, NULL, exact(text));
    sample_mutex(&w.sample, "C", exact("D:(A;;0x120001;;;IU)"));
    assert_int_equal(build(), SYS_OK);
    assert_int_equal(access_sets_count(w.inventory->sets), 2);
    set = w.inventory->items[1].access;
    assert_int_equal(w.inventory->items[0].access, set);
    assert_int_equal(w.inventory->items[2].access, set);
    whole = access_sets_exact(w.inventory->sets, set, SHMB_SECTION);
    assert_non_null(whole);
    assert_int_equal(whole->count, 5);
    assert_string_equal(access_sets_label(w.inventory->sets, set), SDDL_LOW_INTEGRITY);
    /* The lock: the nearest levels, and nothing for who may not even read. */
    assert_null(access_sets_exact(w.inventory->sets, set, SHMB_MUTEX));
    rules = access_sets_rules(w.inventory->sets, set, &count);
    assert_int_equal(count, 4);
    assert_string_equal(rules[0].sid, "S-1-5-32-546");
    assert_int_equal(rules[0].level, SHMB_LEVEL_DENY);
    assert_int_equal(rules[1].level, SHMB_LEVEL_FULL);
    assert_int_equal(rules[2].level, SHMB_LEVEL_WRITE);
    assert_string_equal(rules[3].sid, "S-1-5-19");
    assert_int_equal(rules[3].level, SHMB_LEVEL_READ);
    set = w.inventory->items[3].access;
    assert_non_null(access_sets_exact(w.inventory->sets, set, SHMB_MUTEX));
    assert_null(access_sets_label(w.inventory->sets, set));
}

/* One text for a segment and a mutex: each has it for its own kind. */
static void sddl_counts_for_its_kind(void **state)
{
    static const char text[] = "D:(A;;0x20001;;;IU)";
    const struct item *items;

    (void)state;
    sample_init(&w.sample, 4);
    sample_section(&w.sample, "A", 64, NULL, exact(text));
    sample_mutex(&w.sample, "B", exact(text));
    sample_mutex(&w.sample, "C", exact(text));
    assert_int_equal(build(), SYS_OK);
    items = w.inventory->items;
    assert_int_equal(access_sets_count(w.inventory->sets), 2);
    assert_non_null(access_sets_exact(w.inventory->sets, items[0].access, SHMB_SECTION));
    assert_non_null(access_sets_exact(w.inventory->sets, items[1].access, SHMB_MUTEX));
    assert_int_equal(items[1].access, items[2].access);
}

static void what_is_wrong_with_sddl_is_said_at_its_place(void **state)
{
    (void)state;
    sample_init(&w.sample, 3);
    sample_section(&w.sample, "A", 64, "A.lock", exact("D:(A;;GR;;;BU)"));
    sample_mutex(&w.sample, "B", exact("D:(D;;0x1;;;WD)(A;;GA;;;BA)"));
    sample_mutex(&w.sample, "C", exact("D:(A;;GA;;;BA)"));
    assert_int_equal(build(), SYS_NOT_FOUND);
    assert_null(w.inventory);
    assert_int_equal(w.messages.errors, 2);
    check_line(0, "sample.yaml:1", "at character 7: a generic right");
    check_line(1, "sample.yaml:2", "S-1-1-0 would lock the broker itself out");
}

static void low_integrity_is_another_set(void **state)
{
    static const struct cfg_integrity low = {.low = true};
    char list[] = "read Users", wrong[] = "read Nobody";
    const struct cfg_access *access, *bad;

    (void)state;
    sample_init(&w.sample, 5);
    access = sample_access(&w.sample, list);
    sample_section(&w.sample, "A", 64, "A.lock", access)->integrity = &low;
    sample_section(&w.sample, "B", 64, NULL, access);
    sample_mutex(&w.sample, "C", access)->integrity = &low;
    assert_int_equal(build(), SYS_OK);
    assert_int_equal(access_sets_count(w.inventory->sets), 2);
    assert_int_equal(w.inventory->items[0].access, w.inventory->items[3].access);
    assert_string_equal(access_sets_label(w.inventory->sets, w.inventory->items[1].access),
                        SDDL_LOW_INTEGRITY);
    assert_null(access_sets_label(w.inventory->sets, w.inventory->items[2].access));
    inventory_free(w.inventory);
    w.inventory = NULL;
    /* What is wrong with a list that both have is said once. */
    bad = sample_access(&w.sample, wrong);
    sample_mutex(&w.sample, "D", bad)->integrity = &low;
    sample_mutex(&w.sample, "E", bad);
    assert_int_equal(build(), SYS_NOT_FOUND);
    assert_int_equal(w.messages.errors, 1);
}

static void each_unknown_account_is_an_error_at_its_place(void **state)
{
    char a[] = "read Nobody, write Users", b[] = "read Users, write Nobody, full Ghost";
    char like_a[] = "read Nobody, write Users";

    (void)state;
    sample_init(&w.sample, 4);
    sample_mutex(&w.sample, "A", sample_access(&w.sample, a));
    sample_mutex(&w.sample, "B", sample_access(&w.sample, b));
    sample_mutex(&w.sample, "C", sample_access(&w.sample, like_a));
    assert_int_equal(build(), SYS_NOT_FOUND);
    assert_null(w.inventory);
    assert_int_equal(w.messages.errors, 4);
    check_line(0, "sample.yaml:1:1: error: sample.access: 'Nobody' ", "spelling");
    check_line(1, "sample.yaml:2:2: error: sample.access: 'Nobody' ", "spelling");
    check_line(2, "sample.yaml:2:3: error: sample.access: 'Ghost' ", "spelling");
    check_line(3, "sample.yaml:3:1: error: sample.access: 'Nobody' ", "spelling");
    assert_int_equal(fake_calls(w.fake, FAKE_RESOLVE), 2);
}

static void a_shared_list_is_complained_of_once(void **state)
{
    char text[] = "read Nobody";
    const struct cfg_access *list;

    (void)state;
    sample_init(&w.sample, 4);
    list = sample_access(&w.sample, text);
    sample_mutex(&w.sample, "A", list);
    sample_mutex(&w.sample, "B", list);
    sample_section(&w.sample, "C", 1, "C.lock", list);
    assert_int_equal(build(), SYS_NOT_FOUND);
    assert_int_equal(w.messages.errors, 1);
}

static void a_silent_domain_controller_is_said_so(void **state)
{
    char text[] = "read CORP\\Traders";

    (void)state;
    sample_init(&w.sample, 1);
    sample_mutex(&w.sample, "A", sample_access(&w.sample, text));
    fake_fail(w.fake, FAKE_RESOLVE, NULL, SYS_LATER);
    assert_int_equal(build(), SYS_NOT_FOUND);
    check_line(0, "sample.yaml:1:1: error: sample.access: 'CORP\\Traders' ",
               "the domain controller did not answer");
}

static void a_system_without_memory_is_no_error_of_the_file(void **state)
{
    char text[] = "read CORP\\Traders";

    (void)state;
    sample_init(&w.sample, 1);
    sample_mutex(&w.sample, "A", sample_access(&w.sample, text));
    fake_fail(w.fake, FAKE_RESOLVE, NULL, SYS_NO_MEMORY);
    assert_int_equal(build(), SYS_NO_MEMORY);
    assert_null(w.inventory);
    assert_int_equal(w.messages.errors, 0);
}

static void who_must_not_be_denied(void **state)
{
    static const char *const own[] = {
        "Everyone", "AuthenticatedUsers", "Users",   "Administrators", "System",   SHMB_SERVICE_SID,
        "S-1-5-6",  "S-1-5-80-0",         "S-1-2-0", "S-1-2-1",        "S-1-5-15", "Benutzer"};
    char texts[13][128];
    size_t i, count = sizeof(own) / sizeof(own[0]);

    (void)state;
    sample_init(&w.sample, count + 1);
    for (i = 0; i < count; i++) {
        (void)snprintf(texts[i], sizeof(texts[i]), "read Interactive, deny %s", own[i]);
        sample_mutex(&w.sample, own[i], sample_access(&w.sample, texts[i]));
    }
    assert_int_equal(build(), SYS_NOT_FOUND);
    assert_int_equal(w.messages.errors, count);
    for (i = 0; i < count; i++) {
        char start[128];

        (void)snprintf(start, sizeof(start), "sample.yaml:%u:2: error: sample.access: deny '%s' ",
                       (unsigned)i + 1, own[i]);
        check_line(i, start, "would lock the broker itself out");
    }
}

static void others_may_be_denied(void **state)
{
    char text[] = "read Users, deny Interactive, deny CORP\\Traders, deny S-1-5-32-546";

    (void)state;
    sample_init(&w.sample, 1);
    sample_mutex(&w.sample, "A", sample_access(&w.sample, text));
    assert_int_equal(build(), SYS_OK);
}

/*
 * Ten thousand objects with as many lists: in a quadratic table this would take minutes. Each list
 * comes again twice, far away: as it is written, and with another name of its account.
 */
static void many_objects_with_many_lists(void **state)
{
    enum { MANY = 10000, SETS = MANY / 4 };
    char(*texts)[64] = calloc(MANY, sizeof(*texts));
    size_t i;

    (void)state;
    assert_non_null(texts);
    sample_init(&w.sample, MANY);
    for (i = 0; i < MANY; i++) {
        (void)snprintf(texts[i], sizeof(texts[i]), "read %s, write S-1-5-21-%u",
                       i < MANY / 2 ? "Users" : "Benutzer", (unsigned)(i % SETS));
        sample_section(&w.sample, "S", 1, "S.lock", sample_access(&w.sample, texts[i]));
    }
    assert_int_equal(build(), SYS_OK);
    assert_int_equal(w.inventory->count, 2 * MANY);
    assert_int_equal(access_sets_count(w.inventory->sets), SETS);
    for (i = 0; i < MANY; i++)
        assert_int_equal(w.inventory->items[2 * i].access, i % SETS);
    free(texts);
}

static void nothing_is_an_inventory_too(void **state)
{
    (void)state;
    sample_init(&w.sample, 1);
    assert_int_equal(build(), SYS_OK);
    assert_int_equal(w.inventory->count, 0);
    assert_true(w.inventory->directory == INVENTORY_NO_ACCESS);
}

static void who_may_read_the_directory(void **state)
{
    char objects[] = "read Users", readers[] = "read CORP\\Traders, read Users";
    const struct access_rule *rules;
    size_t count;

    (void)state;
    sample_init(&w.sample, 2);
    sample_mutex(&w.sample, "A", sample_access(&w.sample, objects));
    w.sample.cfg.directory = sample_access(&w.sample, readers);
    assert_int_equal(build(), SYS_OK);
    rules = access_sets_rules(w.inventory->sets, w.inventory->directory, &count);
    assert_int_equal(count, 2);
    assert_string_equal(rules[0].sid, "S-1-5-21-1-2-3-1001");
    assert_int_equal(w.inventory->count, 1);
    assert_int_not_equal(w.inventory->items[0].access, w.inventory->directory);
}

static void an_unknown_reader_of_the_directory(void **state)
{
    char objects[] = "read Ghost", readers[] = "read Nobody";

    (void)state;
    sample_init(&w.sample, 2);
    sample_mutex(&w.sample, "A", sample_access(&w.sample, objects));
    w.sample.cfg.directory = sample_access(&w.sample, readers);
    assert_int_equal(build(), SYS_NOT_FOUND);
    assert_int_equal(w.messages.errors, 2);
    check_line(0, "sample.yaml:2:1: error: sample.access: 'Nobody' ", "spelling");
    check_line(1, "sample.yaml:1:1: error: sample.access: 'Ghost' ", "spelling");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_lock_stands_before_its_segment),
        TEST(change_events_stand_before_their_segment),
        TEST(zeros_are_no_content_to_write),
        TEST(equal_lists_are_one_set),
        TEST(sddl_is_taken_as_it_stands),
        TEST(sddl_counts_for_its_kind),
        TEST(what_is_wrong_with_sddl_is_said_at_its_place),
        TEST(low_integrity_is_another_set),
        TEST(each_unknown_account_is_an_error_at_its_place),
        TEST(a_shared_list_is_complained_of_once),
        TEST(a_silent_domain_controller_is_said_so),
        TEST(a_system_without_memory_is_no_error_of_the_file),
        TEST(who_must_not_be_denied),
        TEST(others_may_be_denied),
        TEST(many_objects_with_many_lists),
        TEST(nothing_is_an_inventory_too),
        TEST(who_may_read_the_directory),
        TEST(an_unknown_reader_of_the_directory),
    };

    return cmocka_run_group_tests_name("test_inventory", tests, NULL, NULL);
}
