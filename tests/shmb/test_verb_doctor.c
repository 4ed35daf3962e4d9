/* shmb doctor on a real system: what a test can bring about, it must name. */
#include "shmb_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service_manager.h"

#define LAYERS "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\AppCompatFlags\\Layers"

static struct directory_row *data_row, *taken_row;

static int begin(void **state)
{
    (void)state;
    stage_begin();
    data_row = stage_segment("ShmbTest.Data", 100, STAGE_LOCK);
    stage_row("ShmbTest.Data.lock", SHMB_MUTEX)->flags = SHMB_ENTRY_COMPANION;
    stage_segment("ShmbTest.Read", 300000, STAGE_LOCK | STAGE_READ_ONLY);
    stage_row("ShmbTest.Read.lock", SHMB_MUTEX)->flags = SHMB_ENTRY_COMPANION;
    taken_row = stage_row("ShmbTest.Taken", SHMB_SECTION);
    taken_row->size = 64;
    taken_row->state = SHMB_ENTRY_CONFLICT;
    stage_publish();
    return 0;
}

static int end(void **state)
{
    scm_teardown(state);
    stage_end();
    return 0;
}

/* The findings are these, "!" before those that stop, and one says this (NULL: no matter). */
static void expect_as(const struct launch *how, const char *ids, const char *part,
                      const char *arguments)
{
    const char *said, *line;
    char got[512] = "";
    DWORD code = shmb_run(how, &said, "doctor %s", arguments);

    for (line = said; *line != '\0'; line = strchr(line, '\n') + 1) {
        bool stops = strncmp(line, "stops ", 6) == 0;

        if (stops || strncmp(line, "note  ", 6) == 0)
            snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s%.*s",
                     got[0] != '\0' ? " " : "", stops ? "!" : "", (int)strcspn(line + 6, ":"),
                     line + 6);
    }
    if (strcmp(got, ids) != 0 || code != (strchr(ids, '!') != NULL ? 1u : 0u) ||
        (part != NULL && strstr(said, part) == NULL))
        fail_msg("shmb doctor %s: code %lu, said:\n%s", arguments, code, said);
}

static void expect(const char *ids, const char *part, const char *arguments)
{
    expect_as(&shmb_user, ids, part, arguments);
}

static void what_can_be_had_is_said_to_be(void **state)
{
    static const struct launch administrator = {0};

    (void)state;
    expect_as(&administrator, "view-size", "level full is available from here",
              "ShmbTest.Data --as full");
    expect("asks-for-all view-size", "level read is available from here", "Global\\ShmbTest.Data");
    expect("asks-for-all view-size", NULL, "ShmbTest.Data --as write");
    expect("asks-for-all kind always-exists", "level write", "ShmbTest.Data.lock");
}

static void who_is_refused_hears_what_would_help(void **state)
{
    (void)state;
    expect("!access-denied", "level write (FILE_MAP_WRITE)", "ShmbTest.Read --as write");
    expect("!access-denied", "FILE_MAP_ALL_ACCESS", "ShmbTest.Data --as full");
    expect("!access-denied", "access: { full: [...] }", "ShmbTest.Data --as full");
    expect("!access-denied", "SYNCHRONIZE", "ShmbTest.Read.lock");
}

static void names_that_are_wrong(void **state)
{
    (void)state;
    expect("!not-configured request-no-pipe", "did you mean ShmbTest.Data", "ShmbTest.Dato");
    expect("!not-configured request-no-pipe", "add it to a configuration file", "Nothing.At.All");
    expect("!case", "Global\\ShmbTest.Data", "shmbtest.data");
    expect("!prefix-case asks-for-all", NULL, "GLOBAL\\ShmbTest.Data");
    expect("!wrong-prefix asks-for-all", "write Global\\ShmbTest.Data", "Local\\ShmbTest.Data");
    expect("!prefix-mistyped asks-for-all", "write Global\\ShmbTest.Data", "Globl\\ShmbTest.Data");
    expect("!prefix-mistyped asks-for-all", NULL, "GLOBAL/ShmbTest.Data");
    expect("!prefix-mistyped asks-for-all", NULL, "Lcal\\ShmbTest.Data");
    expect("!bad-name", NULL, "a\\b");
}

static void names_that_others_hold(void **state)
{
    HANDLE stranger = stage_object(SHMB_SECTION, "ShmbTest.Taken", 64, STAGE_STRANGER, 0x20007);

    (void)state;
    expect("!conflict !not-ours asks-for-all", "shmb holders ShmbTest.Taken", "ShmbTest.Taken");
    stage_close(stranger);
    taken_row->state = SHMB_ENTRY_HELD;
    stage_publish();
    stage_object(SHMB_EVENT, "ShmbTest.Taken", 0, STAGE_OURS, 0x120003);
    expect("!wrong-kind", "something else: event", "ShmbTest.Taken");
    stage_object(SHMB_MUTEX, "ShmbTest.Extra", 0, STAGE_OURS, 0x120001);
    expect("not-configured asks-for-all kind", NULL, "ShmbTest.Extra");
}

static void a_twin_in_the_session(void **state)
{
    HANDLE twin = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 16,
                                     L"Local\\ShmbTest.Data");
    DWORD session;

    (void)state;
    assert_non_null(twin);
    ProcessIdToSessionId(GetCurrentProcessId(), &session);
    if (session != 0)
        expect("asks-for-all session-twin view-size", "gets that one", "ShmbTest.Data");
    if (support_wine()) {
        static const struct launch two = {.session = "2", .standard_user = true};

        expect_as(&two, "asks-for-all view-size", NULL, "ShmbTest.Data");
    }
    CloseHandle(twin);
}

static void a_directory_that_is_not_right(void **state)
{
    (void)state;
    stage_root()->abi_version = SHMB_ABI_VERSION + 1;
    expect("!version asks-for-all", "same release", "ShmbTest.Data");
    stage_root()->abi_version = SHMB_ABI_VERSION;
    stage_root()->slot[0].table_size = stage_root()->slot[1].table_size = 1;
    expect("!directory-corrupt asks-for-all", NULL, "ShmbTest.Data");
    stage_root_close();
    /* No service, no directory, and a mutex that this user may not open. */
    expect("instance-not-ours service-not-installed asks-for-all", "names the program",
           "ShmbTest.Data");
    stage_object(SHMB_SECTION, SHMB_ROOT_NAME, 4096, STAGE_OURS, STAGE_NOTHING);
    expect("directory-denied asks-for-all", NULL, "ShmbTest.Data");
    expect("directory-denied !not-found request-no-pipe", NULL, "ShmbTest.None");
}

static void a_damaged_control_section(void **state)
{
    const char *said;

    (void)state;
    /* The header decides nothing; the block does. */
    memset(stage_control(1), 0, sizeof(struct shmb_control));
    expect("asks-for-all control-header-damaged view-size", "does without the header",
           "ShmbTest.Data");
    shmb_control_header(1, STAGE_BLOCKS, stage_control(1));
    stage_block(data_row)->generation--;
    expect("asks-for-all !control-damaged", "shmbroker reload", "ShmbTest.Data");
    assert_int_equal(shmb_run(&shmb_user, &said, "repair ShmbTest.Data"), 1);
    assert_non_null(strstr(said, "only the broker can repair it"));
    assert_int_equal(shmb_run(&shmb_user, &said, "repair ShmbTest.Data --json"), 1);
    assert_non_null(strstr(said, "\"code\": \"CORRUPT\""));
    stage_block(data_row)->generation++;
    expect("asks-for-all view-size", NULL, "ShmbTest.Data");
}

static uint64_t own_start(void)
{
    FILETIME made, ended, kernel, user;

    assert_true(GetProcessTimes(GetCurrentProcess(), &made, &ended, &kernel, &user));
    return (uint64_t)made.dwHighDateTime << 32 | made.dwLowDateTime;
}

/* Another program has the root's name: the stand-in tells, and never that program's root. */
static void a_stand_in_of_the_directory(void **state)
{
    struct shmb_root *root;
    HANDLE stranger;
    const char *said;

    (void)state;
    stage_root()->broker_pid = GetCurrentProcessId();
    stage_root()->broker_started = own_start();
    stage_root_at(SHMB_ROOT_NAME ".00000000000000000000000000000007");
    stranger = stage_object(SHMB_SECTION, SHMB_ROOT_NAME, SHMB_ROOT_SIZE, STAGE_STRANGER, 0x20007);
    root = MapViewOfFile(stranger, FILE_MAP_WRITE, 0, 0, SHMB_ROOT_SIZE);
    assert_non_null(root);
    *root = *stage_root();
    root->broker_pid = 4;
    expect("asks-for-all view-size", NULL, "ShmbTest.Data");
    assert_int_equal(shmb_run(NULL, &said, "holders ShmbTest.Data"), 0);
    assert_non_null(strstr(said, ": the broker\n"));
    /* An ended broker's id is no other program's mark. */
    stage_root()->broker_started--;
    assert_int_equal(shmb_run(NULL, &said, "holders ShmbTest.Data"), 0);
    assert_null(strstr(said, ": the broker"));
    memset(stage_control(1), 0, sizeof(struct shmb_control));
    expect("asks-for-all control-header-damaged view-size", NULL, "ShmbTest.Data");
    UnmapViewOfFile(root);
    stage_close(stranger);
    stage_object(SHMB_MUTEX, SHMB_ROOT_NAME, 0, STAGE_STRANGER, STAGE_MUTEX_USE);
    expect("asks-for-all control-header-damaged view-size", NULL, "ShmbTest.Data");
}

static void no_broker(void **state)
{
    (void)state;
    stage_root_close();
    stage_broker_dies();
    expect("!service-not-installed", "shmbroker install", "ShmbTest.None");
    expect("service-not-installed asks-for-all", NULL, "ShmbTest.Data");
    scm_create("");
    expect("!service-stopped", "shmbroker start", "ShmbTest.None");
}

static void the_real_service(void **state)
{
    char arguments[512];
    const char *said;

    (void)state;
    stage_end();
    snprintf(arguments, sizeof(arguments), "--config \"%s\"",
             scm_file("version: 1\n"
                      "segments:\n"
                      "  ShmbTest.Real: { size: 16, sessions: alias, access: { read: [Users] } }\n"
                      "  ShmbTest.Late: { size: 16, access: { read: [Users] } }\n"));
    scm_create(arguments);
    stage_object(SHMB_SECTION, "ShmbTest.Late", 64, STAGE_STRANGER, 0x20007);
    scm_start();
    scm_wait(SERVICE_RUNNING);
    expect("asks-for-all view-size", NULL,
           "ShmbTest.Real"); /* the link in the session is no twin */
    expect("!access-denied", "Administrators", "ShmbTest.Real --as write");
    /* The remedy makes nobody an administrator. */
    assert_int_equal(shmb_run(&shmb_user, &said, "doctor ShmbTest.Real --as write"), 1);
    assert_null(strstr(said, "a member of"));
    expect("!conflict !not-ours asks-for-all", NULL, "ShmbTest.Late");
    /* an administrator may read the broker's report, too */
    expect_as(NULL, "degraded view-size", "shmbroker status", "ShmbTest.Real");
}

static void set_layers(const wchar_t *value)
{
    HKEY key;

    assert_int_equal(
        RegCreateKeyExW(HKEY_CURRENT_USER, L"" LAYERS, 0, NULL, 0, KEY_SET_VALUE, NULL, &key, NULL),
        0);
    if (value != NULL)
        RegSetValueExW(key, L"C:\\ShmbTest\\old.exe", 0, REG_SZ, (const BYTE *)value,
                       (DWORD)((wcslen(value) + 1) * sizeof(*value)));
    else
        RegDeleteValueW(key, L"C:\\ShmbTest\\old.exe");
    RegCloseKey(key);
}

static void the_compatibility_fix(void **state)
{
    (void)state;
    set_layers(L"~ RUNASINVOKER LocalMappedObject");
    expect("compatibility-shim asks-for-all view-size", "C:\\ShmbTest\\old.exe", "ShmbTest.Data");
    set_layers(L"~ NotLocalMappedObject");
    expect("asks-for-all view-size", NULL, "ShmbTest.Data");
    set_layers(NULL);
    SetEnvironmentVariableW(L"__COMPAT_LAYER", L"LocalMappedObject");
    expect("!compatibility-shim asks-for-all", NULL, "ShmbTest.Data");
    SetEnvironmentVariableW(L"__COMPAT_LAYER", NULL);
}

static void the_dll(void **state)
{
    const char *other = getenv("SHMB_OTHER_BIN");
    char arguments[1024];

    (void)state;
    snprintf(arguments, sizeof(arguments), "ShmbTest.Data --dll \"%s\"",
             support_sibling("shmbclient.dll"));
    expect("asks-for-all view-size", NULL, arguments);
    snprintf(arguments, sizeof(arguments), "ShmbTest.Data --dll \"%s\"", support_own_path());
    expect("asks-for-all dll-no-version view-size", NULL, arguments);
    snprintf(arguments, sizeof(arguments), "ShmbTest.Data --dll \"%s\"", support_file("MZ"));
    expect("asks-for-all !dll-no-image", NULL, arguments);
    expect("asks-for-all !dll-unreadable", "error 2", "ShmbTest.Data --dll no-such.dll");
    if (other == NULL || getenv("SHMB_NO_32") != NULL)
        return;
    snprintf(arguments, sizeof(arguments), "ShmbTest.Data --dll \"%s\\shmbclient.dll\"", other);
    expect("asks-for-all !dll-bitness", "error 193", arguments);
}

static void in_json_it_is_one_document(void **state)
{
    (void)state;
    shmb_expect_json(
        1,
        "{\"schema\":1,\"verb\":\"doctor\",\"name\":\"ShmbTest.Dato\","
        "\"full_name\":\"Global\\\\ShmbTest.Dato\",\"level\":\"read\",\"opens\":false,"
        "\"findings\":[{\"id\":\"not-configured\",\"stops\":true,\"says\":\"no "
        "configuration names ShmbTest.Dato\",\"remedy\":\"did you mean ShmbTest.Data, "
        "ShmbTest.Read, ShmbTest.Taken? If not, have the administrator add it, then: "
        "shmbroker reload\"},{\"id\":\"request-no-pipe\",\"stops\":false,\"says\":\"it "
        "cannot be requested: the broker takes no requests: its configuration has no "
        "`requests`, or its pipe could not be made\",\"remedy\":\"if programs are to ask "
        "for such names, have the administrator write `requests` into the "
        "configuration, then: shmbroker reload; if it is there, shmbroker status says "
        "why the pipe is missing\"}],\"holders\":null,\"warnings\":[]}",
        "doctor ShmbTest.Dato --json");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_can_be_had_is_said_to_be),
        TEST(who_is_refused_hears_what_would_help),
        TEST(names_that_are_wrong),
        TEST(names_that_others_hold),
        TEST(a_twin_in_the_session),
        TEST(a_directory_that_is_not_right),
        TEST(a_damaged_control_section),
        TEST(a_stand_in_of_the_directory),
        TEST(no_broker),
        TEST(the_real_service),
        TEST(the_compatibility_fix),
        TEST(the_dll),
        TEST(in_json_it_is_one_document),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
