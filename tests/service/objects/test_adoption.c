/*
 * A broker dies while clients hold what it made, and the next one takes it over:
 * content, exact sizes, generations, access lists and what a dead owner left.
 *
 * Administrators may open everything, so as one of them the broker would prove
 * nothing. Under Wine it is this program itself, without Administrators, and
 * its objects belong to a group that the clients do not have: the group plays
 * the service SID. On Windows nobody can own objects as such a group, there the
 * broker is shmbroker.exe.
 */
#include "support.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "clients.h"
#include "event_sink.h"
#include "lifecycle.h"
#include "owner.h"
#include "port.h"
#include "processes.h"
#include "service_manager.h"
#include "shmb.h"
#include "squatter.h"

#define GROUP "S-1-5-4"

#define DATA_SIZE 5000u

#define HEAD      "version: 1\ndefaults: { access: { write: [Users] } }\n"
#define MUTEX     "mutexes: { ShmbTest.Mutex: {} }\n"
#define SEMAPHORE "semaphores: { ShmbTest.Semaphore: { initial: 2, maximum: 5 } }\n"

static const char configuration[] =
    HEAD "segments: { ShmbTest.Data: { size: 5000 } }\n" MUTEX
         "events: { ShmbTest.Event: { reset: manual } }\n" SEMAPHORE;

static const struct launch user = {.standard_user = true, .deny = "IU"};

static const struct {
    const char *kind, *name;
} objects[] = {
    {"section", "Global\\ShmbTest.Data"},        {"mutex", "Global\\ShmbTest.Data.lock"},
    {"mutex", "Global\\ShmbTest.Mutex"},         {"event", "Global\\ShmbTest.Event"},
    {"semaphore", "Global\\ShmbTest.Semaphore"},
};
#define OBJECTS (sizeof(objects) / sizeof(objects[0]))

/* ---- the broker ---- */

static enum sys_status identify_as_group(void *self, struct sys_identity *out,
                                         struct sys_failure *why)
{
    FILETIME made, ended, kernel, used;

    (void)self;
    memset(out, 0, sizeof(*out));
    failure_clear(why);
    if (!GetProcessTimes(GetCurrentProcess(), &made, &ended, &kernel, &used) ||
        !boot_text(out->boot))
        return SYS_FAILED;
    snprintf(out->owner, sizeof(out->owner), "%s", GROUP);
    out->process = GetCurrentProcessId();
    out->started = (uint64_t)made.dwHighDateTime << 32 | made.dwLowDateTime;
    return SYS_OK;
}

/* broker FILE: as `shmbroker run`, but as the group. */
static int broker(int argc, char **argv)
{
    const struct port_host host = {
        .any_file = true, .console = true, .keeper = support_sibling("shmbroker.exe")};
    struct event_sink sink;
    struct system system;
    struct port port;

    (void)argc;
    event_sink_open(&sink, true);
    port_open(&port, &host, &sink, &system);
    system.identify = identify_as_group;
    return (int)lifecycle_run(&system, argv[0]);
}

static struct child *start(const char *text)
{
    static const struct launch weak = {
        .session = "0", .deny = "BA S-1-5-21-0-0-0-513", .no_privileges = true};

    if (!support_wine())
        return child_start(NULL, "\"%s\" run --release --allow-unsafe-config --config \"%s\"",
                           support_sibling("shmbroker.exe"), support_file(text));
    return client_start(&weak, "broker \"%s\"", support_file(text));
}

/* One that has nothing to say but that it runs, and that what nobody held was gone. */
static struct child *start_quietly(void)
{
    struct child *child = start(configuration);
    const char *line = child_line(child);

    if (line != NULL && strncmp(line, "warning 123:", 12) == 0)
        line = child_line(child);
    if (line == NULL || strncmp(line, "info 100:", 9) != 0)
        fail_msg("the broker says: %s", line != NULL ? line : "(nothing)");
    return child;
}

/* Until it says that it runs: how many lines began so, and had this in them. */
struct expected {
    const char *start, *part;
};

static struct child *start_saying(const char *text, const struct expected *expected, size_t count)
{
    struct child *child = start(text);
    unsigned seen[8] = {0};
    const char *line;
    size_t i;

    for (;;) {
        line = child_line(child);
        assert_non_null(line);
        if (strncmp(line, "info 100:", 9) == 0 || strncmp(line, "warning 101:", 12) == 0 ||
            strncmp(line, "warning 103:", 12) == 0)
            break;
        if (strncmp(line, "warning 123:", 12) == 0)
            continue; /* what nobody held was gone */
        for (i = 0; i < count; i++)
            if (strncmp(line, expected[i].start, strlen(expected[i].start)) == 0 &&
                strstr(line, expected[i].part) != NULL)
                break;
        if (i == count)
            fail_msg("not expected: %s", line);
        seen[i]++;
    }
    for (i = 0; i < count; i++)
        if (seen[i] != 1)
            fail_msg("%u times: %s ... %s", seen[i], expected[i].start, expected[i].part);
    return child;
}

/* ---- clients ---- */

static unsigned char pattern(DWORD i)
{
    return (unsigned char)(i * 7 + i / 256);
}

static const char *check_pattern(const unsigned char *view)
{
    DWORD i;

    /* The end is the library's. */
    for (i = 0; view != NULL && i < DATA_SIZE - 16; i++)
        if (view[i] != pattern(i))
            return "other bytes";
    return view != NULL ? "same" : "no view";
}

/* hold-all: opens everything, leaves marks, "holding"; what it still sees at the end. */
static int hold_all(int argc, char **argv)
{
    HANDLE handles[OBJECTS];
    unsigned char *view = NULL;
    size_t i;
    DWORD byte;

    (void)argc;
    (void)argv;
    for (i = 0; i < OBJECTS; i++) {
        DWORD mask = i == 0 ? 0x20007 : i <= 2 ? 0x120001 : 0x120003;

        handles[i] = client_open(objects[i].kind, objects[i].name, mask);
        if (handles[i] == NULL)
            client_say("%s: error %lu", objects[i].name, GetLastError());
    }
    view = MapViewOfFile(handles[0], FILE_MAP_WRITE, 0, 0, 0);
    for (byte = 0; view != NULL && byte < DATA_SIZE - 16; byte++)
        view[byte] = pattern(byte);
    SetEvent(handles[3]);
    client_say(WaitForSingleObject(handles[4], 0) == WAIT_OBJECT_0 ? "holding" : "no count");
    client_wait_for_end();
    client_say("%s", check_pattern(view));
    return 0;
}

/* check-all: what another plain program finds. */
static int check_all(int argc, char **argv)
{
    HANDLE event = OpenEventW(SYNCHRONIZE, FALSE, L"Global\\ShmbTest.Event");
    HANDLE semaphore =
        OpenSemaphoreW(SYNCHRONIZE | SEMAPHORE_MODIFY_STATE, FALSE, L"Global\\ShmbTest.Semaphore");
    HANDLE section = OpenFileMappingW(FILE_MAP_READ, FALSE, L"Global\\ShmbTest.Data");
    const unsigned char *view =
        section != NULL ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0) : NULL;
    LONG before = -1;

    (void)argc;
    (void)argv;
    if (WaitForSingleObject(semaphore, 0) == WAIT_OBJECT_0)
        ReleaseSemaphore(semaphore, 1, &before);
    client_say("%s, event %s, %ld left", check_pattern(view),
               WaitForSingleObject(event, 0) == WAIT_OBJECT_0 ? "set" : "not set", before + 1);
    return 0;
}

#define ALL_THERE "same, event set, 1 left"

static shmb_segment *open_with(const char *name, int32_t *result)
{
    shmb_options options = {.size = sizeof(options), .rights = SHMB_WRITE, .owner = GROUP};
    shmb_segment *segment;

    *result = shmb_open_with(name, &options, &segment);
    return segment;
}

/* lib-die: dies with the lock held, in the middle of a write. */
static int lib_die(int argc, char **argv)
{
    int32_t result;
    shmb_segment *segment = open_with("ShmbTest.Data", &result);

    (void)argc;
    (void)argv;
    if (result == SHMB_OK)
        result = shmb_lock(segment, SUPPORT_DEADLINE_MS);
    if (result == SHMB_OK)
        result = shmb_write_begin(segment);
    client_say("%d", (int)result);
    TerminateProcess(GetCurrentProcess(), 0);
    return 1;
}

/* die-holding NAME: the same with a plain mutex. */
static int die_holding(int argc, char **argv)
{
    HANDLE mutex = OpenMutexW(SYNCHRONIZE, FALSE, support_wide(argv[0]));

    (void)argc;
    client_say("%lu", mutex != NULL ? WaitForSingleObject(mutex, SUPPORT_DEADLINE_MS) : 999);
    TerminateProcess(GetCurrentProcess(), 0);
    return 1;
}

static shmb_segment *open_data(shmb_info *info)
{
    int32_t result;
    shmb_segment *segment = open_with("ShmbTest.Data", &result);

    assert_int_equal(result, SHMB_OK);
    *info = (shmb_info){.size = sizeof(*info)};
    assert_int_equal(shmb_state(segment, info), SHMB_OK);
    assert_int_equal(info->bytes, DATA_SIZE);
    assert_int_equal(info->flags & SHMB_FLAG_ROUNDED, 0);
    return segment;
}

static struct child *hold_everything(void)
{
    struct child *child = client_start(&user, "hold-all");

    child_expect(child, "holding");
    return child;
}

static void remember_access(char texts[OBJECTS][1024])
{
    size_t i;

    for (i = 0; i < OBJECTS; i++) {
        HANDLE object = client_open(objects[i].kind, objects[i].name, READ_CONTROL);

        assert_non_null(object);
        snprintf(texts[i], sizeof(texts[i]), "%s", squatter_sddl(object));
        CloseHandle(object);
    }
}

/* ---- tests ---- */

static void what_clients_hold_outlives_the_broker(void **state)
{
    static char before[OBJECTS][1024], after[OBJECTS][1024];
    struct child *first = start_quietly(), *holder = hold_everything();
    shmb_info old, new;
    shmb_segment *segment = open_data(&old), *other;
    char text[8] = "";
    size_t i;

    (void)state;
    assert_int_equal(shmb_update(segment, DATA_SIZE - 7, "library", 8, 0, NULL), SHMB_OK);
    remember_access(before);
    assert_non_null(strstr(before[0], support_wine() ? "O:IU" : "O:BA"));
    child_kill(first);
    assert_int_equal(shmb_state(segment, NULL), SHMB_NO_BROKER);
    assert_string_equal(client_line(&user, "check-all"), ALL_THERE);

    start_quietly();
    assert_int_equal(shmb_state(segment, NULL), SHMB_OK);
    other = open_data(&new);
    assert_int_equal(new.generation, old.generation);
    remember_access(after);
    for (i = 0; i < OBJECTS; i++)
        assert_string_equal(after[i], before[i]);
    assert_string_equal(client_line(&user, "check-all"), ALL_THERE);
    /* Old and new handles are of one segment with one lock and one sequence. */
    assert_int_equal(shmb_snapshot(other, DATA_SIZE - 7, text, 7, NULL), SHMB_OK);
    assert_string_equal(text, "library");
    assert_int_equal(shmb_update(segment, DATA_SIZE - 7, "changed", 7, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_snapshot(other, DATA_SIZE - 7, text, 7, NULL), SHMB_OK);
    assert_string_equal(text, "changed");
    shmb_close(segment);
    shmb_close(other);
    /* From here on the broker alone holds it. */
    assert_int_equal(child_end_with(holder, "same"), 0);
    assert_string_equal(client_line(&user, "check-all"), ALL_THERE);
}

static void what_a_dead_owner_left_is_still_told(void **state)
{
    struct child *first = start_quietly();
    HANDLE mutex;
    shmb_info info;
    shmb_segment *segment = open_data(&info);

    (void)state;
    assert_string_equal(client_line(NULL, "lib-die"), "0");
    child_kill(first);
    first = start_quietly();
    /* To everybody, until somebody says that all is well. */
    assert_int_equal(shmb_lock(segment, SUPPORT_DEADLINE_MS), SHMB_ABANDONED);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    child_kill(first);
    first = start_quietly();
    assert_int_equal(shmb_snapshot(segment, 0, &info, 1, NULL), SHMB_INCONSISTENT);
    assert_int_equal(shmb_lock(segment, SUPPORT_DEADLINE_MS), SHMB_ABANDONED);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    child_kill(first);
    first = start_quietly();
    assert_int_equal(shmb_lock(segment, SUPPORT_DEADLINE_MS), SHMB_OK);
    shmb_close(segment);
    /* The kernel's own word, while no broker runs. */
    mutex = OpenMutexW(SYNCHRONIZE, FALSE, L"Global\\ShmbTest.Mutex");
    child_kill(first);
    assert_string_equal(client_line(&user, "die-holding Global\\ShmbTest.Mutex"), "0");
    start_quietly();
    CloseHandle(mutex);
    assert_string_equal(client_line(&user, "take Global\\ShmbTest.Mutex 0"), "abandoned");
    assert_string_equal(client_line(&user, "take Global\\ShmbTest.Mutex 0"), "taken");
}

/* What only the keeper holds is taken over by what the group may, and by nothing else. */
static void what_the_keeper_holds_is_taken_over(void **state)
{
    struct child *first = start_quietly(), *holder = hold_everything();
    DWORD broker =
        support_wine() ? processes_child_named(child_id(first), L"test_adoption") : child_id(first);
    shmb_info old, new;
    shmb_segment *segment = open_data(&old);

    (void)state;
    assert_int_equal(shmb_update(segment, DATA_SIZE - 7, "library", 8, 0, NULL), SHMB_OK);
    shmb_close(segment);
    assert_string_equal(client_line(NULL, "lib-die"), "0");
    assert_int_equal(child_end_with(holder, "same"), 0);
    processes_kill(broker);
    assert_string_equal(client_line(&user, "check-all"), ALL_THERE);

    start_quietly();
    segment = open_data(&new);
    assert_int_equal(new.generation, old.generation);
    assert_int_equal(new.bytes, old.bytes);
    /* The lock's owner died before the broker did. */
    assert_int_equal(shmb_lock(segment, SUPPORT_DEADLINE_MS), SHMB_ABANDONED);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    shmb_close(segment);
    assert_string_equal(client_line(&user, "check-all"), ALL_THERE);
}

static void open_to_everybody(const char *kind, const char *name)
{
    HANDLE object = client_open(kind, name, READ_CONTROL | WRITE_DAC);

    assert_non_null(object);
    assert_int_equal(SetSecurityInfo(object, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL,
                                     NULL, NULL, NULL),
                     0);
    CloseHandle(object);
}

static void set_list(const char *kind, const char *name, const wchar_t *sddl)
{
    HANDLE object = client_open(kind, name, READ_CONTROL | WRITE_DAC);
    PSECURITY_DESCRIPTOR descriptor;

    assert_non_null(object);
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SDDL_REVISION_1,
                                                                     &descriptor, NULL));
    assert_true(SetKernelObjectSecurity(object, DACL_SECURITY_INFORMATION, descriptor));
    LocalFree(descriptor);
    CloseHandle(object);
}

/* What the next broker may not open by its name, it takes from the former keeper. */
static void what_it_may_not_open_comes_from_the_former_keeper(void **state)
{
    static const struct expected expected[] = {{"warning 127:", "section Global\\ShmbTest.Data,"}};
    struct child *first = start_quietly(), *holder = hold_everything();
    DWORD broker =
        support_wine() ? processes_child_named(child_id(first), L"test_adoption") : child_id(first);
    HANDLE former = processes_open(processes_child_of(broker));

    (void)state;
    assert_int_equal(child_end_with(holder, "same"), 0);
    set_list("section", "Global\\ShmbTest.Data", L"D:P(A;;0x60000;;;BA)");
    processes_kill(broker);
    start_saying(configuration, expected, 1);
    processes_wait(former);
    assert_string_equal(client_line(&user, "check-all"), ALL_THERE);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 0x20007 0xf001f"),
                        "0 5");
}

/* One was changed by the configuration, one by somebody while no broker ran. */
static void access_is_set_right_and_said(void **state)
{
    static const struct expected expected[] = {{"warning 304:", "ShmbTest.Data "},
                                               {"warning 304:", "ShmbTest.Data.lock "},
                                               {"warning 304:", "ShmbTest.Event "}};
    struct child *first = start_quietly(), *holder = hold_everything();

    (void)state;
    child_kill(first);
    open_to_everybody("event", "Global\\ShmbTest.Event");
    assert_string_equal(client_line(&user, "open event Global\\ShmbTest.Event 0x1f0003"), "0");
    start_saying(HEAD
                 "segments: { ShmbTest.Data: { size: 5000, access: { read: [Users] } } }\n" MUTEX
                 "events: { ShmbTest.Event: { reset: manual } }\n" SEMAPHORE,
                 expected, 3);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 0x4 0x6"), "0 5");
    assert_string_equal(client_line(&user, "open mutex Global\\ShmbTest.Data.lock 0x100000"), "5");
    assert_string_equal(client_line(&user, "open event Global\\ShmbTest.Event 0x120003 0x1f0003"),
                        "0 5");
    assert_int_equal(child_end_with(holder, "same"), 0);
}

static void what_does_not_fit_is_deferred(void **state)
{
    static const struct expected expected[] = {
        {"warning 303:", "section Global\\ShmbTest.Data "},
        {"warning 303:", "Global\\ShmbTest.Mutex "},
        {"warning 303:", "event Global\\ShmbTest.Event "},
        {"warning 303:", "semaphore Global\\ShmbTest.Semaphore "}};
    struct child *first = start_quietly(), *holder = hold_everything();
    shmb_info old, new;
    shmb_segment *segment = open_data(&old), *other;

    (void)state;
    child_kill(first);
    first = start_saying(HEAD "segments: { ShmbTest.Data: { size: 9000 } }\n"
                              "events:\n"
                              "  ShmbTest.Event: { reset: auto }\n"
                              "  ShmbTest.Mutex: { reset: manual }\n"
                              "semaphores: { ShmbTest.Semaphore: { initial: 2, maximum: 7 } }\n",
                         expected, 4);
    assert_int_equal(shmb_state(segment, NULL), SHMB_OK);
    other = open_data(&new);
    assert_int_equal(new.generation, old.generation);
    assert_string_equal(client_line(&user, "check-all"), ALL_THERE);
    assert_string_equal(client_line(&user, "take Global\\ShmbTest.Mutex 0"), "taken");
    /* As it was before: nothing is left of it. */
    child_kill(first);
    start_quietly();
    assert_int_equal(shmb_state(segment, NULL), SHMB_OK);
    shmb_close(segment);
    shmb_close(other);
    assert_int_equal(child_end_with(holder, "same"), 0);
}

/* Without the record only the owner tells, and only for who cannot be another one. */
static void what_is_not_remembered_is_taken_over_as_new(void **state)
{
    /* Whose blocks are in it is not known any more: another one is used. */
    static const struct expected expected[] = {{"warning 310:", "ShmBroker.Control.1,"}};
    struct child *first = start_quietly(), *holder;
    shmb_info old, new;
    shmb_segment *segment, *other;

    (void)state;
    if (!support_wine())
        skip(); /* there the broker's objects belong to Administrators: conflicts */
    holder = hold_everything();
    segment = open_data(&old);
    child_kill(first);
    support_forget();
    start_saying(configuration, expected, 1);
    assert_int_equal(shmb_state(segment, NULL), SHMB_STALE);
    other = open_data(&new);
    assert_true(new.generation > old.generation);
    assert_string_equal(client_line(&user, "check-all"), ALL_THERE);
    shmb_close(segment);
    shmb_close(other);
    assert_int_equal(child_end_with(holder, "same"), 0);
}

/* make SDDL KIND NAME: holds it. */
static int make(int argc, char **argv)
{
    (void)argc;
    squatter_begin();
    (void)squatter_make(argv[1], argv[2], argv[0], DATA_SIZE, SQUATTER_BYTES);
    client_say("holding");
    client_wait_for_end();
    return 0;
}

static void a_strangers_object_is_not_taken_over(void **state)
{
    static const struct expected expected[] = {{"warning 300:", "ShmbTest.Data "}};
    struct child *first = start_quietly(), *stranger;

    (void)state;
    child_kill(first);
    /* Of the same kind and size, and remembered; but not by its owner. */
    stranger = client_start(NULL, "make O:S-1-5-21-1-2-3-1001D:(A;;GA;;;WD) section "
                                  "Global\\ShmbTest.Data");
    child_expect(stranger, "holding");
    child_kill(start_saying(configuration, expected, 1));
    child_end(stranger);
    /* An administrator could have made it: then the record decides. */
    support_forget();
    stranger = client_start(NULL, "make O:BAD:(A;;GA;;;WD) section Global\\ShmbTest.Data");
    child_expect(stranger, "holding");
    child_kill(start_saying(configuration, expected, 1));
    child_end(stranger);
}

/* Kills the service's process; the manager's restart, or we, make another one. */
static void kill_service(void)
{
    DWORD id = scm_wait(SERVICE_RUNNING).dwProcessId;
    HANDLE process = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, id);

    assert_non_null(process);
    assert_true(TerminateProcess(process, 1));
    assert_int_equal(WaitForSingleObject(process, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    while (scm_wait(SERVICE_RUNNING).dwProcessId == id)
        scm_start();
    CloseHandle(process);
}

static void what_the_service_sid_owns_is_taken_over(void **state)
{
    char arguments[1024];
    struct child *holder;
    HANDLE section;

    (void)state;
    if (support_wine())
        skip(); /* no service SIDs */
    snprintf(arguments, sizeof(arguments), "\"%s\" install --allow-unsafe-config --config \"%s\"",
             support_sibling("shmbroker.exe"), scm_file(configuration));
    assert_int_equal(child_end(child_start(NULL, "%s", arguments)), 0);
    scm_start();
    scm_wait(SERVICE_RUNNING);
    holder = hold_everything();
    /* Nothing but the owner can tell the next one. */
    support_forget();
    kill_service();
    assert_string_equal(client_line(&user, "check-all"), ALL_THERE);
    section = OpenFileMappingW(READ_CONTROL, FALSE, L"Global\\ShmbTest.Data");
    assert_non_null(strstr(squatter_sddl(section), "O:S-1-5-80-"));
    CloseHandle(section);
    assert_int_equal(child_end_with(holder, "same"), 0);
}

/* Registers the service for an account, or changes its account, and starts it. */
static void run_as(const char *account)
{
    child_end(child_start(NULL, "\"%s\" stop", support_sibling("shmbroker.exe")));
    assert_int_equal(child_end(child_start(
                         NULL, "\"%s\" install --allow-unsafe-config --config \"%s\" --account %s",
                         support_sibling("shmbroker.exe"), scm_file(configuration), account)),
                     0);
    scm_start();
    scm_wait(SERVICE_RUNNING);
}

static void expect_service_owns(const char *kind, const char *name)
{
    HANDLE object = client_open(kind, name, READ_CONTROL);

    assert_non_null(object);
    assert_non_null(strstr(squatter_sddl(object), "O:S-1-5-80-"));
    CloseHandle(object);
}

/* The owner of the state file: the service, or administrators' console before it. */
static void expect_trusted_state(void)
{
    wchar_t path[MAX_PATH];
    char sid[OWNER_SID_MAX];
    HANDLE file;

    assert_in_range(ExpandEnvironmentStringsW(L"%ProgramData%\\ShmBroker\\state\\objects.state",
                                              path, MAX_PATH),
                    1, MAX_PATH);
    file = CreateFileW(path, READ_CONTROL, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       NULL, OPEN_EXISTING, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    assert_int_equal(owner_read(file, sid), 0);
    assert_true(owner_trusted(sid));
    CloseHandle(file);
}

/* What nobody but a keeper holds, and the state, pass from one account to the next. */
static void another_account_goes_on_with_everything(void **state)
{
    static const char *const accounts[] = {"LocalService", "virtual",      "LocalSystem",
                                           "virtual",      "LocalService", "LocalSystem"};
    struct child *console;
    uint64_t generation;
    shmb_info info;
    size_t i, k;

    (void)state;
    if (support_wine())
        skip(); /* it runs every service as one user */
    /* A broker in a console of administrators first. */
    console = start_quietly();
    assert_int_equal(child_end_with(hold_everything(), "same"), 0);
    shmb_close(open_data(&info));
    generation = info.generation;
    processes_kill(child_id(console)); /* alone: its keeper goes on */
    for (i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
        run_as(accounts[i]);
        assert_string_equal(client_line(&user, "check-all"), ALL_THERE);
        for (k = 0; k < OBJECTS; k++)
            expect_service_owns(objects[k].kind, objects[k].name);
        expect_trusted_state();
        shmb_close(open_data(&info));
        assert_true(info.generation == generation);
        /* An administrator's command reads what the service wrote. */
        assert_int_equal(
            child_end(child_start(NULL, "\"%s\" status", support_sibling("shmbroker.exe"))), 0);
    }
    /* And back. */
    child_end(child_start(NULL, "\"%s\" stop", support_sibling("shmbroker.exe")));
    start_quietly();
    assert_string_equal(client_line(&user, "check-all"), ALL_THERE);
}

/* Leaves nothing to whoever does not hold it. */
static void an_administrator_releases_what_a_service_left(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* it runs every service as one user, and has no integrity */
    run_as("LocalSystem");
    child_end(child_start(NULL, "\"%s\" stop", support_sibling("shmbroker.exe")));
    support_forget(); /* the keeper is found by its process alone */
    assert_int_equal(
        child_end(child_start(NULL, "\"%s\" stop --release", support_sibling("shmbroker.exe"))), 0);
    processes_expect(0);
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 0x4"), "2");
}

static const struct verb verbs[] = {
    {"broker", 1, broker},   {"hold-all", 0, hold_all}, {"check-all", 0, check_all},
    {"lib-die", 0, lib_die}, {"make", 3, make},         {"die-holding", 1, die_holding},
};

#define TEST(name) cmocka_unit_test_teardown(name, scm_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_clients_hold_outlives_the_broker),
        TEST(what_a_dead_owner_left_is_still_told),
        TEST(what_the_keeper_holds_is_taken_over),
        TEST(what_it_may_not_open_comes_from_the_former_keeper),
        TEST(access_is_set_right_and_said),
        TEST(what_does_not_fit_is_deferred),
        TEST(what_is_not_remembered_is_taken_over_as_new),
        TEST(a_strangers_object_is_not_taken_over),
        TEST(what_the_service_sid_owns_is_taken_over),
        TEST(another_account_goes_on_with_everything),
        TEST(an_administrator_releases_what_a_service_left),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
