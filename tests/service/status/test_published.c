/*
 * What the broker publishes, read by other processes with plain Win32 calls
 * and the readers of the shared layouts, and what strangers can do to it.
 */
#include "service_manager.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "control.h"
#include "directory.h"
#include "squatter.h"
#include "status_report.h"

#define RETRY_MS  90000u /* the broker tries again after 30 s at most */
#define ROOT      "Global\\ShmBroker.Directory"
#define REPORT    "Global\\ShmBroker.Report"
#define INSTANCE  "Global\\ShmBroker.Instance"
#define CONTROL_1 "Global\\ShmBroker.Control.1"

static const char configuration[] =
    "version: 1\n"
    "segments:\n"
    "  ShmbTest.Data:\n"
    "    size: 5000\n"
    "    initial: { text: hello }\n"
    "    access: { write: [Interactive] }\n"
    "  ShmbTest.Shown: { size: 64, lock: none, access: { read: [Interactive] } }\n"
    "  ShmbTest.Hidden: { size: 64, lock: none, access: { full: [S-1-5-21-9-9-9-1005] } }\n"
    "events:\n"
    "  ShmbTest.Event: { reset: manual, access: { write: [Interactive] } }\n";
#define OBJECTS 5

static const struct launch user = {.standard_user = true};

/* In another session, where sessions can be had. */
static const struct launch *stranger(void)
{
    static struct launch launch = {.standard_user = true};

    launch.session = support_wine() ? "2" : NULL;
    return &launch;
}

/* ---- clients ---- */

static void *map(const char *name, DWORD access, size_t size)
{
    HANDLE section = OpenFileMappingW(access, FALSE, support_wide(name));
    void *view;
    DWORD code = GetLastError();

    if (section == NULL) {
        SetLastError(code);
        return NULL;
    }
    view = MapViewOfFile(section, access, 0, 0, size);
    code = GetLastError();
    CloseHandle(section);
    SetLastError(code);
    return view;
}

/* The table that holds now, or NULL with what stands in the way in `why`. */
static void *read_table(struct shmb_root_slot *slot, struct shmb_table_view *view, char why[64])
{
    char name[SHMB_TABLE_NAME_BYTES], full[SHMB_TABLE_NAME_BYTES + 8];
    void *root = map(ROOT, FILE_MAP_READ, SHMB_ROOT_SIZE), *table;
    enum shmb_read verdict;

    snprintf(why, 64, "error %lu", GetLastError());
    if (root == NULL)
        return NULL;
    verdict = shmb_root_read(root, SHMB_ROOT_SIZE, slot);
    snprintf(why, 64, "root %d", (int)verdict);
    UnmapViewOfFile(root);
    if (verdict != SHMB_READ_OK)
        return NULL;
    shmb_table_name(slot->suffix, name);
    snprintf(full, sizeof(full), "Global\\%s", name);
    table = map(full, FILE_MAP_READ, slot->table_size);
    snprintf(why, 64, "table: error %lu", GetLastError());
    if (table == NULL)
        return NULL;
    verdict = shmb_table_check(table, slot->table_size, slot, view);
    snprintf(why, 64, "table %d", (int)verdict);
    if (verdict == SHMB_READ_OK)
        return table;
    UnmapViewOfFile(table);
    return NULL;
}

/* table: the name of the table and the number of its entries. */
static int say_table(int argc, char **argv)
{
    struct shmb_root_slot slot;
    struct shmb_table_view view;
    char why[64], name[SHMB_TABLE_NAME_BYTES];

    (void)argc;
    (void)argv;
    if (read_table(&slot, &view, why) == NULL) {
        client_say("%s", why);
        return 0;
    }
    shmb_table_name(slot.suffix, name);
    client_say("Global\\%s %u", name, (unsigned)view.entry_count);
    return 0;
}

static bool find_entry(const char *name, struct shmb_entry *entry, char why[64])
{
    struct shmb_entry_view found;
    struct shmb_root_slot slot;
    struct shmb_table_view view;
    void *table = read_table(&slot, &view, why);
    enum shmb_read verdict;

    if (table == NULL)
        return false;
    verdict = shmb_table_find(&view, name, strlen(name), &found);
    *entry = found.entry;
    UnmapViewOfFile(table);
    snprintf(why, 64, "entry %d", (int)verdict);
    return verdict == SHMB_READ_OK;
}

/* entry NAME: its state, size, flags, lock kind. */
static int say_entry(int argc, char **argv)
{
    struct shmb_entry entry;
    char why[64];

    (void)argc;
    if (find_entry(argv[0], &entry, why))
        client_say("state %u size %llu flags %u lock %u", (unsigned)entry.state,
                   (unsigned long long)entry.size, (unsigned)entry.flags,
                   (unsigned)entry.lock_kind);
    else
        client_say("%s", why);
    return 0;
}

/* await NAME STATE: looks until the entry has this state; "yes", or the last look. */
static int await_state(int argc, char **argv)
{
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;
    struct shmb_entry entry = {.state = 0};
    char why[64] = "";

    (void)argc;
    while (GetTickCount64() < until) {
        if (find_entry(argv[0], &entry, why) && entry.state == (uint32_t)atoi(argv[1])) {
            client_say("yes");
            return 0;
        }
        Sleep(10);
    }
    client_say("state %u, %s", (unsigned)entry.state, why);
    return 0;
}

/* block NAME ACCESS: opens the block of a segment and compares it with the entry. */
static int say_block(int argc, char **argv)
{
    DWORD access = strtoul(argv[1], NULL, 0);
    char why[64], name[SHMB_CONTROL_NAME_BYTES], full[SHMB_CONTROL_NAME_BYTES + 8];
    struct shmb_entry entry;
    struct shmb_block *block;
    size_t size;
    void *view;

    (void)argc;
    if (!find_entry(argv[0], &entry, why)) {
        client_say("%s", why);
        return 0;
    }
    shmb_control_name(entry.control, name);
    snprintf(full, sizeof(full), "Global\\%s", name);
    size = sizeof(struct shmb_control) + (entry.control_block + 1) * sizeof(*block);
    view = map(full, access, size);
    if (view == NULL)
        client_say("control %s: error %lu", entry.control < 0x80000000u ? "low" : "high",
                   GetLastError());
    else if (!shmb_control_is_sound(view, size, entry.control, entry.control_block) ||
             (block = shmb_control_block(view, size, entry.control_block)) == NULL)
        client_say("no block");
    else
        client_say("control %s: generation %s, initialised %u",
                   entry.control < 0x80000000u ? "low" : "high",
                   block->generation == entry.generation ? "same" : "another",
                   (unsigned)block->initialised);
    return 0;
}

/* report: the counts, then the lines with " | " between fields; or the error code. */
static int say_report(int argc, char **argv)
{
    static char text[SHMB_REPORT_TEXT_MAX + 1];
    struct shmb_report_line line;
    struct shmb_report report;
    enum shmb_read verdict;
    size_t at = 0;
    void *view = map(REPORT, FILE_MAP_READ, SHMB_REPORT_SIZE);

    (void)argc;
    (void)argv;
    if (view == NULL) {
        client_say("error %lu", GetLastError());
        return 0;
    }
    verdict = shmb_report_read(view, SHMB_REPORT_SIZE, &report, text);
    client_say("verdict %d result %u held %u missing %u", (int)verdict, (unsigned)report.result,
               (unsigned)report.held, (unsigned)report.missing);
    while (shmb_report_next(text, report.text_size, &at, &line))
        client_say("%.*s | %.*s | %.*s | %.*s", (int)line.length[0], line.field[0],
                   (int)line.length[1], line.field[1], (int)line.length[2], line.field[2],
                   (int)line.length[3], line.field[3]);
    return 0;
}

/* ---- what is published ---- */

static struct child *broker;

static int start_broker(void **state)
{
    (void)state;
    broker = broker_run_session0(configuration);
    child_keep(broker);
    return 0;
}

static int end_broker(void **state)
{
    child_kill(broker);
    return support_teardown(state);
}

/* The name of the table that holds now. */
static const char *table_name(void)
{
    static char name[128];
    unsigned entries;

    assert_int_equal(sscanf(client_line(&user, "table"), "%127s %u", name, &entries), 2);
    assert_int_equal(entries, OBJECTS);
    return name;
}

static void a_standard_user_of_another_session_reads_it(void **state)
{
    (void)state;
    table_name();
    assert_string_equal(client_line(stranger(), "entry shmbtest.data"),
                        "state 1 size 5000 flags 4 lock 1");
    assert_string_equal(client_line(stranger(), "entry ShmbTest.Data.lock"),
                        "state 1 size 0 flags 8 lock 0");
    assert_string_equal(client_line(stranger(), "entry ShmbTest.Event"),
                        "state 1 size 0 flags 1 lock 0");
    /* That something is there is no secret; what is in it is. */
    assert_string_equal(client_line(stranger(), "entry ShmbTest.Hidden"),
                        "state 1 size 64 flags 0 lock 0");
    assert_string_equal(client_line(stranger(), "entry ShmbTest.None"), "entry 1");
    assert_string_equal(client_line(stranger(), "owner section " ROOT),
                        client_line(NULL, "owner section Global\\ShmbTest.Data"));
    assert_string_equal(client_line(stranger(), "owner section %s", table_name()),
                        client_line(NULL, "owner section Global\\ShmbTest.Data"));
}

/* Read, map for writing, change rights, change the owner, everything. */
#define MASKS "0x20005 2 0x40000 0x80000 0xF001F"

static void only_the_broker_may_write_it(void **state)
{
    (void)state;
    assert_string_equal(client_line(stranger(), "open section " ROOT " " MASKS), "0 5 5 5 5");
    assert_string_equal(client_line(stranger(), "open section %s " MASKS, table_name()),
                        "0 5 5 5 5");
}

static void a_control_section_is_for_whom_its_segments_are(void **state)
{
    (void)state;
    assert_string_equal(client_line(stranger(), "block ShmbTest.Data 6"),
                        "control low: generation same, initialised 1");
    assert_string_equal(client_line(stranger(), "block ShmbTest.Shown 4"),
                        "control low: generation same, initialised 0");
    assert_string_equal(client_line(stranger(), "block ShmbTest.Shown 6"), "control low: error 5");
    assert_string_equal(client_line(stranger(), "block ShmbTest.Hidden 4"), "control low: error 5");
    assert_string_equal(client_line(stranger(), "open section " CONTROL_1 " 0x20007 0x40000"),
                        "0 5");
}

static void the_report_is_for_administrators(void **state)
{
    struct child *reader = client_start(NULL, "report");
    const char *line;

    (void)state;
    child_expect(reader, "verdict 0 result 1 held 5 missing 0");
    assert_int_equal(strncmp(child_line(reader), "version | ShmBroker | ", 22), 0);
    line = child_line(reader);
    assert_int_equal(strncmp(line, "file | ", 7), 0);
    assert_non_null(strstr(line, " | used | "));
    assert_int_equal(child_end(reader), 0);
    assert_string_equal(client_line(stranger(), "report"), "error 5");
    assert_string_equal(client_line(stranger(), "open section " REPORT " 4 1 0x20000"), "5 5 5");
}

static void nobody_may_keep_the_instance_alive(void **state)
{
    (void)state;
    assert_string_equal(client_line(stranger(), "open mutex " INSTANCE " 0x100000 0x20000 1"),
                        "5 5 5");
}

static void it_goes_with_the_broker(void **state)
{
    struct child *own = broker_run(NULL, configuration);

    (void)state;
    assert_string_equal(client_line(&user, "entry ShmbTest.Event"),
                        "state 1 size 0 flags 1 lock 0");
    child_kill(own);
    assert_string_equal(client_line(&user, "entry ShmbTest.Event"), "error 2");
    assert_string_equal(client_line(&user, "open section " REPORT " 4"), "2");
    assert_string_equal(client_line(&user, "open section " CONTROL_1 " 4"), "2");
    assert_string_equal(client_line(&user, "open mutex " INSTANCE " 0x100000"), "2");
}

/* ---- strangers ---- */

/* Holds a name; `how` NULL: as an administrator, since a section takes a privilege. */
static struct child *squat(const struct launch *how, const char *kind, const char *name)
{
    struct child *squatter = client_start(how, "create %s %s", kind, name);

    child_expect(squatter, "created");
    return squatter;
}

static struct child *start_beside(const char *warned, const char *running)
{
    struct child *own =
        child_start(NULL, "\"%s\" run --release --allow-unsafe-config --config \"%s\"",
                    support_sibling("shmbroker.exe"), support_file(configuration));

    assert_non_null(strstr(child_find(own, "warning 310:", SUPPORT_DEADLINE_MS), warned));
    child_find(own, running, SUPPORT_DEADLINE_MS);
    /* Whatever the directory is, the objects are served. */
    assert_string_equal(client_line(&user, "open section Global\\ShmbTest.Data 6"), "0");
    assert_string_equal(client_line(&user, "open event Global\\ShmbTest.Event 0x100000"), "0");
    return own;
}

static void check_taken_root(const struct launch *how, const char *kind)
{
    struct child *squatter = squat(how, kind, ROOT);
    struct child *own = start_beside("The section " ROOT, "warning 103:");
    struct child *reader = client_start(NULL, "report");

    child_expect(reader, "verdict 0 result 2 held 5 missing 0");
    child_find(reader, "publication | " ROOT " | conflict | ", SUPPORT_DEADLINE_MS);
    child_end(reader);
    assert_int_equal(child_end(squatter), 0);
    assert_non_null(strstr(child_find(own, "info 312:", RETRY_MS), ROOT));
    assert_string_equal(client_line(&user, "await ShmbTest.Data 1"), "yes");
    child_kill(own);
}

static void a_taken_root_is_had_when_its_holder_leaves(void **state)
{
    (void)state;
    check_taken_root(NULL, "section");
    check_taken_root(&user, "mutex");
}

static void check_taken_control(const struct launch *how, const char *kind)
{
    struct child *squatter = squat(how, kind, CONTROL_1);
    struct child *own = start_beside("The section " CONTROL_1, "info 100:");
    struct child *reader = client_start(NULL, "report");

    assert_string_equal(client_line(&user, "block ShmbTest.Data 6"),
                        "control high: generation same, initialised 1");
    child_expect(reader, "verdict 0 result 1 held 5 missing 0");
    child_find(reader, "publication | " CONTROL_1 " | avoided | ", SUPPORT_DEADLINE_MS);
    child_end(reader);
    child_kill(own);
    child_kill(squatter);
}

static void a_taken_control_number_is_avoided(void **state)
{
    (void)state;
    check_taken_control(NULL, "section");
    check_taken_control(&user, "mutex");
}

static void check_status(const struct launch *how, DWORD code, const char *part)
{
    struct child *child = child_start(how, "\"%s\" status", support_sibling("shmbroker.exe"));
    char said[8192];
    DWORD got = child_said(child, said, sizeof(said));

    if (got != code || strstr(said, part) == NULL)
        fail_msg("status: code %lu instead of %lu, or no \"%s\", in:\n%s", got, code, part, said);
}

static void a_taken_report_is_only_reported(void **state)
{
    struct child *squatter = squat(&user, "event", REPORT);
    struct child *own = start_beside("The section " REPORT, "warning 103:");

    (void)state;
    assert_string_equal(client_line(&user, "entry ShmbTest.Event"),
                        "state 1 size 0 flags 1 lock 0");
    /* It has a stand-in, which an administrator reads. */
    check_status(NULL, 1, "degraded:      1 name of the broker's own not to be had");
    check_status(NULL, 1, "last reload:   none since the start");
    child_kill(own);
    child_kill(squatter);
}

static void a_taken_name_is_in_the_directory_until_it_is_had(void **state)
{
    struct child *squatter = squat(&user, "mutex", "Global\\ShmbTest.Event");
    struct child *own =
        child_start(NULL, "\"%s\" run --release --allow-unsafe-config --config \"%s\"",
                    support_sibling("shmbroker.exe"), support_file(configuration));
    struct child *reader;

    (void)state;
    child_find(own, "warning 101:", SUPPORT_DEADLINE_MS);
    assert_string_equal(client_line(&user, "entry ShmbTest.Event"),
                        "state 2 size 0 flags 1 lock 0");
    reader = client_start(NULL, "report");
    child_expect(reader, "verdict 0 result 2 held 4 missing 1");
    assert_non_null(strstr(
        child_find(reader, "event | Global\\ShmbTest.Event | conflict | ", SUPPORT_DEADLINE_MS),
        "a mutex"));
    child_end(reader);
    assert_int_equal(child_end(squatter), 0);
    child_find(own, "info 302:", RETRY_MS);
    assert_string_equal(client_line(&user, "await ShmbTest.Event 1"), "yes");
}

/* ---- status ---- */

static void start_service(void)
{
    char arguments[1024];

    snprintf(arguments, sizeof(arguments), "--config \"%s\"", scm_file(configuration));
    scm_create(arguments);
    scm_start();
    scm_wait(SERVICE_RUNNING);
}

static void status_says_what_the_broker_says(void **state)
{
    struct child *squatter = squat(&user, "mutex", "Global\\ShmbTest.Event");

    (void)state;
    start_service();
    check_status(
        NULL, 1,
        "section Global\\ShmbTest.Hidden: held; access: S-1-5-21-9-9-9-1005 full control\n");
    check_status(NULL, 1, "event Global\\ShmbTest.Event: taken by a mutex");
    /* Without the report. */
    check_status(&user, 1, "section Global\\ShmbTest.Hidden: held\n");
    check_status(&user, 1, "section Global\\ShmbTest.Shown: held; access: Interactive read\n");
    check_status(&user, 1, "event Global\\ShmbTest.Event: taken by an object");
    child_kill(squatter);
}

static void status_says_that_the_directory_is_taken(void **state)
{
    struct child *squatter = squat(&user, "mutex", ROOT);

    (void)state;
    start_service();
    check_status(NULL, 1, "publication " ROOT ": conflict, a mutex");
    /* What can be seen from here. */
    check_status(NULL, 1, "event Global\\ShmbTest.Event: held; access: ");
    child_kill(squatter);
}

/* An administrator's section, with nothing in it; `*view` stays mapped. */
static HANDLE left_section(const char *name, DWORD size, void **view)
{
    HANDLE section =
        squatter_make("section", name, "O:BAD:(A;;GA;;;BA)(A;;0x20005;;;WD)", size, SQUATTER_BYTES);

    assert_non_null(section);
    *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, size);
    assert_non_null(*view);
    memset(*view, 0, size);
    return section;
}

/* A broker of administrators was killed, its state is lost, and a program has both open. */
static void what_an_ended_broker_left_hides_no_stand_in(void **state)
{
    struct shmb_report *report;
    struct shmb_root *root;
    void *view;
    HANDLE sections[2];

    (void)state;
    squatter_begin();
    sections[0] = left_section(ROOT, SHMB_ROOT_SIZE, &view);
    root = view;
    root->magic = SHMB_ROOT_MAGIC;
    root->abi_version = SHMB_ABI_VERSION;
    root->size = SHMB_ROOT_SIZE;
    root->broker_pid = 1;
    root->publication = 1;
    root->slot[1].revision = 5;
    root->slot[1].table_size = sizeof(struct shmb_table); /* it is gone */
    sections[1] = left_section(REPORT, SHMB_REPORT_SIZE, &view);
    report = view;
    start_service();
    check_status(NULL, 1, "publication " ROOT ": conflict, ");
    check_status(NULL, 1, "event Global\\ShmbTest.Event: held; access: ");
    check_status(&user, 0, "event Global\\ShmbTest.Event: held");
    UnmapViewOfFile(root);
    UnmapViewOfFile(report);
    CloseHandle(sections[0]);
    CloseHandle(sections[1]);
}

static const struct verb verbs[] = {{"table", 0, say_table},
                                    {"entry", 1, say_entry},
                                    {"await", 2, await_state},
                                    {"block", 2, say_block},
                                    {"report", 0, say_report}};

#define TEST(name)         cmocka_unit_test_teardown(name, support_teardown)
#define SERVICE_TEST(name) cmocka_unit_test_teardown(name, scm_teardown)

int main(void)
{
    const struct CMUnitTest published[] = {
        TEST(a_standard_user_of_another_session_reads_it),
        TEST(only_the_broker_may_write_it),
        TEST(a_control_section_is_for_whom_its_segments_are),
        TEST(the_report_is_for_administrators),
        TEST(nobody_may_keep_the_instance_alive),
    };
    const struct CMUnitTest strangers[] = {
        TEST(it_goes_with_the_broker),
        TEST(a_taken_root_is_had_when_its_holder_leaves),
        TEST(a_taken_control_number_is_avoided),
        TEST(a_taken_report_is_only_reported),
        TEST(a_taken_name_is_in_the_directory_until_it_is_had),
        SERVICE_TEST(status_says_what_the_broker_says),
        SERVICE_TEST(status_says_that_the_directory_is_taken),
        SERVICE_TEST(what_an_ended_broker_left_hides_no_stand_in),
    };
    int failed;

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    failed = cmocka_run_group_tests(published, start_broker, end_broker);
    return failed + cmocka_run_group_tests(strangers, scm_setup, NULL);
}
