/* The verbs that change what runs, and tell of it: reload, plan, status; and Ctrl+Break. */
#include "service_manager.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "shmb.h"

#define HEAD "version: 1\ndefaults: { access: { write: [Interactive] } }\nsegments:\n"
#define DATA "  ShmbTest.Data: { size: 64, lock: none, initial: { text: \"kept\" } }\n"
#define DATA_READ                                                                                  \
    "  ShmbTest.Data: { size: 64, lock: none, initial: { text: \"kept\" }, access: { read: "       \
    "[Interactive] } }\n"
#define DATA_LARGE "  ShmbTest.Data: { size: 8192, lock: none, initial: { text: \"kept\" } }\n"
#define OLD        "  ShmbTest.Old: { size: 64, lock: none }\n"
#define NEW        "  ShmbTest.New: { size: 64, lock: none }\n"

static const struct launch user = {.standard_user = true};
static char said[32768];

static DWORD run_as(const struct launch *how, const char *arguments)
{
    return child_said(child_start(how, "\"%s\" %s", support_sibling("shmbroker.exe"), arguments),
                      said, sizeof(said));
}

/* All that was said must have this part. */
static void said_too(const char *part)
{
    if (strstr(said, part) == NULL)
        fail_msg("no \"%s\" in:\n%s", part, said);
}

static void not_said(const char *part)
{
    if (strstr(said, part) != NULL)
        fail_msg("there is \"%s\" in:\n%s", part, said);
}

static void verb(const char *arguments, DWORD code, const char *part)
{
    DWORD got = run_as(NULL, arguments);

    if (got != code)
        fail_msg("shmbroker %s: code %lu instead of %lu, in:\n%s", arguments, got, code, said);
    said_too(part);
}

/* A service that runs on this configuration; what `start` says, and with which code. */
static void serve_as(const char *text, DWORD code, const char *part)
{
    char arguments[1024];

    snprintf(arguments, sizeof(arguments), "install --allow-unsafe-config --config \"%s\"",
             scm_file(text));
    verb(arguments, 0, "installed");
    verb("start", code, part);
}

static void serve(const char *text)
{
    serve_as(text, 0, "runs");
}

static void expect_open(const char *name, const char *mask, const char *code)
{
    assert_string_equal(client_line(&user, "open section Global\\%s %s", name, mask), code);
}

/* ---- what they ask for ---- */

static void wrong_command_lines_are_code_2(void **state)
{
    (void)state;
    verb("reload ShmbTest.Data", 2, "reload");
    verb("reload --recreate", 2, "--recreate");
    verb("reload --json x", 2, "\"verb\": \"reload\"");
    said_too("\"code\": \"USAGE\"");
    verb("plan one.yaml two.yaml", 2, "plan");
    verb("plan --merged one.yaml", 2, "plan");
    verb("status --now", 2, "status");
    verb("run --state", 2, "--state");
}

static void without_a_broker_they_say_so(void **state)
{
    char arguments[1024];

    (void)state;
    verb("reload", 5, "not installed");
    snprintf(arguments, sizeof(arguments), "plan --allow-unsafe-config \"%s\"",
             scm_file(HEAD DATA));
    verb(arguments, 5, "no broker");
    snprintf(arguments, sizeof(arguments), "install --allow-unsafe-config --config \"%s\"",
             scm_file(HEAD DATA));
    verb(arguments, 0, "installed");
    verb("reload", 5, "is not running");
    verb("plan", 5, "no broker found");
    verb("reload --recreate ShmbTest.Data", 5, "is not running");
    assert_string_equal(
        scm_registry("SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters\\Orders",
                     "Recreate"),
        "(none)");
}

/* ---- reload ---- */

static void nothing_to_do_is_done(void **state)
{
    (void)state;
    serve(HEAD DATA OLD);
    verb("reload", 0, "has applied");
    said_too("keep     2: done");
    verb("reload", 0, "has applied");
}

/* late-map NAME: opens for writing; only when its input ends, maps and writes. */
static int late_map(int argc, char **argv)
{
    HANDLE section = client_open("section", argv[0], FILE_MAP_WRITE);
    volatile char *view;

    (void)argc;
    client_say(section != NULL ? "opened" : "refused");
    client_wait_for_end();
    view = section != NULL ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    if (view != NULL)
        view[0] = 'w';
    client_say(view != NULL ? "written" : "not mapped");
    return 0;
}

/* shut-out NAME: takes all rights on a section away from everybody, itself included. */
static int shut_out(int argc, char **argv)
{
    HANDLE section = client_open("section", argv[0], WRITE_DAC);
    SECURITY_DESCRIPTOR nobody;
    ACL list;

    (void)argc;
    if (section == NULL || !InitializeAcl(&list, sizeof(list), ACL_REVISION) ||
        !InitializeSecurityDescriptor(&nobody, SECURITY_DESCRIPTOR_REVISION) ||
        !SetSecurityDescriptorDacl(&nobody, TRUE, &list, FALSE) ||
        !SetKernelObjectSecurity(section, DACL_SECURITY_INFORMATION, &nobody))
        client_say("error %lu", GetLastError());
    else
        client_say("nobody may");
    return 0;
}

static void access_that_a_program_changed_is_put_right(void **state)
{
    (void)state;
    serve(HEAD DATA "  ShmbTest.Full: { size: 64, lock: none, access: { full: [Interactive] } }\n");
    assert_string_equal(client_line(&user, "shut-out Global\\ShmbTest.Data"), "error 5");
    assert_string_equal(client_line(&user, "shut-out Global\\ShmbTest.Full"), "nobody may");
    expect_open("ShmbTest.Full", "0x4", "5");
    verb("reload", 0, "has applied");
    expect_open("ShmbTest.Full", "0x4", "0");
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Full 0xf001f"), "0");
    verb("status", 0, "access Global\\ShmbTest.Full: corrected, a program changed its access");
}

static void audit_says_who_may_do_what(void **state)
{
    (void)state;
    verb("audit", 5, "no broker");
    serve(HEAD DATA
          "  ShmbTest.Full: { size: 64, access: { read: [Users], deny: [NetworkService] } }\n");
    verb("audit", 0,
         "(S-1-5-32-545)\n    section Global\\ShmbTest.Full: read\n"
         "    mutex Global\\ShmbTest.Full.lock: see it but may not wait\n");
    said_too("(S-1-5-4)\n    section Global\\ShmbTest.Data: read and write\n");
    said_too("    section Global\\ShmbTest.Full: nothing; denied: full control\n");
    verb("audit --csv", 0, "\"S-1-5-4\",\"section\",\"Global\\ShmbTest.Data\",\"read and write\"");
    verb("audit --json", 0, "\"full_name\": \"Global\\\\ShmbTest.Data\"");
    verb("audit --json --csv", 2, "not both");
    /* What is live counts, not what is written; who is not its owner is refused an answer. */
    assert_string_equal(client_line(NULL, "shut-out Global\\ShmbTest.Full"), "nobody may");
    assert_true(run_as(NULL, "audit") <= 1);
    said_too("mutex Global\\ShmbTest.Full.lock: ");
    assert_null(strstr(said, "section Global\\ShmbTest.Full: read"));
}

static void who_has_it_open_keeps_what_it_has(void **state)
{
    struct child *client;

    (void)state;
    serve(HEAD DATA OLD);
    client = client_start(&user, "late-map Global\\ShmbTest.Data");
    child_expect(client, "opened");
    scm_file(HEAD DATA_READ NEW);
    verb("reload", 0, "programs that have it open keep what they have");
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 0x6 0x4"), "5 0");
    assert_int_equal(child_end_with(client, "written"), 0);
}

static void what_is_let_go_is_listed_while_a_program_has_it(void **state)
{
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;
    struct child *client;

    (void)state;
    serve(HEAD DATA OLD);
    client = client_start(&user, "late-map Global\\ShmbTest.Old");
    child_expect(client, "opened");
    scm_file(HEAD DATA);
    verb("reload", 0, "retire   Global\\ShmbTest.Old: done");
    do {
        assert_true(GetTickCount64() < until);
        run_as(NULL, "status");
    } while (strstr(said, "section Global\\ShmbTest.Old: retired; programs have it open") == NULL);
    assert_non_null(strstr(said, "it ends with the last of them, held by "));
    assert_non_null(strstr(said, "test_verb_reload.exe (process "));
    assert_non_null(strstr(said, "; see shmb holders ShmbTest.Old\n"));
    not_said("degraded");
    verb("status --json", 0, "\"reason\": \"programs have it open");
    /* By its name, too: it is told of, and is no object of the broker's any more. */
    verb("status ShmbTest.Old", 1, "section Global\\ShmbTest.Old: retired; programs have it open");
    not_said("no object is named");
    verb("status ShmbTest.Old --json", 1, "\"path\": \"");
    said_too("test_verb_reload.exe\"");
    said_too("\"started\": \"20");
    verb("status ShmbTest.Data --json", 0, "\"holders\": []");
    assert_int_equal(child_end_with(client, "written"), 0);
}

static void each_step_is_told_and_done(void **state)
{
    (void)state;
    serve(HEAD DATA OLD);
    expect_open("ShmbTest.Data", "0x6", "0");
    scm_file(HEAD DATA_READ NEW);
    verb("reload", 0, "has applied");
    said_too("create   Global\\ShmbTest.New: done\n");
    said_too(
        "access   Global\\ShmbTest.Data: done; programs that have it open keep what they have\n");
    said_too("retire   Global\\ShmbTest.Old: done\n");
    expect_open("ShmbTest.New", "0x6", "0");
    expect_open("ShmbTest.Data", "0x6", "5");
    expect_open("ShmbTest.Data", "0x4", "0");
    expect_open("ShmbTest.Old", "0x4", "2");
    verb("status", 0, "last reload:   applied");
}

static void a_refused_one_changes_nothing(void **state)
{
    (void)state;
    serve(HEAD DATA OLD);
    scm_file(HEAD DATA "  ShmbTest.New: { size: 0 }\n");
    verb("reload", 1, "nothing has changed");
    said_too("my config.yaml:5:25: error: ");
    expect_open("ShmbTest.Old", "0x6", "0");
    expect_open("ShmbTest.New", "0x4", "2");
    run_as(NULL, "status");
    said_too("last reload:   refused");
    said_too("my config.yaml:5:25: error: ");
    scm_file(HEAD DATA NEW);
    verb("reload", 0, "has applied");
    not_said("error");
}

static void a_taken_name_is_code_1(void **state)
{
    struct child *squatter = client_start(NULL, "create event Global\\ShmbTest.New");

    (void)state;
    child_expect(squatter, "created");
    serve(HEAD DATA);
    scm_file(HEAD DATA NEW);
    verb("reload", 1, "not all of it");
    said_too("create   Global\\ShmbTest.New: an event");
    verb("status", 1, "section Global\\ShmbTest.New: taken by an event");
    verb("status", 1, "last reload:   incomplete");
}

static void another_size_is_deferred_and_made_anew_on_demand(void **state)
{
    (void)state;
    serve(HEAD DATA);
    scm_file(HEAD DATA_LARGE);
    verb("reload", 1, "defer    Global\\ShmbTest.Data: the size cannot change from 64 to 8192");
    verb("status", 1, "section Global\\ShmbTest.Data: held, deferred: the size cannot change");
    verb("status --json", 1, "\"state\": \"deferred\"");
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Data"), "4096: 6b657074");
    verb("reload --recreate Global\\ShmbTest.Data", 0, "recreate Global\\ShmbTest.Data: done");
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Data"), "8192: 6b657074");
    verb("reload --recreate ShmbTest.Dato", 1,
         "ShmbTest.Dato is not recreated: the configuration has");
    /* Once: the next reload does not do it again. */
    verb("reload", 0, "keep     1: done");
    verb("status", 0, "section Global\\ShmbTest.Data: held; access: Interactive read and write\n");
}

static void whoever_may_not_control_the_service_is_refused(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* its service manager does not look at the caller */
    serve(HEAD DATA);
    assert_int_equal(run_as(&user, "reload"), 3);
    said_too("administrator");
}

/* Waits until a section can be opened. */
static void wait_for_section(const char *name)
{
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;

    while (strcmp(client_line(&user, "open section Global\\%s 0x4", name), "0") != 0)
        assert_true(GetTickCount64() < until);
}

static void a_watched_file_is_applied_by_itself(void **state)
{
    (void)state;
    serve("watch: true\n" HEAD DATA);
    scm_file("watch: true\n" HEAD DATA NEW);
    wait_for_section("ShmbTest.New");
    /* And refused by itself, which a reload that is asked for then follows. */
    scm_file("watch: true\n" HEAD DATA NEW OLD "  ShmbTest.Bad: { size: 0 }\n");
    verb("reload", 1, "nothing has changed");
    scm_file("watch: true\n" HEAD DATA NEW OLD);
    wait_for_section("ShmbTest.Old");
}

/* ---- plan ---- */

static void a_plan_does_nothing(void **state)
{
    char arguments[1024];

    (void)state;
    serve(HEAD DATA OLD);
    snprintf(arguments, sizeof(arguments), "plan --allow-unsafe-config \"%s\"",
             scm_file(HEAD DATA_READ NEW "  ShmbTest.Old: { size: 100, lock: none }\n"));
    verb(arguments, 1, "nothing has been done");
    said_too("create   Global\\ShmbTest.New: section; access: Interactive read and write\n");
    said_too("access   Global\\ShmbTest.Data: Interactive read and write -> Interactive read\n");
    said_too("defer    Global\\ShmbTest.Old: the size cannot change from 64 to 100 bytes; to have "
             "it: shmbroker reload --recreate ShmbTest.Old, where a segment keeps its content");
    said_too("create 1, change the access of 1, defer 1, retire 0 and keep 0");
    expect_open("ShmbTest.New", "0x4", "2");
    expect_open("ShmbTest.Data", "0x6", "0");
    verb("status", 0, "none since the start");
    /* The service's own file, and its --allow-unsafe-config. */
    verb("plan", 1, "create 1, change the access of 1, defer 1, retire 0 and keep 0");
    /* The same as now, and nothing at all in common. */
    scm_file(HEAD DATA OLD);
    verb(arguments, 0, "create 0, change the access of 0, defer 0, retire 0 and keep 2");
    not_said("Global\\");
    scm_file(HEAD NEW);
    verb(arguments, 0, "create 1, change the access of 0, defer 0, retire 2 and keep 0");
    said_too("retire   Global\\ShmbTest.Old: section\n");
    scm_file(HEAD "  ShmbTest.New: { size: 0 }\n");
    verb(arguments, 1, "would be refused");
    said_too("my config.yaml:4:25: error: ");
    verb("plan \"C:\\no such folder\\x.yaml\"", 1, "cannot be read");
    /* Where the tests write files, others could change them. */
    snprintf(arguments, sizeof(arguments), "plan \"%s\"", support_file(HEAD NEW));
    verb(arguments, 1, "shmbroker plan --allow-unsafe-config \"");
}

/* hold NAME: has a section open until its input ends. */
static int hold(int argc, char **argv)
{
    HANDLE section = client_open("section", argv[0], FILE_MAP_WRITE);

    (void)argc;
    client_say(section != NULL ? "held" : "refused");
    client_wait_for_end();
    CloseHandle(section);
    return 0;
}

static void plan_does_not_promise_what_will_fail(void **state)
{
    struct child *squatter = client_start(NULL, "create event Global\\ShmbTest.New"), *holder;

    (void)state;
    child_expect(squatter, "created");
    serve(HEAD DATA OLD);
    scm_file(HEAD DATA OLD NEW);
    verb("plan", 1, "conflict Global\\ShmbTest.New: the name is taken by an event");
    said_too("(as administrator, shmb holders ShmbTest.New names them)\n");
    said_too("create 0, change the access of 0, defer 0, retire 0 and keep 2");
    said_too("1 would not be had: 1 names are taken, 0 would fail\n");
    /* It is asked for without a trace. */
    child_kill(squatter);
    verb("plan", 0, "create   Global\\ShmbTest.New: section; access: ");
    /* One that was retired, and that a program has open: the broker's own. */
    holder = client_start(&user, "hold Global\\ShmbTest.Old");
    child_expect(holder, "held");
    scm_file(HEAD DATA);
    verb("reload", 0, "has applied");
    scm_file(HEAD DATA OLD);
    verb("plan", 0, "adopt    Global\\ShmbTest.Old: it exists: a section of 4096 bytes");
    /* It comes back with another size, or another kind: the reload defers it. */
    scm_file(HEAD DATA "  ShmbTest.Old: { size: 8192, lock: none }\n");
    verb("plan", 1,
         "defer    Global\\ShmbTest.Old: it exists, and the size cannot change from 64 to 8192 "
         "bytes; to have it: shmbroker reload --recreate ShmbTest.Old, ");
    scm_file(HEAD DATA "events: { ShmbTest.Old: { reset: auto } }\n");
    verb("plan", 1, "defer    Global\\ShmbTest.Old: it exists, and it is a section and cannot ");
    verb("reload", 1, "it is a section and cannot become an event");
    scm_file(HEAD DATA);
    verb("reload", 0, "has applied");
    child_kill(holder);
    /* More than there is. */
    scm_file(HEAD DATA "  ShmbTest.Huge: { size: 1024 GiB, lock: none }\n");
    verb("plan", 1, "fail     Global\\ShmbTest.Huge: not enough memory for 1099511627776 bytes");
    /* The object is made, its plain names are not. */
    scm_file(HEAD DATA "  ShmbTest.New: { size: 64, lock: none, sessions: alias }\n");
    verb("plan", 1, "create   Global\\ShmbTest.New: section");
    said_too("fail     Global\\ShmbTest.New: its plain name would not lead to it: sessions: alias "
             "needs LocalSystem, and the service runs as NT SERVICE\\ShmBroker; to have it: "
             "shmbroker install --account LocalSystem");
    /* A file that is missing is an error of the whole configuration, at its place. */
    scm_file(HEAD DATA "  ShmbTest.New: { size: 64, initial: { file: 'no such file' } }\n");
    verb("plan", 1, "a reload would be refused, and nothing would change");
}

/* ---- status ---- */

static void status_is_json_too(void **state)
{
    (void)state;
    serve(HEAD DATA "  ShmbTest.Locked: { size: 100 }\n"
                    "semaphores: { ShmbTest.Five: { maximum: 5 } }\n"
                    "events: { ShmbTest.Manual: { reset: manual } }\n");
    verb("reload", 0, "keep     5: done");
    verb("status --json", 0, "\"complete\": true");
    said_too("\"version\": \"" SHMB_VERSION "\"");
    said_too("\"configuration_read\": \"20");
    said_too("\"configuration_digest\": \"");
    said_too("\"console_process\": null");
    said_too("\"state\": \"running\"");
    said_too("\"account\": ");
    said_too("my config.yaml\"");
    said_too("\"result\": \"applied\"");
    said_too("\"action\": \"keep\"");
    said_too("\"bytes\": 164");
    said_too("\"name\": \"ShmbTest.Data\"");
    said_too("\"bytes\": 64");
    said_too("\"lock\": \"ShmbTest.Locked.lock\"");
    said_too("\"maximum\": 5");
    said_too("\"manual_reset\": true");
    said_too("\"troubles\": []");
    assert_int_equal(run_as(&user, "status --json"), 0);
    said_too("\"report\": false");
    said_too("\"name\": \"ShmbTest.Five\"");
    said_too("\"reload\": null");
    verb("stop", 0, "stopped");
    verb("status --json", 5, "\"state\": \"held\"");
    said_too("\"end\": \"it was stopped as asked\"");
    said_too("\"complete\": false");
    verb("stop --release", 0, "is not running");
    verb("status --json", 5, "\"state\": \"missing\"");
    said_too("\"complete\": false");
}

static void status_tells_users_what_they_may_know(void **state)
{
    struct child *squatter = client_start(NULL, "create event Global\\ShmbTest.Old");

    (void)state;
    child_expect(squatter, "created");
    serve_as(HEAD DATA OLD, 1, "degraded:      1 object taken\n");
    assert_int_equal(run_as(&user, "status"), 1);
    said_too("administrators only");
    said_too("section Global\\ShmbTest.Data: held; access: Interactive read and write\n");
    said_too("section Global\\ShmbTest.Old: taken by an object");
    said_too("objects:       1 held, 64 bytes\n               1 conflict\n");
    /* What is selected is complete; the broker is not, and for the same reason as ever. */
    verb("status ShmbTest.Data --json", 0, "\"1 object taken\"");
    not_said("does not say why");
    assert_int_equal(run_as(&user, "status ShmbTest.Data --json"), 0);
    said_too("\"1 object taken\"");
}

/* Every object of what is served is held, and yet it is not what the file asks for. */
static void status_says_degraded_and_why(void **state)
{
    (void)state;
    serve(HEAD DATA);
    verb("status --json", 0, "\"degraded\": false");
    said_too("\"reasons\": []");
    said_too("\"access\": [\n        {\n          \"account\": \"Interactive\",\n"
             "          \"sid\": \"S-1-5-4\",\n          \"may\": \"read and write\",\n"
             "          \"denied\": null\n        }\n      ],\n      \"integrity\": null");
    verb("status", 0, "held; access: Interactive read and write\n");
    not_said("degraded");
    verb("stop", 0, "stopped");
    scm_file("version: 1\nsegments: 7\n");
    verb("start", 1, "degraded:      1 main file unusable");
    /* Without a line, a task would log an exit code that nothing explains. */
    verb("start --quiet", 1, "degraded:      1 main file unusable");
    verb("start --json", 1, "\"1 main file unusable, ");
    not_said("degraded:      ");
    verb("status", 1, "degraded:      1 main file unusable, what was in force last is served\n");
    said_too("my config.yaml: last-good, it cannot be used");
    said_too("section Global\\ShmbTest.Data: held; access: Interactive read and write\n");
    verb("status --json", 1, "\"degraded\": true");
    said_too("\"1 main file unusable, what was in force last is served\"");
    assert_int_equal(run_as(&user, "status"), 0);
    scm_file(HEAD DATA_LARGE);
    verb("reload", 1, "defer");
    verb("reload --quiet", 1, "degraded:      1 object deferred\n");
    verb("status", 1, "degraded:      1 object deferred\n");
    not_said("last-good");
}

/* ---- in a console ---- */

/* `started`: the event that says so. */
static struct child *run_in_console(const char *text, const char *started)
{
    static const struct launch console = {.console = true};
    const char *file = scm_file(text);
    struct child *broker = child_start(
        &console, "\"%s\" run --release --allow-unsafe-config --config \"%s\" --state \"%s.state\"",
        support_sibling("shmbroker.exe"), file, file);

    child_find(broker, started, SUPPORT_DEADLINE_MS);
    return broker;
}

static void end_in_console(struct child *broker)
{
    child_interrupt(broker);
    child_find(broker, "info 102", SUPPORT_DEADLINE_MS);
    assert_int_equal(child_end(broker), 0);
}

/* Takes away the folder that run_in_console names; returns how many files were in it. */
static int remove_state(void)
{
    char folder[1024], path[2048];
    WIN32_FIND_DATAW entry;
    HANDLE search;
    int files = 0;

    snprintf(folder, sizeof(folder), "%s.state", scm_file(HEAD OLD));
    snprintf(path, sizeof(path), "%s\\*", folder);
    search = FindFirstFileW(support_wide(path), &entry);
    assert_true(search != INVALID_HANDLE_VALUE);
    do {
        snprintf(path, sizeof(path), "%s\\%s", folder, support_narrow(entry.cFileName));
        files += DeleteFileW(support_wide(path)) ? 1 : 0;
    } while (FindNextFileW(search, &entry));
    FindClose(search);
    RemoveDirectoryW(support_wide(folder));
    return files;
}

static void run_keeps_its_state_where_it_is_told(void **state)
{
    struct child *broker = run_in_console(HEAD OLD, "info 100");

    (void)state;
    assert_true(remove_state() > 0);
    end_in_console(broker);
    remove_state();
}

/* The service is installed, and not what runs. */
static void status_tells_of_a_broker_beside_the_stopped_service(void **state)
{
    struct child *squatter, *broker;

    (void)state;
    serve(HEAD DATA);
    verb("status", 0, "state:         running");
    not_said("broker: ");
    verb("stop --release", 0, "released");
    squatter = client_start(NULL, "create event Global\\ShmbTest.New");
    child_expect(squatter, "created");
    broker = run_in_console(HEAD OLD NEW, "warning 101");
    verb("status", 5, "state:         stopped; it was stopped as asked\n");
    said_too("broker:        runs in a console, process ");
    said_too("; what follows is what it holds\n");
    said_too("degraded:      1 object taken\n");
    said_too("section Global\\ShmbTest.Old: held");
    said_too("section Global\\ShmbTest.New: taken by an event");
    verb("status --json", 5, "\"console_process\": ");
    not_said("\"console_process\": null");
    said_too("\"complete\": false");
    said_too("\"degraded\": true");
    end_in_console(broker);
    remove_state();
}

static void ctrl_break_reloads(void **state)
{
    struct child *broker;

    (void)state;
    if (support_wine())
        skip(); /* its consoles have no Ctrl+Break */
    broker = run_in_console(HEAD OLD, "info 100");
    scm_file(HEAD NEW);
    child_break(broker);
    child_find(broker, "info 210", SUPPORT_DEADLINE_MS);
    expect_open("ShmbTest.New", "0x4", "0");
    expect_open("ShmbTest.Old", "0x4", "2");
    end_in_console(broker);
    remove_state();
}

#define TEST(name) cmocka_unit_test_teardown(name, scm_teardown)

static const struct verb verbs[] = {
    {"late-map", 1, late_map}, {"shut-out", 1, shut_out}, {"hold", 1, hold}};

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wrong_command_lines_are_code_2),
        TEST(without_a_broker_they_say_so),
        TEST(nothing_to_do_is_done),
        TEST(what_is_let_go_is_listed_while_a_program_has_it),
        TEST(each_step_is_told_and_done),
        TEST(audit_says_who_may_do_what),
        TEST(who_has_it_open_keeps_what_it_has),
        TEST(access_that_a_program_changed_is_put_right),
        TEST(a_refused_one_changes_nothing),
        TEST(a_taken_name_is_code_1),
        TEST(another_size_is_deferred_and_made_anew_on_demand),
        TEST(a_watched_file_is_applied_by_itself),
        TEST(whoever_may_not_control_the_service_is_refused),
        TEST(a_plan_does_nothing),
        TEST(plan_does_not_promise_what_will_fail),
        TEST(status_is_json_too),
        TEST(status_tells_users_what_they_may_know),
        TEST(status_says_degraded_and_why),
        TEST(run_keeps_its_state_where_it_is_told),
        TEST(status_tells_of_a_broker_beside_the_stopped_service),
        TEST(ctrl_break_reloads),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
