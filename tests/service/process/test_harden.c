/* What the broker's process gives up: the list through a port of the test, and its effect. */
#include "service_manager.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tlhelp32.h>

#include "harden.h"

#define SERVICE_SID "S-1-5-80-4278917904-4027446710-1448384935-3026862272-1677383374"

static const char configuration[] =
    "version: 1\n"
    "segments:\n"
    "  ShmbTest.Data: { size: 64, access: { write: [Interactive, Users] } }\n";

/* ---- the list --------------------------------------------------------------- */

/* Writes down what is asked, and refuses the step of a number. */
struct recorder {
    char text[2048];
    unsigned steps, refused;
    const char *off; /* words, each terminated; NULL: none */
    size_t off_size;
};

static uint32_t record(struct recorder *recorder, const char *format, ...)
{
    size_t used = strlen(recorder->text);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(recorder->text + used, sizeof(recorder->text) - used, format, arguments);
    va_end(arguments);
    return ++recorder->steps == recorder->refused ? ERROR_ACCESS_DENIED : ERROR_SUCCESS;
}

static uint32_t read_off(void *self, char out[HARDEN_OFF_MAX])
{
    const struct recorder *recorder = self;

    memset(out, 0, HARDEN_OFF_MAX);
    if (recorder->off != NULL)
        memcpy(out, recorder->off, recorder->off_size);
    return ERROR_SUCCESS;
}

static uint32_t mitigate(void *self, int policy, uint32_t flags)
{
    return record(self, "policy %d %u\n", policy, flags);
}

static uint32_t keep_privileges(void *self, const wchar_t *const *names, size_t count)
{
    char all[256] = "";
    size_t i;

    for (i = 0; i < count; i++) {
        strcat(all, " ");
        strcat(all, support_narrow(names[i]));
    }
    return record(self, "keep%s\n", all);
}

static uint32_t protect_process(void *self, const char *sddl)
{
    return record(self, "process %s\n", sddl);
}

static uint32_t protect_objects(void *self, const char *sddl)
{
    return record(self, "objects %s\n", sddl);
}

static uint32_t protect_threads(void *self, const char *sddl)
{
    return record(self, "threads %s\n", sddl);
}

static struct harden_refusals apply(struct recorder *recorder, unsigned who, unsigned refused)
{
    const struct harden_port port = {recorder,        read_off,        mitigate,
                                     keep_privileges, protect_process, protect_objects,
                                     protect_threads};
    struct harden_refusals out;

    recorder->text[0] = '\0';
    recorder->steps = 0;
    recorder->refused = refused;
    harden_apply(&port, who, &out);
    return out;
}

#define LIST                                                                                       \
    "D:P(A;;0x1fffff;;;SY)(A;;0x1fffff;;;BA)(A;;0x1fffff;;;" SERVICE_SID ")(A;;0x20000;;;S-1-3-4)"
#define CLOSED                                                                                     \
    "keep SeCreateGlobalPrivilege SeChangeNotifyPrivilege\n"                                       \
    "process " LIST "\n"                                                                           \
    "objects D:(A;;GA;;;SY)(A;;GA;;;BA)(A;;GA;;;" SERVICE_SID ")(A;;0x20000;;;S-1-3-4)\n"          \
    "threads " LIST "\n"
#define POLICIES "policy 2 1\npolicy 6 1\npolicy 10 7\n"

static void the_list_is_this(void **state)
{
    struct recorder recorder = {.off = NULL};

    (void)state;
    assert_int_equal(apply(&recorder, HARDEN_BROKER, 0).count, 0);
    assert_string_equal(recorder.text, CLOSED POLICIES);
    assert_int_equal(apply(&recorder, HARDEN_KEEPER, 0).count, 0);
    assert_string_equal(recorder.text, CLOSED POLICIES "policy 13 1\n");
    assert_int_equal(apply(&recorder, HARDEN_BROKER | HARDEN_AUDIT, 0).count, 0);
    assert_ptr_equal(strstr(recorder.text, "keep SeCreateGlobalPrivilege SeChangeNotifyPrivilege "
                                           "SeSecurityPrivilege\nprocess "),
                     recorder.text);
}

static void an_administrator_switches_each_one_off(void **state)
{
    static const char two[] = "dynamic-code\0child-processes\0", odd[] = "imagse\0images\0";
    struct recorder recorder = {.off = two, .off_size = sizeof(two)};
    struct harden_refusals out;

    (void)state;
    out = apply(&recorder, HARDEN_KEEPER, 0);
    assert_string_equal(recorder.text, CLOSED "policy 6 1\npolicy 10 7\n");
    assert_string_equal(out.off, "dynamic-code, child-processes");
    assert_int_equal(out.count, 0);
    recorder.off = odd;
    recorder.off_size = sizeof(odd);
    out = apply(&recorder, HARDEN_BROKER, 0);
    assert_string_equal(recorder.text, CLOSED "policy 2 1\npolicy 6 1\n");
    assert_string_equal(out.off, "imagse (unknown), images");
}

static void in_a_console_its_user_is_let_in(void **state)
{
    struct recorder recorder = {.off = NULL};

    (void)state;
    apply(&recorder, HARDEN_BROKER | HARDEN_CONSOLE, 0);
    assert_non_null(strstr(recorder.text, "(A;;0x20000;;;S-1-3-4)(A;;0x1fffff;;;S-1-5-"));
    assert_non_null(strstr(recorder.text, "(A;;0x20000;;;S-1-3-4)(A;;GA;;;S-1-5-"));
}

static void a_refusal_stops_nothing_and_is_told(void **state)
{
    struct recorder recorder = {.off = NULL};
    unsigned step;

    (void)state;
    for (step = 1; step <= 7; step++) {
        struct harden_refusals out = apply(&recorder, HARDEN_BROKER, step);

        assert_int_equal(recorder.steps, 7);
        assert_int_equal(out.count, 1);
        assert_int_equal(out.items[0].code, ERROR_ACCESS_DENIED);
        assert_true(strlen(out.items[0].what) > 0);
    }
}

/* ---- the effect, on the process of the service ------------------------------ */

static HANDLE process_of_service(void)
{
    struct child *child;
    HANDLE process;

    child = child_start(NULL, "\"%s\" install --config \"%s\" --allow-unsafe-config",
                        support_sibling("shmbroker.exe"), scm_file(configuration));
    assert_int_equal(child_end(child), 0);
    child = child_start(NULL, "\"%s\" start", support_sibling("shmbroker.exe"));
    assert_int_equal(child_end(child), 0);
    process = OpenProcess(PROCESS_QUERY_INFORMATION | READ_CONTROL, FALSE,
                          scm_wait(SERVICE_RUNNING).dwProcessId);
    assert_non_null(process);
    return process;
}

static void the_broker_has_two_privileges_at_most(void **state)
{
    HANDLE process = process_of_service(), token;
    BYTE bytes[4096];
    TOKEN_PRIVILEGES *all = (TOKEN_PRIVILEGES *)(void *)bytes;
    DWORD size, i;

    (void)state;
    assert_true(OpenProcessToken(process, TOKEN_QUERY, &token));
    assert_true(GetTokenInformation(token, TokenPrivileges, bytes, sizeof(bytes), &size));
    for (i = 0; i < all->PrivilegeCount; i++) {
        wchar_t name[64];
        DWORD units = 64;

        assert_true(LookupPrivilegeNameW(NULL, &all->Privileges[i].Luid, name, &units));
        if (wcscmp(name, L"SeCreateGlobalPrivilege") != 0 &&
            wcscmp(name, L"SeChangeNotifyPrivilege") != 0)
            fail_msg("it still has %s", support_narrow(name));
    }
    CloseHandle(token);
    CloseHandle(process);
}

static void its_process_is_closed_to_others(void **state)
{
    HANDLE process = process_of_service();
    PSECURITY_DESCRIPTOR descriptor;
    wchar_t *text;
    PACL list;

    (void)state;
    assert_int_equal(GetSecurityInfo(process, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL,
                                     NULL, &list, NULL, &descriptor),
                     ERROR_SUCCESS);
    assert_non_null(list);
    assert_int_equal(list->AceCount, 4);
    assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorW(
        descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, NULL));
    assert_non_null(wcsstr(text, support_wide(SERVICE_SID)));
    assert_null(wcsstr(text, L";;;WD)"));
    LocalFree(text);
    LocalFree(descriptor);
    CloseHandle(process);
}

/* The entries of a thread's list, or 0: it has none, as those of Wine that nobody closed. */
static DWORD entries_of(DWORD id)
{
    HANDLE thread = OpenThread(READ_CONTROL, FALSE, id);
    PSECURITY_DESCRIPTOR descriptor;
    DWORD count;
    PACL list;

    assert_non_null(thread);
    assert_int_equal(GetSecurityInfo(thread, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL,
                                     NULL, &list, NULL, &descriptor),
                     ERROR_SUCCESS);
    count = list != NULL ? list->AceCount : 0;
    LocalFree(descriptor);
    CloseHandle(thread);
    return count;
}

static DWORD WINAPI return_at_once(void *unused)
{
    (void)unused;
    return 0;
}

/* DLLs and virus scanners start threads before the process closes itself. */
static void threads_from_before_are_closed_too(void **state)
{
    DWORD id;
    HANDLE thread = CreateThread(NULL, 0, return_at_once, NULL, CREATE_SUSPENDED, &id);

    (void)state;
    assert_non_null(thread);
    assert_int_not_equal(entries_of(id), 5); /* else nothing is proved */
    assert_int_equal(harden_win32.protect_threads(NULL, LIST "(A;;0x1fffff;;;IU)"), ERROR_SUCCESS);
    assert_int_equal(entries_of(id), 5);
    assert_int_equal(entries_of(GetCurrentThreadId()), 5);
    ResumeThread(thread);
    assert_int_equal(WaitForSingleObject(thread, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    CloseHandle(thread);
}

/* Who may do anything to its first thread could do anything to the process. */
static void its_threads_are_closed_to_others(void **state)
{
    HANDLE process = process_of_service(), all;
    THREADENTRY32 thread = {.dwSize = sizeof(thread)};
    size_t threads = 0, closed = 0;
    BOOL more;

    (void)state;
    all = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    assert_true(all != INVALID_HANDLE_VALUE);
    for (more = Thread32First(all, &thread); more; more = Thread32Next(all, &thread)) {
        if (thread.th32OwnerProcessID != GetProcessId(process))
            continue;
        threads++;
        closed += entries_of(thread.th32ThreadID) == 4;
    }
    CloseHandle(all);
    CloseHandle(process);
    assert_true(closed >= 1);
    if (!support_wine()) /* there a thread has no list unless it is given one */
        assert_int_equal(closed, threads);
}

static void its_policies_are_in_force(void **state)
{
    static const struct {
        int policy;
        DWORD flags;
    } wanted[] = {{2, 1}, {6, 1}, {10, 7}};
    HANDLE process;
    size_t i;

    (void)state;
    if (support_wine())
        skip(); /* its answer to the query is empty */
    process = process_of_service();
    for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        DWORD flags = 0;

        assert_true(GetProcessMitigationPolicy(process, (PROCESS_MITIGATION_POLICY)wanted[i].policy,
                                               &flags, sizeof(flags)));
        assert_int_equal(flags & wanted[i].flags, wanted[i].flags);
    }
    CloseHandle(process);
}

#define PARAMETERS L"SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters"

/* By a second broker: the first thing it does, before it finds that there is one. */
static const char *said_of_off(DWORD type, const void *value, DWORD bytes)
{
    static char line[512];
    struct child *broker;

    assert_int_equal(
        RegSetKeyValueW(HKEY_LOCAL_MACHINE, PARAMETERS, L"MitigationsOff", type, value, bytes),
        ERROR_SUCCESS);
    broker = child_start(NULL, "\"%s\" run --allow-unsafe-config --config \"%s\"",
                         support_sibling("shmbroker.exe"), scm_file(configuration));
    snprintf(line, sizeof(line), "%s", child_find(broker, "warning 133: ", SUPPORT_DEADLINE_MS));
    assert_int_equal(child_end(broker), 6);
    return line;
}

static void what_the_registry_switches_off_is_told(void **state)
{
    static const wchar_t two[] = L"dynamic-code\0images\0", one[] = L"dynamic-code";

    (void)state;
    CloseHandle(process_of_service());
    assert_non_null(strstr(said_of_off(REG_MULTI_SZ, two, sizeof(two)),
                           "MitigationsOff switches off: dynamic-code, images. "));
    assert_non_null(strstr(said_of_off(REG_SZ, one, sizeof(one)),
                           "MitigationsOff switches off: dynamic-code. "));
}

/* A mistake must not look like a value that works. */
static void a_value_that_cannot_be_read_is_told(void **state)
{
    static wchar_t much[1000];
    static const DWORD number = 1;
    size_t i;

    (void)state;
    CloseHandle(process_of_service());
    for (i = 0; i + 2 < sizeof(much) / sizeof(much[0]); i++)
        much[i] = L'x';
    assert_non_null(strstr(said_of_off(REG_DWORD, &number, sizeof(number)),
                           "none, since it cannot be read: its type must be REG_MULTI_SZ "));
    assert_non_null(strstr(said_of_off(REG_MULTI_SZ, much, sizeof(much)),
                           "none, since it cannot be read: it is too long "));
}

#define TEST(name) cmocka_unit_test_teardown(name, scm_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_this),
        cmocka_unit_test(an_administrator_switches_each_one_off),
        cmocka_unit_test(in_a_console_its_user_is_let_in),
        cmocka_unit_test(a_refusal_stops_nothing_and_is_told),
        TEST(the_broker_has_two_privileges_at_most),
        TEST(its_process_is_closed_to_others),
        cmocka_unit_test(threads_from_before_are_closed_too),
        TEST(its_threads_are_closed_to_others),
        TEST(what_the_registry_switches_off_is_told),
        TEST(a_value_that_cannot_be_read_is_told),
        TEST(its_policies_are_in_force),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
