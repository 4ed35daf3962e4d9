/* shmb holders, and what info and doctor show of it: second processes that hold, lock and die. */
#include "shmb_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "shmb.h"
#include "stage_queue.h"

static const struct launch administrator = {0};
static struct directory_row *row;

static int begin(void **state)
{
    (void)state;
    stage_begin();
    row = stage_segment("ShmbTest.Data", 100, STAGE_LOCK | STAGE_NOTIFY);
    stage_row("ShmbTest.Data.lock", SHMB_MUTEX)->flags = SHMB_ENTRY_COMPANION;
    stage_segment("ShmbTest.Read", 100, STAGE_LOCK | STAGE_READ_ONLY);
    stage_segment("ShmbTest.All", 100, STAGE_LOCK | STAGE_FAST | STAGE_NOTIFY | STAGE_DOUBLE);
    stage_queue("ShmbTest.Queue", 4, 64, 0, 0);
    stage_row("ShmbTest.Mutex", SHMB_MUTEX);
    stage_publish();
    stage_object(SHMB_MUTEX, "ShmbTest.Mutex", 0, STAGE_OURS, STAGE_MUTEX_USE);
    return 0;
}

/* ---- the other processes ---- */

static int say_and_wait(void)
{
    client_say("%lu", GetCurrentProcessId());
    client_wait_for_end();
    return 0;
}

/* open KIND NAME MASK: has it open. */
static int hold_open(int argc, char **argv)
{
    HANDLE object = client_open(argv[0], argv[1], (DWORD)strtoul(argv[2], NULL, 0));

    (void)argc;
    return object != NULL ? say_and_wait() : 1;
}

/* lock NAME: has the lock of a segment. */
static int hold_lock(int argc, char **argv)
{
    shmb_segment *segment;

    (void)argc;
    if (shmb_open(argv[0], SHMB_WRITE, 0, &segment) != SHMB_OK || shmb_lock(segment, 0) < SHMB_OK)
        return 1;
    say_and_wait();
    shmb_close(segment);
    return 0;
}

/* half NAME: is in the middle of a write. */
static int hold_half(int argc, char **argv)
{
    shmb_segment *segment;

    (void)argc;
    if (shmb_open(argv[0], SHMB_WRITE, 0, &segment) != SHMB_OK || shmb_lock(segment, 0) < SHMB_OK ||
        shmb_write_begin(segment) != SHMB_OK)
        return 1;
    return say_and_wait();
}

static const struct verb verbs[] = {
    {"open", 3, hold_open}, {"lock", 1, hold_lock}, {"half", 1, hold_half}};

/* ---- */

/* Its process id, as "(process N,". */
static const char *id_of(struct child *child)
{
    static char text[64];

    snprintf(text, sizeof(text), "(process %s,", child_line(child));
    return text;
}

static const char *said;

static void run(const struct launch *how, DWORD code, const char *arguments)
{
    DWORD got = shmb_run(how, &said, "%s", arguments);

    if (got != code)
        fail_msg("shmb %s: code %lu, said:\n%s", arguments, got, said);
}

/* Some line has all of these; NULL ends them. */
static void a_line_has(const char *first, const char *second, const char *third)
{
    const char *const parts[] = {first, second, third};
    char line[8192];
    const char *at = said;

    while (*at != '\0') {
        size_t length = strcspn(at, "\n"), i;
        bool all = length < sizeof(line);

        memcpy(line, at, all ? length : 0);
        line[all ? length : 0] = '\0';
        for (i = 0; i < 3 && parts[i] != NULL; i++)
            all = all && strstr(line, parts[i]) != NULL;
        if (all)
            return;
        at += length + (at[length] == '\n');
    }
    fail_msg("no line has \"%s\" \"%s\" \"%s\":\n%s", first, second != NULL ? second : "",
             third != NULL ? third : "", said);
}

static void who_has_it_open_is_named(void **state)
{
    struct child *child = client_start(NULL, "open section Global\\ShmbTest.Data 0x4");
    const char *id = id_of(child);

    (void)state;
    run(&administrator, 0, "holders ShmbTest.Data");
    a_line_has("  open in ", id, "may: read");
    a_line_has("\\test_verb_holders.exe (process", id, "session ");
    a_line_has("  views: at most 4096 bytes; ", "error 5", NULL);
    assert_int_equal(strncmp(said, "section Global\\ShmbTest.Data\n", 29), 0);
    assert_non_null(strstr(said, "\nmutex Global\\ShmbTest.Data.lock\n  free\n"));
    assert_non_null(strstr(said, "\nevent Global\\ShmbTest.Data.changed.3\n"));
    run(&administrator, 0, "info Global\\ShmbTest.Data");
    a_line_has("  open in ", id, "may: read");
    run(&administrator, 0, "doctor ShmbTest.Data");
    a_line_has("  open in ", id, "may: read");
    run(&administrator, 0, "holders Global\\shmbtest.data --json");
    a_line_has("\"full_name\": \"Global\\\\ShmbTest.Data\"", NULL, NULL);
    a_line_has("\"view_bytes\": 4096", NULL, NULL);
    a_line_has("\"path\": ", "test_verb_holders.exe\"", NULL);
    a_line_has("\"may\": \"read\"", NULL, NULL);
    a_line_has("\"held\": false", NULL, NULL);
    a_line_has("\"owner\": null", NULL, NULL);
    child_end(child);
    run(&administrator, 0, "holders ShmbTest.Data");
    assert_null(strstr(said, id));
}

/* In this order, each on a line of its own. */
static void shows(const char *arguments, const char *const *lines)
{
    const char *at;

    run(&administrator, 0, arguments);
    for (at = said; *lines != NULL; lines++) {
        at = strstr(at, *lines);
        if (at == NULL)
            fail_msg("shmb %s: no \"%s\", or not there:\n%s", arguments, *lines, said);
    }
}

static void all_that_belongs_to_it_is_shown(void **state)
{
    static const char *const segment[] = {"section Global\\ShmbTest.All\n",
                                          "event Global\\ShmbTest.All.lock\n",
                                          "  a fast lock",
                                          "event Global\\ShmbTest.All.changed.0\n",
                                          "event Global\\ShmbTest.All.changed.3\n",
                                          "section Global\\ShmbTest.All.snapshots\n",
                                          NULL};
    static const char *const queue[] = {
        "section Global\\ShmbTest.Queue\n", "event Global\\ShmbTest.Queue.lock\n",
        "event Global\\ShmbTest.Queue.items\n", "event Global\\ShmbTest.Queue.room\n", NULL};

    (void)state;
    shows("holders ShmbTest.All", segment);
    shows("info ShmbTest.All", segment);
    shows("holders ShmbTest.Queue", queue);
    shows("info ShmbTest.Queue", queue);
}

static void a_program_of_the_other_bitness_is_named(void **state)
{
    struct child *child;

    (void)state;
    if (getenv("SHMB_OTHER_BIN") == NULL)
        skip();
    child = client_start_other(NULL, "open section Global\\ShmbTest.Data 0x6");
    (void)id_of(child);
    run(&administrator, 0, "holders ShmbTest.Data");
    a_line_has("test_verb_holders.exe (process", "may: read and write", NULL);
    child_end(child);
}

/* What the broker does not hold: a stranger's object, one of the broker's names, a retired one. */
static void any_name_will_do(void **state)
{
    HANDLE event = stage_object(SHMB_EVENT, "ShmbTest.Foreign", 0, STAGE_STRANGER, 0x120003);
    struct child *child = client_start(NULL, "open event Global\\ShmbTest.Foreign 0x100000");
    const char *id = id_of(child);

    (void)state;
    run(&administrator, 0, "holders ShmbTest.Foreign");
    a_line_has("event Global\\ShmbTest.Foreign", NULL, NULL);
    a_line_has("  open in ", id, NULL);
    stage_close(event); /* now nobody else has it */
    run(&administrator, 0, "holders ShmbTest.Foreign");
    a_line_has("  open in ", id, NULL);
    child_end(child);
    shmb_expect_line(1, "ShmbTest.Foreign: no object has this name", "holders ShmbTest.Foreign");
    run(&administrator, 0, "holders ShmBroker.Directory");
    a_line_has("section Global\\ShmBroker.Directory", NULL, NULL);
    run(&administrator, 0, "holders Global\\ShmBroker.Directory");
    shmb_expect_line(2, "Globl\\X: not a valid object name; write Global\\X", "holders Globl\\X");
    shmb_expect_line(2, "a\\b: the name contains a backslash", "holders a\\b");
}

static void who_has_the_lock_is_named_and_since_when(void **state)
{
    struct child *child = client_start(NULL, "lock ShmbTest.Data");
    const char *id = id_of(child);

    (void)state;
    run(&administrator, 0, "holders ShmbTest.Data");
    a_line_has("  locked by ", id, ", since 20");
    a_line_has("  open in ", id, "may: read and write");
    a_line_has("  open in ", id, "may: wait and release"); /* the lock */
    run(&administrator, 0, "holders ShmbTest.Data.lock");
    a_line_has("  locked by ", id, ", since 20");
    run(&administrator, 0, "doctor ShmbTest.Data");
    a_line_has("note  lock-held: ", id, ", since 20");
    run(&administrator, 0, "info ShmbTest.Data");
    a_line_has("  locked by ", id, ", since 20");
    run(&administrator, 0, "holders ShmbTest.Data --json");
    a_line_has("\"held\": true", NULL, NULL);
    a_line_has("\"since\": \"20", NULL, NULL);
    /* Who waits for it in vain is told, too. */
    run(&shmb_user, 124, "lock ShmbTest.Data --timeout 0 -- cmd");
    a_line_has("ShmbTest.Data: timed out; Global\\ShmbTest.Data.lock is locked by ", id,
               "since 20");
    run(&shmb_user, 124, "mutex lock ShmbTest.Data.lock --timeout 0 -- cmd");
    a_line_has("ShmbTest.Data.lock: timed out; ", id, NULL);
    run(&shmb_user, 4, "write ShmbTest.Data --text x --timeout 0");
    a_line_has("ShmbTest.Data: timed out; ", id, "see shmb holders ShmbTest.Data.lock");
    /* It was not taken in passing. */
    assert_string_equal(client_line(NULL, "take Global\\ShmbTest.Data.lock 0"), "timeout");
    child_end(child);
    assert_string_equal(client_line(NULL, "take Global\\ShmbTest.Data.lock 0"), "taken");
    run(&administrator, 0, "doctor ShmbTest.Data");
    assert_null(strstr(said, "lock-"));
}

static void who_died_with_the_lock_is_named_until_repair(void **state)
{
    struct child *child = client_start(NULL, "lock ShmbTest.Data");
    const char *id = id_of(child);
    char died[64];

    (void)state;
    snprintf(died, sizeof(died), "was process %lu, thread ", strtoul(id + 9, NULL, 10));
    child_kill(child);
    run(&administrator, 0, "holders ShmbTest.Data");
    a_line_has("  free; the owner that died ", died, " as it wrote itself");
    a_line_has("  abandoned: ", "shmb repair ShmbTest.Data", NULL);
    assert_null(strstr(said, "middle of a write"));
    /* Its number may be another process's by now, such as this one's. */
    stage_block(row)->holder = (uint64_t)GetCurrentProcessId() << 32 | 7;
    run(&administrator, 0, "holders ShmbTest.Data");
    snprintf(died, sizeof(died), "was process %lu, thread 7, since 20", GetCurrentProcessId());
    a_line_has("  free; the owner that died ", died, NULL);
    run(&administrator, 0, "holders ShmbTest.Data.lock --json");
    assert_non_null(strstr(said, "\"owner\": {"));
    a_line_has("\"path\": null", NULL, NULL);
    /* The system still has it to tell: nothing was taken. */
    assert_string_equal(client_line(NULL, "take Global\\ShmbTest.Data.lock 0"), "abandoned");
    child = client_start(NULL, "half ShmbTest.Data");
    (void)id_of(child);
    child_kill(child);
    run(&administrator, 0, "holders ShmbTest.Data");
    a_line_has("  abandoned: ", "in the middle of a write", NULL);
    run(&administrator, 0, "doctor ShmbTest.Data");
    a_line_has("note  lock-abandoned: ", NULL, NULL);
    run(&shmb_user, 0, "repair ShmbTest.Data");
    run(&administrator, 0, "holders ShmbTest.Data");
    assert_null(strstr(said, "abandoned"));
}

static void a_mutex_alone(void **state)
{
    struct child *child = client_start(NULL, "hold Global\\ShmbTest.Mutex");

    (void)state;
    child_expect(child, "holding");
    run(&administrator, 0, "holders ShmbTest.Mutex");
    a_line_has("  locked", NULL, NULL);
    child_kill(child);
    run(&administrator, 0, "holders ShmbTest.Mutex");
    a_line_has("  abandoned: an owner died while it held the mutex", NULL, NULL);
    run(&administrator, 0, "doctor ShmbTest.Mutex");
    a_line_has("note  lock-abandoned: ", "WAIT_ABANDONED", NULL);
    a_line_has("note  always-exists: ", "ERROR_ALREADY_EXISTS", NULL);
    assert_string_equal(client_line(NULL, "take Global\\ShmbTest.Mutex 0"), "abandoned");
}

/* A writer may write anything there: it is told as its word, and harms nobody. */
static void what_a_writer_says_of_the_lock_is_only_its_word(void **state)
{
    static const uint64_t words[] = {0,
                                     1,
                                     UINT64_C(4) << 32,
                                     UINT64_C(0xFFFFFFFF) << 32 | 7,
                                     UINT64_MAX,
                                     UINT64_C(0x80000000) << 32};
    struct child *child = client_start(NULL, "hold Global\\ShmbTest.Data.lock");
    char line[128];
    size_t i;

    (void)state;
    child_expect(child, "holding");
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        stage_block(row)->holder = words[i];
        stage_block(row)->since = words[i];
        run(&administrator, 0, "holders ShmbTest.Data");
        a_line_has("  locked", NULL, NULL);
        assert_null(strstr(said, "since 0000"));
        run(&administrator, 0, "holders ShmbTest.Data --json");
    }
    if (!support_wine()) { /* Windows tells the owner */
        child_end(child);
        return;
    }
    /* A process that began after that time is not the one that took the lock. */
    stage_block(row)->holder = (uint64_t)GetCurrentProcessId() << 32 | 7;
    stage_block(row)->since = 1;
    snprintf(line, sizeof(line), "  locked by process %lu, thread 7, since 1601-01-01 ",
             GetCurrentProcessId());
    run(&administrator, 0, "holders ShmbTest.Data");
    a_line_has(line, " as it wrote itself", "(as its owner wrote");
    stage_block(row)->since = UINT64_C(0x7000000000000000);
    run(&administrator, 0, "holders ShmbTest.Data");
    a_line_has("  locked by ", "test_verb_holders.exe (process ", "(as its owner wrote");
    child_end(child);
}

/* A user is told what he may not see, and sees the rest. */
static void a_user_sees_what_he_may(void **state)
{
    struct child *child = client_start(NULL, "lock ShmbTest.Data");
    const char *id = id_of(child);

    (void)state;
    run(&shmb_user, 0, "holders ShmbTest.Data");
    a_line_has("  locked by ", id, NULL);
    child_end(child);
    run(&shmb_user, 0, "holders ShmbTest.Read");
    a_line_has("  you may not query the lock", NULL, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, stage_queues_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_has_it_open_is_named),
        TEST(all_that_belongs_to_it_is_shown),
        TEST(a_program_of_the_other_bitness_is_named),
        TEST(any_name_will_do),
        TEST(who_has_the_lock_is_named_and_since_when),
        TEST(who_died_with_the_lock_is_named_until_repair),
        TEST(a_mutex_alone),
        TEST(what_a_writer_says_of_the_lock_is_only_its_word),
        TEST(a_user_sees_what_he_may),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests_name("test_verb_holders", tests, NULL, NULL);
}
