/* Starts of a broker that lack a file. The clients use plain Win32. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "processes.h"

static const struct launch alone = {.console = true, .breakaway = true};

static struct child *start(const char *file)
{
    return child_start(&alone, "\"%s\" run --allow-unsafe-config --config \"%s\"",
                       support_sibling("shmbroker.exe"), file);
}

/* Nothing but clients holds objects then. */
static void kill_both(struct child *broker)
{
    DWORD keeper = processes_child_of(child_id(broker));

    assert_int_not_equal(keeper, 0);
    processes_kill(child_id(broker));
    processes_kill(keeper);
}

static const char *configuration(const char *data, const char *other)
{
    static char text[2048];

    snprintf(text, sizeof(text),
             "version: 1\ndefaults: { access: { write: [Interactive, Users] } }\nsegments:\n"
             "  ShmbTest.Data: { size: 100, lock: none, initial: { file: '%s' } }\n"
             "  ShmbTest.Other: { size: 100, lock: none, initial: { file: '%s' } }\n",
             data, other);
    return support_file(text);
}

/* The files of two segments are gone; a client has one of the segments open. */
static void a_missing_initial_file_is_the_trouble_of_one_segment(void **state)
{
    const char *data = support_file("first"), *other = support_file("other");
    const char *file = configuration(data, other), *again = support_file("again");
    struct child *broker = start(file), *client;
    char line[1024];

    (void)state;
    child_find(broker, "info 100:", SUPPORT_DEADLINE_MS);
    client = client_start(NULL, "write-wait Global\\ShmbTest.Data 0 mine");
    child_expect(client, "written");
    kill_both(broker);
    assert_true(DeleteFileW(support_wide(data)) && DeleteFileW(support_wide(other)));
    broker = start(file);
    child_find(broker, "warning 202:", SUPPORT_DEADLINE_MS);
    snprintf(
        line, sizeof(line),
        "error 301: The section Global\\ShmbTest.Other could not be created: CreateFileW: '%s' "
        "cannot be read: ",
        other);
    child_find(broker, line, SUPPORT_DEADLINE_MS);
    child_find(broker, "warning 101:", SUPPORT_DEADLINE_MS);
    assert_string_equal(client_line(NULL, "dump Global\\ShmbTest.Data"), "4096: 6d696e6574");
    assert_string_equal(client_line(NULL, "open section Global\\ShmbTest.Other 4"), "2");
    /* With one step, for it is read at any time. */
    assert_true(MoveFileW(support_wide(again), support_wide(other)));
    child_find(broker, "info 302: The section Global\\ShmbTest.Other", SUPPORT_DEADLINE_MS);
    assert_string_equal(client_line(NULL, "dump Global\\ShmbTest.Other"), "4096: 616761696e");
    kill_both(broker);
    child_end(client);
}

#define TEST(name) cmocka_unit_test_teardown(name, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_missing_initial_file_is_the_trouble_of_one_segment),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_verb_run_lacking", tests, NULL, NULL);
}
