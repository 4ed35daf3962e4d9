/*
 * Old programs that know only a plain name, in several sessions, on objects with
 * `sessions: alias`; not a byte of them is changed.
 */
#include "processes.h"
#include "service_manager.h"

#include <winternl.h>
#include <stdio.h>
#include <string.h>

#define FOX "ShmbAlias.Fox 1024"
#define KB  "ShmbAlias.Kb"

#define OBJECTS                                                                                    \
    "version: 1\n"                                                                                 \
    "watch: true\n"                                                                                \
    "defaults:\n"                                                                                  \
    "  access: { full: [Interactive] }\n"                                                          \
    "mutexes: { sync_" KB ": {} }\n"                                                               \
    "segments:\n"                                                                                  \
    "  " KB ": { size: 4096%s }\n"                                                                 \
    "  ShmbAlias.Fox: { size: 1024, lock: { name: sync_ShmbAlias.Fox }%s }\n"

static struct child *broker;
static const char *file;

/* ---- a standard user who is there first ---- */

typedef NTSTATUS(NTAPI *create_link)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, UNICODE_STRING *);

static UNICODE_STRING counted(const wchar_t *text)
{
    UNICODE_STRING string;

    string.Buffer = (wchar_t *)(uintptr_t)text;
    string.Length = (USHORT)(wcslen(text) * sizeof(wchar_t));
    string.MaximumLength = string.Length;
    return string;
}

/* plant SESSION NAME: a link that leads to an object of its own, until the input ends. */
static int plant(int argc, char **argv)
{
    FARPROC found = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtCreateSymbolicLinkObject");
    HANDLE own =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 1024, L"ShmbAlias.Trap");
    create_link create;
    char from[200], to[200];
    UNICODE_STRING name, target;
    OBJECT_ATTRIBUTES attributes;
    HANDLE link = NULL;
    NTSTATUS status;

    (void)argc;
    memcpy(&create, &found, sizeof(create));
    snprintf(from, sizeof(from), "\\Sessions\\%s\\BaseNamedObjects\\%s", argv[0], argv[1]);
    snprintf(to, sizeof(to), "\\Sessions\\%s\\BaseNamedObjects\\ShmbAlias.Trap", argv[0]);
    name = counted(support_wide(from));
    target = counted(support_wide(to));
    InitializeObjectAttributes(&attributes, &name, 0, NULL, NULL);
    status = create(&link, 0xF0001, &attributes, &target);
    client_say(own != NULL && status >= 0 ? "planted" : "failed 0x%lx", (unsigned long)status);
    client_wait_for_end();
    return 0;
}

/* take-name NAME: an ordinary section of that name, until the input ends. */
static int take(int argc, char **argv)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 64,
                                        support_wide(argv[0]));

    (void)argc;
    client_say("%s", section != NULL && GetLastError() == 0 ? "taken" : "there already");
    client_wait_for_end();
    return 0;
}

/* find NAME: waits until the name can be opened; the broker looks every five seconds. */
static int find(int argc, char **argv)
{
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;
    HANDLE section;

    (void)argc;
    do {
        section = OpenFileMappingW(FILE_MAP_READ, FALSE, support_wide(argv[0]));
        if (section == NULL)
            Sleep(50);
    } while (section == NULL && GetTickCount64() < until);
    client_say(section != NULL ? "found" : "not found");
    return 0;
}

/* ---- the tests' side ---- */

static void write_file(const char *how)
{
    char text[1024];
    HANDLE handle;
    DWORD done;
    int length = snprintf(text, sizeof(text), OBJECTS, how, how);

    /* The broker may be reading it. */
    handle = CreateFileW(support_wide(file), GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, 0,
                         NULL);
    assert_true(handle != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(handle, text, (DWORD)length, &done, NULL));
    CloseHandle(handle);
}

static void wait_until_it_runs(void)
{
    child_find(broker, "info 100:", SUPPORT_DEADLINE_MS);
}

static void wait_until_it_runs_degraded(void)
{
    child_find(broker, "warning 103:", SUPPORT_DEADLINE_MS);
}

static void start_broker(void)
{
    const struct launch services = {.session = "0"};

    file = support_file("");
    write_file(", sessions: alias");
    broker = child_start(support_wine() ? &services : NULL,
                         "\"%s\" run --release --allow-unsafe-config --config \"%s\"",
                         support_sibling("shmbroker.exe"), file);
}

static struct launch user_in(const char *session)
{
    struct launch how = {.session = session, .standard_user = true};

    return how;
}

static struct child *start_old(const char *session, const char *program, const char *arguments)
{
    struct launch how = user_in(session);

    return child_start(&how, "\"%s\" %s", support_sibling(program), arguments);
}

static void run_old(const char *session, const char *program, const char *arguments,
                    const char *line)
{
    struct child *child = start_old(session, program, arguments);

    child_expect(child, line);
    assert_int_equal(child_end(child), 0);
}

static void run_fox(const char *session, const char *arguments, const char *line)
{
    run_old(session, "old_foxpro.exe", arguments, line);
}

static struct child *squatter(const char *session, const char *arguments, const char *line)
{
    struct launch how = user_in(session);
    struct child *child = client_start(&how, "%s", arguments);

    child_expect(child, line);
    return child;
}

/* In a session there must be a program, else there is nobody to look for. */
static void begin(void)
{
    squatter("2", "take-name ShmbAlias.Other", "taken");
    squatter("3", "take-name ShmbAlias.Other", "taken");
}

static int set_up(void **state)
{
    (void)state;
    broker = NULL;
    return 0;
}

static void foxpro_shares_by_its_plain_name(void **state)
{
    (void)state;
    if (!support_wine())
        skip();
    begin();
    start_broker();
    wait_until_it_runs();
    run_fox("2", FOX " write \"from the first\" 0", "14 bytes");
    run_fox("3", FOX " read 1024 0", "from the first");
    run_fox("3", FOX " write back 0", "4 bytes");
    run_fox("2", FOX " read 4 0", "back");
    /* And it is the very object that others know by its whole name. */
    run_fox("2", "Global\\ShmbAlias.Fox 1024 read 4 0", "back");
}

/* By its plain name, too; whichever bitness the one who has it is of. */
static void a_lock_of_one_session_keeps_out_the_others(void **state)
{
    static struct child *(*const starters[])(const struct launch *, const char *,
                                             ...) = {client_start, client_start_other};
    struct launch second = user_in("2"), third = user_in("3");
    size_t i;

    (void)state;
    if (!support_wine())
        skip();
    begin();
    start_broker();
    wait_until_it_runs();
    for (i = 0; i < (support_counterpart() != NULL ? 2u : 1u); i++) {
        struct child *holder = starters[i](&second, "hold sync_ShmbAlias.Fox"), *waiter;

        child_expect(holder, "holding");
        run_fox("3", FOX " write abc 0", "0 bytes");
        assert_string_equal(client_line(&third, "take sync_ShmbAlias.Fox 0"), "timeout");
        waiter = client_start(&third, "take sync_ShmbAlias.Fox %u", SUPPORT_DEADLINE_MS);
        assert_int_equal(child_end(holder), 0);
        child_expect(waiter, "taken");
        assert_int_equal(child_end(waiter), 0);
        run_fox("3", FOX " write abc 0", "3 bytes");
    }
}

static void the_article_shares_by_its_plain_name(void **state)
{
    struct child *writer;

    (void)state;
    if (!support_wine())
        skip();
    begin();
    start_broker();
    wait_until_it_runs();
    writer = start_old("2", "old_kb.exe", "write " KB " \"a b c\"");
    child_expect(writer, "written");
    run_old("3", "old_kb.exe", "read " KB, "String I read was: a b c");
    assert_int_equal(child_end(writer), 0);
    run_old("3", "old_kb.exe", "read " KB, "String I read was: a b c");
}

static void a_session_that_comes_gets_links(void **state)
{
    struct launch how = user_in("9");

    (void)state;
    if (!support_wine())
        skip();
    begin();
    start_broker();
    wait_until_it_runs();
    run_fox("2", FOX " write hello 0", "5 bytes");
    assert_string_equal(client_line(&how, "find ShmbAlias.Fox"), "found");
    run_fox("9", FOX " read 5 0", "hello");
}

static void a_program_that_was_first_is_a_conflict_in_its_session(void **state)
{
    struct child *first;
    const char *line;

    (void)state;
    if (!support_wine())
        skip();
    begin();
    first = squatter("3", "take-name ShmbAlias.Fox", "taken");
    start_broker();
    line = child_find(broker, "warning 340:", SUPPORT_DEADLINE_MS);
    assert_non_null(strstr(line, "In session 3, "));
    assert_non_null(strstr(line, "Global\\ShmbAlias.Fox"));
    wait_until_it_runs_degraded();
    run_fox("2", FOX " write hello 0", "5 bytes");
    run_fox("1", FOX " read 5 0", "hello");
    child_kill(first);
    child_find(broker, "info 341:", SUPPORT_DEADLINE_MS);
    run_fox("3", FOX " read 5 0", "hello");
}

static void a_link_of_a_standard_user_is_a_conflict(void **state)
{
    struct child *planter;

    (void)state;
    if (!support_wine())
        skip();
    begin();
    planter = squatter("3", "plant 3 ShmbAlias.Fox", "planted");
    start_broker();
    assert_non_null(
        strstr(child_find(broker, "warning 340:", SUPPORT_DEADLINE_MS), "In session 3, "));
    wait_until_it_runs_degraded();
    /* Who planted it deceives his own session, and nobody else. */
    run_fox("2", FOX " write hello 0", "5 bytes");
    run_fox("1", FOX " read 5 0", "hello");
    child_kill(planter);
    child_find(broker, "info 341:", SUPPORT_DEADLINE_MS);
    run_fox("3", FOX " read 5 0", "hello");
}

static void the_key_comes_and_goes_by_reload(void **state)
{
    struct launch third = user_in("3");

    (void)state;
    if (!support_wine())
        skip();
    begin();
    start_broker();
    wait_until_it_runs();
    run_fox("2", FOX " write hello 0", "5 bytes");
    write_file("");
    child_find(broker, "info 210:", SUPPORT_DEADLINE_MS);
    run_fox("3", FOX " write mine 0", "4 bytes"); /* a section of its own, as ever */
    run_fox("2", "Global\\ShmbAlias.Fox 1024 read 5 0", "hello");
    write_file(", sessions: alias");
    /* What the broker says of it is no use: one write may be heard as two. */
    assert_string_equal(client_line(&third, "find ShmbAlias.Fox"), "found");
    run_fox("3", FOX " read 5 0", "hello");
}

/* The keeper holds the links, too: no program makes an object of its own meanwhile. */
static void links_outlive_a_killed_broker(void **state)
{
    const struct launch services = {.session = "0"};
    DWORD process;
    const char *line;

    (void)state;
    if (!support_wine())
        skip();
    begin();
    start_broker();
    wait_until_it_runs();
    run_fox("2", FOX " write hello 0", "5 bytes");
    process = processes_broker();
    assert_int_not_equal(process, 0);
    processes_kill(process);
    run_fox("3", FOX " read 5 0", "hello");
    broker = child_start(&services, "\"%s\" run --release --allow-unsafe-config --config \"%s\"",
                         support_sibling("shmbroker.exe"), file);
    do {
        line = child_line(broker);
        assert_non_null(line);
        assert_int_not_equal(strncmp(line, "warning", 7), 0);
    } while (strncmp(line, "info 100:", 9) != 0);
    run_fox("2", FOX " write anew 0", "4 bytes");
    run_fox("3", FOX " read 4 0", "anew");
}

/* The session this test runs in, and a service that runs as LocalSystem. */
static void the_service_makes_links_in_a_real_session(void **state)
{
    char text[1024], arguments[1024];
    DWORD session = 0;

    (void)state;
    if (support_wine()) {
        print_message("    Wine's sessions are not the service manager's\n");
        skip();
    }
    assert_true(ProcessIdToSessionId(GetCurrentProcessId(), &session) && session != 0);
    snprintf(text, sizeof(text), OBJECTS, ", sessions: alias", ", sessions: alias");
    snprintf(arguments, sizeof(arguments), "--config \"%s\"", scm_file(text));
    scm_create(arguments);
    scm_start();
    scm_wait(SERVICE_RUNNING);
    assert_string_equal(client_line(NULL, "find ShmbAlias.Fox"), "found");
    run_fox(NULL, FOX " write hello 0", "5 bytes");
    run_fox(NULL, "Global\\ShmbAlias.Fox 1024 read 5 0", "hello");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, support_teardown)

int main(void)
{
    static const struct verb verbs[] = {
        {"plant", 2, plant}, {"take-name", 1, take}, {"find", 1, find}};
    const struct CMUnitTest tests[] = {
        TEST(foxpro_shares_by_its_plain_name),
        TEST(a_lock_of_one_session_keeps_out_the_others),
        TEST(the_article_shares_by_its_plain_name),
        TEST(a_session_that_comes_gets_links),
        TEST(a_program_that_was_first_is_a_conflict_in_its_session),
        TEST(a_link_of_a_standard_user_is_a_conflict),
        TEST(the_key_comes_and_goes_by_reload),
        TEST(links_outlive_a_killed_broker),
        cmocka_unit_test_teardown(the_service_makes_links_in_a_real_session, scm_teardown),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
