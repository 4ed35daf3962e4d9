/* The waiters sections in the lives of a broker: they come, stay and go with their control section.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "access_guard.h"
#include "control.h"
#include "reloads.h"
#include "state.h"
#include "waiters.h"

#define WAITERS_1 SHMB_WAITERS_PREFIX "1"
#define WAITERS_2 SHMB_WAITERS_PREFIX "2"
#define CONTROL_1 SHMB_CONTROL_PREFIX "1"

#define ACCESS                                                                                     \
    "version: 1\ndefaults: { access: { read: [Users], write: [Interactive], deny: [LocalService] " \
    "} }\nsegments:\n"
#define WATCHED "  Prices: { size: 64, notify: true }\n  Plain: { size: 64 }\n"
#define MUTE    "  Prices: { size: 64 }\n  Plain: { size: 64 }\n"

static struct shmb_waiters *header(const char *name)
{
    const struct fake_object *section = fake_find(fake, name);

    assert_non_null(section);
    assert_non_null(section->content);
    return (struct shmb_waiters *)(void *)section->content;
}

static uint64_t *until(const char *name, uint32_t line)
{
    const struct fake_object *section = fake_find(fake, name);
    struct shmb_waiters_line *at;

    assert_non_null(section);
    at = shmb_waiters_at(section->content, section->content_length, line);
    assert_non_null(at);
    return (uint64_t *)(uintptr_t)&at->until;
}

static bool listed(const char *name)
{
    return (reloads_entry(name).flags & SHMB_ENTRY_WAITERS) != 0;
}

static bool recorded(const char *name)
{
    return strstr(fake_state_text(fake, STATE_FILE), name) != NULL;
}

static void look_at_it(size_t number)
{
    const struct shmb_waiters *found = header(WAITERS_1);

    (void)number;
    assert_int_equal(found->magic, SHMB_WAITERS_MAGIC);
    assert_int_equal(found->number, 1);
    assert_int_equal(found->line_count, 2);
    assert_int_equal(fake_find(fake, WAITERS_1)->spec.size, shmb_waiters_size(2));
    assert_int_equal(*until(WAITERS_1, 0), 0);
    assert_true(listed("Prices"));
    assert_false(listed("Plain"));
    assert_true(recorded(WAITERS_1));
    /* Who may read may write here; who is denied stays so. */
    assert_non_null(strstr(fake_find(fake, WAITERS_1)->sddl, "(A;;0x20007;;;S-1-5-32-545)"));
    assert_non_null(strstr(fake_find(fake, WAITERS_1)->sddl, "(A;;0x20007;;;S-1-5-4)"));
    assert_non_null(strstr(fake_find(fake, WAITERS_1)->sddl, "(D;;0xf001f;;;S-1-5-19)"));
    assert_null(strstr(fake_find(fake, WAITERS_1)->sddl, "0x20005"));
    assert_non_null(strstr(fake_find(fake, CONTROL_1)->sddl, "(A;;0x20005;;;S-1-5-32-545)"));
}

static void all_trustees_may_say_that_they_wait(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, ACCESS WATCHED);
    reloads_live(look_at_it, 1);
    assert_null(fake_find(fake, WAITERS_1));
}

static void nothing_of_it(size_t number)
{
    (void)number;
    assert_null(fake_find(fake, WAITERS_1));
    assert_false(listed("Prices"));
}

static void without_notify_there_is_none(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, ACCESS MUTE);
    reloads_live(nothing_of_it, 1);
}

static void add_notify(size_t number)
{
    if (number == 1) {
        nothing_of_it(1);
        reloads_change(ACCESS WATCHED);
        return;
    }
    if (number == 2) {
        look_at_it(1);
        *until(WAITERS_1, 0) = 77;
        reloads_change(ACCESS MUTE);
        return;
    }
    /* It stays with its control section, for programs that have the segment open. */
    assert_int_equal(*until(WAITERS_1, 0), 77);
    assert_false(listed("Prices"));
}

static void notify_can_come_later(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, ACCESS MUTE);
    reloads_live(add_notify, 3);
}

/* A reload that fails leaves nothing of what it made. */
static void fail_the_table(size_t number)
{
    if (number == 1) {
        fake_fail(fake, FAKE_RANDOM, NULL, SYS_FAILED);
        reloads_change(ACCESS WATCHED);
    } else if (number == 2) {
        assert_null(fake_find(fake, WAITERS_1));
        assert_false(listed("Prices"));
        assert_int_equal(fake_find(fake, CONTROL_1)->handles, 1);
        fake_mend(fake);
        reloads_change(ACCESS WATCHED);
    } else {
        look_at_it(1);
        assert_int_equal(fake_find(fake, WAITERS_1)->handles, 1);
    }
}

static void a_reload_that_fails_undoes_it(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, ACCESS MUTE);
    reloads_live(fail_the_table, 3);
}

#define OTHERS                                                                                     \
    "version: 1\ndefaults: { access: { read: [Everyone], write: [Interactive] } }\nsegments:\n"

static void change_all_access(size_t number)
{
    if (number == 1) {
        *until(WAITERS_1, 0) = 77;
        reloads_change(OTHERS WATCHED);
        return;
    }
    assert_int_equal(*until(WAITERS_1, 0), 77);
    assert_non_null(strstr(fake_find(fake, WAITERS_1)->sddl, "(A;;0x20007;;;S-1-1-0)"));
    assert_null(strstr(fake_find(fake, WAITERS_1)->sddl, "S-1-5-32-545"));
    assert_true(listed("Prices"));
}

static void its_access_changes_in_place(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, ACCESS WATCHED);
    reloads_live(change_all_access, 2);
}

static void move_the_segment(size_t number)
{
    struct shmb_entry entry;

    if (number == 1) {
        reloads_change(ACCESS
                       "  Plain: { size: 64 }\n"
                       "  Prices: { size: 64, notify: true, access: { write: [Everyone] } }\n");
        return;
    }
    entry = reloads_entry("Prices");
    assert_int_equal(entry.control, 2);
    assert_int_equal(header(WAITERS_2)->number, 2);
    assert_true(listed("Prices"));
}

static void a_segment_that_moves_finds_another_one(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME,
              ACCESS "  Plain: { size: 64 }\n"
                     "  Prices: { size: 64, notify: true }\n");
    reloads_live(move_the_segment, 2);
}

static void retire_all(size_t number)
{
    if (number == 1)
        reloads_change(ACCESS "  Else: { size: 64, access: { write: [Everyone] } }\n");
    else
        assert_null(fake_find(fake, WAITERS_1));
}

static void it_goes_with_its_control_section(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, ACCESS WATCHED);
    reloads_live(retire_all, 2);
}

static void hold_all(size_t number)
{
    (void)number;
    fake_client_open(fake, "Prices");
    fake_client_open(fake, "Plain");
    fake_client_open(fake, CONTROL_1);
    fake_client_open(fake, WAITERS_1);
    *until(WAITERS_1, 0) = 77;
    header(WAITERS_1)->line_count = 5; /* damaged while no broker looks */
}

static void find_all_again(size_t number)
{
    (void)number;
    assert_int_equal(*until(WAITERS_1, 0), 77);
    assert_int_equal(header(WAITERS_1)->line_count, 2);
    assert_int_equal(fake_find(fake, WAITERS_1)->handles, 1);
    assert_true(listed("Prices"));
    assert_true(recorded(WAITERS_1));
}

static void what_clients_kept_is_adopted(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, ACCESS WATCHED);
    reloads_live(hold_all, 1);
    reloads_live(find_all_again, 2);
    fake_client_close(fake, "Prices");
    fake_client_close(fake, "Plain");
    fake_client_close(fake, CONTROL_1);
    fake_client_close(fake, WAITERS_1);
}

static void hold_but_it(size_t number)
{
    (void)number;
    fake_client_open(fake, "Prices");
    fake_client_open(fake, CONTROL_1);
    *until(WAITERS_1, 0) = 77;
}

static void find_it_made_anew(size_t number)
{
    (void)number;
    assert_int_equal(*until(WAITERS_1, 0), 0);
    assert_int_equal(header(WAITERS_1)->number, 1);
    assert_true(listed("Prices"));
}

static void one_that_nobody_kept_is_made_anew(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, ACCESS WATCHED);
    reloads_live(hold_but_it, 1);
    reloads_live(find_it_made_anew, 2);
    fake_client_close(fake, "Prices");
    fake_client_close(fake, CONTROL_1);
}

/* The former one cannot be adopted: nobody may rely on it, and who has it open must learn that. */
static void hold_lost(size_t number)
{
    hold_all(number);
    header(WAITERS_1)->line_count = 2;
    fake_fail(fake, FAKE_INSPECT, WAITERS_1, SYS_FAILED);
}

static void find_moved(size_t number)
{
    const struct fake_object *old = fake_find(fake, CONTROL_1);
    struct shmb_entry entry;

    (void)number;
    entry = reloads_entry("Prices");
    assert_int_not_equal(entry.control, 1);
    assert_true(listed("Prices"));
    assert_true(shmb_control_block(old->content, old->content_length, 0)->generation ==
                SHMB_BLOCK_MOVED);
    entry = reloads_entry("Plain"); /* it has no waiters */
    assert_int_equal(entry.control, 1);
}

static void one_that_cannot_be_adopted_moves_its_segments(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, ACCESS WATCHED);
    reloads_live(hold_lost, 1);
    reloads_live(find_moved, 2);
    fake_mend(fake);
    fake_client_close(fake, "Prices");
    fake_client_close(fake, "Plain");
    fake_client_close(fake, CONTROL_1);
    fake_client_close(fake, WAITERS_1);
}

/* Who has the segment open does not say that he waits: so nobody is to rely on it. */
static void find_none(size_t number)
{
    if (number == 2) {
        assert_int_equal(fake_find(fake, CONTROL_1)->handles, 1);
        assert_false(listed("Prices"));
        assert_true(fake_find(fake, WAITERS_1) == NULL || fake_find(fake, WAITERS_1)->stranger);
        reloads_change(ACCESS WATCHED "  More: { size: 64, notify: true }\n");
    } else if (number == 3) {
        assert_false(listed("Prices"));
    }
}

static void hold_mute(size_t number)
{
    (void)number;
    assert_false(listed("Prices"));
    assert_int_equal(fake_event_count(fake, EVENT_PUBLICATION_CONFLICT), 1);
    fake_client_open(fake, "Prices");
    fake_client_open(fake, CONTROL_1);
}

static void a_name_that_is_taken_leaves_it_out_for_good(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME, ACCESS WATCHED);
    fake_occupy(fake, WAITERS_1, SHMB_MUTEX, "a stranger");
    reloads_live(hold_mute, 1);
    fake_vacate(fake, WAITERS_1);
    reloads_live(find_none, 3);
    fake_client_close(fake, "Prices");
    fake_client_close(fake, CONTROL_1);
}

static void damage_it(size_t number)
{
    if (number == 1) {
        memset(header(WAITERS_1), 0x55, sizeof(struct shmb_waiters));
        *until(WAITERS_1, 1) = 99;
        return;
    }
    assert_int_equal(header(WAITERS_1)->magic, SHMB_WAITERS_MAGIC);
    assert_int_equal(*until(WAITERS_1, 1), 99);
    assert_int_equal(fake_event_count(fake, EVENT_CONTROL_REPAIRED), 1);
    assert_string_equal(fake_last_event(fake, EVENT_CONTROL_REPAIRED)->inserts[1],
                        "header of the waiters section");
}

/* Readers alone may write here, too. */
static void its_header_is_repaired(void **state)
{
    (void)state;
    fake_file(fake, FILE_NAME,
              "version: 1\ndefaults: { access: { read: [Users] } }\nsegments:\n" WATCHED);
    reloads_live(damage_it, 2);
}

#define LIFE(test) cmocka_unit_test_setup_teardown(test, reloads_begin, reloads_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIFE(all_trustees_may_say_that_they_wait),
        LIFE(without_notify_there_is_none),
        LIFE(notify_can_come_later),
        LIFE(a_reload_that_fails_undoes_it),
        LIFE(its_access_changes_in_place),
        LIFE(a_segment_that_moves_finds_another_one),
        LIFE(it_goes_with_its_control_section),
        LIFE(what_clients_kept_is_adopted),
        LIFE(one_that_nobody_kept_is_made_anew),
        LIFE(one_that_cannot_be_adopted_moves_its_segments),
        LIFE(a_name_that_is_taken_leaves_it_out_for_good),
        LIFE(its_header_is_repaired),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
