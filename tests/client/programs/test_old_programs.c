/*
 * Programs of the nineties on objects that the broker holds: alone, several at
 * once, and beside clients of the library.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opened.h"
#include "record.h"

#define FOX  "Global\\ShmbTest.Fox 1024"
#define LOCK "Global\\sync_ShmbTest.Fox"
#define BIG  "Global\\ShmbTest.FoxBig 60000"
#define SEEN "40" /* records of each writer, before a reader is content */

static const char configuration[] =
    "version: 1\n"
    "defaults:\n"
    "  access: { full: [Interactive] }\n"
    "segments:\n"
    "  ShmbTest.Fox:   { size: 1024, lock: { name: sync_ShmbTest.Fox } }\n"
    "  ShmbTest.FoxBig: { size: 60000, lock: { name: sync_ShmbTest.FoxBig } }\n"
    "  ShmbTest.Hello: { size: 4096 }\n"
    "  ShmbTest.Msdn:  { size: 512 }\n"
    "  ShmbTest.FoxWrite:\n"
    "    size: 1024\n"
    "    lock: { name: sync_ShmbTest.FoxWrite }\n"
    "    access: { write: [Interactive] }\n"
    "  ShmbTest.FoxHalf:\n" /* the section would do, the lock does not */
    "    size: 1024\n"
    "    lock: none\n"
    "  ShmbTest.PlainWrite: { size: 4096, access: { write: [Interactive] } }\n"
    "mutexes:\n"
    "  sync_ShmbTest.FoxHalf: { access: { write: [Interactive] } }\n";

static struct child *broker;

/* ---- clients of the library ---- */

struct segment {
    shmb_segment *handle;
    unsigned char record[60000]; /* long enough that a missing lock shows */
    uint64_t size;
};

static struct segment *segment_open(const char *name, uint32_t rights)
{
    static struct segment segment;
    int32_t result = shmb_open(name, rights, 0, &segment.handle);

    if (result == SHMB_OK)
        result = shmb_size(segment.handle, &segment.size);
    if (result == SHMB_OK && segment.size == sizeof(segment.record))
        return &segment;
    client_say("open: %ld", (long)result);
    return NULL;
}

/* lib-pump NAME LETTER: as old_foxpro's pump, until it is killed. */
static int lib_pump(int argc, char **argv)
{
    struct segment *segment = segment_open(argv[0], SHMB_WRITE);
    int32_t result;
    uint32_t count = 0;

    (void)argc;
    if (segment == NULL)
        return 1;
    do {
        record_fill(segment->record, sizeof(segment->record), argv[1][0], count);
        result = shmb_update(segment->handle, 0, segment->record, sizeof(segment->record),
                             SUPPORT_DEADLINE_MS, NULL);
        if (count++ == 0)
            client_say("writing");
    } while (result == SHMB_OK);
    client_say("update: %ld", (long)result);
    return 1;
}

/* lib-watch NAME LETTERS COUNT: as old_foxpro's watch. */
static int lib_watch(int argc, char **argv)
{
    static struct record_tally tally;
    struct segment *segment = segment_open(argv[0], SHMB_WRITE);
    unsigned wanted = (unsigned)strtoul(argv[2], NULL, 0);
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;

    (void)argc;
    if (segment == NULL)
        return 1;
    while (!record_enough(&tally, argv[1], wanted) && GetTickCount64() < until) {
        int32_t result = shmb_lock(segment->handle, SUPPORT_DEADLINE_MS);

        if (result == SHMB_OK)
            result = shmb_read(segment->handle, 0, segment->record, sizeof(segment->record), NULL);
        if (result == SHMB_OK)
            result = shmb_unlock(segment->handle);
        if (result != SHMB_OK) {
            client_say("lock, read, unlock: %ld", (long)result);
            return 1;
        }
        record_count(&tally, segment->record, sizeof(segment->record));
    }
    client_say(record_enough(&tally, argv[1], wanted) ? "%u torn"
                                                      : "not seen often enough, %u torn",
               tally.torn);
    shmb_close(segment->handle);
    return 0;
}

/* lib-text NAME: the text at the start of a segment. */
static int lib_text(int argc, char **argv)
{
    shmb_segment *segment;
    char text[300] = "";
    int32_t result = shmb_open(argv[0], SHMB_READ, 0, &segment);

    (void)argc;
    if (result == SHMB_OK)
        result = shmb_read(segment, 0, text, sizeof(text) - 1, NULL);
    if (result != SHMB_OK)
        client_say("error %ld", (long)result);
    else
        client_say("%s", text);
    return 0;
}

/* lib-put NAME TEXT: the other way round. */
static int lib_put(int argc, char **argv)
{
    shmb_segment *segment;
    int32_t result = shmb_open(argv[0], SHMB_WRITE, 0, &segment);

    (void)argc;
    if (result == SHMB_OK)
        result = shmb_update(segment, 0, argv[1], strlen(argv[1]) + 1, SUPPORT_DEADLINE_MS, NULL);
    client_say("%ld", (long)result);
    return 0;
}

/* ---- the tests' side ---- */

static int start_broker(void **state)
{
    (void)state;
    broker = broker_run_session0(configuration);
    child_keep(broker);
    return 0;
}

static int stop_broker(void **state)
{
    (void)state;
    if (broker != NULL)
        child_kill(broker);
    return 0;
}

/* Kills whoever is left, and takes the lock once for all that died with it. */
static int end_test(void **state)
{
    support_teardown(state);
    client_line(NULL, "take " LOCK " %u", SUPPORT_DEADLINE_MS);
    return support_teardown(state);
}

/* A standard user, in another session where that can be had. */
static struct launch user_in(const char *session)
{
    struct launch how = {.session = support_wine() ? session : NULL, .standard_user = true};

    return how;
}

static struct child *start_old(const char *session, const char *program, const char *arguments)
{
    struct launch how = user_in(session);

    return child_start(&how, "\"%s\" %s", support_sibling(program), arguments);
}

static struct child *fox(const char *session, const char *arguments)
{
    return start_old(session, "old_foxpro.exe", arguments);
}

/* Runs an old program to its end: exactly this line, and this exit code. */
static void run_old(const char *session, const char *program, const char *arguments,
                    const char *line, DWORD code)
{
    struct child *child = start_old(session, program, arguments);

    child_expect(child, line);
    assert_int_equal(child_end(child), code);
}

static void run_fox(const char *session, const char *arguments, const char *line)
{
    run_old(session, "old_foxpro.exe", arguments, line, 0);
}

static const char *lib_line(const char *session, const char *arguments)
{
    struct launch how = user_in(session);

    return client_line(&how, "%s", arguments);
}

static struct child *lib(const char *session, const char *arguments)
{
    struct launch how = user_in(session);

    return client_start(&how, "%s", arguments);
}

/* Old writers go when their input ends, those of the library are killed. */
static void end_writer(struct child *child, bool old)
{
    if (old)
        assert_int_equal(child_end(child), 0);
    else
        child_kill(child);
}

static void expect_none_torn(struct child *watcher)
{
    child_expect(watcher, "0 torn");
    assert_int_equal(child_end(watcher), 0);
}

/* ---- the FoxPro class ---- */

static void foxpro_passes_text_between_sessions(void **state)
{
    (void)state;
    run_fox("1", FOX " write \"from the first\" 0", "14 bytes");
    run_fox("2", FOX " read 1024 0", "from the first");
    run_fox("2", FOX " read 4 5", "the ");
    run_fox("7", FOX " write second 9 write ! 15", "6 bytes");
    run_fox("1", FOX " read 5000 0", "from the second!");
}

static void foxpro_cuts_at_the_end(void **state)
{
    const char *dump;

    (void)state;
    run_fox("2", FOX " write 0123456789 1020", "4 bytes");
    run_fox("2", FOX " write 0123456789 1024", "0 bytes");
    dump = lib_line("1", "dump Global\\ShmbTest.Fox");
    assert_memory_equal(dump, "4096: ", 6);
    assert_int_equal(strlen(dump), 6 + 2 * 1024); /* and nothing behind */
    assert_string_equal(dump + strlen(dump) - 8, "30313233");
}

static void foxpro_twice_at_once_tears_nothing(void **state)
{
    struct child *first = fox("1", BIG " pump A");
    struct child *second = fox("2", BIG " pump B");
    struct child *one, *two;

    (void)state;
    child_expect(first, "writing");
    child_expect(second, "writing");
    one = fox("3", BIG " watch AB " SEEN);
    two = fox("1", BIG " watch AB " SEEN);
    expect_none_torn(one);
    expect_none_torn(two);
    end_writer(first, true);
    end_writer(second, true);
}

static void foxpro_and_the_library_tear_nothing(void **state)
{
    struct child *old = fox("1", BIG " pump A");
    struct child *new = lib("2", "lib-pump ShmbTest.FoxBig B");
    struct child *old_reader, *new_reader;

    (void)state;
    child_expect(old, "writing");
    child_expect(new, "writing");
    old_reader = fox("2", BIG " watch AB " SEEN);
    new_reader = lib("1", "lib-watch ShmbTest.FoxBig AB " SEEN);
    expect_none_torn(old_reader);
    expect_none_torn(new_reader);
    end_writer(old, true);
    end_writer(new, false);
}

/* It has the lock then and does not know, until it is closed; the next attempt succeeds. */
static void foxpro_takes_an_abandoned_lock_for_a_refusal(void **state)
{
    struct child *holder = lib("1", "hold " LOCK);
    struct child *old;

    (void)state;
    child_expect(holder, "holding");
    child_kill(holder);
    old = fox("2", FOX " write abc 0 write abc 0 wait");
    child_expect(old, "0 bytes");
    child_expect(old, "3 bytes");
    child_expect(old, "waiting");
    assert_string_equal(lib_line("1", "take " LOCK " 0"), "timeout");
    assert_int_equal(child_end(old), 0);
    assert_string_equal(lib_line("1", "take " LOCK " 0"), "taken");
}

static void foxpro_gives_up_after_five_seconds(void **state)
{
    struct child *holder = lib("1", "hold " LOCK);
    ULONGLONG start;

    (void)state;
    child_expect(holder, "holding");
    start = GetTickCount64();
    run_fox("2", FOX " write abc 0", "0 bytes");
    assert_true(GetTickCount64() - start >= 4000); /* clocks go in steps */
    assert_int_equal(child_end(holder), 0);
    run_fox("2", FOX " write abc 0", "3 bytes");
}

/* In session 0 a plain name is a global one: there the class needs no new name. */
static void foxpro_unchanged_in_session_0(void **state)
{
    (void)state;
    if (!support_wine())
        skip();
    run_fox("0", "ShmbTest.Fox 1024 write \"plain name\" 0", "10 bytes");
    run_fox("2", FOX " read 10 0", "plain name");
}

/* The class as it was published makes this name for its lock: moving it takes one more change. */
static void foxpro_lock_must_not_be_named_before_global(void **state)
{
    (void)state;
    assert_string_equal(lib_line("2", "create mutex sync_Global\\ShmbTest.Fox"), "3");
}

/* ---- the article Q188535 ---- */

static void kb_passes_text_between_sessions(void **state)
{
    struct child *writer = start_old("1", "old_kb.exe", "write Global\\ShmbTest.Hello \"a b c\"");

    (void)state;
    child_expect(writer, "written");
    run_old("2", "old_kb.exe", "read Global\\ShmbTest.Hello", "String I read was: a b c", 0);
    assert_int_equal(child_end(writer), 0);
    /* In the article the text is gone now. */
    run_old("2", "old_kb.exe", "read Global\\ShmbTest.Hello", "String I read was: a b c", 0);
}

static void kb_twice_at_once(void **state)
{
    struct child *first = start_old("1", "old_kb.exe", "write Global\\ShmbTest.Hello first");
    struct child *second;

    (void)state;
    child_expect(first, "written");
    second = start_old("2", "old_kb.exe", "write Global\\ShmbTest.Hello second");
    child_expect(second, "written");
    run_old("3", "old_kb.exe", "read Global\\ShmbTest.Hello", "String I read was: second", 0);
    assert_int_equal(child_end(second), 0);
    run_old("1", "old_kb.exe", "read Global\\ShmbTest.Hello", "String I read was: second", 0);
    assert_int_equal(child_end(first), 0);
}

static void kb_and_the_library(void **state)
{
    struct child *writer;
    char line[300], expected[300];

    (void)state;
    writer = start_old("1", "old_kb.exe", "write Global\\ShmbTest.Hello \"from the article\"");
    child_expect(writer, "written");
    assert_string_equal(lib_line("2", "lib-text ShmbTest.Hello"), "from the article");
    /* The longest text that fits the reader's buffer. */
    snprintf(line, sizeof(line), "lib-put ShmbTest.Hello %0253d", 7);
    snprintf(expected, sizeof(expected), "String I read was: %0253d", 7);
    assert_string_equal(lib_line("2", line), "0");
    run_old("3", "old_kb.exe", "read Global\\ShmbTest.Hello", expected, 0);
    assert_int_equal(child_end(writer), 0);
}

/* ---- Microsoft's sample ---- */

static void msdn_passes_text_between_sessions(void **state)
{
    struct child *writer =
        start_old("1", "plain.exe", "write-msdn Global\\ShmbTest.Msdn \"Message from one\"");

    (void)state;
    assert_int_equal(child_end(writer), 0);
    run_old("2", "plain.exe", "read-msdn Global\\ShmbTest.Msdn", "Message from one", 0);
    run_old("3", "plain.exe", "read-msdn Global\\ShmbTest.Msdn", "Message from one", 0);
}

static void msdn_and_the_library(void **state)
{
    shmb_segment *segment;
    const wchar_t message[] = L"from the library";
    wchar_t text[32] = L"";

    (void)state;
    assert_int_equal(shmb_open("ShmbTest.Msdn", SHMB_WRITE, 0, &segment), SHMB_OK);
    assert_int_equal(shmb_update(segment, 0, message, sizeof(message), SUPPORT_DEADLINE_MS, NULL),
                     SHMB_OK);
    run_old("2", "plain.exe", "read-msdn Global\\ShmbTest.Msdn", "from the library", 0);
    assert_int_equal(
        child_end(start_old("2", "plain.exe", "write-msdn Global\\ShmbTest.Msdn \"and back\"")), 0);
    assert_int_equal(shmb_read(segment, 0, text, sizeof(text), NULL), SHMB_OK);
    assert_string_equal(support_narrow(text), "and back");
    shmb_close(segment);
}

/* ---- the level ---- */

static void each_of_them_needs_full(void **state)
{
    (void)state;
    run_old("2", "old_foxpro.exe", "Global\\ShmbTest.FoxWrite 1024 write abc 0",
            "CreateMutex: error 5", 1);
    run_old("2", "old_foxpro.exe", "Global\\ShmbTest.FoxHalf 1024 write abc 0",
            "CreateMutex: error 5", 1);
    run_old("2", "old_kb.exe", "write Global\\ShmbTest.PlainWrite abc",
            "CreateFileMapping: error 5", 1);
    run_old("2", "old_kb.exe", "read Global\\ShmbTest.PlainWrite", "CreateFileMapping: error 5", 1);
    run_old("2", "plain.exe", "write-msdn Global\\ShmbTest.PlainWrite abc",
            "CreateFileMapping(Global\\ShmbTest.PlainWrite): error 5", 1);
    run_old("2", "plain.exe", "read-msdn Global\\ShmbTest.PlainWrite",
            "OpenFileMapping(Global\\ShmbTest.PlainWrite): error 5", 1);
    assert_string_equal(lib_line("2", "lib-put ShmbTest.PlainWrite abc"), "0");
}

static const struct verb verbs[] = {
    {"lib-pump", 2, lib_pump},
    {"lib-watch", 3, lib_watch},
    {"lib-text", 1, lib_text},
    {"lib-put", 2, lib_put},
};

#define TEST(name) cmocka_unit_test_teardown(name, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(foxpro_passes_text_between_sessions),
        TEST(foxpro_cuts_at_the_end),
        TEST(foxpro_twice_at_once_tears_nothing),
        TEST(foxpro_and_the_library_tear_nothing),
        TEST(foxpro_takes_an_abandoned_lock_for_a_refusal),
        TEST(foxpro_gives_up_after_five_seconds),
        TEST(foxpro_unchanged_in_session_0),
        TEST(foxpro_lock_must_not_be_named_before_global),
        TEST(kb_passes_text_between_sessions),
        TEST(kb_twice_at_once),
        TEST(kb_and_the_library),
        TEST(msdn_passes_text_between_sessions),
        TEST(msdn_and_the_library),
        TEST(each_of_them_needs_full),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, start_broker, stop_broker);
}
