/* shmb watch, wait, top: against the real broker, writes by the library and without it. */
#include "shmb_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shmb.h"

static const char configuration[] =
    "version: 1\n"
    "defaults: { access: { read: [Users], write: [Interactive] } }\n"
    "segments:\n"
    "  ShmbTest.Told:  { size: 1000, notify: true }\n"
    "  ShmbTest.Quiet: { size: 1000 }\n"
    "mutexes:\n"
    "  ShmbTest.One: { access: { write: [Interactive] } }\n"
    "events:\n"
    "  ShmbTest.Stop: { reset: manual }\n"
    "semaphores:\n"
    "  ShmbTest.Five: { initial: 0, maximum: 5 }\n";

static int start_broker(void **state)
{
    *state = broker_run_session0(configuration);
    return 0;
}

/* As a program without the library writes. */
static void plain_write(const wchar_t *name, size_t offset, const char *text)
{
    HANDLE section = OpenFileMappingW(FILE_MAP_WRITE, FALSE, name);
    uint8_t *view = section != NULL ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;

    assert_non_null(view);
    memcpy(view + offset, text, strlen(text));
    UnmapViewOfFile(view);
    CloseHandle(section);
}

static void library_bytes(const char *name, uint64_t offset, const char *bytes, size_t count)
{
    shmb_segment *segment;

    assert_int_equal(shmb_open(name, SHMB_WRITE, 0, &segment), SHMB_OK);
    assert_int_equal(shmb_update(segment, offset, bytes, count, SHMB_INFINITE, NULL), SHMB_OK);
    shmb_close(segment);
}

static void library_write(const char *name, uint64_t offset, const char *text)
{
    library_bytes(name, offset, text, strlen(text));
}

/* A line with the time and this change number. */
static void expect_change(struct child *child, const char *number)
{
    const char *line = child_line(child);
    int parts[7];

    assert_non_null(line);
    assert_int_equal(sscanf(line, "%4d-%2d-%2d %2d:%2d:%2d.%3d", &parts[0], &parts[1], &parts[2],
                            &parts[3], &parts[4], &parts[5], &parts[6]),
                     7);
    assert_string_equal(line + 23, number);
}

/* Without notify, that is said, with what to do. */
static void expect_note(struct child *child)
{
    const char *line = child_line(child);

    if (line == NULL || strstr(line, "ShmbTest.Quiet: note: ") == NULL ||
        strstr(line, "configure notify: true") == NULL)
        fail_msg("%s", line != NULL ? line : "nothing");
}

static void each_change_is_shown(void **state)
{
    static const char *const names[] = {"ShmbTest.Told", "ShmbTest.Quiet"};
    static const wchar_t *const wide[] = {L"Global\\ShmbTest.Told", L"Global\\ShmbTest.Quiet"};
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        struct child *child =
            shmb_start(&shmb_user, "watch %s --offset 4 --count 100 --times 3", names[i]);
        char line[64];

        snprintf(line, sizeof(line), "%s: watching 100 bytes", names[i]);
        child_expect(child, line);
        if (i == 1)
            expect_note(child);
        library_write(names[i], 0, "xxxx1.25");
        expect_change(child, "  change 1");
        child_expect(child, "  00000004 +4  31 2e 32 35  |1.25|");
        plain_write(wide[i], 50, "12345678901234567890");
        expect_change(child, "  change 1");
        child_expect(child, "  00000032 +20  31 32 33 34 35 36 37 38 39 30 31 32 33 34 35 36 ...  "
                            "|1234567890123456|");
        library_write(names[i], 4, "1.25");
        expect_change(child, "  change 2");
        child_expect(child, "  the same bytes again");
        assert_null(child_line(child));
        assert_int_equal(child_end(child), 0);
    }
}

/* One process shows both, each line with its name. */
static void several_segments_are_watched_at_once(void **state)
{
    struct child *child = shmb_start(&shmb_user, "watch ShmbTest.Told ShmbTest.Quiet --count 100");
    const char *line;

    (void)state;
    child_expect(child, "ShmbTest.Told: watching 100 bytes");
    child_expect(child, "ShmbTest.Quiet: watching 100 bytes");
    expect_note(child);
    library_write("ShmbTest.Told", 0, "1.25");
    line = child_line(child);
    assert_non_null(line);
    assert_int_equal(strncmp(line, "ShmbTest.Told: 20", 17), 0);
    assert_non_null(strstr(line, "  change 1"));
    child_expect(child, "ShmbTest.Told:   00000000 +4  31 2e 32 35  |1.25|");
    plain_write(L"Global\\ShmbTest.Quiet", 9, "x");
    line = child_line(child);
    assert_non_null(line);
    assert_int_equal(strncmp(line, "ShmbTest.Quiet: 20", 18), 0);
    child_expect(child, "ShmbTest.Quiet:   00000009 +1  78  |x|");
    library_write("ShmbTest.Told", 0, "1.25");
    child_find(child, "ShmbTest.Told: 20", SUPPORT_DEADLINE_MS);
    child_expect(child, "ShmbTest.Told:   the same bytes again");
    child_kill(child);
    shmb_expect_line(1, "ShmbTest.None: ", "watch ShmbTest.None ShmbTest.Told");
    assert_int_equal(shmb_run(&shmb_user, &line, "watch ShmbTest.Told ShmbTest.Quiet --timeout 1"),
                     4);
    assert_non_null(strstr(line, "shmb: watch: timed out"));
    assert_int_equal(shmb_run(&shmb_user, &line, "watch ShmbTest.Told ShmbTest.None --quiet"), 1);
}

#define MANY 70 /* more than one call waits for */

static const char many_configuration[] = "version: 1\n"
                                         "defaults: { access: { write: [Interactive] } }\n"
                                         "segments:\n";

static int start_many(void **state)
{
    char text[8192];
    int i;

    snprintf(text, sizeof(text), "%s", many_configuration);
    for (i = 0; i < MANY; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "  ShmbTest.N%d: { size: 16, notify: true }\n", i);
    *state = broker_run_session0(text);
    return 0;
}

static void more_are_watched_than_one_call_waits_for(void **state)
{
    char arguments[4096] = "watch", name[32], begin[48];
    struct child *child;
    int i;

    (void)state;
    for (i = 0; i < MANY; i++)
        snprintf(arguments + strlen(arguments), sizeof(arguments) - strlen(arguments),
                 " ShmbTest.N%d", i);
    child = shmb_start(&shmb_user, "%s", arguments);
    for (i = 0; i < MANY; i++)
        assert_non_null(child_line(child));
    for (i = MANY - 1; i >= 0; i -= 23) {
        snprintf(name, sizeof(name), "ShmbTest.N%d", i);
        library_write(name, 0, "a");
        snprintf(begin, sizeof(begin), "%s: 20", name);
        child_find(child, begin, SUPPORT_DEADLINE_MS);
        snprintf(begin, sizeof(begin), "%s:   00000000 +1  61  |a|", name);
        child_expect(child, begin);
    }
    child_kill(child);
}

static void many_ranges_are_counted(void **state)
{
    struct child *child = shmb_start(&shmb_user, "watch ShmbTest.Quiet --times 1");
    char text[1001];
    const char *line;
    size_t i, lines = 0;

    (void)state;
    child_expect(child, "ShmbTest.Quiet: watching 1000 bytes");
    expect_note(child);
    memset(text, 0, sizeof(text));
    for (i = 0; i < 20; i++)
        text[i * 10] = 'x';
    library_bytes("ShmbTest.Quiet", 0, text, 1000);
    expect_change(child, "  change 1");
    while ((line = child_line(child)) != NULL && strncmp(line, "  and ", 6) != 0)
        lines++;
    assert_int_equal(lines, 16);
    assert_string_equal(line, "  and 4 more");
    assert_int_equal(child_end(child), 0);
}

/* ---- numbers and bytes ---- */

#define COUNTER_DIGITS 8
#define COUNTER_TIMES  500

/* count: each change writes its own number, as fast as can be, until its input is closed. */
static int count(int argc, char **argv)
{
    char digits[COUNTER_DIGITS + 1];
    shmb_segment *segment;
    uint64_t number;
    DWORD left;
    int32_t result = shmb_open("ShmbTest.Told", SHMB_WRITE, 0, &segment);

    (void)argc;
    (void)argv;
    while (result == SHMB_OK &&
           PeekNamedPipe(GetStdHandle(STD_INPUT_HANDLE), NULL, 0, NULL, &left, NULL)) {
        result = shmb_change_number(segment, &number);
        snprintf(digits, sizeof(digits), "%08u", (unsigned)(number + 1));
        if (result == SHMB_OK)
            result = shmb_update(segment, 0, digits, COUNTER_DIGITS, SUPPORT_DEADLINE_MS, NULL);
    }
    shmb_close(segment);
    return result != SHMB_OK;
}

/* "  00000006 +2  31 32  |12|": puts these bytes into their place. */
static void apply_range(const char *line, char digits[COUNTER_DIGITS])
{
    unsigned long offset, length, i;
    char *at;

    if (sscanf(line, "  %lx +%lu", &offset, &length) != 2 || offset >= COUNTER_DIGITS ||
        length > COUNTER_DIGITS - offset)
        fail_msg("no range: %s", line);
    at = strchr(strchr(line, '+'), ' ');
    for (i = 0; i < length; i++)
        digits[offset + i] = (char)strtoul(at, &at, 16);
}

static void every_number_has_its_bytes(void **state)
{
    struct child *writer,
        *watch = shmb_start(&shmb_user, "watch ShmbTest.Told --count %d --times %d", COUNTER_DIGITS,
                            COUNTER_TIMES);
    char digits[COUNTER_DIGITS] = {0}, wanted[COUNTER_DIGITS + 1] = "";
    const char *line, *number;
    int changes = 0;

    (void)state;
    child_expect(watch, "ShmbTest.Told: watching 8 bytes");
    writer = client_start(&shmb_user, "count"); /* the first one changes all bytes */
    while ((line = child_line(watch)) != NULL) {
        number = strstr(line, "  change ");
        if (number == NULL) {
            apply_range(line, digits);
            continue;
        }
        if (changes++ > 0)
            assert_memory_equal(digits, wanted, COUNTER_DIGITS);
        snprintf(wanted, sizeof(wanted), "%08u", (unsigned)atoi(number + 9));
    }
    assert_int_equal(changes, COUNTER_TIMES);
    assert_int_equal(child_end(watch), 0);
    assert_int_equal(child_end(writer), 0);
}

static void nothing_changes_in_time(void **state)
{
    const char *said;

    (void)state;
    assert_int_equal(shmb_run(&shmb_user, &said, "watch ShmbTest.Told --timeout 1"), 4);
    assert_non_null(strstr(said, "timed out"));
    shmb_expect_line(4, "timed out", "wait ShmbTest.Quiet --timeout 0");
    shmb_expect_line(1, "beyond the end", "watch ShmbTest.Told --offset 1000");
    shmb_expect_line(1, "holds no object", "watch ShmbTest.None");
    shmb_expect_line(1, "holds no object", "wait ShmbTest.None");
}

static void ctrl_c_ends_it_well(void **state)
{
    static const struct launch console = {.console = true};
    struct child *child = shmb_start(&console, "watch ShmbTest.Told");

    (void)state;
    child_expect(child, "ShmbTest.Told: watching 1000 bytes");
    child_interrupt(child);
    assert_int_equal(child_end(child), 0);
}

static volatile LONG writing;

static DWORD WINAPI write_on(void *argument)
{
    HANDLE section = OpenFileMappingW(FILE_MAP_WRITE, FALSE, L"Global\\ShmbTest.Quiet");
    volatile LONG *view = section != NULL ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;

    (void)argument;
    while (view != NULL && writing)
        if (InterlockedIncrement(view) % 64 == 0)
            Sleep(1);
    UnmapViewOfFile((const void *)(uintptr_t)view);
    CloseHandle(section);
    return view != NULL;
}

static void wait_waits_for_any_kind(void **state)
{
    HANDLE mutex, thread;
    DWORD code;

    (void)state;
    shmb_expect_line(4, "timed out", "wait ShmbTest.Stop --timeout 0");
    shmb_expect(0, "", "event set ShmbTest.Stop");
    shmb_expect(0, "", "wait ShmbTest.Stop");
    shmb_expect_line(4, "timed out", "wait ShmbTest.Five --timeout 0");
    shmb_expect(0, "", "semaphore release ShmbTest.Five");
    shmb_expect(0, "", "wait ShmbTest.Five --timeout 0");
    shmb_expect(0, "", "wait ShmbTest.Five --timeout 0"); /* it was given back */
    assert_int_equal(shmb_open_object("ShmbTest.One", SHMB_KIND_MUTEX, SHMB_WRITE, 0, &mutex),
                     SHMB_OK);
    assert_int_equal(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    shmb_expect_line(4, "timed out", "wait ShmbTest.One --timeout 0");
    ReleaseMutex(mutex);
    shmb_expect(0, "", "wait ShmbTest.One --timeout 0");
    CloseHandle(mutex);
    writing = 1;
    thread = CreateThread(NULL, 0, write_on, NULL, 0, NULL);
    assert_non_null(thread);
    shmb_expect_line(0, "configure notify: true", "wait ShmbTest.Quiet");
    writing = 0;
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    assert_int_equal(code, 1);
}

static const char head[] = "   changes/s        change           bytes  state     segment";

/* The next table of top: how often this segment, if it stands first, has changed; else 0. */
static unsigned first_in_table(struct child *child, const char *name, double *rate)
{
    char held[32], segment[64];
    unsigned changes;

    child_expect(child, "");
    child_expect(child, head);
    if (sscanf(child_line(child), "%lf %u 1000 %31s %63s", rate, &changes, held, segment) != 4 ||
        strcmp(segment, name) != 0)
        changes = 0;
    assert_non_null(child_line(child)); /* the other one */
    return changes;
}

/* However long a table takes: one of them has the change in its time. */
static void the_busiest_stands_first(void **state)
{
    ULONGLONG start = GetTickCount64();
    struct child *child = shmb_start(&shmb_user, "top --every 200 --times 300");
    unsigned changes = 0, seen;
    double rate, seconds;

    (void)state;
    child_expect(child, head);
    child_expect(child, "           -             0            1000  held      ShmbTest.Told");
    child_expect(child, "           -             0            1000  held      ShmbTest.Quiet");
    library_write("ShmbTest.Quiet", 0, "a");
    library_write("ShmbTest.Quiet", 0, "b");
    while (changes < 2) {
        seen = first_in_table(child, "ShmbTest.Quiet", &rate);
        changes = seen != 0 ? seen : changes;
    }
    assert_int_equal(changes, 2);
    library_write("ShmbTest.Told", 0, "c");
    while (first_in_table(child, "ShmbTest.Told", &rate) != 1)
        ;
    /* One change between two tables: their time is not known, but between these. */
    seconds = (double)(GetTickCount64() - start) / 1000;
    assert_true(rate >= 1 / seconds - 0.1 && rate <= 1 / 0.15);
    child_kill(child);
}

static void top_ends_well(void **state)
{
    static const struct launch console = {.console = true};
    struct child *child = shmb_start(&console, "top");

    assert_non_null(child_line(child));
    child_interrupt(child);
    assert_int_equal(child_end(child), 0);
    shmb_expect(0, "", "top --times 0");
    child_kill(*state);
    shmb_expect_line(5, "no broker runs", "top");
}

/* Every verb that the help names is completed, with its options. */
static void shells_are_told_of_every_verb(void **state)
{
    static const char *const shells[] = {"powershell", "clink"};
    static const char *const parts[][2] = {
        {"'doctor' = @('--json', '--quiet', '--as', '--dll', '--size', '--help')",
         "'doctor' .. clink.argmatcher()"},
        {"'event wait' = @('--json', '--quiet', '--timeout', '--help')",
         "'wait' .. clink.argmatcher()"},
    };
    char help[SUPPORT_LINE_MAX], verb[32];
    const char *said, *line;
    size_t shell, i, found;

    (void)state;
    assert_int_equal(shmb_run(&shmb_user, &said, "--help"), 0);
    snprintf(help, sizeof(help), "%s", said);
    for (shell = 0; shell < 2; shell++) {
        assert_int_equal(shmb_run(&shmb_user, &said, "completion %s", shells[shell]), 0);
        for (i = 0; i < 2; i++)
            assert_non_null(strstr(said, parts[i][shell]));
        found = 0;
        for (line = help; (line = strstr(line, "\n  shmb ")) != NULL; line++) {
            const char *word = line + 8;

            if (*word < 'a' || *word > 'z')
                continue;
            snprintf(verb, sizeof(verb), "'%.*s", (int)strspn(word, "abcdefghijklmnopqrstuvwxyz"),
                     word);
            if (strstr(said, verb) == NULL)
                fail_msg("%s is missing:\n%s", verb, said);
            found++;
        }
        assert_true(found > 10);
    }
}

static int begin_stage(void **state)
{
    (void)state;
    stage_begin();
    return 0;
}

/* Who watches must let go of a segment that is to be made anew. */
static void a_segment_made_anew_ends_it(void **state)
{
    struct directory_row *row = stage_segment("ShmbTest.Anew", 100, 0);
    struct child *child;

    (void)state;
    stage_publish();
    child = shmb_start(&shmb_user, "watch ShmbTest.Anew");
    child_expect(child, "ShmbTest.Anew: watching 100 bytes");
    stage_recreate(row);
    child_find(child, "shmb: ShmbTest.Anew: ", SUPPORT_DEADLINE_MS);
    assert_int_equal(child_end(child), 1);
}

/* PowerShell ends a text also at U+2019; what follows would be a command. */
static void powershell_completes_any_name_as_one_word(void **state)
{
    struct child *child;

    (void)state;
    if (support_wine())
        skip();
    stage_segment("ShmbTest.O\xe2\x80\x99"
                  "Brien; whoami",
                  100, 0);
    stage_publish();
    child = child_start(
        NULL,
        "powershell.exe -NoProfile -NonInteractive -Command \""
        "$env:PATH = (Split-Path '%s') + ';' + $env:PATH; "
        "shmb completion powershell | Out-String | Invoke-Expression; "
        "cmd.exe /c exit 7; "
        "$text = (TabExpansion2 'shmb info ShmbTest.O' 20).CompletionMatches[0].CompletionText; "
        "$tree = [Management.Automation.Language.Parser]::ParseInput("
        "'shmb info ' + $text, [ref]$null, [ref]$null); "
        "$tree.EndBlock.Statements.Count; $text.Length; $LASTEXITCODE\"",
        support_sibling("shmb.exe"));
    child_expect(child, "1");
    child_expect(child, "27"); /* with quotes, and U+2019 twice */
    child_expect(child, "7");
    assert_int_equal(child_end(child), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_broker, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_change_is_shown),
        TEST(several_segments_are_watched_at_once),
        cmocka_unit_test_setup_teardown(more_are_watched_than_one_call_waits_for, start_many,
                                        support_teardown),
        TEST(many_ranges_are_counted),
        TEST(every_number_has_its_bytes),
        TEST(nothing_changes_in_time),
        TEST(ctrl_c_ends_it_well),
        TEST(wait_waits_for_any_kind),
        TEST(the_busiest_stands_first),
        TEST(top_ends_well),
        cmocka_unit_test(shells_are_told_of_every_verb),
        cmocka_unit_test_setup_teardown(a_segment_made_anew_ends_it, begin_stage, stage_teardown),
        cmocka_unit_test_setup_teardown(powershell_completes_any_name_as_one_word, begin_stage,
                                        stage_teardown),
    };

    static const struct verb own[] = {{"count", 0, count}};

    support_client(own, sizeof(own) / sizeof(own[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
