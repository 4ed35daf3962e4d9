/*
 * A broker that is killed where content is saved or restored, or in the middle of a line of its
 * state file: the next start has all of it. test_keeper_policy_killed kills starts and keepers,
 * test_apply_killed reloads.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "life.h"
#include "lifecycle.h"
#include "names.h"
#include "state.h"
#include "string_copy.h"

static const char kept[] = "version: 1\n"
                           "defaults: { access: { write: Users } }\n"
                           "segments:\n"
                           "  Kept: { size: 64, lock: none, keep: reboot, save_every: 1 s,\n"
                           "          initial: { text: first } }\n";

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = life_begin(SHMB_SERVICE_SID);
    return 0;
}

static size_t count(enum event_id id)
{
    return fake_event_count(fake, id);
}

static void write_text(const char *text)
{
    if (fake_find(fake, "Kept") != NULL && fake_find(fake, "Kept")->content != NULL)
        memcpy(fake_find(fake, "Kept")->content, text, strlen(text) + 1);
}

static void write_second(size_t number)
{
    if (number == 1)
        write_text("second");
}

static bool wrote;

/* Saved at the wait after it, unless the broker is killed before. */
static void write_third(struct fake *which, size_t number)
{
    (void)which;
    (void)number;
    write_text("third");
    wrote = true;
}

static const char *found;

static void look(size_t number)
{
    if (number == 1)
        found = strcmp((const char *)fake_find(fake, "Kept")->content, "third") == 0    ? "third"
                : strcmp((const char *)fake_find(fake, "Kept")->content, "second") == 0 ? "second"
                                                                                        : "neither";
}

/* True: the life ended before its n-th call, and nobody was killed. */
static bool restore_and_kill(size_t n)
{
    size_t before;

    fake_boot(fake, "boot-2");
    before = fake_can_fail_calls(fake);
    fake_file(fake, LIFE_FILE, kept);
    wrote = false;
    fake_on_wait(fake, write_third);
    fake_stop_at(fake, FAKE_WAIT, fake_calls(fake, FAKE_WAIT) + 3);
    fake_crash_nth(fake, n);
    (void)lifecycle_run(fake_system(fake), LIFE_FILE);
    fake_crash_nth(fake, 0);
    return fake_can_fail_calls(fake) - before < n;
}

/* Restoring, saving, and the stop: the content is the one that was saved, or the one after it. */
static void killed_while_it_restores_or_saves(void **state)
{
    bool whole = false;
    size_t n;

    for (n = 1; !whole; n++) {
        struct fake_disk *disk;

        life_end(state);
        set_up(state);
        life_run(kept, write_second, 2);
        whole = restore_and_kill(n);
        disk = fake_take_disk(fake);
        /* Another machine with the same disk: of this one, nothing is left but the files. */
        life_end(state);
        set_up(state);
        fake_use_disk(fake, disk);
        fake_boot(fake, "boot-3");
        life_run(kept, look, 2);
        if (strcmp(found, "second") != 0 && !(wrote && strcmp(found, "third") == 0))
            fail_msg("killed at call %zu: the content is %s", n, found);
        assert_int_equal(count(EVENT_COPY_NONE) + count(EVENT_COPY_OLDER), 0);
        assert_int_equal(count(EVENT_COPY_RESTORED), 1);
    }
    assert_in_range(n, 30, 300);
    assert_string_equal(found, "third");
}

static void nothing(size_t number)
{
    (void)number;
}

/* Wherever the last write of the state was cut: what the keeper holds is found again. */
static void killed_in_the_middle_of_a_line_of_its_state(void **state)
{
    size_t cut, length, least;
    char *text;

    (void)state;
    fake_release(fake, false);
    life_run(kept, write_second, 2);
    text = string_copy(fake_state_text(fake, STATE_FILE));
    assert_non_null(text);
    length = strlen(text);
    least = length > 50 ? length - 50 : 1;
    for (cut = length - 1; cut >= least; cut--) {
        bool line = text[cut - 1] == '\n';

        text[cut] = '\0';
        fake_state_file(fake, STATE_FILE, text);
        fake_forget_events(fake);
        found = NULL;
        life_run(kept, look, 2);
        assert_string_equal(found, "second");
        assert_int_equal(count(EVENT_OBJECTS_LOST) + count(EVENT_OBJECT_CONFLICT), 0);
        /* A file that ends with a line is an older one, and whole. */
        assert_int_equal(count(EVENT_STATE_DAMAGED), line ? 0 : 1);
    }
    free(text);
    fake_release(fake, true);
    life_run(kept, nothing, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, life_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(killed_while_it_restores_or_saves),
        TEST(killed_in_the_middle_of_a_line_of_its_state),
    };

    return cmocka_run_group_tests_name("test_lifecycle_killed", tests, NULL, NULL);
}
