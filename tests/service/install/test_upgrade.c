/* Another version in the place of one that runs. */
#include "installing.h"

#include <sddl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requesting.h"
#include "shmb.h"

#define LOCK "Global\\ShmbTest.Data.lock"

static const char with_told[] =
    "version: 1\n"
    "segments:\n"
    "  ShmbTest.Data: { size: 64, access: { write: [Interactive, Users] } }\n"
    "  ShmbTest.Told: { size: 8, notify: true, access: { write: [Interactive, Users] } }\n";

static const struct launch user = {.standard_user = true};

/* Clients before, while and after: one holds the lock, one waits for it, one has written. */
struct clients {
    struct child *writer, *holder, *waiter;
};

static void clients_begin(struct clients *clients)
{
    clients->writer = client_start(&user, "write-wait Global\\ShmbTest.Data 0 before");
    child_expect(clients->writer, "written");
    clients->holder = client_start(&user, "hold " LOCK);
    child_expect(clients->holder, "holding");
    clients->waiter = client_start(&user, "take " LOCK " %u", SUPPORT_DEADLINE_MS);
}

static void clients_end(struct clients *clients)
{
    assert_string_equal(client_line(&user, "take " LOCK " 0"), "timeout");
    assert_int_equal(child_end(clients->holder), 0);
    child_expect(clients->waiter, "taken");
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Data"), "4096: 6265666f7265");
    assert_int_equal(child_end(clients->writer), 0);
}

/* ---- clients with the library ------------------------------------------------- */

static shmb_segment *open_told(void)
{
    shmb_segment *segment = NULL;

    if (shmb_open("ShmbTest.Told", SHMB_WRITE, SUPPORT_DEADLINE_MS, &segment) != SHMB_OK)
        client_say("not open");
    return segment;
}

/* lib-write: is in the middle of a write until its input ends. */
static int lib_write(int argc, char **argv)
{
    shmb_segment *segment = open_told();
    int32_t result = shmb_lock(segment, 0);

    (void)argc;
    (void)argv;
    if (result == SHMB_OK)
        result = shmb_write_begin(segment);
    if (result == SHMB_OK)
        result = shmb_write(segment, 0, "half", 4, NULL);
    client_say("half %d", (int)result);
    client_wait_for_end();
    result = shmb_write(segment, 4, "full", 4, NULL);
    if (result == SHMB_OK)
        result = shmb_write_end(segment);
    if (result == SHMB_OK)
        result = shmb_unlock(segment);
    client_say("full %d", (int)result);
    return shmb_close(segment) != SHMB_OK;
}

/* lib-lock: gets it when the writer is done. */
static int lib_lock(int argc, char **argv)
{
    shmb_segment *segment = open_told();
    char bytes[9] = "";
    int32_t result;

    (void)argc;
    (void)argv;
    client_say("waiting %d", (int)shmb_lock(segment, 0));
    result = shmb_lock(segment, SUPPORT_DEADLINE_MS);
    (void)shmb_read(segment, 0, bytes, 8, NULL);
    client_say("locked %d %s", (int)result, bytes);
    return shmb_close(segment) != SHMB_OK;
}

/* lib-changed: is told when the writer is done. */
static int lib_changed(int argc, char **argv)
{
    shmb_segment *segment = open_told();
    uint64_t number = 0;
    int32_t result = shmb_change_number(segment, &number);

    (void)argc;
    (void)argv;
    client_say("waiting %d", (int)result);
    client_say("changed %d", (int)shmb_wait_changed(segment, &number, SUPPORT_DEADLINE_MS));
    return shmb_close(segment) != SHMB_OK;
}

static const struct verb verbs[] = {
    {"lib-write", 0, lib_write}, {"lib-lock", 0, lib_lock}, {"lib-changed", 0, lib_changed}};

/* ---- tests ------------------------------------------------------------------ */

static void clients_do_not_notice_another_version(void **state)
{
    struct clients clients;
    DWORD before;

    (void)state;
    install_and_start(with_told);
    before = scm_wait(SERVICE_RUNNING).dwProcessId;
    clients_begin(&clients);
    program_says(support_sibling("shmbroker_next.exe"), "install --allow-unsafe-config", 0,
                 "runs with this program now");
    assert_int_not_equal(scm_wait(SERVICE_RUNNING).dwProcessId, before);
    program_says(installed_program(), "--version", 0, "shmbroker 99.0.0");
    clients_end(&clients);
    assert_false(exists(scm_program(L"\\shmbroker.exe.new")));
    /* And back: nothing it left behind is newer than this one knows. */
    broker_says("install --allow-unsafe-config", 0, "runs with this program now");
    program_says(installed_program(), "--version", 0, "shmbroker 1.");
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "0");
}

static void nor_do_clients_with_the_library(void **state)
{
    struct child *changed, *writer, *waiter;
    char waiting[32];

    (void)state;
    install_and_start(with_told);
    changed = client_start(&user, "lib-changed");
    child_expect(changed, "waiting 0");
    writer = client_start(&user, "lib-write");
    child_expect(writer, "half 0");
    waiter = client_start(&user, "lib-lock");
    snprintf(waiting, sizeof(waiting), "waiting %d", SHMB_TIMEOUT);
    child_expect(waiter, waiting);
    program_says(support_sibling("shmbroker_next.exe"), "install --allow-unsafe-config", 0,
                 "runs with this program now");
    assert_int_equal(child_end_with(writer, "full 0"), 0);
    child_expect(waiter, "locked 0 halffull");
    child_expect(changed, "changed 0");
    assert_int_equal(child_end(waiter), 0);
    assert_int_equal(child_end(changed), 0);
}

static const char with_a_rule[] = "version: 1\n"
                                  "defaults: { access: { read: [Users] } }\n"
                                  "requests:\n"
                                  "  Kept:\n"
                                  "    names: 'ShmbKept.*'\n"
                                  "    who: [Users]\n"
                                  "    size: 4 KiB\n"
                                  "    each: { objects: 2, memory: 64 KiB }\n"
                                  "    total: { objects: 2, memory: 64 KiB }\n"
                                  "    access: { write: [Requester, Users] }\n"
                                  "    lives: until released\n";

/* With its content, its account and its place in the quota. */
static void what_was_asked_for_outlives_another_version(void **state)
{
    struct child *holder;
    uint64_t generation;
    char full[64];

    (void)state;
    install_and_start(with_a_rule);
    requesting_expect(&user, "made", "request ShmbKept.1 64");
    holder = requesting_start(&user, "made", "keep ShmbKept.2 64");
    child_expect(holder, "open 0");
    assert_string_equal(client_line(&user, "write Global\\ShmbKept.1 0 one"), "written");
    generation = requesting_generation("ShmbKept.1");
    program_says(support_sibling("shmbroker_next.exe"), "install --allow-unsafe-config", 0,
                 "runs with this program now");
    program_says(installed_program(), "--version", 0, "shmbroker 99.0.0");
    assert_int_equal(requesting_generation("ShmbKept.1"), generation);
    assert_string_equal(client_line(&user, "dump Global\\ShmbKept.1"), "4096: 6f6e65");
    snprintf(full, sizeof(full), "%d %u 2 2", SHMB_QUOTA, SHMB_REASON_EACH_OBJECTS);
    requesting_expect(&user, full, "request ShmbKept.3 64");
    requesting_expect(&user, "0", "release ShmbKept.1");
    requesting_expect(&user, "made", "request ShmbKept.3 64");
    broker_says("install --allow-unsafe-config", 0, "runs with this program now");
    requesting_expect(&user, full, "request ShmbKept.4 64");
    requesting_expect(&user, "0", "release ShmbKept.3");
    requesting_expect(&user, "0", "release ShmbKept.2");
    assert_int_equal(child_end(holder), 0);
}

/* A registration that somebody has made his own, as far as the system knows such details. */

#define OWN_LIST                                                                                   \
    L"D:(A;;0x201fd;;;SY)(A;;0xf01ff;;;BA)(A;;0x2008d;;;IU)(A;;0x2008d;;;SU)(A;;0x4;;;AU)"
#define OWN_KEY L"D:P(A;CI;KA;;;SY)(A;CI;KA;;;BA)(A;CI;KR;;;BU)(A;CI;KR;;;AU)"

static SC_HANDLE open_service(DWORD access)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT), service;

    assert_non_null(manager);
    service = OpenServiceW(manager, L"ShmBroker", access);
    CloseServiceHandle(manager);
    assert_non_null(service);
    return service;
}

static HKEY open_key(REGSAM access)
{
    HKEY key;

    assert_int_equal(RegOpenKeyExW(HKEY_LOCAL_MACHINE,
                                   L"SYSTEM\\CurrentControlSet\\Services\\ShmBroker", 0, access,
                                   &key),
                     ERROR_SUCCESS);
    return key;
}

static void set_point(SC_HANDLE service, DWORD level, void *value)
{
    if (!ChangeServiceConfig2W(service, level, value))
        assert_int_equal(support_wine() ? GetLastError() : 0, ERROR_INVALID_LEVEL);
}

static void make_it_own(void)
{
    SC_HANDLE service = open_service(SERVICE_CHANGE_CONFIG | SERVICE_START | WRITE_DAC);
    wchar_t text[] = L"an own text", two[] = L"SeChangeNotifyPrivilege\0SeCreateGlobalPrivilege\0"
                                             L"SeImpersonatePrivilege\0";
    SC_ACTION action = {SC_ACTION_RESTART, 77000};
    SERVICE_DESCRIPTIONW description = {text};
    SERVICE_PRESHUTDOWN_INFO preshutdown = {54321};
    SERVICE_REQUIRED_PRIVILEGES_INFOW privileges = {two};
    SERVICE_FAILURE_ACTIONSW failure = {4321, NULL, NULL, 1, &action};
    SERVICE_FAILURE_ACTIONS_FLAG flag = {TRUE};
    SERVICE_DELAYED_AUTO_START_INFO delay = {TRUE};
    PSECURITY_DESCRIPTOR list = descriptor_of(OWN_LIST), of_key = descriptor_of(OWN_KEY);
    HKEY key = open_key(WRITE_DAC);

    assert_true(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_DEMAND_START,
                                     SERVICE_NO_CHANGE, NULL, NULL, NULL, NULL, NULL, NULL, NULL));
    set_point(service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &delay);
    set_point(service, SERVICE_CONFIG_DESCRIPTION, &description);
    set_point(service, SERVICE_CONFIG_PRESHUTDOWN_INFO, &preshutdown);
    set_point(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &privileges);
    set_point(service, SERVICE_CONFIG_FAILURE_ACTIONS, &failure);
    set_point(service, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &flag);
    assert_true(SetServiceObjectSecurity(service, DACL_SECURITY_INFORMATION, list));
    assert_int_equal(RegSetKeySecurity(key, DACL_SECURITY_INFORMATION, of_key), ERROR_SUCCESS);
    RegCloseKey(key);
    LocalFree(list);
    LocalFree(of_key);
    CloseServiceHandle(service);
}

static unsigned entries(PSECURITY_DESCRIPTOR descriptor)
{
    BOOL present, defaulted;
    PACL list = NULL;

    assert_true(GetSecurityDescriptorDacl(descriptor, &present, &list, &defaulted));
    return list != NULL ? list->AceCount : 0;
}

union point {
    BYTE bytes[8192];
    SECURITY_DESCRIPTOR descriptor;
    SERVICE_DESCRIPTIONW description;
    SERVICE_PRESHUTDOWN_INFO preshutdown;
    SERVICE_SID_INFO sid;
    SERVICE_REQUIRED_PRIVILEGES_INFOW privileges;
    SERVICE_FAILURE_ACTIONSW failure;
    SERVICE_FAILURE_ACTIONS_FLAG flag;
    SERVICE_DELAYED_AUTO_START_INFO delay;
    QUERY_SERVICE_CONFIGW config;
};

static const union point *get_point(SC_HANDLE service, DWORD level)
{
    static union point point;
    DWORD size;

    memset(&point, 0, sizeof(point));
    if (!QueryServiceConfig2W(service, level, point.bytes, sizeof(point), &size))
        assert_true(support_wine());
    return &point;
}

/* All of it in a line. */
static void describe(char out[512])
{
    SC_HANDLE service = open_service(SERVICE_QUERY_CONFIG | READ_CONTROL);
    HKEY key = open_key(READ_CONTROL);
    const union point *point = get_point(service, SERVICE_CONFIG_DESCRIPTION);
    size_t at = (size_t)snprintf(out, 512, "%ls", point->description.lpDescription);
    static union point list;
    const wchar_t *one;
    DWORD size = sizeof(list);

    assert_true(QueryServiceConfigW(service, &list.config, size, &size));
    point = get_point(service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO);
    at += (size_t)snprintf(out + at, 512 - at, ", start type %lu, delay %d",
                           list.config.dwStartType, point->delay.fDelayedAutostart);
    size = sizeof(list);
    point = get_point(service, SERVICE_CONFIG_PRESHUTDOWN_INFO);
    at += (size_t)snprintf(out + at, 512 - at, ", %lu ms", point->preshutdown.dwPreshutdownTimeout);
    point = get_point(service, SERVICE_CONFIG_SERVICE_SID_INFO);
    at += (size_t)snprintf(out + at, 512 - at, ", SID %lu", point->sid.dwServiceSidType);
    point = get_point(service, SERVICE_CONFIG_FAILURE_ACTIONS);
    at += (size_t)snprintf(out + at, 512 - at, ", %lu actions, %lu s, %lu", point->failure.cActions,
                           point->failure.dwResetPeriod,
                           point->failure.cActions > 0 ? point->failure.lpsaActions[0].Delay : 0);
    point = get_point(service, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG);
    at +=
        (size_t)snprintf(out + at, 512 - at, ", %d", point->flag.fFailureActionsOnNonCrashFailures);
    assert_true(
        QueryServiceObjectSecurity(service, DACL_SECURITY_INFORMATION, list.bytes, size, &size));
    at += (size_t)snprintf(out + at, 512 - at, ", %u entries", entries(list.bytes));
    size = sizeof(list);
    assert_int_equal(RegGetKeySecurity(key, DACL_SECURITY_INFORMATION, list.bytes, &size),
                     ERROR_SUCCESS);
    at += (size_t)snprintf(out + at, 512 - at, ", %u of its key", entries(list.bytes));
    point = get_point(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO);
    for (one = point->privileges.pmszRequiredPrivileges; one != NULL && *one != 0;
         one += wcslen(one) + 1)
        at += (size_t)snprintf(out + at, 512 - at, ", %ls", one);
    RegCloseKey(key);
    CloseServiceHandle(service);
}

static bool is_readable(DWORD level)
{
    SC_HANDLE service = open_service(SERVICE_QUERY_CONFIG);
    union point point;
    DWORD size;
    bool readable = QueryServiceConfig2W(service, level, point.bytes, sizeof(point), &size);

    CloseServiceHandle(service);
    return readable;
}

/* What `install` cannot read it cannot put back; all of such is told, and nothing else. */
static void expect_warned(const char *said)
{
    static const struct {
        DWORD level;
        const char *what;
    } points[] = {
        {SERVICE_CONFIG_DESCRIPTION, "its description"},
        {SERVICE_CONFIG_SERVICE_SID_INFO, "the type of its SID"},
        {SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, "its privileges"},
        {SERVICE_CONFIG_PRESHUTDOWN_INFO, "its time before a shutdown"},
        {SERVICE_CONFIG_FAILURE_ACTIONS, "its restarts"},
        {SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, "what it is restarted after"},
        {SERVICE_CONFIG_DELAYED_AUTO_START_INFO, "whether its start is delayed"},
    };
    char line[128];
    size_t i;

    for (i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        snprintf(line, sizeof(line), "get back %s, which could not be read", points[i].what);
        if ((strstr(said, line) == NULL) != is_readable(points[i].level))
            fail_msg("%s: told amiss in:\n%s", points[i].what, said);
    }
    assert_null(strstr(said, "get back its access list, which"));
    assert_null(strstr(said, "get back the access list of its registry key, which"));
}

static void a_version_that_does_not_start_gives_way_to_the_former(void **state)
{
    char before[512], after[512];
    struct clients clients;
    const char *said;

    (void)state;
    install_and_start(with_told);
    make_it_own();
    describe(before);
    assert_non_null(strstr(before, "an own text, start type 3, delay"));
    assert_non_null(strstr(before, "54321 ms"));
    clients_begin(&clients);
    /* Wine's service manager does not see it come and go: a time-out. */
    said = program_says(support_sibling("shmbroker_broken.exe"),
                        "install --allow-unsafe-config --start-type auto --json",
                        support_wine() ? 4 : 7, "the former program runs again");
    /* The reason is why it failed, not what came after. */
    if (strstr(said, support_wine() ? "\"message\": \"cannot start the service: "
                                    : "\"message\": \"the service did not start: ") == NULL)
        fail_msg("another reason in:\n%s", said);
    expect_warned(said);
    scm_wait(SERVICE_RUNNING);
    describe(after);
    assert_string_equal(after, before);
    assert_string_equal(scm_registry("SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application"
                                     "\\ShmBroker",
                                     "EventMessageFile"),
                        installed_program());
    program_says(installed_program(), "--version", 0, "shmbroker 1.");
    clients_end(&clients);
}

static void the_same_program_does_not_disturb(void **state)
{
    DWORD before;

    (void)state;
    install_and_start(with_told);
    before = scm_wait(SERVICE_RUNNING).dwProcessId;
    broker_says("install --allow-unsafe-config", 0, "its registration is renewed");
    assert_int_equal(scm_wait(SERVICE_RUNNING).dwProcessId, before);
    /* Nor does the installed one itself, which stands where it belongs. */
    program_says(installed_program(), "install --allow-unsafe-config", 0,
                 "its registration is renewed");
    assert_int_equal(scm_wait(SERVICE_RUNNING).dwProcessId, before);
}

static void a_stopped_service_stays_stopped(void **state)
{
    (void)state;
    install_and_start(with_told);
    broker_says("stop", 0, "stopped");
    program_says(support_sibling("shmbroker_next.exe"), "install --allow-unsafe-config", 0,
                 "its registration is renewed");
    program_says(installed_program(), "--version", 0, "shmbroker 99.0.0");
    program_says(installed_program(), "status", 5, "stopped");
    program_says(installed_program(), "start", 0, "runs");
}

/* Once stopped, it could not be started again. */
static void a_disabled_service_goes_on(void **state)
{
    DWORD before;

    (void)state;
    install_and_start(with_told);
    before = scm_wait(SERVICE_RUNNING).dwProcessId;
    program_says(support_sibling("shmbroker_next.exe"),
                 "install --allow-unsafe-config --start-type disabled", 0,
                 "it is disabled, and goes on as it was until it stops");
    assert_int_equal(scm_wait(SERVICE_RUNNING).dwProcessId, before);
    program_says(installed_program(), "--version", 0, "shmbroker 99.0.0");
    broker_says("stop", 0, "stopped");
    program_says(installed_program(), "start", 7, "it is disabled");
    program_says(installed_program(), "install --allow-unsafe-config --start-type demand", 0,
                 "its registration is renewed");
    program_says(installed_program(), "start", 0, "runs");
}

/* It is not undone: the service runs. */
static void an_upgrade_tells_what_the_service_lacks(void **state)
{
    struct child *squatter;

    (void)state;
    install_and_start(with_told);
    broker_says("stop --release", 0, "released");
    squatter = client_start(NULL, "create event Global\\ShmbTest.Data");
    child_expect(squatter, "created");
    scm_start();
    scm_wait(SERVICE_RUNNING);
    program_says(support_sibling("shmbroker_next.exe"), "install --allow-unsafe-config", 1,
                 "section Global\\ShmbTest.Data: taken by an event");
    assert_int_equal(scm_wait(SERVICE_RUNNING).dwCurrentState, SERVICE_RUNNING);
    program_says(installed_program(), "--version", 0, "shmbroker 99.0.0");
    child_kill(squatter);
}

/* Gives a program the version 99.0.0 in its resource, as that of a later release has. */
static void set_version(const wchar_t *path)
{
    static const BYTE mark[] = {0xBD, 0x04, 0xEF, 0xFE}; /* VS_FFI_SIGNATURE */
    HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD size = GetFileSize(file, NULL), done = 0, version = 99u << 16, at;
    BYTE *bytes = malloc(size);

    assert_true(file != INVALID_HANDLE_VALUE && bytes != NULL);
    assert_true(ReadFile(file, bytes, size, &done, NULL));
    for (at = 0; at + sizeof(VS_FIXEDFILEINFO) < size; at++)
        if (memcmp(bytes + at, mark, sizeof(mark)) == 0 && bytes[at + 6] == 1 && bytes[at + 4] == 0)
            break;
    assert_true(at + sizeof(VS_FIXEDFILEINFO) < size);
    at += (DWORD)offsetof(VS_FIXEDFILEINFO, dwFileVersionMS);
    assert_int_equal(SetFilePointer(file, (LONG)at, NULL, FILE_BEGIN), at);
    assert_true(WriteFile(file, &version, sizeof(version), &done, NULL));
    version = 0;
    assert_true(WriteFile(file, &version, sizeof(version), &done, NULL));
    CloseHandle(file);
    free(bytes);
}

/* As after a copy by hand: the service runs the former one until it is started again. */
static void status_tells_that_another_program_is_installed(void **state)
{
    wchar_t aside[MAX_PATH];

    (void)state;
    install_and_start(with_told);
    broker_says("status", 0, "version:       " SHMB_VERSION "\n");
    wcscpy(aside, scm_program(L"\\shmbroker.exe.aside"));
    assert_true(MoveFileW(scm_program(L"\\shmbroker.exe"), aside));
    assert_true(CopyFileW(support_wide(support_sibling("shmbroker_next.exe")),
                          scm_program(L"\\shmbroker.exe"), TRUE));
    set_version(scm_program(L"\\shmbroker.exe"));
    broker_says("status", 0, "; the program file is 99.0.0, which the next start runs\n");
    broker_says("stop --release", 0, "released");
    broker_says("start", 0, "runs");
    broker_says("status", 0, "version:       99.0.0\n");
    broker_says("stop --release", 0, "released");
    assert_true(DeleteFileW(aside));
}

/* The keeper runs the former one, as long as the service does not. */
static void the_former_program_goes_at_the_next_start(void **state)
{
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;

    (void)state;
    install_and_start(with_told);
    broker_says("stop", 0, "stopped");
    program_says(support_sibling("shmbroker_next.exe"), "install --allow-unsafe-config", 0,
                 "the former program is still in use");
    assert_true(exists(scm_program(L"\\shmbroker.exe.old")));
    scm_start();
    scm_wait(SERVICE_RUNNING);
    /* Where the service may not, who starts it does; a file is let go of in its own time. */
    while (exists(scm_program(L"\\shmbroker.exe.old")) && GetTickCount64() < until)
        program_says(installed_program(), "start", 0, "runs already");
    assert_false(exists(scm_program(L"\\shmbroker.exe.old")));
}

#define TEST(name) cmocka_unit_test_teardown(name, scm_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clients_do_not_notice_another_version),
        TEST(nor_do_clients_with_the_library),
        TEST(what_was_asked_for_outlives_another_version),
        TEST(a_version_that_does_not_start_gives_way_to_the_former),
        TEST(the_same_program_does_not_disturb),
        TEST(a_stopped_service_stays_stopped),
        TEST(a_disabled_service_goes_on),
        TEST(the_former_program_goes_at_the_next_start),
        TEST(an_upgrade_tells_what_the_service_lacks),
        TEST(status_tells_that_another_program_is_installed),
    };

    requesting_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
