/*
 * Copies that somebody has taken away: the start that does not find them says so, once.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "life.h"

#define HEAD                                                                                       \
    "version: 1\n"                                                                                 \
    "defaults: { access: { write: Users } }\n"                                                     \
    "segments:\n"

static const char kept[] = HEAD "  Kept: { size: 64, lock: none, keep: reboot,\n"
                                "          initial: { text: first } }\n";
static const char not_kept[] = HEAD "  Kept: { size: 64, lock: none }\n";

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = life_begin(NULL);
    return 0;
}

static void nothing(size_t number)
{
    (void)number;
    fake_wake(fake, SYS_WAKE_SESSIONS); /* there is nothing to do */
}

static void change_content(size_t number)
{
    if (number == 1)
        memcpy(fake_find(fake, "Kept")->content, "second", 7);
    nothing(number);
}

static void take_away(const char *tail)
{
    const struct fake_file *file = fake_disk_by_tail(fake_disk(fake), tail);

    assert_non_null(file);
    fake_disk_remove(fake_disk(fake), file->name);
}

static size_t gone(void)
{
    return fake_event_count(fake, EVENT_COPIES_GONE);
}

static void all_copies_gone_are_told_once(void **state)
{
    (void)state;
    life_run(kept, nothing, 2);
    assert_int_equal(gone(), 0); /* the first start has none, and misses none */
    take_away(".copy");
    fake_boot(fake, "boot-2");
    life_run(kept, nothing, 2);
    assert_int_equal(gone(), 1);
    assert_int_equal(fake_events_about(fake, EVENT_COPIES_GONE, "Kept"), 1);
    /* It is saved again at the end of that life. */
    fake_boot(fake, "boot-3");
    life_run(kept, nothing, 2);
    assert_int_equal(gone(), 1);
    assert_int_equal(fake_event_count(fake, EVENT_COPY_RESTORED), 1);
    take_away(".copy");
    fake_boot(fake, "boot-4");
    life_run(kept, nothing, 2);
    assert_int_equal(gone(), 2);
}

/* The one before is restored: that is not the newest content. */
static void the_newest_copy_gone_is_told(void **state)
{
    (void)state;
    life_run(kept, nothing, 2);
    fake_boot(fake, "boot-2");
    life_run(kept, change_content, 2);
    take_away(".copy");
    fake_boot(fake, "boot-3");
    life_run(kept, nothing, 2);
    assert_int_equal(gone(), 0);
    assert_int_equal(fake_event_count(fake, EVENT_COPY_OLDER), 1);
    assert_non_null(strstr(fake_last_event(fake, EVENT_COPY_OLDER)->inserts[2], "it is missing"));
}

static void keep_no_longer(size_t number)
{
    if (number == 1) {
        fake_file(fake, LIFE_FILE, not_kept);
        fake_wake(fake, SYS_WAKE_RELOAD);
        return;
    }
    nothing(number);
}

/* Nobody misses the files of a segment that is saved no longer. */
static void copies_that_are_not_wanted_may_go(void **state)
{
    (void)state;
    life_run(kept, nothing, 2);
    fake_boot(fake, "boot-2");
    life_run(kept, keep_no_longer, 3);
    take_away(".copy");
    fake_boot(fake, "boot-3");
    life_run(kept, nothing, 2);
    assert_int_equal(gone(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, life_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_copies_gone_are_told_once),
        TEST(the_newest_copy_gone_is_told),
        TEST(copies_that_are_not_wanted_may_go),
    };

    return cmocka_run_group_tests_name("test_lifecycle_copies", tests, NULL, NULL);
}
