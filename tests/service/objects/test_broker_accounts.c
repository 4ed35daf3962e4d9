/*
 * Brokers and clients that run as accounts of their own: an administrator in a console,
 * elevated and not, the service as LocalService with its service SID, another service of
 * LocalService without it, the virtual account, standard users. Who owns what a broker makes,
 * who may take it over, and who may open it.
 *
 * The accounts are tokens that the launcher makes: they have the SIDs that Windows would
 * give them, and exist nowhere else.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "names.h"
#include "processes.h"
#include "service_manager.h"
#include "squatter.h"

#define ADMINISTRATORS "S-1-5-32-544"

#define DOMAIN  "S-1-5-21-9-9-9-"
#define READER  DOMAIN "1001"
#define WRITER  DOMAIN "1002"
#define PERSON  DOMAIN "1003" /* in the group of writers, and denied */
#define NOBODY  DOMAIN "1004"
#define MANAGER DOMAIN "1005" /* an administrator */
#define TRADERS DOMAIN "2001"

/* The first is the primary group, as Windows has it for these accounts. */
#define SERVICE_GROUPS "LS WD AU SU BU S-1-2-0"
#define USER_GROUPS    DOMAIN "513 WD AU IU BU S-1-2-0"

/* Wine gives all files to its one user, whose own broker alone trusts its state. */
#define WINE_USER "S-1-5-21-0-0-0-1000"

#define DATA      "Global\\ShmbTest.Data"
#define DATA_LOCK "Global\\ShmbTest.Data.lock"
#define MUTEX     "Global\\ShmbTest.Mutex"

#define SEGMENTS                                                                                   \
    "version: 1\n"                                                                                 \
    "segments:\n"                                                                                  \
    "  ShmbTest.Data:\n"                                                                           \
    "    size: 64\n"                                                                               \
    "    access: { read: [" READER "], write: [" WRITER ", " TRADERS "], deny: [" PERSON "] }\n"   \
    "mutexes:\n"                                                                                   \
    "  ShmbTest.Mutex: { access: { write: [Users] } }\n"

static const char configuration[] = SEGMENTS;
static const char more[] = SEGMENTS "  ShmbTest.More: { access: { write: [Users] } }\n";

#define SAME "4096: 68656c6c6f" /* hello */

/* Each as Windows makes its token; what may own has SE_GROUP_OWNER there. */
static struct launch service = {
    .user = "S-1-5-19", .groups = SERVICE_GROUPS, .owners = SHMB_SERVICE_SID};
static struct launch administrator = {.user = MANAGER, .groups = USER_GROUPS, .owners = "BA"};
static const struct launch virtual_account = {
    .user = SHMB_SERVICE_SID, .groups = SERVICE_GROUPS, .owners = SHMB_SERVICE_SID};
static const struct launch system_account = {
    .user = "SY", .groups = "SY WD AU S-1-2-0", .owners = "BA"};
static const struct launch not_elevated = {.user = MANAGER, .groups = USER_GROUPS, .deny = "BA"};
static const struct launch other_service = {.user = "S-1-5-19", .groups = SERVICE_GROUPS};
static const struct launch reader = {.user = READER, .groups = USER_GROUPS};
static const struct launch writer = {.user = WRITER, .groups = USER_GROUPS};
static const struct launch trader = {.user = NOBODY, .groups = USER_GROUPS " " TRADERS};
static const struct launch denied = {.user = PERSON, .groups = USER_GROUPS " " TRADERS};
static const struct launch nobody = {.user = NOBODY, .groups = USER_GROUPS};

/* ---- brokers ---- */

static struct child *start(const struct launch *who, const char *file)
{
    struct launch how = *who;

    if (support_wine())
        how.session = "0";
    return child_start(&how, "\"%s\" run --allow-unsafe-config --config \"%s\"",
                       support_sibling("shmbroker.exe"), file);
}

static struct child *serve(const struct launch *who)
{
    struct child *child = start(who, scm_file(configuration));
    const char *line;

    do {
        line = child_line(child);
        assert_non_null(line);
    } while (strncmp(line, "info 100:", 9) != 0 && strncmp(line, "warning 103:", 12) != 0);
    /*
     * Wine keeps no owners of files: to another account, the last good configuration of the broker
     * before is a stranger's, and cannot be replaced.
     */
    if (line[0] == 'w' && !(support_wine() && strstr(line, ": unsaved: ") != NULL))
        fail_msg("%s", line);
    return child;
}

/* The broker dies; its keeper holds on. */
static void crash(void)
{
    DWORD broker = processes_broker();

    assert_true(broker != 0);
    processes_kill(broker);
}

/* ---- what is there ---- */

static void expect(const struct launch *who, const char *answer, const char *question)
{
    const char *got = client_line(who, "%s", question);

    if (strcmp(got, answer) != 0)
        fail_msg("%s: %s instead of %s", question, got, answer);
}

/* All that the configuration names has this owner. */
static void check_owner(const char *sid)
{
    expect(&administrator, sid, "owner section " DATA);
    expect(&administrator, sid, "owner mutex " DATA_LOCK);
    expect(&administrator, sid, "owner mutex " MUTEX);
}

/* make SDDL KIND NAME: holds it. */
static int make(int argc, char **argv)
{
    (void)argc;
    client_say(squatter_make(argv[1], argv[2], argv[0], 64, SQUATTER_BYTES) != NULL ? "holding"
                                                                                    : "nothing");
    client_wait_for_end();
    return 0;
}

/* open-process PID MASK... */
static int open_process(int argc, char **argv)
{
    char line[256] = "";
    int i;

    for (i = 1; i < argc; i++) {
        HANDLE process = OpenProcess((DWORD)strtoul(argv[i], NULL, 16), FALSE,
                                     (DWORD)strtoul(argv[0], NULL, 10));

        snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%lu", i > 1 ? " " : "",
                 process != NULL ? 0 : GetLastError());
        if (process != NULL)
            CloseHandle(process);
    }
    client_say("%s", line);
    return 0;
}

/* ---- tests ---- */

#define SECTION_AS "open section " DATA " 0x4 0x6 0xf001f 0x40000"
#define LOCK_AS    "open mutex " DATA_LOCK " 0x100000 0x100001 0x40000"

static void each_token_has_the_rights_of_its_sids(void **state)
{
    static const struct {
        const struct launch *who;
        const char *section, *lock;
    } rows[] = {
        {&reader, "0 5 5 5", "5 5 5"},        {&writer, "0 0 5 5", "0 0 5"},
        {&trader, "0 0 5 5", "0 0 5"},        {&denied, "5 5 5 5", "5 5 5"},
        {&nobody, "5 5 5 5", "5 5 5"},        {&not_elevated, "5 5 5 5", "5 5 5"},
        {&administrator, "0 0 0 0", "0 0 0"}, {&other_service, "5 5 5 5", "5 5 5"},
        {&service, "0 0 0 0", "0 0 0"},       {&system_account, "0 0 0 0", "0 0 0"},
    };
    size_t i;

    (void)state;
    if (!support_tokens())
        skip(); /* needs tokens of other users */
    serve(&service);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        expect(rows[i].who, rows[i].section, SECTION_AS);
        expect(rows[i].who, rows[i].lock, LOCK_AS);
    }
}

static void shmb_says(const struct launch *who, DWORD code, const char *part, const char *arguments)
{
    static char said[SUPPORT_LINE_MAX];
    DWORD got = child_said(child_start(who, "\"%s\" %s", support_sibling("shmb.exe"), arguments),
                           said, sizeof(said));

    if (got != code || strstr(said, part) == NULL)
        fail_msg("shmb %s: code %lu instead of %lu, or no \"%s\", in:\n%s", arguments, got, code,
                 part, said);
}

/* The library reads the broker's directory, and checks the owner, as any account may. */
static void the_command_line_serves_each_account(void **state)
{
    (void)state;
    if (!support_tokens())
        skip(); /* needs tokens of other users */
    serve(&service);
    shmb_says(&trader, 0, "", "write ShmbTest.Data --text hello");
    shmb_says(&reader, 0, "hello", "read ShmbTest.Data --count 5");
    shmb_says(&reader, 0, "your rights: read\n", "info ShmbTest.Data");
    shmb_says(&reader, 3, "", "write ShmbTest.Data --text other");
    shmb_says(&reader, 123, "", "lock ShmbTest.Data -- cmd /c exit 9");
    shmb_says(&writer, 9, "", "lock ShmbTest.Data -- cmd /c exit 9");
    shmb_says(&denied, 3, "", "read ShmbTest.Data --count 5");
    shmb_says(&nobody, 3, "", "read ShmbTest.Data --count 5");
    shmb_says(&not_elevated, 3, "", "read ShmbTest.Data --count 5");
    shmb_says(&administrator, 0, "hello", "read ShmbTest.Data --count 5");
}

static void the_narrowest_sid_owns(void **state)
{
    static const struct {
        const struct launch *who;
        const char *owner;
    } rows[] = {{&service, SHMB_SERVICE_SID},
                {&virtual_account, SHMB_SERVICE_SID},
                {&administrator, ADMINISTRATORS},
                {&system_account, ADMINISTRATORS}};
    size_t i;

    (void)state;
    if (!support_tokens())
        skip(); /* needs tokens of other users */
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct child *broker = serve(rows[i].who);

        check_owner(rows[i].owner);
        child_kill(broker);
        support_end_keepers();
        support_forget();
    }
}

/* So that the service can take over what a console of an administrator's has made. */
static void the_service_sid_may_do_all_whoever_made_it(void **state)
{
    static const struct launch *const rows[] = {&service, &virtual_account, &administrator,
                                                &system_account};
    static const struct launch sid_alone = {.user = NOBODY,
                                            .groups = USER_GROUPS " " SHMB_SERVICE_SID};
    size_t i;

    (void)state;
    if (!support_tokens())
        skip(); /* needs tokens of other users */
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct child *broker = serve(rows[i]);

        expect(&sid_alone, "0", "open section " DATA " 0xf001f");
        expect(&sid_alone, "0", "open mutex " DATA_LOCK " 0x1f0001");
        expect(&sid_alone, "0", "open mutex " MUTEX " 0x1f0001");
        expect(&sid_alone, "0", "open section Global\\ShmBroker.Directory 0xf001f");
        expect(&sid_alone, "0", "open section Global\\ShmBroker.Control.1 0xf001f");
        expect(&sid_alone, "0", "open section Global\\ShmBroker.Report 0xf001f");
        child_kill(broker);
        support_end_keepers();
        support_forget();
    }
}

static void who_can_own_for_nobody_is_refused(void **state)
{
    static const struct launch *const rows[] = {&nobody, &not_elevated, &other_service};
    size_t i;

    (void)state;
    if (!support_tokens())
        skip(); /* needs tokens of other users */
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static char said[SUPPORT_LINE_MAX];
        struct child *broker = start(rows[i], scm_file(configuration));
        DWORD code = child_said(broker, said, sizeof(said));

        if (code != 3 || strstr(said, "can own objects neither as NT SERVICE\\ShmBroker") == NULL)
            fail_msg("row %u: code %lu, in:\n%s", (unsigned)i, code, said);
    }
}

/* From one account to another in one restart; nobody but the keeper holds anything. */
static void hand_over(const struct launch *from, const struct launch *to, const char *owner)
{
    serve(from);
    expect(&writer, "written", "write " DATA " 0 hello");
    crash();
    serve(to);
    expect(&reader, SAME, "dump " DATA);
    check_owner(owner);
    /* The next one of the same account finds all of it its own. */
    crash();
    serve(to);
    expect(&reader, SAME, "dump " DATA);
    check_owner(owner);
}

static void from_an_administrators_console_to_the_service(void **state)
{
    (void)state;
    if (!support_tokens())
        skip(); /* needs tokens of other users */
    hand_over(&administrator, &service, SHMB_SERVICE_SID);
}

static void from_the_service_to_an_administrators_console(void **state)
{
    (void)state;
    if (!support_tokens())
        skip(); /* needs tokens of other users */
    hand_over(&service, &administrator, ADMINISTRATORS);
}

static void from_the_virtual_account_to_local_service(void **state)
{
    (void)state;
    if (!support_tokens())
        skip(); /* needs tokens of other users */
    hand_over(&virtual_account, &service, SHMB_SERVICE_SID);
}

static void from_local_service_to_the_virtual_account(void **state)
{
    (void)state;
    if (!support_tokens())
        skip(); /* needs tokens of other users */
    hand_over(&service, &virtual_account, SHMB_SERVICE_SID);
}

/* Neither can do by its own rights what the other one does: registry, files, processes. */
static void the_service_of_another_account_obeys_administrators(void **state)
{
    char arguments[1024];

    (void)state;
    if (!support_wine() || !support_tokens())
        skip(); /* Windows' service manager makes the tokens of services itself */
    snprintf(arguments, sizeof(arguments), "--config \"%s\"", scm_file(configuration));
    scm_create_as(&service, arguments);
    broker_says("start", 0, "runs");
    check_owner(SHMB_SERVICE_SID);
    expect(&writer, "written", "write " DATA " 0 hello");
    broker_says("status", 0, "ShmbTest.Data");
    scm_file(more);
    broker_says("reload", 0, "ShmbTest.More");
    expect(&reader, "0", "open mutex Global\\ShmbTest.More 0x100000");
    broker_says("stop", 0, "");
    expect(&reader, SAME, "dump " DATA);
    broker_says("start", 0, "runs");
    expect(&reader, SAME, "dump " DATA);
    broker_says("stop --release", 0, "");
    expect(&reader, "2", "open section " DATA " 0x4");
}

/* Of the same kind, open to everybody, and remembered: its owner alone tells. */
static void what_users_and_other_services_own_is_not_taken_over(void **state)
{
    static const struct {
        const struct launch *who;
        const char *sid;
    } rows[] = {{&nobody, NOBODY}, {&not_elevated, MANAGER}, {&other_service, "S-1-5-19"}};
    size_t i;

    (void)state;
    if (!support_tokens())
        skip(); /* needs tokens of other users */
    child_kill(serve(&service));
    support_end_keepers();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct child *squatter, *broker;
        char sddl[256];

        snprintf(sddl, sizeof(sddl), "O:%sD:(A;;GA;;;WD)", rows[i].sid);
        squatter = client_start(rows[i].who, "make %s mutex " MUTEX, sddl);
        child_expect(squatter, "holding");
        broker = start(&service, scm_file(configuration));
        assert_non_null(
            strstr(child_find(broker, "warning 300:", SUPPORT_DEADLINE_MS), "ShmbTest.Mutex"));
        child_find(broker, "warning 101:", SUPPORT_DEADLINE_MS);
        /* Nothing of it is changed. */
        expect(&nobody, rows[i].sid, "owner mutex " MUTEX);
        child_kill(broker);
        child_kill(squatter);
        support_end_keepers();
    }
}

/* Nor the keeper's. In a console the broker's own user may; other services are another one. */
static void no_other_account_opens_the_process(void **state)
{
    /* TERMINATE, VM_WRITE, DUP_HANDLE, CREATE_THREAD, QUERY_INFORMATION */
    static const char masks[] = "0x1 0x20 0x40 0x2 0x400";
    static const struct launch *const refused[] = {&reader, &writer, &not_elevated};
    char question[128];
    DWORD processes[2];
    size_t i;

    (void)state;
    if (!support_tokens())
        skip(); /* needs tokens of other users */
    serve(&service);
    processes[0] = processes_broker();
    processes[1] = processes_child_of(processes[0]);
    assert_true(processes[0] != 0 && processes[1] != 0);
    for (i = 0; i < 2; i++) {
        size_t k;

        snprintf(question, sizeof(question), "open-process %lu %s", processes[i], masks);
        for (k = 0; k < sizeof(refused) / sizeof(refused[0]); k++)
            expect(refused[k], "5 5 5 5 5", question);
        expect(&administrator, "0 0 0 0 0", question);
    }
}

static const struct verb verbs[] = {{"make", 3, make}, {"open-process", 2, open_process}};

#define TEST(name) cmocka_unit_test_teardown(name, scm_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_token_has_the_rights_of_its_sids),
        TEST(the_command_line_serves_each_account),
        TEST(the_narrowest_sid_owns),
        TEST(the_service_sid_may_do_all_whoever_made_it),
        TEST(who_can_own_for_nobody_is_refused),
        TEST(from_an_administrators_console_to_the_service),
        TEST(from_the_service_to_an_administrators_console),
        TEST(from_the_virtual_account_to_local_service),
        TEST(from_local_service_to_the_virtual_account),
        TEST(the_service_of_another_account_obeys_administrators),
        TEST(what_users_and_other_services_own_is_not_taken_over),
        TEST(no_other_account_opens_the_process),
    };

    if (support_wine())
        service.user = administrator.user = WINE_USER;
    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
