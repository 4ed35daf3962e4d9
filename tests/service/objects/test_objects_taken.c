/* Names that somebody else holds, and brokers that are not alone. */
#include "squatter.h"

#include <sddl.h>
#include <stdio.h>
#include <string.h>
#include <winternl.h>

#include "clients.h"

#define RETRY_MS 90000u /* the broker tries again after 30 s at most */

static const char *const kinds[] = {"section", "mutex", "event", "semaphore"};
#define KINDS   4
#define HOLDERS 8 /* of squat-other, that the broker meets */

#define DIRECTORY_ALL 0x000f000fu /* DIRECTORY_ALL_ACCESS */

/* One of each kind that the configuration wants, for each kind that holds the name. */
static const char configuration[] =
    "version: 1\n"
    "defaults:\n"
    "  access: { full: [Interactive] }\n"
    "segments:\n"
    "  ShmbTest.section.section:   { size: 64, lock: none, initial: { fill: 7 } }\n"
    "  ShmbTest.section.mutex:     { size: 64, lock: none }\n"
    "  ShmbTest.section.event:     { size: 64, lock: none }\n"
    "  ShmbTest.section.semaphore: { size: 64, lock: none }\n"
    "  ShmbTest.Free:              { size: 64 }\n"
    "mutexes:\n"
    "  ShmbTest.mutex.section: {}\n"
    "  ShmbTest.mutex.mutex: {}\n"
    "  ShmbTest.mutex.event: {}\n"
    "  ShmbTest.mutex.semaphore: {}\n"
    "events:\n"
    "  ShmbTest.event.section: { reset: manual }\n"
    "  ShmbTest.event.mutex: { reset: manual }\n"
    "  ShmbTest.event.event: { reset: manual }\n"
    "  ShmbTest.event.semaphore: { reset: manual }\n"
    "semaphores:\n"
    "  ShmbTest.semaphore.section: { maximum: 1 }\n"
    "  ShmbTest.semaphore.mutex: { maximum: 1 }\n"
    "  ShmbTest.semaphore.event: { maximum: 1 }\n"
    "  ShmbTest.semaphore.semaphore: { maximum: 1 }\n";

static const char one_segment[] =
    "version: 1\n"
    "segments:\n"
    "  ShmbTest.Free: { size: 64, access: { full: [Interactive] } }\n";

static const struct launch user = {.standard_user = true};

/* ---- clients ---- */

static HANDLE squat_one(const char *kind, const char *name, SECURITY_ATTRIBUTES *security)
{
    HANDLE handle = client_create(kind, name, security);

    if (handle == NULL || GetLastError() == ERROR_ALREADY_EXISTS)
        client_say("cannot squat on %s: error %lu", name, GetLastError());
    return handle;
}

/*
 * squat: holds every name of the configuration but Free, says "holding", waits;
 * then looks whether its own section has still its own bytes.
 */
static int squat(int argc, char **argv)
{
    SECURITY_ATTRIBUTES security = {sizeof(security), NULL, FALSE};
    char name[80];
    char *view = NULL;
    int wanted, holding;

    (void)argc;
    (void)argv;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            L"O:BAD:P(A;;GA;;;WD)", SDDL_REVISION_1, &security.lpSecurityDescriptor, NULL))
        return 1;
    for (wanted = 0; wanted < KINDS; wanted++)
        for (holding = 0; holding < KINDS; holding++) {
            HANDLE handle;

            snprintf(name, sizeof(name), "Global\\ShmbTest.%s.%s", kinds[wanted], kinds[holding]);
            handle = squat_one(kinds[holding], name, &security);
            if (wanted == 0 && holding == 0)
                view = MapViewOfFile(handle, FILE_MAP_WRITE, 0, 0, 0);
        }
    if (view == NULL)
        return 1;
    memset(view, 0x55, 256);
    client_say("holding");
    client_wait_for_end();
    client_say(view[0] == 0x55 && view[255] == 0x55 ? "untouched" : "touched");
    return 0;
}

/* squat-as SDDL KIND NAME: a stranger's object; a mutex is owned as well. */
static int squat_as(int argc, char **argv)
{
    (void)argc;
    squatter_begin();
    (void)squatter_make(argv[1], argv[2], argv[0], 256, SQUATTER_BYTES);
    client_say("holding");
    client_wait_for_end();
    return 0;
}

typedef NTSTATUS(NTAPI *create_directory)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
typedef NTSTATUS(NTAPI *create_link)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, UNICODE_STRING *);

static FARPROC native(const char *name)
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name);
}

static UNICODE_STRING counted(wchar_t *text)
{
    UNICODE_STRING string;

    string.Buffer = text;
    string.Length = (USHORT)(wcslen(text) * sizeof(*text));
    string.MaximumLength = string.Length;
    return string;
}

static void link_to(wchar_t *link, wchar_t *target)
{
    UNICODE_STRING name = counted(link), to = counted(target);
    FARPROC found = native("NtCreateSymbolicLinkObject");
    OBJECT_ATTRIBUTES attributes;
    create_link make;
    HANDLE object;

    memcpy(&make, &found, sizeof(make));
    InitializeObjectAttributes(&attributes, &name, 0, NULL, NULL);
    if (make(&object, READ_CONTROL, &attributes, &to) < 0)
        client_say("no link");
}

static void make_directory(wchar_t *path)
{
    UNICODE_STRING name = counted(path);
    FARPROC found = native("NtCreateDirectoryObject");
    OBJECT_ATTRIBUTES attributes;
    create_directory make;
    HANDLE object;

    memcpy(&make, &found, sizeof(make));
    InitializeObjectAttributes(&attributes, &name, 0, NULL, NULL);
    if (make(&object, DIRECTORY_ALL, &attributes) < 0)
        client_say("no directory");
}

/*
 * squat-other: objects of kinds that the broker never makes. A link leads nowhere, another one to
 * a name that is free, a third one to an object of the broker, two to the same name in a directory
 * that is called as the one of Global\: one is free, the other one is a section. (Wine makes
 * nothing through a link.)
 */
static int squat_other(int argc, char **argv)
{
    static wchar_t directory[] = L"\\BaseNamedObjects\\ShmbTest.Directory",
                   nowhere[] = L"\\BaseNamedObjects\\ShmbTest.Link", no[] = L"\\ShmbTest.No\\X",
                   free_name[] = L"\\BaseNamedObjects\\ShmbTest.ToFree",
                   elsewhere[] = L"\\BaseNamedObjects\\ShmbTest.Elsewhere",
                   held[] = L"\\BaseNamedObjects\\ShmbTest.ToHeld",
                   own[] = L"\\BaseNamedObjects\\ShmbTest.Held",
                   alike[] = L"\\BaseNamedObjects\\ShmbTest.Directory\\BaseNamedObjects",
                   same[] = L"\\BaseNamedObjects\\ShmbTest.ToAlike",
                   there[] = L"\\BaseNamedObjects\\ShmbTest.Directory\\BaseNamedObjects"
                             L"\\ShmbTest.ToAlike",
                   same_made[] = L"\\BaseNamedObjects\\ShmbTest.ToMade",
                   made[] = L"\\BaseNamedObjects\\ShmbTest.Directory\\BaseNamedObjects"
                            L"\\ShmbTest.ToMade";

    (void)argc;
    (void)argv;
    make_directory(directory);
    make_directory(alike);
    link_to(nowhere, no);
    link_to(free_name, elsewhere);
    link_to(held, own);
    link_to(same, there);
    link_to(same_made, made);
    if (CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 64,
                           L"Global\\ShmbTest.Directory\\BaseNamedObjects\\ShmbTest.ToMade") ==
        NULL)
        client_say("no section");
    if (CreateWaitableTimerW(NULL, TRUE, L"Global\\ShmbTest.Timer") == NULL ||
        CreateJobObjectW(NULL, L"Global\\ShmbTest.Job") == NULL)
        client_say("no timer, or no job");
    client_say("holding");
    client_wait_for_end();
    return 0;
}

/* link-instance NAME: the name of the broker's mutex is a link to Global\NAME. */
static int link_instance(int argc, char **argv)
{
    static wchar_t instance[] = L"\\BaseNamedObjects\\ShmBroker.Instance";
    wchar_t target[128];

    (void)argc;
    (void)swprintf(target, 128, L"\\BaseNamedObjects\\%hs", argv[0]);
    link_to(instance, target);
    client_say("holding");
    client_wait_for_end();
    return 0;
}

/* ---- tests ---- */

/* The event's text names the kind that was wanted, the name, and what holds it. */
static void check_conflict(const char *line, bool seen[KINDS][KINDS])
{
    int wanted, holding;

    for (wanted = 0; wanted < KINDS; wanted++)
        for (holding = 0; holding < KINDS; holding++) {
            char what[80], holder[40];

            snprintf(what, sizeof(what), "ShmbTest.%s.%s ", kinds[wanted], kinds[holding]);
            if (strstr(line, what) == NULL)
                continue;
            snprintf(what, sizeof(what), "The %s ", kinds[wanted]);
            snprintf(holder, sizeof(holder), "held by %s %s", holding == 2 ? "an" : "a",
                     kinds[holding]);
            assert_non_null(strstr(line, what));
            assert_non_null(strstr(line, holder));
            assert_false(seen[wanted][holding]);
            seen[wanted][holding] = true;
            return;
        }
    fail_msg("a conflict nobody made: %s", line);
}

static struct child *start_broker(const char *text)
{
    return child_start(NULL, "\"%s\" run --release --allow-unsafe-config --config \"%s\"",
                       support_sibling("shmbroker.exe"), support_file(text));
}

static const char *open_as_wanted(int wanted, int holding)
{
    return client_line(&user, "open %s Global\\ShmbTest.%s.%s 0x20000", kinds[wanted],
                       kinds[wanted], kinds[holding]);
}

static void a_taken_name_is_a_conflict_until_its_holder_leaves(void **state)
{
    bool conflicts[KINDS][KINDS] = {{false}};
    struct child *squatter = client_start(NULL, "squat"), *broker;
    const char *line;
    int i, wanted, holding;

    (void)state;
    child_expect(squatter, "holding");
    broker = start_broker(configuration);
    for (i = 0; i < KINDS * KINDS; i++)
        check_conflict(child_find(broker, "warning 300:", SUPPORT_DEADLINE_MS), conflicts);
    line = child_line(broker);
    assert_non_null(line);
    assert_int_equal(strncmp(line, "warning 101:", 12), 0);
    /* All others are served. */
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Free 4"), "0");
    assert_string_equal(client_line(&user, "open mutex Global\\ShmbTest.Free.lock 0x100000"), "0");
    for (wanted = 0; wanted < KINDS; wanted++)
        for (holding = 0; holding < KINDS; holding++)
            assert_string_equal(open_as_wanted(wanted, holding), wanted == holding ? "0" : "6");

    assert_int_equal(child_end_with(squatter, "untouched"), 0);
    for (i = 0; i < KINDS * KINDS; i++)
        child_find(broker, "info 302:", RETRY_MS);
    for (wanted = 0; wanted < KINDS; wanted++)
        for (holding = 0; holding < KINDS; holding++)
            assert_string_equal(open_as_wanted(wanted, holding), "0");
    /* As new, not as the squatter left it. */
    assert_int_equal(
        strncmp(client_line(&user, "dump Global\\ShmbTest.section.section"), "4096: 0707", 10), 0);
}

/* The event says what it is, also of a link, wherever it leads; nothing is made or taken there. */
static void an_object_of_another_kind_is_named(void **state)
{
    static const char *const holders[][2] = {
        {"Global\\ShmbTest.Directory ", "held by a directory of the object manager"},
        {"Global\\ShmbTest.Link ", "held by a symbolic link of the object manager"},
        {"Global\\ShmbTest.ToFree ", "held by a symbolic link of the object manager"},
        {"Global\\ShmbTest.ToHeld ", "held by a symbolic link of the object manager"},
        {"Global\\ShmbTest.ToAlike ", "held by a symbolic link of the object manager"},
        {"Global\\ShmbTest.ToMade ", "held by a symbolic link of the object manager"},
        {"Global\\ShmbTest.Timer ", "held by a waitable timer"},
        {"Global\\ShmbTest.Job ", "held by a job"}};
    struct child *squatter = client_start(NULL, "squat-other"), *broker;
    size_t i, k, seen = 0;

    (void)state;
    child_expect(squatter, "holding");
    broker =
        start_broker("version: 1\ndefaults: { access: { full: [Interactive] } }\n"
                     "segments: { ShmbTest.Link: { size: 64, lock: none },\n"
                     "            ShmbTest.Directory: { size: 64, lock: none },\n"
                     "            ShmbTest.Held: { size: 64, lock: none },\n"
                     "            ShmbTest.ToHeld: { size: 64, lock: none },\n"
                     "            ShmbTest.ToAlike: { size: 64, lock: none },\n"
                     "            ShmbTest.ToMade: { size: 64, lock: none } }\n"
                     "mutexes: { ShmbTest.Timer: {}, ShmbTest.Job: {}, ShmbTest.ToFree: {} }\n");
    for (i = 0; i < HOLDERS; i++) {
        const char *line = child_find(broker, "warning 300:", SUPPORT_DEADLINE_MS);

        for (k = 0; k < HOLDERS; k++)
            if (strstr(line, holders[k][0]) != NULL) {
                if (strstr(line, holders[k][1]) == NULL)
                    fail_msg("%s", line);
                seen |= (size_t)1 << k;
            }
    }
    assert_int_equal(seen, ((size_t)1 << HOLDERS) - 1);
    assert_string_equal(client_line(&user, "open mutex Global\\ShmbTest.Elsewhere 0x20000"), "2");
    child_kill(squatter);
    for (i = 0; i < HOLDERS; i++)
        child_find(broker, "info 302:", RETRY_MS);
}

static void a_taken_lock_does_not_stop_its_segment(void **state)
{
    struct child *squatter = client_start(NULL, "squat-as O:BAD:P(A;;GA;;;BA) mutex "
                                                "Global\\ShmbTest.Free.lock");
    struct child *broker;
    const char *line;

    (void)state;
    child_expect(squatter, "holding");
    broker = start_broker(one_segment);
    line = child_find(broker, "warning 300:", SUPPORT_DEADLINE_MS);
    assert_non_null(strstr(line, "ShmbTest.Free.lock"));
    child_find(broker, "warning 101:", SUPPORT_DEADLINE_MS);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Free 4"), "0");
}

static void what_only_a_stranger_may_open_is_a_conflict_too(void **state)
{
    struct child *squatter =
        client_start(NULL, "squat-as O:S-1-5-21-1-2-3-1001D:P(A;;GA;;;S-1-5-21-1-2-3-1001) "
                           "event Global\\ShmbTest.Free");
    struct child *broker;

    (void)state;
    child_expect(squatter, "holding");
    broker = start_broker(one_segment);
    assert_non_null(
        strstr(child_find(broker, "warning 300:", SUPPORT_DEADLINE_MS), "ShmbTest.Free "));
    child_find(broker, "warning 101:", SUPPORT_DEADLINE_MS);
}

static void a_second_broker_ends_with_its_own_code(void **state)
{
    struct child *first = broker_run(NULL, one_segment), *second, *third;

    (void)state;
    second = start_broker(one_segment);
    child_find(second, "error 111:", SUPPORT_DEADLINE_MS);
    assert_int_equal(child_end(second), 6);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Free 4"), "0");
    /* A dead one does not count. */
    child_kill(first);
    third = broker_run(NULL, one_segment);
    child_kill(third);
}

static void check_squatted_instance(const char *kind, const char *sddl)
{
    struct child *squatter =
        client_start(NULL, "squat-as %s %s Global\\ShmBroker.Instance", sddl, kind);
    struct child *broker;

    child_expect(squatter, "holding");
    broker = start_broker(one_segment);
    child_find(broker, "warning 112:", SUPPORT_DEADLINE_MS);
    child_find(broker, "warning 103:", SUPPORT_DEADLINE_MS);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Free 4"), "0");
    child_kill(broker);
    child_kill(squatter);
}

static void a_stranger_cannot_keep_the_broker_from_running(void **state)
{
    (void)state;
    check_squatted_instance("mutex", "O:S-1-5-21-1-2-3-1001D:(A;;GA;;;WD)");
    check_squatted_instance("mutex", "O:S-1-5-21-1-2-3-1001D:P(A;;GA;;;S-1-5-21-1-2-3-1001)");
    check_squatted_instance("event", "O:S-1-5-21-1-2-3-1001D:(A;;GA;;;WD)");
}

/* A broker that took the mutex behind the link would lock it, or wait for who has it. */
static void a_link_keeps_no_broker_from_running(void **state)
{
    SECURITY_ATTRIBUTES trusted = {.nLength = sizeof(trusted)};
    struct child *squatter, *broker;
    HANDLE mutex;
    int turn;

    (void)state;
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        L"O:BAD:(A;;GA;;;WD)", SDDL_REVISION_1, &trusted.lpSecurityDescriptor, NULL));
    mutex = CreateMutexW(&trusted, FALSE, L"Global\\ShmbTest.Target");
    LocalFree(trusted.lpSecurityDescriptor);
    assert_non_null(mutex);
    squatter = client_start(NULL, "link-instance ShmbTest.Target");
    child_expect(squatter, "holding");
    /* First nobody has that mutex, then this program. */
    for (turn = 0; turn < 2; turn++) {
        broker = start_broker(one_segment);
        assert_non_null(strstr(child_find(broker, "warning 112:", SUPPORT_DEADLINE_MS),
                               "a symbolic link of the object manager"));
        child_find(broker, "warning 103:", SUPPORT_DEADLINE_MS);
        assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Free 4"), "0");
        assert_int_equal(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
        child_kill(broker);
    }
    ReleaseMutex(mutex);
    ReleaseMutex(mutex);
    CloseHandle(mutex);
    child_kill(squatter);
}

/* What another program says, as a standard user or as this one, and its exit code. */
static void check_said(const struct launch *who, DWORD code, const char *program,
                       const char *arguments, const char *part)
{
    static char said[SUPPORT_LINE_MAX];
    DWORD got = child_said(child_start(who, "\"%s\" %s", support_sibling(program), arguments), said,
                           sizeof(said));

    if (got != code || strstr(said, part) == NULL)
        fail_msg("%s %s: code %lu instead of %lu, or no \"%s\", in:\n%s", program, arguments, got,
                 code, part, said);
}

static void check_squatted_directory(const char *kind, const char *sddl, const char *of_report)
{
    struct child *root =
        client_start(NULL, "squat-as %s %s Global\\ShmBroker.Directory", sddl, kind);
    struct child *report =
        client_start(NULL, "squat-as %s %s Global\\ShmBroker.Report", sddl, of_report);
    struct child *broker;

    child_expect(root, "holding");
    child_expect(report, "holding");
    broker = start_broker(one_segment);
    child_find(broker, "warning 310:", SUPPORT_DEADLINE_MS);
    child_find(broker, "warning 310:", SUPPORT_DEADLINE_MS);
    child_find(broker, "warning 103:", SUPPORT_DEADLINE_MS);
    /* The exact size, a lock, a snapshot, the list: all that needs the directory. */
    check_said(&user, 0, "shmb.exe", "info ShmbTest.Free", "64");
    check_said(&user, 0, "shmb.exe", "list", "ShmbTest.Free.lock");
    check_said(&user, 0, "shmb.exe", "write ShmbTest.Free --text hello", "");
    check_said(&user, 0, "shmb.exe", "read ShmbTest.Free --count 5", "hello");
    check_said(&user, 0, "shmb.exe", "lock ShmbTest.Free --timeout 0 -- cmd /c exit 0", "");
    /* Administrators find the report, which names the holders. */
    check_said(NULL, 1, "shmbroker.exe", "status", "ShmBroker.Directory");
    check_said(NULL, 1, "shmbroker.exe", "status", "\\test_objects_taken.exe (process ");
    child_kill(broker);
    child_kill(root);
    child_kill(report);
}

static void a_taken_directory_costs_clients_nothing(void **state)
{
    (void)state;
    check_squatted_directory("mutex", "O:S-1-5-21-1-2-3-1001D:(A;;GA;;;WD)", "mutex");
    check_squatted_directory("event", "O:S-1-5-21-1-2-3-1001D:P(A;;GA;;;S-1-5-21-1-2-3-1001)",
                             "semaphore");
    check_squatted_directory("section", "O:S-1-5-21-1-2-3-1001D:(A;;GA;;;WD)", "section");
}

static const struct verb verbs[] = {{"squat", 0, squat},
                                    {"squat-as", 3, squat_as},
                                    {"squat-other", 0, squat_other},
                                    {"link-instance", 1, link_instance}};

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_taken_name_is_a_conflict_until_its_holder_leaves,
                                  support_teardown),
        cmocka_unit_test_teardown(an_object_of_another_kind_is_named, support_teardown),
        cmocka_unit_test_teardown(a_taken_lock_does_not_stop_its_segment, support_teardown),
        cmocka_unit_test_teardown(what_only_a_stranger_may_open_is_a_conflict_too,
                                  support_teardown),
        cmocka_unit_test_teardown(a_second_broker_ends_with_its_own_code, support_teardown),
        cmocka_unit_test_teardown(a_stranger_cannot_keep_the_broker_from_running, support_teardown),
        cmocka_unit_test_teardown(a_link_keeps_no_broker_from_running, support_teardown),
        cmocka_unit_test_teardown(a_taken_directory_costs_clients_nothing, support_teardown),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
