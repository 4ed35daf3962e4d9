/* Another version in the place of one that runs. */
#include "service_manager.h"

#include <sddl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pending_removal.h"
#include "program_file.h"
#include "shmb.h"

#define LOCK "Global\\ShmbTest.Data.lock"

static const char configuration[] =
    "version: 1\n"
    "segments:\n"
    "  ShmbTest.Data: { size: 64, access: { write: [Interactive, Users] } }\n"
    "  ShmbTest.Told: { size: 8, notify: true, access: { write: [Interactive, Users] } }\n";

static const struct launch user = {.standard_user = true};

static char said[8192];

/* Runs a program with a verb; the exit code must be `code`, and `part` among what it says. */
static void says(const char *program, const char *arguments, DWORD code, const char *part)
{
    struct child *child = child_start(NULL, "\"%s\" %s", program, arguments);
    DWORD got = child_said(child, said, sizeof(said));

    if (got != code || strstr(said, part) == NULL)
        fail_msg("%s %s: code %lu instead of %lu, or no \"%s\", in:\n%s", program, arguments, got,
                 code, part, said);
}

static const char *broker(void)
{
    return support_sibling("shmbroker.exe");
}

static const char *installed(void)
{
    return support_narrow(scm_program(L"\\shmbroker.exe"));
}

static bool exists(const wchar_t *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

static void serve(void)
{
    char arguments[1024];

    snprintf(arguments, sizeof(arguments), "install --config \"%s\" --allow-unsafe-config",
             scm_file(configuration));
    says(broker(), arguments, 0, "is installed");
    says(broker(), "start", 0, "runs");
    says(installed(), "--version", 0, "shmbroker 1.");
}

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
    serve();
    before = scm_wait(SERVICE_RUNNING).dwProcessId;
    clients_begin(&clients);
    says(support_sibling("shmbroker_next.exe"), "install --allow-unsafe-config", 0,
         "runs with this program now");
    assert_int_not_equal(scm_wait(SERVICE_RUNNING).dwProcessId, before);
    says(installed(), "--version", 0, "shmbroker 99.0.0");
    clients_end(&clients);
    assert_false(exists(scm_program(L"\\shmbroker.exe.new")));
    /* And back: nothing it left behind is newer than this one knows. */
    says(broker(), "install --allow-unsafe-config", 0, "runs with this program now");
    says(installed(), "--version", 0, "shmbroker 1.");
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "0");
}

static void nor_do_clients_with_the_library(void **state)
{
    struct child *changed, *writer, *waiter;
    char waiting[32];

    (void)state;
    serve();
    changed = client_start(&user, "lib-changed");
    child_expect(changed, "waiting 0");
    writer = client_start(&user, "lib-write");
    child_expect(writer, "half 0");
    waiter = client_start(&user, "lib-lock");
    snprintf(waiting, sizeof(waiting), "waiting %d", SHMB_TIMEOUT);
    child_expect(waiter, waiting);
    says(support_sibling("shmbroker_next.exe"), "install --allow-unsafe-config", 0,
         "runs with this program now");
    assert_int_equal(child_end_with(writer, "full 0"), 0);
    child_expect(waiter, "locked 0 halffull");
    child_expect(changed, "changed 0");
    assert_int_equal(child_end(waiter), 0);
    assert_int_equal(child_end(changed), 0);
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

static PSECURITY_DESCRIPTOR descriptor_of(const wchar_t *sddl)
{
    PSECURITY_DESCRIPTOR descriptor;

    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SDDL_REVISION_1,
                                                                     &descriptor, NULL));
    return descriptor;
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
    PSECURITY_DESCRIPTOR list = descriptor_of(OWN_LIST), of_key = descriptor_of(OWN_KEY);
    HKEY key = open_key(WRITE_DAC);

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
static void expect_warned(void)
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

    (void)state;
    serve();
    make_it_own();
    describe(before);
    assert_non_null(strstr(before, "an own text, 54321 ms"));
    clients_begin(&clients);
    /* Wine's service manager does not see it come and go: a time-out. */
    says(support_sibling("shmbroker_broken.exe"), "install --allow-unsafe-config --json",
         support_wine() ? 4 : 7, "the former program runs again");
    /* The reason is why it failed, not what came after. */
    if (strstr(said, support_wine() ? "\"message\": \"cannot start the service: "
                                    : "\"message\": \"the service did not start: ") == NULL)
        fail_msg("another reason in:\n%s", said);
    expect_warned();
    scm_wait(SERVICE_RUNNING);
    describe(after);
    assert_string_equal(after, before);
    assert_string_equal(scm_registry("SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application"
                                     "\\ShmBroker",
                                     "EventMessageFile"),
                        installed());
    says(installed(), "--version", 0, "shmbroker 1.");
    clients_end(&clients);
}

static void the_same_program_does_not_disturb(void **state)
{
    DWORD before;

    (void)state;
    serve();
    before = scm_wait(SERVICE_RUNNING).dwProcessId;
    says(broker(), "install --allow-unsafe-config", 0, "its registration is renewed");
    assert_int_equal(scm_wait(SERVICE_RUNNING).dwProcessId, before);
    /* Nor does the installed one itself, which stands where it belongs. */
    says(installed(), "install --allow-unsafe-config", 0, "its registration is renewed");
    assert_int_equal(scm_wait(SERVICE_RUNNING).dwProcessId, before);
}

static void a_stopped_service_stays_stopped(void **state)
{
    (void)state;
    serve();
    says(broker(), "stop", 0, "stopped");
    says(support_sibling("shmbroker_next.exe"), "install --allow-unsafe-config", 0,
         "its registration is renewed");
    says(installed(), "--version", 0, "shmbroker 99.0.0");
    says(installed(), "status", 5, "stopped");
    says(installed(), "start", 0, "runs");
}

/* It is not undone: the service runs. */
static void an_upgrade_tells_what_the_service_lacks(void **state)
{
    struct child *squatter;

    (void)state;
    serve();
    says(broker(), "stop --release", 0, "released");
    squatter = client_start(NULL, "create event Global\\ShmbTest.Data");
    child_expect(squatter, "created");
    scm_start();
    scm_wait(SERVICE_RUNNING);
    says(support_sibling("shmbroker_next.exe"), "install --allow-unsafe-config", 1,
         "section Global\\ShmbTest.Data: taken by an event");
    assert_int_equal(scm_wait(SERVICE_RUNNING).dwCurrentState, SERVICE_RUNNING);
    says(installed(), "--version", 0, "shmbroker 99.0.0");
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
    serve();
    says(broker(), "status", 0, "version:       " SHMB_VERSION "\n");
    wcscpy(aside, scm_program(L"\\shmbroker.exe.aside"));
    assert_true(MoveFileW(scm_program(L"\\shmbroker.exe"), aside));
    assert_true(CopyFileW(support_wide(support_sibling("shmbroker_next.exe")),
                          scm_program(L"\\shmbroker.exe"), TRUE));
    set_version(scm_program(L"\\shmbroker.exe"));
    says(broker(), "status", 0, "; the program file is 99.0.0, which the next start runs\n");
    says(broker(), "stop --release", 0, "released");
    says(broker(), "start", 0, "runs");
    says(broker(), "status", 0, "version:       99.0.0\n");
    says(broker(), "stop --release", 0, "released");
    assert_true(DeleteFileW(aside));
}

/* The keeper runs the former one, as long as the service does not. */
static void the_former_program_goes_at_the_next_start(void **state)
{
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;

    (void)state;
    serve();
    says(broker(), "stop", 0, "stopped");
    says(support_sibling("shmbroker_next.exe"), "install --allow-unsafe-config", 0,
         "the former program is still in use");
    assert_true(exists(scm_program(L"\\shmbroker.exe.old")));
    scm_start();
    scm_wait(SERVICE_RUNNING);
    /* Where the service may not, who starts it does; a file is let go of in its own time. */
    while (exists(scm_program(L"\\shmbroker.exe.old")) && GetTickCount64() < until)
        says(installed(), "start", 0, "runs already");
    assert_false(exists(scm_program(L"\\shmbroker.exe.old")));
}

static void the_program_goes_where_it_is_told(void **state)
{
    char arguments[1024], command[2048];

    (void)state;
    snprintf(arguments, sizeof(arguments), "install --to \"%s\" --config \"%s\"%s",
             support_narrow(scm_program(L"")), scm_file(configuration), " --allow-unsafe-config");
    says(broker(), arguments, 0, "is installed");
    snprintf(command, sizeof(command), "\"%s\" --config \"%s\" --allow-unsafe-config", installed(),
             scm_file(configuration));
    assert_string_equal(scm_registry("SYSTEM\\CurrentControlSet\\Services\\ShmBroker", "ImagePath"),
                        command);
    says(broker(), "uninstall", 0, "removed");
    assert_false(exists(scm_program(L"")));
    snprintf(arguments, sizeof(arguments), "install --to C:\\none\\none --config \"%s\"%s",
             scm_file(configuration), " --allow-unsafe-config");
    says(broker(), arguments, 7, "CreateDirectoryW");
    assert_false(scm_installed());
}

/* ---- what Windows does at its next restart -------------------------------------- */

#define SESSION_MANAGER L"SYSTEM\\CurrentControlSet\\Control\\Session Manager"
#define PENDING         L"PendingFileRenameOperations"

/*
 * The list of this machine, which these tests never write; freed with free(). A copy without an
 * entry if there is none.
 */
static wchar_t *read_pending(void)
{
    DWORD size = 0, room;
    wchar_t *list = NULL;
    LSTATUS code;

    do {
        free(list);
        room = size + (DWORD)(4 * sizeof(wchar_t));
        list = calloc(1, room);
        assert_non_null(list);
        size = room - (DWORD)(2 * sizeof(wchar_t));
        code = RegGetValueW(HKEY_LOCAL_MACHINE, SESSION_MANAGER, PENDING,
                            RRF_RT_REG_MULTI_SZ | RRF_ZEROONFAILURE, NULL, list, &size);
    } while (code == ERROR_MORE_DATA);
    assert_true(code == ERROR_SUCCESS || code == ERROR_FILE_NOT_FOUND);
    return list;
}

/* The path of a source, which may begin with * and a digit. NULL: it is no full path. */
static const wchar_t *path_of(const wchar_t *source)
{
    const wchar_t *start = wcsstr(source, L"\\??\\");

    return start != NULL && start - source <= 2 ? start + 4 : NULL;
}

/* Calls `each` for each file that Windows deletes at its next restart. */
static void each_pending(void (*each)(const wchar_t *path, void *context), void *context)
{
    wchar_t *list = read_pending();
    const wchar_t *source, *target;

    for (source = list; *source != 0; source = target + wcslen(target) + 1) {
        target = source + wcslen(source) + 1;
        if (*target == 0 && path_of(source) != NULL)
            each(path_of(source), context);
    }
    free(list);
}

static void delete_ours(const wchar_t *path, void *context)
{
    const wchar_t *folder = scm_program(L"");

    (void)context;
    if (_wcsnicmp(path, folder, wcslen(folder)) == 0 && !DeleteFileW(path))
        RemoveDirectoryW(path);
}

static void count_ours(const wchar_t *path, void *context)
{
    const wchar_t *folder = scm_program(L"");

    *(unsigned *)context += _wcsnicmp(path, folder, wcslen(folder)) == 0;
}

/* Windows deletes these at its next restart; here those of our folder, now. */
static void start_windows(void)
{
    each_pending(delete_ours, NULL);
}

static unsigned pending_of_ours(void)
{
    unsigned count = 0;

    each_pending(count_ours, &count);
    return count;
}

/* The machine keeps no entry of these tests. */
static int forget_pending(void **state)
{
    static const wchar_t *const names[] = {L"", L"\\shmbroker.exe", L"\\shmbroker.exe.old",
                                           L"\\shmbroker.exe.old2"};
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        (void)pending_removal_forget(scm_program(names[i]));
    return scm_teardown(state);
}

static void a_program_installed_again_survives_the_next_start(void **state)
{
    (void)state;
    serve();
    /* It cannot delete its own file. */
    says(installed(), "uninstall", 0, "it is deleted at the next restart of Windows");
    assert_false(exists(scm_program(L"\\shmbroker.exe")));
    assert_true(pending_of_ours() > 0);
    serve();
    start_windows();
    says(installed(), "--version", 0, "shmbroker 1.");
    assert_false(exists(scm_program(L"\\shmbroker.exe.old")));
}

static void install_takes_a_removal_at_the_next_start_back(void **state)
{
    (void)state;
    serve();
    assert_true(MoveFileExW(scm_program(L"\\shmbroker.exe"), NULL, MOVEFILE_DELAY_UNTIL_REBOOT));
    assert_true(MoveFileExW(scm_program(L""), NULL, MOVEFILE_DELAY_UNTIL_REBOOT));
    assert_int_equal(pending_of_ours(), 2);
    says(broker(), "install --allow-unsafe-config", 0, "its registration is renewed");
    assert_int_equal(pending_of_ours(), 0);
}

/* Neither now nor at the next restart: the file to delete by hand is named. */
static void a_program_that_cannot_be_deleted_is_named(void **state)
{
    PSECURITY_DESCRIPTOR before = NULL, closed;
    bool warned;
    DWORD size = 0;
    HKEY key;

    (void)state;
    if (!support_wine())
        skip(); /* the key belongs to Windows */
    serve();
    closed = descriptor_of(L"D:(D;;0x2;;;WD)(A;;KA;;;WD)"); /* no value may be set */
    assert_int_equal(
        RegOpenKeyExW(HKEY_LOCAL_MACHINE, SESSION_MANAGER, 0, READ_CONTROL | WRITE_DAC, &key),
        ERROR_SUCCESS);
    (void)RegGetKeySecurity(key, DACL_SECURITY_INFORMATION, NULL, &size);
    before = malloc(size);
    assert_non_null(before);
    assert_int_equal(RegGetKeySecurity(key, DACL_SECURITY_INFORMATION, before, &size),
                     ERROR_SUCCESS);
    assert_int_equal(RegSetKeySecurity(key, DACL_SECURITY_INFORMATION, closed), ERROR_SUCCESS);
    (void)child_said(child_start(NULL, "\"%s\" install --allow-unsafe-config", installed()), said,
                     sizeof(said));
    warned = strstr(said, "PendingFileRenameOperations") != NULL;
    (void)child_said(child_start(NULL, "\"%s\" uninstall", installed()), said, sizeof(said));
    assert_int_equal(RegSetKeySecurity(key, DACL_SECURITY_INFORMATION, before), ERROR_SUCCESS);
    RegCloseKey(key);
    LocalFree(closed);
    free(before);
    assert_true(warned);
    assert_non_null(strstr(said, "delete it by hand: "));
    assert_non_null(strstr(said, "shmbroker.exe.old"));
    assert_null(strstr(said, "it is deleted at the next restart"));
}

/* As on a server that is not reachable, where each look-up takes seconds. */
static void a_path_that_cannot_be_looked_up_is_not_tried_again(void **state)
{
    struct program_file_removal removal;
    const ULONGLONG from = GetTickCount64();

    (void)state;
    program_file_remove("C:\\a|b\\shmbroker.exe", &removal);
    assert_int_equal(removal.rest, PROGRAM_FILE_LEFT);
    assert_string_equal(removal.file, "C:\\a|b\\shmbroker.exe");
    program_file_removal_free(&removal);
    program_file_remove("C:\\no such folder\\shmbroker.exe", &removal);
    assert_int_equal(removal.rest, PROGRAM_FILE_GONE);
    program_file_removal_free(&removal);
    assert_true(GetTickCount64() - from < 2000); /* a single name retries for as long */
}

/* An equal file that the service cannot read, or whose owner could change it. */
static void faults_of_an_equal_program_are_mended(void **state)
{
    const wchar_t *program = scm_program(L"\\shmbroker.exe");
    PSECURITY_DESCRIPTOR others;
    BYTE found[512];
    BOOL defaulted;
    DWORD size;
    PSID owner;

    (void)state;
    if (support_wine())
        skip(); /* keeps no owners, encrypts nothing */
    serve();
    says(broker(), "stop --release", 0, "stopped");
    if (!EncryptFileW(program))
        skip(); /* not in every edition, nor on every volume */
    others = descriptor_of(L"O:BU");
    (void)SetFileSecurityW(program, OWNER_SECURITY_INFORMATION, others);
    LocalFree(others);
    says(broker(), "install --allow-unsafe-config", 0, "its registration is renewed");
    assert_int_equal(GetFileAttributesW(program) & FILE_ATTRIBUTE_ENCRYPTED, 0);
    assert_true(GetFileSecurityW(program, OWNER_SECURITY_INFORMATION, found, sizeof(found), &size));
    assert_true(GetSecurityDescriptorOwner(found, &owner, &defaulted));
    assert_true(IsWellKnownSid(owner, WinBuiltinAdministratorsSid));
}

/* ---- files that others have open, and read-only ones ---------------------------- */

static void a_read_only_program_is_copied_without_that(void **state)
{
    wchar_t path[MAX_PATH], folder[MAX_PATH];
    char arguments[1024];

    (void)state;
    assert_true(GetTempPathW(MAX_PATH - 40, folder) > 0);
    swprintf(path, MAX_PATH, L"%lsshmbroker.exe", folder);
    assert_true(CopyFileW(support_wide(broker()), path, FALSE));
    assert_true(SetFileAttributesW(path, FILE_ATTRIBUTE_READONLY));
    snprintf(arguments, sizeof(arguments), "install --config \"%s\" --allow-unsafe-config",
             scm_file(configuration));
    says(support_narrow(path), arguments, 0, "is installed");
    assert_true(SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL));
    assert_true(DeleteFileW(path));
    assert_int_equal(GetFileAttributesW(scm_program(L"\\shmbroker.exe")) & FILE_ATTRIBUTE_READONLY,
                     0);
    /* An earlier version left one that is. */
    assert_true(SetFileAttributesW(scm_program(L"\\shmbroker.exe"), FILE_ATTRIBUTE_READONLY));
    says(broker(), "uninstall", 0, "removed");
    assert_false(exists(scm_program(L"")));
}

static HANDLE open_as(const wchar_t *path, DWORD share)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, share, NULL, OPEN_EXISTING, 0, NULL);

    assert_true(file != INVALID_HANDLE_VALUE);
    return file;
}

/* As a virus scanner may have it. */
static void a_program_that_others_have_open_is_told_of(void **state)
{
    HANDLE file;

    (void)state;
    serve();
    says(broker(), "stop --release", 0, "stopped");
    file = open_as(scm_program(L"\\shmbroker.exe"), FILE_SHARE_READ);
    says(support_sibling("shmbroker_next.exe"), "install --allow-unsafe-config", 7,
         "another program may have the file open");
    CloseHandle(file);
    assert_false(exists(scm_program(L"\\shmbroker.exe.new")));
    says(installed(), "--version", 0, "shmbroker 1.");
}

/* Its name is free for the next installation, although the file is not gone yet. */
static void a_deleted_program_that_others_have_open_is_no_hindrance(void **state)
{
    HANDLE file;

    (void)state;
    serve();
    file = open_as(scm_program(L"\\shmbroker.exe"),
                   FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE);
    says(broker(), "uninstall", 0, "removed");
    serve();
    CloseHandle(file);
    start_windows();
    says(installed(), "--version", 0, "shmbroker 1.");
}

#define TEST(name)         cmocka_unit_test_teardown(name, scm_teardown)
#define PENDING_TEST(name) cmocka_unit_test_teardown(name, forget_pending)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clients_do_not_notice_another_version),
        TEST(nor_do_clients_with_the_library),
        TEST(a_version_that_does_not_start_gives_way_to_the_former),
        TEST(the_same_program_does_not_disturb),
        TEST(a_stopped_service_stays_stopped),
        TEST(the_former_program_goes_at_the_next_start),
        TEST(an_upgrade_tells_what_the_service_lacks),
        TEST(status_tells_that_another_program_is_installed),
        TEST(the_program_goes_where_it_is_told),
        PENDING_TEST(a_program_installed_again_survives_the_next_start),
        PENDING_TEST(install_takes_a_removal_at_the_next_start_back),
        PENDING_TEST(a_program_that_cannot_be_deleted_is_named),
        TEST(a_path_that_cannot_be_looked_up_is_not_tried_again),
        TEST(faults_of_an_equal_program_are_mended),
        TEST(a_read_only_program_is_copied_without_that),
        TEST(a_program_that_others_have_open_is_told_of),
        PENDING_TEST(a_deleted_program_that_others_have_open_is_no_hindrance),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
