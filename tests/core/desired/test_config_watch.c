/* Which files are watched, and what is said where they cannot be. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "config_watch.h"
#include "fake_system.h"

#define MAIN    "C:\\cfg\\main.yaml"
#define MUTEXES "defaults: { access: { read: Users } }\nmutexes: "

static struct fake *fake;
static struct system port;
static struct cfg_messages messages;
static struct config_files c;

/* What the port was asked last. */
static char watched[512];
static enum sys_status answer;

static enum sys_status record(void *self, const char *const *paths, size_t count,
                              struct sys_failure *why)
{
    size_t i, used = 0;

    (void)self;
    watched[0] = '\0';
    for (i = 0; i < count; i++)
        used += (size_t)snprintf(watched + used, sizeof(watched) - used, "%s\n", paths[i]);
    failure_copy(why, &(struct sys_failure){5, "ReadDirectoryChangesW", "no"});
    return answer;
}

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    port = *fake_system(fake);
    port.files.watch = record;
    answer = SYS_OK;
    strcpy(watched, "nobody asked\n");
    cfg_messages_init(&messages);
    memset(&c, 0, sizeof(c));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    config_files_free(&c);
    cfg_messages_free(&messages);
    fake_free(fake);
    return 0;
}

static void begin(const char *path, const char *text)
{
    struct sys_failure why;

    fake_file(fake, MAIN, text);
    assert_int_equal(config_files_read(&port, &path, 1, CONFIG_FILES_FORGIVING, 0, &messages, &c),
                     CONFIG_FILES_OK);
    assert_int_equal(config_watch_begin(&port, path, &c, &why),
                     answer == SYS_OK || answer == SYS_NOT_FOUND);
}

/* Another one that was watched before ends with that. */
static void without_the_word_nothing_is_watched(void **state)
{
    (void)state;
    begin(MAIN, "version: 1\n" MUTEXES "{ A: }\n");
    assert_string_equal(watched, "");
}

static void the_main_file_is_watched(void **state)
{
    (void)state;
    begin(MAIN, "version: 1\nwatch: true\n" MUTEXES "{ A: }\n");
    assert_string_equal(watched, MAIN "\n");
}

static void a_relative_path_is_made_absolute(void **state)
{
    const char *path = "main.yaml";

    (void)state;
    fake_file(fake, path, "version: 1\nwatch: true\n" MUTEXES "{ A: }\n");
    begin(path, "");
    assert_string_equal(watched, "C:\\here\\main.yaml\n");
}

/* Files that are there, those left out among them, and those that may come. */
static void includes_are_watched_by_file_and_by_pattern(void **state)
{
    (void)state;
    fake_file(fake, "C:\\cfg\\conf.d\\a.yaml", "version: 1\n" MUTEXES "{ B: }\n");
    fake_file(fake, "C:\\cfg\\conf.d\\b.yaml", "version: one\n");
    begin(MAIN,
          "version: 1\nwatch: true\ninclude: [conf.d\\*.yaml, D:\\x\\*.yml]\n" MUTEXES "{ A: }\n");
    assert_string_equal(watched, MAIN "\n"
                                      "C:\\cfg\\conf.d\\a.yaml\n"
                                      "C:\\cfg\\conf.d\\b.yaml\n"
                                      "C:\\cfg\\conf.d\\*.yaml\n"
                                      "D:\\x\\*.yml\n");
}

static void what_cannot_be_watched_is_said(void **state)
{
    const struct fake_event *event;

    (void)state;
    answer = SYS_DENIED;
    begin(MAIN, "version: 1\nwatch: true\n" MUTEXES "{ A: }\n");
    assert_int_equal(fake_event_count(fake, EVENT_WATCH_FAILED), 1);
    event = fake_last_event(fake, EVENT_WATCH_FAILED);
    assert_string_equal(event->inserts[0], MAIN);
    assert_non_null(strstr(event->inserts[1], "ReadDirectoryChangesW: no"));
}

/* It is watched for, and its coming into being is a change. */
static void a_folder_that_does_not_exist_is_no_fault(void **state)
{
    (void)state;
    answer = SYS_NOT_FOUND;
    begin(MAIN, "version: 1\nwatch: true\n" MUTEXES "{ A: }\n");
    assert_int_equal(fake_event_count(fake, EVENT_WATCH_FAILED), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_the_word_nothing_is_watched),
        TEST(the_main_file_is_watched),
        TEST(a_relative_path_is_made_absolute),
        TEST(includes_are_watched_by_file_and_by_pattern),
        TEST(what_cannot_be_watched_is_said),
        TEST(a_folder_that_does_not_exist_is_no_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
